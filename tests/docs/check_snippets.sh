#!/usr/bin/env bash
# Checks that what the documentation shows is what is compiled, run or printed:
#   tests/docs/check_snippets.sh <page.md>...
# A fenced block below "<!-- snippet: FILE -->" must be found line by line in FILE (a path from the root of the
# repository), there perhaps indented; a block of C++ without such a line is an error.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$#" -gt 0 ] || { echo "usage: $0 <page.md>..." >&2; exit 2; }

failed=0
for page in "$@"; do
  awk -v page="$page" '
    function complain(what) { printf "%s:%d: %s\n", page, at, what; bad = 1 }
    function check(  count, line, i, first, indent, start) {
      if (file == "") { if (language == "cpp") complain("C++ without <!-- snippet: FILE -->"); return }
      count = 0
      while ((getline line < file) > 0) text[++count] = line
      close(file)
      if (count == 0) { complain("there is no " file); return }
      for (start = 1; start + size - 1 <= count; ++start) {
        first = index(text[start], block[1])
        if (first == 0 || substr(text[start], first) != block[1]) continue
        indent = substr(text[start], 1, first - 1)
        if (indent !~ /^ *$/) continue
        for (i = 2; i <= size; ++i)
          if (text[start + i - 1] != (block[i] == "" ? "" : indent block[i])) break
        if (i > size) { ++checked; return }
      }
      complain("not in " file ", line by line: " block[1] " ...")
    }
    /^<!-- snippet: .* -->$/ { wanted = $3; next }
    /^```/ {
      if (inside) { check(); inside = 0; next }
      inside = 1; at = NR; size = 0; language = substr($0, 4); file = wanted; wanted = ""
      next
    }
    inside { block[++size] = $0; next }
    /./ { if (wanted != "") { at = NR; complain("no block follows the snippet line"); wanted = "" } }
    END { printf "%s: %d snippets found where they should be\n", page, checked; exit bad }
  ' "$page" || failed=1
done
exit "$failed"

#!/usr/bin/env bash
# Opens comparison pages in Chromium and tests them; checks the page's script with ESLint.
#   tests/browser/run.sh [PAGES] [X.test.mjs ...]    PAGES: the program that writes the pages; built from pages.cpp where
#                                                    it is not given. Only these tests; all where none is named
#   tests/browser/run.sh --times     how long the pages keep the browser busy, in place of the tests
# Installs what is missing (Chromium, Node and npm as tests/setup.sh does, and through npm what package.json names), and
# ends with "N passed, N failed". Status 77, with the reason, where that cannot be had.
set -euo pipefail
times=false
if [ "${1:-}" = --times ]; then times=true; shift; fi
pages=
if [ -x "${1:-}" ]; then pages="$(realpath "$1")"; shift; fi
cd "$(dirname "$0")"
tests=("$@")
if [ ${#tests[@]} -eq 0 ]; then tests=(./*.test.mjs); fi
build="$PWD/../../build/browser"
skip() { echo "skipped: $1"; exit 77; }

../setup.sh browser
chromium="${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}"
[ -n "$chromium" ] || skip "there is no Chromium"
{ command -v node && command -v npm; } >/dev/null || skip "there is no Node with npm"
# axe-core is one of them; the lock file is newer than what npm noted where they are to be installed again.
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
  npm ci --no-audit --no-fund --loglevel=error || skip "npm cannot install what tests/browser/package.json names"
fi

if [ -z "$pages" ]; then
  cmake -S . -B "$build" -DCMAKE_BUILD_TYPE=Release >/dev/null
  cmake --build "$build"
  pages="$build/erm_browser_pages"
fi
mkdir -p "$build"
rm -rf "$build/pages.d"
cp node_modules/plotly.js-dist-min/plotly.min.js "$build/plotly.min.js"
gzip -9 -k -f "$build/plotly.min.js"
# A port that nothing listens on: other suites may run beside this one.
# shellcheck disable=SC2016  # JavaScript
OUTSIDE="$(node -e 'const server = require("net").createServer().listen(0, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}/`); server.close(); })')"
export OUTSIDE
TRAINING="$(dirname "$pages")/erm_browser_training"
export TRAINING
if $times; then export TIMES=1; fi
"$pages" "$build/pages.d" "$build/plotly.min.js"

if $times; then
  PAGES="$build/pages.d" CHROMIUM="$chromium" node load_times.mjs
  exit
fi

# ESLint takes no file from outside of its folder but as text.
cmake -DSCRIPT="$build/page.js" -P ../page_assets.cmake
npx --no-install eslint --stdin --stdin-filename page.js <"$build/page.js"
npx --no-install eslint --stdin --stdin-filename frame.js <../../include/erm/detail/page/web/frame.js
npx --no-install eslint --stdin --stdin-filename live.js <../../include/erm/detail/page/web/live.js
npx --no-install eslint ./*.mjs
# The header that pages are made from is what these files give.
cmake -DHEADER="$build/assets.hpp" -P ../page_assets.cmake
cmp "$build/assets.hpp" ../../include/erm/detail/page/assets.hpp
log="$build/test.log"
PAGES="$build/pages.d" CHROMIUM="$chromium" node --test --test-reporter=spec --test-concurrency=1 "${tests[@]}" 2>&1 | tee "$log" || true
count() { sed -n "s/^ℹ $1 \([0-9]*\)$/\1/p" "$log"; }
passed="$(count pass)"
failed="$(count fail)"
echo "${passed:-0} passed, ${failed:-1} failed"
[ "${passed:-0}" -gt 0 ] && [ "${failed:-1}" -eq 0 ]

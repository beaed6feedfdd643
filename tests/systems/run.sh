#!/usr/bin/env bash
# The second tier of tests: what needs other compilers, other systems or other versions of libraries. Run by hand.
#   tests/systems/run.sh [NAME...]      the scripts of this folder of those names, or all of them
# Each script says what it installs, and is skipped with its name where that cannot be had. Ends with a table for the
# documentation, and status 1 where a check failed.
set -uo pipefail
cd "$(dirname "$0")" || exit 1
names=("$@")
if [ "${#names[@]}" -eq 0 ]; then
  for script in *.sh; do [ "$script" = run.sh ] || names+=("${script%.sh}"); done
fi
for name in "${names[@]}"; do
  if [ "$name" = run ] || [ ! -e "$name.sh" ]; then echo "there is no tests/systems/$name.sh" >&2; exit 2; fi
done

table="$(mktemp)"
said="$(mktemp)"
trap 'rm -f "$table" "$said"' EXIT
status=0
for name in "${names[@]}"; do
  echo "== $name"
  ./"$name.sh" 2>&1 | tee "$said"
  case "${PIPESTATUS[0]}" in 0 | 77) ;; *) status=1 ;; esac
  sed -n "s/^\(passed\|failed\|skipped\): \(.*\)/| $name | \2 | \1 |/p" "$said" >>"$table"
done

# shellcheck disable=SC1091  # every Linux has it
system="$(. /etc/os-release 2>/dev/null && echo "${PRETTY_NAME-}")"
echo
echo "$(date -u +%Y-%m-%d), ERM $(sed -n 's/.*version\[\] = "\(.*\)".*/\1/p' ../../include/erm/version.hpp)" \
  "($(git rev-parse --short HEAD 2>/dev/null || echo "no commit")), ${system:-$(uname -s)}, $(uname -m)"
echo
echo "| system | what | result |"
echo "|---|---|---|"
cat "$table"
exit $status

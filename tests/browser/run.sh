#!/usr/bin/env bash
# Opens comparison pages in Chromium and tests them: tests/browser/run.sh
# Installs what is missing (Chromium and Node through apt, playwright-core, axe-core and ESLint through npm), builds the
# pages below build/browser, and ends with "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")"
build="$PWD/../../build/browser"

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }
wanted=()
chromium="${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}"
[ -n "$chromium" ] || wanted+=(chromium)
command -v node >/dev/null || wanted+=(nodejs)
command -v npm >/dev/null || wanted+=(npm)
if [ "${#wanted[@]}" -gt 0 ]; then
  if ! command -v apt-get >/dev/null; then
    echo "run.sh: there is no ${wanted[*]}, and no apt to install it. Install it and run this again." >&2
    exit 1
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends "${wanted[@]}" ||
    { as_root apt-get -o DPkg::Lock::Timeout=300 update &&
      as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends "${wanted[@]}"; }
  chromium="${chromium:-$(command -v chromium)}"
fi

[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund --loglevel=error
cmake -S . -B "$build" -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build "$build"
"$build/pages" "$build/pages.d"

# ESLint takes no file from outside of its folder but as text.
npx --no-install eslint --stdin --stdin-filename page.js <../../include/erm/detail/page/page.js
npx --no-install eslint page.test.mjs
log="$build/test.log"
PAGES="$build/pages.d" CHROMIUM="$chromium" node --test --test-reporter=spec . 2>&1 | tee "$log" || true
count() { sed -n "s/^ℹ $1 \([0-9]*\)$/\1/p" "$log"; }
passed="$(count pass)"
failed="$(count fail)"
echo "${passed:-0} passed, ${failed:-1} failed"
[ "${passed:-0}" -gt 0 ] && [ "${failed:-1}" -eq 0 ]

#!/usr/bin/env bash
# The comparison page in Firefox: its screenshots, to be looked at, and the numbers and places of its parts beside those
# of Chromium; and a live page while a training writes it. The pictures are left in ERM_PICTURES (build/firefox).
#   ERM_PAGES=FOLDER      pages that tests/browser/pages.cpp wrote; else they are built
#   ERM_TRAINING=PROGRAM  tests/browser/training.cpp; else it is built
# shellcheck disable=SC1091
. "$(dirname "$0")/common.bash"
need firefox-esr
"$root/tests/setup.sh" browser >/dev/null 2>&1
for program in chromium node npm cmake; do command -v "$program" >/dev/null || skip_all "there is no $program"; done
pictures="${ERM_PICTURES:-$root/build/firefox}"
mkdir -p "$pictures"
pictures="$(realpath "$pictures")"
pages="${ERM_PAGES:-$work/pages}"
training="${ERM_TRAINING:-$root/build/browser/erm_browser_training}"
if [ -z "${ERM_PAGES:-}" ] || [ -z "${ERM_TRAINING:-}" ]; then
  { cmake -S "$root/tests/browser" -B "$root/build/browser" -DCMAKE_BUILD_TYPE=Release &&
    cmake --build "$root/build/browser" &&
    { [ -n "${ERM_PAGES:-}" ] || "$root/build/browser/erm_browser_pages" "$pages"; }; } >"$work/built" 2>&1 ||
    { tail -n 5 "$work/built"; skip_all "the pages cannot be built"; }
fi
pages="$(realpath "$pages")"
training="$(realpath "$training")"
cd "$root/tests/browser" || exit 1
[ -d node_modules/playwright-core ] || npm ci --no-audit --no-fund --loglevel=error >/dev/null 2>&1 ||
  skip_all "npm cannot install playwright-core"

for page in contest normal ends; do
  for width in 1280 390; do
    check "$page at $width px: Firefox shows the texts of Chromium, in the same places" \
      node "$root/tests/systems/firefox.mjs" "$pages/$page.html" "$width" "$pictures/$page-$width"
  done
done
check "a live page: it keeps up, what the reader did stays, and it says what became of the run" \
  node "$root/tests/systems/firefox_live.mjs" "$training" "$pictures/live"
echo "pictures to look at: $pictures"
finish

#!/usr/bin/env bash
# All that README.md, docs/install.md and docs/packaging/README.md tell a reader to type, compiled as it is for a reader:
# each block anew, and with optimisation where CMake adds it. Takes half an hour.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.bash"
need g++ cmake git python3 nlohmann-json3-dev libfmt-dev libcli11-dev libcurl4-openssl-dev libssl-dev pkg-config
for page in README docs/install docs/packaging/README; do
  check "$page.md" python3 "$root/tests/docs/run_pages.py" --all --work "$work/typed" \
    --program "$root/tests/docs/install/train.cpp" "$root/$page.md"
done
finish

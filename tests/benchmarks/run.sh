#!/usr/bin/env bash
# Builds the benchmarks with optimisation and prints their tables, each figure beside something real in one run.
#   tests/benchmarks/run.sh [folder]     the folder is on the disk to be measured; build/benchmarks/data by default
set -euo pipefail
cd "$(dirname "$0")/../.."
tests/setup.sh core

build=build/benchmarks
data="${1:-$build/data}"
generator=()
if command -v ninja >/dev/null; then generator=(-G Ninja); fi
cmake -S . -B "$build" "${generator[@]}" -DCMAKE_BUILD_TYPE=Release -DERM_BUILD_BENCHMARKS=ON -DERM_BUILD_TESTS=OFF \
  -DERM_BUILD_EXAMPLES=OFF >/dev/null
cmake --build "$build" >/dev/null
mkdir -p "$data"

echo "## Registry"
"$build/tests/benchmarks/registry_benchmark" "$data/registry"
echo
/usr/bin/env python3 tests/benchmarks/erm_read_benchmark.py || echo "erm_read.py: not measured"
echo
echo "## Finding runs"
"$build/tests/benchmarks/find_benchmark" "$data/find"
echo
echo "## Many runs"
"$build/tests/benchmarks/many_runs_benchmark" growth "$data/growth" 100000
"$build/tests/benchmarks/many_runs_benchmark" load "$data/load" 5
echo
echo "## Checking a registry"
"$build/tests/benchmarks/check_benchmark" "$data/check"
echo
echo "## Following runs"
"$build/tests/benchmarks/follow_benchmark" "$data/follow"
echo
echo "## Copies"
"$build/tests/benchmarks/copy_benchmark" "$data/copy"
echo
echo "## Comparison"
"$build/tests/benchmarks/compare_benchmark" "$data/compare"
echo
tests/browser/run.sh --times || echo "the page in a browser: not measured"
echo
echo "## Provenance"
"$build/tests/benchmarks/provenance_benchmark" "$data/provenance"
echo
echo "## Live pages"
"$build/tests/benchmarks/live_page_benchmark" "$data/live_page"
if [ -x "$build/tests/benchmarks/live_benchmark" ]; then
  echo
  echo "## Live runs"
  "$build/tests/benchmarks/live_benchmark" "$data/live"
fi
echo
if [ -x "$build/tests/benchmarks/command_benchmark" ]; then
  strip -o "$build/erm.stripped" "$build/erm"
  echo "## The command ($(stat -c %s "$build/erm.stripped") bytes without symbols)"
  "$build/tests/benchmarks/command_benchmark" "$build/erm.stripped" "$data/command"
  echo
fi
echo "## Compile time"
tests/benchmarks/compile_time.sh
rm -rf "$data"

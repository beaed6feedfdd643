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
echo "## Finding runs"
"$build/tests/benchmarks/find_benchmark" "$data/find"
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
if [ -x "$build/tests/benchmarks/live_benchmark" ]; then
  echo
  echo "## Live runs"
  "$build/tests/benchmarks/live_benchmark" "$data/live"
fi
echo
echo "## Compile time"
tests/benchmarks/compile_time.sh
rm -rf "$data"

#!/usr/bin/env bash
# Trains three models on handwritten digits and compares the runs: examples/digits.cpp, set up, built and run.
#   examples/quickstart.sh [epochs]
# Writes erm-registry/ and comparison.html to the current directory. Installs missing packages (see tests/setup.sh), or
# lets CMake fetch them. Builds in build/quickstart of the clone.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
build="$root/build/quickstart"

"$root/tests/setup.sh" core

arguments=(-S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release -DERM_BUILD_TESTS=OFF -DERM_WARNINGS_AS_ERRORS=OFF)
if [ ! -e "$build/CMakeCache.txt" ] && command -v ninja >/dev/null; then arguments+=(-G Ninja); fi
mkdir -p "$root/build"
echo "quickstart.sh: building the example (about a minute the first time)"
if ! cmake "${arguments[@]}" >"$build.log" 2>&1; then
  cat "$build.log" >&2
  echo "quickstart.sh: CMake could neither find nor fetch a dependency; see its message above." >&2
  exit 1
fi
cmake --build "$build" --target digits

"$build/examples/digits" "$@"

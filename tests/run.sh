#!/usr/bin/env bash
# Builds ERM and runs every test: with GCC, then with Clang under the address and undefined-behaviour sanitizers, and
# those that start threads under the thread sanitizer.
#   tests/run.sh [--quick]      --quick: with the first of them alone
# Installs what is missing (tests/setup.sh), builds below build/, ends with "N passed, N failed, N skipped" over all of it.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in "" | --quick) ;; *) echo "usage: $0 [--quick]" >&2; exit 2 ;; esac
tests/setup.sh tests

jobs="$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)"
passed=0
failed=0
skipped=0

# Builds and tests in build/$1 with the compiler $2; further arguments are CMake's.
check() {
  local dir="build/$1" compiler="$2" log summary left_out
  shift 2
  local arguments=(-S . -B "$dir" "-DCMAKE_CXX_COMPILER=$compiler" "$@")
  if command -v ninja >/dev/null; then arguments+=(-G Ninja); fi
  if command -v ccache >/dev/null; then
    arguments+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
    export CCACHE_SLOPPINESS=pch_defines,time_macros
  fi
  echo "== $dir: $compiler $*"
  if ! cmake "${arguments[@]}" || ! cmake --build "$dir" --parallel "$jobs"; then
    echo "$dir cannot be built"
    failed=$((failed + 1))
    return
  fi
  log="$dir/ctest.log"
  (cd "$dir" && ctest --output-on-failure --parallel "$jobs") 2>&1 | tee "$log" || true
  # ctest's closing line: "98% tests passed, 1 tests failed out of 57"
  summary="$(sed -n 's/.*% tests passed, \([0-9]*\) tests failed out of \([0-9]*\).*/\1 \2/p' "$log")"
  if [ -z "$summary" ]; then
    echo "$dir ran no test"
    failed=$((failed + 1))
    return
  fi
  left_out="$(grep -c '[*][*][*]Skipped' "$log" || true)"
  failed=$((failed + ${summary% *}))
  skipped=$((skipped + left_out))
  passed=$((passed + ${summary#* } - ${summary% *} - left_out))
}

first="$(command -v g++ || command -v c++ || command -v clang++)"
# Without optimisation: compiling takes far longer than running what is compiled.
check gcc "$first" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=
if [ "${1:-}" != --quick ]; then
  second="$(command -v clang++ || echo "$first")"
  for sanitizers in address,undefined thread; do
    if ! echo 'int main() {}' | "$second" -fsanitize=$sanitizers -x c++ -o /dev/null - 2>/dev/null; then
      second="$first"  # a clang without its sanitizers' runtime
    fi
  done
  check sanitized "$second" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-g1 -DERM_SANITIZE=address,undefined
  check threads "$second" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-g1 -DERM_SANITIZE=thread -DERM_BUILD_EXAMPLES=OFF
fi

echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]

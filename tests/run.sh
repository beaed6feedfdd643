#!/usr/bin/env bash
# Builds ERM and runs every test: with GCC, with Clang under the address and undefined-behaviour sanitizers, and (only
# the tests that start threads) under the thread sanitizer.
#   tests/run.sh [--quick]      --quick: only with GCC
# Installs missing tools (tests/setup.sh), builds below build/, and ends with "N passed, N failed, N skipped".
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in "" | --quick) ;; *) echo "usage: $0 [--quick]" >&2; exit 2 ;; esac
tests/setup.sh tests

jobs="$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)"
passed=0
failed=0
skipped=0
testing=()    # the directories below build/ whose tests have started,
processes=()  # and the processes that run them
trap 'kill ${processes[@]+"${processes[@]}"} 2>/dev/null; exit 1' INT TERM

# Builds in build/$1 with the compiler $2, and starts its tests. Further arguments go to CMake.
check() {
  local dir="build/$1" compiler="$2"
  shift 2
  local arguments=(-S . -B "$dir" "-DCMAKE_CXX_COMPILER=$compiler" -DERM_SHARE_COMPILATION=ON "$@")
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
  # The tests often wait for servers, a browser and the disk, so the next build runs at the same time.
  (cd "$dir" && exec ctest --output-on-failure --parallel "$jobs") >"$dir/ctest.log" 2>&1 &
  processes+=($!)
  testing+=("$dir")
  echo "== $dir: its tests run, and write to $dir/ctest.log"
}

# Waits for the tests of $1, which process $2 runs, prints their output and counts them.
report() {
  local dir="$1" log="$1/ctest.log" summary left_out
  echo "== $dir: its tests"
  wait "$2" || true
  cat "$log"
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
# Without optimisation, because compiling takes far longer than the tests.
# Both kinds of build are tested: this one has the bodies compiled once, the next one is header-only.
check gcc "$first" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG= -DERM_COMPILED=ON
if [ "${1:-}" != --quick ]; then
  second="$(command -v clang++ || echo "$first")"
  for sanitizers in address,undefined thread; do
    if ! echo 'int main() {}' | "$second" -fsanitize=$sanitizers -x c++ -o /dev/null - 2>/dev/null; then
      second="$first"  # a clang without its sanitizers' runtime
    fi
  done
  check sanitized "$second" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-g1 -DERM_SANITIZE=address,undefined -DERM_COMPILED=OFF
  check threads "$second" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-g1 -DERM_SANITIZE=thread -DERM_BUILD_EXAMPLES=OFF \
    -DERM_COMPILED=OFF
fi
for ((i = 0; i < ${#testing[@]}; ++i)); do report "${testing[$i]}" "${processes[$i]}"; done

echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]

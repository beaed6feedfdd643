#!/usr/bin/env bash
# Compiles and runs ERM against other versions of what it needs, header-only, and as compiled library where
# erm/implementation.hpp is there. Folders of their sources, as their repositories have them, separated by blanks:
#   ERM_FMT_FOLDERS="/src/fmt-9.1.0 /src/fmt-12.2.0" ERM_JSON_FOLDERS="/src/json-3.12.0" \
#   ERM_CATCH_FOLDERS="/src/Catch2-3.8.0" tests/systems/run.sh fmt_json_catch
# Debian: g++ cmake nlohmann-json3-dev libfmt-dev catch2, for all that is not given.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.bash"
cd "$work" || exit 1
[ -n "${ERM_FMT_FOLDERS-}${ERM_JSON_FOLDERS-}${ERM_CATCH_FOLDERS-}" ] ||
  skip_all "none of ERM_FMT_FOLDERS, ERM_JSON_FOLDERS and ERM_CATCH_FOLDERS is set"
need g++ cmake nlohmann-json3-dev libfmt-dev catch2
compiler="${CXX:-g++}"

compile() { "$compiler" -std=c++17 -Wall -Wextra -Wpedantic -Werror -DFMT_HEADER_ONLY "$@" -pthread -ldl; }

# $1: a folder of headers that is looked at before the system's.
header_only() {
  rm -rf registry
  compile -isystem "$1" -I"$root/include" "$root/tests/systems/program.cpp" -o program && ./program registry
}
compiled() {
  rm -rf registry
  echo '#include <erm/implementation.hpp>' >implementation.cpp
  compile -DERM_COMPILED -isystem "$1" -I"$root/include" "$root/tests/systems/program.cpp" implementation.cpp -o program &&
    ./program registry
}
check_library() {
  check "$1, header-only" header_only "$2"
  if [ -e "$root/include/erm/implementation.hpp" ]; then check "$1, compiled" compiled "$2"; fi
}

for folder in ${ERM_FMT_FOLDERS-}; do
  number="$(sed -n 's/^#define FMT_VERSION \([0-9]*\).*/\1/p' "$folder/include/fmt/base.h" "$folder/include/fmt/core.h" 2>/dev/null | head -n 1)"
  check_library "fmt $((number / 10000)).$((number / 100 % 100)).$((number % 100))" "$folder/include"
done

for folder in ${ERM_JSON_FOLDERS-}; do
  version="$(sed -n 's/^#define NLOHMANN_JSON_VERSION_[A-Z]* \([0-9]*\).*/\1/p' \
    "$folder/include/nlohmann/detail/abi_macros.hpp" | paste -sd .)"
  check_library "nlohmann/json $version" "$folder/include"
done

# A test file for what is special of it: templates of checks, threads, processes.
test_files=(value_test live_threads_test run_logger_test)
runs_tests() { # NAME, then what the compiler is told
  local name="$1"
  shift
  compile -DERM_TEST_DATA="\"$root/tests/data\"" -DERM_SOURCE_DIR="\"$root\"" -I"$root/tests" -I"$root/include" \
    "$root/tests/$name.cpp" "$@" -o tests && ./tests
}
for folder in ${ERM_CATCH_FOLDERS-}; do
  if [ -e "$folder/single_include/catch2/catch.hpp" ]; then
    version="$(sed -n 's/.*Catch v\([0-9.]*\).*/\1/p' "$folder/single_include/catch2/catch.hpp" | head -n 1)"
    mkdir -p catch2_headers
    ln -sfn "$folder/single_include/catch2" catch2_headers/catch2
    catch=(-isystem catch2_headers "$root/tests/main.cpp")
  else
    version="$(sed -n 's/^ *VERSION \([0-9.]*\).*/\1/p' "$folder/CMakeLists.txt" | head -n 1)"
    rm -rf catch2_build catch2
    build_catch() {
      cmake -S "$folder" -B catch2_build -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_STANDARD=17 -DBUILD_TESTING=OFF \
        -DCMAKE_INSTALL_PREFIX="$work/catch2" -DCMAKE_INSTALL_LIBDIR=lib &&
        cmake --build catch2_build --parallel 2 --target install
    }
    check "Catch2 $version: built" build_catch || continue
    catch=(-isystem catch2/include -Lcatch2/lib -lCatch2Main -lCatch2)
  fi
  for name in "${test_files[@]}"; do check "Catch2 $version, $name" runs_tests "$name" "${catch[@]}"; done
done
finish

#!/usr/bin/env bash
# Each public header (header-only), each of detail/ and each file of impl/ compiles by itself, with no other before it: it
# includes what it uses. The first tier compiles those of a folder together.
# shellcheck disable=SC1091
. "$(dirname "$0")/common.bash"
need cmake g++

compile_each_header() {
  cmake -S "$root" -B "$work/build" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG= -DERM_CHECK_EACH_HEADER=ON &&
    cmake --build "$work/build" --parallel --target erm_headers erm_detail_headers
}
check "each header by itself" compile_each_header
finish

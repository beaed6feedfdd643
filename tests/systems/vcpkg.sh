#!/usr/bin/env bash
# The port of docs/packaging/vcpkg with vcpkg itself: its form, each set of features, and what vcpkg's validation says of
# the package. Ports of the dependencies that are empty stand for the system's libraries, so that nothing is downloaded.
# VCPKG_ROOT: a checkout of vcpkg; VCPKG: its program, VCPKG_ROOT/vcpkg if it is not set. Debian has neither.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.bash"
[ -n "${VCPKG_ROOT-}" ] || skip_all "there is no vcpkg: give a checkout of it as VCPKG_ROOT"
vcpkg="${VCPKG:-$VCPKG_ROOT/vcpkg}"
command -v "$vcpkg" >/dev/null || skip_all "there is no program '$vcpkg'"
need g++ cmake ninja-build git zip unzip tar curl pkg-config patchelf nlohmann-json3-dev libfmt-dev libcli11-dev \
  libcurl4-openssl-dev libssl-dev
export VCPKG_ROOT VCPKG_FORCE_SYSTEM_BINARIES=1 VCPKG_DISABLE_METRICS=1 VCPKG_BINARY_SOURCES=clear
version="$("$vcpkg" version | sed -n 's/.*version \([0-9-]*\).*/\1/p')"

# A copy of what the port takes: vcpkg may write to a port's folder.
tree="$work/tree"
git clone --quiet "$root" "$tree" || skip_all "this is no clone of git"
port="$tree/docs/packaging/vcpkg/erm"
for name in fmt nlohmann-json cli11 curl openssl; do
  mkdir -p "$work/system/$name"
  echo "{\"name\": \"$name\", \"version\": \"0\", \"description\": \"the system's\", \"license\": null}" >"$work/system/$name/vcpkg.json"
  echo 'set(VCPKG_POLICY_EMPTY_PACKAGE enabled)' >"$work/system/$name/portfile.cmake"
done

is_formatted() { "$vcpkg" format-manifest "$port/vcpkg.json" && git -C "$tree" diff --exit-code; }
# vcpkg tells what its validation finds as warnings.
installs() {
  "$vcpkg" install "$1" --overlay-ports="$tree/docs/packaging/vcpkg" --overlay-ports="$work/system" --classic \
    --x-install-root="$work/installed" --x-buildtrees-root="$work/buildtrees" --x-packages-root="$work/packages" \
    --downloads-root="$work/downloads" --recurse >"$work/vcpkg.log" 2>&1 || { cat "$work/vcpkg.log"; return 1; }
  ! grep -iE 'warning|should not|mismatch' "$work/vcpkg.log"
}
triplet=x64-linux
[ "$(uname -m)" = x86_64 ] || triplet=arm64-linux
uses() {
  local folder="$work/uses-$1"
  mkdir -p "$folder"
  cp "$root/tests/docs/install/train.cpp" "$folder/"
  printf 'cmake_minimum_required(VERSION 3.16)\nproject(uses CXX)\nfind_package(erm CONFIG REQUIRED)\nadd_executable(train train.cpp)\ntarget_link_libraries(train PRIVATE erm::erm)\n' \
    >"$folder/CMakeLists.txt"
  cmake -S "$folder" -B "$folder/build" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$VCPKG_ROOT/scripts/buildsystems/vcpkg.cmake" \
    -DVCPKG_INSTALLED_DIR="$work/installed" -DVCPKG_MANIFEST_MODE=OFF &&
    cmake --build "$folder/build" && (cd "$folder" && build/train && test -d erm-registry)
}

check "vcpkg $version: vcpkg.json has the form that format-manifest gives it" is_formatted
check "vcpkg $version installs erm, and its validation has nothing to say" installs erm && check "a project uses it" uses erm
check "vcpkg $version installs erm[compiled], and its validation has nothing to say" installs 'erm[core,compiled]' &&
  check "a project uses it" uses compiled
check "vcpkg $version installs erm[command,s3], and its validation has nothing to say" installs 'erm[core,command,s3]' &&
  check "the program erm runs" "$work/installed/$triplet/tools/erm/erm" --version
finish

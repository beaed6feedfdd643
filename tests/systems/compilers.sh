#!/usr/bin/env bash
# Compiles program.cpp, header-only, with each compiler that Debian has, with libstdc++ and with libc++, and for 32 bits;
# runs what came of it.
# Debian: g++-11 g++-12 clang-13 ... clang-19 g++-12-multilib; libc++-N-dev and what it needs are fetched, not installed,
# since only one of them can be.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.bash"
cd "$work" || exit 1

# The program with a compiler and its flags, run on a registry of its own. Clang 19 tells of what libstdc++ 12 deprecates
# and uses itself.
compiles_and_runs() {
  rm -rf program registry
  "$@" -std=c++17 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Wno-error=deprecated-declarations \
    -DFMT_HEADER_ONLY -I"$root/include" -isystem "$headers" "$root/tests/systems/program.cpp" -o program \
    -pthread -ldl && ./program registry
}
headers="$(folder_of_headers)"

for version in 11 12; do
  if install "g++-$version"; then
    check "g++ $("g++-$version" -dumpfullversion), libstdc++" compiles_and_runs "g++-$version"
  else
    skip "g++ $version: Debian does not have it"
  fi
done

for version in 13 14 15 16 17 18 19; do
  if ! install "clang-$version"; then
    skip "clang $version: Debian does not have it"
    continue
  fi
  full="$("clang++-$version" -dumpversion)"
  check "clang $full, libstdc++" compiles_and_runs "clang++-$version"
  folder="$work/libc++-$version"
  mkdir -p "$folder"
  packages=("libc++-$version-dev" "libc++1-$version" "libc++abi-$version-dev" "libc++abi1-$version" "libunwind-$version"
    "libunwind-$version-dev")
  if (cd "$folder" && apt-get download "${packages[@]}" && for file in *.deb; do dpkg -x "$file" . || exit 1; done) \
    >/dev/null 2>&1; then
    library="$folder/usr/lib/llvm-$version"
    check "clang $full, libc++" compiles_and_runs "clang++-$version" -nostdinc++ -stdlib=libc++ \
      -isystem "$library/include/c++/v1" -L"$library/lib" -Wl,-rpath,"$library/lib" \
      -Wl,-rpath,"$folder/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || g++ -print-multiarch)" -lc++abi
  else
    skip "clang $full, libc++: Debian does not have it"
  fi
  rm -rf "$folder"
done

if install "g++-$(g++ -dumpversion)-multilib"; then
  check "g++ $(g++ -dumpfullversion), 32 bits" compiles_and_runs g++ -m32 -idirafter "/usr/include/$(g++ -print-multiarch)"
else
  skip "32 bits: there is no g++-$(g++ -dumpversion)-multilib"
fi
finish

#!/usr/bin/env bash
# Other processors: 64-bit ARM, and s390x, whose bytes have the other order, in qemu. machine.cpp must write a registry and
# a page there of the same bytes as here, and each reads what the other has written. What ERM says about Linux by itself
# (constants, layouts) is compared with their system's headers.
# Debian: g++-aarch64-linux-gnu g++-s390x-linux-gnu qemu-user
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.bash"
need g++ qemu-user nlohmann-json3-dev libfmt-dev
cd "$work" || exit 1
headers="$(folder_of_headers)"
export XDG_CACHE_HOME="$work/cache"  # one for all of them: what a machine keeps there must not mislead another

build() {
  "$1" -std=c++17 -Wall -Wextra -Werror -DFMT_HEADER_ONLY -I"$root/include" -isystem "$headers" \
    "$root/tests/systems/machine.cpp" -o "$2" -static -pthread -Wl,--wrap=clock_gettime
}
facts() {
  "$1" -std=c++17 -Wall -Wextra -Werror -DFMT_HEADER_ONLY -fsyntax-only -I"$root/include" -I"$root/tests" \
    -isystem "$headers" "$root/tests/headers/api_linux.cpp"
}
writes() { $1 write "$2" "$2.html" && cmp here.html "$2.html" && diff -r here "$2"; }
reads() { $1 read "$2" read.html && cmp here.html read.html; }

check "g++ $(g++ -dumpfullversion), $(uname -m): builds" build g++ native || finish
check "$(uname -m) writes a registry and a page" ./native write here here.html || finish

for machine in aarch64 s390x; do
  if ! install "g++-$machine-linux-gnu"; then
    skip "$machine: Debian does not have its compiler here"
    continue
  fi
  compiler="$machine-linux-gnu-g++"
  what="$machine, $compiler $("$compiler" -dumpfullversion)"
  check "$what: what ERM says about Linux is what its headers say" facts "$compiler"
  check "$what: builds" build "$compiler" "$machine" || continue
  emulated="qemu-$machine ./$machine"
  check "$machine writes the same bytes, qemu $(qemu-$machine --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p')" \
    writes "$emulated" "registry-$machine"
  check "$machine reads the registry of $(uname -m), and writes the same page" reads "$emulated" here
  check "$(uname -m) reads the registry of $machine, and writes the same page" reads ./native "registry-$machine"
done
finish

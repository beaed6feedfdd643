#!/usr/bin/env bash
# The sweep of faults in its whole form: each call to the system of each operation fails with ENOSPC, EDQUOT or EIO, does
# half of its work, is the last one of a full or a broken disk, or kills the process. tests/faults_test.cpp says what must
# hold afterwards; the first tier runs it with one error. Takes a minute or two in memory, longer on a slow disk.
#   ERM_FAULT_FOLDERS="/dev/shm /mnt/nfs" tests/systems/run.sh faults      by default /dev/shm and the temporary folder
# Debian: g++ nlohmann-json3-dev libfmt-dev catch2.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.bash"
need g++ nlohmann-json3-dev libfmt-dev catch2
compiler="${CXX:-g++}"
cd "$work" || exit 1

build() {
  "$compiler" -std=c++17 -I"$root/tests" -I"$root/include" "$root/tests/main.cpp" "$root/tests/fault_shim.cpp" \
    "$root/tests/faults_test.cpp" -lfmt -pthread -ldl -o faults
}
sweep() { TMPDIR="$1" ./faults "[sweep]" >said-by-faults 2>&1; }

check "the sweep is compiled" build || exit 1
for folder in ${ERM_FAULT_FOLDERS-/dev/shm ${TMPDIR:-/tmp}}; do
  if [ ! -w "$folder" ]; then skip "the sweep in $folder: it cannot be written"; continue; fi
  kind="$(stat -f -c %T "$folder")"
  sweep "$folder"
  status=$?
  check "the sweep on $kind: $(sed -n 's/^in all: //p' said-by-faults)" test "$status" -eq 0 || tail -n 40 said-by-faults
done
finish

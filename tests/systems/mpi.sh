#!/usr/bin/env bash
# Two ranks share a live run, with Open MPI and with MPICH; rank 1 ends in some way. Both install handlers of signals:
# Open MPI in MPI_Init, MPICH's UCX when it is loaded. In both orders of LiveRun and MPI_Init.
# Debian: libopenmpi-dev openmpi-bin libmpich-dev mpich
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.bash"
cd "$work" || exit 1
headers="$(folder_of_headers)"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_btl=self,tcp OMPI_MCA_btl_tcp_if_include=lo OMPI_MCA_oob_tcp_if_include=lo OMPI_MCA_pml=ob1

# Rank 1 has exactly $points points, and $text is in its metadata; rank 0 has all but those of a flush interval or two.
run_mode() {
  local order="$1" mode="$2" points="$3" text="$4" id="$1-$2"
  timeout 120 "mpirun.$mpi" -n 2 "./$mpi" log "registry-$mpi" "$id" "$order" "$mode" >"log-$mpi-$id" 2>&1
  sleep 1 # the launcher may still be ending rank 0
  "./$mpi" show "registry-$mpi" "$id" | tee shown
  local of_1="registry-$mpi/mpi/main/$id/history/rank1.json"
  grep -o '"erm": {.*' "$of_1"
  [ "$(sed -n 's/^rank1 //p' shown)" -eq "$points" ] && grep -qF "$text" "$of_1" &&
    [ "$(sed -n 's/^rank0 //p' shown)" -ge 25 ]
}

for mpi in openmpi mpich; do
  packages=(libopenmpi-dev openmpi-bin)
  [ "$mpi" = openmpi ] || packages=(libmpich-dev mpich)
  if ! install "${packages[@]}"; then
    skip "$mpi: Debian does not have it"
    continue
  fi
  full="$mpi $(dpkg-query -W -f '${Version}' "${packages[0]}")"
  check "$full: compiled" "mpicxx.$mpi" -std=c++17 -Wall -Wextra -DFMT_HEADER_ONLY -I"$root/include" \
    -isystem "$headers" "$root/tests/systems/mpi_program.cpp" -o "$mpi" -pthread || continue
  for order in late early; do
    what="$full, LiveRun $([ "$order" = late ] && echo after || echo before) MPI_Init"
    check "$what: all ranks finish" run_mode "$order" ok 60 '"status": "finished"'
    check "$what: a rank's segmentation fault" run_mode "$order" segv 40 '"failure": "ended by signal 11 (SIGSEGV)"'
    check "$what: a rank's division by zero" run_mode "$order" fpe 40 '"failure": "ended by signal 8 (SIGFPE)"'
    check "$what: a rank's abort()" run_mode "$order" sigabrt 40 '"failure": "ended by signal 6 (SIGABRT)"'
    check "$what: a rank's exit()" run_mode "$order" exit 40 '"failure": "the program ended before finish()"'
    # They run no handler: what was not flushed is lost, and the rank counts as killed.
    check "$what: MPI_Abort keeps the other rank's flushed points" run_mode "$order" abort 0 '"status": "running"'
    check "$what: SIGKILL keeps the other rank's flushed points" run_mode "$order" kill 0 '"status": "running"'
  done
done
finish

#!/usr/bin/env bash
# A registry on sshfs, through two mounts of one folder, as two machines have it: their locks are unknown to each other,
# and for some seconds each remembers sizes and names.
# Debian: g++ sshfs openssh-sftp-server fuse3; /dev/fuse, and the right to mount.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.bash"
need g++ sshfs openssh-sftp-server fuse3
[ -c /dev/fuse ] || skip_all "there is no /dev/fuse"
cd "$work" || exit 1
check "mounts.cpp: compiled" "${CXX:-g++}" -std=c++17 -O0 -DFMT_HEADER_ONLY -I"$root/include" \
  "$root/tests/systems/mounts.cpp" -o mounts -pthread -ldl || finish

printf '#!/bin/sh\nexec /usr/lib/openssh/sftp-server\n' >server
chmod +x server
mkdir disk one two
unmount() { for mount in one two; do fusermount3 -q -u "$work/$mount" 2>/dev/null; done; }
trap 'unmount; rm -rf "$work"' EXIT
for mount in one two; do
  sshfs -o ssh_command="$work/server" "nowhere:$work/disk" "$mount" || skip_all "sshfs cannot mount here"
done
version="$(sshfs --version 2>&1 | sed -n 's/^SSHFS version //p')"

# COUNT processes save at once, on both mounts in turn. $saved of them say that they did.
save_at_once() { # COUNT EXPERIMENT ID
  local i
  rm -f said.*
  for ((i = 0; i < $1; ++i)); do
    timeout 120 ./mounts save "$([ $((i % 2)) -eq 0 ] && echo one || echo two)/registry" "$2" "$3" "$i" >"said.$i" 2>&1 &
  done
  wait $(jobs -p)
  saved="$(cat said.* | grep -c '^saved')"
  grep -h '^error' said.* | cut -c 1-200
  ! grep -q '^error' said.*
}
chosen_ids() {
  local round
  for round in 1 2 3 4 5; do
    save_at_once 6 "chosen$round" same && [ "$saved" -eq 1 ] && ./mounts check disk/registry "chosen$round" 1 || return 1
  done
}
generated_ids() {
  local round
  for round in 1 2 3; do
    save_at_once 12 "generated$round" - && [ "$saved" -eq 12 ] && ./mounts check disk/registry "generated$round" 12 || return 1
  done
}
all_is_swept() { ! find disk -path '*/.erm_tmp/*' -o -name '.fuse_hidden*' | grep .; }
polled() {
  ./mounts live one/registry live polled 300 20 >live 2>&1 &
  local live=$!
  sleep 0.5
  # find looks at every file, and the mount remembers each size for a while.
  while kill -0 $live 2>/dev/null; do find two/registry/live -size +0 >/dev/null 2>&1; done &
  ./mounts poll two/registry live polled 8
  local result=$?
  wait $live || result=1
  cat live
  wait
  return $result
}

check "sshfs $version: save, overwrite, live, edit, delete, restore" ./mounts all one/registry
check "sshfs $version, two mounts: of 6 saves of one id 1 succeeds, five times" chosen_ids
check "sshfs $version, two mounts: 12 of 12 saves without ids succeed and are whole, three times" generated_ids
check "sshfs $version, two mounts: nothing is left behind" all_is_swept
check "sshfs $version, two mounts: a live run that is polled is never damaged" polled
check "sshfs $version: a server of its own disk finds what the mounts saved" ./mounts check disk/registry chosen1 1
finish

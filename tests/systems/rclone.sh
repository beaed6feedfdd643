#!/usr/bin/env bash
# A registry on an rclone mount, in its default mode, which writes a file only from its beginning to its end, and with
# --vfs-cache-mode writes. The remote is a folder of this machine.
# Debian: g++ rclone fuse3; /dev/fuse, and the right to mount.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.bash"
need g++ rclone fuse3
[ -c /dev/fuse ] || skip_all "there is no /dev/fuse"
cd "$work" || exit 1
check "mounts.cpp: compiled" "${CXX:-g++}" -std=c++17 -O0 -DFMT_HEADER_ONLY -I"$root/include" \
  "$root/tests/systems/mounts.cpp" -o mounts -pthread -ldl || finish

mkdir remote mount cache
unmount() { fusermount3 -q -u "$work/mount" 2>/dev/null; }
trap 'unmount; rm -rf "$work"' EXIT
version="$(rclone version | sed -n '1s/^rclone v//p')"

save_at_once() { # COUNT EXPERIMENT ID
  local i
  rm -f said.*
  for ((i = 0; i < $1; ++i)); do
    timeout 120 ./mounts save mount/registry "$2" "$3" "$i" >"said.$i" 2>&1 &
  done
  wait $(jobs -p)
  saved="$(cat said.* | grep -c '^saved')"
  grep -h '^error' said.* | cut -c 1-200
  ! grep -q '^error' said.*
}
chosen_ids() { save_at_once 6 chosen same && [ "$saved" -eq 1 ] && ./mounts check mount/registry chosen 1; }
generated_ids() { save_at_once 12 generated - && [ "$saved" -eq 12 ] && ./mounts check mount/registry generated 12; }
is_in_remote() {
  local i
  for ((i = 0; i < 100; ++i)); do
    ./mounts check remote/registry generated 12 >/dev/null && return
    sleep 0.2
  done
  ./mounts check remote/registry generated 12
}

for mode in off writes; do
  rm -rf remote/registry
  rclone mount --config /dev/null --cache-dir "$work/cache" --vfs-cache-mode $mode --vfs-write-back 1s --daemon \
    ":local:$work/remote" mount 2>said || skip_all "rclone cannot mount here"
  what="rclone $version, --vfs-cache-mode $mode"
  check "$what: save, overwrite, live, edit, delete, restore" ./mounts all mount/registry
  check "$what: of 6 saves of one id 1 succeeds" chosen_ids
  check "$what: 12 of 12 saves without ids succeed and are whole" generated_ids
  check "$what: they are in the remote" is_in_remote
  unmount
  sleep 1
done
finish

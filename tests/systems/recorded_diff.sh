#!/usr/bin/env bash
# A file that is edited, added to git's index, edited again to the same size and recorded at once, 500 times: the diff is
# in each record. Git takes an edit of the same size in the clock tick of its index for no change.
#   ERM_ROUNDS=500
# shellcheck disable=SC1091
. "$(dirname "$0")/common.bash"
need git cmake xxd
rounds="${ERM_ROUNDS:-500}"

cd "$work" || exit 1
mkdir code build
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
git -C code init -q
git -C code config user.email nobody@example.org
git -C code config user.name nobody
echo 00000 >code/model.txt
git -C code add model.txt
git -C code commit -qm first
cat >facts.cmake <<FACTS
set(target train)
set(type EXECUTABLE)
set(symbol s)
set(max_diff_bytes 262144)
set(compiler "GNU 12.2.0")
set(binary_dir $work/build)
set(source_dir $work/code)
FACTS

# The record is C++ with its bytes in hexadecimal.
text_of_record() { grep -o '0x[0-9a-f][0-9a-f]' build/record.inc | cut -c 3- | tr -d '\n' | xxd -r -p; }

record_each_round() {
  local i missing=0
  for ((i = 1; i <= rounds; ++i)); do
    printf '%05d\n' "$((2 * i))" >code/model.txt
    git -C code add model.txt
    printf '%05d\n' "$((2 * i + 1))" >code/model.txt
    cmake -DFACTS="$work/facts.cmake" -DOUTPUT="$work/build/record.inc" -P "$root/docs/packaging/record-build-step.cmake"
    text_of_record | grep -aq "^+$(printf '%05d' "$((2 * i + 1))")\$" || missing=$((missing + 1))
  done
  echo "$missing of $rounds records miss the diff"
  [ "$missing" -eq 0 ]
}
check "the diff is in each of $rounds records" record_each_round
finish

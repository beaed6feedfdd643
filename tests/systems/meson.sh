#!/usr/bin/env bash
# A project of Meson that gets ERM by the wrap of docs/packaging/meson, from a clone that stands for the remote.
# shellcheck disable=SC1091
. "$(dirname "$0")/common.bash"
need meson ninja-build g++ nlohmann-json3-dev libfmt-dev git

git clone --quiet --bare "$root" "$work/remote.git" || skip_all "this is no clone of git"
git -C "$work/remote.git" update-ref refs/heads/main "$(git -C "$root" rev-parse HEAD)"
mkdir -p "$work/project/subprojects"
cd "$work/project" || exit 1
cp -r "$root/docs/packaging/meson/packagefiles" subprojects/
sed "s|^url = .*|url = file://$work/remote.git|" "$root/docs/packaging/meson/erm.wrap" >subprojects/erm.wrap
cp "$root/tests/docs/install/train.cpp" .
cat >meson.build <<'EOS'
project('my_training', 'cpp', default_options: ['cpp_std=c++17', 'warning_level=3', 'werror=true'])
executable('train', 'train.cpp', dependencies: dependency('erm', version: '>=0.2'))
EOS
check "Meson $(meson --version) configures" meson setup build || finish
check "it builds" meson compile -C build || finish
run() { build/train && test -d erm-registry; }
check "the program saves a run" run
finish

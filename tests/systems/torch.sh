#!/usr/bin/env bash
# Compiles the adaptors for libtorch, and the documentation's example, against the real library, and runs them.
# Debian: g++ libtorch-dev nlohmann-json3-dev libfmt-dev catch2 (about 700 MB with what they need). A libtorch of one's
# own: ERM_LIBTORCH=/path/to/libtorch, the folder that the zip archive of pytorch.org has.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.bash"
cd "$work" || exit 1
need g++ nlohmann-json3-dev libfmt-dev catch2
if [ -n "${ERM_LIBTORCH-}" ]; then
  flags=(-isystem "$ERM_LIBTORCH/include/torch/csrc/api/include" -isystem "$ERM_LIBTORCH/include"
    -L"$ERM_LIBTORCH/lib" -Wl,-rpath,"$ERM_LIBTORCH/lib")
else
  need libtorch-dev
  flags=(-isystem /usr/include/torch/csrc/api/include)
fi
compile() {
  g++ -std=c++17 -O1 -Wall -Wextra -Werror -DERM_REAL_TORCH -I"$root/include" -I"$root/tests" "$@" "${flags[@]}" \
    -ltorch -ltorch_cpu -lc10 -lfmt -pthread -ldl
}
version="$(echo '#include <torch/version.h>
TORCH_VERSION' | g++ -E -P "${flags[@]}" -x c++ - | tail -n 1 | tr -d '"')"
tests() { compile "$root/tests/main.cpp" "$root/tests/libraries/torch_test.cpp" -o tests && ./tests; }
program() { compile "$root/tests/systems/torch.cpp" -o program && ./program; }
check "libtorch $version: tests/libraries/torch_test.cpp" tests
check "libtorch $version: a training program that logs its tensors" program
finish

#!/usr/bin/env bash
# The unit suite on Windows: each test file that is not of POSIX alone, compiled with MinGW-w64 and run in wine, without
# the tests that wine_differs.txt names. Takes half an hour.
# Debian: g++-mingw-w64-x86-64-posix wine64 lld catch2
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.bash"
need g++-mingw-w64-x86-64-posix wine64 lld catch2 cmake
cd "$work" || exit 1
headers="$(folder_of_headers)"
ln -sfn "${ERM_HEADERS:-/usr/include}/catch2" "$headers/catch2"
compiler=x86_64-w64-mingw32-g++-posix
flags=(-std=c++17 -Wall -Wextra -Werror -DERM_COMPILED -DFMT_HEADER_ONLY "-I$root/include" "-I$root/tests"
  -isystem "$headers" "-DERM_TEST_DATA=\"$root/tests/data\"" "-DERM_SOURCE_DIR=\"$root\""
  "-DERM_CMAKE_VERSION=\"$(sed -n 's/.*version\[\] = "\(.*\)".*/\1/p' "$root/include/erm/version.hpp")\"")
export compiler

# What a test needs that is not there: system calls of POSIX, git, a library that stands for a GPU.
is_for_posix() { grep -qE '<(sys/|unistd|poll|fcntl|signal|netinet|dlfcn|pthread)|child_process\.hpp|fault_shim\.hpp|git_repository\.hpp|ERM_FAKE_NVML|ERM_PROVENANCE_PROBE' "$1"; }

mapfile -t all < <(cd "$root/tests" && ls ./*_test.cpp detail/*/*_test.cpp)
files=()
for file in "${all[@]}"; do
  file="${file#./}"
  if is_for_posix "$root/tests/$file"; then skip "$file: it needs what only POSIX has"; else files+=("$file"); fi
done

# The parts that CMake compiles: the assembler cannot write all bodies to one file without optimisation.
cat >parts.cmake <<'END'
include(${SOURCE}/docs/packaging/compiled.cmake)
foreach(part IN LISTS ERM_COMPILED_PARTS)
  set(content "")
  foreach(body IN LISTS ERM_COMPILED_${part})
    string(APPEND content "#include \"erm/impl/${body}.inl\"\n")
  endforeach()
  file(WRITE part_${part}.cpp "${content}")
endforeach()
END
bodies() {
  cmake -DSOURCE="$root" -P parts.cmake &&
    printf '%s\n' part_*.cpp | xargs -P "$(nproc)" -I '{}' "$compiler" "${flags[@]}" -O0 -Wa,-mbig-obj -c '{}' -o '{}.o'
}
main() { "$compiler" "${flags[@]}" -O0 -Wa,-mbig-obj -c "$root/tests/main.cpp" -o main.o; }
precompiled() {
  mkdir -p pch
  printf '#include "%s/tests/catch.hpp"\n#include <nlohmann/json.hpp>\n' "$root" >pch/all.hpp
  "$compiler" "${flags[@]}" -O0 -Wa,-mbig-obj -x c++-header pch/all.hpp -o pch/all.hpp.gch
}
check "MinGW-w64 $($compiler -dumpfullversion): the bodies compile" bodies || finish
check "Catch2's main compiles" main || finish
check "the headers of the tests are precompiled" precompiled || finish

compile() { "$compiler" "${flags[@]}" -O0 -Wa,-mbig-obj -include pch/all.hpp -c "$root/tests/$1" -o "$2"; }
objects=()
linked=()
pending=()
for file in "${files[@]}"; do
  object="${file//\//_}.o"
  (compile "$file" "$object" >"$object.said" 2>&1 || rm -f "$object") &
  pending+=("$file")
  while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
done
wait
for file in "${pending[@]}"; do
  object="${file//\//_}.o"
  if check "$file: compiles" test -e "$object"; then
    objects+=("$object")
    linked+=("$file")
  else
    tail -n 8 "$object.said" | cut -c 1-300 | sed 's/^/    /'
  fi
done
# The linker of binutils takes more than ten minutes for what LLVM's does in a second.
links() {
  local line
  line="$("$compiler" -### "${objects[@]}" main.o part_*.o -o suite.exe -static 2>&1 | grep 'collect2' | head -n 1)"
  line="$(sed 's/^ *[^ ]*collect2[^ ]*//; s/-plugin [^ ]*//; s/"*-plugin-opt=[^ ]*//g' <<<"$line")"
  eval "ld.lld $line"
}
check "the suite links" links || finish

for wine in wine64 wine /usr/lib/wine/wine64 ""; do
  if command -v "$wine" >/dev/null; then break; fi
done
[ -n "$wine" ] || skip_all "there is no wine"
without=""
while read -r line; do
  case "$line" in "" ) ;; *:) reason="${line%:}" ;; *) skip "$line: $reason"; without+="~\"${line//,/\\,}\"" ;; esac
done <"$root/tests/systems/wine_differs.txt"

export WINEPREFIX="$work/wine" WINEDEBUG=-all DISPLAY=
check "$("$wine" --version): starts" "$wine" cmd /c exit 0 || finish
for file in "${linked[@]}"; do
  tag="$(basename "$file" .cpp)"
  check "$file" timeout 600 "$wine" suite.exe --filenames-as-tags --reporter compact "[#$tag]~[.]$without"
done
wineserver="$(command -v wineserver || echo /usr/lib/wine/wineserver64)"
"$wineserver" -k >/dev/null 2>&1
finish

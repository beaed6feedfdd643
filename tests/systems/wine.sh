#!/usr/bin/env bash
# Builds program.cpp for Windows with MinGW-w64, header-only, and runs it in wine.
# Debian: g++-mingw-w64-x86-64-posix wine64
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.bash"
need g++-mingw-w64-x86-64-posix
cd "$work" || exit 1
compiler=x86_64-w64-mingw32-g++-posix
check "MinGW-w64 $($compiler -dumpfullversion): compiled and linked" \
  $compiler -std=c++17 -O1 -Wa,-mbig-obj -Wall -Wextra -Werror -DFMT_HEADER_ONLY -I"$root/include" \
  -isystem "$(folder_of_headers)" "$root/tests/systems/program.cpp" -o program.exe -static || finish

need wine64
for wine in wine64 wine /usr/lib/wine/wine64 ""; do
  if command -v "$wine" >/dev/null; then break; fi
done
[ -n "$wine" ] || skip_all "there is no wine"
export WINEPREFIX="$work/wine" WINEDEBUG=-all DISPLAY=
check "$("$wine" --version): starts" "$wine" cmd /c exit 0 || finish
check "$("$wine" --version): program.cpp logs, saves, loads, finds and compares" "$wine" program.exe registry
wineserver="$(command -v wineserver || echo /usr/lib/wine/wineserver64)"
"$wineserver" -k >/dev/null 2>&1
finish

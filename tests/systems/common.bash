# shellcheck shell=bash
# What each script of this folder begins with:
#
#   . "$(dirname "$0")/common.bash"
#   need wine64 g++-mingw-w64-x86-64-posix        # or: skip_all "why"
#   check "what is looked at" command argument    # one line: passed, or failed with the command's last lines
#   finish
set -uo pipefail
# shellcheck disable=SC2034  # the scripts use it
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
# shellcheck disable=SC2034  # the scripts use it
readonly root
work="$(mktemp -d)"
readonly work
trap 'rm -rf "$work"' EXIT
any_failed=false

skip() { echo "skipped: $1"; }
skip_all() { skip "$1"; exit 77; }

is_installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q ' installed$'; }

# Installs Debian packages where they are missing; false where one cannot be had. Nothing is removed for them.
install() {
  local missing=() package
  for package in "$@"; do is_installed "$package" || missing+=("$package"); done
  [ "${#missing[@]}" -gt 0 ] || return 0
  command -v apt-get >/dev/null || return 1
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install --yes --no-remove \
    --no-install-recommends "${missing[@]}" </dev/null >"$work/apt" 2>&1
}
# The script is skipped where one of them cannot be had.
need() { install "$@" || skip_all "Debian packages that cannot be installed are among: $*"; }

check() {
  local what="$1"
  shift
  if "$@" >"$work/said" 2>&1; then
    echo "passed: $what"
  else
    any_failed=true
    echo "failed: $what"
    tail -n 15 "$work/said" | cut -c 1-300 | sed 's/^/    /'
    return 1
  fi
}

finish() { if $any_failed; then exit 1; fi; }

# A folder with nothing but the headers of nlohmann/json and fmt, for a compiler that must not see the system's others.
folder_of_headers() {
  local folder="$work/headers" library
  mkdir -p "$folder"
  for library in nlohmann fmt; do ln -sfn "${ERM_HEADERS:-/usr/include}/$library" "$folder/$library"; done
  echo "$folder"
}

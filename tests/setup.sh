#!/usr/bin/env bash
# Installs the missing packages to build ERM ("core"), to open its pages in a browser ("browser"), or to run every test
# ("tests"). Does nothing if everything is installed.
#   tests/setup.sh core|browser|tests
# Packages come from apt (with or without sudo), brew or vcpkg. Without any of them CMake fetches the
# libraries, and this script lists the tools to install by hand.
set -euo pipefail

readonly goal="${1:-core}"
case "$goal" in core | browser | tests) ;; *) echo "usage: $0 core|browser|tests" >&2; exit 2 ;; esac

has() { command -v "$1" >/dev/null 2>&1; }
compiler() { for name in c++ g++ clang++; do if has "$name"; then echo "$name"; return; fi; done; return 1; }
has_header() { echo "#include <$1>" | "$(compiler)" -std=c++17 -x c++ -E - >/dev/null 2>&1; }
# The interpreter that the tests use: the one for which the distribution has packages.
python() { if [ -x /usr/bin/python3 ]; then /usr/bin/python3 "$@"; else python3 "$@"; fi; }
python_has() { python -c "import $1" >/dev/null 2>&1; }
clang_sanitizes() { echo 'int main() {}' | clang++ -fsanitize=address,undefined -x c++ -o /dev/null - >/dev/null 2>&1; }

# Prints the names of the missing tools and libraries. A library is installed if the compiler finds its header.
missing() {
  compiler >/dev/null || echo compiler
  has cmake || echo cmake
  has ninja || has make || echo ninja
  has_header nlohmann/json.hpp || echo json
  has_header fmt/format.h || echo fmt
  [ "$goal" != core ] || return 0
  [ -n "${CHROMIUM:-}" ] || has chromium || has chromium-browser || has google-chrome || echo chromium
  has node || echo node
  has npm || echo npm
  [ "$goal" = tests ] || return 0
  has_header catch2/catch_all.hpp || has_header catch2/catch.hpp || echo catch2
  has clang++ || echo clang
  has git || echo git
  ! has clang++ || clang_sanitizes || echo clang-runtime
  has ccache || echo ccache
  has_header curl/curl.h || echo curl
  has_header openssl/hmac.h || echo openssl
  has_header CLI/CLI.hpp || echo cli11  # for an example
  has tmux || echo tmux  # shows what `erm watch` draws
  # A real S3 server, and an independent client, for the tests of registries in object storage.
  [ "$(uname)" != Linux ] || { has radosgw && has ceph-mon && has ceph-osd && has ceph; } || echo ceph
  [ "$(uname)" != Linux ] || has aws || echo awscli
  [ "$(uname)" != Linux ] || [ -e /usr/share/i18n/locales/de_DE ] || echo locales
  [ "$(uname)" != Linux ] || has x86_64-w64-mingw32-g++ || echo g++-mingw-w64-x86-64-posix
  [ "$(uname)" != Linux ] || has_header eigen3/Eigen/Core || echo eigen
  [ "$(uname)" != Linux ] || has_header benchmark/benchmark.h || echo libbenchmark-dev
  [ "$(uname)" != Linux ] || has pkg-config || echo pkg-config
  # Qt's headers define macros that ERM must survive.
  [ "$(uname)" != Linux ] || compgen -G "/usr/include/*/qt[56]/QtCore/QObject" >/dev/null || echo qt
  [ "$(uname)" != Linux ] || python_has pydantic || echo python3-pydantic
  [ "$(uname)" != Linux ] || python_has fsspec || echo python3-fsspec
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

apt_install() {
  echo "setup.sh: apt-get install $*"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
    install --yes --no-install-recommends "$@" </dev/null
}

apt_package() {
  case "$1" in
    compiler) echo g++ ca-certificates ;;
    ninja) echo ninja-build ;;
    json) echo nlohmann-json3-dev ;;
    fmt) echo libfmt-dev ;;
    node) echo nodejs ;;
    curl) echo libcurl4-openssl-dev ;;
    openssl) echo libssl-dev openssl ;;
    cli11) echo libcli11-dev ;;
    qt) echo qtbase5-dev ;;
    eigen) echo libeigen3-dev ;;
    ceph) echo radosgw ceph-mon ceph-osd ceph-common ;;
    clang-runtime) echo "libclang-rt-$(clang++ -dumpversion | cut -d. -f1)-dev" ;;
    *) echo "$1" ;;
  esac
}

install_with_apt() {
  local packages=() name
  # shellcheck disable=SC2207  # one word, one package
  for name in "$@"; do packages+=($(apt_package "$name")); done
  if [ "$(id -u)" -ne 0 ] && ! has sudo; then
    echo "setup.sh: neither root nor sudo. To install the packages, run as root: apt-get install ${packages[*]}" >&2
    return
  fi
  # If the package lists are out of date or missing, fetch them once.
  if compgen -G "/var/lib/apt/lists/*_Packages*" >/dev/null; then apt_install "${packages[@]}" && return; fi
  as_root apt-get -o DPkg::Lock::Timeout=300 update </dev/null || true
  apt_install "${packages[@]}" && return
  # One of the packages is not available here: install the others.
  for name in "${packages[@]}"; do apt_install "$name" || echo "setup.sh: cannot install $name" >&2; done
}

install_with_brew() {
  local name
  for name in "$@"; do
    case "$name" in
      compiler | clang | clang-runtime | locales | python3-* | npm) continue ;;  # Xcode's; npm comes with node
      json) name=nlohmann-json ;;
    esac
    echo "setup.sh: brew install $name"
    brew install "$name" || echo "setup.sh: cannot install $name" >&2
  done
}

install_with_vcpkg() {
  local name
  for name in "$@"; do
    case "$name" in
      json) name=nlohmann-json ;;
      fmt | catch2) ;;
      *) continue ;;
    esac
    echo "setup.sh: vcpkg install $name"
    "$vcpkg" install "$name" || echo "setup.sh: cannot install $name" >&2
  done
}

# Prints nothing if there is nothing to do.
find_missing() { wanted=(); local name; while read -r name; do wanted+=("$name"); done < <(missing); }
find_missing
[ "${#wanted[@]}" -gt 0 ] || exit 0

vcpkg="$(command -v vcpkg || true)"
[ -n "$vcpkg" ] || [ ! -x "${VCPKG_ROOT:-}/vcpkg" ] || vcpkg="$VCPKG_ROOT/vcpkg"
if has apt-get; then
  install_with_apt "${wanted[@]}"
  # The runtime that clang needs is known only after clang has been installed.
  find_missing
  case " ${wanted[*]-} " in *" clang-runtime "*) install_with_apt clang-runtime ;; esac
elif has brew; then
  install_with_brew "${wanted[@]}"
elif [ -n "$vcpkg" ]; then
  install_with_vcpkg "${wanted[@]}"
fi

find_missing
for name in ${wanted[@]+"${wanted[@]}"}; do
  case "$name" in
    compiler | cmake | ninja)
      echo "setup.sh: $name is missing, and neither apt, brew nor vcpkg could install it. Install a C++17 compiler," \
        "CMake 3.16 or later and ninja or make, and run this again." >&2
      exit 1
      ;;
    json | fmt | catch2) echo "setup.sh: $name is not installed; CMake will fetch its sources." ;;
    *) echo "setup.sh: $name is not installed; the tests that need it are skipped." ;;
  esac
done

#!/usr/bin/env bash
# The recipe of docs/packaging/conan with Conan 2, which builds the package and its test_package. nlohmann/json and fmt
# are the system's, so that nothing is downloaded.
# CONAN: the program; `conan` on the path if it is not set. Debian does not have it.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.bash"
conan="${CONAN:-conan}"
command -v "$conan" >/dev/null || skip_all "there is no conan: give it as CONAN"
need g++ cmake nlohmann-json3-dev libfmt-dev
version="$("$conan" --version)"
case "$version" in "Conan version 2."*) ;; *) skip_all "$version is not Conan 2" ;; esac

export CONAN_HOME="$work/conan"
profile() {
  "$conan" profile detect &&
    sed -i 's/^compiler.cppstd=.*/compiler.cppstd=17/' "$CONAN_HOME/profiles/default" &&
    printf '\n[platform_requires]\nnlohmann_json/%s\nfmt/%s\n' "$(version_of nlohmann-json3-dev)" "$(version_of libfmt-dev)" \
      >>"$CONAN_HOME/profiles/default"
}
version_of() { dpkg-query -W -f '${Version}' "$1" | sed 's/[-+].*//'; }
creates() { "$conan" create "$root/docs/packaging/conan" --test-folder "$work/test_package" "$@"; }
cp -r "$root/docs/packaging/conan/test_package" "$work/"

check "$version knows this compiler" profile || finish
check "$version: header-only" creates
check "$version: compiled" creates -o 'erm/*:compiled=True'
finish

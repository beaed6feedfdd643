#!/usr/bin/env bash
# libcurl 7.88.1 (Debian 12): after a transfer whose host name could not be resolved, its easy handle refuses
# CURLOPT_BUFFERSIZE with CURLE_BAD_FUNCTION_ARGUMENT (43), with a value that it accepted before. curl_easy_reset does
# not help. A transfer that fails later, such as a refused connection, ends that state, as does a new handle.
#
# Seen:    before the look-up: 0
#          transfer: 6 (could not resolve host)
#          after the look-up: 43
#          after curl_easy_reset: 43
#          transfer: 7 (could not connect)
#          after the connection: 0
# Expected, and documented nowhere otherwise: 0 each time. A program that sets its options anew for each transfer of a
# kept handle, and takes a refused option for an error, fails in every transfer after one failed look-up.
#
# Fails if that changes. Needs cc, apt-get and dpkg-deb; the packages are unpacked into a temporary folder.
set -euo pipefail
version=7.88.1-10+deb12u15
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
for package in libcurl4 libcurl4-openssl-dev; do
  apt-get -qq download "$package=$version" 2>/dev/null || { echo "skipped: $package $version cannot be had"; exit 77; }
  dpkg-deb -x "$package"_*.deb root
done
library="$(dirname "$(find root -name 'libcurl.so.4')")"
headers="$(dirname "$(dirname "$(find root -name curl.h)")")"

cat >handle.c <<'C'
#include <curl/curl.h>
#include <stdio.h>

static CURL *handle;
static void set_size(const char *when) {
  printf("%s: %d\n", when, (int)curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, 65536L));
}
static void transfer(const char *url) {
  curl_easy_setopt(handle, CURLOPT_URL, url);
  printf("transfer: %d\n", (int)curl_easy_perform(handle));
}
int main(void) {
  handle = curl_easy_init();
  set_size("before the look-up");
  transfer("http://name.invalid/"); /* RFC 6761: never resolves */
  set_size("after the look-up");
  curl_easy_reset(handle);
  set_size("after curl_easy_reset");
  transfer("http://127.0.0.1:1/");
  set_size("after the connection");
  curl_easy_cleanup(handle);
  return 0;
}
C
cc -I "$headers" handle.c -o handle "$library/libcurl.so.4" -Wl,-rpath,"$PWD/$library" -Wl,--allow-shlib-undefined

expected='before the look-up: 0
transfer: 6
after the look-up: 43
after curl_easy_reset: 43
transfer: 7
after the connection: 0'
found="$(env -u http_proxy -u HTTP_PROXY -u all_proxy -u ALL_PROXY ./handle)"
echo "$found"
[ "$found" = "$expected" ] || { echo "this has changed"; exit 1; }

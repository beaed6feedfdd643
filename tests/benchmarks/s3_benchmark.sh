#!/usr/bin/env bash
# How fast registries in object storage are, beside the aws client, against one radosgw on this machine.
#   s3_benchmark.sh PROGRAM [small] [copy] [list] [find] [large]     PROGRAM: the built erm_s3_benchmark; without names, all
set -euo pipefail

program="$(realpath "${1:?the built erm_s3_benchmark}")"
shift
what=" ${*:-small copy list find large} "
server="$(realpath "$(dirname "$0")/../s3/radosgw.sh")"
dir="$(mktemp -d)"
trap '"$server" stop "$dir/radosgw"; rm -rf "$dir"' EXIT

export ERM_S3_STORE_BYTES=$((9 << 30))  # of memory, for the large artifacts: of what is removed the server keeps it
"$server" start "$dir/radosgw"
if [ -e "$dir/radosgw/unavailable" ]; then exit 77; fi
# shellcheck disable=SC1091  # start wrote it
. "$dir/radosgw/env"
aws="$(command -v /usr/bin/aws || command -v aws)"
s3() { "$aws" --endpoint-url "$AWS_ENDPOINT_URL" s3 "$@"; }
seconds() {
  local begin end
  begin="$(date +%s.%N)"
  "$@"
  end="$(date +%s.%N)"
  awk "BEGIN { printf \"%.3f\", $end - $begin }"
}
"$aws" --version
s3 mb s3://bench >/dev/null

if [[ $what == *" small "* ]]; then
  "$program" small s3://bench "$dir/local"
  echo "aws s3 cp --recursive of those files: $(seconds s3 cp --quiet --recursive "$dir/local" s3://bench/aws) s"
fi
if [[ $what == *" copy "* ]]; then
  if [ ! -e "$dir/local" ]; then "$program" small s3://bench "$dir/local" >/dev/null; fi
  for turn in 1 2 3; do
    echo "1,000 runs up, aws s3 cp --recursive: $(seconds s3 cp --quiet --recursive "$dir/local" "s3://bench/by-aws$turn") s"
    "$program" copy "$dir/local" "s3://bench/by-erm$turn"
    echo "1,000 runs down, aws s3 cp --recursive: $(seconds s3 cp --quiet --recursive "s3://bench/by-erm$turn" "$dir/aws$turn") s"
    "$program" copy "s3://bench/by-erm$turn" "$dir/erm$turn"
    diff -r --exclude=.erm_registry.json "$dir/local" "$dir/erm$turn"
    rm -r "$dir/aws$turn" "$dir/erm$turn"
  done
fi
if [[ $what == *" list "* ]]; then "$program" list s3://bench; fi
if [[ $what == *" find "* ]]; then ERM_CACHE="$dir/cache" "$program" find s3://bench; fi
if [[ $what == *" large "* ]]; then
  head -c 1073741824 /dev/urandom >"$dir/model.bin"
  for turn in 1 2 3; do
    sync  # what the system still writes back is not a transfer's
    echo "1 GiB up, aws s3 cp:   $(seconds s3 cp --quiet "$dir/model.bin" "s3://bench/$turn.bin") s"
    "$program" upload "s3://bench/$turn" "$dir/model.bin"
    sync
    echo "1 GiB down, aws s3 cp: $(seconds s3 cp --quiet "s3://bench/$turn.bin" "$dir/by-aws.bin") s"
    rm "$dir/by-aws.bin"
    "$program" download "s3://bench/$turn" "$dir/by-erm.bin"
    cmp "$dir/model.bin" "$dir/by-erm.bin"
    rm "$dir/by-erm.bin"
  done
fi

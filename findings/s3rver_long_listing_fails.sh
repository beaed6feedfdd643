#!/usr/bin/env bash
# s3rver 3.7.1, a local S3 server for tests, under Node 20 (OpenSSL 3): a listing that does not fit into one answer is
# answered with 500 InternalError. Its continuation token is encrypted with a cipher that OpenSSL 3 has only in its
# legacy provider ("error:0308010C:digital envelope routines::unsupported"). Short listings work, so that a test passes
# until its bucket holds more than max-keys objects, 1,000 by default, and clients that retry a 500 seem to hang.
#
# Seen:    4 objects, listed in one answer: 200
#          4 objects, 2 an answer: 500
# Expected: 200 with IsTruncated and NextContinuationToken, as with Node 16 (OpenSSL 1.1).
#
# Fails if that changes (NODE=16.20.2 shows what is expected). Needs npm and curl 7.75 or later; all else goes into a temporary folder.
set -euo pipefail
folder="$(mktemp -d)"
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi; rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error "node@${NODE:-20.18.1}" s3rver@3.7.1 >/dev/null || { echo "skipped: npm cannot install"; exit 77; }
port="$(node_modules/.bin/node -e 'const server = require("net").createServer().listen(0, "127.0.0.1", () => {
  console.log(server.address().port); server.close(); })')"
node_modules/.bin/node node_modules/s3rver/bin/s3rver.js -d data -p "$port" --configure-bucket bucket >server.log 2>&1 &
server=$!

ask() {  # the status of a request
  curl -s -o answer -w '%{http_code}' --aws-sigv4 aws:amz:us-east-1:s3 -u S3RVER:S3RVER \
    -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$@"
}
wait_for_server=(--retry 20 --retry-connrefused --retry-delay 1)
for i in 1 2 3 4; do ask "${wait_for_server[@]}" -X PUT --data-binary x "http://127.0.0.1:$port/bucket/object-$i" >/dev/null; done
found="4 objects, listed in one answer: $(ask "http://127.0.0.1:$port/bucket?list-type=2")
4 objects, 2 an answer: $(ask "http://127.0.0.1:$port/bucket?list-type=2&max-keys=2")"
echo "$found"
grep -o -m1 'error:0308010C[^)]*' server.log || true
[ "$found" = "4 objects, listed in one answer: 200
4 objects, 2 an answer: 500" ] || { echo "this has changed"; exit 1; }

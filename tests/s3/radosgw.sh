#!/usr/bin/env bash
# A real S3 server for the tests: Ceph's radosgw on one monitor and one OSD in memory, on the loopback alone.
#   radosgw.sh start DIR     starts it with its state in DIR, and writes DIR/env: the AWS_* variables, over http
#                            (AWS_ENDPOINT_URL) and https (ERM_S3_HTTPS, trusting AWS_CA_BUNDLE). Where Ceph is not
#                            installed it writes DIR/unavailable with the reason, and succeeds.
#   radosgw.sh stop DIR      ends it and removes DIR
#   radosgw.sh kill DIR      ends the gateway at once; what was stored stays
#   radosgw.sh resume DIR    starts the gateway again
#   radosgw.sh run DIR http|https PROGRAM...   runs a program with those variables; status 77 where Ceph is missing, or
#                            one of the programs in ERM_S3_NEEDS
set -euo pipefail

command="${1:-}"
dir="$(realpath -m "${2:?a directory for the state}")"
readonly command dir
readonly key=erm-test-access secret=erm-test-secret-0123456789

# Ends with the reason; the tests are then reported as skipped.
unavailable() {
  mkdir -p "$dir"
  echo "$1" >"$dir/unavailable"
  echo "radosgw.sh: $1" >&2
  exit 0
}

fail() {
  echo "radosgw.sh: $1" >&2
  tail -n 20 "$dir"/log/*.out >&2 || true
  end_all
  exit 1
}

# A port that nothing listens on; another program may take it before its use, which shows as a failed start.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    [[ " ${ports[*]-} " != *" $port "* ]] || continue
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  ports+=("$port")
}

# Notes a process with the time of its start: a number that another process got meanwhile is then left alone.
launch() {
  local name="$1"
  shift
  setsid "$@" >>"$dir/log/$name.out" 2>&1 </dev/null &
  echo "$! $(process_start "$!") $name" >>"$dir/processes"
}

process_start() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# The processes of that name, or all, that still run.
alive() {
  local number start name
  [ -e "$dir/processes" ] || return 0
  while read -r number start name; do
    if [ "$(process_start "$number")" = "$start" ] && [ "${1:-$name}" = "$name" ]; then echo "$number"; fi
  done <"$dir/processes"
}

# Until a command succeeds. Ten minutes are for a server that hangs: no statement about how quick the machine is.
readonly last_resort=600
wait_until() {
  local end=$((SECONDS + last_resort))
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.05
  done
}

# At once: all that they hold is in memory, and no one's.
end_all() {
  local number
  for number in $(alive); do kill -KILL "$number" 2>/dev/null || true; done
  wait_until all_are_gone
}
all_are_gone() { [ -z "$(alive)" ]; }

gateway() {
  launch gateway radosgw -f -c "$dir/ceph.conf" -n client.rgw
  wait_until gateway_answers_or_is_gone && [ -n "$(alive gateway)" ]
}
gateway_answers_or_is_gone() {
  (exec 3<>"/dev/tcp/127.0.0.1/$(cat "$dir/port")") 2>/dev/null || [ -z "$(alive gateway)" ]
}

osd_is_up() { timeout $last_resort ceph -c "$dir/ceph.conf" osd stat -f json 2>/dev/null | grep -q '"num_up_osds":1'; }

start() {
  rm -rf "$dir"
  local program
  for program in radosgw radosgw-admin ceph ceph-mon ceph-osd ceph-authtool monmaptool openssl setsid; do
    command -v "$program" >/dev/null || unavailable "there is no $program: install Ceph's gateway, monitor and OSD"
  done
  mkdir -p "$dir"/{mon,osd,log}
  ports=()
  for _ in 1 2 3 4 5; do free_port; done
  local http=${ports[0]} https=${ports[1]} mon=${ports[2]} mon1=${ports[3]} osd=${ports[4]}
  echo "$http" >"$dir/port"
  local config="$dir/ceph.conf" fsid
  fsid="$(cat /proc/sys/kernel/random/uuid)"
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$dir/tls.key" -out "$dir/tls.pem" -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,DNS:*.localhost,IP:127.0.0.1 2>/dev/null

  # "crc" where auth is off: the default asks for keys. memstore's pages lose data. Without tcp_nodelay each answer
  # over a kept connection waits 40 ms. A gateway that was killed is waited for as long as its watch lasts.
  cat >"$config" <<EOF
[global]
fsid = $fsid
mon host = [v2:127.0.0.1:$mon/0,v1:127.0.0.1:$mon1/0]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind port min = $osd
ms bind port max = $((osd + 100))
auth cluster required = none
auth service required = none
auth client required = none
auth allow insecure global id reclaim = false
ms mon client mode = crc
ms client mode = crc
ms cluster mode = crc
ms service mode = crc
log file = $dir/log/\$name.log
admin socket =
pid file =
run dir = $dir
crash dir = $dir/log
keyring = $dir/keyring
setuser match path =
mon allow pool size one = true
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd crush chooseleaf type = 0
[mon]
mon data = $dir/mon
paxos propose interval = 0.05
paxos min wait = 0.01
[osd]
osd data = $dir/osd
osd objectstore = memstore
memstore page set = false
memstore device bytes = ${ERM_S3_STORE_BYTES:-4294967296}
osd min pg log entries = 50
osd max pg log entries = 500
osd client watch timeout = 2
osd class load list = *
osd class default list = *
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:$http ssl_endpoint=127.0.0.1:$https ssl_certificate=$dir/tls.pem ssl_private_key=$dir/tls.key tcp_nodelay=1
rgw dns name = localhost
rgw thread pool size = 64
rgw rados pool pg num min = 4
rgw enable usage log = false
rgw enable ops log = false
rgw dynamic resharding = false
rgw run sync thread = false
EOF
  {
    ceph-authtool --create-keyring "$dir/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *'
    ceph-authtool "$dir/keyring" --gen-key -n mon. --cap mon 'allow *'
    monmaptool --create --clobber --fsid "$fsid" --addv a "[v2:127.0.0.1:$mon,v1:127.0.0.1:$mon1]" "$dir/monmap"
    ceph-mon -c "$config" --mkfs -i a --monmap "$dir/monmap" --keyring "$dir/keyring"
  } >"$dir/log/setup.out" 2>&1 || fail "the monitor cannot be set up"
  launch mon ceph-mon -f -c "$config" -i a --public-addr 127.0.0.1
  local osd_id
  osd_id="$(cat /proc/sys/kernel/random/uuid)"
  {
    timeout $last_resort ceph -c "$config" osd new "$osd_id"
    ceph-osd -c "$config" -i 0 --mkfs --osd-uuid "$osd_id"
  } >>"$dir/log/setup.out" 2>&1 || fail "the OSD cannot be set up"
  launch osd ceph-osd -f -c "$config" -i 0
  wait_until osd_is_up || fail "the OSD does not come up"
  timeout $last_resort radosgw-admin -c "$config" user create --uid=erm --display-name=erm --access-key="$key" \
    --secret="$secret" >>"$dir/log/setup.out" 2>&1 || fail "the user cannot be made"
  gateway || fail "the gateway does not start"
  cat >"$dir/env" <<EOF
export AWS_ACCESS_KEY_ID=$key
export AWS_SECRET_ACCESS_KEY=$secret
export AWS_REGION=us-east-1
export AWS_DEFAULT_REGION=us-east-1
export AWS_ENDPOINT_URL=http://127.0.0.1:$http
export AWS_CA_BUNDLE=$dir/tls.pem
export AWS_CONFIG_FILE=$dir/none
export AWS_SHARED_CREDENTIALS_FILE=$dir/none
export AWS_EC2_METADATA_DISABLED=true
export AWS_REQUEST_CHECKSUM_CALCULATION=when_required
export ERM_S3_HTTPS=https://localhost:$https
export ERM_S3_SERVER=$dir
export no_proxy=127.0.0.1,localhost
EOF
}

case "$command" in
  start) start ;;
  stop)
    end_all
    rm -rf "$dir"
    ;;
  kill) for number in $(alive gateway); do kill -KILL "$number"; done ;;
  resume) gateway || fail "the gateway does not start again" ;;
  run)
    protocol="$3"
    shift 3
    if [ -e "$dir/unavailable" ]; then
      echo "skipped: $(cat "$dir/unavailable")"
      exit 77
    fi
    for needed in ${ERM_S3_NEEDS-}; do
      command -v "$needed" >/dev/null || { echo "skipped: there is no $needed" && exit 77; }
    done
    # shellcheck disable=SC1091  # start wrote it
    . "$dir/env"
    [ "$protocol" = http ] || export AWS_ENDPOINT_URL="$ERM_S3_HTTPS"
    exec "$@"
    ;;
  *)
    echo "usage: $0 start|stop|kill|resume DIR, or $0 run DIR http|https PROGRAM..." >&2
    exit 2
    ;;
esac

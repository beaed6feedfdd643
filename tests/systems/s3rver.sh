#!/usr/bin/env bash
# A real server that ignores If-None-Match: s3rver, from npm. Eight processes save at one moment, five times: one of
# them gets the id that all chose, and each gets a generated id of its own.
. "$(dirname "$0")/common.bash"
need g++ libcurl4-openssl-dev libssl-dev nlohmann-json3-dev libfmt-dev
{ command -v node && command -v npm; } >/dev/null || need nodejs npm

cd "$work" || exit 1
version="${ERM_S3RVER_VERSION:-3.7.1}"
npm install --silent --no-audit --no-fund "s3rver@$version" >/dev/null 2>&1 ||
  skip_all "npm cannot install s3rver $version"

cat >saves.cpp <<'EOF'
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include <erm/erm.hpp>
#include <erm/s3.hpp>

// saves REGISTRY chosen|generated SUCCESSES
int main(int, char** argv) {
  const std::string registry = argv[1];
  const bool chosen = std::string(argv[2]) == "chosen";
  const int wanted = std::atoi(argv[3]), savers = 8;
  const auto start = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
  for (int i = 0; i < savers; ++i) {
    if (fork() != 0) continue;
    std::this_thread::sleep_until(start);
    try {
      erm::RunOptions options;
      if (chosen) options.run_id = "one";
      erm::ExperimentRun run("experiment", options);
      run.log_param("saver", i);
      run.log_text(std::to_string(i), "note");
      erm::save_run_to_registry(run, registry);
      _exit(0);
    } catch (const erm::RunExistsError&) {
      _exit(1);
    } catch (const std::exception& error) {
      std::printf("saver %d: %s\n", i, error.what());
      std::fflush(stdout);
      _exit(2);
    }
  }
  int saved = 0, failed = 0, status = 0;
  while (wait(&status) > 0) {
    if (WEXITSTATUS(status) == 0) ++saved;
    if (WEXITSTATUS(status) == 2) ++failed;
  }
  std::set<std::string> found;
  for (const erm::ExperimentRun& run : erm::load_runs_from_registry(registry, "experiment")) {
    const std::string saver = run.params().at("saver").str();
    if (erm::to_text(run.artifacts().at("note").bytes()) == saver) found.insert(saver);
  }
  std::printf("%d saved, %d failed, %zu whole runs of different savers\n", saved, failed, found.size());
  return saved == wanted && failed == 0 && static_cast<int>(found.size()) == wanted ? 0 : 1;
}
EOF
check "the program compiles" "${CXX:-g++}" -std=c++17 -DFMT_HEADER_ONLY -I"$root/include" saves.cpp -o saves \
  -pthread -lcurl -lcrypto -ldl || finish

# The tokens of its listings need a cipher that OpenSSL 3 has in its legacy provider only. Older ones know no such
# option.
options=--openssl-legacy-provider
NODE_OPTIONS=$options node -e 0 2>/dev/null || options=
port=$((20000 + RANDOM % 12000))
mkdir data
NODE_OPTIONS=$options node node_modules/.bin/s3rver --silent --directory data --address 127.0.0.1 --port "$port" \
  --no-vhost-buckets --configure-bucket bucket >server.log 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }
until answers; do
  kill -0 "$server" 2>/dev/null || skip_all "s3rver $version does not start: $(tail -n 1 server.log)"
  sleep 0.1
done
export AWS_ACCESS_KEY_ID=S3RVER AWS_SECRET_ACCESS_KEY=S3RVER AWS_REGION=us-east-1
export AWS_ENDPOINT_URL="http://127.0.0.1:$port"
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null no_proxy=127.0.0.1

for round in 1 2 3 4 5; do
  check "s3rver $version, one of eight savers gets a chosen id, $round" ./saves "s3://bucket/one$round" chosen 1
  check "s3rver $version, eight generated ids, $round" ./saves "s3://bucket/many$round" generated 8
done
finish

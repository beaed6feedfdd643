// What a live run records of where it came from, and of the system while it runs.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <thread>

#include <unistd.h>

#include "catch.hpp"
#include "child_process.hpp"
#include "erm/json.hpp"
#include "erm/live_run.hpp"
#include "erm/provenance.hpp"
#include "erm/registry.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace live_provenance_test {

namespace {

using erm::ExperimentRun;
using erm::Json;
using erm::LiveOptions;
using erm::LiveRun;
using erm_test::Child;
using erm_test::TemporaryDirectory;
using erm_test::write_file;
using std::chrono::milliseconds;

/// What takes no time to look for.
LiveOptions quick_options(const std::string& run_id = "run") {
  LiveOptions options;
  options.run_id = run_id;
  options.provenance_options.code = options.provenance_options.gpus = false;
  return options;
}

ExperimentRun load(const TemporaryDirectory& dir, const std::string& run_id = "run") {
  return erm::load_run_from_registry(dir / "registry", "exp", "main", run_id);
}

}  // namespace

TEST_CASE("A live run records its provenance automatically, even if it ends at once") {
  const TemporaryDirectory dir;
  ::setenv("MY_MODE", "fast", 1);
  LiveOptions options;
  options.run_id = "run";
  options.provenance_options.environment = {"MY_MODE"};
  LiveRun(dir / "registry", "exp", options).finish();
  ::unsetenv("MY_MODE");
  const Json provenance = load(dir).provenance();
  CHECK(provenance.at("program").at("pid") == ::getpid());
  CHECK(provenance.at("environment").at("MY_MODE") == "fast");
  CHECK(provenance.at("machine").contains("cores"));
  CHECK(provenance.contains("build"));
}

TEST_CASE("A live run records no provenance if the options say so") {
  const TemporaryDirectory dir;
  LiveOptions options = quick_options();
  options.provenance = false;
  LiveRun run(dir / "registry", "exp", options);
  run.finish();
  CHECK(load(dir).provenance() == Json::object());
}

TEST_CASE("The environment and the working directory are those at the start of a live run") {
  const TemporaryDirectory dir;
  const std::filesystem::path before = std::filesystem::current_path();
  ::setenv("OMP_NUM_THREADS", "3", 1);
  LiveRun run(dir / "registry", "exp", quick_options());
  ::setenv("OMP_NUM_THREADS", "4", 1);
  std::filesystem::current_path(dir.path());
  run.finish();
  std::filesystem::current_path(before);
  ::unsetenv("OMP_NUM_THREADS");
  CHECK(load(dir).provenance().at("environment").at("OMP_NUM_THREADS") == "3");
  CHECK(load(dir).provenance().at("program").at("working_directory") == before.string());
}

TEST_CASE("A live run accepts inputs, seeds and engines, and may be captured again") {
  const TemporaryDirectory dir;
  write_file(dir.path() / "train.csv", "abc");
  LiveRun run(dir / "registry", "exp", quick_options());
  run.log_input("train set", dir / "train.csv");
  run.log_seed(42);
  std::mt19937 random(42);
  run.log_rng("shuffle", random);
  std::mt19937 restored;
  CHECK(run.restore_rng("shuffle", restored));
  CHECK(restored == random);
  CHECK_FALSE(run.restore_rng("none", restored));
  erm::ProvenanceOptions again;
  again.code = again.gpus = again.machine = false;
  run.capture_provenance(again);
  run.finish();
  const Json provenance = load(dir).provenance();
  CHECK(provenance.at("inputs").at("train set").at("size") == 3);
  CHECK(provenance.at("seeds").at("seed") == 42);
  CHECK_FALSE(provenance.contains("machine"));
  CHECK_FALSE(provenance.contains("earlier"));
}

TEST_CASE("A process that resumes a run has its engines, and keeps what was different before", "[fork]") {
  const TemporaryDirectory dir;
  Child first([&](const Child::Tell& tell) {
    LiveRun run(dir / "registry", "exp", quick_options());
    std::mt19937 random(42);
    random.discard(5);
    run.log_rng("shuffle", random);
    tell(::getpid());
    run.finish();
  });
  REQUIRE(first.wait());
  LiveOptions options = quick_options();
  options.resume = true;
  LiveRun run(dir / "registry", "exp", options);
  std::mt19937 random, expected(42);
  expected.discard(5);
  REQUIRE(run.restore_rng("shuffle", random));
  CHECK(random == expected);
  run.finish();
  const Json provenance = load(dir).provenance();
  CHECK(provenance.at("program").at("pid") == ::getpid());
  REQUIRE(provenance.at("earlier").size() == 1);
  CHECK(provenance.at("earlier").at(0).at("program").at("pid") == first.told().at(0));
  CHECK(provenance.at("earlier").at(0).contains("captured_utc"));
  CHECK_FALSE(provenance.at("earlier").at(0).contains("machine"));  // the same
  CHECK_FALSE(provenance.at("earlier").at(0).at("program").contains("executable"));
}

TEST_CASE("Other writers of a run record what differs in their environment, while it runs and afterwards", "[fork]") {
  const TemporaryDirectory dir;
  // Before this process has threads: the address sanitizer's allocator does not outlive a fork beside them. It waits for
  // the run to be there.
  Child other([&](const Child::Tell& tell) {
    ::setenv("OMPI_COMM_WORLD_RANK", "1", 1);
    LiveOptions options = quick_options();
    options.writer = "rank1";
    LiveRun joined(dir / "registry", "exp", options);
    joined.log_seed("main", 2);
    joined.log_seed("rank1", 3);
    tell(::getpid());
    joined.finish();
  });
  LiveRun run(dir / "registry", "exp", quick_options());
  run.log_seed("main", 1);
  REQUIRE(other.wait());
  const std::int64_t pid = other.told().at(0);
  const auto check = [&] {
    const Json provenance = load(dir).provenance();
    CHECK(provenance.at("seeds") == Json({{"main", 1}, {"rank1", 3}}));
    CHECK(provenance.at("writers").at("rank1").at("program") == Json({{"pid", pid}}));
    CHECK(provenance.at("writers").at("rank1").at("job") == Json({{"mpi_rank", 1}}));
    CHECK(provenance.at("program").at("pid") == ::getpid());
  };
  run.capture_provenance(quick_options().provenance_options);
  run.flush();
  check();
  run.finish();
  check();
}

TEST_CASE("A disabled run and the child of a fork record nothing, and do not fail", "[fork]") {
  const TemporaryDirectory dir;
  const auto use = [&](LiveRun& run) {
    run.capture_provenance();
    run.log_input("none", dir / "none");
    run.log_seed(1);
    std::mt19937 random(1);
    run.log_rng("shuffle", random);
    return run.restore_rng("shuffle", random);
  };
  LiveRun disabled = LiveRun::disabled();
  CHECK_FALSE(use(disabled));
  LiveRun run(dir / "registry", "exp", quick_options());
  while (!load(dir).provenance().contains("program")) run.flush();  // its thread is at rest then: see above
  Child child([&](const Child::Tell& tell) { tell(use(run) ? 1 : 0); });
  CHECK(child.wait());
  CHECK(child.told().at(0) == 0);
  run.finish();
  CHECK_FALSE(load(dir).provenance().contains("seeds"));
}

TEST_CASE("After its end a run accepts no more provenance") {
  const TemporaryDirectory dir;
  LiveRun run(dir / "registry", "exp", quick_options());
  run.finish();
  CHECK(erm_test::contains(erm_test::thrown<erm::Error>([&] { run.log_seed(1); }), "cannot log to the live run"));
  CHECK(erm_test::contains(erm_test::thrown<erm::Error>([&] { run.capture_provenance(); }),
                           "cannot log to the live run"));
}

TEST_CASE("A process that ends without finish() saves its provenance", "[fork]") {
  const TemporaryDirectory dir;
  Child child([&](const Child::Tell& tell) {
    LiveRun* const run = new LiveRun(dir / "registry", "exp", quick_options());
    tell(run->is_disabled() ? 1 : 0);
    std::exit(5);
  });
  CHECK_FALSE(child.wait());
  CHECK(child.exit_code() == 5);
  CHECK(load(dir).status() == erm::RunStatus::failed);
  CHECK(load(dir).provenance().contains("program"));
}

TEST_CASE("A run that is writing a file is found by it, whichever of its writers made it") {
  const TemporaryDirectory dir;
  write_file(dir.path() / "model.bin", "weights");
  write_file(dir.path() / "other.bin", "weights of rank 1");
  LiveOptions options = quick_options();
  options.hash_artifacts = false;
  LiveRun run(dir / "registry", "exp", options);
  run.log_artifact(dir / "model.bin", "model");
  options.writer = "rank1";
  LiveRun joined(dir / "registry", "exp", options);
  joined.log_artifact(dir / "other.bin", "other");
  for (const char* const file : {"model.bin", "other.bin"}) {
    const auto found = erm::run_that_made(dir / "registry", dir / file);
    REQUIRE(found);
    CHECK(found->run_id() == "run");
  }
  write_file(dir.path() / "model.bin", "Weights");
  CHECK_FALSE(erm::run_that_made(dir / "registry", dir / "model.bin"));
}

TEST_CASE("System metrics are histories whose steps are the seconds of the run") {
  const TemporaryDirectory dir;
  LiveOptions options = quick_options();
  options.system_metrics = true;
  options.system_metrics_interval = milliseconds(100);
  options.flush_interval = std::chrono::hours(1);
  LiveRun run(dir / "registry", "exp", options);
  LiveOptions of_other = options;
  of_other.writer = "rank1";
  LiveRun joined(dir / "registry", "exp", of_other);
  const auto points = [&](const char* metric) {
    const ExperimentRun now = load(dir);
    const auto found = now.history().find(metric);
    return found == now.history().end() ? std::size_t{0} : found->second.size();
  };
  while (points("system/cpu_share") < 3 || points("system/rank1/memory_bytes") < 3)
    std::this_thread::sleep_for(milliseconds(10));
  joined.finish();
  run.finish();
  const ExperimentRun done = load(dir);
  CHECK(done.history().at("system/memory_bytes").size() > 3);  // from the first sample on
  CHECK(done.history().at("system/memory_bytes").last().value > 100000);
  CHECK(done.metrics().count("system/memory_peak_bytes") == 1);
  for (const erm::MetricPoint& point : done.history().at("system/cpu_share").points()) {
    CHECK(point.step >= 0);
    CHECK(point.value >= 0);
  }
}

TEST_CASE("System metrics are not logged by default") {
  const TemporaryDirectory dir;
  LiveRun run(dir / "registry", "exp", quick_options());
  run.finish();
  CHECK(load(dir).history().empty());
}

}  // namespace live_provenance_test

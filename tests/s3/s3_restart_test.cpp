// A server that is killed and started again (radosgw.sh), with what it had stored.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "erm/registry.hpp"
#include "erm/s3.hpp"
#include "s3/bucket.hpp"

namespace s3_restart_test {

using erm_test::Bucket;

namespace {

/// Ends the server at once, or starts it again.
void tell_server(const std::string& command) {
  const std::string line = std::string(ERM_S3_SCRIPT) + " " + command + " \"$ERM_S3_SERVER\"";
  REQUIRE(std::system(line.c_str()) == 0);
}

erm::ExperimentRun run_with_model(const std::string& run_id) {
  erm::RunOptions options;
  options.run_id = run_id;
  erm::ExperimentRun run("digits", options);
  run.log_artifact(erm_test::noise(24 << 20), "model", "model.bin");
  run.log_text("hello", "note");
  return run;
}

}  // namespace

TEST_CASE("A save during which the server dies and comes back is complete") {
  const Bucket bucket;
  erm::save_run_to_registry(run_with_model("before"), bucket / "reg");
  std::atomic<bool> is_under_way{false};
  erm::S3Options options;
  options.part_size = 5 << 20;
  options.max_attempts = 10000;  // until the server is back, however long that takes
  options.on_progress = [&](const erm::S3Progress&) { is_under_way = true; };
  erm::SaveOptions save;
  save.fs = std::make_shared<erm::S3FileSystem>(options);
  std::string failure;
  std::thread saver([&] {
    try {
      erm::save_run_to_registry(run_with_model("during"), bucket / "reg", save);
    } catch (const erm::Error& error) {
      failure = error.what();
    }
  });
  while (!is_under_way) std::this_thread::yield();
  tell_server("kill");
  tell_server("resume");
  saver.join();
  CHECK(failure.empty());
  CHECK(erm::load_run_from_registry(bucket / "reg", "digits", "main", "during").artifacts().at("model").bytes() ==
        erm_test::noise(24 << 20));
}

TEST_CASE("A save that fails when the server dies leaves no run, and the same process saves it later") {
  const Bucket bucket;
  erm::save_run_to_registry(run_with_model("before"), bucket / "reg");
  erm::S3Options options;
  options.part_size = 5 << 20;
  options.max_attempts = 2;
  options.retry_delay = std::chrono::milliseconds(10);
  bool is_first = true;
  options.on_progress = [&](const erm::S3Progress& now) {
    if (is_first && now.done > 0) {
      is_first = false;
      tell_server("kill");
    }
  };
  erm::SaveOptions save;
  save.fs = std::make_shared<erm::S3FileSystem>(options);
  const erm::ExperimentRun run = run_with_model("during");
  CHECK_THROWS_AS(erm::save_run_to_registry(run, bucket / "reg", save), erm::IoError);
  tell_server("resume");
  CHECK(erm::list_runs(bucket / "reg", "digits") == std::vector<std::string>{"before"});
  CHECK_NOTHROW(erm::save_run_to_registry(run, bucket / "reg", save));
  CHECK(erm::list_runs(bucket / "reg", "digits") == std::vector<std::string>{"before", "during"});
  CHECK(erm::load_run_from_registry(bucket / "reg", "digits", "main", "during").artifacts().size() == 2);
  CHECK(erm::S3FileSystem().files_below(bucket.path("reg/digits/main/.erm_tmp")).empty());
}

}  // namespace s3_restart_test

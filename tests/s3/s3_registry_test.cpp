// Registries on the server of the environment (radosgw.sh).
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "erm/s3.hpp"
#include "file_tree.hpp"
#include "s3/bucket.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace s3_registry_test {

using erm_test::Bucket;
using erm_test::error_of;

namespace {

erm::ExperimentRun example_run(const std::string& run_id) {
  erm::RunOptions options;
  options.run_id = run_id;
  erm::ExperimentRun run("digits", options);
  run.log_params({{"lr", 0.1}, {"seed", 18446744073709551615u}, {"optimizer", "adam"}});
  run.log_metric("loss", 0.5, 1);
  run.log_metric("loss", 0.25, 2);
  run.log_text("a note \xF0\x9F\x98\x80", "note");
  run.log_artifact(erm_test::noise(3000), "model", "weights/model 1+1=2.bin");
  return run;
}

}  // namespace

TEST_CASE("A run is saved to a bucket, listed and loaded unchanged") {
  const Bucket bucket;
  const std::string registry = bucket / "team/experiments";
  const erm::ExperimentRun run = example_run("first");
  CHECK(erm::save_run_to_registry(run, registry) == registry + "/digits/main/first");
  CHECK(erm::list_experiments(registry) == std::vector<std::string>{"digits"});
  CHECK(erm::list_variants(registry, "digits") == std::vector<std::string>{"main"});
  CHECK(erm::list_runs(registry, "digits") == std::vector<std::string>{"first"});
  for (const erm::ExperimentRun& loaded :
       {erm::load_run_from_registry(registry, "digits"), erm::load_run_from_path(registry + "/digits/main/first"),
        erm::load_runs_from_registry(registry, "digits").at(0)}) {
    CHECK(loaded.run_id() == "first");
    CHECK(loaded.params() == run.params());
    CHECK(loaded.metrics() == run.metrics());
    CHECK(loaded.timestamp_utc() == run.timestamp_utc());
    REQUIRE(loaded.history().at("loss").points().size() == 2);
    CHECK(loaded.artifacts().at("model").filename() == "weights/model 1+1=2.bin");
    CHECK(loaded.artifacts().at("model").bytes() == run.artifacts().at("model").bytes());
    CHECK(erm::to_text(loaded.artifacts().at("note").bytes()) == "a note \xF0\x9F\x98\x80");
  }
  CHECK_THROWS_AS(erm::save_run_to_registry(run, registry), erm::RunExistsError);
}

TEST_CASE("The error for a missing bucket, registry, experiment, variant or run names it") {
  const Bucket bucket;
  const std::string registry = bucket / "reg";
  CHECK_THROWS_AS(erm::list_experiments(registry), erm::NotFoundError);
  erm::save_run_to_registry(example_run("first"), registry);
  CHECK(error_of([&] {
          static_cast<void>(erm::list_runs(registry, "nothing"));
        }).find("there is no experiment 'nothing' in the registry '" + registry + "'") == 0);
  CHECK(error_of([&] {
          static_cast<void>(erm::load_run_from_registry(registry, "digits", "main", "absent"));
        }).find("there is no run at '" + bucket.path("reg/digits/main/absent") + "'") == 0);
  CHECK_THROWS_AS(erm::load_runs_from_registry(registry, "digits", "main", std::vector<std::string>{"first", "absent"}),
                  erm::NotFoundError);
}

TEST_CASE("An overwrite gives its artifacts new keys, and removes the old ones last") {
  const Bucket bucket;
  const std::string registry = bucket / "reg";
  erm::ExperimentRun run = example_run("best");
  erm::save_run_to_registry(run, registry);
  const erm::ExperimentRun before = erm::load_run_from_registry(registry, "digits");
  run.log_text("another note", "note");
  erm::SaveOptions overwrite;
  overwrite.overwrite = true;
  erm::save_run_to_registry(run, registry, overwrite);

  const erm::S3FileSystem fs;
  std::vector<std::string> files = fs.files_below(bucket.path("reg/digits/main/best"));
  std::sort(files.begin(), files.end());
  for (std::string& file : files)  // the overwrite's time: -2026_11_23__07_30_21_128931
    if (const std::size_t time = file.find("-20"); time != std::string::npos) file.replace(time, 28, "-TIME");
  CHECK(files == std::vector<std::string>{"artifacts/note-TIME.txt", "artifacts/weights/model 1+1=2.bin",
                                          "erm_metadata.json", "history/main-TIME.csv"});
  const erm::ExperimentRun after = erm::load_run_from_registry(registry, "digits");
  CHECK(erm::to_text(after.artifacts().at("note").bytes()) == "another note");
  CHECK(after.artifacts().at("note").filename() == "note.txt");
  // Of the run that was loaded before, the artifact is gone; the new one is not taken for it.
  CHECK_THROWS_AS(before.artifacts().at("note").bytes(), erm::NotFoundError);
}

TEST_CASE("A reader sees one complete version of a run during an overwrite, never a mix") {
  const Bucket bucket;
  const std::string registry = bucket / "reg";
  const auto version = [](int i) {
    erm::RunOptions options;
    options.run_id = "best";
    erm::ExperimentRun run("digits", options);
    run.log_param("version", i);
    run.log_metric("loss", i, 1);
    run.log_text(std::to_string(i), "note");
    run.log_text("also " + std::to_string(i), "second");
    return run;
  };
  erm::save_run_to_registry(version(0), registry);
  std::atomic<bool> ended{false};
  std::atomic<int> looks{0};
  int newest = 0;
  std::thread writer([&] {
    erm::SaveOptions overwrite;
    overwrite.overwrite = true;
    while (newest < 30 || looks < 30) erm::save_run_to_registry(version(++newest), registry, overwrite);
    ended = true;
  });
  int last = 0;
  std::vector<std::string> mixed;
  while (!ended) {
    ++looks;
    try {
      const erm::ExperimentRun run = erm::load_run_from_registry(registry, "digits");
      const int i = run.params().at("version").get<int>();
      if (i < last || run.history().at("loss").last().value != i) mixed.push_back(std::to_string(i));
      last = i;
      for (const char* const id : {"note", "second"}) {
        try {
          const std::string text = erm::to_text(run.artifacts().at(id).bytes());
          if (text != (id == std::string("note") ? "" : "also ") + std::to_string(i)) mixed.push_back(text);
        } catch (const erm::NotFoundError&) {
          // That version is gone meanwhile, and its artifacts with it.
        }
      }
    } catch (const erm::Error& error) {
      mixed.push_back(error.what());
    }
  }
  writer.join();
  CHECK(mixed == std::vector<std::string>{});
  CHECK(erm::load_run_from_registry(registry, "digits").params().at("version") == newest);
}

TEST_CASE("Ids may have spaces, signs, other scripts, and keys of 1,000 bytes") {
  const Bucket bucket;
  const std::string registry = bucket / "a b+c=d&e~f%20g";
  erm::RunOptions options;
  options.variant_id = "lr=0.1 & wd=1%";
  options.run_id = "\xF0\x9F\x98\x80 run/" + std::string(240, 'a') + "/" + std::string(240, 'b') + "/" +
                   std::string(240, 'c') + "/" + std::string(191, 'd');
  erm::ExperimentRun run("digits~\xC3\xA4 + 7", options);
  run.log_text("hello", "note 1+1=2 & 100%.txt");
  const std::string uri = erm::save_run_to_registry(run, registry);
  CHECK(uri.size() + std::string("/artifacts/note 1+1=2 & 100%.txt").size() - bucket.name().size() - 6 == 1000);
  CHECK(erm::list_experiments(registry) == std::vector<std::string>{run.experiment_id()});
  CHECK(erm::list_variants(registry, run.experiment_id()) == std::vector<std::string>{run.variant_id()});
  CHECK(erm::list_runs(registry, run.experiment_id(), run.variant_id()) == std::vector<std::string>{run.run_id()});
  const erm::ExperimentRun same = erm::load_run_from_registry(registry, run.experiment_id(), run.variant_id());
  CHECK(same.run_id() == run.run_id());
  CHECK(erm::to_text(same.artifacts().at("note 1+1=2 & 100%.txt").bytes()) == "hello");
}

TEST_CASE("No secret gets into a registry or an error") {
  const Bucket bucket;
  const std::string secret = std::getenv("AWS_SECRET_ACCESS_KEY");
  erm::save_run_to_registry(example_run("first"), bucket / "reg");
  erm::LiveRun live(bucket / "reg", "digits");
  live.log_metric("loss", 0.5, 1);
  live.flush();
  const erm::S3FileSystem fs;
  const std::vector<std::string> files = fs.files_below(bucket.name());
  CHECK(files.size() >= 9);  // the live run's claim is among them
  for (const std::string& file : files) {
    INFO(file);
    CHECK(file.find(secret) == std::string::npos);
    CHECK(erm::to_text(fs.read(bucket.path(file))).find(secret) == std::string::npos);
  }
  live.finish();

  erm::S3Options options;
  options.access_key_id = std::getenv("AWS_ACCESS_KEY_ID");
  options.secret_access_key = "hush-hush-secret";
  options.session_token = "hush-hush-token";
  options.max_attempts = 2;
  options.retry_delay = std::chrono::milliseconds(1);
  for (const char* const endpoint : {"", "http://127.0.0.1:1", "https://127.0.0.1:1"}) {
    if (*endpoint != '\0') options.endpoint = endpoint;
    erm::SaveOptions save;
    save.fs = std::make_shared<erm::S3FileSystem>(options);
    for (const std::string& message :
         {error_of([&] { erm::save_run_to_registry(example_run("second"), bucket / "reg", save); }),
          error_of([&] { static_cast<void>(erm::list_runs(bucket / "reg", "digits", "main", save.fs)); }),
          error_of([&] { static_cast<void>(erm::load_run_from_registry(bucket / "reg", "digits", "main", {}, save.fs)); })}) {
      CHECK(message.rfind("cannot ", 0) == 0);
      CHECK(message.find("hush") == std::string::npos);
    }
  }
}

TEST_CASE("Runs of the same second get different ids, and the latest is the last") {
  const Bucket bucket;
  const std::string registry = bucket / "reg";
  std::vector<std::string> uris;
  for (int i = 0; i < 3; ++i) {
    erm::RunOptions options;
    options.timestamp_utc = erm::TimePoint(std::chrono::microseconds(1763883021000000 + i));
    erm::ExperimentRun run("digits", options);
    run.log_param("i", i);
    uris.push_back(erm::save_run_to_registry(run, registry));
  }
  CHECK(uris.at(1) == uris.at(0) + "_002");
  CHECK(uris.at(2) == uris.at(0) + "_003");
  CHECK(erm::load_run_from_registry(registry, "digits").params().at("i") == 2);
}

TEST_CASE("If 16 writers race for one id, exactly one wins, 200 times") {
  // The same requests go over https, which shows the same in fewer rounds.
  const int rounds = std::string(std::getenv("AWS_ENDPOINT_URL")).rfind("https", 0) == 0 ? 20 : 200;
  const Bucket bucket;
  const std::string registry = bucket / "race";
  erm::save_run_to_registry(example_run("before"), registry);
  // A store each, as of 16 processes.
  std::vector<std::shared_ptr<erm::FileSystem>> stores;
  for (int i = 0; i < 16; ++i) stores.push_back(std::make_shared<erm::S3FileSystem>());
  for (int round = 0; round < rounds; ++round) {
    std::atomic<int> won{0}, lost{0}, failed{0}, winner{-1};
    std::atomic<int> waiting{16};
    std::vector<std::thread> writers;
    for (int i = 0; i < 16; ++i) {
      writers.emplace_back([&, i] {
        erm::RunOptions options;
        options.run_id = "round-" + std::to_string(round);
        erm::ExperimentRun run("digits", options);
        run.log_param("writer", i);
        run.log_text(std::to_string(i), "writer");
        erm::SaveOptions save;
        save.fs = stores[static_cast<std::size_t>(i)];
        for (--waiting; waiting > 0;) std::this_thread::yield();
        try {
          erm::save_run_to_registry(run, registry, save);
          ++won;
          winner = i;
        } catch (const erm::RunExistsError&) {
          ++lost;
        } catch (const erm::Error& error) {
          std::fprintf(stderr, "%s\n", error.what());
          ++failed;
        }
      });
    }
    for (std::thread& writer : writers) writer.join();
    REQUIRE(won == 1);
    REQUIRE(lost == 15);
    REQUIRE(failed == 0);
    const auto run = erm::load_run_from_registry(registry, "digits", "main", "round-" + std::to_string(round));
    REQUIRE(run.params().at("writer") == winner.load());
    REQUIRE(erm::to_text(run.artifacts().at("writer").bytes()) == std::to_string(winner));
  }
  CHECK(erm::list_runs(registry, "digits").size() == static_cast<std::size_t>(rounds) + 1);
  CHECK(erm::S3FileSystem().files_below(bucket.path("race/digits/main/.erm_tmp")).empty());
}

TEST_CASE("16 threads that save runs of the same second lose none") {
  const Bucket bucket;
  const std::string registry = bucket / "reg";
  std::vector<std::thread> writers;
  for (int i = 0; i < 16; ++i) {
    writers.emplace_back([&] {
      erm::RunOptions options;
      options.timestamp_utc = erm::TimePoint(std::chrono::microseconds(1763883021000000));
      erm::save_run_to_registry(erm::ExperimentRun("digits", options), registry);
    });
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(erm::list_runs(registry, "digits").size() == 16);
}

TEST_CASE("A live run is in the bucket while it runs, and complete when it has finished") {
  const Bucket bucket;
  erm::LiveRun live(bucket / "reg", "digits");
  live.log_param("lr", 0.1);
  for (int step = 0; step < 1000; ++step) live.log_metric("loss", 1.0 / (step + 1), step);
  live.log_text("hello", "note");
  live.flush();
  const erm::ExperimentRun during = erm::load_run_from_path(live.uri());
  CHECK(during.history().at("loss").points().size() == 1000);
  CHECK(during.params().at("lr") == 0.1);
  for (int step = 1000; step < 1500; ++step) live.log_metric("loss", 1.0 / (step + 1), step);
  live.finish();
  const erm::ExperimentRun after = erm::load_run_from_registry(bucket / "reg", "digits");
  CHECK(after.history().at("loss").points().size() == 1500);
  CHECK(erm::to_text(after.artifacts().at("note").bytes()) == "hello");
  CHECK(erm::S3FileSystem().files_below(bucket.path("reg/digits/main/.erm_tmp")).empty());
}

TEST_CASE("A registry is copied between stores: from the disk to a bucket and back") {
  const Bucket bucket;
  const erm_test::TemporaryDirectory dir;
  erm::save_run_to_registry(example_run("first"), dir / "reg");
  erm::save_run_to_registry(erm::load_run_from_registry(dir / "reg", "digits"), bucket / "reg");
  erm::save_run_to_registry(erm::load_run_from_registry(bucket / "reg", "digits"), dir / "again");
  const std::string model = "/digits/main/first/artifacts/weights/model 1+1=2.bin";
  CHECK(erm_test::file_text(dir / "reg" + model) == erm::to_text(erm_test::noise(3000)));
  CHECK(erm_test::file_text(dir / "again" + model) == erm::to_text(erm_test::noise(3000)));
}

TEST_CASE("An artifact of several parts is saved, and copied to a file") {
  const Bucket bucket;
  const erm_test::TemporaryDirectory dir;
  erm::ExperimentRun run("digits");
  const erm::Bytes model = erm_test::noise(30 << 20);
  run.log_artifact(model, "model", "model.bin");
  const std::string uri = erm::save_run_to_registry(run, bucket / "reg");
  erm::load_run_from_path(uri).artifacts().at("model").save_to(dir / "model.bin");
  std::ifstream in(dir / "model.bin", std::ios::binary);
  CHECK(erm::Bytes(std::istreambuf_iterator<char>(in), {}) == model);
}

TEST_CASE("130 runs are loaded together, with their histories") {
  const Bucket bucket;
  const std::string registry = bucket / "reg";
  std::vector<std::thread> writers;
  for (int t = 0; t < 4; ++t) {
    writers.emplace_back([&, t] {
      for (int i = t; i < 130; i += 4) {
        erm::RunOptions options;
        options.run_id = "run-" + std::to_string(1000 + i);
        erm::ExperimentRun run("digits", options);
        run.log_param("i", i);
        if (i % 3 != 0) run.log_metric("loss", i, 7);
        erm::save_run_to_registry(run, registry);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  const std::vector<erm::ExperimentRun> runs = erm::load_runs_from_registry(registry, "digits");
  REQUIRE(runs.size() == 130);
  for (int i = 0; i < 130; ++i) {
    const erm::ExperimentRun& run = runs[static_cast<std::size_t>(i)];
    CHECK(run.params().at("i") == i);
    CHECK(run.history().count("loss") == (i % 3 != 0 ? 1u : 0u));
  }
}

}  // namespace s3_registry_test

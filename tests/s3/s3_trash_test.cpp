// The trash of registries on the server of the environment (radosgw.sh).
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "erm/s3.hpp"
#include "erm/trash.hpp"
#include "s3/bucket.hpp"
#include "s3/environment.hpp"
#include "s3/fault_proxy.hpp"
#include "thrown.hpp"

namespace s3_trash_test {

using erm_test::Bucket;
using erm_test::error_of;
using erm_test::Fault;
using erm_test::FaultProxy;
using Ids = std::vector<std::string>;

namespace {

erm::ExperimentRun run_of(const std::string& run_id, const std::string& note = "hello") {
  erm::RunOptions options;
  options.run_id = run_id;
  erm::ExperimentRun run("digits", options);
  run.log_param("lr", 0.1);
  run.log_metric("loss", 0.5, 1);
  run.log_text(note, "note 1+1=2 & \xF0\x9F\x98\x80.txt");
  run.log_text(note, "deep/er.txt");
  return run;
}

/// The files of a bucket's folder with their content.
std::map<std::string, std::string> files_of(const std::string& path) {
  const erm::S3FileSystem fs;
  std::map<std::string, std::string> files;
  for (const std::string& file : fs.files_below(path)) files[file] = erm::to_text(fs.read(path + "/" + file));
  return files;
}

}  // namespace

TEST_CASE("A run in a bucket is deleted, its id is used again, and it is restored unchanged") {
  const Bucket bucket;
  const std::string registry = bucket / "team/reg";
  const std::string uri = erm::save_run_to_registry(run_of("a run/1"), registry);
  erm::save_run_to_registry(run_of("other"), registry);
  const auto before = files_of(bucket.path("team/reg"));
  erm::delete_run(uri);
  CHECK(erm::list_runs(registry, "digits") == Ids{"other"});
  CHECK(files_of(bucket.path("team/reg/digits/main/a run")).empty());
  REQUIRE(erm::list_trash(registry).size() == 1);
  CHECK(erm::list_trash(registry)[0].run_id == "a run/1");
  for (const auto& [file, content] : files_of(bucket.path("team/reg/.erm_trash"))) {
    INFO(file);
    CHECK(file.find("erm_metadata.json") == std::string::npos);
  }

  erm::save_run_to_registry(run_of("a run/1", "the second"), registry);
  CHECK(error_of([&] { erm::restore_run(registry, "digits", "main", "a run/1"); }) ==
        "cannot restore the run 'a run/1' to '" + bucket.path("team/reg/digits/main/a run/1") +
            "': a run is there; delete that one first");
  erm::delete_run(uri);
  CHECK(erm::restore_run(registry, erm::list_trash(registry)[0]) == uri);
  CHECK(erm::empty_trash(registry, std::chrono::hours(1)) == 0);
  CHECK(erm::empty_trash(registry) == 1);
  CHECK(files_of(bucket.path("team/reg")) == before);
}

TEST_CASE("An experiment in a bucket is deleted and restored, but not while one of its runs is live") {
  const Bucket bucket;
  const std::string registry = bucket / "reg";
  for (const char* const id : {"a", "b", "c"}) erm::save_run_to_registry(run_of(id), registry);
  const auto before = files_of(bucket.path("reg"));
  {
    erm::LiveRun live(registry, "digits", [] {
      erm::LiveOptions options;
      options.run_id = "live";
      return options;
    }());
    CHECK(error_of([&] {
            erm::delete_experiment(registry, "digits");
          }).find("cannot delete the run '" + bucket.path("reg/digits/main/live") + "': the process ") == 0);
    live.finish();
    erm::delete_run(live.uri());
    CHECK(erm::empty_trash(registry) == 1);
  }
  erm::delete_experiment(registry, "digits");
  CHECK(erm::list_experiments(registry).empty());
  CHECK(erm::list_trash(registry).size() == 3);
  CHECK(erm::restore_experiment(registry, "digits").size() == 3);
  CHECK(files_of(bucket.path("reg")) == before);
}

TEST_CASE("A deletion and a restore succeed if one request in five fails") {
  const std::string endpoint = std::getenv("AWS_ENDPOINT_URL");
  if (endpoint.rfind("http://", 0) != 0) return;  // the proxy speaks http
  const Bucket bucket;
  const std::string registry = bucket / "reg";
  erm::save_run_to_registry(run_of("r"), registry);
  const auto before = files_of(bucket.path("reg"));
  FaultProxy proxy(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))),
                   [](const std::string&, int number) {
                     constexpr Fault faults[] = {Fault::busy, Fault::reset, Fault::reset_answer, Fault::cut_answer};
                     return number % 5 == 4 ? faults[number / 5 % 4] : Fault::none;
                   });
  erm::S3Options options;
  options.endpoint = proxy.url();
  options.retry_delay = std::chrono::milliseconds(2);
  const auto fs = std::make_shared<erm::S3FileSystem>(options);
  for (int i = 0; i < 3; ++i) {
    erm::delete_run(registry, "digits", "main", "r", fs);
    CHECK(erm::list_runs(registry, "digits").empty());
    erm::restore_run(registry, "digits", "main", "r", fs);
  }
  CHECK(files_of(bucket.path("reg")) == before);
}

TEST_CASE("The next save, deletion, restore or emptying finishes a deletion that the network interrupted") {
  const std::string endpoint = std::getenv("AWS_ENDPOINT_URL");
  if (endpoint.rfind("http://", 0) != 0) return;  // the proxy speaks http
  const Bucket bucket;
  const std::string registry = bucket / "reg";
  // Behind a server that ends to answer after so many requests.
  for (const std::string next : {"save", "delete", "restore", "empty"}) {
    for (int last = 6; last < 40; last += 3) {
      INFO(next << " after " << last);
      erm::save_run_to_registry(run_of("r"), registry);
      const auto before = files_of(bucket.path("reg/digits/main/r"));
      bool is_cut = false;
      {
        FaultProxy proxy(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))),
                         [&](const std::string&, int number) { return number >= last ? Fault::reset : Fault::none; });
        erm::S3Options options;
        options.endpoint = proxy.url();
        options.max_attempts = 1;
        const auto fs = std::make_shared<erm::S3FileSystem>(options);
        try {
          erm::delete_run(registry, "digits", "main", "r", fs);
        } catch (const erm::IoError&) {
          is_cut = true;
        }
      }
      const bool is_there = !erm::list_runs(registry, "digits").empty();
      REQUIRE(erm::list_trash(registry).size() == (is_there ? 0 : 1));
      // What held the claims is this process, which lives: they are another machine's that was silent for long.
      const erm::S3FileSystem claims;
      for (const std::string& file : claims.files_below(bucket.path("reg")))
        if (file.find(".erm_tmp/") != std::string::npos) erm::S3FileSystem().remove(bucket.path("reg/" + file));
      if (!is_there) {
        if (next == "save") {
          erm::save_run_to_registry(run_of("r"), registry);
          erm::delete_run(registry, "digits", "main", "r");
          erm::restore_run(registry, erm::list_trash(registry)[0]);
        } else if (next == "delete") {
          error_of([&] { erm::delete_run(registry, "digits", "main", "r"); });  // not there, where it went all the way
          CHECK(files_of(bucket.path("reg/digits/main/r")).empty());
          erm::restore_run(registry, "digits", "main", "r");
        } else {
          if (next == "empty") erm::empty_trash(registry, std::chrono::hours(1));
          erm::restore_run(registry, "digits", "main", "r");
        }
        REQUIRE(files_of(bucket.path("reg/digits/main/r")) == before);
      }
      erm::delete_run(registry, "digits", "main", "r");
      erm::empty_trash(registry);
      REQUIRE(files_of(bucket.path("reg/.erm_trash")).empty());
      if (!is_cut) break;
    }
  }
}

TEST_CASE("The server copies moved files, also in parts") {
  const Bucket bucket;
  erm::S3Options options;
  options.part_size = 100'000;  // above 64 of them in parts
  erm::S3FileSystem fs(options);
  const erm::detail::BytesContent large(erm_test::noise((12 << 20) + 345)), small(erm_test::noise(1000));
  fs.create_many({{bucket.path("from/large & 1"), &large}, {bucket.path("from/.erm_small"), &small}});
  fs.move(bucket.path("from"), bucket.path("to/a b"));
  CHECK(fs.files_below(bucket.path("from")).empty());
  CHECK(fs.read(bucket.path("to/a b/large & 1")) == large.bytes());
  CHECK(fs.read(bucket.path("to/a b/.erm_small")) == small.bytes());
  fs.write(bucket.path("there"), "another");
  fs.move(bucket.path("to/a b/.erm_small"), bucket.path("there"));
  CHECK(fs.read(bucket.path("there")) == small.bytes());
  CHECK(error_of([&] { fs.move(bucket.path("nothing"), bucket.path("x")); }) ==
        "cannot move 's3://" + bucket.path("nothing") + "': there is nothing; check the path");
}

}  // namespace s3_trash_test

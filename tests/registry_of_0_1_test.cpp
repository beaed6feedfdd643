// Version 0.1 and this one read each other: tests/data/registry-0.1 has what version 0.1 wrote.
//
//   written/   runs of its own: one whose program was killed, and one that was saved
//   resumed/   runs that this version rewound, one of which 0.1 resumed
//   copied/    the same runs, loaded and saved by 0.1 before that: it takes all points, and keeps the key "rewinds"
#include <erm/erm.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>

#include "catch.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"

namespace registry_of_0_1_test {

using erm::ExperimentRun;
using erm_test::TemporaryDirectory;

namespace {

/// A copy whose files are not new: a run that died long ago may be resumed at once.
std::string copy_of(const std::string& name, const TemporaryDirectory& dir) {
  const std::string registry = dir / name;
  std::filesystem::copy(ERM_TEST_DATA "/registry-0.1/" + name, registry, std::filesystem::copy_options::recursive);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(registry))
    if (entry.is_regular_file())
      std::filesystem::last_write_time(entry, std::filesystem::last_write_time(entry) - std::chrono::hours(24));
  return registry;
}

}  // namespace

TEST_CASE("A run that version 0.1 left behind is read, and goes on from a checkpoint") {
  const TemporaryDirectory dir;
  const std::string registry = copy_of("written", dir);
  const ExperimentRun before = erm::load_run_from_registry(registry, "mnist", "main", "crashed");
  CHECK(before.status() == erm::RunStatus::killed);
  CHECK(before.param("seed") == 42);
  CHECK(before.param("nesterov") == true);
  CHECK(before.curve("loss").size() == 15);
  CHECK(std::isnan(before.metric_value("precision, recall").get<double>()));
  CHECK(erm::to_text(before.artifact("model").bytes()) == "weights");
  {
    erm::LiveOptions options;
    options.run_id = "crashed";
    options.resume = true;
    options.resume_at_step = 100;
    options.provenance = false;
    erm::LiveRun run(registry, "mnist", options);
    CHECK(run.last_step("loss") == 90);
    run.log_metric("loss", 0.01, 100);
  }
  const ExperimentRun after = erm::load_run_from_registry(registry, "mnist", "main", "crashed");
  CHECK(after.curve("loss").size() == 11);
  CHECK(after.history(true).at("loss").size() == 16);
  CHECK(after.metric_value("loss") == 0.01);
}

TEST_CASE("Of a run that version 0.1 saved the last point of a step counts") {
  const TemporaryDirectory dir;
  const ExperimentRun saved = erm::load_run_from_registry(copy_of("written", dir), "mnist", "main", "saved");
  CHECK(saved.param("lr").str() == "0.1");
  CHECK(saved.curve("loss").size() == 8);
  CHECK((saved.curve("loss").min)()->value == 5);
  CHECK(saved.history(true) == saved.history());
}

TEST_CASE("Version 0.1 resumes a run that was rewound, and the rewind stays") {
  const TemporaryDirectory dir;
  const ExperimentRun run = erm::load_run_from_registry(copy_of("resumed", dir), "e", "main", "job");
  CHECK(run.curve("loss").size() == 15);  // 0 to 9, 10 and 11 after the rewind, 12 to 14 by 0.1
  CHECK(run.curve("loss").at(10) == 1010.0);
  CHECK(run.history(true).at("loss").size() == 25);
  CHECK(run.metric_value("loss") == 5014);
}

TEST_CASE("Of a run that version 0.1 copied all points count, unless its files are as they were") {
  const TemporaryDirectory dir;
  const std::string registry = copy_of("copied", dir);
  CHECK(erm::load_run_from_registry(registry, "e", "main", "job").curve("loss").size() == 22);
  CHECK(erm::load_run_from_registry(registry, "e", "main", "copy").curve("loss").size() == 12);
}

}  // namespace registry_of_0_1_test

// Runs that are followed while they are written.
#include <erm/erm.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/detail/follow/followed_run.hpp"
#include "erm/detail/follow/followed_runs.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace follow_test {

using erm::ExperimentRun;
using erm::LiveOptions;
using erm::LiveRun;
using erm::MetricHistory;
using erm::RunStatus;
using erm::detail::FollowChange;
using erm::detail::FollowedRun;
using erm::detail::FollowedRuns;
using erm::detail::FollowOptions;
using erm_test::TemporaryDirectory;

namespace {

LiveOptions job(const std::string& writer = "main", std::optional<std::int64_t> resume_at_step = {}) {
  LiveOptions options;
  options.run_id = "job";
  options.writer = writer;
  options.resume = true;
  options.resume_at_step = resume_at_step;
  options.provenance = false;
  options.flush_interval = std::chrono::hours(1);
  options.heartbeat = std::chrono::hours(1);
  return options;
}

/// Without waits between two looks.
FollowOptions at_once() {
  FollowOptions options;
  options.store_interval = std::chrono::milliseconds(0);
  options.scan_interval = std::chrono::milliseconds(0);
  return options;
}

std::shared_ptr<erm::FileSystem> local() { return std::make_shared<erm::LocalFileSystem>(); }

void expect_as_loaded(const FollowedRun& followed, const ExperimentRun& loaded) {
  CHECK(followed.problem().empty());
  const ExperimentRun run = followed.with_curves();
  CHECK(run.history().size() == loaded.history().size());
  for (const auto& [metric, history] : loaded.history()) {
    INFO(metric);
    REQUIRE(run.history().count(metric) == 1);
    CHECK(run.curve(metric) == history);
    CHECK(run.curve(metric).writers() == history.writers());
  }
  CHECK(run.metrics() == loaded.metrics());
  CHECK(run.params() == loaded.params());
  CHECK(run.status() == loaded.status());
  CHECK(run.tags() == loaded.tags());
  CHECK(run.note() == loaded.note());
  CHECK(run.features() == loaded.features());
  CHECK(run.timestamp_utc() == loaded.timestamp_utc());
}

}  // namespace

TEST_CASE("a run is read on while it is written") {
  const TemporaryDirectory directory;
  const std::string registry = (directory.path() / "registry").generic_string();
  const std::string folder = registry + "/e/main/job";
  FollowedRun followed(local(), folder);
  CHECK(followed.refresh().gone);
  CHECK_FALSE(followed.is_known());
  CHECK_FALSE(followed.refresh().any());
  {
    LiveRun run(registry, "e", job());
    for (int step = 0; step < 10; ++step) run.log_metric("loss", 1.0 / (step + 1), step);
    run.log_param("lr", 0.1);
    run.flush();
    FollowChange change = followed.refresh();
    CHECK(change.points);
    CHECK(change.record);
    CHECK_FALSE(change.restarted);
    expect_as_loaded(followed, erm::load_run_from_path(folder));
    CHECK(followed.is_running());
    CHECK_FALSE(followed.refresh().any());
    for (int step = 10; step < 20; ++step) run.log_metric("loss", 1.0 / (step + 1), step);
    run.log_metric("acc", 0.5, 3);
    run.flush();
    change = followed.refresh();
    CHECK(change.points);
    CHECK_FALSE(change.restarted);
    expect_as_loaded(followed, erm::load_run_from_path(folder));
    CHECK(followed.curves().at("loss").count() == 20);
    run.rewind(15);
    run.log_metric("loss", 7.0, 15);
    run.flush();
    CHECK(followed.refresh().restarted);
    expect_as_loaded(followed, erm::load_run_from_path(folder));
    CHECK(followed.curves().at("loss").last().value == 7.0);
    run.log_metric("loss", 8.0, 16);
    run.finish();
  }
  const FollowChange change = followed.refresh();
  CHECK(change.points);
  CHECK_FALSE(change.restarted);
  CHECK(followed.record().status == RunStatus::finished);
  expect_as_loaded(followed, erm::load_run_from_path(folder));
  CHECK_FALSE(followed.refresh().any());
}

TEST_CASE("a run that is resumed, moved to the trash, restored and overwritten is followed") {
  const TemporaryDirectory directory;
  const std::string registry = (directory.path() / "registry").generic_string();
  const std::string folder = registry + "/e/main/job";
  FollowedRun followed(local(), folder);
  {
    LiveRun run(registry, "e", job());
    for (int step = 0; step < 10; ++step) run.log_metric("loss", step, step);
  }
  followed.refresh();
  expect_as_loaded(followed, erm::load_run_from_path(folder));
  {
    LiveRun run(registry, "e", job("main", 5));
    run.log_metric("loss", 50, 5);
    LiveRun other(registry, "e", job("rank1"));
    other.log_metric("loss", 51, 5);
    other.log_param("other", true);
    other.flush();
    run.flush();
    CHECK(followed.refresh().restarted);
    expect_as_loaded(followed, erm::load_run_from_path(folder));
    other.log_metric("loss", 61, 6);
    run.log_metric("loss", 60, 6);
    other.flush();
    run.flush();
    CHECK_FALSE(followed.refresh().restarted);
    expect_as_loaded(followed, erm::load_run_from_path(folder));
    erm::edit_run(registry + "/e/main/job", [](erm::RunEdit& edited) { edited.set_tag("good"); });
    CHECK(followed.refresh().record);
    expect_as_loaded(followed, erm::load_run_from_path(folder));
    CHECK(followed.record().tags.count("good") == 1);
  }
  CHECK_FALSE(followed.refresh().restarted);
  expect_as_loaded(followed, erm::load_run_from_path(folder));
  erm::delete_run(registry, "e", "main", "job");
  CHECK(followed.refresh().gone);
  CHECK(followed.is_gone());
  CHECK(followed.curves().at("loss").count() == 9);
  erm::restore_run(registry, "e", "main", "job");
  CHECK_FALSE(followed.refresh().gone);
  CHECK_FALSE(followed.is_gone());
  expect_as_loaded(followed, erm::load_run_from_path(folder));
  erm::RunOptions options;
  options.run_id = "job";
  ExperimentRun another("e", options);
  another.log_metric("loss", 1.5, 0);
  erm::SaveOptions overwrite;
  overwrite.overwrite = true;
  erm::save_run_to_registry(another, registry, overwrite);
  CHECK(followed.refresh().restarted);
  expect_as_loaded(followed, erm::load_run_from_path(folder));
}

TEST_CASE("a run in a store without folders is followed") {
  const auto fs = std::make_shared<erm::MemoryFileSystem>(false);
  LiveOptions options = job();
  options.fs = fs;
  options.store_interval = std::chrono::seconds(0);
  FollowedRun followed(fs, "registry/e/main/job", at_once());
  {
    LiveRun run("registry", "e", options);
    for (int i = 0; i < 5; ++i) {
      for (int step = 10 * i; step < 10 * i + 10; ++step) run.log_metric("loss", step, step);
      run.flush();
      CHECK(followed.refresh().points);
      expect_as_loaded(followed, erm::load_run_from_path("registry/e/main/job", fs));
    }
  }
  CHECK_FALSE(followed.refresh().restarted);
  expect_as_loaded(followed, erm::load_run_from_path("registry/e/main/job", fs));
}

TEST_CASE("runs that a filter selects are followed from when they appear") {
  const TemporaryDirectory directory;
  const std::string registry = (directory.path() / "registry").generic_string();
  erm::save_run_to_registry(ExperimentRun("e"), registry);
  erm::FindOptions find;
  find.filter = "status = running";
  FollowedRuns followed(registry, find, at_once());
  followed.refresh();
  CHECK(followed.runs().empty());
  LiveRun run(registry, "e", job());
  run.log_metric("loss", 1, 0);
  run.flush();
  CHECK(followed.refresh().points);
  REQUIRE(followed.runs().size() == 1);
  CHECK(followed.runs().front().is_new);
  CHECK(followed.runs().front().path == "e/main/job");
  run.finish();
  CHECK(followed.refresh().record);
  REQUIRE(followed.runs().size() == 1);
  CHECK_FALSE(followed.runs().front().is_new);
  CHECK(followed.runs().front().run->record().status == RunStatus::finished);
}

}  // namespace follow_test

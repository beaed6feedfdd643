// Runs that are followed while they are written.
#include <erm/erm.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
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

namespace {

/// Does to one run whatever may be done to it, in a random order.
class Mischief {
 public:
  Mischief(std::shared_ptr<erm::FileSystem> fs, std::string registry, unsigned seed)
      : fs_(std::move(fs)), registry_(std::move(registry)), random_(seed) {}

  [[nodiscard]] std::string folder() const { return registry_ + "/e/main/job"; }
  std::string act() {
    const int what = below(16);
    if (what < 5) return log(), "log";
    if (what < 7) return flush(), "flush";
    if (what == 7 && main_) return main_->rewind(below(30)), "rewind";
    if (what == 8 && main_) return main_->rewind("m" + std::to_string(below(3)), below(30)), "rewind a metric";
    if (what == 9 && other_) return other_->rewind(below(30)), "rewind the other writer's";
    if (what == 10) return toggle_other(), "another writer";
    if (what == 11) return toggle_main(), "begin or end";
    if (what == 12 && exists()) return edit(), "edit";
    if (main_ || !exists()) return "nothing";
    if (what == 13) return overwrite(), "overwrite";
    if (what == 14) return trash(), "trash and back";
    if (what == 15) return cut(), "cut";
    return "nothing";
  }
  void end() {
    other_.reset();
    main_.reset();
  }

 private:
  int below(int end) { return std::uniform_int_distribution<int>(0, end - 1)(random_); }
  [[nodiscard]] bool exists() const { return fs_->are_files({folder() + "/erm_metadata.json"}); }
  LiveOptions options(const std::string& writer) {
    LiveOptions options = job(writer);
    options.fs = fs_;
    options.store_interval = std::chrono::seconds(0);
    return options;
  }
  void log() {
    LiveRun* run = other_ && below(3) == 0 ? other_.get() : main_.get();
    if (run == nullptr) return;
    if (below(6) == 0) run->log_param("p" + std::to_string(below(3)), below(100));
    if (below(6) == 0) run->log_metric("m" + std::to_string(below(4)), below(100));
    if (below(4) == 0) step_ = below(30);
    for (int i = below(8); i > 0; --i) {
      if (below(8) != 0) ++step_;
      run->log_metric("m" + std::to_string(below(3)), below(9) == 0 ? std::nan("") : 0.25 * below(1000), step_);
    }
  }
  void flush() {
    if (main_) main_->flush();
    if (other_) other_->flush();
  }
  void toggle_main() {
    if (main_) {
      if (other_) other_->finish();
      other_.reset();
      if (below(4) == 0)
        main_->fail("as it goes");
      else
        main_->finish();
      main_.reset();
      return;
    }
    LiveOptions with = options("main");
    if (below(2) == 0) with.resume_at_step = below(30);
    main_ = std::make_unique<LiveRun>(registry_, "e", with);
  }
  void toggle_other() {
    if (!main_) return;
    if (other_) {
      other_->finish();
      other_.reset();
      return;
    }
    other_ = std::make_unique<LiveRun>(registry_, "e", options(below(2) == 0 ? "first" : "rank1"));
  }
  void edit() {
    erm::edit_run(folder(), [&](erm::RunEdit& edited) { edited.set_tag("t" + std::to_string(below(3))); }, fs_);
  }
  void overwrite() {
    erm::SaveOptions how;
    how.overwrite = true;
    how.durable = false;
    how.fs = fs_;
    erm::RunOptions named;
    named.run_id = "job";
    ExperimentRun run = below(2) == 0 ? erm::load_run_from_path(folder(), fs_) : ExperimentRun("e", named);
    run.log_metric("m1", below(100), below(30));
    erm::save_run_to_registry(run, registry_, how);
  }
  void trash() {
    erm::delete_run(registry_, "e", "main", "job", fs_);
    erm::restore_run(registry_, "e", "main", "job", fs_);
  }
  /// Of a history file, the rest.
  void cut() {
    for (const erm::FolderEntry& entry : fs_->list(folder() + "/history")) {
      const std::string path = folder() + "/history/" + entry.name;
      if (entry.name.find(".csv") == std::string::npos || below(2) == 0) continue;
      const std::string text = erm::to_text(fs_->read(path));
      fs_->write(path, text.substr(0, static_cast<std::size_t>(below(static_cast<int>(text.size()) + 1))));
    }
  }

  std::shared_ptr<erm::FileSystem> fs_;
  std::string registry_;
  std::mt19937 random_;
  std::unique_ptr<LiveRun> main_, other_;
  std::int64_t step_ = 0;
};

void expect_follows(const std::shared_ptr<erm::FileSystem>& fs, const std::string& registry, unsigned seed) {
  Mischief mischief(fs, registry, seed);
  FollowedRun followed(fs, mischief.folder(), at_once());
  std::mt19937 random(seed);
  std::string done = "seed " + std::to_string(seed) + ":";
  for (int i = 0; i < 60; ++i) {
    done += "\n" + mischief.act();
    INFO(done);
    if (random() % 2 == 0) continue;
    const FollowChange change = followed.refresh();
    std::optional<ExperimentRun> loaded;
    try {
      loaded = erm::load_run_from_path(mischief.folder(), fs);
    } catch (const erm::NotFoundError&) {
      REQUIRE(followed.is_gone());
    } catch (const erm::FormatError& error) {
      REQUIRE(followed.problem() == error.what());
    }
    if (loaded) expect_as_loaded(followed, *loaded);
    REQUIRE((!loaded || followed.problem().empty()));
    const FollowChange again = followed.refresh();
    REQUIRE_FALSE((again.points || again.record || again.restarted));
    static_cast<void>(change);
  }
  mischief.end();
  followed.refresh();
}

}  // namespace

TEST_CASE("whatever is done to a run, the followed one is as the loaded one") {
  const TemporaryDirectory directory;
  for (unsigned seed = 0; seed < 25; ++seed)
    expect_follows(local(), (directory.path() / std::to_string(seed)).generic_string(), seed);
}

TEST_CASE("the same in stores without folders, which append or do not") {
  for (unsigned seed = 100; seed < 150; ++seed)
    expect_follows(std::make_shared<erm::MemoryFileSystem>(seed % 2 == 0), "registry", seed);
}

}  // namespace follow_test

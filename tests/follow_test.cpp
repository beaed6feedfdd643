// Runs that are followed while they are written.
#include <erm/erm.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "comes_true.hpp"
#include "erm/detail/follow/followed_run.hpp"
#include "erm/detail/follow/followed_runs.hpp"
#include "plain_file_system.hpp"
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
using erm_test::comes_true;
using erm_test::contains;
using erm_test::TemporaryDirectory;
using erm_test::thrown;

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

/// An object store that tells the versions of its objects, and counts what is asked.
class CountingStore final : public erm_test::PlainFileSystem {
 public:
  mutable int listings = 0, reads = 0;
  mutable std::uint64_t bytes = 0;

  [[nodiscard]] bool has_folders() const noexcept override { return false; }
  [[nodiscard]] std::vector<erm::FoundFile> find_files(const std::string& path) const override {
    ++listings;
    std::vector<erm::FoundFile> found;
    for (const std::string& file : files_below(path)) {
      const std::string text = erm::to_text(PlainFileSystem::read(path + "/" + file));
      found.push_back({file, {erm::FileKind::file, text.size()}, std::to_string(std::hash<std::string>()(text))});
    }
    return found;
  }
  erm::Bytes read(const std::string& path) const override {
    ++reads;
    erm::Bytes content = PlainFileSystem::read(path);
    bytes += content.size();
    return content;
  }
  std::size_t read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into,
                      std::size_t size) const override {
    ++reads;
    const std::size_t got = PlainFileSystem::read_at(path, offset, into, size);
    bytes += got;
    return got;
  }
};

std::string file_text(const std::string& path) {
  return erm::to_text(erm::LocalFileSystem().read(path));
}
void put_file(const std::string& path, const std::string& text) { erm::LocalFileSystem().write(path, text); }

/// Ends with the run ended.
void log_points(const std::string& registry, int from, int to) {
  LiveRun run(registry, "e", job());
  for (int step = from; step < to; ++step) run.log_metric("loss", 0.5 * step, step);
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

TEST_CASE("the same in a store that has nothing but what it must, and in one that tells versions") {
  for (unsigned seed = 200; seed < 230; ++seed) {
    expect_follows(std::make_shared<erm_test::PlainFileSystem>(), "registry", seed);
    expect_follows(std::make_shared<CountingStore>(), "registry", seed);
  }
}

TEST_CASE("of an object store only what has changed is read") {
  const auto fs = std::make_shared<CountingStore>();
  LiveOptions options = job();
  options.fs = fs;
  options.store_interval = std::chrono::seconds(0);
  FollowedRun followed(fs, "registry/e/main/job", at_once());
  LiveRun run("registry", "e", options);
  for (int step = 0; step < 10'000; ++step) run.log_metric("loss", step, step);
  run.flush();
  CHECK(followed.refresh().points);
  fs->listings = fs->reads = 0;
  CHECK_FALSE(followed.refresh().any());
  CHECK(fs->listings == 1);
  CHECK(fs->reads == 0);
  run.log_metric("loss", 1, 10'000);
  run.flush();
  fs->reads = 0;
  fs->bytes = 0;
  const FollowChange change = followed.refresh();
  CHECK(change.points);
  CHECK_FALSE(change.restarted);
  CHECK(fs->reads == 2);  // the metadata, and the end of the history
  CHECK(fs->bytes < 4000);
  run.finish();
  CHECK_FALSE(followed.refresh().restarted);
  CHECK(followed.curves().at("loss").count() == 10'001);
}

TEST_CASE("a store on another machine is asked at its interval") {
  const auto fs = std::make_shared<CountingStore>();
  FollowOptions hourly;
  hourly.store_interval = std::chrono::hours(1);
  FollowedRun followed(fs, "registry/e/main/job", hourly);
  CHECK(followed.refresh().gone);
  LiveOptions options = job();
  options.fs = fs;
  LiveRun run("registry", "e", options);
  fs->listings = 0;
  CHECK_FALSE(followed.refresh().any());
  CHECK(fs->listings == 0);
  followed.expect_change();
  CHECK(followed.refresh().record);
}

TEST_CASE("a run is followed while another thread writes it") {
  const TemporaryDirectory directory;
  const std::string registry = (directory.path() / "registry").generic_string();
  const std::string folder = registry + "/e/main/job";
  std::thread writer([&] {
    LiveOptions options = job();
    options.flush_interval = std::chrono::milliseconds(2);
    LiveRun run(registry, "e", options);
    for (int step = 0; step < 20'000; ++step) {
      run.log_metric("loss", 0.25 * (step % 1000), step);
      if (step % 100 == 0) run.log_param("at", step);
      if (step % 1000 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
  });
  FollowedRun followed(local(), folder);
  std::uint64_t count = 0;
  int looks = 0;
  for (bool has_ended = false; !has_ended; ++looks) {
    const FollowChange change = followed.refresh();
    has_ended = followed.is_known() && followed.record().status == RunStatus::finished;
    REQUIRE(followed.problem().empty());
    REQUIRE_FALSE(change.restarted);
    if (followed.curves().count("loss") == 0) continue;
    const erm::detail::ThinnedCurve& curve = followed.curves().at("loss");
    REQUIRE(curve.count() >= count);
    count = curve.count();
    REQUIRE(curve.last().step == static_cast<std::int64_t>(count) - 1);
  }
  writer.join();
  followed.refresh();
  const ExperimentRun loaded = erm::load_run_from_path(folder);
  const erm::detail::ThinnedCurve& curve = followed.curves().at("loss");
  CHECK(curve.count() == 20'000);
  CHECK(curve.is_thinned());
  CHECK(curve.least() == (loaded.curve("loss").min)());
  CHECK(curve.greatest() == (loaded.curve("loss").max)());
  CHECK(curve.history().first() == loaded.curve("loss").first());
  CHECK(curve.history().last() == loaded.curve("loss").last());
  CHECK(followed.record().params.at("at") == 19'900);
  CHECK(looks > 1);
}

TEST_CASE("a history that is damaged is a problem until it is mended") {
  const TemporaryDirectory directory;
  const std::string registry = (directory.path() / "registry").generic_string();
  const std::string folder = registry + "/e/main/job";
  const std::string history = folder + "/history/main.csv";
  log_points(registry, 0, 100);
  FollowedRun followed(local(), folder);
  followed.refresh();
  const std::string good = file_text(history);
  const auto expect_problem = [&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    followed.refresh();
    followed.refresh();
    const std::string expected = thrown<erm::FormatError>([&] { static_cast<void>(erm::load_run_from_path(folder)); });
    // A file that took long to read, as on a busy machine, is read again later.
    CHECK(comes_true([&] { return followed.refresh(), followed.problem() == expected; }));
    CHECK(followed.problem() == expected);
    CHECK_FALSE(followed.refresh().any());
  };
  const auto expect_good = [&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    followed.refresh();
    followed.refresh();
    CHECK(comes_true([&] { return followed.refresh(), followed.problem().empty(); }));
    expect_as_loaded(followed, erm::load_run_from_path(folder));
  };
  std::string bad = good;
  bad.insert(bad.find(",50,") + 1, "x");
  put_file(history, bad);
  expect_problem();
  put_file(history, good);
  expect_good();
  put_file(history, good + "loss,1\n");
  expect_problem();
  put_file(history, good);
  expect_good();
  put_file(history, "another program's\n");
  expect_problem();
  put_file(history, "");
  expect_good();
  CHECK(followed.curves().empty());
  put_file(history, std::string(1000, '\0') + "loss,1,1763883021123,5\n");
  expect_good();
  CHECK(followed.curves().at("loss").count() == 1);
  put_file(history, good);
  expect_good();
  std::string other = good;
  other[other.size() - 2] = '7';
  std::ofstream(history, std::ios::in | std::ios::binary).write(other.data(), static_cast<std::streamsize>(other.size()));
  expect_good();
  CHECK(followed.curves().at("loss").last().value == 49.7);
  put_file(history, good + std::string(3'000'000, 'x'));
  expect_good();
  std::filesystem::remove(history);
  expect_good();
  CHECK(followed.curves().empty());
}

TEST_CASE("a history file that is named and missing is a problem") {
  const TemporaryDirectory directory;
  const std::string registry = (directory.path() / "registry").generic_string();
  erm::RunOptions named;
  named.run_id = "job";
  ExperimentRun run("e", named);
  run.log_metric("loss", 1, 0);
  erm::save_run_to_registry(run, registry);
  const std::string folder = registry + "/e/main/job", history = folder + "/history/main.csv";
  FollowedRun followed(local(), folder);
  followed.refresh();
  expect_as_loaded(followed, erm::load_run_from_path(folder));
  const std::string text = file_text(history);
  std::filesystem::remove(history);
  followed.refresh();
  CHECK(followed.problem().empty());  // the run may be on its way to the trash
  followed.refresh();
  CHECK(followed.problem() == "there is no history file '" + history + "'; check the run's folder");
  put_file(history, text);
  followed.refresh();
  expect_as_loaded(followed, erm::load_run_from_path(folder));
}

TEST_CASE("metadata, writers, edits and folders that are none are problems, too") {
  const TemporaryDirectory directory;
  const std::string registry = (directory.path() / "registry").generic_string();
  const std::string folder = registry + "/e/main/job";
  const auto expect_problem = [&](FollowedRun& followed, const std::string& part) {
    for (int look = 0; look < 3; ++look) {  // it is told as long as it lasts
      followed.refresh();
      CHECK(contains(followed.problem(), part));
    }
  };
  LiveRun run(registry, "e", job());
  run.log_metric("loss", 1, 0);
  run.flush();
  FollowedRun followed(local(), folder);
  followed.refresh();
  put_file(folder + "/history/rank1.json", "{");
  expect_problem(followed, "rank1.json");
  CHECK(followed.curves().at("loss").count() == 1);
  put_file(folder + "/history/rank1.json", "[1]");
  expect_problem(followed, "rank1.json");
  std::filesystem::remove(folder + "/history/rank1.json");
  followed.refresh();
  expect_as_loaded(followed, erm::load_run_from_path(folder));
  put_file(folder + "/.erm_edits.json", "7");
  expect_problem(followed, ".erm_edits.json");
  put_file(folder + "/.erm_edits.json", R"({"tags": {"mended": ""}})");
  followed.refresh();
  expect_as_loaded(followed, erm::load_run_from_path(folder));
  CHECK(followed.record().tags.count("mended") == 1);
  run.finish();
  followed.refresh();
  const std::string metadata = file_text(folder + "/erm_metadata.json");
  put_file(folder + "/erm_metadata.json", metadata.substr(0, metadata.size() / 2));
  expect_problem(followed, "erm_metadata.json");
  CHECK(followed.curves().at("loss").count() == 1);
  put_file(folder + "/erm_metadata.json", metadata);
  followed.refresh();
  expect_as_loaded(followed, erm::load_run_from_path(folder));
  put_file(registry + "/file", "no run");
  FollowedRun of_file(local(), registry + "/file");
  CHECK(of_file.refresh().gone);
  CHECK_FALSE(of_file.is_known());
  CHECK(of_file.with_curves().history().empty());
}

TEST_CASE("runs that are named are followed through their deletion and return") {
  const TemporaryDirectory directory;
  const std::string registry = (directory.path() / "registry").generic_string();
  log_points(registry, 0, 3);
  FollowedRuns followed(registry, std::vector<std::string>{"e/main/job", "e/main/job", "/e/main/later/"}, at_once());
  REQUIRE(followed.runs().size() == 2);
  CHECK(followed.runs()[0].uri == registry + "/e/main/job");
  CHECK(followed.runs()[1].path == "e/main/later");
  followed.refresh();
  CHECK(followed.runs()[0].run->is_known());
  CHECK(followed.runs()[1].run->is_gone());
  erm::delete_run(registry, "e", "main", "job");
  CHECK(followed.refresh().gone);
  CHECK(followed.runs()[0].change.gone);
  CHECK(followed.runs()[0].run->curves().at("loss").count() == 3);
  erm::restore_run(registry, "e", "main", "job");
  CHECK(followed.refresh().record);
  CHECK_FALSE(followed.runs()[0].run->is_gone());
  followed.forget("e/main/later");
  CHECK(followed.runs().size() == 1);
}

TEST_CASE("a filter that cannot be parsed, or a registry that is not there, is thrown at the first look") {
  const TemporaryDirectory directory;
  const std::string registry = (directory.path() / "registry").generic_string();
  erm::FindOptions find;
  FollowedRuns none(registry, find, at_once());
  CHECK(contains(thrown<erm::NotFoundError>([&] { none.refresh(); }), "there is no registry at '" + registry + "'"));
  find.filter = "status =";
  log_points(registry, 0, 1);
  FollowedRuns wrong(registry, find, at_once());
  CHECK(contains(thrown<erm::Error>([&] { wrong.refresh(); }), "status ="));
  FollowedRuns good(registry, erm::FindOptions(), at_once());
  good.refresh();
  std::filesystem::remove_all(registry);
  good.refresh();
  CHECK(contains(good.problem(), "there is no registry at"));
  CHECK(good.runs().front().run->is_gone());
}

TEST_CASE("the end of the console is that of the whole") {
  const TemporaryDirectory directory;
  const std::string registry = (directory.path() / "registry").generic_string();
  const std::string folder = registry + "/e/main/job";
  log_points(registry, 0, 1);
  std::string metadata = file_text(folder + "/erm_metadata.json");
  const std::string erm_object = "\"erm\": {";
  metadata.insert(metadata.find(erm_object) + erm_object.size(), "\"console\": [\"main.log\"], ");
  put_file(folder + "/erm_metadata.json", metadata);
  put_file(folder + "/console/main.log", "");
  FollowedRun followed(local(), folder);
  followed.refresh();
  CHECK(followed.console_tail(5).empty());
  erm::detail::os::File file = erm::detail::os::open_to_write(folder + "/console/main.log");
  erm::detail::ConsoleFileWriter writer(file, "main", 16 * 1024);
  std::mt19937 random(7);
  int line = 0;
  for (int i = 0; i < 400; ++i) {
    std::string text;
    for (auto n = random() % 12; n > 0; --n)
      text += "line " + std::to_string(line++) + std::string(random() % 40, '.') + "\n";
    const char kind = random() % 4 == 0 ? 'e' : 'o';
    writer.append(kind, 1763883021123 + i, text + "line");
    writer.append(kind, 1763883021123 + i, "\n");
    if (random() % 3 == 0) continue;
    CHECK(followed.refresh().console);
    const std::size_t wanted = 1 + random() % 20;
    const std::vector<erm::ConsoleLine> all = erm::load_run_from_path(folder).console().lines();
    const std::vector<erm::ConsoleLine>& tail = followed.console_tail(wanted);
    INFO(i);
    REQUIRE(tail.size() == (std::min)(wanted, all.size()));
    for (std::size_t k = 0; k < tail.size(); ++k) REQUIRE(tail[k].text == all[all.size() - tail.size() + k].text);
    REQUIRE_FALSE(followed.refresh().any());
  }
  put_file(folder + "/console/main.log", "erm-console 1 9 9 9 9 main\nnonsense");
  followed.refresh();
  CHECK(followed.console_tail(5).empty());
}

TEST_CASE("a rate is that of the last points by their times") {
  const TemporaryDirectory directory;
  const std::string registry = (directory.path() / "registry").generic_string();
  FollowOptions options;
  options.rate_window = std::chrono::seconds(10);
  FollowedRun followed(local(), registry + "/e/main/job", options);
  const erm::TimePoint begin = erm::TimePoint(std::chrono::seconds(1'763'883'021));
  erm::RunOptions named;
  named.run_id = "job";
  ExperimentRun run("e", named);
  for (int i = 0; i < 1000; ++i) run.log_metric("slow", i, 5 * i, begin + std::chrono::seconds(2 * i));
  for (int i = 0; i < 1000; ++i) run.log_metric("fast", i, i, begin + std::chrono::milliseconds(i < 500 ? i : 500 + 10 * i));
  run.log_metric("once", 1, 1, begin);
  erm::save_run_to_registry(run, registry);
  followed.refresh();
  REQUIRE(followed.rate("slow"));
  CHECK(followed.rate("slow")->steps_per_second == Approx(2.5));
  CHECK(followed.rate("slow")->points_per_second == Approx(0.5));
  REQUIRE(followed.rate("fast"));
  CHECK(followed.rate("fast")->steps_per_second == Approx(100).epsilon(0.2));
  CHECK_FALSE(followed.rate("once"));
  CHECK_FALSE(followed.rate("none"));
}

}  // namespace follow_test

// Live runs whose disk fills up, whose folder goes, and whose store refuses: they go on, and say so.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "comes_true.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "file_tree.hpp"
#include "plain_file_system.hpp"
#include "prefix_of.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

#if !defined(_WIN32)
#include <sys/resource.h>

#include "child_process.hpp"
#endif

namespace live_disk_test {

#if !defined(_WIN32)
using erm_test::Child;
#endif
using erm::LiveOptions;
using erm::LiveRun;
using erm::RunStatus;
using erm_test::comes_true;
using erm_test::contains;
using erm_test::prefix_of;
using erm_test::TemporaryDirectory;
using erm_test::thrown;

namespace fs = std::filesystem;

namespace {

/// What a run told its on_error.
class Messages {
 public:
  std::function<void(const std::string&)> taker() {
    return [this](const std::string& message) {
      const std::lock_guard<std::mutex> lock(mutex_);
      messages_.push_back(message);
    };
  }
  std::vector<std::string> all() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return messages_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> messages_;
};

LiveOptions telling(Messages& messages, std::chrono::milliseconds flush_interval = std::chrono::milliseconds(1)) {
  LiveOptions options;
  options.run_id = "r";
  options.flush_interval = flush_interval;
  options.on_error = messages.taker();
  return options;
}

/// A store that can be made to refuse what is written to paths that hold a text.
class MoodyFileSystem final : public erm_test::PlainFileSystem {
 public:
  void refuse(const std::string& part) {
    const std::lock_guard<std::mutex> lock(mutex_);
    refused_ = part;
  }
  void write(const std::string& path, std::string_view content, erm::Durability durability) override {
    check(path);
    PlainFileSystem::write(path, content, durability);
  }
  bool create(const std::string& path, std::string_view content, erm::Durability durability) override {
    check(path);
    return PlainFileSystem::create(path, content, durability);
  }

 private:
  void check(const std::string& path) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!refused_.empty() && path.find(refused_) != std::string::npos)
      throw erm::IoError::failed_to("write", path, std::make_error_code(std::errc::no_space_on_device));
  }
  mutable std::mutex mutex_;
  std::string refused_;
};

}  // namespace

TEST_CASE("A run whose folder is gone reports it once, goes on logging, and is complete once the folder is back") {
  const TemporaryDirectory dir;
  Messages messages;
  LiveRun run(dir / "registry", "e", telling(messages));
  const erm::LiveMetric metric = run.metric("m");
  std::int64_t logged = 0;
  const auto log = [&](int count) {
    for (int i = 0; i < count; ++i, ++logged) metric.log(logged, logged);
  };
  log(10);
  run.flush();
  fs::rename(run.uri(), dir / "elsewhere");
  log(100);
  REQUIRE(comes_true([&] { return !messages.all().empty(); }));
  log(100);
  run.log_param("lr", 1);
  run.log_metric("last", 1);
  const std::string why = thrown<erm::IoError>([&] { run.flush(); });
  CHECK(contains(why, run.uri()));
  CHECK(contains(why, "No such file or directory"));
  CHECK(thrown<erm::IoError>([&] { run.finish(); }) == why);
  log(100);
  CHECK_FALSE(fs::exists(run.uri()));  // nothing of it comes back by itself
  REQUIRE(messages.all().size() == 1);
  CHECK(contains(messages.all()[0], "cannot write the live run '" + run.uri() + "', and tries again: "));

  fs::rename(dir / "elsewhere", run.uri());
  run.flush();
  CHECK(prefix_of(erm::load_run_from_path(run.uri()), "m") == logged);
  log(10);
  run.finish();
  const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
  CHECK(loaded.status() == RunStatus::finished);
  CHECK(prefix_of(loaded, "m") == logged);
  CHECK(loaded.params().at("lr") == 1);
  CHECK(loaded.metrics().at("last") == 1);
  CHECK(messages.all().size() == 1);
}

TEST_CASE("A second outage is reported again, and the end of a deleted run fails, in the destructor through on_error") {
  const TemporaryDirectory dir;
  Messages messages;
  {
    LiveRun run(dir / "registry", "e", telling(messages));
    for (int outage = 0; outage < 2; ++outage) {
      fs::rename(run.uri(), dir / "elsewhere");
      run.log_metric("m", outage, outage);
      CHECK_THROWS_AS(run.flush(), erm::IoError);
      CHECK(messages.all().size() == static_cast<std::size_t>(outage) + 1);
      fs::rename(dir / "elsewhere", run.uri());
      run.flush();
    }
    fs::remove_all(run.uri());
    run.log_text("text", "note");
    CHECK(thrown<erm::Error>([&] { run.flush(); }) != "threw nothing");
  }
  const std::vector<std::string> told = messages.all();
  CHECK(contains(told.back(), "could not be ended: "));
  CHECK_FALSE(fs::exists(dir / "registry/e/main/r"));
}

TEST_CASE("With throw_errors the calls after a failure throw it") {
  const TemporaryDirectory dir;
  Messages messages;
  LiveOptions options = telling(messages);
  options.throw_errors = true;
  LiveRun run(dir / "registry", "e", options);
  const erm::LiveMetric metric = run.metric("m");
  metric.log(0, 0);
  run.flush();
  fs::rename(run.uri(), dir / "elsewhere");
  metric.log(1, 1);
  CHECK_THROWS_AS(run.flush(), erm::IoError);
  CHECK_THROWS_AS(metric.log(2, 2), erm::IoError);
  CHECK_THROWS_AS(run.log_metric("m", 2, 2), erm::IoError);
  CHECK_THROWS_AS(run.log_metric("m", 2), erm::IoError);
  CHECK_THROWS_AS(run.log_param("lr", 2), erm::IoError);
  CHECK_THROWS_AS(run.log_text("text", "note"), erm::IoError);
  fs::rename(dir / "elsewhere", run.uri());
  run.flush();
  metric.log(2, 2);
  run.finish();
  CHECK(prefix_of(erm::load_run_from_path(run.uri()), "m") == 3);
}

TEST_CASE("What was logged while the buffer was full and could not be written is reported as lost, once") {
  const TemporaryDirectory dir;
  Messages messages;
  LiveOptions options = telling(messages);
  options.buffer_points = 0;
  LiveRun run(dir / "registry", "e", options);
  const erm::LiveMetric metric = run.metric("m");
  fs::rename(run.uri(), dir / "elsewhere");
  metric.log(0, 0);
  CHECK_THROWS_AS(run.flush(), erm::IoError);
  constexpr std::int64_t points = 100000;
  for (std::int64_t i = 1; i < points; ++i) metric.log(i, i);
  fs::rename(dir / "elsewhere", run.uri());
  std::string lost;
  // One flush may still meet the failure of the round before it.
  REQUIRE(comes_true([&] { return contains(lost = thrown<erm::Error>([&] { run.flush(); }), "points are lost"); }));
  CHECK(contains(lost, "the live run '" + run.uri() + "' is not complete: "));
  run.flush();
  metric.log(points, points);
  run.finish();
  const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
  CHECK(loaded.status() == RunStatus::finished);
  const auto& kept = loaded.history().at("m").points();
  CHECK(kept.back().step == points);
  CHECK(kept.size() > 8000);
  for (std::size_t i = 1; i < kept.size(); ++i) REQUIRE(kept[i].step > kept[i - 1].step);
  const auto missing = static_cast<std::size_t>(points) + 1 - kept.size();
  CHECK(contains(lost, ": " + std::to_string(missing) + " points are lost"));
}

TEST_CASE("A callback may log an artifact, which may be lost, too") {
  const auto store = std::make_shared<MoodyFileSystem>();
  LiveRun* running = nullptr;
  int calls = 0;
  LiveOptions options;
  options.run_id = "r";
  options.fs = store;
  options.on_error = [&](const std::string& message) {
    ++calls;
    running->log_text(message, "trouble");
  };
  LiveRun run("registry", "e", options);
  running = &run;
  store->refuse("artifacts/");
  run.log_text("lost", "note");
  CHECK(calls == 1);
  CHECK(thrown<erm::Error>([&] { run.flush(); }).find("artifact 'trouble' is lost") != std::string::npos);
  store->refuse("");
  run.log_text("kept", "note");
  CHECK(calls == 1);
}

TEST_CASE("After an error of the store the run tries again, and reports an artifact that could not be stored") {
  Messages messages;
  LiveOptions options = telling(messages);
  const auto store = std::make_shared<MoodyFileSystem>();
  options.fs = store;
  LiveRun run("registry", "e", options);
  run.log_metric("m", 0, 0);
  run.flush();
  store->refuse("main.csv");
  run.log_metric("m", 1, 1);
  CHECK_THROWS_AS(run.flush(), erm::IoError);
  CHECK(prefix_of(erm::load_run_from_path(run.uri(), store), "m") == 1);
  store->refuse("erm_metadata.json");
  run.log_param("lr", 1);
  CHECK_THROWS_AS(run.flush(), erm::IoError);
  CHECK(prefix_of(erm::load_run_from_path(run.uri(), store), "m") == 2);
  store->refuse("");
  run.flush();
  CHECK(erm::load_run_from_path(run.uri(), store).params().at("lr") == 1);

  store->refuse("artifacts/");
  const std::size_t before = messages.all().size();
  run.log_text("text", "note");
  REQUIRE(messages.all().size() == before + 1);
  CHECK(
      contains(messages.all().back(), "artifact 'note' is lost: cannot write 'registry/e/main/r/artifacts/note.txt'"));
  CHECK(contains(thrown<erm::Error>([&] { run.flush(); }), "is not complete: artifact 'note' is lost"));
  run.flush();
  store->refuse("erm_metadata.json");
  run.log_text("text", "other");
  CHECK(store->info("registry/e/main/r/artifacts/other.txt").kind == erm::FileKind::missing);
  store->refuse("");
  CHECK(contains(thrown<erm::Error>([&] { run.finish(); }), "artifact 'other' is lost"));
  run.finish();
  const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri(), store);
  CHECK(loaded.status() == RunStatus::finished);
  CHECK(loaded.artifacts().empty());
}

TEST_CASE("on_error may throw, log, and even call functions that its thread must not wait for") {
  const TemporaryDirectory dir;
  LiveOptions options;
  options.flush_interval = std::chrono::milliseconds(1);
  std::atomic<LiveRun*> address{nullptr};
  std::atomic<int> calls{0};
  std::string refused;
  options.on_error = [&](const std::string&) {
    if (++calls > 1) return;
    LiveRun& run = *address;
    run.log_metric("m", 1, 1);
    run.log_param("lr", 1);
    refused = thrown<erm::Error>([&] { run.flush(); });
    run.finish();  // throws, and that goes nowhere
  };
  LiveRun run(dir / "registry", "e", options);
  address = &run;
  fs::rename(run.uri(), dir / "elsewhere");
  run.log_metric("m", 0, 0);
  CHECK_THROWS_AS(run.flush(), erm::IoError);
  fs::rename(dir / "elsewhere", run.uri());
  run.finish();
  CHECK(calls == 1);
  CHECK(refused == "cannot flush or end the live run '" + run.uri() +
                       "' in its on_error callback, whose thread would have to do it; leave that to another thread");
  CHECK(prefix_of(erm::load_run_from_path(run.uri()), "m") == 2);
}

TEST_CASE("With sync a run is the same as without") {
  const TemporaryDirectory dir;
  Messages messages;
  LiveOptions options = telling(messages, std::chrono::milliseconds(20));
  options.sync = true;
  options.run_id = "nested/r";
  LiveRun run(dir / "registry", "e", options);
  for (int i = 0; i < 100; ++i) run.log_metric("m", i, i);
  run.log_artifact(erm::Bytes{1, 2}, "a", "folder/a.bin");
  run.finish();
  CHECK(messages.all().empty());
  CHECK(prefix_of(erm::load_run_from_path(run.uri()), "m") == 100);
  CHECK(erm::load_run_from_path(run.uri()).artifacts().at("a").size() == 2);
}

#if !defined(_WIN32)

TEST_CASE("When a disk fills up no call throws, one message appears, and all data is saved once there is space",
          "[fork]") {
  const TemporaryDirectory dir;
  Child child([&](const Child::Tell& tell) {
    ::signal(SIGXFSZ, SIG_IGN);
    Messages messages;
    LiveRun run(dir / "registry", "e", telling(messages));
    const erm::LiveMetric metric = run.metric("m");
    const auto set_limit = [](rlim_t bytes) {
      rlimit limit;
      ::getrlimit(RLIMIT_FSIZE, &limit);
      limit.rlim_cur = bytes;
      if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(20);
    };
    for (std::int64_t i = 0; i < 1000; ++i) metric.log(i, i);
    run.flush();
    set_limit(100001);
    for (std::int64_t i = 1000; i < 200000; ++i) metric.log(i, i);
    run.log_artifact(erm::Bytes(200000), "large", "large.bin");
    for (int i = 0; i < 3; ++i) {
      try {
        run.flush();
        ::_exit(21);
      } catch (const erm::IoError& error) {
        if (error.code() != std::errc::file_too_large) ::_exit(22);
      }
    }
    try {
      run.finish();
      ::_exit(23);
    } catch (const erm::IoError&) {
      tell(static_cast<std::int64_t>(messages.all().size()));
    }
    // What is there meanwhile can be read.
    if (prefix_of(erm::load_run_from_path(run.uri()), "m") < 1000) ::_exit(24);
    set_limit(RLIM_INFINITY);
    try {
      run.finish();
      ::_exit(25);
    } catch (const erm::Error& error) {
      if (!contains(error.what(), "is not complete: artifact 'large' is lost: ")) ::_exit(26);
    }
    run.finish();
  });
  child.wait();
  REQUIRE(child.exit_code() == 0);
  CHECK(child.told() == std::vector<std::int64_t>{2});  // the points', and the artifact's
  const erm::ExperimentRun loaded = erm::load_run_from_registry(dir / "registry", "e");
  CHECK(loaded.status() == RunStatus::finished);
  CHECK(prefix_of(loaded, "m") == 200000);
  CHECK(loaded.artifacts().empty());
  CHECK(erm_test::file_tree(dir / "registry/e/main/r").count("artifacts/large.bin") == 0);
}

TEST_CASE("Permission to write is lost and restored", "[fork]") {
  const TemporaryDirectory dir;
  fs::permissions(dir.path(), fs::perms::all);
  Child child([&](const Child::Tell&) {
    if (::getuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(20);  // root may do all
    Messages messages;
    LiveRun run(dir / "registry", "e", telling(messages));
    run.log_metric("m", 0, 0);
    run.flush();
    const auto all = fs::perms::owner_all;
    fs::permissions(run.uri(), all & ~fs::perms::owner_write);
    run.log_metric("m", 1, 1);
    run.log_param("lr", 1);
    try {
      run.flush();
      ::_exit(21);
    } catch (const erm::IoError& error) {
      if (error.code() != std::errc::permission_denied) ::_exit(22);
    }
    run.log_metric("m", 2, 2);
    if (messages.all().size() != 1) ::_exit(23);
    fs::permissions(run.uri(), all);
    run.finish();
  });
  child.wait();
  REQUIRE(child.exit_code() == 0);
  const erm::ExperimentRun loaded = erm::load_run_from_registry(dir / "registry", "e");
  CHECK(prefix_of(loaded, "m") == 3);
  CHECK(loaded.params().at("lr") == 1);
}

#endif

}  // namespace live_disk_test

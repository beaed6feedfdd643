#include "erm/live_observer.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "comes_true.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "temporary_directory.hpp"

#if !defined(_WIN32)
#include <csignal>

#include "child_process.hpp"
#endif

namespace live_observer_test {

using erm::LiveOptions;
using erm::LiveRun;
using erm::ObservedRun;
using erm::RunStatus;
using erm_test::comes_true;
using erm_test::TemporaryDirectory;

namespace {

/// Keeps what it is told, a word for each call; "written" once for several in a row.
class Listener : public erm::LiveObserver {
 public:
  void run_began(const ObservedRun& run) override { add("began", run); }
  void run_written(const ObservedRun& run) override { add("written", run); }
  void run_ended(const ObservedRun& run) override { add("ended", run); }

  std::vector<std::string> words() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return words_;
  }
  bool heard(const std::string& word) const {
    const std::vector<std::string> all = words();
    return std::find(all.begin(), all.end(), word) != all.end();
  }
  ObservedRun last() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return last_;
  }
  /// The status of the run as a reader finds it during run_ended.
  std::atomic<RunStatus> status_at_end{RunStatus::running};

 private:
  void add(const std::string& word, const ObservedRun& run) {
    if (word == "ended") status_at_end = erm::load_run_from_path(run.uri, run.fs).status();
    const std::lock_guard<std::mutex> lock(mutex_);
    last_ = run;
    if (word != "written" || words_.empty() || words_.back() != word) words_.push_back(word);
  }

  mutable std::mutex mutex_;
  std::vector<std::string> words_;
  ObservedRun last_;
};

using Words = std::vector<std::string>;

struct Observed {
  std::shared_ptr<Listener> listener = std::make_shared<Listener>();
  std::mutex mutex;
  std::vector<std::string> errors;

  LiveOptions options(const std::string& run_id) {
    LiveOptions options;
    options.run_id = run_id;
    options.provenance = false;
    options.flush_interval = std::chrono::milliseconds(5);
    options.observers = {listener, nullptr};
    options.on_error = [this](const std::string& message) {
      const std::lock_guard<std::mutex> lock(mutex);
      errors.push_back(message);
    };
    return options;
  }
};

}  // namespace

TEST_CASE("An observer is told that a run begins, is written and ends, and may read the run each time") {
  const TemporaryDirectory dir;
  Observed observed;
  LiveRun run(dir / "registry", "e", observed.options("r"));
  CHECK(observed.listener->words() == Words{"began"});
  const ObservedRun told = observed.listener->last();
  CHECK(told.uri == run.uri());
  CHECK(told.registry_uri == dir / "registry");
  CHECK(told.experiment_id == "e");
  CHECK(told.writer == "main");
  CHECK(told.fs == nullptr);
  run.log_metric("loss", 0.5, 1);
  CHECK(comes_true([&] { return observed.listener->heard("written"); }));
  CHECK(erm::load_run_from_path(told.uri).history().at("loss").size() == 1);
  run.finish();
  CHECK(observed.listener->words() == Words{"began", "written", "ended"});
  CHECK(observed.listener->status_at_end == RunStatus::finished);
  run.finish();
  CHECK(observed.listener->words().size() == 3);
  CHECK(observed.errors.empty());
}

TEST_CASE("An observer hears of params alone, but not of a heartbeat") {
  const TemporaryDirectory dir;
  Observed observed;
  LiveOptions options = observed.options("r");
  options.heartbeat = std::chrono::seconds(1);
  LiveRun run(dir / "registry", "e", options);
  const auto seen = [&] { return erm::load_run_from_path(run.uri()).last_seen_utc(); };
  const auto first = seen();
  CHECK(comes_true([&] { return seen() != first; }));
  CHECK(observed.listener->words() == Words{"began"});
  run.log_param("lr", 0.1);
  CHECK(comes_true([&] { return observed.listener->heard("written"); }));
}

TEST_CASE("An observer hears the end by an exception, by the destructor and by a move, each once") {
  const TemporaryDirectory dir;
  Observed observed;
  try {
    const LiveRun run(dir / "registry", "e", observed.options("thrown"));
    throw std::runtime_error("divergence");
  } catch (const std::runtime_error&) {
    CHECK(observed.listener->status_at_end == RunStatus::failed);
  }
  {
    LiveRun first(dir / "registry", "e", observed.options("first"));
    LiveRun second = std::move(first);
    CHECK(observed.listener->words().back() == "began");
    second = LiveRun(dir / "registry", "e", observed.options("other"));
    CHECK(observed.listener->words().back() == "ended");
    CHECK(observed.listener->last().uri == dir / "registry/e/main/first");
  }
  CHECK(observed.listener->last().uri == dir / "registry/e/main/other");
  CHECK(observed.listener->status_at_end == RunStatus::finished);
}

TEST_CASE("An observer is told again when a run is resumed, and never by a disabled run") {
  const TemporaryDirectory dir;
  Observed observed;
  LiveRun(dir / "registry", "e", observed.options("r")).fail("no memory");
  LiveOptions options = observed.options("r");
  options.resume = true;
  LiveRun(dir / "registry", "e", options).finish();
  LiveRun run = LiveRun::disabled();
  run.log_metric("loss", 1, 1);
  run.finish();
  Words words = observed.listener->words();
  words.erase(std::remove(words.begin(), words.end(), "written"), words.end());
  CHECK(words == Words{"began", "ended", "began", "ended"});
}

TEST_CASE("What an observer throws is reported to on_error and fails neither the run nor another observer") {
  struct Thrower : erm::LiveObserver {
    void run_began(const ObservedRun&) override { throw std::runtime_error("no screen"); }
    void run_written(const ObservedRun&) override { throw std::runtime_error("no paper"); }
    void run_ended(const ObservedRun&) override { throw 7; }
  };
  const TemporaryDirectory dir;
  Observed observed;
  LiveOptions options = observed.options("r");
  options.observers.insert(options.observers.begin(), std::make_shared<Thrower>());
  LiveRun run(dir / "registry", "e", options);
  for (int step = 0; step < 3; ++step) {
    run.log_metric("loss", 0.5, step);
    run.flush();
  }
  run.finish();
  CHECK(observed.listener->words() == Words{"began", "written", "ended"});
  const std::string begin = "an observer of the live run '" + run.uri() + "' failed when it saw the run ";
  CHECK(observed.errors == Words{begin + "begin: no screen", begin + "be written: no paper",
                                 begin + "end: it threw what is no std::exception"});
  CHECK(erm::load_run_from_path(run.uri()).status() == RunStatus::finished);
}

TEST_CASE("A run that cannot be ended yet tells its observers when it has ended") {
  const TemporaryDirectory dir;
  Observed observed;
  LiveRun run(dir / "registry", "e", observed.options("r"));
  std::filesystem::rename(run.uri(), dir.path() / "away");
  CHECK_THROWS_AS(run.finish(), erm::IoError);
  CHECK_FALSE(observed.listener->heard("ended"));
  std::filesystem::rename(dir.path() / "away", run.uri());
  run.finish();
  CHECK(observed.listener->heard("ended"));
}

TEST_CASE("Many runs of many threads have one observer") {
  const TemporaryDirectory dir;
  Observed observed;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 3; ++i) {
        LiveRun run(dir / "registry", "e", observed.options(std::to_string(thread) + "_" + std::to_string(i)));
        run.log_metric("loss", i, i);
        run.finish();
      }
    });
  for (std::thread& thread : threads) thread.join();
  const Words words = observed.listener->words();
  CHECK(std::count(words.begin(), words.end(), "began") == 12);
  CHECK(std::count(words.begin(), words.end(), "ended") == 12);
}

#if !defined(_WIN32)

namespace {

/// Tells the numbers of the calls to the parent process: 1, 2 and 3.
class Telling : public erm::LiveObserver {
 public:
  explicit Telling(erm_test::Child::Tell tell) : tell_(std::move(tell)) {}
  void run_began(const ObservedRun&) override { tell_(1); }
  void run_written(const ObservedRun&) override {
    if (!has_written_.exchange(true)) tell_(2);
  }
  void run_ended(const ObservedRun& run) override {
    tell_(erm::load_run_from_path(run.uri).status() == RunStatus::failed ? 3 : 4);
  }

 private:
  erm_test::Child::Tell tell_;
  std::atomic<bool> has_written_{false};
};

LiveOptions telling(const erm_test::Child::Tell& tell) {
  LiveOptions options;
  options.run_id = "r";
  options.provenance = false;
  options.flush_interval = std::chrono::hours(1);
  options.observers = {std::make_shared<Telling>(tell)};
  return options;
}

}  // namespace

TEST_CASE("An observer hears the end of a run by exit() and by signals, when a reader finds it failed", "[fork]") {
  for (const int number : {0, SIGTERM, SIGINT, SIGABRT, SIGSEGV}) {
    const TemporaryDirectory dir;
    erm_test::Child child([&](const erm_test::Child::Tell& tell) {
      LiveRun run(dir / "registry", "e", telling(tell));
      run.log_metric("m", 1, 1);
      if (number == 0) std::exit(0);
      ::raise(number);
      ::_exit(97);
    });
    INFO("signal " << number);
    CHECK(child.told() == std::vector<std::int64_t>{1, 2, 3});
    child.wait();
    CHECK(child.signal() == number);
  }
}

TEST_CASE("An observer hears nothing from the child of a fork, unless that continues the run", "[fork]") {
  const TemporaryDirectory dir;
  erm_test::Child child([&](const erm_test::Child::Tell& tell) {
    LiveRun run(dir / "registry", "e", telling(tell));
    erm_test::Child silent([&](const erm_test::Child::Tell&) {
      run.log_metric("m", 1, 1);
      LiveRun dropped = std::move(run);
    });
    silent.wait();
    tell(10);
    erm_test::Child heir([&](const erm_test::Child::Tell&) {
      run.continue_in_child();
      run.log_metric("m", 1, 1);
      run.finish();
    });
    heir.wait();
    tell(20);
    ::_exit(0);
  });
  CHECK(child.told() == std::vector<std::int64_t>{1, 10, 1, 2, 4, 20});
}

#endif

}  // namespace live_observer_test

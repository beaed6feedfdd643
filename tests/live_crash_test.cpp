// Live runs whose process really dies, and how it was with its children.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "file_tree.hpp"
#include "prefix_of.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

#if !defined(_WIN32)
#include "child_process.hpp"

namespace live_crash_test {

using erm::LiveOptions;
using erm::LiveRun;
using erm::RunStatus;
using erm_test::Child;
using erm_test::contains;
using erm_test::file_text;
using erm_test::prefix_of;
using erm_test::TemporaryDirectory;
using erm_test::write_file;

namespace {

LiveOptions named(const std::string& run_id, std::chrono::milliseconds flush_interval = std::chrono::hours(1)) {
  LiveOptions options;
  options.run_id = run_id;
  options.flush_interval = flush_interval;
  options.heartbeat = std::chrono::hours(1);  // each heartbeat flushes, too
  return options;
}

erm::ExperimentRun load(const std::string& registry, const std::string& run_id = "r") {
  return erm::load_run_from_registry(registry, "e", "main", run_id);
}

/// In the child of a program with threads the leak sanitizer's exit() finds what they held without them.
[[noreturn]] void exit_well() {
#if defined(__SANITIZE_ADDRESS__)
  std::quick_exit(0);
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
  std::quick_exit(0);
#endif
#endif
  std::exit(0);
}

/// What is done when everything that was static after this is gone.
struct LastWork {
  std::function<void()> work;
  ~LastWork() {
    if (work) work();
  }
};
LastWork last_work;

[[noreturn]] void run_out_of_memory() { throw std::runtime_error("CUDA out of memory"); }

constexpr int points = 1000;

/// A child whose run has a thousand points that no flush has written, and that then ends in some way.
template <class End>
Child unflushed(const std::string& registry, End&& end, const LiveOptions& options = named("r")) {
  Child child([&](const Child::Tell&) {
    LiveRun run(registry, "e", options);
    run.log_param("lr", 1);
    for (int i = 0; i < points; ++i) run.log_metric("m", i, i);
    end();
  });
  child.wait();
  return child;
}

}  // namespace

TEST_CASE("A run that is killed at any moment has a prefix of its points that includes its last flush", "[fork]") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  constexpr int rounds = 96, threads = 2;
  constexpr std::int64_t most = std::int64_t{1} << 32;
  std::mt19937 random(20261123);
  int seen = 0, cut = 0;
  std::int64_t longest = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::string id = "r" + std::to_string(round);
    CAPTURE(id);
    Child child([&](const Child::Tell& tell) {
      tell(-1);
      LiveRun run(registry, "e", named(id, std::chrono::milliseconds(1)));
      tell(-2);
      std::vector<std::thread> all;
      for (int t = 0; t < threads; ++t)
        all.emplace_back([&, t] {
          const std::string name = "thread " + std::to_string(t);
          const erm::LiveMetric metric = run.metric(name);
          for (std::int64_t i = 0;; ++i) {
            if (i % 2 == 0)
              metric.log(i, i);
            else
              run.log_metric(name, i, i);
            if (i % 1000 == 999) {
              run.flush();
              tell(t * most + i + 1);
            }
          }
        });
      for (int i = 0;; ++i) run.log_text(std::to_string(i), "note");
    });
    // How far it comes before it is killed is told by itself: to its begin, to its run, or to a number of flushes.
    for (unsigned told = 0; told <= static_cast<unsigned>(round) % 8; ++told) REQUIRE(child.hear());
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));  // and any moment after that
    child.kill(SIGKILL);
    child.wait();
    REQUIRE(child.signal() == SIGKILL);
    std::int64_t flushed[threads] = {};
    bool began = false;
    for (const std::int64_t number : child.told()) {
      began = began || number == -2;
      if (number >= 0) flushed[number / most] = number % most;
    }
    if (!began && erm_test::file_tree(dir.path()).count("registry/e/main/" + id + "/erm_metadata.json") == 0) continue;
    const erm::ExperimentRun run = load(registry, id);
    ++seen;
    CHECK(run.status() == RunStatus::killed);
    for (int t = 0; t < threads; ++t) {
      const std::int64_t there = prefix_of(run, "thread " + std::to_string(t));
      REQUIRE(there >= flushed[t]);
      longest = std::max(longest, there);
    }
    for (const auto& [artifact_id, artifact] : run.artifacts()) CHECK_FALSE(artifact.bytes().empty());
    const std::string csv = file_text(registry + "/e/main/" + id + "/history/main.csv");
    cut += csv.empty() || csv.back() != '\n' ? 1 : 0;
    if (round % 10 != 0) continue;
    // It can be gone on with.
    LiveOptions options = named(id);
    options.resume = true;
    LiveRun again(registry, "e", options);
    std::int64_t next = prefix_of(run, "thread 0");
    for (int i = 0; i < 3; ++i, ++next) again.log_metric("thread 0", next, next);
    again.finish();
    CHECK(prefix_of(load(registry, id), "thread 0") == next);
    CHECK(load(registry, id).status() == RunStatus::finished);
  }
  WARN(seen << " runs had begun, " << cut << " had a torn line, the longest had " << longest << " points");
  CHECK(seen >= rounds * 7 / 8);  // all but those that were killed at their begin
  CHECK(longest >= 1000);         // a flush was told in most of them
}

TEST_CASE("A signal that ends the process loses no data", "[fork]") {
  const std::map<int, std::string> signals = {{SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"},   {SIGHUP, "SIGHUP"},
                                              {SIGQUIT, "SIGQUIT"}, {SIGUSR1, "SIGUSR1"}, {SIGXCPU, "SIGXCPU"}};
  for (const auto& [number, name] : signals) {
    const int signal = number;
    const std::string text = "signal " + std::to_string(number) + " (" + name + ")";
    CAPTURE(text);
    const TemporaryDirectory dir;
    const Child child = unflushed(dir / "registry", [&] { ::raise(signal); });
    CHECK(child.signal() == signal);
    const erm::ExperimentRun run = load(dir / "registry");
    CHECK(run.status() == RunStatus::failed);
    CHECK(run.failure() == "ended by " + text);
    CHECK(run.finished_utc());
    CHECK(run.params().at("lr") == 1);
    CHECK(prefix_of(run, "m") == points);
  }
}

TEST_CASE("A signal from outside may arrive while threads log", "[fork]") {
  const TemporaryDirectory dir;
  Child child([&](const Child::Tell& tell) {
    LiveRun run(dir / "registry", "e", named("r"));
    std::vector<std::thread> all;
    for (int t = 0; t < 4; ++t)
      all.emplace_back([&, t] {
        for (std::int64_t i = 0;; ++i) {
          run.log_metric("thread " + std::to_string(t), i, i);
          if (i == points) tell(t);
        }
      });
    for (int i = 0;; ++i) run.log_param("now", i);
  });
  REQUIRE(child.hear());
  child.kill(SIGTERM);
  child.wait();
  CHECK(child.signal() == SIGTERM);
  const erm::ExperimentRun run = load(dir / "registry");
  CHECK(run.status() == RunStatus::failed);
  for (const std::int64_t thread : child.told()) CHECK(prefix_of(run, "thread " + std::to_string(thread)) > points);
}

TEST_CASE("A program keeps its own signal handler, and handlers can be switched off", "[fork]") {
  const TemporaryDirectory dir;
  {
    static volatile std::sig_atomic_t handled = 0;
    const Child child = unflushed(dir / "registry", [&] {
      ::raise(SIGTERM);
      ::_exit(handled == 1 ? 5 : 6);
    });
    CHECK(child.signal() == SIGTERM);
    Child own([&](const Child::Tell&) {
      ::signal(SIGTERM, [](int) { handled = 1; });
      LiveRun run(dir / "registry", "e", named("own"));
      ::raise(SIGTERM);
      ::_exit(handled == 1 ? 5 : 6);
    });
    own.wait();
    CHECK(own.exit_code() == 5);
  }
  LiveOptions declined = named("declined");
  declined.handle_signals = false;
  const Child child = unflushed(
      dir / "registry", [] { ::raise(SIGTERM); }, declined);
  CHECK(child.signal() == SIGTERM);
  CHECK(load(dir / "registry", "declined").status() == RunStatus::killed);
  CHECK(prefix_of(load(dir / "registry", "declined"), "m") == 0);
}

TEST_CASE("abort() loses no data", "[fork]") {
  const TemporaryDirectory dir;
  CHECK(unflushed(dir / "registry", [] { std::abort(); }).signal() == SIGABRT);
  const erm::ExperimentRun run = load(dir / "registry");
  CHECK(run.status() == RunStatus::failed);
  CHECK(run.failure() == "ended by signal 6 (SIGABRT)");
  CHECK(prefix_of(run, "m") == points);
}

TEST_CASE("If nobody catches an exception, it is the failure of each open run", "[fork]") {
  for (const bool in_main_thread : {true, false}) {
    const TemporaryDirectory dir;
    Child child([&](const Child::Tell&) {
      const auto work = [&]() noexcept {
        LiveRun other(dir / "registry", "e", named("other"));
        LiveRun run(dir / "registry", "e", named("r"));
        for (int i = 0; i < points; ++i) run.log_metric("m", i, i);
        other.log_metric("m", 0, 0);
        run_out_of_memory();
      };
      if (in_main_thread)
        work();
      else
        std::thread(work).join();
    });
    child.wait();
    CHECK(child.signal() == SIGABRT);
    for (const char* const id : {"r", "other"}) {
      const erm::ExperimentRun run = load(dir / "registry", id);
      CHECK(run.status() == RunStatus::failed);
      // A compiler may unwind to the noexcept before it terminates, and the run's destructor cannot know the text.
      const bool told = run.failure() == "an exception was not caught: CUDA out of memory" ||
                        run.failure() == "an exception left the scope of the run";
      CHECK(told);
      CHECK(prefix_of(run, "m") == (id == std::string("r") ? points : 1));
    }
  }
}

TEST_CASE("The text of an exception that leaves a thread is known", "[fork]") {
  const TemporaryDirectory dir;
  Child child([&](const Child::Tell&) {
    LiveRun run(dir / "registry", "e", named("r"));
    run.log_metric("m", 0, 0);
    std::thread(run_out_of_memory).join();
  });
  child.wait();
  CHECK(child.signal() == SIGABRT);
  CHECK(load(dir / "registry").failure() == "an exception was not caught: CUDA out of memory");
  CHECK(prefix_of(load(dir / "registry"), "m") == 1);
}

TEST_CASE("exit() and quick_exit() without finish() lose no data", "[fork]") {
  for (const bool quick : {false, true}) {
    const TemporaryDirectory dir;
    const Child child = unflushed(dir / "registry", [&] { quick ? std::quick_exit(7) : std::exit(7); });
    CHECK(child.exit_code() == 7);
    const erm::ExperimentRun run = load(dir / "registry");
    CHECK(run.status() == RunStatus::failed);
    CHECK(run.failure() == "the program ended before finish()");
    CHECK(prefix_of(run, "m") == points);
  }
}

TEST_CASE("exit() does not hang while threads log and end their own runs", "[fork]") {
  const TemporaryDirectory dir;
  constexpr int threads = 3;
  Child child([&](const Child::Tell& tell) {
    // Not destroyed, since the threads go on with it; the end of the program ends it.
    static LiveRun& run = *new LiveRun(dir / "registry", "e", named("r"));
    std::atomic<int> at_work{0};
    for (int t = 0; t < threads; ++t)
      std::thread([&, t] {
        try {
          for (std::int64_t i = 0;; ++i) {
            run.log_metric("thread " + std::to_string(t), i, i);
            if (i % 500 == 0) LiveRun(dir / "registry", "e").log_metric("m", 1, 1);
            if (i == 1000) {
              tell(t);
              ++at_work;
            }
          }
        } catch (const erm::Error&) {
          for (;;) ::pause();  // the run has ended
        }
      }).detach();
    while (at_work < threads) std::this_thread::yield();
    std::exit(7);
  });
  child.wait();
  CHECK(child.exit_code() == 7);
  const erm::ExperimentRun run = load(dir / "registry");
  CHECK((run.status() == RunStatus::failed || run.status() == RunStatus::finished));
  for (int t = 0; t < threads; ++t) CHECK(prefix_of(run, "thread " + std::to_string(t)) > 1000);
}

TEST_CASE("Runs can be logged and saved after static objects are destroyed", "[fork]") {
  const TemporaryDirectory dir;
  Child child([&](const Child::Tell&) {
    last_work.work = [registry = dir / "registry"] {
      LiveRun run(registry, "e", named("live"));
      run.log_metric("m", 1, 1);
      run.finish();
      erm::RunOptions options;
      options.run_id = "saved";
      erm::save_run_to_registry(erm::ExperimentRun("e", options), registry);
      if (erm::load_run_from_registry(registry, "e", "main", "live").provenance().empty()) ::_exit(9);
    };
    LiveRun(dir / "registry", "e", named("before")).log_metric("m", 1, 1);
    std::exit(0);
  });
  CHECK(child.wait());
  CHECK(load(dir / "registry", "live").status() == RunStatus::finished);
  CHECK(load(dir / "registry", "saved").status() == RunStatus::finished);
}

TEST_CASE("A static run is finished by its destructor", "[fork]") {
  const TemporaryDirectory dir;
  Child child([&](const Child::Tell&) {
    static LiveRun run(dir / "registry", "e", named("r"));
    run.log_metric("m", 0, 0);
    struct AtEnd {
      ~AtEnd() { run.log_metric("m", 1, 1); }
    };
    static const AtEnd at_end;
    std::exit(0);
  });
  CHECK(child.wait());
  CHECK(load(dir / "registry").status() == RunStatus::finished);
  CHECK(prefix_of(load(dir / "registry"), "m") == 2);
}

TEST_CASE("_exit() runs no handler: the run counts as killed, and has its flushed data", "[fork]") {
  const TemporaryDirectory dir;
  Child child([&](const Child::Tell&) {
    LiveRun run(dir / "registry", "e", named("r"));
    for (int i = 0; i < 2 * points; ++i) {
      run.log_metric("m", i, i);
      if (i == points) run.flush();
    }
    ::_exit(9);
  });
  child.wait();
  CHECK(child.exit_code() == 9);
  CHECK(load(dir / "registry").status() == RunStatus::killed);
  CHECK(prefix_of(load(dir / "registry"), "m") == points + 1);
}

TEST_CASE("A killed run is resumed after its last complete line", "[fork]") {
  const TemporaryDirectory dir;
  const std::string csv = dir / "registry/e/main/r/history/main.csv";
  std::string whole;
  for (const std::string torn : {"m,3,1763883021123,3.", "\"two\nlines,\n", "\"two\nlines"}) {
    CAPTURE(torn);
    Child child([&](const Child::Tell&) {
      LiveOptions options = named("r");
      options.resume = true;
      LiveRun run(dir / "registry", "e", options);
      run.log_metric("two\nlines", 1, 1);
      run.log_metric("last", 5);
      run.log_metric("m", 1, 1);
      run.flush();
      ::raise(SIGKILL);
    });
    child.wait();
    REQUIRE(child.signal() == SIGKILL);
    CHECK(contains(file_text(csv), whole));
    whole = file_text(csv);
    write_file(csv, whole + torn);
    CHECK(load(dir / "registry").status() == RunStatus::killed);
  }
  LiveOptions options = named("r");
  options.resume = true;
  LiveRun run(dir / "registry", "e", options);
  CHECK(file_text(csv) == whole);
  run.log_metric("m", 2, 2);
  run.finish();
  const erm::ExperimentRun loaded = load(dir / "registry");
  CHECK(loaded.history().at("m").size() == 4);
  CHECK(loaded.history().at("two\nlines").size() == 3);
  CHECK(loaded.metrics().at("last") == 5);
}

// ---- fork() in the user's program ----

TEST_CASE("In the child of a fork no function of the run changes it", "[fork]") {
  const TemporaryDirectory dir;
  Child parent([&](const Child::Tell&) {
    LiveOptions quiet = named("r", std::chrono::milliseconds(1));
    quiet.on_error = [](const std::string&) {};  // live_fork_test.cpp tests what it is told
    auto run = std::make_unique<LiveRun>(dir / "registry", "e", quiet);
    std::atomic<bool> over{false};
    std::vector<std::thread> all;
    for (int t = 0; t < 4; ++t)
      all.emplace_back([&, t] {
        for (std::int64_t i = 0; i < points || !over; ++i) {
          run->log_metric("thread " + std::to_string(t), i, i);
          if (i % 100 == 0) run->log_param("p" + std::to_string(t), i);
          if (i % 300 == 0) run->log_text("text", "note" + std::to_string(t));
        }
      });
    const erm::LiveMetric mine = run->metric("parent");
    std::int64_t logged = 0;
    for (int round = 0; round < 24; ++round) {
      for (int i = 0; i < 10; ++i, ++logged) mine.log(logged, logged);
      Child child([&](const Child::Tell&) {
        ::alarm(600);  // one that hangs
        for (std::int64_t i = 0; i < 10000; ++i) mine.log(-1, i);
        run->log_metric("child", 1, 1);
        run->log_metric("child", 2);
        run->log_param("child", 1);
        run->log_text("child", "child");
        run->log_artifact("missing", "missing");
        switch (round % 6) {
          case 0:
            static_cast<void>(erm_test::thrown<erm::Error>([&] { run->finish(); }));
            return;
          case 1:
            static_cast<void>(erm_test::thrown<erm::Error>([&] { run->fail("the child's"); }));
            return;
          case 2:
            run.reset();
            return;
          case 3:
            exit_well();
          case 4: {  // a run of its own
            LiveRun own(dir / "registry", "e", named("own " + std::to_string(round)));
            own.log_metric("m", 0, 0);
            own.finish();
            return;
          }
          default: {  // a writer of its own, as a data loader is
            LiveOptions options = named("r");
            options.writer = "child" + std::to_string(round);
            LiveRun joined(dir / "registry", "e", options);
            joined.log_metric(options.writer, 0, 0);
            joined.finish();
          }
        }
      });
      if (!child.wait()) ::_exit(10 + round);
    }
    over = true;
    for (std::thread& thread : all) thread.join();
    run->finish();
  });
  parent.wait();
  REQUIRE(parent.exit_code() == 0);
  const erm::ExperimentRun run = load(dir / "registry");
  CHECK(run.status() == RunStatus::finished);
  CHECK(prefix_of(run, "parent") == 240);
  for (int t = 0; t < 4; ++t) CHECK(prefix_of(run, "thread " + std::to_string(t)) >= points);
  CHECK(run.history().count("child") == 0);
  CHECK(run.params().count("child") == 0);
  CHECK(run.artifacts().count("child") == 0);
  CHECK(prefix_of(run, "child5") == 1);
  CHECK(prefix_of(load(dir / "registry", "own 4"), "m") == 1);
}

TEST_CASE("A signal to the child of a fork does not change the parent's run", "[fork]") {
  const TemporaryDirectory dir;
  Child parent([&](const Child::Tell&) {
    LiveRun run(dir / "registry", "e", named("r"));
    run.log_metric("m", 0, 0);
    Child child([&](const Child::Tell&) {
      LiveRun own(dir / "registry", "e", named("own"));
      ::raise(SIGTERM);
    });
    child.wait();
    if (child.signal() != SIGTERM) ::_exit(5);
    run.log_metric("m", 1, 1);
    run.finish();
  });
  CHECK(parent.wait());
  CHECK(load(dir / "registry").status() == RunStatus::finished);
  CHECK(prefix_of(load(dir / "registry"), "m") == 2);
  CHECK(load(dir / "registry", "own").failure() == "ended by signal 15 (SIGTERM)");
}

}  // namespace live_crash_test

#endif

// Programs that fork and go on in the child: daemon(), a double fork, a parent that waits.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "comes_true.hpp"
#include "erm/detail/os/modules.hpp"
#include "erm/json.hpp"
#include "erm/live_run.hpp"
#include "erm/provenance.hpp"
#include "erm/registry.hpp"
#include "file_tree.hpp"
#include "prefix_of.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

#if !defined(_WIN32)
#include "child_process.hpp"

namespace live_fork_test {

using erm::LiveMetric;
using erm::LiveOptions;
using erm::LiveRun;
using erm::RunStatus;
using erm_test::Child;
using erm_test::contains;
using erm_test::prefix_of;
using erm_test::TemporaryDirectory;

namespace {

/// Its thread allocates: a fork meanwhile would leave ASan's allocator locked in the child.
#if defined(ERM_TEST_SANITIZED)
constexpr bool has_provenance = false;
#else
constexpr bool has_provenance = true;
#endif

LiveOptions named(const std::string& run_id) {
  LiveOptions options;
  options.run_id = run_id;
  options.flush_interval = std::chrono::hours(1);
  options.heartbeat = std::chrono::hours(1);  // each heartbeat flushes, too
  options.provenance = has_provenance;
  return options;
}

erm::ExperimentRun load(const std::string& registry, const std::string& run_id = "r") {
  return erm::load_run_from_registry(registry, "e", "main", run_id);
}

constexpr int points = 10000;  // more than a thread keeps in one piece

void log_points(const LiveMetric& metric, int from, int to) {
  for (int i = from; i < to; ++i) metric.log(i, i);
}

/// Like daemon(): the parent ends by _exit() without any flush.
void go_into_background() {
  if (::fork() != 0) ::_exit(0);
  ::setsid();
}

/// Waits for the daemon of a child, too: it holds the child's pipe open.
std::vector<std::int64_t> told_to_the_end(Child& child) {
  child.wait();
  return child.told();
}

}  // namespace

TEST_CASE("What was logged before a fork is kept if the parent calls _exit()", "[fork]") {
  const TemporaryDirectory dir;
  Child child([&](const Child::Tell&) {
    LiveRun run(dir / "registry", "e", named("r"));
    run.log_param("lr", 0.1);
    log_points(run.metric("m"), 0, points);
    go_into_background();
  });
  told_to_the_end(child);
  CHECK(prefix_of(load(dir / "registry"), "m") == points);
  CHECK(load(dir / "registry").params().at("lr") == 0.1);
}

TEST_CASE("A child that uses its parent's run is told once, and flush(), finish() and fail() throw", "[fork]") {
  const TemporaryDirectory dir;
  Child child([&](const Child::Tell& tell) {
    std::vector<std::string> messages;
    LiveOptions options = named("r");
    options.on_error = [&](const std::string& message) { messages.push_back(message); };
    LiveRun run(dir / "registry", "e", options);
    const LiveMetric metric = run.metric("m");
    metric.log(0, 0);
    const std::string parent = std::to_string(::getpid());
    Child silent([&](const Child::Tell&) {
      { const LiveRun moved = std::move(run); }  // nothing is done with it
      ::_exit(messages.empty() ? 0 : 1);
    });
    if (!silent.wait()) ::_exit(2);
    Child told([&](const Child::Tell&) {
      const std::string belongs = " the live run '" + run.uri() + "' in process " + std::to_string(::getpid()) +
                                  ": since fork() it belongs to process " + parent +
                                  ", and what this process logs to it is not kept; call LiveRun::continue_in_child() "
                                  "after the fork to move the run here, or begin another run";
      metric.log(1, 1);
      run.log_metric("m", 2, 2);
      run.log_param("p", 1);
      run.log_artifact("missing", "missing");
      if (messages != std::vector<std::string>{"cannot log to" + belongs}) ::_exit(3);
      const auto is_refused = [&](const std::string& what, const auto& call) {
        try {
          call();
        } catch (const erm::Error& error) {
          return error.what() == "cannot " + what + belongs;
        }
        return false;
      };
      if (!is_refused("flush", [&] { run.flush(); })) ::_exit(4);
      if (!is_refused("end", [&] { run.finish(); })) ::_exit(5);
      if (!is_refused("end", [&] { run.fail("why"); })) ::_exit(6);
      if (messages.size() != 1) ::_exit(7);
    });
    if (!told.wait()) ::_exit(10 + told.exit_code());
    tell(1);
    run.finish();
  });
  CHECK(child.wait());
  CHECK(child.exit_code() == 0);
  CHECK(load(dir / "registry").status() == RunStatus::finished);
  CHECK(prefix_of(load(dir / "registry"), "m") == 1);
  CHECK(load(dir / "registry").params().empty());
}

TEST_CASE("A run that is moved to the child of a fork continues there, with the handles from before", "[fork]") {
  for (const bool twice : {false, true}) {
    CAPTURE(twice);
    const TemporaryDirectory dir;
    Child child([&](const Child::Tell& tell) {
      LiveRun run(dir / "registry", "e", named("r"));
      const LiveMetric metric = run.metric("m");
      std::atomic<bool> is_over{false};
      std::thread([&] {  // exists in the parent only, with points of its own
        for (std::int64_t i = 0; i < points; ++i) run.log_metric("other", i, i);
        is_over = true;
        for (;;) ::pause();
      }).detach();
      run.log_param("before", 1);
      run.log_text("text", "before");
      log_points(metric, 0, points);
      while (!is_over) std::this_thread::yield();
      go_into_background();
      if (twice) go_into_background();
      run.continue_in_child();
      run.continue_in_child();  // it is here
      log_points(metric, points, 2 * points);
      for (int i = 2 * points; i < 3 * points; ++i) run.log_metric("m", i, i);
      run.log_metric("new", 0, 0);
      std::thread([&] { log_points(run.metric("of a thread"), 0, points); }).join();
      run.log_param("after", 2);
      run.log_text("text", "after");
      run.flush();
      const erm::ExperimentRun now = load(dir / "registry");
      if (now.status() == RunStatus::running) tell(1);
      if (prefix_of(now, "m") == 3 * points) tell(2);
      run.finish();
      tell(3);
      ::_exit(0);
    });
    CHECK(told_to_the_end(child) == std::vector<std::int64_t>{1, 2, 3});
    const erm::ExperimentRun run = load(dir / "registry");
    CHECK(run.status() == RunStatus::finished);
    CHECK(prefix_of(run, "m") == 3 * points);
    CHECK(prefix_of(run, "other") == points);
    CHECK(prefix_of(run, "of a thread") == points);
    CHECK(prefix_of(run, "new") == 1);
    CHECK(run.params() == std::map<std::string, erm::Value>{{"before", 1}, {"after", 2}});
    CHECK(run.artifacts().size() == 2);
    if (has_provenance) CHECK_FALSE(run.provenance().empty());  // also if the parent had not recorded it yet
  }
}

TEST_CASE("A moved run survives a signal and exit() like any other, and can be moved again", "[fork]") {
  for (const bool by_signal : {true, false}) {
    CAPTURE(by_signal);
    const TemporaryDirectory dir;
    Child child([&](const Child::Tell&) {
      static LiveRun run(dir / "registry", "e", named("r"));
      log_points(run.metric("m"), 0, points);
      go_into_background();
      run.continue_in_child();
      log_points(run.metric("m"), points, 2 * points);
      go_into_background();
      run.continue_in_child();
      log_points(run.metric("m"), 2 * points, 3 * points);
      if (by_signal) ::raise(SIGTERM);
      std::quick_exit(0);
    });
    told_to_the_end(child);
    const erm::ExperimentRun run = load(dir / "registry");
    CHECK(run.status() == RunStatus::failed);
    CHECK(run.failure() == (by_signal ? "ended by signal 15 (SIGTERM)" : "the program ended before finish()"));
    CHECK(prefix_of(run, "m") == 3 * points);
  }
}

TEST_CASE("A parent whose child has taken the run is told so and does not spoil it", "[fork]") {
  const TemporaryDirectory dir;
  Child child([&](const Child::Tell& tell) {
    std::vector<std::string> messages;
    LiveOptions options = named("r");
    options.on_error = [&](const std::string& message) { messages.push_back(message); };
    static LiveRun run(dir / "registry", "e", options);
    log_points(run.metric("m"), 0, points);
    Child taker([&](const Child::Tell& tell_parent) {
      run.continue_in_child();
      log_points(run.metric("m"), points, 2 * points);
      tell_parent(1);
      while (::getppid() != 1 && !std::filesystem::exists(dir / "over")) std::this_thread::yield();
      run.finish();
    });
    if (!taker.hear()) ::_exit(1);
    run.log_metric("m", -1, -1);
    const std::string thrown = erm_test::error_of([&] { run.flush(); });
    if (contains(thrown, "is no longer that of this process")) tell(1);
    if (messages.size() == 1 && contains(messages[0], "is no longer that of this process")) tell(2);
    erm_test::write_file(dir / "over", "");
    if (taker.wait()) tell(3);
    std::quick_exit(0);
  });
  child.wait();
  CHECK(child.told() == std::vector<std::int64_t>{1, 2, 3});
  CHECK(load(dir / "registry").status() == RunStatus::finished);
  CHECK(prefix_of(load(dir / "registry"), "m") == 2 * points);
}

TEST_CASE("Another writer of a shared run can be moved, too", "[fork]") {
  const TemporaryDirectory dir;
  LiveRun main(dir / "registry", "e", named("r"));
  Child child([&](const Child::Tell&) {
    LiveOptions options = named("r");
    options.writer = "rank1";
    LiveRun run(dir / "registry", "e", options);
    log_points(run.metric("m"), 0, points);
    go_into_background();
    run.continue_in_child();
    log_points(run.metric("m"), points, 2 * points);
    run.finish();
    ::_exit(0);
  });
  told_to_the_end(child);
  main.finish();
  CHECK(prefix_of(load(dir / "registry"), "m") == 2 * points);
  CHECK(load(dir / "registry").status() == RunStatus::finished);
}

TEST_CASE("A run that had ended before the fork cannot be moved", "[fork]") {
  const TemporaryDirectory dir;
  Child child([&](const Child::Tell& tell) {
    LiveRun run(dir / "registry", "e", named("r"));
    run.finish();
    Child inner([&](const Child::Tell&) {
      run.flush();
      run.finish();  // does nothing, as in the parent
      const std::string thrown = erm_test::thrown<erm::Error>([&] { run.continue_in_child(); });
      ::_exit(contains(thrown, "it had ended before the fork; open it again with LiveOptions::resume") ? 0 : 1);
    });
    if (inner.wait()) tell(1);
  });
  CHECK(child.wait());
  CHECK(child.told().size() == 1);
  LiveRun::disabled().continue_in_child();
}

TEST_CASE("A child that was forked while another thread lists the loaded libraries can list them",
          "[fork][threads-at-fork]") {
  const TemporaryDirectory dir;
  Child parent([&](const Child::Tell&) {
    const LiveRun run(dir / "registry", "e", named("parent"));
    std::thread([] {
      for (;;) static_cast<void>(erm::detail::os::loaded_modules(nullptr));
    }).detach();
    for (int i = 0; i < 100; ++i) {
      Child child([](const Child::Tell&) { static_cast<void>(erm::detail::os::loaded_modules(nullptr)); });
      if (!erm_test::comes_true([&] { return !child.runs(); }) || child.exit_code() != 0) ::_exit(1);
    }
    ::_exit(0);
  });
  CHECK(parent.wait());
}

TEST_CASE("A fork neither hangs nor costs points while the run's thread cannot write", "[fork]") {
  const TemporaryDirectory dir;
  Child child([&](const Child::Tell& tell) {
    LiveOptions options = named("r");
    options.on_error = [&](const std::string&) {
      // On the run's own thread.
      Child inner([](const Child::Tell&) {});
      if (inner.wait()) tell(1);
    };
    LiveRun run(dir / "registry", "e", options);
    std::filesystem::remove_all(dir / "registry/e");
    run.log_param("p", 1);
    Child inner([](const Child::Tell&) {});
    if (inner.wait()) tell(2);
    ::_exit(0);
  });
  child.wait();
  CHECK(child.told().size() == 2);
}

}  // namespace live_fork_test

#endif

// Durations while the wall clock is set back. This file replaces the system's clock for the whole test program: it can
// be set back without setting that of the machine.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>

#include "catch.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"

#if defined(__linux__) && defined(__GLIBC__)
#include <atomic>
#include <ctime>

#include <sys/syscall.h>
#include <unistd.h>

namespace live_clock_test {
namespace {
std::atomic<std::int64_t> ahead_seconds{0};  // of the true time
}
}  // namespace live_clock_test

extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const auto result = static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now->tv_sec += live_clock_test::ahead_seconds;
  return result;
}

namespace live_clock_test {

using erm::LiveOptions;
using erm::LiveRun;
using erm_test::file_text;
using erm_test::TemporaryDirectory;
using std::chrono::hours;
using std::chrono::milliseconds;

namespace {

/// The wall clock is a day ahead, until it is set right.
struct FastClock {
  FastClock() { ahead_seconds = 86400; }
  ~FastClock() { set_right(); }
  FastClock(const FastClock&) = delete;
  FastClock& operator=(const FastClock&) = delete;
  static void set_right() { ahead_seconds = 0; }
};

LiveOptions named(const std::string& run_id) {
  LiveOptions options;
  options.run_id = run_id;
  options.provenance = false;
  return options;
}

erm::ExperimentRun load(const std::string& registry) { return erm::load_run_from_registry(registry, "e", "main", "r"); }

}  // namespace

TEST_CASE("The wall clock of these tests can be set back") {
  const auto before = std::chrono::system_clock::now();
  const FastClock clock;
  CHECK(std::chrono::system_clock::now() > before + hours(23));
}

TEST_CASE("A live run lasts as long as it did, though the wall clock was set back meanwhile") {
  const TemporaryDirectory dir;
  FastClock clock;
  LiveOptions options = named("r");
  options.system_metrics = true;
  options.system_metrics_interval = milliseconds(100);
  LiveRun run(dir / "registry", "e", options);
  clock.set_right();
  std::this_thread::sleep_for(milliseconds(1200));
  run.flush();
  REQUIRE(load(dir / "registry").duration());
  CHECK(load(dir / "registry").duration()->count() >= 0);
  run.finish();
  const erm::ExperimentRun ended = load(dir / "registry");
  CHECK(*ended.finished_utc() < ended.timestamp_utc());  // the times of day are what the clock said
  REQUIRE(ended.duration());
  CHECK(*ended.duration() >= milliseconds(1200));
  CHECK(*ended.duration() < hours(20));
  for (const auto& [name, history] : ended.history())
    for (const erm::MetricPoint& point : history.points()) CHECK(point.step >= 0);
  CHECK_FALSE(ended.history().empty());
}

TEST_CASE("A run that is resumed after the wall clock was set back has no negative duration") {
  const TemporaryDirectory dir;
  {
    const FastClock clock;
    LiveRun(dir / "registry", "e", named("r")).finish();
  }
  LiveOptions options = named("r");
  options.resume = true;
  options.system_metrics = true;
  LiveRun run(dir / "registry", "e", options);
  run.flush();
  run.finish();
  const erm::ExperimentRun loaded = load(dir / "registry");
  REQUIRE(loaded.duration());
  CHECK(loaded.duration()->count() >= 0);
  CHECK(*loaded.duration() < hours(20));
  for (const auto& [name, history] : loaded.history())
    for (const erm::MetricPoint& point : history.points()) CHECK(point.step >= 0);
}

TEST_CASE("A saved run lasts as long as it did, though the wall clock was set back meanwhile") {
  const TemporaryDirectory dir;
  FastClock clock;
  erm::RunOptions options;
  options.run_id = "r";
  const erm::ExperimentRun run("e", options);
  clock.set_right();
  std::this_thread::sleep_for(milliseconds(20));
  erm::save_run_to_registry(run, dir / "registry");
  const erm::ExperimentRun saved = load(dir / "registry");
  REQUIRE(saved.duration());
  CHECK(*saved.duration() >= milliseconds(20));
  CHECK(*saved.duration() < hours(20));
}

TEST_CASE("A file with two times of day, the second before the first, has a duration of zero") {
  const TemporaryDirectory dir;
  {
    const FastClock clock;
    LiveRun(dir / "registry", "e", named("r")).finish();
  }
  const std::string path = dir / "registry/e/main/r/erm_metadata.json";
  std::string text = file_text(path);
  const std::size_t at = text.find("\"duration_seconds\": ");
  REQUIRE(at != std::string::npos);
  text.erase(at, text.find(',', at) + 2 - at);  // as an older version wrote it
  const std::size_t finished = text.find("\"finished_utc\": \"") + 17;
  text.replace(finished, 4, "2001");
  erm_test::write_file(path, text);
  CHECK(load(dir / "registry").duration() == std::chrono::microseconds(0));
}

}  // namespace live_clock_test

#endif

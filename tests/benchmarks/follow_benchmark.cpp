// What it costs to follow runs while they are written: CPU time of the following thread alone.
//
//   follow_benchmark FOLDER     an empty folder on the disk to be measured
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench.hpp"
#include "erm/detail/follow/followed_runs.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"

namespace {

namespace fs = std::filesystem;
using erm::detail::FollowedRun;
using erm::detail::FollowedRuns;

constexpr int runs = 20;
constexpr int metrics = 10;

double thread_seconds(const std::function<void()>& work) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  };
  const double begin = now();
  work();
  return now() - begin;
}

long memory_kilobytes() {
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  long all = 0, resident = 0;
  if (file == nullptr || std::fscanf(file, "%ld %ld", &all, &resident) != 2) std::exit(1);
  std::fclose(file);
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/// Live runs of this process, written by hand: nothing runs beside the thread that is measured.
class Writers {
 public:
  explicit Writers(const std::string& registry) {
    for (int run = 0; run < runs; ++run) {
      erm::LiveOptions options;
      options.run_id = "run_" + std::to_string(run);
      options.flush_interval = std::chrono::hours(1);
      options.heartbeat = std::chrono::hours(1);
      live_.push_back(std::make_unique<erm::LiveRun>(registry, "bench", options));
      for (int i = 0; i < 30; ++i) live_.back()->log_param("param_" + std::to_string(i), 0.1 * i);
    }
  }
  void log(int points) {
    for (const auto& run : live_)
      for (int i = 0; i < points; ++i)
        for (int metric = 0; metric < metrics; ++metric)
          run->log_metric("metric/" + std::to_string(metric), 1.0 / (step_ + i + 1) + metric, step_ + i);
    step_ += points;
    for (const auto& run : live_) run->flush();
  }

 private:
  std::vector<std::unique_ptr<erm::LiveRun>> live_;
  std::int64_t step_ = 0;
};

void row(const char* work, double value, const char* unit, const char* beside, const char* target) {
  std::printf("| %s | %.2f %s | %s | - | %s |\n", work, value, unit, beside, target);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: follow_benchmark FOLDER\n");
    return 2;
  }
  const std::string registry = std::string(argv[1]) + "/follow";
  fs::remove_all(registry);
  std::printf("| work | ERM | compared with | ratio | target |\n|---|---|---|---|---|\n");
  constexpr int before = 50'000;  // of each metric: ten million points in all
  constexpr double points = 1.0 * runs * metrics * before;
  {
    Writers writers(registry);
    for (int i = 0; i < 10; ++i) writers.log(before / 10);
    std::vector<std::string> paths;
    for (int run = 0; run < runs; ++run) paths.push_back("bench/main/run_" + std::to_string(run));

    const long memory_before = memory_kilobytes();
    FollowedRuns followed(registry, paths);
    followed.refresh();
    followed.refresh();
    constexpr int idle = 200;
    const double nothing = thread_seconds([&] {
      for (int i = 0; i < idle; ++i) followed.refresh();
    });
    row("a look at a run where nothing changed", 1e6 * nothing / idle / runs, "us", "-", "microseconds");

    constexpr int rounds = 100;
    double cost = 0;
    for (int i = 0; i < rounds; ++i) {
      writers.log(5);
      cost += thread_seconds([&] {
        if (!followed.refresh().points) std::exit(1);
      });
    }
    row("20 runs x 10 metrics x 10 points a second, two looks a second, of a core", 100 * 2 * cost / rounds, "%", "-", "8 %");
    row("a look at a run with 50 new points and new metadata", 1e6 * cost / rounds / runs, "us", "-", "-");
    row("memory for ten million points followed", static_cast<double>(memory_kilobytes() - memory_before) / 1024, "MiB",
        "-", "100 MiB");
    const erm_bench::Pair first = erm_bench::compare(
        3,
        [&] {
          FollowedRuns followed(registry, paths);
          if (!followed.refresh().points) std::exit(1);
        },
        [&] {
          for (const std::string& path : paths)
            if (erm::load_run_from_path(registry + "/" + path).history().size() < metrics) std::exit(1);
        });
    erm_bench::print_row("the first look at a point of ten million, and load_run of it", first, points, "1.3");
    double copies = 0;
    const auto& all = followed.runs();
    copies += thread_seconds([&] {
      for (const auto& one : all)
        for (const auto& [metric, curve] : one.run->curves())
          if (curve.history().empty()) std::exit(1);
    });
    row("what is kept of a curve as a MetricHistory", 1e6 * copies / runs / metrics, "us", "-", "-");
  }
  fs::remove_all(registry);
  {
    erm::LiveOptions options;
    options.run_id = "page";
    options.flush_interval = std::chrono::hours(1);
    erm::LiveRun run(registry, "bench", options);
    std::int64_t step = 0;
    const auto log = [&](int count) {
      for (int i = 0; i < count; ++i, ++step)
        for (int metric = 0; metric < 20; ++metric) run.log_metric("metric/" + std::to_string(metric), 1.0 / (step + 1), step);
      run.flush();
    };
    for (int i = 0; i < 10; ++i) log(10'000);
    FollowedRun followed(std::make_shared<erm::LocalFileSystem>(), registry + "/bench/main/page");
    followed.refresh();
    double cost = 0;
    constexpr int rounds = 20;
    for (int i = 0; i < rounds; ++i) {
      log(15);
      cost += thread_seconds([&] { followed.refresh(); });
    }
    row("a look at 20 curves of 100,000 points with 300 new points", 1e6 * cost / rounds, "us", "-", "-");
  }
  fs::remove_all(registry);
}

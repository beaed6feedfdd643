// What a logged scalar costs, beside spdlog's single-threaded file logger writing the same line, and what a
// checkpoint costs beside cp; in one run.
//
//   live_benchmark FOLDER     an empty folder on the disk to be measured
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include "bench.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t million = 1000000;

double cpu_seconds() {
  timespec used;
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

struct Cost {
  double wall = 0, cpu = 0;
};

template <class Work>
Cost cost_of(Work&& work) {
  const double cpu = cpu_seconds();
  const double wall = erm_bench::seconds_of(work);
  return {wall, cpu_seconds() - cpu};
}

const std::vector<double>& values() {
  static const std::vector<double> all = [] {
    std::mt19937_64 random(1);
    std::vector<double> drawn(million);
    for (double& value : drawn) value = static_cast<double>(random() >> 11) / 9007199254740992.0;
    return drawn;
  }();
  return all;
}

void row(const char* work, double ours, double theirs, const char* unit, double ratio, const char* target) {
  std::printf("| %s | %.1f %s | %.1f %s | %.2f | %s |\n", work, ours, unit, theirs, unit, ratio, target);
  std::fflush(stdout);
}

void log_by_name(erm::LiveRun& run) {
  for (std::int64_t i = 0; i < million; ++i) run.log_metric("train/loss", values()[static_cast<std::size_t>(i)], i);
}
void log_by_handle(erm::LiveRun& run) {
  const erm::LiveMetric loss = run.metric("train/loss");
  for (std::int64_t i = 0; i < million; ++i) loss.log(values()[static_cast<std::size_t>(i)], i);
}

template <class Log>
Cost live_cost(const std::string& root, Log&& log) {
  erm::LiveRun run(root + "/live", "bench");
  const Cost cost = cost_of([&] {
    log(run);
    run.flush();
  });
  run.finish();
  return cost;
}

Cost spdlog_cost(const std::string& path) {
  fs::remove(path);
  auto logger = spdlog::basic_logger_st("bench", path);
  logger->set_pattern("%v");
  const Cost cost = cost_of([&] {
    for (std::int64_t i = 0; i < million; ++i) {
      const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
      logger->info("train/loss,{},{},{}", i, now.count(), values()[static_cast<std::size_t>(i)]);
    }
    logger->flush();
  });
  spdlog::drop("bench");
  return cost;
}

void measure_scalars(const std::string& root) {
  struct {
    const char* name;
    const char* target;
    void (*log)(erm::LiveRun&);
  } const ways[] = {{"by name", "1.0", log_by_name}, {"by handle", "0.5", log_by_handle}};
  for (const auto& way : ways) {
    std::vector<double> wall, cpu, wall_ratio, cpu_ratio, their_wall, their_cpu;
    for (int i = 0; i < 9; ++i) {
      const Cost ours = live_cost(root, way.log);
      const Cost theirs = spdlog_cost(root + "/spdlog.csv");
      wall.push_back(ours.wall);
      cpu.push_back(ours.cpu);
      their_wall.push_back(theirs.wall);
      their_cpu.push_back(theirs.cpu);
      wall_ratio.push_back(ours.wall / theirs.wall);
      cpu_ratio.push_back(ours.cpu / theirs.cpu);
    }
    using erm_bench::median;
    const std::string name = way.name;
    row((name + ", until all is written, wall time per point").c_str(), median(wall) * 1e3, median(their_wall) * 1e3, "ns",
        median(wall_ratio), way.target);
    row((name + ", until all is written, CPU time per point").c_str(), median(cpu) * 1e3, median(their_cpu) * 1e3, "ns",
        median(cpu_ratio), way.target);
  }
}

/// The caller's thread alone, in bursts that fit the buffer.
void measure_bursts(const std::string& root) {
  constexpr int burst = 100000, bursts = 30;
  erm::LiveOptions options;
  options.flush_interval = std::chrono::hours(1);
  std::vector<double> by_name, by_handle, theirs;
  auto logger = spdlog::basic_logger_st("burst", root + "/burst.csv");
  logger->set_pattern("%v");
  erm::LiveRun run(root + "/live", "burst", options);
  const erm::LiveMetric loss = run.metric("train/loss");
  for (int i = 0; i < bursts; ++i) {
    by_name.push_back(erm_bench::seconds_of([&] {
      for (int k = 0; k < burst; ++k) run.log_metric("train/loss", values()[static_cast<std::size_t>(k)], k);
    }) / burst * 1e9);
    run.flush();
    by_handle.push_back(erm_bench::seconds_of([&] {
      for (int k = 0; k < burst; ++k) loss.log(values()[static_cast<std::size_t>(k)], k);
    }) / burst * 1e9);
    run.flush();
    theirs.push_back(erm_bench::seconds_of([&] {
      for (int k = 0; k < burst; ++k) {
        const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
        logger->info("train/loss,{},{},{}", k, now.count(), values()[static_cast<std::size_t>(k)]);
      }
    }) / burst * 1e9);
  }
  run.finish();
  spdlog::drop("burst");
  using erm_bench::median;
  row("by name, the caller's thread, per point", median(by_name), median(theirs), "ns", median(by_name) / median(theirs), "0.25");
  row("by handle, the caller's thread, per point", median(by_handle), median(theirs), "ns", median(by_handle) / median(theirs), "0.1");
}

void measure_tail(const std::string& root) {
  erm::LiveOptions options;
  options.flush_interval = std::chrono::milliseconds(10);
  erm::LiveRun run(root + "/live", "tail", options);
  const erm::LiveMetric loss = run.metric("train/loss");
  std::vector<double> times(million);
  for (std::int64_t i = 0; i < million; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    loss.log(values()[static_cast<std::size_t>(i)], i);
    times[static_cast<std::size_t>(i)] = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count();
  }
  run.finish();
  std::sort(times.begin(), times.end());
  std::printf("| one call while flushing every 10 ms, median / 99.9th percentile | %.0f / %.0f ns | - | - | < 2000 ns |\n",
              times[million / 2], times[million - million / 1000]);
}

void measure_threads(const std::string& root) {
  std::vector<double> ratio, one, four;
  for (int i = 0; i < 9; ++i) {
    const auto with = [&](int threads) {
      return live_cost(root, [&](erm::LiveRun& run) {
               const erm::LiveMetric loss = run.metric("train/loss");
               std::vector<std::thread> all;
               for (int t = 0; t < threads; ++t)
                 all.emplace_back([&, t] {
                   for (std::int64_t k = t; k < million; k += threads) loss.log(values()[static_cast<std::size_t>(k)], k);
                 });
               for (std::thread& thread : all) thread.join();
             }).wall * 1e3;
    };
    one.push_back(with(1));
    four.push_back(with(4));
    ratio.push_back(four.back() / one.back());
  }
  row("4 threads on one run, vs. 1 thread, until all is written, per point", erm_bench::median(four), erm_bench::median(one), "ns",
      erm_bench::median(ratio), "1.0");
}

long resident_kilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmRSS:", 0) == 0) return std::atol(line.c_str() + 6);
  return 0;
}

void measure_loading(const std::string& root) {
  std::string uri;
  {
    erm::LiveRun run(root + "/live", "load");
    uri = run.uri();
    for (int i = 0; i < 10; ++i) log_by_handle(run);
    const long growth_from = resident_kilobytes();
    for (int i = 0; i < 10; ++i) log_by_handle(run);
    std::printf("| additional memory for 10 million more points of a live run | %ld KiB | - | - | 0 |\n",
                resident_kilobytes() - growth_from);
  }
  const long before = resident_kilobytes();
  double seconds = 0;
  {
    std::vector<erm::ExperimentRun> loaded;
    seconds = erm_bench::seconds_of([&] { loaded.push_back(erm::load_run_from_path(uri)); });
    const std::size_t points = loaded[0].history().at("train/loss").size();
    std::printf("| load %zu million points | %.1f million/s, %.1f bytes per point | - | - | 15 million/s, 32 bytes |\n",
                points / million, static_cast<double>(points) / seconds / 1e6,
                static_cast<double>(resident_kilobytes() - before) * 1024 / static_cast<double>(points));
  }
}

/// The helper stores them and passes them on to the file, meanwhile.
void measure_console(const std::string& root) {
  const std::string line(79, 'x');
  constexpr int lines = 200000;
  const auto per_line = [&](int file) {
    const std::string text = line + "\n";
    return 1e9 / lines * erm_bench::seconds_of([&] {
      for (int i = 0; i < lines; ++i)
        if (::write(file, text.data(), text.size()) < 0) std::exit(1);
    });
  };
  const int before = ::dup(1), errors_before = ::dup(2);
  std::fflush(stdout);
  double ours = 1e9, theirs = 1e9;
  for (int i = 0; i < 9; ++i) {
    const int file = ::open((root + "/lines.txt").c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0666);
    theirs = (std::min)(theirs, per_line(file));
    ::dup2(file, 1);
    ::dup2(file, 2);
    erm::LiveOptions options;
    options.capture_console = true;
    options.provenance = false;
    erm::LiveRun run(root + "/console", "bench", options);
    ours = (std::min)(ours, per_line(1));
    run.finish();
    ::close(file);
    fs::remove_all(root + "/console");
  }
  ::dup2(before, 1);
  ::dup2(errors_before, 2);
  ::close(before);
  ::close(errors_before);
  row("a line of 80 bytes to the captured console, vs. to a file", ours, theirs, "ns", ours / theirs, "2.0");
}

void run_command(const std::string& command) {
  if (std::system(command.c_str()) != 0) std::exit(1);
}

void measure_checkpoint(const std::string& root) {
  const std::string file = root + "/checkpoint.bin", copy = root + "/copy.bin";
  run_command("head -c 1073741824 /dev/urandom > '" + file + "'");
  for (const bool hash : {false, true}) {
    std::vector<double> ratio, ours, theirs;
    for (int i = 0; i < 5; ++i) {
      erm::LiveOptions options;
      options.hash_artifacts = hash;
      erm::LiveRun run(root + "/checkpoints", "bench", options);
      ours.push_back(erm_bench::seconds_of([&] { run.log_artifact(file, "checkpoint"); }));
      run.finish();
      fs::remove_all(root + "/checkpoints");
      theirs.push_back(erm_bench::seconds_of([&] {
        run_command("cp --reflink=auto '" + file + "' '" + copy + "'" +
                    (hash ? " && openssl dgst -sha256 '" + copy + "' > /dev/null" : ""));
      }));
      fs::remove(copy);
      ratio.push_back(ours.back() / theirs.back());
    }
    using erm_bench::median;
    row(hash ? "a checkpoint of 1 GiB with its hash, vs. cp and openssl dgst" : "a checkpoint of 1 GiB without hash, vs. cp",
        median(ours) * 1e3, median(theirs) * 1e3, "ms", median(ratio), hash ? "1.2" : "1.1");
  }
  rusage used;
  ::getrusage(RUSAGE_SELF, &used);
  std::printf("| peak memory of all | %ld MiB | - | - | - |\n", used.ru_maxrss / 1024);
  fs::remove(file);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: live_benchmark FOLDER\n");
    return 2;
  }
  const std::string root = argv[1];
  fs::create_directories(root);
  std::printf("| work | ERM | compared with | ratio | target |\n|---|---|---|---|---|\n");
  measure_scalars(root);
  measure_bursts(root);
  measure_tail(root);
  measure_threads(root);
  measure_console(root);
  measure_checkpoint(root);
  measure_loading(root);
}

// Where registries end: how the work on one grows with its runs, and what searches do to programs that write meanwhile.
//
//   many_runs_benchmark growth FOLDER COUNT     a registry of so many runs of one variant; 8 KB each on tmpfs
//   many_runs_benchmark load FOLDER SECONDS     8 processes save and log while others search it, or only compute
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "erm/find.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "erm/trash.hpp"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

struct Used {
  double seconds, cpu_seconds, megabytes;
};

pid_t in_process(const std::function<void()>& work) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child != 0) return child;
  try {
    work();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    ::_exit(1);
  }
  ::_exit(0);
}

/// What a process uses that does nothing else.
Used use_of(const std::function<void()>& work) {
  const auto begin = Clock::now();
  const pid_t child = in_process(work);
  int status = 0;
  rusage usage{};
  if (::wait4(child, &status, 0, &usage) != child || status != 0) std::exit(1);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return {seconds_since(begin), seconds(usage.ru_utime) + seconds(usage.ru_stime),
          static_cast<double>(usage.ru_maxrss) / 1024};
}

erm::ExperimentRun run_of(const std::string& id, int i) {
  erm::RunOptions options;
  options.run_id = id;
  options.timestamp_utc = erm::TimePoint(std::chrono::hours(490000) + std::chrono::seconds(i * 7919LL % 1000003));
  erm::ExperimentRun run("bench", options);
  for (int k = 0; k < 4; ++k) {
    run.log_param("param_" + std::to_string(k), 0.001 * (k + i));
    run.log_metric("metric/" + std::to_string(k), 1.0 / (k + i + 1));
  }
  run.log_param("optimizer", i % 3 == 0 ? "sgd" : "adam");
  run.log_metric("val/acc", static_cast<double>(i * 7919LL % 1000003) / 1000003.0);
  run.set_goal("val/acc", erm::Goal::maximize);
  return run;
}

std::string name_of(int i) { return "run_" + std::to_string(10000000 + i); }

/// Writes the files that saves would, without their care.
void make_runs(const std::string& registry, int count) {
  erm::SaveOptions save;
  save.durable = false;
  erm::save_run_to_registry(run_of(name_of(0), 0), registry, save);
  save.overwrite = true;
  save.fs = std::make_shared<erm::MemoryFileSystem>();
  for (int i = 1; i < count; ++i) {
    erm::save_run_to_path(run_of(name_of(i), i), "run", save);
    const std::string folder = registry + "/bench/main/" + name_of(i);
    fs::create_directory(folder);
    std::ofstream(folder + "/erm_metadata.json", std::ios::binary) << erm::to_text(save.fs->read("run/erm_metadata.json"));
  }
}

void expect(bool is_so) {
  if (!is_so) throw erm::Error("the result is wrong");
}

erm::FindOptions ten_best(const char* filter, bool with_cache, unsigned threads) {
  erm::FindOptions options;
  options.filter = filter;
  options.order_by = "metrics.val/acc desc";
  options.limit = 10;
  options.cache = with_cache;
  options.threads = threads;
  return options;
}

void measure_growth(const std::string& root, int count) {
  const std::string registry = root + "/registry", cache = root + "/cache", runs = std::to_string(count) + " runs";
  ::setenv("ERM_CACHE", cache.c_str(), 1);
  use_of([&] { make_runs(registry, count); });
  std::this_thread::sleep_for(std::chrono::seconds(5));  // until the stamps of the runs count
  std::printf("| %s | wall | CPU | CPU per run | memory |\n|---|---|---|---|---|\n", runs.c_str());
  const auto row = [&](const char* what, const std::function<void()>& work) {
    const Used used = use_of(work);
    std::printf("| %s | %.3f s | %.3f s | %.2f us | %.0f MiB |\n", what, used.seconds, used.cpu_seconds,
                used.cpu_seconds / count * 1e6, used.megabytes);
    std::fflush(stdout);
  };
  const auto ten = [&](bool with_cache) {
    const char* const filter = "params.optimizer = adam and params.param_1 > 0.01 and not tags.failed and metrics.val/acc >= 0.5";
    expect(erm::find_runs(registry, ten_best(filter, with_cache, 2)).size() == 10);
  };
  const auto best = [&](bool with_cache) {
    erm::FindOptions options;
    options.cache = with_cache;
    options.threads = 2;
    static_cast<void>(erm::best_run(registry, "val/acc", options));
  };
  const auto latest = [&] {  // as the command does
    erm::FindOptions options;
    options.order_by = "time desc, run desc";
    options.limit = 1;
    options.experiment = "bench";
    options.variant = "main";
    options.cache = true;
    options.threads = 2;
    expect(erm::find_runs(registry, options).size() == 1);
  };
  row("list_runs", [&] { expect(static_cast<int>(erm::list_runs(registry, "bench").size()) == count); });
  row("find ten without a cache", [&] { ten(false); });
  row("the first time with a cache", [&] { ten(true); });
  row("find ten with a cache", [&] { ten(true); });
  row("best_run without a cache", [&] { best(false); });
  row("best_run with a cache", [&] { best(true); });
  row("the latest, whose id was chosen, without a cache", [&] { static_cast<void>(erm::load_run_from_registry(registry, "bench")); });
  row("the latest with a cache", [&] { latest(); });
  row("delete_experiment", [&] { erm::delete_experiment(registry, "bench"); });
  row("list_trash", [&] { expect(static_cast<int>(erm::list_trash(registry).size()) == count); });
  row("restore_experiment", [&] { expect(static_cast<int>(erm::restore_experiment(registry, "bench").size()) == count); });
  row("delete_experiment again", [&] { erm::delete_experiment(registry, "bench"); });
  row("empty_trash", [&] { static_cast<void>(erm::empty_trash(registry)); });
  fs::remove_all(root);
}

// ---- load ----

/// Saves runs, most of them over an earlier one, and logs, until the time is over; writes how long each save took.
void write_for(const std::string& registry, const std::string& times, int writer, double seconds) {
  erm::SaveOptions save;
  save.durable = false;
  save.overwrite = true;
  erm::LiveOptions live;
  live.variant_id = "live";
  live.run_id = "live_" + std::to_string(writer);
  live.run_id->append("_" + std::to_string(::getpid()));
  erm::LiveRun logged(registry, "bench", live);
  std::ofstream file(times);
  const auto begin = Clock::now();
  for (int i = 0; seconds_since(begin) < seconds; ++i) {
    for (int k = 0; k < 100; ++k) logged.log_metric("loss", 1.0 / (k + 1), i * 100 + k);
    const erm::ExperimentRun run = run_of("writer_" + std::to_string(writer) + "_" + std::to_string(i % 200), i);
    const auto start = Clock::now();
    erm::save_run_to_registry(run, registry, save);
    file << seconds_since(start) << '\n';
  }
}

void find_for(const std::string& registry, double seconds, bool with_cache) {
  int broken = 0, rounds = 0;
  const auto begin = Clock::now();
  for (; seconds_since(begin) < seconds; ++rounds) {
    erm::FindOptions options =
        ten_best("params.optimizer = adam and metrics.val/acc >= 0.5 or metrics.loss < 0.1", with_cache, 1);
    options.on_broken = [&](const std::string& uri, const erm::Error& error) {
      ++broken;
      std::fprintf(stderr, "a reader's error: '%s': %s\n", uri.c_str(), error.what());
    };
    expect(erm::find_runs(registry, options).size() == 10);
  }
  if (broken != 0 || rounds == 0) throw erm::Error(std::to_string(broken) + " reader's errors");
}

void compute_for(double seconds) {
  const auto begin = Clock::now();
  while (seconds_since(begin) < seconds) {
  }
}

void measure_load(const std::string& root, double seconds) {
  const std::string registry = root + "/registry";
  ::setenv("ERM_CACHE", (root + "/cache").c_str(), 1);
  use_of([&] { make_runs(registry, 2000); });
  constexpr int writers = 8, readers = 4;
  std::printf("| beside 8 processes that save and log | saves | median | p99 | longest |\n|---|---|---|---|---|\n");
  const auto row = [&](const char* what, const std::function<void()>& other) {
    std::vector<pid_t> children;
    const auto times = [&](int writer) { return root + "/times_" + std::to_string(writer); };
    for (int i = 0; i < writers; ++i)
      children.push_back(in_process([&, i] { write_for(registry, times(i), i, seconds); }));
    for (int i = 0; i < readers && other; ++i) children.push_back(in_process(other));
    bool went_well = true;
    for (const pid_t child : children) {
      int status = 0;
      went_well = ::waitpid(child, &status, 0) == child && status == 0 && went_well;
    }
    std::vector<double> saves;
    for (int i = 0; i < writers; ++i) {
      std::ifstream file(times(i));
      for (double one = 0; file >> one;) saves.push_back(one);
    }
    if (saves.empty()) throw erm::Error("no run was saved");
    std::sort(saves.begin(), saves.end());
    const auto at = [&](double part) { return saves[static_cast<std::size_t>(part * static_cast<double>(saves.size() - 1))] * 1e3; };
    std::printf("| %s | %zu | %.2f ms | %.2f ms | %.2f ms |%s\n", what, saves.size(), at(0.5), at(0.99), at(1),
                went_well ? "" : " FAILED");
    std::fflush(stdout);
  };
  for (int round = 0; round < 3; ++round) {
    row("nothing", nullptr);
    row("4 that only compute", [&] { compute_for(seconds); });
    row("4 that search without a cache", [&] { find_for(registry, seconds, false); });
    row("4 that search with a cache", [&] { find_for(registry, seconds, true); });
  }
  fs::remove_all(root);
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> given(arguments + 1, arguments + count);
  if (given.size() != 3 || (given[0] != "growth" && given[0] != "load")) {
    std::fputs("usage: many_runs_benchmark growth FOLDER COUNT, or many_runs_benchmark load FOLDER SECONDS\n", stderr);
    return 2;
  }
  fs::create_directories(given[1]);
  try {
    if (given[0] == "growth")
      measure_growth(given[1], std::stoi(given[2]));
    else
      measure_load(given[1], std::stod(given[2]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

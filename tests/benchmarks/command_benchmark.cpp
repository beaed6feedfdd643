// How fast the program `erm` answers: its start, and list and find of 10,000 runs beside find_runs, in one run.
//
//   command_benchmark PROGRAM FOLDER     an empty folder on the disk to be measured
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "bench.hpp"
#include "erm/find.hpp"
#include "erm/registry.hpp"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// 12 params and 11 metrics each, with generated ids, all of one variant.
void save_runs(const std::string& registry, int count) {
  erm::SaveOptions save;
  save.durable = false;
  for (int i = 0; i < count; ++i) {
    erm::RunOptions options;
    options.timestamp_utc = erm::TimePoint(std::chrono::seconds(1763596800 + 60 * i));
    erm::ExperimentRun run("bench", options);
    for (int k = 0; k < 10; ++k) {
      run.log_param("param_" + std::to_string(k), 0.001 * (k + i % 7));
      run.log_metric("metric/" + std::to_string(k), 1.0 / (k + i + 1));
    }
    run.log_param("optimizer", i % 3 == 0 ? "sgd" : "adam");
    run.log_param("lr", 0.0001 * (i % 1000));
    run.log_metric("val/acc", (i * 7919 % 100000) / 100000.0);
    erm::save_run_to_registry(run, registry, save);
  }
}

/// When the first line and the last one came, in milliseconds since the program was started.
struct Times {
  double first_line = 0, all = 0;
};

Times run_program(const std::string& command) {
  Times times;
  const auto start = Clock::now();
  std::FILE* const output = ::popen(command.c_str(), "r");
  if (output == nullptr) std::exit(1);
  char text[65536];
  const bool has_line = std::fgets(text, sizeof text, output) != nullptr;
  times.first_line = milliseconds_since(start);
  while (std::fread(text, 1, sizeof text, output) > 0) {
  }
  if (::pclose(output) != 0 || !has_line) std::exit(1);
  times.all = milliseconds_since(start);
  return times;
}

struct Medians {
  double first_line = 0, all = 0, ours = 0, difference = 0, cpu = 0;
};

/// What the processor has worked for this process or for those that it started, in milliseconds.
double processor_time(int whose) {
  rusage usage{};
  ::getrusage(whose, &usage);
  const auto milliseconds = [](const timeval& time) {
    return 1e3 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_usec);
  };
  return milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
}

/// The program and `work`, in turn.
Medians compare(int rounds, const std::string& command, const std::function<void()>& work) {
  std::vector<double> first, all, ours, differences, cpu;
  for (int i = 0; i < rounds; ++i) {
    const double before = processor_time(RUSAGE_CHILDREN) - processor_time(RUSAGE_SELF);
    const Times times = run_program(command);
    const double between = processor_time(RUSAGE_CHILDREN) - processor_time(RUSAGE_SELF);
    const double own = 1000 * erm_bench::seconds_of(work);
    // `work` may start a program itself, or not.
    const double own_cpu = std::abs(processor_time(RUSAGE_CHILDREN) - processor_time(RUSAGE_SELF) - between);
    cpu.push_back(between - before - own_cpu);
    first.push_back(times.first_line);
    all.push_back(times.all);
    ours.push_back(own);
    differences.push_back(times.all - own);
  }
  return {erm_bench::median(first), erm_bench::median(all), erm_bench::median(ours), erm_bench::median(differences),
          erm_bench::median(cpu)};
}

void print(const std::string& work, const Medians& medians, const char* target) {
  std::printf("| %s | %.1f ms | %.1f ms | %.1f ms | %+.1f ms | %+.1f ms | %s |\n", work.c_str(), medians.first_line, medians.all,
              medians.ours, medians.difference, medians.cpu, target);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: command_benchmark PROGRAM FOLDER\n");
    return 2;
  }
  const std::string program = "'" + std::string(argv[1]) + "'", registry = std::string(argv[2]) + "/registry";
  save_runs(registry, 10000);
  ::setenv("COLUMNS", "120", 1);
  const std::string of_registry = " --registry '" + registry + "'";
  std::printf("| work | first line | all | compared with | difference | in CPU time | target |\n|---|---|---|---|---|---|---|\n");
  print("`erm --version`, vs. `true`", compare(51, program + " --version", [] { run_program("echo x"); }), "8 ms");
  const auto find = [&](const erm::FindOptions& options, std::size_t expected) {
    if (erm::find_runs(registry, options).size() != expected) std::exit(1);
  };
  print("`erm list` of 10,000 runs of a variant, vs. `find_runs`",
        compare(11, program + " list bench" + of_registry, [&] { find({}, 10000); }), "20 ms");
  erm::FindOptions options;
  options.filter = "optimizer = adam and lr < 0.01 and val/acc >= 0.5";
  std::size_t count = erm::find_runs(registry, options).size();
  print("`erm find` of " + std::to_string(count) + " of 10,000 runs, vs. `find_runs`",
        compare(11, program + " find '" + options.filter + "'" + of_registry, [&] { find(options, count); }), "20 ms");
  print("`erm find` of all, vs. `find_runs`",
        compare(11, program + " find" + of_registry, [&] { find({}, 10000); }), "20 ms");
  options.order_by = "val/acc desc";
  options.limit = 10;
  print("`erm find` of the ten best, vs. `find_runs`",
        compare(11, program + " find '" + options.filter + "' -n 10 -o 'val/acc desc'" + of_registry,
                [&] { find(options, 10); }),
        "20 ms");
  fs::remove_all(registry);
}

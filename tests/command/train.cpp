// A training that logs, for the tests of `erm watch`.
//   train REGISTRY RUN [--rate STEPS_A_SECOND] [--steps N] [--metrics N] [--runs N] [--before N] [--resume] [--fail] [--times FILE]
// --runs: so many runs at once, RUN-0 and so on. --before: so many steps are logged at once, first. --fail: end by an exception. --times: write when each step was logged, in
// seconds since 1970.
#include <erm/live_run.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

struct Options {
  std::string registry, run, times;
  double rate = 10;
  std::int64_t steps = 1000, before = 0;
  int metrics = 2, runs = 1;
  bool resumes = false, fails = false;
};

Options options_of(int argc, char** argv) {
  Options options;
  options.registry = argv[1];
  options.run = argv[2];
  for (int i = 3; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--resume")
      options.resumes = true;
    else if (name == "--fail")
      options.fails = true;
    else if (i + 1 == argc)
      throw std::runtime_error("no value of " + name);
    else if (name == "--rate")
      options.rate = std::atof(argv[++i]);
    else if (name == "--steps")
      options.steps = std::atoll(argv[++i]);
    else if (name == "--before")
      options.before = std::atoll(argv[++i]);
    else if (name == "--metrics")
      options.metrics = std::atoi(argv[++i]);
    else if (name == "--runs")
      options.runs = std::atoi(argv[++i]);
    else if (name == "--times")
      options.times = argv[++i];
    else
      throw std::runtime_error("unknown option " + name);
  }
  return options;
}

void train(const Options& options) {
  std::vector<std::unique_ptr<erm::LiveRun>> runs;
  for (int i = 0; i < options.runs; ++i) {
    erm::LiveOptions live;
    live.run_id = options.runs == 1 ? options.run : options.run + "-" + std::to_string(i);
    live.resume = options.resumes;
    live.heartbeat = std::chrono::seconds(1);
    live.provenance = false;
    live.capture_console = options.runs == 1;
    live.system_metrics = options.runs == 1;
    live.system_metrics_interval = std::chrono::seconds(1);
    runs.push_back(std::make_unique<erm::LiveRun>(options.registry, "watched", live));
    runs.back()->log_params({{"lr", 0.1}, {"max_steps", options.steps}});
    runs.back()->set_goal("loss", erm::Goal::minimize);
  }
  std::FILE* const times = options.times.empty() ? nullptr : std::fopen(options.times.c_str(), "w");
  auto begin = std::chrono::steady_clock::now();
  for (std::int64_t step = 0; step <= options.steps; ++step) {
    for (std::size_t i = 0; i < runs.size(); ++i)
      for (int metric = 0; metric < options.metrics; ++metric) {
        const double loss = std::exp(-0.002 * static_cast<double>(step) * static_cast<double>(i + 1) / (1 + 0.005 * static_cast<double>(options.before))) + 0.01 * metric;
        const std::string name = metric == 0 ? "loss" : metric == 1 ? "val/acc" : "metric" + std::to_string(metric);
        runs[i]->log_metric(name, metric == 1 ? 1 - loss : loss, step);
      }
    if (times != nullptr) {
      const auto now = std::chrono::system_clock::now().time_since_epoch();
      std::fprintf(times, "%lld %.6f\n", static_cast<long long>(step), std::chrono::duration<double>(now).count());
      std::fflush(times);
    }
    if (step % 10 == 0) {
      std::printf("step %lld of the training\n", static_cast<long long>(step));
      std::fflush(stdout);
    }
    if (step < options.before) {
      begin = std::chrono::steady_clock::now();
      continue;
    }
    std::this_thread::sleep_until(begin + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                              std::chrono::duration<double>(static_cast<double>(step + 1 - options.before) / options.rate)));
  }
  if (times != nullptr) std::fclose(times);
  if (options.fails) {
    for (const auto& run : runs) run->fail("the loss is \x1B[31mNaN\x1B[0m");
    return;
  }
  for (const auto& run : runs) run->finish();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  try {
    train(options_of(argc, argv));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "train: %s\n", error.what());
    return 1;
  }
}

// Makes the registry that the transcripts of the command look at: the same bytes at every call.
//   make_registry <folder>
#include <erm/erm.hpp>
#include <erm/detail/base/time_text.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

namespace {

erm::TimePoint at(int minutes) {
  return erm::TimePoint(std::chrono::microseconds(1763596800000000)) + std::chrono::minutes(minutes);  // 2025-11-20
}

/// A run ends when it is saved; here, a minute and a half after its beginning.
void save(const erm::ExperimentRun& run, const std::string& registry) {
  const std::string path = erm::save_run_to_registry(run, registry) + "/erm_metadata.json";
  std::string text;
  {
    std::ifstream file(path, std::ios::binary);
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  const std::string key = "\"finished_utc\": \"";
  const std::size_t begin = text.find(key) + key.size();
  const erm::TimePoint end = run.timestamp_utc() + std::chrono::seconds(90);
  text.replace(begin, text.find('"', begin) - begin, erm::detail::time_text(end));
  std::ofstream(path, std::ios::binary) << text;
}

void save_digits(const std::string& registry, const std::string& variant, int number, double lr,
                 const std::string& optimizer) {
  erm::RunOptions options;
  options.variant_id = variant;
  options.timestamp_utc = at(7 * number);
  char id[32];
  std::snprintf(id, sizeof id, "2025_11_20__00_%02d_00", 7 * number);
  options.run_id = id;
  erm::ExperimentRun run("digits", options);
  run.log_params({{"lr", lr}, {"optimizer", optimizer}, {"seed", number}, {"epochs", 20}});
  for (std::int64_t step = 0; step < 20; ++step) {
    const double loss = 2.3 * std::exp(-lr * static_cast<double>(step)) + 0.01 * number;
    run.log_metric("val/loss", loss, step, at(7 * number) + std::chrono::seconds(step));
    run.log_metric("val/acc", 1 - loss / 2.5, step, at(7 * number) + std::chrono::seconds(step));
  }
  run.set_goal("val/loss", erm::Goal::minimize);
  run.set_goal("val/acc", erm::Goal::maximize);
  if (number == 3) run.set_tag("candidate");
  if (number == 3) run.set_note("Best of the *sweep*.");
  run.log_text("weights of run " + std::to_string(number), "weights");
  save(run, registry);
}

void save_benchmarks(const std::string& registry) {
  for (const bool is_after : {false, true}) {
    for (int i = 0; i < 10; ++i) {
      erm::RunOptions options;
      options.variant_id = is_after ? "candidate" : "main";
      options.run_id = "run-" + std::to_string(i);
      options.timestamp_utc = at(200 + i + (is_after ? 100 : 0));
      erm::ExperimentRun run("sort", options);
      run.log_metrics({{"time", is_after ? 105.3 + 1.04 * i : 100.0 + i}, {"memory", 64}});
      save(run, registry);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string registry = argv[1];
  save_digits(registry, "main", 1, 0.01, "sgd");
  save_digits(registry, "main", 2, 0.1, "sgd");
  save_digits(registry, "main", 3, 0.2, "adam");
  save_digits(registry, "wide", 4, 0.15, "adam");
  save_benchmarks(registry);
}

// A shared library that logs a live run. It is built twice, so that a process has two that hold ERM.
#include <chrono>
#include <cstdint>

#include "erm/live_run.hpp"
#include "library.hpp"

namespace {

// Static, as in a plugin that is never told to stop; never destroyed, so that the hooks of ERM end it.
erm::LiveRun* the_run = nullptr;
erm::LiveMetric loss;

}  // namespace

__attribute__((visibility("default"))) void begin_run(const char* registry, const char* experiment) {
  erm::LiveOptions options;
  options.run_id = "run";
  options.heartbeat = std::chrono::hours(1);
  options.flush_interval = options.heartbeat;  // only the hooks write what is logged
  options.provenance = false;
  the_run = new erm::LiveRun(registry, experiment, options);
  loss = the_run->metric("loss");
}

__attribute__((visibility("default"))) void log_steps(std::int64_t first, std::int64_t end) {
  for (std::int64_t step = first; step < end; ++step) loss.log(0.5, step);
}

__attribute__((visibility("default"))) void log_steps_of(const void* metric, std::int64_t first, std::int64_t end) {
  for (std::int64_t step = first; step < end; ++step) static_cast<const erm::LiveMetric*>(metric)->log(0.25, step);
}

__attribute__((visibility("default"))) const void* metric_of_run() { return &loss; }

__attribute__((visibility("default"))) void finish_run() { the_run->finish(); }

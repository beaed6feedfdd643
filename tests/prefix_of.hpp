// How much is there of a metric whose points are 0, 1, 2, ...: what a crash may cut short, and nothing else.
#pragma once

#include <cstdint>
#include <string>

#include "erm/experiment_run.hpp"

namespace erm_test {

/// The number of a metric's points, if each has its place as its step and value; -1 where one has not.
inline std::int64_t prefix_of(const erm::ExperimentRun& run, const std::string& metric) {
  const auto found = run.history().find(metric);
  if (found == run.history().end()) return 0;
  std::int64_t next = 0;
  for (const erm::MetricPoint& point : found->second.points()) {
    if (point.step != next || point.value != static_cast<double>(next)) return -1;
    ++next;
  }
  return next;
}

}  // namespace erm_test

// The metric over which a metric is plotted: see RunLogger::define_axis.
//
//   axis_of({{"val/*", "epoch"}}, "val/loss")      // "epoch"
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "erm/comparison_data.hpp"
#include "erm/experiment_run.hpp"
#include "erm/metric_history.hpp"

namespace erm::detail {

/// Whether `text` matches `pattern`, in which '*' stands for any text.
inline bool matches_pattern(std::string_view text, std::string_view pattern) {
  std::size_t at = 0, in_pattern = 0;
  std::size_t star = std::string_view::npos, after_star = 0;  // where to go on with the last '*' one byte longer
  while (at < text.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = in_pattern++;
      after_star = at;
    } else if (in_pattern < pattern.size() && pattern[in_pattern] == text[at]) {
      ++in_pattern;
      ++at;
    } else if (star != std::string_view::npos) {
      in_pattern = star + 1;
      at = ++after_star;
    } else {
      return false;
    }
  }
  while (in_pattern < pattern.size() && pattern[in_pattern] == '*') ++in_pattern;
  return in_pattern == pattern.size();
}

/// The axis of the longest pattern that matches, or an empty text. A metric is never its own axis.
inline std::string_view axis_of(const std::map<std::string, std::string>& axes, std::string_view metric) {
  std::string_view axis;
  std::size_t longest = 0;
  for (const auto& [pattern, its_axis] : axes) {
    if (pattern.size() <= longest || its_axis == metric || !matches_pattern(metric, pattern)) continue;
    longest = pattern.size();
    axis = its_axis;
  }
  return axis;
}

/// Sets the axis of a curve. Runs that do not agree on it, or of which one has no history of it, are plotted by step:
/// one chart has one axis.
inline void set_axis(ComparisonCurve& curve, const std::vector<const ExperimentRun*>& runs) {
  std::string_view axis;
  for (std::size_t run = 0; run < runs.size(); ++run) {
    if (curve.histories[run] == nullptr) continue;
    const std::string_view its_axis = axis_of(runs[run]->axes(), curve.metric);
    if (!axis.empty() && !its_axis.empty() && its_axis != axis) return;
    if (axis.empty()) axis = its_axis;
  }
  if (axis.empty()) return;
  std::vector<const MetricHistory*> histories(runs.size());
  for (std::size_t run = 0; run < runs.size(); ++run) {
    if (curve.histories[run] == nullptr) continue;
    const auto found = runs[run]->history().find(std::string(axis));
    if (found == runs[run]->history().end()) return;
    histories[run] = &found->second;
  }
  curve.axis = axis;
  curve.axis_histories = std::move(histories);
}

}  // namespace erm::detail

// Summarizes metrics by groups of runs: is B better than A, or is it the seed?
//
//   const std::vector<erm::ExperimentRun> runs = erm::find_runs("erm-registry");
//   const erm::RunSummary summary = erm::summarize(runs, "params.optimizer");
//   const erm::MetricSummary& accuracy = summary.groups[0].metrics.at("val/acc");
//   std::printf("%.3f, between %.3f and %.3f\n", accuracy.mean, accuracy.low, accuracy.high);
//   std::printf("p = %.3f\n", summary.tests.at("val/acc").p);                // of two groups
//   std::fputs(erm::to_text(summary).c_str(), stdout);
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "erm/experiment_run.hpp"
#include "erm/group_by.hpp"
#include "erm/impl/linkage.hpp"
#include "erm/metric_summary.hpp"

namespace erm {

struct RunGroup {
  /// The values that its runs have in common, in readable form: "adam", or "adam, 0.01" for two fields; "(none)" for a
  /// field that they lack.
  std::string name;
  /// The same values by field, without the fields that the runs lack.
  std::map<std::string, std::string> values;
  /// Indexes of its runs, in ascending order.
  std::vector<std::size_t> runs;
  /// The metrics that are a number in at least one run of the group.
  std::map<std::string, MetricSummary> metrics;
};

struct RunSummary {
  std::vector<std::string> by;
  std::vector<RunGroup> groups;            // sorted by their values: numbers as numbers, "(none)" last
  std::map<std::string, GroupTest> tests;  // if there are two groups: for each metric that both have
};

/// Groups runs and summarizes the metrics of each group, as they were logged last. Runs that failed or were killed count
/// like all others: leave them out by a filter, `status = finished`. Throws Error for text that is not a field.
[[nodiscard]] RunSummary summarize(const std::vector<ExperimentRun>& runs, const GroupBy& by = "group");

/// A table for the terminal: one row for each metric and group, and the p value if there are two groups.
[[nodiscard]] std::string to_text(const RunSummary& summary);

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/summary.inl"
#endif

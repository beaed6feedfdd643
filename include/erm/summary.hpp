// Groups of runs summarized: is B better than A, or is it the seed?
//
//   const std::vector<erm::ExperimentRun> runs = erm::find_runs("erm-registry");
//   const erm::RunSummary summary = erm::summarize(runs, "params.optimizer");
//   const erm::MetricSummary& accuracy = summary.groups[0].metrics.at("val/acc");
//   std::printf("%.3f, between %.3f and %.3f\n", accuracy.mean, accuracy.low, accuracy.high);
//   std::printf("p = %.3f\n", summary.tests.at("val/acc").p);                // of two groups
//   std::fputs(erm::to_text(summary).c_str(), stdout);
#pragma once

#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "erm/detail/find/run_groups.hpp"
#include "erm/detail/base/statistics.hpp"
#include "erm/detail/base/terminal_text.hpp"
#include "erm/experiment_run.hpp"
#include "erm/group_by.hpp"
#include "erm/metric_summary.hpp"

namespace erm {

struct RunGroup {
  /// What its runs have in common, as a person reads it: "adam", or "adam, 0.01" of two fields; "(none)" for a field
  /// that they lack.
  std::string name;
  /// The same by field; without those that the runs lack.
  std::map<std::string, std::string> values;
  /// Indexes of its runs, in their order.
  std::vector<std::size_t> runs;
  /// Metrics that a run of the group has as a number.
  std::map<std::string, MetricSummary> metrics;
};

struct RunSummary {
  std::vector<std::string> by;
  std::vector<RunGroup> groups;            // by their values, numbers as numbers; "(none)" last
  std::map<std::string, GroupTest> tests;  // for two groups: of each metric that both have
};

/// Throws Error for a field that is none. A template, so that who summarizes nothing does not pay when it is compiled.
template <class Summary = RunSummary>
[[nodiscard]] Summary summarize(const std::vector<ExperimentRun>& runs, const GroupBy& by = "group");

/// A table for the terminal: a row a metric and group, and the p value where there are two groups.
[[nodiscard]] std::string to_text(const RunSummary& summary);

// ---- bodies ----

namespace detail {

/// The numbers that the runs of a group have, by metric.
inline std::map<std::string, std::vector<double>> numbers_of(const std::vector<ExperimentRun>& runs,
                                                             const std::vector<std::size_t>& indexes) {
  std::map<std::string, std::vector<double>> numbers;
  for (const std::size_t i : indexes) {
    for (const auto& [metric, value] : runs[i].metrics()) {
      const std::optional<double> number = value.number();
      if (number && !std::isnan(*number)) numbers[metric].push_back(*number);
    }
  }
  return numbers;
}

}  // namespace detail

template <class Summary>
Summary summarize(const std::vector<ExperimentRun>& runs, const GroupBy& by) {
  Summary summary;
  summary.by = by.fields();
  std::vector<std::map<std::string, std::vector<double>>> numbers;
  for (detail::KeyedGroup& keyed : detail::keyed_groups(detail::pointers_to(runs), summary.by)) {
    RunGroup group;
    group.name = std::move(keyed.group.name);
    group.runs = std::move(keyed.group.runs);
    for (std::size_t i = 0; i < keyed.values.size(); ++i)
      if (keyed.values[i]) group.values[summary.by[i]] = std::move(*keyed.values[i]);
    numbers.push_back(detail::numbers_of(runs, group.runs));
    for (const auto& [metric, values] : numbers.back())
      group.metrics[metric] = detail::summary_of(values, group.runs.size());
    summary.groups.push_back(std::move(group));
  }
  if (numbers.size() != 2) return summary;
  detail::MannWhitneyTable table;
  for (const auto& [metric, values] : numbers[0]) {
    const auto others = numbers[1].find(metric);
    if (others != numbers[1].end()) summary.tests[metric] = detail::test_of(values, others->second, table);
  }
  return summary;
}

inline std::string to_text(const RunSummary& summary) {
  std::map<std::string, std::vector<const RunGroup*>> metrics;
  for (const RunGroup& group : summary.groups)
    for (const auto& [metric, unused] : group.metrics) metrics[metric].push_back(&group);
  std::string by;
  for (const std::string& field : summary.by) by += (by.empty() ? "" : ", ") + field;

  std::string out;
  detail::TextTable table(out, 40, false);
  table.begin_row();
  for (const char* const title : {"metric", by.c_str()}) table.add(title);
  for (const char* const title : {"n", "mean", "deviation", "min", "max", "95% low", "95% high"})
    table.add(title, true);
  if (!summary.tests.empty()) table.add("p", true);
  for (const auto& [metric, groups] : metrics) {
    for (const RunGroup* const group : groups) {
      const MetricSummary& one = group->metrics.at(metric);
      table.begin_row();
      table.add(group == groups.front() ? metric : "");
      table.add(group->name);
      table.add(std::to_string(one.n), true);
      for (const double number : {one.mean, one.deviation, one.min, one.max, one.low, one.high})
        table.add(fmt::format("{:.6g}", number), true);
      if (const auto test = summary.tests.find(metric); test != summary.tests.end() && group == groups.front())
        table.add(fmt::format("{:.3g}", test->second.p), true);
    }
  }
  table.write();
  return out;
}

}  // namespace erm

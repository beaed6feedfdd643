// The groups of a comparison's runs, and each metric in them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/comparison_rows.hpp"
#include "erm/detail/statistics.hpp"
#include "erm/experiment_run.hpp"
#include "erm/group_by.hpp"
#include "erm/metric_summary.hpp"

namespace erm::detail {

/// One metric in each group.
struct GroupedMetric {
  const ComparisonRow* row = nullptr;  // in the section of metrics
  std::vector<MetricSummary> groups;   // n is 0 where no run of the group has the metric as a number
  std::optional<GroupTest> test;       // of two groups that both have it
};

/// Numbers before other text, and by what they are worth, as GroupBy has it.
inline bool group_comes_before(std::string_view a, std::string_view b) {
  const std::optional<double> x = parse_number(a), y = parse_number(b);
  if (x && y && *x != *y) return *x < *y;
  if (x.has_value() != y.has_value()) return x.has_value();
  return a < b;
}

/// The groups that the runs were given; none where no two runs share one and there is but one.
inline std::vector<GroupOfRuns> given_groups(const std::vector<const ExperimentRun*>& runs) {
  std::vector<std::string_view> names;
  for (const ExperimentRun* run : runs)
    if (!run->group().empty()) names.push_back(run->group());
  if (names.size() < 2) return {};
  std::sort(names.begin(), names.end(), group_comes_before);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::vector<GroupOfRuns> groups;
  for (const std::string_view name : names) groups.push_back({std::string(name), {}});
  GroupOfRuns rest{"(none)", {}};
  for (std::size_t run = 0; run < runs.size(); ++run) {
    std::size_t at = 0;
    while (at < groups.size() && groups[at].name != runs[run]->group()) ++at;
    (at < groups.size() ? groups[at] : rest).runs.push_back(run);
  }
  if (!rest.runs.empty()) groups.push_back(std::move(rest));
  return groups;
}

inline std::vector<GroupedMetric> grouped_metrics(const std::vector<ComparisonRow>& rows,
                                                  const std::vector<GroupOfRuns>& groups) {
  std::vector<GroupedMetric> metrics;
  MannWhitneyTable table;
  std::vector<std::vector<double>> numbers(groups.size());
  for (const ComparisonRow& row : rows) {
    GroupedMetric metric;
    metric.row = &row;
    bool any = false;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      numbers[i].clear();
      for (const std::size_t run : groups[i].runs)
        if (!std::isnan(row.cells[run].number)) numbers[i].push_back(row.cells[run].number);
      metric.groups.push_back(summary_of(numbers[i], groups[i].runs.size()));
      any = any || !numbers[i].empty();
    }
    if (!any) continue;
    if (groups.size() == 2 && !numbers[0].empty() && !numbers[1].empty())
      metric.test = test_of(numbers[0], numbers[1], table);
    metrics.push_back(std::move(metric));
  }
  return metrics;
}

}  // namespace erm::detail

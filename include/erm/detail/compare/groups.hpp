// The groups of a comparison's runs, and each metric in them.
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/compare/rows.hpp"
#include "erm/detail/base/metric_statistics.hpp"
#include "erm/detail/base/statistics.hpp"
#include "erm/experiment_run.hpp"
#include "erm/group_by.hpp"
#include "erm/metric_summary.hpp"

namespace erm::detail {

inline std::vector<const ExperimentRun*> pointers_to(const std::vector<ExperimentRun>& runs) {
  std::vector<const ExperimentRun*> pointers;
  pointers.reserve(runs.size());
  for (const ExperimentRun& run : runs) pointers.push_back(&run);
  return pointers;
}

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
  std::vector<GroupOfRuns> groups;
  GroupOfRuns rest{"(none)", {}};
  for (std::size_t run = 0; run < runs.size(); ++run) {
    const std::string& name = runs[run]->group();
    if (name.empty()) {
      rest.runs.push_back(run);
      continue;
    }
    std::size_t at = 0, end = groups.size();
    while (at < end) {
      const std::size_t middle = (at + end) / 2;
      if (group_comes_before(groups[middle].name, name))
        at = middle + 1;
      else
        end = middle;
    }
    if (at == groups.size() || groups[at].name != name) {
      groups.push_back({name, {}});
      for (std::size_t i = groups.size() - 1; i > at; --i) std::swap(groups[i], groups[i - 1]);
    }
    groups[at].runs.push_back(run);
  }
  if (groups.empty() || (groups.size() == 1 && groups[0].runs.size() < 2)) return {};
  if (!rest.runs.empty()) groups.push_back(std::move(rest));
  return groups;
}

inline std::vector<GroupedMetric> grouped_metrics(const std::vector<ComparisonRow>& rows,
                                                  const std::vector<GroupOfRuns>& groups) {
  std::vector<GroupedMetric> metrics;
  MannWhitneyTable table;
  std::vector<double> numbers, before;
  for (const ComparisonRow& row : rows) {
    GroupedMetric metric;
    metric.row = &row;
    bool any = false;
    for (const GroupOfRuns& group : groups) {
      before.swap(numbers);
      numbers.clear();
      for (const std::size_t run : group.runs)
        if (!std::isnan(row.cells[run].number)) numbers.push_back(row.cells[run].number);
      metric.groups.push_back(summary_of(numbers, group.runs.size()));
      any = any || !numbers.empty();
    }
    if (!any) continue;
    if (groups.size() == 2 && !before.empty() && !numbers.empty()) metric.test = test_of(before, numbers, table);
    metrics.push_back(std::move(metric));
  }
  return metrics;
}

}  // namespace erm::detail

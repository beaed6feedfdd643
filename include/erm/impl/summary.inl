// The bodies of erm/summary.hpp.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/metric_statistics.hpp"
#include "erm/detail/base/terminal_text.hpp"
#include "erm/detail/base/test_text.hpp"
#include "erm/detail/find/run_groups.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/detail/run/seeded_numbers.hpp"
#include "erm/summary.hpp"

namespace erm {

ERM_INLINE RunSummary summarize(const std::vector<ExperimentRun>& runs, const GroupBy& by) {
  std::vector<const detail::RunRecord*> records;
  records.reserve(runs.size());
  for (const ExperimentRun& run : runs) records.push_back(&detail::RunAccess::record(run));
  RunSummary summary;
  summary.by = by.fields();
  const std::vector<std::string> seeds = detail::seeds_of(runs);
  std::vector<std::map<std::string, std::vector<detail::SeededNumber>>> numbers;
  for (detail::KeyedGroup& keyed : detail::keyed_groups(records, summary.by)) {
    RunGroup group;
    group.name = std::move(keyed.name);
    group.runs = std::move(keyed.runs);
    for (std::size_t i = 0; i < keyed.values.size(); ++i)
      if (keyed.values[i]) group.values[summary.by[i]] = std::move(*keyed.values[i]);
    numbers.push_back(detail::metrics_of(runs, seeds, group.runs));
    for (const auto& [metric, values] : numbers.back())
      group.metrics[metric] = detail::summary_of(detail::numbers_of(values), group.runs.size());
    summary.groups.push_back(std::move(group));
  }
  if (numbers.size() != 2) return summary;
  detail::MannWhitneyTable table;
  for (const auto& [metric, values] : numbers[0]) {
    const auto others = numbers[1].find(metric);
    if (others != numbers[1].end()) summary.tests[metric] = detail::test_of(values, others->second, table);
  }
  std::vector<GroupTest*> tests;
  for (auto& [metric, test] : summary.tests) tests.push_back(&test);
  detail::correct(tests);
  return summary;
}

ERM_INLINE std::string to_text(const RunSummary& summary) {
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
  if (!summary.tests.empty())
    for (const char* const title : {"p", "corrected", "shift", "shift low", "shift high"}) table.add(title, true);
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
      {
        const GroupTest& of = test->second;
        const detail::DecidingTest decisive = detail::deciding(of);
        for (const double p : {decisive.p, of.corrected_p})
          table.add(fmt::format("{:.3g}", p), true);
        for (const double number : {decisive.shift.estimate, decisive.shift.low, decisive.shift.high})
          if (!detail::is_nan(number)) table.add(fmt::format("{:.6g}", number), true);
      }
    }
  }
  table.write();
  return out;
}

}  // namespace erm

// The groups of a comparison's runs: which there are, each metric in them, and in words whether two groups differ.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/comparison_data.hpp"
#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/metric_statistics.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/statistics.hpp"
#include "erm/detail/base/test_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/experiment_run.hpp"
#include "erm/goal.hpp"
#include "erm/group_by.hpp"
#include "erm/metric_summary.hpp"

namespace erm::detail {

/// The order in which GroupBy gives groups: numbers before other text, and numbers by their value.
inline bool group_comes_before(std::string_view a, std::string_view b) {
  const std::optional<double> x = parse_number(a), y = parse_number(b);
  if (x && y && *x != *y) return *x < *y;
  if (x.has_value() != y.has_value()) return x.has_value();
  return a < b;
}

/// The groups that the runs were given, "(none)" last. Empty where they would summarize nothing: there is no group, or
/// one group with one run.
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

/// The row of the param that is the runs' seed; null if there is none.
inline const ComparisonRow* seed_row(const std::vector<ComparisonRow>& params) {
  const ComparisonRow* found = nullptr;
  for (const ComparisonRow& row : params)
    if (seed_name_rank(row.name) > (found == nullptr ? 0 : seed_name_rank(found->name))) found = &row;
  return found;
}

/// Summarizes each metric that is a number in a run. `seeds` may be null.
inline std::vector<GroupedMetric> grouped_metrics(const std::vector<ComparisonRow>& rows, const ComparisonRow* seeds,
                                                  const std::vector<GroupOfRuns>& groups) {
  std::vector<GroupedMetric> metrics;
  MannWhitneyTable table;
  std::vector<double> numbers;
  std::vector<SeededNumber> seeded, before;
  for (const ComparisonRow& row : rows) {
    GroupedMetric metric;
    metric.row = &row;
    bool any = false;
    for (const GroupOfRuns& group : groups) {
      before.swap(seeded);
      numbers.clear();
      seeded.clear();
      for (const std::size_t run : group.runs) {
        if (is_nan(row.cells[run].number)) continue;
        numbers.push_back(row.cells[run].number);
        if (groups.size() == 2)
          seeded.push_back({seeds == nullptr ? std::string_view() : seeds->cells[run].text, numbers.back()});
      }
      metric.groups.push_back(summary_of(numbers, group.runs.size()));
      any = any || !numbers.empty();
    }
    if (!any) continue;
    if (groups.size() == 2 && !before.empty() && !seeded.empty()) metric.test = test_of(before, seeded, table);
    metrics.push_back(std::move(metric));
  }
  std::vector<GroupTest*> tests;
  for (GroupedMetric& metric : metrics)
    if (metric.test) tests.push_back(&*metric.test);
  correct(tests);
  return metrics;
}

/// "0.05 (0.02 to 0.08)", to as many digits as tell something.
inline std::string shift_text(double sign, const MetricShift& shift) {
  if (is_nan(shift.low)) return summary_number(sign * shift.estimate);
  const double low = sign < 0 ? -shift.high : shift.low, high = sign < 0 ? -shift.low : shift.high;
  const double width = high - low;
  const auto rounded = [&](double number) {
    if (!(width > 0) || !is_finite(width)) return summary_number(number);
    const double unit = ten_to_the(std::floor(std::log10(width)) - 2);
    return summary_number(is_finite(number / unit) ? std::round(number / unit) * unit : number);
  };
  return joined({rounded(sign * shift.estimate), " (", rounded(low), " to ", rounded(high), ")"});
}

/// What the test of two groups says: "adam and sgd differ: p = 0.0079, by Mann-Whitney; adam is mostly
/// higher, by 0.06 (0.02 to 0.1), which is better".
inline std::string test_in_words(const GroupedMetric& metric, const std::vector<GroupOfRuns>& groups) {
  const GroupTest& test = *metric.test;
  if (test.corrected_for == 0) return "the same in all runs";
  const std::string_view a = first_bytes(groups[0].name, 60), b = first_bytes(groups[1].name, 60);
  const std::size_t m = metric.groups[0].n, n = metric.groups[1].n;
  const bool by_pairs = test.goes_by_pairs();
  const auto& [by_itself, is_exact, shift] = deciding(test);
  std::string p = "p " + p_value_text(test.corrected_p, is_exact);
  if (test.corrected_for > 1) {
    p += joined({" over ", std::to_string(test.corrected_for), " metrics (", plain_p_text(by_itself, is_exact),
                 " by itself)"});
  }
  p += by_pairs ? joined({", by Wilcoxon over ", std::to_string(test.paired->pairs), " seeds"}) : ", by Mann-Whitney";
  // Less telling than the test that decides, but of all runs, or of the same seeds.
  std::string beside;
  if (by_pairs)
    beside = joined({"; of all runs p ", p_value_text(test.p, test.is_exact), ", by Mann-Whitney"});
  else if (test.paired)
    beside = joined({"; over ", std::to_string(test.paired->pairs), " common seeds the difference is ",
                     shift_text(1, test.paired->shift), ", too few for a test"});

  const double least = least_p_of(test, m, n);
  if (least >= 0.05)
    return joined({"too few runs to tell ", a, " from ", b, ": with ", std::to_string(m), " and ", std::to_string(n),
                   ", p is ", summary_number(std::round(least * 1000) / 1000), " at the least; ", p, beside});
  const double middle = static_cast<double>(m) * static_cast<double>(n) / 2;
  const bool is_higher = by_pairs && shift.estimate != 0 && !is_nan(shift.estimate) ? shift.estimate > 0
                                                                                     : test.u > middle;
  if (test.corrected_p < 0.05) {
    std::string text = joined({a, " and ", b, " differ: ", p, "; ", a, " is mostly ", is_higher ? "higher" : "lower"});
    if (!is_nan(shift.estimate) && shift.estimate != 0) text += ", by " + shift_text(is_higher ? 1 : -1, shift);
    if (metric.row->goal)
      text += is_higher == (*metric.row->goal == Goal::maximize) ? ", which is better" : ", which is worse";
    text += beside;
    if (m < 5 || n < 5) text += joined({"; few runs: ", std::to_string(m), " and ", std::to_string(n)});
    return text;
  }
  std::string text = joined({"chance alone may make ", a, " and ", b, " differ so",
                             by_itself < 0.05 ? " in one of so many metrics: " : ": ", p});
  if (!is_nan(shift.low)) text += "; the difference is " + shift_text(1, shift);
  return text + beside;
}

/// What to add below the words of all tests; empty where there is nothing to add.
inline std::string tests_in_words(const std::vector<GroupedMetric>& metrics, const std::vector<GroupOfRuns>& groups) {
  if (groups.size() > 2)
    return "The tests are of two groups; here are " + std::to_string(groups.size()) + ".";
  std::size_t tests = 0;
  for (const GroupedMetric& metric : metrics)
    if (metric.test) tests = (std::max)(tests, metric.test->corrected_for);
  if (tests == 0) return {};
  std::string text = joined({"A difference is that of ", first_bytes(groups[0].name, 60), " from ",
                             first_bytes(groups[1].name, 60), ": the median of all, with its 95% interval."});
  if (tests > 1) text += " Each p is corrected for " + std::to_string(tests) + " metrics (Holm).";
  return text;
}

/// "params.optimizer and variant"
inline std::string fields_in_words(const std::vector<std::string>& fields) {
  std::string text;
  for (std::size_t i = 0; i < fields.size(); ++i)
    (text += i == 0 ? "" : i + 1 == fields.size() ? " and " : ", ") += fields[i];
  return text.empty() ? "group" : text;
}

}  // namespace erm::detail

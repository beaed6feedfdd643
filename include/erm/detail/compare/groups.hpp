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

/// Summarizes each metric that is a number in a run.
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
        if (!is_nan(row.cells[run].number)) numbers.push_back(row.cells[run].number);
      metric.groups.push_back(summary_of(numbers, group.runs.size()));
      any = any || !numbers.empty();
    }
    if (!any) continue;
    if (groups.size() == 2 && !before.empty() && !numbers.empty()) metric.test = test_of(before, numbers, table);
    metrics.push_back(std::move(metric));
  }
  return metrics;
}

/// `number` to six digits; "—" for NaN, which stands for what is not known.
inline std::string summary_number(double number) {
  if (is_nan(number)) return "\xE2\x80\x94";
  std::string exact, text;
  append_floating(exact, number);
  append_six_digits(text, exact, std::abs(number) < 1e-4 && number != 0);
  return text;
}

/// p to two digits: "= 0.0079", "< 0.0001"; "≈ 0.03" where the test is not exact.
inline std::string p_value_text(const GroupTest& test) {
  if (test.p < 1e-4) return "< 0.0001";
  const double scale = std::pow(10, 1 - std::floor(std::log10(test.p)));
  return (test.is_exact ? "= " : "\xE2\x89\x88 ") + summary_number(std::round(test.p * scale) / scale);
}

/// The smallest p that samples of m and n values can have: the share of one arrangement and its mirror image among all.
inline double least_p(std::size_t m, std::size_t n) {
  double arrangements = 1;
  for (std::size_t i = 1; i <= m && arrangements < 1e9; ++i)
    arrangements *= static_cast<double>(n + i) / static_cast<double>(i);
  return (std::min)(1.0, 2 / arrangements);
}

/// What the test of two groups says: "adam and sgd differ: p = 0.0079, by Mann-Whitney; adam is mostly lower, which is
/// better".
inline std::string test_in_words(const GroupedMetric& metric, const std::vector<GroupOfRuns>& groups) {
  const GroupTest& test = *metric.test;
  const std::string_view a = first_bytes(groups[0].name, 60), b = first_bytes(groups[1].name, 60);
  const std::size_t m = metric.groups[0].n, n = metric.groups[1].n;
  const std::string p = joined({"p ", p_value_text(test), ", by Mann-Whitney"});
  const double pairs = static_cast<double>(m) * static_cast<double>(n);
  if (test.p < 0.05) {
    const bool is_higher = test.u > pairs / 2;
    std::string text = joined({a, " and ", b, " differ: ", p, "; ", a, " is mostly ", is_higher ? "higher" : "lower"});
    if (metric.row->goal)
      text += is_higher == (*metric.row->goal == Goal::maximize) ? ", which is better" : ", which is worse";
    if (m < 5 || n < 5) text += joined({"; few runs: ", std::to_string(m), " and ", std::to_string(n)});
    return text;
  }
  const double least = least_p(m, n);
  if (least >= 0.05) {
    return joined({"too few runs to tell ", a, " from ", b, ": with ", std::to_string(m), " and ", std::to_string(n),
                   ", p is ", summary_number(std::round(least * 1000) / 1000), " at the least; ", p});
  }
  return joined({"chance alone may make ", a, " and ", b, " differ so: ", p});
}

/// What to add below the words of all tests; empty where there is nothing to add.
inline std::string tests_in_words(const std::vector<GroupedMetric>& metrics, const std::vector<GroupOfRuns>& groups) {
  if (groups.size() > 2)
    return "The Mann-Whitney test is of two groups; here are " + std::to_string(groups.size()) + ".";
  std::size_t tests = 0;
  for (const GroupedMetric& metric : metrics) tests += metric.test ? 1U : 0U;
  if (tests < 2) return {};
  return "Each p is of one metric by itself: where no metric differs, about one in twenty still has p below 0.05.";
}

/// "params.optimizer and variant"
inline std::string fields_in_words(const std::vector<std::string>& fields) {
  std::string text;
  for (std::size_t i = 0; i < fields.size(); ++i)
    (text += i == 0 ? "" : i + 1 == fields.size() ? " and " : ", ") += fields[i];
  return text.empty() ? "group" : text;
}

}  // namespace erm::detail

// Computes MetricSummary and GroupTest.
//
//   GroupTest test = test_of({{"1", 0.9}, {"2", 0.8}}, {{"1", 0.7}, {"2", 0.6}}, table);
//   correct({&test, &other});                        // for two metrics
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/seed_pairs.hpp"
#include "erm/detail/base/shift.hpp"
#include "erm/detail/base/signed_rank.hpp"
#include "erm/detail/base/statistics.hpp"
#include "erm/metric_summary.hpp"

namespace erm::detail {

/// Summarizes the values of a metric in a group of `runs` runs. Without values n is 0, and the rest has no meaning.
inline MetricSummary summary_of(const std::vector<double>& values, std::size_t runs) {
  MetricSummary out;
  out.n = values.size();
  out.left_out = runs - values.size();
  if (values.empty()) return out;
  const auto n = static_cast<double>(values.size());
  out.min = *std::min_element(values.begin(), values.end());
  out.max = *std::max_element(values.begin(), values.end());
  // Scaled, so that the squares of large values do not overflow.
  double sum = 0;
  for (const double value : values) sum += value / n;
  out.mean = sum;                                                  // NaN of both infinities
  if (!is_nan(sum)) out.mean = std::clamp(sum, out.min, out.max);  // rounding must not give equal values a deviation
  if (values.size() < 2) return out;
  double squares = 0;
  for (const double value : values) squares += (value - out.mean) * ((value - out.mean) / (n - 1));
  out.deviation = std::sqrt(squares);
  const double reach = student_t_quantile(0.975, values.size() - 1) * out.deviation / std::sqrt(n);
  out.low = out.mean - reach;
  out.high = out.mean + reach;
  return out;
}

/// Tests two groups, each with at least one number. `table` caches what groups of the same sizes share.
inline GroupTest test_of(const std::vector<SeededNumber>& a, const std::vector<SeededNumber>& b,
                         MannWhitneyTable& table) {
  const std::vector<double> x = numbers_of(a), y = numbers_of(b);
  const MannWhitney test = mann_whitney(x, y, &table);
  GroupTest result{test.u, test.p, test.is_exact, shift_of(x, y, &table)};
  result.corrected_p = result.p;
  const auto is_first = [&](double number) { return number == x.front(); };
  if (std::all_of(x.begin(), x.end(), is_first) && std::all_of(y.begin(), y.end(), is_first)) result.corrected_for = 0;
  const SeedPairs pairs = seed_pairs(a, b);
  const bool any_unknown = std::any_of(pairs.differences.begin(), pairs.differences.end(), is_nan<double>);
  if (pairs.differences.size() < 2 || any_unknown) return result;  // infinity minus infinity
  const SignedRank paired = signed_rank(pairs.differences);
  result.paired = PairedTest{pairs.differences.size(),         pairs.unpaired, paired.w, paired.p, paired.is_exact,
                             shift_of_pairs(pairs.differences)};
  if (result.goes_by_pairs()) result.corrected_p = paired.p;
  return result;
}

/// Corrects the p values of tests of several metrics.
inline void correct(std::vector<GroupTest*> tests) {
  const auto is_constant = [](const GroupTest* test) { return test->corrected_for == 0; };
  tests.erase(std::remove_if(tests.begin(), tests.end(), is_constant), tests.end());
  std::vector<double> p;
  p.reserve(tests.size());
  for (const GroupTest* const test : tests) p.push_back(test->corrected_p);
  p = holm(p);
  for (std::size_t i = 0; i < tests.size(); ++i) {
    tests[i]->corrected_p = p[i];
    tests[i]->corrected_for = tests.size();
  }
}

}  // namespace erm::detail

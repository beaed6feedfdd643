// Computes MetricSummary and GroupTest.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
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

/// Tests two groups. `table` caches what groups of the same sizes share.
inline GroupTest test_of(const std::vector<double>& a, const std::vector<double>& b, MannWhitneyTable& table) {
  const MannWhitney test = mann_whitney(a, b, &table);
  return {test.u, test.p, test.is_exact};
}

}  // namespace erm::detail

// One metric of several runs as numbers: what it comes to, and whether two groups of runs differ in it.
//
//   const erm::MetricSummary& accuracy = summary.groups[0].metrics.at("val/acc");      // erm/summary.hpp
//   std::printf("%.3f, between %.3f and %.3f\n", accuracy.mean, accuracy.low, accuracy.high);
//   std::printf("p = %.3f\n", summary.tests.at("val/acc").p);
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "erm/detail/base/statistics.hpp"

namespace erm {

/// One metric of the runs of a group, those left out that have no number there, or NaN.
struct MetricSummary {
  std::size_t n = 0;         // runs that count
  std::size_t left_out = 0;  // runs of the group that do not
  double mean = 0;
  double deviation = std::numeric_limits<double>::quiet_NaN();  // standard, of a sample (n - 1); NaN for one run
  double min = 0;
  double max = 0;
  // The 95% interval of the mean by Student's distribution; NaN for one run.
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

/// The Mann-Whitney U test of one metric in two groups, two-sided: how likely chance alone makes them differ so.
struct GroupTest {
  double u = 0;           // of the first group
  double p = 1;           // small: the groups differ
  bool is_exact = false;  // else by the normal distribution: for ties, and from 50 runs on
};

namespace detail {

/// Of none, n is 0 and the rest means nothing.
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
  out.mean = std::min(std::max(sum, out.min), out.max);  // rounding makes no deviation of equal values
  if (values.size() < 2) return out;
  double squares = 0;
  for (const double value : values) squares += (value - out.mean) * ((value - out.mean) / (n - 1));
  out.deviation = std::sqrt(squares);
  const double reach = student_t_quantile(0.975, values.size() - 1) * out.deviation / std::sqrt(n);
  out.low = out.mean - reach;
  out.high = out.mean + reach;
  return out;
}

inline GroupTest test_of(const std::vector<double>& a, const std::vector<double>& b, MannWhitneyTable& table) {
  const MannWhitney test = mann_whitney(a, b, &table);
  return {test.u, test.p, test.is_exact};
}

}  // namespace detail

}  // namespace erm

// Statistics of one metric over several runs, and a test of whether it differs between two groups of runs.
//
//   const erm::MetricSummary& accuracy = summary.groups[0].metrics.at("val/acc");      // erm/summary.hpp
//   std::printf("%.3f, between %.3f and %.3f\n", accuracy.mean, accuracy.low, accuracy.high);
//   std::printf("p = %.3f\n", summary.tests.at("val/acc").p);
#pragma once

#include <cstddef>
#include <limits>

namespace erm {

/// One metric in a group of runs. Leaves out runs in which the metric is missing, not a number, or NaN.
struct MetricSummary {
  std::size_t n = 0;         // runs that count
  std::size_t left_out = 0;  // runs of the group that do not count
  double mean = 0;
  double deviation = std::numeric_limits<double>::quiet_NaN();  // of the sample (n - 1); NaN for one run
  double min = 0;
  double max = 0;
  // The 95% confidence interval of the mean by Student's t distribution; NaN for one run.
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

/// The two-sided Mann-Whitney U test of one metric in two groups.
struct GroupTest {
  double u = 0;           // of the first group
  double p = 1;           // the probability that chance alone makes the groups differ this much
  bool is_exact = false;  // otherwise by the normal distribution, used for tied values and from 50 runs on
};

}  // namespace erm

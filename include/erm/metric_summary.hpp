// Statistics of one metric over several runs, and a test of whether it differs between two groups of runs.
//
//   const erm::MetricSummary& accuracy = summary.groups[0].metrics.at("val/acc");      // erm/summary.hpp
//   std::printf("%.3f, between %.3f and %.3f\n", accuracy.mean, accuracy.low, accuracy.high);
//   const erm::GroupTest& test = summary.tests.at("val/acc");
//   std::printf("p = %.3f, shift %.3f (%.3f to %.3f)\n", test.p, test.shift.estimate, test.shift.low, test.shift.high);
#pragma once

#include <cstddef>
#include <limits>
#include <optional>

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

/// By how much a metric of the first group is greater than of the second, in the metric's unit: the median of all
/// differences (Hodges and Lehmann, 1963), with its 95% confidence interval. NaN if values are infinite; the interval is
/// NaN also if there are too few values for one: 4 against 4, or 6 pairs, are enough.
struct MetricShift {
  double estimate = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

/// The two-sided Wilcoxon signed-rank test of one metric in pairs of runs that have the same seed, one in each group.
struct PairedTest {
  std::size_t pairs = 0;     // seeds that both groups have. Runs of a group with the same seed count by their mean.
  std::size_t unpaired = 0;  // seeds that one group has, and runs without a seed
  double w = 0;              // the sum of the ranks of the positive differences
  double p = 1;
  bool is_exact = false;  // otherwise by the normal distribution, used from 50 pairs on
  MetricShift shift;
};

/// The two-sided Mann-Whitney U test of one metric in two groups.
struct GroupTest {
  double u = 0;           // of the first group
  double p = 1;           // the probability that chance alone makes the groups differ this much
  bool is_exact = false;  // otherwise by the normal distribution, used for tied values and from 50 runs on
  MetricShift shift = {};
  /// Set if the runs have a param for their seed ("seed", "random_seed", "train.seed", ...), and the groups have at least
  /// two seeds in common.
  std::optional<PairedTest> paired = {};
  /// The p value to go by: that of the pairs if goes_by_pairs(), otherwise that of the U test; corrected (Holm, 1979)
  /// for all metrics that are tested with it, `corrected_for`. A metric that is the same in all runs is not tested: its p
  /// is 1, and corrected_for is 0.
  double corrected_p = 1;
  std::size_t corrected_for = 1;

  /// Whether there are 6 pairs, without which p cannot be below 0.05, and at most as many seeds without a partner.
  [[nodiscard]] bool goes_by_pairs() const noexcept {
    return paired && paired->pairs >= 6 && paired->unpaired <= paired->pairs;
  }
};

}  // namespace erm

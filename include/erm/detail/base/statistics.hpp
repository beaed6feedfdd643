// The statistics for comparing groups of runs.
//
//   student_t_quantile(0.975, 4);                       // 2.776: of the 95% interval of a mean of 5
//   mann_whitney({1, 2, 3}, {4, 5, 6}).p;               // 0.1
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace erm::detail {

inline constexpr double pi = 3.14159265358979323846;
/// Samples of fewer values get their exact distribution; larger ones the normal.
inline constexpr std::size_t exact_up_to = 50;

/// P(|T| <= t) of Student's distribution with `freedom` degrees of freedom (Abramowitz and Stegun, 26.7.3, 26.7.4).
inline double student_t_within(double t, std::size_t freedom) {
  const double angle = std::atan(t / std::sqrt(static_cast<double>(freedom)));
  const double cosine = std::cos(angle), sine = std::sin(angle);
  const bool is_odd = freedom % 2 == 1;
  double term = is_odd ? cosine : 1, sum = 0;
  for (std::size_t i = is_odd ? 1 : 0; i + 2 <= freedom; i += 2) {
    sum += term;
    term *= cosine * cosine * static_cast<double>(i + 1) / static_cast<double>(i + 2);
  }
  return is_odd ? 2 / pi * (angle + sine * sum) : sine * sum;
}

/// The quantile t of the distribution for `share`, which is at least 0.5 and less than 1. `freedom` is at least 1.
inline double student_t_quantile(double share, std::size_t freedom) {
  // Beyond a million degrees no visible digit changes.
  freedom = (std::min<std::size_t>)(freedom, 1000000);
  const double wanted = 2 * share - 1;
  double low = 0, high = 1;
  while (student_t_within(high, freedom) < wanted) high *= 2;
  for (int i = 0; i < 60 && low < high; ++i) {
    const double middle = (low + high) / 2;
    (student_t_within(middle, freedom) < wanted ? low : high) = middle;
  }
  return (low + high) / 2;
}

/// Mann and Whitney's U of the first sample: in how many pairs its value is the greater, with ties counting half. Also
/// the probability that chance alone gives a U at least as far from its mean (two-sided).
struct MannWhitney {
  double u = 0;
  double p = 1;
  bool is_exact = false;  // otherwise by the normal distribution, corrected for ties and continuity
};

/// P(U <= u) for samples of m and n without ties, for u from 0 to m * n. Cached for samples of the same sizes.
struct MannWhitneyTable {
  std::size_t m = 0, n = 0;
  std::vector<double> at_most;
};

/// Counts the arrangements for each U (Mann and Whitney, 1947).
inline void fill_table(MannWhitneyTable& table, std::size_t m, std::size_t n) {
  if (table.m == m && table.n == n) return;
  // ways[j * width + v]: the share of the arrangements of i values of the first sample and j of the other in which U is
  // v.
  const std::size_t width = m * n + 1;
  std::vector<double> ways((n + 1) * width, 0), next;
  for (std::size_t j = 0; j <= n; ++j) ways[j * width] = 1;  // no value of the first sample
  for (std::size_t i = 1; i <= m; ++i) {
    next.assign(ways.size(), 0);
    next[0] = 1;
    for (std::size_t j = 1; j <= n; ++j) {
      // The greatest value is from the first sample and exceeds all j of the other, or is from the other sample.
      const double of_first = static_cast<double>(i) / static_cast<double>(i + j);
      for (std::size_t v = 0; v <= i * j; ++v)
        next[j * width + v] =
            (v >= j ? of_first * ways[j * width + v - j] : 0) + (1 - of_first) * next[(j - 1) * width + v];
    }
    ways.swap(next);
  }
  table.m = m;
  table.n = n;
  table.at_most.assign(width, 0);
  double sum = 0;
  for (std::size_t v = 0; v < width; ++v) table.at_most[v] = sum += ways[n * width + v];
}

/// Both samples have at least one value, and no NaN.
inline MannWhitney mann_whitney(std::vector<double> a, std::vector<double> b, MannWhitneyTable* known = nullptr) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  const auto m = static_cast<double>(a.size()), n = static_cast<double>(b.size());
  double rank_sum = 0, tied = 0;
  for (std::size_t i = 0, j = 0; i < a.size() || j < b.size();) {
    const double least = j == b.size() || (i < a.size() && a[i] < b[j]) ? a[i] : b[j];
    const std::size_t before = i + j, of_b = j;
    while (j < b.size() && b[j] == least) ++j;
    const std::size_t of_a = i;
    while (i < a.size() && a[i] == least) ++i;
    const auto size = static_cast<double>(i - of_a + (j - of_b));
    // Ranks begin with 1. Equal values share their mean rank.
    rank_sum += static_cast<double>(i - of_a) * (static_cast<double>(before) + (size + 1) / 2);
    tied += size * size * size - size;
  }
  MannWhitney result;
  result.u = rank_sum - m * (m + 1) / 2;
  const double extreme = (std::min)(result.u, m * n - result.u);
  if (tied == 0 && a.size() < exact_up_to && b.size() < exact_up_to) {
    result.is_exact = true;
    MannWhitneyTable own;
    MannWhitneyTable& table = known == nullptr ? own : *known;
    fill_table(table, a.size(), b.size());
    result.p = (std::min)(1.0, 2 * table.at_most[static_cast<std::size_t>(extreme)]);
    return result;
  }
  const double variance = m * n / 12 * (m + n + 1 - tied / ((m + n) * (m + n - 1)));
  const double distance = (std::max)(0.0, m * n / 2 - extreme - 0.5);
  result.p = variance > 0 ? std::erfc(distance / std::sqrt(2 * variance)) : 1;
  return result;
}

}  // namespace erm::detail

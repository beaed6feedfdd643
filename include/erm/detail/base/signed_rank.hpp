// Wilcoxon's signed-rank test of pairs, and Holm's correction of several tests.
//
//   signed_rank({0.5, 1.2, -0.1, 0.9}).p;           // whether the differences of pairs lie around 0
//   holm({0.01, 0.04, 0.03});                       // {0.03, 0.06, 0.06}
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include "erm/detail/base/statistics.hpp"

namespace erm::detail {

struct SignedRank {
  double w = 0;  // the sum of the ranks of the positive differences
  double p = 1;  // two-sided
  bool is_exact = false;
};

/// P(W <= w) of a sum in which each of these ranks is present or not with equal chance, for w from 0 to their sum.
inline std::vector<double> rank_sum_table(const std::vector<std::size_t>& ranks) {
  std::vector<double> at_most(std::accumulate(ranks.begin(), ranks.end(), std::size_t{1}), 0);
  at_most[0] = 1;
  std::size_t sum = 0;
  for (const std::size_t rank : ranks) {
    sum += rank;
    for (std::size_t w = sum + 1; w-- > 0;) at_most[w] = at_most[w] / 2 + (w >= rank ? at_most[w - rank] / 2 : 0);
  }
  for (std::size_t w = 1; w < at_most.size(); ++w) at_most[w] += at_most[w - 1];
  return at_most;
}

/// The distribution of W of n pairs without ties.
inline std::vector<double> signed_rank_table(std::size_t n) {
  std::vector<std::size_t> ranks(n);
  std::iota(ranks.begin(), ranks.end(), std::size_t{1});
  return rank_sum_table(ranks);
}

/// The differences have no NaN. Those that are 0 say nothing and are left out (Wilcoxon, 1945). Ties share their mean
/// rank, and the distribution is that of these ranks.
inline SignedRank signed_rank(std::vector<double> differences) {
  differences.erase(std::remove(differences.begin(), differences.end(), 0.0), differences.end());
  std::sort(differences.begin(), differences.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
  const std::size_t n = differences.size();
  SignedRank result;
  if (n == 0) return result;
  std::vector<std::size_t> doubled(n);  // twice the ranks: a mean rank may be a half
  std::size_t positive = 0;
  double tied = 0;
  for (std::size_t i = 0; i < n;) {
    std::size_t end = i;
    while (end < n && std::abs(differences[end]) == std::abs(differences[i])) ++end;
    const auto size = static_cast<double>(end - i);
    tied += size * size * size - size;
    for (const std::size_t rank = i + 1 + end; i < end; ++i) {
      doubled[i] = rank;
      if (differences[i] > 0) positive += rank;
    }
  }
  result.w = static_cast<double>(positive) / 2;
  const std::size_t all = n * (n + 1), extreme = (std::min)(positive, all - positive);
  if (n < exact_up_to) {
    result.is_exact = true;
    result.p = (std::min)(1.0, 2 * rank_sum_table(doubled)[extreme]);
    return result;
  }
  const auto size = static_cast<double>(n);
  const double variance = size * (size + 1) * (2 * size + 1) / 24 - tied / 48;
  const double distance = (std::max)(0.0, size * (size + 1) / 4 - static_cast<double>(extreme) / 2 - 0.5);
  result.p = std::erfc(distance / std::sqrt(2 * variance));
  return result;
}

/// The p values of several tests, each corrected so that the chance of any false alarm among them stays what one test
/// has (Holm, 1979). In the order given.
inline std::vector<double> holm(const std::vector<double>& p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> corrected(p.size());
  double least = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    least = (std::max)(least, (std::min)(1.0, static_cast<double>(order.size() - i) * p[order[i]]));
    corrected[order[i]] = least;
  }
  return corrected;
}

}  // namespace erm::detail

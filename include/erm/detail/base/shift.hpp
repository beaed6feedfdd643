// By how much two samples differ: the median of their differences with its 95% interval (Hodges and Lehmann, 1963).
//
//   shift_of({3, 4, 5}, {1, 2, 3});                 // {2, ...}: a value of the first is about 2 greater
//   shift_of_pairs({2, 2.5, 1.5});                  // {2, ...}: of the differences of pairs
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/signed_rank.hpp"
#include "erm/detail/base/statistics.hpp"
#include "erm/metric_summary.hpp"

namespace erm::detail {

/// A number for a double, in the same order: -1.0 < -0.0 < 0.0 < 1.0.
inline std::int64_t ordered_bits(double number) noexcept {
  std::int64_t bits = 0;
  std::memcpy(&bits, &number, sizeof bits);
  return bits < 0 ? (std::numeric_limits<std::int64_t>::min)() - bits : bits;
}

inline double double_of_ordered_bits(std::int64_t ordered) noexcept {
  const std::int64_t bits = ordered < 0 ? (std::numeric_limits<std::int64_t>::min)() - ordered : ordered;
  double number = 0;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

/// The least double t for which `count_up_to(t)`, which never falls as t grows, is at least `count`. So the element of a
/// given rank is found among all differences of two samples, without making them.
template <class CountUpTo>
double element_of_rank(std::size_t count, const CountUpTo& count_up_to) {
  std::int64_t low = ordered_bits(infinity(true));
  std::int64_t high = ordered_bits(infinity());
  while (low < high) {
    // The sum of both may overflow; the distance of both does not fit into a signed number.
    const std::uint64_t distance = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
    const auto middle = static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + distance / 2);
    if (count_up_to(double_of_ordered_bits(middle)) >= count)
      high = middle;
    else
      low = middle + 1;
  }
  return double_of_ordered_bits(low);
}

/// Of `count` elements: the median, and the elements that are `reach` from either end (1 is the first). No interval
/// where `reach` is 0.
template <class CountUpTo>
MetricShift shift_of_elements(std::size_t count, std::size_t reach, const CountUpTo& count_up_to) {
  const auto element = [&](std::size_t rank) { return element_of_rank(rank, count_up_to); };
  MetricShift shift;
  const double lower = element((count + 1) / 2), upper = count % 2 == 1 ? lower : element(count / 2 + 1);
  shift.estimate = lower == upper ? lower : lower / 2 + upper / 2;
  if (reach == 0) return shift;
  shift.low = element(reach);
  shift.high = element(count + 1 - reach);
  return shift;
}

/// The greatest u for which a statistic with this distribution is less than u with a probability of at most 2.5%.
template <class AtMost>
std::size_t reach_of_interval(std::size_t greatest, const AtMost& at_most) {
  std::size_t reach = 0;
  while (reach < greatest && at_most(reach) <= 0.025) ++reach;
  return reach;
}

inline std::size_t reach_by_normal(double mean, double variance) {
  const double reach = std::floor(mean + 0.5 - 1.959963984540054 * std::sqrt(variance));
  return reach >= 1 ? static_cast<std::size_t>(reach) : 0;
}

inline bool any_infinite(const std::vector<double>& values) {
  return std::any_of(values.begin(), values.end(), [](double value) { return !is_finite(value); });
}

/// How much greater a value of `a` is than one of `b`. Of no value, or of an infinite one, nothing is known.
inline MetricShift shift_of(std::vector<double> a, std::vector<double> b, MannWhitneyTable* known = nullptr) {
  if (a.empty() || b.empty() || any_infinite(a) || any_infinite(b)) return {};
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  const std::size_t pairs = a.size() * b.size();
  std::size_t reach = 0;
  if (a.size() < exact_up_to && b.size() < exact_up_to) {
    MannWhitneyTable own;
    MannWhitneyTable& table = known == nullptr ? own : *known;
    fill_table(table, a.size(), b.size());
    reach = reach_of_interval(pairs / 2, [&](std::size_t u) { return table.at_most[u]; });
  } else {
    const auto m = static_cast<double>(a.size()), n = static_cast<double>(b.size());
    reach = reach_by_normal(m * n / 2, m * n * (m + n + 1) / 12);
  }
  return shift_of_elements(pairs, reach, [&](double t) {
    std::size_t count = 0, at = b.size();  // the first value of b whose difference is at most t
    for (const double value : a) {
      while (at > 0 && value - b[at - 1] <= t) --at;
      while (at < b.size() && !(value - b[at] <= t)) ++at;
      count += b.size() - at;
    }
    return count;
  });
}

/// The same for pairs, by their differences: the median of the means of two differences, each with itself too.
inline MetricShift shift_of_pairs(std::vector<double> differences) {
  if (differences.empty() || any_infinite(differences)) return {};
  std::sort(differences.begin(), differences.end());
  const std::size_t n = differences.size(), means = n * (n + 1) / 2;
  std::size_t reach = 0;
  if (n < exact_up_to) {
    const std::vector<double> at_most = signed_rank_table(n);
    reach = reach_of_interval(means / 2, [&](std::size_t w) { return at_most[w]; });
  } else {
    const auto size = static_cast<double>(n);
    reach = reach_by_normal(size * (size + 1) / 4, size * (size + 1) * (2 * size + 1) / 24);
  }
  return shift_of_elements(means, reach, [&](double t) {
    std::size_t count = 0, end = n;  // how many differences make a mean of at most t with this one
    for (std::size_t i = 0; i < n; ++i) {
      while (end > 0 && !(differences[i] / 2 + differences[end - 1] / 2 <= t)) --end;
      if (end <= i) break;
      count += end - i;
    }
    return count;
  });
}

}  // namespace erm::detail

// What is counted of the values of one step, and what all bins have in common: the smallest, the largest, the sum.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "erm/detail/run/float_orders.hpp"

namespace erm::detail {

/// Counts of neighbouring bins, of which the first has the index `first`.
struct CountRun {
  std::int64_t first = 0;
  std::vector<std::uint64_t> counts = {};
};

struct HistogramCounts {
  std::uint64_t nans = 0, positive_infinities = 0, negative_infinities = 0;
  std::uint64_t below = 0, above = 0;
  std::uint64_t zeros = 0;  // of logarithmic bins, which leave zero out
  bool has_finite = false;
  double smallest = 0, largest = 0, sum = 0;
  CountRun negative;  // of logarithmic bins, by magnitude
  CountRun positive;  // of logarithmic bins, by magnitude; else of all values
};

/// The smallest, the largest and the sum of the finite values, and how many others there are.
template <class Float>
class Statistics {
 public:
  void add(const Float* values, std::size_t size) noexcept {
    constexpr std::size_t block = 1024;  // stays in the processor's cache; a constant, so that compilers use vectors
    std::size_t at = 0;
    for (; at + block <= size; at += block) add_block<block>(values + at);
    for (; at < size; ++at) add_block<1>(values + at);
  }
  void put_into(HistogramCounts& counts) const noexcept {
    counts.nans = nans_;
    counts.positive_infinities = positive_infinities_;
    counts.negative_infinities = negative_infinities_;
    counts.has_finite = least_ <= greatest_;
    counts.sum = sums_[0] + sums_[1] + sums_[2] + sums_[3];
    if (!counts.has_finite) return;
    counts.smallest = value_of(least_);
    counts.largest = value_of(greatest_);
  }

 private:
  using Bits = typename FloatBits<Float>::Bits;
  using Order = FloatOrder<Float>;
  static constexpr Order infinity = static_cast<Order>(infinite_magnitude<Float>);

  template <std::size_t size>
  void add_block(const Float* values) noexcept {
    Order low = (std::numeric_limits<Order>::max)(), high = (std::numeric_limits<Order>::min)();
    for (std::size_t i = 0; i < size; ++i) {
      const Order order = order_of<Float>(bits_of(values[i]));
      low = order < low ? order : low;
      high = order > high ? order : high;
    }
    if (high < infinity && low > -1 - infinity) {
      least_ = (std::min)(least_, low);
      greatest_ = (std::max)(greatest_, high);
      if constexpr (size % 4 == 0) {
        for (std::size_t i = 0; i < size; i += 4)
          for (std::size_t j = 0; j < 4; ++j) sums_[j] += static_cast<double>(values[i + j]);
      } else {
        for (std::size_t i = 0; i < size; ++i) sums_[0] += static_cast<double>(values[i]);
      }
      return;
    }
    for (std::size_t i = 0; i < size; ++i) {
      const Order order = order_of<Float>(bits_of(values[i]));
      if (order > infinity || order < -1 - infinity) {
        ++nans_;
      } else if (order == infinity) {
        ++positive_infinities_;
      } else if (order == -1 - infinity) {
        ++negative_infinities_;
      } else {
        least_ = (std::min)(least_, order);
        greatest_ = (std::max)(greatest_, order);
        sums_[0] += static_cast<double>(values[i]);
      }
    }
  }
  static double value_of(Order order) noexcept {
    const auto bits = static_cast<Bits>(order_of<Float>(static_cast<Bits>(order)));  // its own inverse
    Float value;
    std::memcpy(&value, &bits, sizeof value);
    return static_cast<double>(value);
  }

  Order least_ = (std::numeric_limits<Order>::max)();
  Order greatest_ = (std::numeric_limits<Order>::min)();
  double sums_[4] = {0, 0, 0, 0};
  std::uint64_t nans_ = 0, positive_infinities_ = 0, negative_infinities_ = 0;
};

template <class Float>
void add_statistics(const Float* values, std::size_t size, HistogramCounts& counts) noexcept {
  Statistics<Float> statistics;
  statistics.add(values, size);
  statistics.put_into(counts);
}

/// The part of `counts` from its first to its last that is not 0.
inline CountRun without_zeros(std::vector<std::uint64_t> counts, std::int64_t first) {
  const auto is_some = [](std::uint64_t count) { return count != 0; };
  const auto begin = std::find_if(counts.begin(), counts.end(), is_some);
  if (begin == counts.end()) return {};
  const auto end = std::find_if(counts.rbegin(), counts.rend(), is_some).base();
  return {first + (begin - counts.begin()), std::vector<std::uint64_t>(begin, end)};
}

}  // namespace erm::detail

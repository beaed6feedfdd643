// Counts in bins whose width is a power of two.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "erm/detail/base/to_size.hpp"
#include "erm/detail/run/float_orders.hpp"
#include "erm/detail/run/histogram_counts.hpp"

namespace erm::detail {

/// Counts in two rounds for each block of values: first where each belongs, without branches that depend on it.
/// `bin_of` tells it for a value from `low` to `high`. `all_inside`: there are no others.
template <bool all_inside, class Float, class BinOf>
void count_in_blocks(const Float* values, std::size_t size, double low, double high, std::size_t bins,
                     std::int64_t first, HistogramCounts& counts, BinOf&& bin_of) {
  constexpr std::size_t block = 1024, tables = 4;
  const std::size_t below = bins, above = bins + 1, not_finite = bins + 2, places = bins + 3;
  std::vector<std::uint64_t> found(tables * places);
  std::array<std::uint32_t, block> place;
  for (std::size_t at = 0; at < size; at += block) {
    const std::size_t count = (std::min)(block, size - at);
    for (std::size_t i = 0; i < count; ++i) {
      const auto value = static_cast<double>(values[at + i]);
      std::size_t bin = 0;
      if constexpr (all_inside)
        bin = bin_of(value);
      else if (!has_finite_bits<Float>(bits_of(values[at + i])))
        bin = not_finite;
      else if (value < low)
        bin = below;
      else if (value > high)
        bin = above;
      else
        bin = bin_of(value);
      place[i] = static_cast<std::uint32_t>(bin);
    }
    std::size_t i = 0;
    for (; i + tables <= count; i += tables)
      for (std::size_t j = 0; j < tables; ++j) ++found[j * places + place[i + j]];
    for (; i < count; ++i) ++found[place[i]];
  }
  for (std::size_t i = places; i < found.size(); ++i) found[i % places] += found[i];
  counts.below = found[below];
  counts.above = found[above];
  found.resize(bins);
  counts.positive = without_zeros(std::move(found), first);
}

template <class Float, class BinOf>
void count_between(const Float* values, std::size_t size, double low, double high, std::size_t bins, std::int64_t first,
                   HistogramCounts& counts, BinOf&& bin_of) {
  const bool all_finite = counts.nans + counts.positive_infinities + counts.negative_infinities == 0;
  if (all_finite && counts.has_finite && counts.smallest >= low && counts.largest <= high)
    count_in_blocks<true>(values, size, low, high, bins, first, counts, bin_of);
  else
    count_in_blocks<false>(values, size, low, high, bins, first, counts, bin_of);
}

/// Bins from i * 2^exponent to (i + 1) * 2^exponent, for `lowest` <= i < `beyond`.
template <class Float>
void count_grid(const Float* values, std::size_t size, int exponent, std::int64_t lowest, std::int64_t beyond,
                HistogramCounts& counts) {
  // Scaling by a power of two is exact, so no value comes into a bin beside its own.
  const double scale = std::ldexp(1.0, -exponent), width = std::ldexp(1.0, exponent);
  const double low = static_cast<double>(lowest) * width;
  // The last double before the end.
  const double high = std::nextafter(static_cast<double>(beyond) * width, low);
  count_between(values, size, low, high, to_size(beyond - lowest), lowest, counts, [&](double value) {
    const double place = value * scale;
    auto index = static_cast<std::int64_t>(place);
    if (static_cast<double>(index) > place) --index;  // rounds down below zero, too
    return to_size(index - lowest);
  });
}

}  // namespace erm::detail

// Counts in bins by the magnitude: sign, exponent and two bits of the fraction.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "erm/detail/base/to_size.hpp"
#include "erm/detail/run/float_orders.hpp"
#include "erm/detail/run/histogram_counts.hpp"

namespace erm::detail {

inline constexpr std::size_t bins_of_magnitudes = std::size_t{2047} * 4;  // of the finite doubles
/// The bin of a magnitude, which is not zero.
inline std::size_t logarithmic_bin(std::uint64_t double_magnitude) noexcept { return to_size(double_magnitude >> 50); }
/// Where the bin begins, and the one before it ends. The first begins above zero, which is in no bin.
inline double logarithmic_edge(std::int64_t bin) noexcept {
  if (bin == 0) return double_of(1);
  if (bin >= static_cast<std::int64_t>(bins_of_magnitudes)) return (std::numeric_limits<double>::max)();
  return double_of(static_cast<std::uint64_t>(bin) << 50);
}

/// Few values: sorts their bins, since the tables below cost more.
template <class Float>
void count_few_logarithmic(const Float* values, std::size_t size, HistogramCounts& counts) {
  std::vector<std::size_t> bins[2];  // positive, negative
  for (std::size_t i = 0; i < size; ++i) {
    const auto bits = bits_of(values[i]);
    const auto magnitude = static_cast<typename FloatBits<Float>::Bits>(bits & magnitude_mask<Float>);
    if (magnitude >= infinite_magnitude<Float>) continue;
    if (magnitude == 0)
      ++counts.zeros;
    else
      bins[bits == magnitude ? 0 : 1].push_back(logarithmic_bin(double_magnitude(magnitude)));
  }
  for (int side = 0; side < 2; ++side) {
    if (bins[side].empty()) continue;
    const auto [least, greatest] = std::minmax_element(bins[side].begin(), bins[side].end());
    CountRun& run = side == 0 ? counts.positive : counts.negative;
    run.first = static_cast<std::int64_t>(*least);
    run.counts.resize(*greatest - *least + 1);
    for (const std::size_t bin : bins[side]) ++run.counts[bin - to_size(run.first)];
  }
}

/// Counts sign, exponent and two bits of the fraction by a table that they index, and only then looks at what that
/// leaves open. Four tables, because equal values in a row would have to wait for each other.
template <class Float>
void count_logarithmic(const Float* values, std::size_t size, HistogramCounts& counts) {
  using Bits = typename FloatBits<Float>::Bits;
  constexpr int shift = FloatBits<Float>::fraction - 2;
  constexpr std::size_t half = std::size_t{1} << (FloatBits<Float>::exponent + 2);
  constexpr std::size_t tables = sizeof(Float) == sizeof(float) ? 4 : 1;
  // Bins of a float's exponent are bins of the double's exponent.
  constexpr std::size_t offset = sizeof(Float) == sizeof(float) ? (1023 - 127) * 4 : 0;
  if (size < half / 2) return count_few_logarithmic(values, size, counts);
  std::vector<std::uint32_t> table(2 * half * tables);
  std::vector<std::uint64_t> totals(2 * half);
  for (std::size_t from = 0; from < size;) {
    const std::size_t end = from + (std::min)(size - from, std::size_t{1} << 31);
    std::size_t i = from;
    if constexpr (tables == 4) {
      std::uint32_t* const t = table.data();
      for (; i + 4 <= end; i += 4) {
        ++t[bits_of(values[i]) >> shift];
        ++t[2 * half + (bits_of(values[i + 1]) >> shift)];
        ++t[4 * half + (bits_of(values[i + 2]) >> shift)];
        ++t[6 * half + (bits_of(values[i + 3]) >> shift)];
      }
    }
    for (; i < end; ++i) ++table[to_size(bits_of(values[i]) >> shift)];
    for (std::size_t j = 0; j < table.size(); ++j) totals[j % (2 * half)] += std::exchange(table[j], 0U);
    from = end;
  }
  std::uint64_t without_exponent = 0;
  for (std::size_t i = 0; i < 4; ++i) without_exponent += totals[i] + totals[half + i];
  std::uint64_t zeros = 0;
  if (without_exponent > 0)
    for (std::size_t i = 0; i < size; ++i) zeros += (bits_of(values[i]) & magnitude_mask<Float>) == 0 ? 1U : 0U;
  counts.zeros = zeros;
  const bool has_subnormal = zeros < without_exponent;
  for (int side = 0; side < 2; ++side) {
    // Between the four for zero and subnormal numbers, and the four for the infinities and the NaNs.
    const auto begin = totals.begin() + static_cast<std::ptrdiff_t>(side == 0 ? 4 : half + 4);
    const auto end = begin + static_cast<std::ptrdiff_t>(half - 8);
    std::int64_t first = offset + 4;
    std::vector<std::uint64_t> bins;
    if (has_subnormal) {
      bins.assign(offset + 4, 0);
      first = 0;
      for (std::size_t i = 0; i < size; ++i) {
        const Bits bits = bits_of(values[i]);
        const auto magnitude = static_cast<Bits>(bits & magnitude_mask<Float>);
        if (magnitude != 0 && magnitude >> FloatBits<Float>::fraction == 0 && (bits == magnitude) == (side == 0))
          ++bins[logarithmic_bin(double_magnitude(magnitude))];
      }
    }
    bins.insert(bins.end(), begin, end);
    (side == 0 ? counts.positive : counts.negative) = without_zeros(std::move(bins), first);
  }
}

}  // namespace erm::detail

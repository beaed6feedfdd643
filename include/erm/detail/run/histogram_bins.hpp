// The bins of a histogram, and the counts of one step's values in them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "erm/detail/base/to_size.hpp"
#include "erm/error.hpp"
#include "erm/histogram_options.hpp"

namespace erm::detail {

/// Which bins a histogram has. Values are told apart by their bits: with -ffast-math, isnan is always false.
struct HistogramBins {
  enum class Kind : std::uint8_t {
    logarithmic,  // the magnitude's exponent and the first two bits of its fraction
    grid,         // from i * 2^exponent to (i + 1) * 2^exponent, for `lowest` <= i < `beyond`
    edges,
  };
  Kind kind = Kind::logarithmic;
  int exponent = 0;
  std::int64_t lowest = 0;
  std::int64_t beyond = 0;
  std::vector<double> edges = {};

  friend bool operator==(const HistogramBins& a, const HistogramBins& b) noexcept {
    return a.kind == b.kind && a.exponent == b.exponent && a.lowest == b.lowest && a.beyond == b.beyond &&
           a.edges == b.edges;
  }
};

inline constexpr std::size_t most_histogram_bins = 65536;

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

// ---- bits ----

template <class Float>
struct FloatBits;
template <>
struct FloatBits<float> {
  using Bits = std::uint32_t;
  static constexpr int fraction = 23, exponent = 8;
};
template <>
struct FloatBits<double> {
  using Bits = std::uint64_t;
  static constexpr int fraction = 52, exponent = 11;
};

template <class Float>
typename FloatBits<Float>::Bits bits_of(const Float& value) noexcept {
  typename FloatBits<Float>::Bits bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}
inline double double_of(std::uint64_t bits) noexcept {
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}
template <class Float>
inline constexpr
    typename FloatBits<Float>::Bits magnitude_mask = (typename FloatBits<Float>::Bits{1}
                                                      << (FloatBits<Float>::fraction + FloatBits<Float>::exponent)) -
                                                     1;
template <class Float>
inline constexpr typename FloatBits<Float>::Bits infinite_magnitude =
    magnitude_mask<Float> >> FloatBits<Float>::fraction << FloatBits<Float>::fraction;

/// The magnitude as the bits of a double. A conversion by the processor may take a subnormal float for zero.
inline std::uint64_t double_magnitude(std::uint64_t magnitude_of_double) noexcept { return magnitude_of_double; }
inline std::uint64_t double_magnitude(std::uint32_t magnitude_of_float) noexcept {
  std::uint64_t fraction = magnitude_of_float & 0x7FFFFFU;
  std::uint64_t exponent = magnitude_of_float >> 23;
  if (exponent == 0) {
    if (fraction == 0) return 0;
    exponent = 1;
    for (; (fraction & 0x800000U) == 0; fraction <<= 1) --exponent;  // wraps, and comes back with the bias
    fraction &= 0x7FFFFFU;
  }
  return (exponent + (1023 - 127)) << 52 | fraction << 29;
}

/// The double of a float, as bits.
inline std::uint64_t double_of_float(std::uint32_t bits) noexcept {
  return static_cast<std::uint64_t>(bits >> 31) << 63 | double_magnitude(bits & 0x7FFFFFFFU);
}

/// Whether Float is a finite number.
template <class Float>
bool has_finite_bits(typename FloatBits<Float>::Bits bits) noexcept {
  return (bits & magnitude_mask<Float>) < infinite_magnitude<Float>;
}

// ---- what all bins have in common ----

/// Bits in the order of their numbers: -NaN, -infinity, ..., -0, 0, ..., infinity, NaN.
template <class Float>
std::make_signed_t<typename FloatBits<Float>::Bits> order_of(typename FloatBits<Float>::Bits bits) noexcept {
  using Order = std::make_signed_t<typename FloatBits<Float>::Bits>;
  constexpr int sign = FloatBits<Float>::fraction + FloatBits<Float>::exponent;
  return static_cast<Order>(
      bits ^ (static_cast<typename FloatBits<Float>::Bits>(static_cast<Order>(bits) >> sign) & magnitude_mask<Float>));
}

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
  using Order = std::make_signed_t<Bits>;
  static constexpr Order infinity = static_cast<Order>(infinite_magnitude<Float>);

  template <std::size_t size>
  void add_block(const Float* values) noexcept {
    Order low = (std::numeric_limits<Order>::max)(), high = (std::numeric_limits<Order>::min)();
    for (std::size_t i = 0; i < size; ++i) {
      const Order order = order_of<Float>(bits_of(values[i]));
      low = order < low ? order : low;
      high = order > high ? order : high;
    }
    // In this order -x is -1 - x.
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

// ---- logarithmic bins ----

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

// ---- bins of one width, and given edges ----

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

template <class Float>
void count_grid(const Float* values, std::size_t size, const HistogramBins& bins, HistogramCounts& counts) {
  // Scaling by a power of two is exact, so no value comes into a bin beside its own.
  const double scale = std::ldexp(1.0, -bins.exponent), width = std::ldexp(1.0, bins.exponent);
  const double low = static_cast<double>(bins.lowest) * width;
  // The last double before the end.
  const double high = std::nextafter(static_cast<double>(bins.beyond) * width, low);
  count_between(values, size, low, high, to_size(bins.beyond - bins.lowest), bins.lowest, counts, [&](double value) {
    const double place = value * scale;
    auto index = static_cast<std::int64_t>(place);
    if (static_cast<double>(index) > place) --index;  // rounds down below zero, too
    return to_size(index - bins.lowest);
  });
}

/// The edges of bins of one width.
inline std::vector<double> even_edges(double low, double high, std::size_t bins) {
  std::vector<double> edges;
  for (std::size_t i = 0; i < bins; ++i)
    edges.push_back(low + (high - low) * (static_cast<double>(i) / static_cast<double>(bins)));
  edges.push_back(high);
  // Bins may be finer than doubles are.
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return edges;
}

template <class Float>
void count_edges(const Float* values, std::size_t size, const std::vector<double>& edges, HistogramCounts& counts) {
  const double low = edges.front(), high = edges.back();
  const std::size_t bins = edges.size() - 1;
  const double* const edge = edges.data();
  const double scale = static_cast<double>(bins) / (high - low);
  const bool has_scale = scale > 0 && scale < (std::numeric_limits<double>::max)();
  if (has_scale && edges == even_edges(low, high, bins)) {
    // Rounding may lead to the bin beside the right one.
    return count_between(values, size, low, high, bins, 0, counts, [&](double value) {
      std::size_t bin = (std::min)(static_cast<std::size_t>((value - low) * scale), bins - 1);
      bin -= value < edge[bin] ? 1U : 0U;
      bin += bin + 1 < bins && value >= edge[bin + 1] ? 1U : 0U;
      return bin;
    });
  }
  // Halves the edges that are left. Each half is chosen without a branch, which would be guessed wrong every other
  // time.
  count_between(values, size, low, high, bins, 0, counts, [&](double value) {
    const double* from = edge;
    for (std::size_t left = bins; left > 1;) {
      const std::size_t step = left / 2;
      from += static_cast<std::size_t>(value >= from[step]) * step;
      left -= step;
    }
    return static_cast<std::size_t>(from - edge);
  });
}

// ---- which bins ----

/// The bins of a grid for values between `smallest` and `largest`: about `bins` of them, and room on both sides.
inline HistogramBins grid_bins(double smallest, double largest, std::size_t bins) {
  const auto count = static_cast<double>(bins);
  const double magnitude = (std::max)(std::fabs(smallest), std::fabs(largest));
  double width = largest / count - smallest / count;
  if (!(width > 0)) width = (magnitude > 0 ? magnitude : 1.0) / count;
  // Neither finer than what the index can tell apart, nor beyond what a double can scale.
  int exponent = static_cast<int>(std::ceil(std::log2(width)));
  if (magnitude > 0) exponent = (std::max)(exponent, std::ilogb(magnitude) - 40);
  exponent = std::clamp(exponent, -1000, 1000);
  const double scale = std::ldexp(1.0, -exponent);
  const auto room = static_cast<std::int64_t>(8 * bins);
  HistogramBins grid;
  grid.kind = HistogramBins::Kind::grid;
  grid.exponent = exponent;
  grid.lowest = static_cast<std::int64_t>(std::floor(smallest * scale)) - room;
  grid.beyond = static_cast<std::int64_t>(std::floor(largest * scale)) + 1 + room;
  return grid;
}

/// Whether the options leave the bins open.
inline bool says_nothing(const HistogramOptions& options) {
  return options.bins == 0 && !options.range && options.edges.empty();
}

/// Throws Error for options that are no bins. `name` is for the message.
inline void check_histogram_options(const std::string& name, const HistogramOptions& options) {
  const auto fail = [&](const std::string& why) { throw Error("the histogram " + name + " was given " + why); };
  const auto is_finite = [](double value) { return has_finite_bits<double>(bits_of(value)); };
  if (options.bins > most_histogram_bins || options.edges.size() > most_histogram_bins + 1)
    fail("more than " + std::to_string(most_histogram_bins) + " bins; take fewer");
  if (options.range) {
    const auto& [low, high] = *options.range;
    if (!is_finite(low) || !is_finite(high) || !(low < high) || !is_finite(high - low))
      fail("a range that does not begin below its end, both finite numbers; give {lowest, highest}");
  }
  if (options.edges.empty()) return;
  if (options.bins != 0 || options.range) fail("edges beside bins or a range; give the edges alone");
  if (options.edges.size() < 2) fail("one edge; a bin lies between two");
  for (std::size_t i = 0; i < options.edges.size(); ++i)
    if (!is_finite(options.edges[i]) || (i > 0 && !(options.edges[i - 1] < options.edges[i])))
      fail("edges that do not ascend, or that are not all finite; sort them, each once");
}

/// The bins that the options ask for at the first step.
inline HistogramBins chosen_bins(const HistogramOptions& options, const HistogramCounts& first) {
  HistogramBins bins;
  if (!options.edges.empty()) {
    bins.kind = HistogramBins::Kind::edges;
    bins.edges = options.edges;
  } else if (options.range) {
    const std::size_t count = options.bins == 0 ? 64 : options.bins;
    const auto& [low, high] = *options.range;
    bins.kind = HistogramBins::Kind::edges;
    bins.edges = even_edges(low, high, count);
  } else if (options.bins != 0) {
    bins = first.has_finite ? grid_bins(first.smallest, first.largest, options.bins) : grid_bins(-1, 1, options.bins);
  }
  return bins;
}

/// Whether values that go into these bins may be logged with these options.
inline bool fits(const HistogramOptions& options, const HistogramBins& bins) {
  if (says_nothing(options)) return true;
  if (options.bins != 0 && !options.range) return bins.kind == HistogramBins::Kind::grid;
  return bins == chosen_bins(options, {});
}

/// Counts values into bins. `counts` already has their statistics.
template <class Float>
void count_values(const Float* values, std::size_t size, const HistogramBins& bins, HistogramCounts& counts) {
  switch (bins.kind) {
    case HistogramBins::Kind::logarithmic:
      return count_logarithmic(values, size, counts);
    case HistogramBins::Kind::grid:
      return count_grid(values, size, bins, counts);
    case HistogramBins::Kind::edges:
      return count_edges(values, size, bins.edges, counts);
  }
}

}  // namespace erm::detail

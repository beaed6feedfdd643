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
inline constexpr typename FloatBits<Float>::Bits magnitude_mask =
    (typename FloatBits<Float>::Bits{1} << (FloatBits<Float>::fraction + FloatBits<Float>::exponent)) - 1;
template <class Float>
inline constexpr typename FloatBits<Float>::Bits infinity_bits = magnitude_mask<Float> >>
                                                                 FloatBits<Float>::fraction
                                                                 << FloatBits<Float>::fraction;

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
  return (bits & magnitude_mask<Float>) < infinity_bits<Float>;
}

// ---- what all bins have in common ----

/// The smallest, the largest and the sum of the finite values, and how many others there are.
template <class Float>
void add_statistics(const Float* values, std::size_t size, HistogramCounts& counts) noexcept {
  using Bits = typename FloatBits<Float>::Bits;
  using Order = std::make_signed_t<Bits>;
  constexpr int sign = FloatBits<Float>::fraction + FloatBits<Float>::exponent;
  constexpr std::size_t block = 2048;  // stays in the processor's cache
  // Bits compare as their numbers do if the magnitude of the negative ones is inverted.
  const auto order_of = [](Bits bits) {
    return static_cast<Order>(bits ^ (static_cast<Bits>(static_cast<Order>(bits) >> sign) & magnitude_mask<Float>));
  };
  Order least = (std::numeric_limits<Order>::max)(), greatest = (std::numeric_limits<Order>::min)();
  double sums[4] = {0, 0, 0, 0};
  for (std::size_t at = 0; at < size; at += block) {
    const std::size_t end = (std::min)(size, at + block);
    Order low[2] = {least, least}, high[2] = {greatest, greatest};
    Bits largest_magnitude[2] = {0, 0};
    std::size_t i = at;
    for (; i + 2 <= end; i += 2) {
      for (std::size_t j = 0; j < 2; ++j) {
        const Bits bits = bits_of(values[i + j]);
        const Order order = order_of(bits);
        low[j] = (std::min)(low[j], order);
        high[j] = (std::max)(high[j], order);
        largest_magnitude[j] = (std::max)(largest_magnitude[j], static_cast<Bits>(bits & magnitude_mask<Float>));
      }
    }
    for (; i < end; ++i) {
      const Bits bits = bits_of(values[i]);
      low[0] = (std::min)(low[0], order_of(bits));
      high[0] = (std::max)(high[0], order_of(bits));
      largest_magnitude[0] = (std::max)(largest_magnitude[0], static_cast<Bits>(bits & magnitude_mask<Float>));
    }
    if ((std::max)(largest_magnitude[0], largest_magnitude[1]) < infinity_bits<Float>) {
      least = (std::min)(low[0], low[1]);
      greatest = (std::max)(high[0], high[1]);
      counts.has_finite = true;
      for (i = at; i + 4 <= end; i += 4)
        for (std::size_t j = 0; j < 4; ++j) sums[j] += static_cast<double>(values[i + j]);
      for (; i < end; ++i) sums[0] += static_cast<double>(values[i]);
      continue;
    }
    for (i = at; i < end; ++i) {
      const Bits bits = bits_of(values[i]);
      const Bits magnitude = bits & magnitude_mask<Float>;
      if (magnitude < infinity_bits<Float>) {
        least = (std::min)(least, order_of(bits));
        greatest = (std::max)(greatest, order_of(bits));
        counts.has_finite = true;
        sums[0] += static_cast<double>(values[i]);
      } else if (magnitude > infinity_bits<Float>) {
        ++counts.nans;
      } else if (bits == magnitude) {
        ++counts.positive_infinities;
      } else {
        ++counts.negative_infinities;
      }
    }
  }
  counts.sum = sums[0] + sums[1] + sums[2] + sums[3];
  if (!counts.has_finite) return;
  const auto value_of = [](Order order) {
    const Bits bits =
        static_cast<Bits>(order) ^ (static_cast<Bits>(order >> sign) & magnitude_mask<Float>);
    Float value;
    std::memcpy(&value, &bits, sizeof value);
    return static_cast<double>(value);
  };
  counts.smallest = value_of(least);
  counts.largest = value_of(greatest);
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
  std::vector<std::uint64_t> sides[2];  // positive, negative
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
  for (int side = 0; side < 2; ++side) {
    sides[side].resize(bins_of_magnitudes);
    // The last four are the infinities and the NaNs.
    for (std::size_t i = 4; i < half - 4; ++i)
      sides[side][i + offset] = totals[static_cast<std::size_t>(side) * half + i];
  }
  if (without_exponent > 0) {
    std::uint64_t zeros = 0;
    for (std::size_t i = 0; i < size; ++i) zeros += (bits_of(values[i]) & magnitude_mask<Float>) == 0 ? 1U : 0U;
    counts.zeros = zeros;
    for (std::size_t i = 0; i < size && zeros < without_exponent; ++i) {
      const Bits bits = bits_of(values[i]);
      const Bits magnitude = bits & magnitude_mask<Float>;
      if (magnitude != 0 && magnitude >> FloatBits<Float>::fraction == 0)
        ++sides[bits == magnitude ? 0 : 1][logarithmic_bin(double_magnitude(magnitude))];
    }
  }
  counts.positive = without_zeros(std::move(sides[0]), 0);
  counts.negative = without_zeros(std::move(sides[1]), 0);
}

// ---- bins of one width, and given edges ----

template <class Float>
void count_grid(const Float* values, std::size_t size, const HistogramBins& bins, HistogramCounts& counts) {
  // Scaling by a power of two is exact, so no value comes into a bin beside its own.
  const double scale = std::ldexp(1.0, -bins.exponent);
  const auto lowest = static_cast<double>(bins.lowest), beyond = static_cast<double>(bins.beyond);
  std::vector<std::uint64_t> found(to_size(bins.beyond - bins.lowest));
  for (std::size_t i = 0; i < size; ++i) {
    if (!has_finite_bits<Float>(bits_of(values[i]))) continue;
    const double place = std::floor(static_cast<double>(values[i]) * scale) - lowest;
    if (place < 0)
      ++counts.below;
    else if (place >= beyond - lowest)
      ++counts.above;
    else
      ++found[static_cast<std::size_t>(place)];
  }
  counts.positive = without_zeros(std::move(found), bins.lowest);
}

/// Finds the bin of a value by a guess, which is right for edges of one distance, and steps from there.
template <class Float>
void count_edges(const Float* values, std::size_t size, const std::vector<double>& edges, HistogramCounts& counts) {
  const double low = edges.front(), high = edges.back();
  const std::size_t bins = edges.size() - 1;
  constexpr std::size_t parts_of_bin = 4;
  // For each of equal parts of the range the bin in which it begins.
  const std::size_t parts = bins * parts_of_bin;
  const double scale = static_cast<double>(parts) / (high - low);
  const bool has_guess = scale > 0 && scale < (std::numeric_limits<double>::max)();
  std::vector<std::size_t> guesses(parts + 1, 0);
  for (std::size_t part = 0, bin = 0; part <= parts; ++part) {
    while (bin + 1 < bins && (edges[bin + 1] - low) * scale <= static_cast<double>(part)) ++bin;
    guesses[part] = bin;
  }
  std::vector<std::uint64_t> found(bins);
  for (std::size_t i = 0; i < size; ++i) {
    if (!has_finite_bits<Float>(bits_of(values[i]))) continue;
    const auto value = static_cast<double>(values[i]);
    if (value < low) {
      ++counts.below;
    } else if (value > high) {
      ++counts.above;
    } else {
      std::size_t bin = 0;
      if (has_guess) {
        bin = guesses[(std::min)(parts, static_cast<std::size_t>((value - low) * scale))];
        while (bin > 0 && value < edges[bin]) --bin;
        while (bin + 1 < bins && value >= edges[bin + 1]) ++bin;
      } else {
        const auto above = std::upper_bound(edges.begin() + 1, edges.end() - 1, value);
        bin = static_cast<std::size_t>(above - edges.begin()) - 1;
      }
      ++found[bin];
    }
  }
  counts.positive = without_zeros(std::move(found), 0);
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
    for (std::size_t i = 0; i < count; ++i)
      bins.edges.push_back(low + (high - low) * (static_cast<double>(i) / static_cast<double>(count)));
    bins.edges.push_back(high);
    // Bins that are finer than doubles are.
    bins.edges.erase(std::unique(bins.edges.begin(), bins.edges.end()), bins.edges.end());
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

/// Counts values, whose statistics `counts` already has, into bins.
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

// The bins of a histogram, and the counts of one step's values in them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "erm/detail/run/float_orders.hpp"
#include "erm/detail/run/histogram_counts.hpp"
#include "erm/detail/run/histogram_edges.hpp"
#include "erm/detail/run/histogram_grid.hpp"
#include "erm/detail/run/histogram_logarithmic.hpp"
#include "erm/error.hpp"
#include "erm/histogram_options.hpp"

namespace erm::detail {

/// Which bins a histogram has.
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
      return count_grid(values, size, bins.exponent, bins.lowest, bins.beyond, counts);
    case HistogramBins::Kind::edges:
      return count_edges(values, size, bins.edges, counts);
  }
}

}  // namespace erm::detail

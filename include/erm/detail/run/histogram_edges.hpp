// Counts in bins between given edges. Only integers are compared, so counts are exact in any mode of the processor.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "erm/detail/base/to_size.hpp"
#include "erm/detail/run/float_orders.hpp"
#include "erm/detail/run/histogram_counts.hpp"

namespace erm::detail {

/// The greatest magnitude that is finite and not above that of a double, and whether it is the same number.
struct MagnitudeBelow {
  std::uint64_t magnitude;
  bool is_same;
};
template <class Float>
MagnitudeBelow magnitude_below(std::uint64_t magnitude_of_double) noexcept {
  if constexpr (sizeof(Float) == sizeof(double)) {
    return {magnitude_of_double, true};
  } else {
    constexpr std::uint64_t bias = 1023 - 127;
    const std::uint64_t exponent = magnitude_of_double >> 52;
    if (exponent >= bias + 255) return {infinite_magnitude<float> - 1, false};
    std::uint64_t digits = magnitude_of_double - (bias << 52);
    std::uint64_t dropped = 29;
    if (exponent <= bias) {  // a subnormal float, or none
      digits = (magnitude_of_double & ((std::uint64_t{1} << 52) - 1)) | std::uint64_t{1} << 52;
      dropped = bias + 30 - exponent;
      if (dropped > 53) return {0, magnitude_of_double == 0};
    }
    return {digits >> dropped, (digits & ((std::uint64_t{1} << dropped) - 1)) == 0};
  }
}

/// The order of the first Float that is at least `edge`, or of the first above it. The two zeros are the same number.
template <class Float>
FloatOrder<Float> first_order_from(double edge, bool above) noexcept {
  const std::uint64_t bits = bits_of(edge), magnitude = bits & magnitude_mask<double>;
  const MagnitudeBelow below = magnitude_below<Float>(magnitude);
  const auto order = static_cast<FloatOrder<Float>>(below.magnitude);
  if (magnitude == 0) return above ? 1 : -1;
  if (bits == magnitude) return below.is_same && !above ? order : order + 1;
  return below.is_same && above ? -order : -1 - order;
}

/// Finds the bins of values. A table tells how many edges lie before the cell of a value, and a search of one step, or
/// of a few, among the edges inside the cell does the rest. Cells are pieces of the orders between two magnitudes, as
/// many for negative numbers as for positive ones; smaller and greater magnitudes belong to the first and the last.
template <class Float>
class EdgeTable {
 public:
  using Order = FloatOrder<Float>;
  using Bits = typename FloatBits<Float>::Bits;

  /// For as many as `size` values.
  EdgeTable(const std::vector<double>& edges, std::size_t size) {
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) thresholds_.push_back(first_order_from<Float>(edges[i], false));
    thresholds_.push_back(first_order_from<Float>(edges.back(), true));  // the last bin includes its end
    std::int32_t least = (std::numeric_limits<std::int32_t>::max)();
    for (const Order one : thresholds_) {
      const std::int32_t magnitude = front_of(bits_of_order(one)) & front_magnitude;
      greatest_ = (std::max)(greatest_, magnitude);
      least = (std::min)(least, magnitude);
    }
    // A table costs less than the values do, and what is used of it stays in the processor's cache.
    choose_cells(least, (std::min)(size / 16, (std::max)(std::size_t{1} << 14, 4 * edges.size())));
    before_.resize(2 * to_size(side_));
    std::size_t next = 0;
    for (std::size_t cell = 0; cell < before_.size(); ++cell) {
      before_[cell] = static_cast<std::uint32_t>(next);
      while (next < thresholds_.size() && cell_of(bits_of_order(thresholds_[next])) == cell) ++next;
    }
    thresholds_.resize(thresholds_.size() + (std::size_t{1} << steps_), (std::numeric_limits<Order>::max)());
  }

  [[nodiscard]] int steps() const noexcept { return steps_; }
  [[nodiscard]] std::uint32_t cell_of(Bits bits) const noexcept {
    const std::int32_t front = front_of(bits);
    std::int32_t magnitude = front & front_magnitude;
    magnitude = magnitude < least_ ? least_ : magnitude;
    magnitude = magnitude > greatest_ ? greatest_ : magnitude;
    return static_cast<std::uint32_t>((((magnitude - least_) >> shift_) ^ (front >> 31)) + side_);
  }
  /// How many thresholds lie in the cells before.
  [[nodiscard]] std::uint32_t before(std::uint32_t cell) const noexcept { return before_[cell]; }
  /// A step of the search for how many thresholds `order` has reached; the first step has the greatest `half`.
  [[nodiscard]] std::uint32_t step(Order order, std::uint32_t place, std::uint32_t half) const noexcept {
    return place + (order >= thresholds_[place + half - 1] ? half : 0U);
  }

 private:
  static constexpr std::int32_t front_magnitude = 0x7FFFFFFF;
  /// Sign, exponent and as many bits of the fraction as fit: processors have vectors of such numbers.
  static std::int32_t front_of(Bits bits) noexcept {
    return static_cast<std::int32_t>(bits >> (8 * (sizeof(Bits) - sizeof(std::int32_t))));
  }
  static Bits bits_of_order(Order order) noexcept {
    return static_cast<Bits>(order_of<Float>(static_cast<Bits>(order)));  // its own inverse
  }

  /// Chooses from which magnitude on there are cells: edges near zero may have tiny magnitudes, or differ by rounding.
  void choose_cells(std::int32_t least, std::size_t most) {
    constexpr std::int32_t octave = std::int32_t{1} << (31 - FloatBits<Float>::exponent);
    std::int32_t best = least;
    divide(least, most);
    int fewest = steps_;
    for (std::int32_t octaves = 64; octaves > 1 && fewest > 1; octaves /= 2) {
      if (greatest_ / octave <= octaves || greatest_ - octaves * octave <= least) continue;
      divide(greatest_ - octaves * octave, most);
      if (steps_ >= fewest) continue;
      fewest = steps_;
      best = least_;
    }
    divide(best, most);
  }
  void divide(std::int32_t least, std::size_t most) {
    least_ = least;
    shift_ = 0;
    while ((greatest_ - least_) >> shift_ > 0 && to_size((greatest_ - least_) >> shift_) >= most) ++shift_;
    side_ = ((greatest_ - least_) >> shift_) + 1;
    steps_ = 0;
    std::size_t first = 0;
    for (std::size_t i = 0; i < thresholds_.size(); ++i) {
      if (cell_of(bits_of_order(thresholds_[i])) != cell_of(bits_of_order(thresholds_[first]))) first = i;
      while (std::size_t{1} << steps_ <= i - first + 1) ++steps_;
    }
  }

  std::vector<Order> thresholds_;          // and then some that no value reaches
  std::vector<std::uint32_t> before_;      // how many thresholds lie in the cells before
  std::int32_t least_ = 0, greatest_ = 0;  // the magnitudes between which there are cells
  std::int32_t side_ = 0;                  // how many cells
  int shift_ = 0;
  int steps_ = 0;
};

/// Counts in rounds for each block of values, none of which branches on a value: the cell, the place, the counts.
template <class Float>
class PlaceCounter {
 public:
  PlaceCounter(const EdgeTable<Float>& table, std::size_t places)
      : table_(table), places_(places), stride_(places < 2048 ? places : 0), found_(3 * stride_ + places) {}

  /// How many values have reached no threshold, one, two and so on.
  [[nodiscard]] std::vector<std::uint64_t> count(const Float* values, std::size_t size) {
    constexpr std::size_t block = 512;  // a constant, so that compilers use vectors
    std::size_t at = 0;
    for (; at + block <= size; at += block) add<block>(values + at);
    for (; at < size; ++at) add<1>(values + at);
    for (std::size_t i = places_; i < found_.size(); ++i) found_[i % places_] += found_[i];
    found_.resize(places_);
    return std::move(found_);
  }

 private:
  template <std::size_t size>
  void add(const Float* values) noexcept {
    using Order = FloatOrder<Float>;
    constexpr auto infinity = static_cast<Order>(infinite_magnitude<Float>);
    const EdgeTable<Float>& table = table_;
    std::array<Order, size> orders;
    std::array<std::uint32_t, size> places;
    for (std::size_t i = 0; i < size; ++i) places[i] = table.cell_of(bits_of(values[i]));
    for (std::size_t i = 0; i < size; ++i) places[i] = table.before(places[i]);
    for (std::size_t i = 0; i < size; ++i) {
      const Order order = order_of<Float>(bits_of(values[i]));
      orders[i] = order > infinity ? infinity : order;  // a NaN
    }
    for (std::uint32_t half = std::uint32_t{1} << table.steps() >> 1; half > 0; half >>= 1)
      for (std::size_t i = 0; i < size; ++i) places[i] = table.step(orders[i], places[i], half);
    for (std::size_t i = 0; i < size; ++i) ++found_[i % 4 * stride_ + places[i]];
  }

  const EdgeTable<Float>& table_;
  std::size_t places_;
  std::size_t
      stride_;  // of four tables of counts, since equal values in a row would have to wait; 0 for a single table
  std::vector<std::uint64_t> found_;
};

template <class Float>
void count_edges(const Float* values, std::size_t size, const std::vector<double>& edges, HistogramCounts& counts) {
  const EdgeTable<Float> table(edges, size);
  const std::size_t above = edges.size();
  const std::vector<std::uint64_t> found = PlaceCounter<Float>(table, above + 1).count(values, size);
  counts.below = found.front() - counts.negative_infinities;
  counts.above = found[above] - counts.positive_infinities;
  if (counts.nans > 0) {  // those with a sign were below
    constexpr auto infinity = static_cast<FloatOrder<Float>>(infinite_magnitude<Float>);
    std::uint64_t negative = 0;
    for (std::size_t i = 0; i < size; ++i) negative += order_of<Float>(bits_of(values[i])) < -1 - infinity ? 1U : 0U;
    counts.below -= negative;
    counts.above -= counts.nans - negative;
  }
  counts.positive = without_zeros({found.begin() + 1, found.begin() + static_cast<std::ptrdiff_t>(above)}, 0);
}

}  // namespace erm::detail

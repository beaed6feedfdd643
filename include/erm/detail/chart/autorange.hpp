// The range that plotly gives an axis without one of its own: it holds the ends of what is drawn, and room around them that
// is partly a share of the axis, partly a number of pixels (half a marker).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"

namespace erm::detail {

/// The room that a place needs beyond itself.
struct PlotlyRoom {
  double pixels = 0;
  bool has_share = false;  // a twentieth of the axis besides
};

/// The places that may be an end of the range: no other is farther out with as much room.
class PlotlyExtremes {
 public:
  struct Extreme {
    double place = 0;
    PlotlyRoom room;
  };

  void add(double place, PlotlyRoom before, PlotlyRoom after) {
    if (!is_finite(place)) return;
    // Quarters of pixels bound how many there are, whatever the sizes of the markers are.
    for (PlotlyRoom* room : {&before, &after}) room->pixels = std::round(std::clamp(room->pixels, 0.0, 500.0) * 4) / 4;
    add_to(lows_, place, before, [](double a, double b) { return a <= b; });
    add_to(highs_, place, after, [](double a, double b) { return a >= b; });
  }
  /// Adds those of another axis whose range is to be the same.
  void add(const PlotlyExtremes& other) {
    for (const Extreme& end : other.lows_) add_to(lows_, end.place, end.room, [](double a, double b) { return a <= b; });
    for (const Extreme& end : other.highs_) add_to(highs_, end.place, end.room, [](double a, double b) { return a >= b; });
  }
  [[nodiscard]] bool empty() const { return lows_.empty(); }
  [[nodiscard]] double lowest() const { return lowest(lows_, [](double a, double b) { return a < b; }); }
  [[nodiscard]] double highest() const { return lowest(highs_, [](double a, double b) { return a > b; }); }

  /// The range of an axis of `length` pixels. `mode` is plotly's rangemode.
  [[nodiscard]] std::pair<double, double> range(double length, std::string_view mode) const {
    const auto pixels = [&](const Extreme& end) { return end.room.pixels + (end.room.has_share ? 0.05 * length : 0); };
    const double low = lowest(), high = highest();
    const bool to_zero = mode == "tozero", is_nonnegative = mode == "nonnegative";
    if (low == high) {
      if (to_zero && low == 0) return {0, 1};
      if (to_zero) {
        double room = 0;
        for (const Extreme& end : low > 0 ? highs_ : lows_) room = (std::max)(room, pixels(end));
        const double reach = low / (1 - (std::min)(0.5, room / length));
        return low > 0 ? std::pair{0.0, reach} : std::pair{reach, 0.0};
      }
      if (is_nonnegative) return {(std::max)(0.0, low - 1), (std::max)(1.0, low + 1)};
      return {low - 1, low + 1};
    }
    // The pair that needs most per pixel leaves room enough for every other.
    Extreme from, to;
    double scale = 0, from_pixels = 0, to_pixels = 0;
    for (const Extreme& a : lows_)
      for (const Extreme& b : highs_) {
        const double span = b.place - a.place, left = length - pixels(a) - pixels(b);
        if (!(span > 0)) continue;
        const bool has_room = left > length / 10;
        if (const double needed = span / (has_room ? left : length); needed > scale) {
          scale = needed;
          from = a, to = b;
          from_pixels = has_room ? pixels(a) : 0, to_pixels = has_room ? pixels(b) : 0;
        }
      }
    if (to_zero) {
      if (from.place >= 0) from.place = 0, from_pixels = 0;
      if (to.place <= 0) to.place = 0, to_pixels = 0;
    } else if (is_nonnegative) {
      if (from.place - scale * from_pixels < 0) from.place = 0, from_pixels = 0;
      if (to.place <= 0) to.place = 1, to_pixels = 0;
    }
    scale = (to.place - from.place) / (length - from_pixels - to_pixels);
    return {from.place - scale * from_pixels, to.place + scale * to_pixels};
  }

 private:
  template <class IsBeyond>
  static void add_to(std::vector<Extreme>& ends, double place, PlotlyRoom room, const IsBeyond& is_beyond) {
    for (std::size_t i = 0; i < ends.size();) {
      const Extreme& end = ends[i];
      if (is_beyond(end.place, place) && end.room.pixels >= room.pixels && (end.room.has_share || !room.has_share)) return;
      if (is_beyond(place, end.place) && end.room.pixels <= room.pixels && (room.has_share || !end.room.has_share)) {
        ends[i] = ends.back();
        ends.pop_back();
      } else {
        ++i;
      }
    }
    ends.push_back({place, room});
  }
  template <class Less>
  static double lowest(const std::vector<Extreme>& ends, const Less& less) {
    double out = ends.front().place;
    for (const Extreme& end : ends)
      if (less(end.place, out)) out = end.place;
    return out;
  }

  std::vector<Extreme> lows_, highs_;
};

}  // namespace erm::detail

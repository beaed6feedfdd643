// One axis of a plot for the terminal: where a value lies between its ends, and its ticks.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/terminal/number_label.hpp"

namespace erm::detail {

/// What the numbers of an axis are: numbers; seconds; or seconds since 1970, in UTC.
enum class PlotQuantity : std::uint8_t { number, duration, time };

struct PlotTick {
  double place = 0;  // from 0 at the low end to 1 at the high end
  std::string label;
};

class PlotAxis {
 public:
  explicit PlotAxis(bool is_logarithmic = false, PlotQuantity quantity = PlotQuantity::number)
      : is_logarithmic_(is_logarithmic), quantity_(quantity) {}

  /// Whether the axis has a place for `value`.
  [[nodiscard]] bool shows(double value) const { return is_finite(value) && (!is_logarithmic_ || value > 0); }
  /// Makes the axis reach to `value`, which it shows.
  void include(double value) {
    low_ = is_empty_ ? value : (std::min)(low_, value);
    high_ = is_empty_ ? value : (std::max)(high_, value);
    is_empty_ = false;
  }
  [[nodiscard]] bool is_empty() const { return is_empty_; }
  /// Ends the calls of include(). An axis of one value gets room on both sides of it.
  void settle() {
    if (is_empty_) low_ = is_logarithmic_ ? 0.1 : 0, high_ = 1;
    has_labels_ = !is_empty_;
    begin_ = is_logarithmic_ ? std::log10(low_) : low_;
    end_ = is_logarithmic_ ? std::log10(high_) : high_;
    // In halves, since the distance of two doubles may be none. Of the least of all the half is 0.
    if (end_ / 2 - begin_ / 2 > 0) return;
    const double room = is_logarithmic_ ? 0.5 : (std::max)(std::fabs(begin_) * 0.1, begin_ == 0 ? 1.0 : 1e-300);
    begin_ -= room;
    end_ += room;
    if (!is_finite(begin_)) begin_ = -1.7e308;
    if (!is_finite(end_)) end_ = 1.7e308;
  }
  /// From 0 to 1 for a value between the ends.
  [[nodiscard]] double place(double value) const {
    const double at = is_logarithmic_ ? std::log10(value) : value;
    return (at / 2 - begin_ / 2) / (end_ / 2 - begin_ / 2);
  }
  /// The middle of an axis of one value is that value.
  [[nodiscard]] std::vector<PlotTick> ticks(std::size_t most) const {
    std::vector<PlotTick> out;
    if (!has_labels_ || most == 0) return out;
    if (is_logarithmic_) return logarithmic_ticks(most);
    const double half = end_ / 2 - begin_ / 2;
    const double step = step_of(half / static_cast<double>(most) * 2);
    add_multiples(out, begin_, end_, step, most);
    return out;
  }

 private:
  /// The least round number that is not less than `wanted`.
  static double round_number(double wanted) {
    const double power = ten_to_the(std::floor(std::log10(wanted)));
    for (const double times : {1.0, 2.0, 5.0})
      if (times * power >= wanted * (1 - 1e-9)) return times * power;
    return 10 * power;
  }
  [[nodiscard]] double step_of(double wanted) const {
    if (!is_finite(wanted) || !(wanted > 0)) return 0;
    if (quantity_ == PlotQuantity::number || wanted <= 0.5) return round_number(wanted);
    for (const double seconds : {1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0,
                                 7200.0, 10800.0, 21600.0, 43200.0, 86400.0})
      if (seconds >= wanted) return seconds;
    return 86400 * round_number(wanted / 86400);
  }
  void add_multiples(std::vector<PlotTick>& out, double low, double high, double step, std::size_t most) const {
    const double first = std::ceil(low / step - 1e-9), last = std::floor(high / step + 1e-9);
    // Values that are too close to each other for round numbers, or too far apart: their ends.
    if (!(step > 0) || !is_finite(step) || !(std::fabs(first) < 1e15) || !(std::fabs(last) < 1e15)) return add_ends(out, low, high);
    const NumberLabels labels((std::max)(std::fabs(low), std::fabs(high)), step);
    for (double i = first; i <= last && out.size() <= 2 * most; ++i) {
      const double value = i * step;
      if (is_logarithmic_ && !(value > 0)) continue;
      out.push_back({std::clamp(place(value), 0.0, 1.0), text(labels, value, step)});
    }
  }
  void add_ends(std::vector<PlotTick>& out, double low, double high) const {
    out.push_back({0, number_label(low)});
    out.push_back({1, number_label(high)});
  }
  [[nodiscard]] std::string text(const NumberLabels& labels, double value, double step) const {
    switch (quantity_) {
      case PlotQuantity::duration: return duration_label(value);
      case PlotQuantity::time: return time_label(value, step);
      default: return labels.text(value);
    }
  }
  /// Powers of ten; between them also 2 and 5 of each if there is room; multiples of a step within one decade.
  [[nodiscard]] std::vector<PlotTick> logarithmic_ticks(std::size_t most) const {
    std::vector<PlotTick> out;
    const double decades = end_ - begin_, room = static_cast<double>(most);
    if (decades < 0.7) {
      const double low = std::pow(10.0, begin_), high = std::pow(10.0, end_);
      add_multiples(out, low, high, step_of((high - low) / room), most);
      return out;
    }
    const double every = (std::max)(1.0, std::ceil(decades / room));
    const bool has_digits = decades * 3 <= room;
    for (double power = every * std::floor(begin_ / every); power <= end_ + 1e-9; power += every)
      for (const double digit : {1.0, 2.0, 5.0}) {
        const double at = power + std::log10(digit);
        if ((digit != 1 && !has_digits) || at < begin_ - 1e-9 || at > end_ + 1e-9) continue;
        const double value = digit * ten_to_the(power);
        out.push_back({std::clamp((at - begin_) / (end_ - begin_), 0.0, 1.0),
                       quantity_ == PlotQuantity::number ? NumberLabels(value, value).text(value)
                                                         : text(NumberLabels(value, value), value, value)});
      }
    return out;
  }

  bool is_logarithmic_ = false;
  PlotQuantity quantity_ = PlotQuantity::number;
  bool is_empty_ = true, has_labels_ = false;
  double low_ = 0, high_ = 1;    // values
  double begin_ = 0, end_ = 1;   // the same, or their logarithms
};

}  // namespace erm::detail

// One axis of a drawn figure: it maps values to places, and chooses its range and its ticks.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/plotly/data.hpp"

namespace erm::detail {

struct PlotlyTick {
  double place = 0;
  std::string label;
};

/// The least number of the form 1, 2 or 5 times a power of ten that is `step` or more.
inline double nice_step(double step) {
  const double power = std::pow(10.0, std::floor(std::log10(step)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= step * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

/// The text of `value`, a multiple of `step`, with the digits that distinguish it from its neighbours.
inline std::string tick_label(double value, double step) {
  const double magnitude = std::fabs(value);
  std::string out;
  if (magnitude < step / 2) return "0";
  const int digits = static_cast<int>(std::floor(std::log10(step) + 1e-9));  // the power of ten of the last digit
  if (magnitude >= 1e6 || step < 1e-5) {
    const int exponent = static_cast<int>(std::floor(std::log10(magnitude) + 1e-12));
    const int kept = std::clamp(exponent - digits, 0, 15);
    const double scale = std::pow(10.0, kept);
    const double mantissa = std::round(value / std::pow(10.0, exponent) * scale) / scale;
    if (!is_finite(mantissa)) {
      append_floating(out, value);
      return out;
    }
    append_floating(out, mantissa);
    out += 'e';
    append_integer(out, exponent);
    return out;
  }
  const double scale = std::pow(10.0, std::clamp(-digits, 0, 15));
  append_floating(out, std::round(value * scale) / scale);
  return out;
}

struct PlotlyRoom {
  double pixels = 0;
  bool has_share = false;
};

struct PlotlyAxis {
  enum class Kind { linear, logarithmic, category };

  Kind kind = Kind::linear;
  std::string title;
  bool has_kind = false;  // whether the layout gives the kind; otherwise it follows from the values
  bool reversed = false;
  bool shows_labels = true;
  std::optional<std::pair<double, double>> fixed_range;  // the layout's; on a logarithmic axis in powers of ten
  std::vector<PlotlyTick> fixed_ticks;
  std::vector<std::string> categories;
  std::map<std::string, std::size_t> category_places;
  double low = 0, high = 1;  // in places, low < high
  bool has_places = false;   // whether widen() was given a place
  double room = 0;           // beyond each end, as a share of the range
  bool keeps_zero = false;   // no room beyond an end at 0, because bars stand on it

  /// The places of the values: the values themselves, their logarithms, or the numbers of their categories. NaN for a
  /// value that has no place.
  [[nodiscard]] std::vector<double> places(const PlotlyColumn& column) {
    std::vector<double> out;
    out.reserve(column.size());
    for (std::size_t i = 0; i < column.size(); ++i) {
      if (kind == Kind::category) {
        out.push_back(category_place(column.text(i)));
      } else {
        out.push_back(place(column.numbers[i]));
      }
    }
    return out;
  }
  [[nodiscard]] double place(double value) const {
    if (kind == Kind::logarithmic) return value > 0 ? std::log10(value) : no_number();
    return value;
  }
  [[nodiscard]] double category_place(const std::string& text) {
    if (text.empty()) return no_number();
    const auto [found, is_new] = category_places.try_emplace(text, categories.size());
    if (is_new) categories.push_back(text);
    return static_cast<double>(found->second);
  }

  /// Extends the range to `place`, unless it is NaN or infinite.
  void widen(double place) {
    if (!is_finite(place)) return;
    low = has_places ? (std::min)(low, place) : place;
    high = has_places ? (std::max)(high, place) : place;
    has_places = true;
  }

  void widen(double place, PlotlyRoom own_room) {
    widen(place);
    if (own_room.has_share) room = 0.05;
    else if (place == 0) keeps_zero = true;
  }

  /// Sets the final range: the layout's, or that of the places with some room. Throws UndrawableFigure where the range
  /// is too wide or too narrow for a double.
  void settle_range() {
    if (kind == Kind::category && !categories.empty()) {
      widen(-0.5);
      widen(static_cast<double>(categories.size()) - 0.5);
    } else if (has_places) {
      const double beyond = (high - low) * room;
      if (!keeps_zero || low != 0) low -= beyond;
      if (!keeps_zero || high != 0) high += beyond;
    }
    if (fixed_range) {
      low = (std::min)(fixed_range->first, fixed_range->second);
      high = (std::max)(fixed_range->first, fixed_range->second);
      reversed = fixed_range->first > fixed_range->second;
    }
    if (!has_places && !fixed_range) {
      low = 0;
      high = 1;
    }
    const double greatest = (std::max)(std::fabs(low), std::fabs(high));
    if (!(high - low > greatest * 1e-13)) {
      double around = kind == Kind::logarithmic ? 0.5 : greatest * 0.1;
      if (!(around > 1e-300)) around = 1;
      low -= around;
      high += around;
    }
    const bool is_drawable = is_finite(high - low) && high - low > 1e-305;
    if (!is_drawable || (kind == Kind::logarithmic && greatest > 400))
      throw UndrawableFigure("its numbers are too large or too close to each other to be drawn");
  }

  /// 0 at the beginning of the axis, 1 at its end.
  [[nodiscard]] double fraction(double place) const {
    const double part = (place - low) / (high - low);
    return reversed ? 1 - part : part;
  }

  /// About `wanted` ticks within the range, or fewer.
  [[nodiscard]] std::vector<PlotlyTick> ticks(int wanted) const {
    std::vector<PlotlyTick> out;
    if (!fixed_ticks.empty()) {
      const std::size_t every = fixed_ticks.size() / 60 + 1;
      for (std::size_t i = 0; i < fixed_ticks.size(); i += every)
        if (fixed_ticks[i].place >= low && fixed_ticks[i].place <= high) out.push_back(fixed_ticks[i]);
      return out;
    }
    wanted = std::clamp(wanted, 2, 60);
    if (kind == Kind::category) {
      const auto every = static_cast<std::size_t>(std::ceil((high - low) / wanted));
      for (std::size_t i = 0; i < categories.size(); i += (std::max<std::size_t>)(every, 1)) {
        const auto at = static_cast<double>(i);
        if (at >= low && at <= high) out.push_back({at, categories[i]});
      }
      return out;
    }
    if (kind == Kind::logarithmic) return logarithmic_ticks(wanted);
    const double step = nice_step((high - low) / wanted);
    add_multiples(out, step, [&](double value) { return tick_label(value, step); });
    if (out.size() < 2 || out[0].label == out[1].label) {
      out.clear();
      for (const double at : {low, high}) {
        out.push_back({at, {}});
        append_floating(out.back().label, at);
      }
    }
    return out;
  }

 private:
  template <class Label>
  void add_multiples(std::vector<PlotlyTick>& out, double step, const Label& label) const {
    if (!(step > 0) || !is_finite(step)) return;
    const double first = std::ceil(low / step - 1e-9), last = std::floor(high / step + 1e-9);
    if (!(std::fabs(first) < 1e15) || !(std::fabs(last) < 1e15) || last - first > 1000) return;
    for (double i = first; i <= last; ++i) out.push_back({std::clamp(i * step, low, high), label(i * step)});
  }

  [[nodiscard]] std::vector<PlotlyTick> logarithmic_ticks(int wanted) const {
    std::vector<PlotlyTick> out;
    const auto label = [](double place) {
      const double rounded = std::round(place);
      std::string text;
      if (std::fabs(place - rounded) < 1e-9 && (rounded < -4 || rounded > 5)) {
        text = "1e";
        append_integer(text, static_cast<int>(rounded));
        return text;
      }
      const double value = std::pow(10.0, place), scale = std::pow(10.0, std::floor(place + 1e-9));
      append_floating(text, std::round(value / scale) * scale);
      return text.size() <= 8 ? text : tick_label(value, scale);
    };
    const double decades = high - low;
    if (decades >= 0.5 && decades * 3 <= wanted * 1.5) {  // ticks at 1, 2 and 5 of each decade
      for (double decade = std::floor(low); decade <= high; ++decade)
        for (const double factor : {1.0, 2.0, 5.0}) {
          const double at = decade + std::log10(factor);
          if (at >= low && at <= high) out.push_back({at, label(at)});
        }
      return out;
    }
    if (decades >= 1) {
      add_multiples(out, (std::max)(1.0, nice_step(decades / wanted)), label);
      return out;
    }
    const double from = std::pow(10.0, low), to = std::pow(10.0, high), step = nice_step((to - from) / wanted);
    if (!(step > 0)) return out;
    const double last = std::floor(to / step + 1e-9);
    for (double i = std::ceil(from / step - 1e-9); i <= last && out.size() < 60; ++i)
      out.push_back({std::clamp(std::log10(i * step), low, high), tick_label(i * step, step)});
    return out;
  }
};

}  // namespace erm::detail

// One axis of a drawn figure: it maps values to places, and places to parts of its range. ticks.hpp has its ticks.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/chart/autorange.hpp"
#include "erm/detail/chart/data.hpp"
#include "erm/detail/chart/date.hpp"

namespace erm::detail {

struct PlotlyTick {
  double place = 0;
  std::string label;
  std::string below;  // a second line: the year of a date, the group of a category
};

/// How the layout wants the ticks of an axis and their texts.
struct PlotlyTickStyle {
  bool is_linear = false;             // from `first` in steps of `step`, whatever the range is
  std::optional<std::string> step;    // plotly's dtick: a number, "M3" months, "L5" or "D1" on a logarithmic axis
  std::optional<double> first;        // plotly's tick0
  double most = 0;                    // plotly's nticks; 0: as many as fit
  std::string format;                 // of d3, for numbers or dates
  std::string prefix, suffix;
  std::string shows_prefix = "all", shows_suffix = "all", shows_exponent = "all";  // or first, last, none
  std::string exponents = "B";        // plotly's exponentformat
  double least_exponent = 3;
  bool has_commas = false;
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

struct PlotlyAxis {
  enum class Kind { linear, logarithmic, date, category };

  std::string id;     // "x", "y2"
  std::string range_group;  // the id of one of the axes that have the same range; its own where there is no other
  std::string base;   // the id of the axis below it that its ticks follow, or empty
  Kind kind = Kind::linear;
  std::string title;
  bool has_kind = false;  // whether the layout gives the kind; otherwise it follows from the values
  bool reversed = false;
  bool shows_labels = true, shows_grid = true, is_visible = true, is_opposite = false;  // opposite: on top, at the right
  std::optional<double> fixed_low, fixed_high;  // the layout's range; on a logarithmic axis in powers of ten
  std::string range_mode;                       // plotly's rangemode
  bool has_own_ticks = false;  // whether these are the ticks, even where there are none
  std::vector<PlotlyTick> fixed_ticks;
  PlotlyTickStyle style;
  double least_step = 0, least_step_from = 0;  // of the ticks: no more of them than there are bars

  std::vector<std::string> categories;
  std::vector<std::string> category_groups;  // of each category of a multicategory axis; otherwise empty
  std::map<std::string, std::size_t> category_places;
  double low = 0, high = 1;  // in places, low < high
  bool has_places = false;   // whether widen() was given a place without a room
  double lowest = 0, highest = 0;  // of these places
  double room = 0;           // beyond each end, as a share of the range; 0 or 0.05
  bool keeps_zero = false;   // no room beyond an end at 0, because bars stand on it
  PlotlyExtremes extremes;   // of the places with a room of their own

  /// For the reader: "x axis", "y axis 2".
  [[nodiscard]] std::string name() const {
    if (id.empty()) return "axis";
    return id.substr(0, 1) + " axis" + (id.size() > 1 ? " " + id.substr(1) : "");
  }
  [[nodiscard]] bool is_category() const { return kind == Kind::category; }

  /// The places of the values: the values themselves, their logarithms, their milliseconds, or the numbers of their
  /// categories. NaN for a value that has no place.
  [[nodiscard]] std::vector<double> places(const PlotlyColumn& column) {
    std::vector<double> out;
    out.reserve(column.size());
    for (std::size_t i = 0; i < column.size(); ++i) {
      if (is_category())
        out.push_back(category_place(column.text(i), column.group(i)));
      else if (kind == Kind::date && i < column.texts.size())
        out.push_back(date_place(column.texts[i]));
      else
        out.push_back(place(column.numbers[i]));
    }
    return out;
  }
  [[nodiscard]] double place(double value) const {
    if (kind == Kind::logarithmic) return value > 0 ? std::log10(value) : no_number();
    if (kind == Kind::date && !(std::fabs(value) < latest_date)) return no_number();
    return value;
  }
  [[nodiscard]] static double date_place(const std::string& text) {
    if (const auto place = place_of_date(text)) return *place;
    const auto number = parse_number(text);
    return number && std::fabs(*number) < latest_date ? *number : no_number();
  }
  [[nodiscard]] double category_place(const std::string& text, const std::string& group = {}) {
    if (text.empty()) return no_number();
    const std::string key = group.empty() ? text : group + '\x1F' + text;
    const auto [found, is_new] = category_places.try_emplace(key, categories.size());
    if (is_new) {
      categories.push_back(text);
      if (!group.empty()) {
        category_groups.resize(categories.size());
        category_groups.back() = group;
      }
    }
    return static_cast<double>(found->second);
  }
  /// The place of a value of the layout (of a shape, a tick, an end of the range): the name of a category or its number,
  /// a date, or a number; NaN for any other.
  [[nodiscard]] double place_of(const Json* value) const {
    if (value == nullptr) return no_number();
    if (is_category()) {
      const auto found = category_places.find(label_of(*value));
      if (found != category_places.end()) return static_cast<double>(found->second);
    }
    if (kind == Kind::date && value->is_string()) return date_place(value->get_ref<const std::string&>());
    const auto number = number_of(value);
    return number ? place(*number) : no_number();
  }

  [[nodiscard]] double place_of_text(const std::string& text) const {
    const Json json = text;
    return place_of(&json);
  }

  /// Extends the range to `place`, unless it is NaN or infinite.
  void widen(double place) {
    if (!is_finite(place)) return;
    low = lowest = has_places ? (std::min)(lowest, place) : place;
    high = highest = has_places ? (std::max)(highest, place) : place;
    has_places = true;
  }
  /// The same, with a room beyond the place that is its own.
  void widen(double place, PlotlyRoom own_room) { extremes.add(place, own_room, own_room); }
  /// The same, with rooms in pixels that differ before and after the place.
  void widen_between(double place, double before, double after) {
    if (reversed) std::swap(before, after);
    extremes.add(place, {before, false}, {after, false});
  }

  /// The same for the end of what stands on `ground`: there is room beyond it, and none on the side of the ground.
  void widen_from(double ground, double place, PlotlyRoom beyond) {
    extremes.add(place, place < ground ? beyond : PlotlyRoom{}, place > ground ? beyond : PlotlyRoom{});
    extremes.add(ground, {}, {});
  }

  /// Sets the final range of an axis of `length` pixels: the layout's, or that of the places with some room. Throws
  /// UndrawableFigure where the range is too wide or too narrow for a double.
  void settle_range(double length = 400) {
    PlotlyExtremes all = extremes;
    if (has_places)
      for (const double end : {lowest, highest}) {
        const PlotlyRoom around{0, room > 0 && !(keeps_zero && end == 0)};
        all.add(end, around, around);
      }
    if (!all.empty()) {
      if (!is_finite(all.highest() - all.lowest())) refuse();
      std::tie(low, high) = all.range(length, kind == Kind::linear ? range_mode : std::string());
    } else {
      low = kind == Kind::category ? -0.5 : kind == Kind::date ? ms_of_date(2000, 1, 1) : -1;
      high = kind == Kind::category ? (std::max)(static_cast<double>(categories.size()), 1.0) - 0.5
             : kind == Kind::date   ? ms_of_date(2001, 1, 1)
             : !id.empty() && id[0] == 'x' ? 6 : 4;
    }
    if (kind == Kind::date) {  // plotly's ranges are dates, of tenths of milliseconds
      low = std::round(low * 10) / 10;
      high = std::round(high * 10) / 10;
    }
    if (fixed_low || fixed_high) {
      const double from = fixed_low.value_or(reversed ? high : low), to = fixed_high.value_or(reversed ? low : high);
      low = (std::min)(from, to);
      high = (std::max)(from, to);
      reversed = from > to;
    }
    const double greatest = (std::max)(std::fabs(low), std::fabs(high));
    if (!(high - low > greatest * 1e-13)) {
      double around = kind == Kind::logarithmic ? 0.5 : greatest * 0.1;
      if (!(around > 1e-300)) around = 1;
      low -= around;
      high += around;
    }
    const bool is_drawable = is_finite(high - low) && high - low > 1e-305;
    if (!is_drawable || (kind == Kind::logarithmic && greatest > 400)) refuse();
    if (kind == Kind::date) {
      low = std::clamp(low, -latest_date, latest_date);
      high = std::clamp(high, -latest_date, latest_date);
      if (!(high - low > 0)) refuse();
    }
  }

  /// Takes the places of `other`, so that both have one range.
  void join(const PlotlyAxis& other) {
    if (other.has_places) {
      widen(other.lowest);
      widen(other.highest);
    }
    room = (std::max)(room, other.room);
    keeps_zero = keeps_zero || other.keeps_zero;
    extremes.add(other.extremes);
    if (!fixed_low) fixed_low = other.fixed_low;
    if (!fixed_high) fixed_high = other.fixed_high;
  }

  /// Has at most one tick for each group of bars, which stand `distance` apart; `first` is the place of one of them.
  void limit_ticks(double distance, double first) {
    if (is_category() || kind == Kind::logarithmic) return;
    least_step = distance;
    least_step_from = first;
  }

  /// 0 at the beginning of the axis, 1 at its end.
  [[nodiscard]] double fraction(double place) const {
    const double part = (place - low) / (high - low);
    return reversed ? 1 - part : part;
  }

 private:
  [[noreturn]] static void refuse() {
    throw UndrawableFigure("its numbers are too large or too close to each other to be drawn");
  }
};

}  // namespace erm::detail

// Reads the axes of a plotly figure: their kinds, which follow from the values where the layout does not say, their
// categories in the order that the layout wants, their ranges and their ticks.
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
#include "erm/detail/chart/axis.hpp"
#include "erm/detail/chart/data.hpp"
#include "erm/detail/chart/date.hpp"
#include "erm/detail/chart/number_format.hpp"
#include "erm/json.hpp"

namespace erm::detail {

inline void read_axis(PlotlyAxis& axis, const Json* json) {
  axis.title = title_of(member(json, "title"));
  const std::string_view type = text_of(member(json, "type"));
  axis.has_kind = type == "log" || type == "linear" || type == "category" || type == "date" || type == "multicategory";
  axis.kind = type == "log"                        ? PlotlyAxis::Kind::logarithmic
              : type == "date"                     ? PlotlyAxis::Kind::date
              : type == "linear" || !axis.has_kind ? PlotlyAxis::Kind::linear
                                                   : PlotlyAxis::Kind::category;
  axis.is_visible = !is_false(member(json, "visible"));
  axis.shows_labels = axis.is_visible && !is_false(member(json, "showticklabels"));
  axis.shows_grid = axis.is_visible && !is_false(member(json, "showgrid"));
  axis.range_mode = text_of(member(json, "rangemode"));
  PlotlyTickStyle& style = axis.style;
  style.format = text_of(member(json, "tickformat"));
  style.prefix = title_of(member(json, "tickprefix"));
  style.suffix = title_of(member(json, "ticksuffix"));
  const auto read_text = [&](const char* key, std::string& out) {
    if (const std::string_view text = text_of(member(json, key)); !text.empty()) out = text;
  };
  read_text("showtickprefix", style.shows_prefix);
  read_text("showticksuffix", style.shows_suffix);
  read_text("showexponent", style.shows_exponent);
  read_text("exponentformat", style.exponents);
  style.least_exponent = number_of(member(json, "minexponent")).value_or(3);
  style.has_commas = is_true(member(json, "separatethousands"));
  style.most = std::clamp(number_of(member(json, "nticks")).value_or(0), 0.0, static_cast<double>(400));
}

/// Whether the formats of the axis are known; for the line that says what is left out.
inline bool knows_format(const PlotlyAxis& axis) {
  if (axis.style.format.empty() || axis.is_category()) return true;
  if (axis.kind == PlotlyAxis::Kind::date) return formatted_date(0, axis.style.format).has_value();
  return NumberFormat::parse(axis.style.format).has_value();
}

/// The kind that plotly gives an axis by the first values on it: text is a category unless it is a number or a date.
inline PlotlyAxis::Kind kind_of(const PlotlyColumn& column, bool reads_text_as_numbers) {
  if (!column.groups.empty()) return PlotlyAxis::Kind::category;
  std::size_t dates = 0, numbers = 0, words = 0;
  const std::size_t every = column.size() / 1000 + 1;
  for (std::size_t i = 0; i < column.texts.size(); i += every) {
    const std::string& text = column.texts[i];
    const bool was_text = i < column.was_text.size() && column.was_text[i];
    const bool is_number = is_finite(column.numbers[i]);
    if (was_text && place_of_date(text)) ++dates;
    if (is_number && (!was_text || reads_text_as_numbers))
      ++numbers;
    else if (!text.empty() && text != "None")
      ++words;
  }
  // plotly counts a number-like text for dates as a number whatever the axis makes of it.
  std::size_t all_numbers = 0;
  for (std::size_t i = 0; i < column.texts.size(); i += every)
    if (is_finite(column.numbers[i])) ++all_numbers;
  if (dates > 2 * all_numbers) return PlotlyAxis::Kind::date;
  return words > 2 * numbers ? PlotlyAxis::Kind::category : PlotlyAxis::Kind::linear;
}

/// Which values the categories of an axis are sorted by: "total descending" and the like.
class CategoryValues {
 public:
  void add(double category, double value) {
    if (is_finite(category) && is_finite(value)) values_[static_cast<std::size_t>(category)].push_back(value);
  }
  /// The numbers of `count` categories in the order of their `measure`; nothing for an unknown one.
  [[nodiscard]] std::optional<std::vector<std::size_t>> order(std::size_t count, std::string_view measure, bool descends) {
    std::vector<double> keys(count, 0);
    for (std::size_t i = 0; i < count; ++i) {
      const auto key = key_of(values_[i], measure);
      if (!key) return std::nullopt;
      keys[i] = is_finite(*key) ? *key : 0;
    }
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(i);
    std::stable_sort(out.begin(), out.end(), [&](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
    if (descends) std::reverse(out.begin(), out.end());
    return out;
  }

 private:
  static std::optional<double> key_of(std::vector<double>& values, std::string_view measure) {
    double sum = 0, logarithms = 0;
    for (const double value : values) {
      sum += value;
      logarithms += std::log(value);
    }
    const auto count = static_cast<double>(values.size());
    if (measure == "total" || measure == "sum") return sum;
    if (values.empty()) return measure == "mean" || measure == "min" || measure == "max" || measure == "median" ||
                                       measure == "geometric mean"
                                   ? std::optional<double>(0)
                                   : std::nullopt;
    if (measure == "mean") return sum / count;
    if (measure == "min") return *std::min_element(values.begin(), values.end());
    if (measure == "max") return *std::max_element(values.begin(), values.end());
    if (measure == "geometric mean") return std::exp(logarithms / count);
    if (measure != "median") return std::nullopt;
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  }

  std::map<std::size_t, std::vector<double>> values_;
};

/// The part of "total descending" before the blank, and whether it descends; nothing for other texts.
inline std::optional<std::pair<std::string_view, bool>> sorting_of(std::string_view order) {
  for (const bool descends : {false, true}) {
    const std::string_view end = descends ? " descending" : " ascending";
    if (order.size() > end.size() && order.substr(order.size() - end.size()) == end)
      return std::pair{order.substr(0, order.size() - end.size()), descends};
  }
  return std::nullopt;
}

inline void renumber_categories(PlotlyAxis& axis, const std::vector<std::size_t>& order) {
  std::vector<std::string> names, groups;
  std::map<std::string, std::size_t> places;
  std::vector<std::size_t> place_of(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    place_of[order[i]] = i;
    names.push_back(axis.categories[order[i]]);
    if (!axis.category_groups.empty()) groups.push_back(axis.category_groups[order[i]]);
  }
  for (auto& [key, place] : axis.category_places) place = place_of[place];
  axis.categories = std::move(names);
  axis.category_groups = std::move(groups);
}

/// The categories of a group beside each other, groups and names each in the order of their first use.
inline void sort_groups(PlotlyAxis& axis) {
  axis.category_groups.resize(axis.categories.size());
  std::map<std::string, std::size_t> groups, names;
  for (std::size_t i = 0; i < axis.categories.size(); ++i) {
    groups.try_emplace(axis.category_groups[i], groups.size());
    names.try_emplace(axis.categories[i], names.size());
  }
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < axis.categories.size(); ++i) order.push_back(i);
  const auto key = [&](std::size_t i) { return std::pair{groups[axis.category_groups[i]], names[axis.categories[i]]}; };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  renumber_categories(axis, order);
}

/// The layout's range and ticks, which may be of categories: these are to be known before.
inline void read_places(PlotlyAxis& axis, const Json* json) {
  const Json* automatic = member(json, "autorange");
  const std::string_view autorange = text_of(automatic);
  axis.reversed = autorange == "reversed";
  const Json* range = member(json, "range");
  if (!axis.reversed && !is_true(automatic) && range != nullptr && range->is_array() && range->size() == 2) {
    const auto end = [&](const Json& value) -> std::optional<double> {
      // A logarithmic axis has its range in powers of ten.
      const double place =
          axis.kind == PlotlyAxis::Kind::logarithmic ? number_of(&value).value_or(no_number()) : axis.place_of(&value);
      return is_finite(place) ? std::optional<double>(place) : std::nullopt;
    };
    if (autorange != "min" && autorange != "min reversed") axis.fixed_low = end((*range)[0]);
    if (autorange != "max" && autorange != "max reversed") axis.fixed_high = end((*range)[1]);
  }
  axis.reversed = axis.reversed || autorange == "min reversed" || autorange == "max reversed";

  PlotlyTickStyle& style = axis.style;
  const Json* step = member(json, "dtick");
  const std::string_view mode = text_of(member(json, "tickmode"));
  if (step != nullptr && (step->is_number() || step->is_string())) style.step = label_of(*step);
  style.is_linear = style.step && (mode.empty() || mode == "linear");
  if (const Json* first = member(json, "tick0")) {
    // On a logarithmic axis with steps of the value tick0 is a value, else a power of ten.
    const double place = axis.kind == PlotlyAxis::Kind::logarithmic ? number_of(first).value_or(0) : axis.place_of(first);
    if (is_finite(place)) style.first = place;
  }
  const Json* values = member(json, "tickvals");
  if (values == nullptr || !(mode.empty() || mode == "array") || (mode.empty() && style.step)) return;
  const PlotlyColumn column = read_column(json, "tickvals"), texts = read_column(json, "ticktext");
  axis.has_own_ticks = true;
  for (std::size_t i = 0; i < column.size(); ++i) {
    const double place = values->is_array() ? axis.place_of(&(*values)[i]) : axis.place(column.numbers[i]);
    if (is_finite(place)) axis.fixed_ticks.push_back({place, i < texts.size() ? title_of_text(texts.text(i)) : std::string(), {}});
  }
}

}  // namespace erm::detail

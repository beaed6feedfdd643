// Reads the colours of a plotly figure: colour scales, colour axes that traces share, and a colour for each point.
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
#include "erm/detail/chart/attributes.hpp"
#include "erm/detail/chart/color.hpp"
#include "erm/detail/chart/data.hpp"
#include "erm/detail/chart/left_out.hpp"
#include "erm/detail/plotly/trace.hpp"
#include "erm/json.hpp"

namespace erm::detail {

inline ColorScale read_color_scale(const Json* json) {
  if (json != nullptr && json->is_string()) return ColorScale::named(text_of(json));
  if (json == nullptr || !json->is_array()) return ColorScale();
  std::vector<ColorScale::Stop> stops;
  for (const Json& stop : *json) {
    if (stop.is_string()) {  // colours without places are evenly spaced
      stops.emplace_back(
          static_cast<double>(stops.size()) / static_cast<double>((std::max<std::size_t>)(json->size() - 1, 1)),
          parse_color(text_of(&stop)));
    } else if (stop.is_array() && stop.size() == 2 && number_of(&stop[0])) {
      stops.emplace_back(*number_of(&stop[0]), parse_color(text_of(&stop[1])));
    }
  }
  if (stops.empty()) return ColorScale();
  for (std::size_t i = 1; i < stops.size(); ++i)  // they are few, and mostly in order
    for (std::size_t j = i; j > 0 && stops[j].first < stops[j - 1].first; --j) std::swap(stops[j], stops[j - 1]);
  return ColorScale(std::move(stops));
}

/// The keys of a colour scale: "z" and "" for those of a matrix, "c" and "marker." for those of points.
struct PlotlyScaleKeys {
  char letter;
  std::string owner;
};

/// Reads the colour scale of a trace, or that of the layout's colour axis which the trace refers to. Its limits follow
/// from the numbers where they are not given: settle_color_bars().
inline void read_color_bar(PlotlyTrace& trace, const PlotlyAttributes& attributes, const Json* layout,
                           const PlotlyScaleKeys& keys) {
  const auto key = [&](const std::string& name) { return keys.owner + name; };
  PlotlyColorBar bar;
  const std::string axis_name(attributes.text(key("coloraxis")));
  for (const char* const name : {"colorscale", "reversescale", "showscale", "colorbar.title"})
    (void)attributes.at(key(name));
  for (const char* const name : {"min", "max", "mid"}) (void)attributes.at(key(keys.letter + std::string(name)));
  const Json* const axis = axis_name.empty() ? nullptr : member(layout, axis_name.c_str());
  const auto find = [&](const char* name) {
    return axis_name.empty() ? attributes.peek(key(name)) : member(axis, name);
  };
  const std::string letter(1, axis_name.empty() ? keys.letter : 'c');
  const Json* scale = find("colorscale");
  if (scale == nullptr && !axis_name.empty()) scale = member(layout, "template", "layout", "coloraxis", "colorscale");
  const bool is_valid = scale != nullptr && (scale->is_array() || ColorScale::is_known(text_of(scale)));
  bar.is_reversed = is_true(find("reversescale"));
  if (is_valid) {
    bar.scale = read_color_scale(scale);
  } else if (keys.letter == 'z' && axis_name.empty()) {
    bar.scale = ColorScale::named("RdBu");
  } else {  // plotly chooses one by the signs of the numbers
    static constexpr std::pair<const char*, const char*> defaults[] = {
        {"sequential", "Reds"}, {"diverging", "RdBu"}, {"sequentialminus", "Blues"}};
    for (const auto& [name, otherwise] : defaults) {
      const Json* own = member(layout, "colorscale", name);
      if (own == nullptr) own = member(layout, "template", "layout", "colorscale", name);
      bar.by_sign.push_back(own == nullptr ? ColorScale::named(otherwise) : read_color_scale(own));
    }
  }
  bar.low = number_of(find((letter + "min").c_str()));
  bar.high = number_of(find((letter + "max").c_str()));
  if (!bar.low || !bar.high) trace.color_middle = number_of(find((letter + "mid").c_str()));
  const Json* const title =
      axis_name.empty() ? attributes.peek(key("colorbar.title")) : member(axis, "colorbar", "title");
  bar.title = title_of(title);
  // Points and bars have no colour bar of their own unless they ask for it.
  bar.is_shown = axis_name.empty() && keys.letter == 'c' ? is_true(find("showscale")) : !is_false(find("showscale"));
  trace.color_axis = axis_name;
  trace.color_bar = std::move(bar);
}

/// Reads "marker.color" where it is a list: a colour for each point, or a number that a scale gives a colour.
inline void read_point_colors(PlotlyTrace& trace, const PlotlyAttributes& attributes, const Json* layout) {
  const Json* const colors = attributes.at("marker.color");
  if (colors == nullptr || !(colors->is_array() || is_typed_array(colors))) {
    for (const char* const name : {"marker.colorscale", "marker.coloraxis", "marker.colorbar", "marker.showscale",
                                   "marker.reversescale", "marker.cmin", "marker.cmax", "marker.cmid"})
      attributes.ignore(name);
    return;
  }
  const PlotlyColumn column = column_of(colors, "marker.color");
  if (column.is_numeric()) {
    trace.color_values = column.numbers;
    read_color_bar(trace, attributes, layout, {'c', "marker."});
    return;
  }
  for (std::size_t i = 0; i < column.size(); ++i)
    trace.point_colors.push_back(is_color(column.text(i)) ? column.text(i) : trace.color);
}

/// Sets the limits of the colour scales from the numbers, of all traces with one colour axis together, and the colours
/// of points and bars. Returns the colour bar that the figure shows.
inline std::optional<PlotlyColorBar> settle_color_bars(std::vector<PlotlyTrace>& traces, PlotlyLeftOut& left_out) {
  const auto widen = [](PlotlyColorBar& range, double value) {
    if (!is_finite(value)) return;
    range.low = (std::min)(range.low.value_or(value), value);
    range.high = (std::max)(range.high.value_or(value), value);
  };
  std::map<std::string, PlotlyColorBar> shared;
  const auto range_of = [&](const PlotlyTrace& trace) {
    PlotlyColorBar own;
    PlotlyColorBar& range = trace.color_axis.empty() ? own : shared[trace.color_axis];
    for (const double value : trace.color_values) widen(range, value);
    for (const auto& row : trace.z)
      for (const double value : row) widen(range, value);
    return range;
  };
  for (const PlotlyTrace& trace : traces)
    if (!trace.color_axis.empty()) (void)range_of(trace);
  std::optional<PlotlyColorBar> shown;
  std::string axis_shown;
  for (PlotlyTrace& trace : traces) {
    if (!trace.color_bar) continue;
    PlotlyColorBar& bar = *trace.color_bar;
    const PlotlyColorBar range = trace.color_axis.empty() ? range_of(trace) : shared[trace.color_axis];
    const bool has_low = bar.low.has_value(), has_high = bar.high.has_value();
    if (!has_low) bar.low = range.low.value_or(0);
    if (!has_high) bar.high = range.high ? *range.high : 1;
    if (trace.color_middle && range.low) {
      const double reach = (std::max)(*bar.high - *trace.color_middle, *trace.color_middle - *bar.low);
      if (!has_low) bar.low = *trace.color_middle - reach;
      if (!has_high) bar.high = *trace.color_middle + reach;
    }
    if (!bar.by_sign.empty()) bar.scale = bar.by_sign[*bar.low < 0 && *bar.high > 0 ? 1 : *bar.low >= 0 ? 0 : 2];
    if (bar.is_reversed) bar.scale = bar.scale.reversed();
    if (!is_finite(*bar.high - *bar.low)) throw UndrawableFigure("its numbers are too large to be drawn");
    for (const double number : trace.color_values) {
      // 32 colours are enough, and the points of one colour become one path.
      const double span = *bar.high - *bar.low;
      const double place = span > 0 && is_finite(number) ? std::clamp((number - *bar.low) / span, 0.0, 1.0) : 0.5;
      trace.point_colors.push_back(hex_color(bar.scale.at(std::round(place * 31) / 31)));
    }
    if (!bar.is_shown) continue;
    if (!shown) {
      shown = bar;
      axis_shown = trace.color_axis;
    } else if (trace.color_axis.empty() || trace.color_axis != axis_shown) {
      left_out.add("a second colour bar");
    }
  }
  return shown;
}

}  // namespace erm::detail

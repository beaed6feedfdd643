// Reads what belongs to points: lines, markers, texts and error bars of scatter traces, and the texts and error bars
// that bars have too.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/chart/dash.hpp"
#include "erm/detail/chart/attributes.hpp"
#include "erm/detail/chart/data.hpp"
#include "erm/detail/chart/left_out.hpp"
#include "erm/detail/chart/text_template.hpp"
#include "erm/detail/plotly/read_colors.hpp"
#include "erm/detail/plotly/trace.hpp"
#include "erm/json.hpp"

namespace erm::detail {

/// Reads "error_x" or "error_y". `values` are those of the points in that direction.
inline PlotlyErrors read_errors(const PlotlyAttributes& attributes, const std::string& name, const PlotlyColumn& values,
                                const std::string& color, double cap_width) {
  PlotlyErrors errors;
  const auto key = [&](const char* part) { return name + "." + part; };
  const Json* const array = attributes.at(key("array"));
  const Json* const array_minus = attributes.at(key("arrayminus"));
  const std::string type(attributes.at(key("type")) != nullptr ? attributes.text(key("type"))
                         : array != nullptr                    ? "data"
                                                               : "percent");
  const auto value = attributes.number(key("value")), value_minus = attributes.number(key("valueminus"));
  const Json* const visible = attributes.at(key("visible"));
  const bool is_data = type == "data", is_sqrt = type == "sqrt";
  const bool is_shown = visible != nullptr ? is_true(visible) : array != nullptr || value || is_sqrt;
  const Json* const symmetric = attributes.at(key("symmetric"));
  const bool is_symmetric = is_sqrt || (symmetric != nullptr ? !is_false(symmetric)
                                        : is_data            ? array_minus == nullptr
                                                             : !attributes.is_own(key("valueminus")));
  errors.color = attributes.color(key("color"));
  errors.line_width = attributes.number(key("thickness"), 2, 0, 20);
  errors.cap_width = attributes.number(key("width"), cap_width, 0, 100);
  attributes.ignore(key("tracerefminus"));
  attributes.ignore(key("traceref"));
  if (!is_shown || (type != "data" && type != "percent" && type != "constant" && type != "sqrt")) {
    attributes.ignore(name);
    return errors;
  }
  if (errors.color.empty()) errors.color = color;
  const auto read = [&](const Json* list, double constant) {
    std::vector<double> out(values.size(), no_number());
    const std::vector<double> given = is_data ? column_of(list, name).numbers : std::vector<double>();
    for (std::size_t i = 0; i < out.size(); ++i) {
      const double size = std::fabs(values.numbers[i]);
      out[i] = is_data             ? (i >= given.size()     ? no_number()
                                      : is_finite(given[i]) ? given[i]
                                                            : 0)
               : is_sqrt           ? std::sqrt(size)
               : type == "percent" ? size * constant / 100
                                   : std::fabs(constant);
      if (out[i] < 0) out[i] = no_number();
    }
    return out;
  };
  errors.plus = read(array, value.value_or(10));
  errors.minus = is_symmetric ? errors.plus : read(array_minus, value_minus.value_or(10));
  return errors;
}

inline std::string point_value(const PlotlyColumn& column, std::size_t i, std::string_view format) {
  if (i >= column.size()) return {};
  const double value = column.numbers[i];
  if (!is_finite(value)) return column.text(i);
  return formatted_number(value, format).value_or(short_number(value));
}

/// The texts of points or bars: "text", or what "texttemplate" makes of it and of the numbers.
inline std::vector<std::string> read_texts(const PlotlyTrace& trace, const PlotlyAttributes& attributes,
                                           PlotlyLeftOut& left_out) {
  const PlotlyPerPoint<std::string> texts = attributes.texts("text"), patterns = attributes.texts("texttemplate");
  const std::size_t size = (std::max)(trace.x.size(), trace.y.size());
  std::vector<std::string> out;
  if (texts.empty() && patterns.empty()) return out;
  const PlotlyColumn& across = trace.is_horizontal ? trace.x : trace.y;
  const PlotlyColumn& along = trace.is_horizontal ? trace.y : trace.x;
  bool is_whole = true;
  for (std::size_t i = 0; i < size; ++i) {
    const auto value_of = [&](std::string_view name, std::string_view format) -> std::optional<std::string> {
      if (!format.empty() && !formatted_number(1, format)) return std::nullopt;
      const bool plain = format.empty();
      if (name == "text") return texts.at(i, {});
      if (name == "x") return plain && !trace.x.texts.empty() ? trace.x.text(i) : point_value(trace.x, i, format);
      if (name == "y") return plain && !trace.y.texts.empty() ? trace.y.text(i) : point_value(trace.y, i, format);
      if (name == "value") return point_value(across, i, format);
      if (name == "label") return plain ? along.text(i) : point_value(along, i, format);
      if (name == "fullData.name") return trace.name;
      return std::nullopt;
    };
    const std::string pattern = patterns.at(i, {});
    out.push_back(title_of_text(pattern.empty() ? texts.at(i, {}) : filled_template(pattern, value_of, is_whole)));
    if (out.size() > 20000) break;
  }
  if (!is_whole) left_out.add("a part of texttemplate");
  return out;
}

inline void read_marker_sizes(PlotlyTrace& trace, const PlotlyAttributes& attributes) {
  const PlotlyPerPoint<double> sizes = attributes.numbers("marker.size");
  const double reference = attributes.number("marker.sizeref").value_or(1),
               least = attributes.number("marker.sizemin", 0, 0, 1000);
  const bool is_area = attributes.text("marker.sizemode") == "area";
  trace.marker_size = std::clamp(sizes.at(0, 6), 0.0, 1000.0);
  if (!sizes.is_list()) return;
  trace.marker_size = 6;
  for (const double size : sizes.values) {
    const double part = size / 2 / reference, radius = is_area ? std::sqrt(part) : part;
    trace.sizes.push_back(is_finite(radius) && radius > 0 ? std::clamp(2 * (std::max)(radius, least), 0.0, 2000.0) : 0);
  }
}

inline void read_scatter(PlotlyTrace& trace, const PlotlyAttributes& attributes, const Json* layout,
                         PlotlyLeftOut& left_out) {
  trace.stack = attributes.text("stackgroup");
  if (const Json* const stack = attributes.peek("stackgroup"); stack != nullptr && trace.stack.empty())
    trace.stack = label_of(*stack);
  const bool is_stacked = !trace.stack.empty();
  trace.stack_norm = attributes.text("groupnorm");
  trace.interpolates_stack = attributes.text("stackgaps") == "interpolate";
  const Json* mode_json = attributes.at("mode");
  std::string_view mode = text_of(mode_json);
  const std::size_t size = trace.x.size() > 0 && trace.y.size() > 0 ? (std::min)(trace.x.size(), trace.y.size())
                                                                    : (std::max)(trace.x.size(), trace.y.size());
  if (mode_json == nullptr) mode = is_stacked || size >= 20 ? "lines" : "lines+markers";
  trace.has_line = mode.find("lines") != std::string_view::npos;
  trace.has_markers = mode.find("markers") != std::string_view::npos;
  trace.has_texts = mode.find("text") != std::string_view::npos;
  trace.connects_gaps = attributes.flag("connectgaps");
  trace.fill = attributes.at("fill") != nullptr ? std::string(attributes.text("fill"))
               : is_stacked                     ? (attributes.text("orientation") == "h" ? "tonextx" : "tonexty")
                                                : std::string();
  attributes.ignore("fill");
  trace.is_horizontal = is_stacked && attributes.text("orientation") == "h";
  attributes.ignore("orientation");
  trace.fill_color = attributes.color("fillcolor");
  if (trace.fill.empty() || trace.fill == "none") {
    trace.fill.clear();
    attributes.ignore("fillcolor");
  }
  if (trace.fill == "tonext") {
    left_out.add("fill 'tonext'");
    trace.fill.clear();
  }
  if (!trace.has_line && trace.fill.empty()) {
    attributes.ignore("line");
  } else {
    trace.line_width = attributes.number("line.width", 2, 0, 40);
    const std::string_view dash = attributes.text("line.dash");
    trace.dash = dash_of(dash);
    if (trace.dash.empty() && !dash.empty() && dash != "solid") left_out.add("line.dash '" + std::string(dash) + "'");
    trace.shape = attributes.text("line.shape");
    trace.smoothing = attributes.number("line.smoothing", 1, 0, 1.3);
    if (attributes.number("line.backoff").value_or(0) > 0) left_out.add("line.backoff");
  }
  if (!trace.has_markers) {
    attributes.ignore("marker");
  } else {
    read_marker_sizes(trace, attributes);
    read_point_colors(trace, attributes, layout);
    trace.symbols = attributes.texts("marker.symbol");
    const bool is_bubble = !trace.sizes.empty();
    trace.marker_line_width = attributes.number("marker.line.width", is_bubble ? 1 : 0, 0, 20);
    trace.marker_line_color = attributes.color("marker.line.color");
    if (trace.marker_line_width == 0) attributes.ignore("marker.line");
    trace.marker_opacity = attributes.number("marker.opacity", is_bubble ? 0.7 : 1, 0, 1);
    if (const Json* const opacity = attributes.peek("marker.opacity"); opacity != nullptr && !opacity->is_number())
      left_out.add("marker.opacity for each point");
  }
  if (trace.has_texts) {
    trace.texts = read_texts(trace, attributes, left_out);
    trace.text_places = attributes.texts("textposition");
  } else {
    for (const char* const name : {"text", "texttemplate", "textposition"}) attributes.ignore(name);
  }
  const std::string color = trace.color;
  trace.error_x = read_errors(attributes, "error_x", trace.x, color, 4);
  trace.error_y = read_errors(attributes, "error_y", trace.y, color, 4);
  (void)attributes.flag("cliponaxis");
}

}  // namespace erm::detail

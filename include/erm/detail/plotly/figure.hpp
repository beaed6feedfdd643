// A plotly figure as plain data: the part of its JSON that ERM can draw, checked and with defaults filled in.
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
#include "erm/detail/plotly/axis.hpp"
#include "erm/detail/plotly/color.hpp"
#include "erm/detail/plotly/data.hpp"
#include "erm/json.hpp"

namespace erm::detail {

struct PlotlyTrace {
  enum class Kind { scatter, bar, histogram, heatmap };

  Kind kind = Kind::scatter;
  std::string name;
  std::size_t index = 0;  // among all traces of the figure
  bool in_legend = false;
  PlotlyColumn x, y;
  std::string color;
  double opacity = 1;
  std::optional<std::size_t> run;  // the run that the trace is from, in a figure with traces of several runs

  // scatter
  bool has_line = false, has_markers = false, connects_gaps = false;
  double line_width = 2, marker_size = 6;
  std::string_view dash;  // a value of stroke-dasharray
  std::string shape;      // linear, hv, vh, hvh, vhv
  std::string fill;       // "", tozeroy or tonexty
  std::string fill_color;
  std::vector<std::string> point_colors;  // one for each point or bar, or empty

  // bar and histogram
  bool is_horizontal = false;
  PlotlyColumn base;
  double bar_width = 0;  // in places; 0: as wide as the layout allows
  std::size_t bins = 0;
  std::optional<double> bin_start, bin_end, bin_size;
  std::string histogram_norm;

  // heatmap
  std::vector<std::vector<double>> z;
  std::vector<std::vector<std::string>> cell_texts;
  bool shows_values = false;
};

struct PlotlyColorBar {
  ColorScale scale;
  std::optional<double> low, high;
  std::string title;
  bool is_shown = true;
};

/// A place in a figure: on an axis, or as a share of an axis or of the whole plot.
struct PlotlyCoordinate {
  std::string axis;        // its id; empty: of the plot
  bool is_share = false;   // of the axis
  double value = 0;
};

struct PlotlyShape {
  enum class Kind { line, rectangle, ellipse, path };
  Kind kind = Kind::line;
  PlotlyCoordinate x0, x1, y0, y1;
  std::vector<std::pair<char, std::vector<double>>> commands;  // of a path: x and y in turns, on the axes of x0 and y0
  std::string color, fill;  // empty: that of the text; no fill
  std::string_view dash;
  double line_width = 2, opacity = 1;
  bool is_below = false;    // the traces
};

struct PlotlyAnnotation {
  std::string text;
  PlotlyCoordinate x, y;
  bool has_arrow = true;
  double arrow_x = -10, arrow_y = -30;  // from the place to the text, in pixels
  double shift_x = 0, shift_y = 0;
  std::string x_anchor, y_anchor;       // left, center, right; top, middle, bottom; empty: as its place is
  double angle = 0, size = 12;
  std::string color;
};

struct PlotlyDomain {
  double left = 0, right = 1, bottom = 0, top = 1;  // of the plot
};

/// A figure, or one pair of axes of a figure that has several.
struct PlotlyFigure {
  std::string title;
  PlotlyAxis x, y;
  PlotlyDomain domain;
  bool draws_x = true, draws_y = true;  // another panel draws an axis that they share
  bool is_overlaying = false;           // drawn over another panel in the same place
  std::vector<PlotlyFigure> panels;     // where there are several pairs of axes; then these have the traces
  std::vector<PlotlyShape> shapes;
  std::vector<PlotlyAnnotation> annotations;
  std::vector<PlotlyTrace> traces;
  std::string bar_mode = "group";
  std::optional<double> bar_gap;
  bool shows_legend = false, reverses_legend = false;
  std::optional<PlotlyColorBar> color_bar;
  std::vector<std::string> left_out;  // what of the figure is not drawn; a line below it says so

  /// Notes that the figure is drawn without `what` ("the symbols of markers").
  void leave_out(std::string what) {
    if (std::find(left_out.begin(), left_out.end(), what) == left_out.end()) left_out.push_back(std::move(what));
  }
};

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

/// The colour scale of `owner` (a heatmap, or the markers of a trace), or the layout's colour axis that it refers to.
/// `low` and `high` are the keys of its limits.
inline PlotlyColorBar read_color_bar(const Json* owner, const Json* layout, const char* low, const char* high) {
  PlotlyColorBar bar;
  const Json* axis = member(owner, "coloraxis") != nullptr ? member(layout, "coloraxis") : nullptr;
  const Json* source = axis != nullptr ? axis : owner;
  const Json* scale = member(source, "colorscale");
  if (scale == nullptr) scale = member(layout, "template", "layout", "colorscale", "sequential");
  bar.scale = read_color_scale(scale);
  if (is_true(member(source, "reversescale"))) bar.scale = bar.scale.reversed();
  bar.low = number_of(member(source, axis != nullptr ? "cmin" : low));
  bar.high = number_of(member(source, axis != nullptr ? "cmax" : high));
  bar.title = title_of(member(source, "colorbar", "title"));
  bar.is_shown = !is_false(member(source, "showscale"));
  return bar;
}

inline std::string read_color(const Json* json) {
  const std::string_view text = text_of(json);
  return is_color(text) ? std::string(text) : std::string();
}

inline void read_scatter(PlotlyTrace& trace, const Json* json, const Json* layout,
                         std::optional<PlotlyColorBar>& color_bar) {
  const Json* mode_json = member(json, "mode");
  std::string_view mode = text_of(mode_json);
  if (mode_json == nullptr) mode = trace.y.size() < 20 ? "lines+markers" : "lines";
  trace.has_line = mode.find("lines") != std::string_view::npos;
  trace.has_markers = mode.find("markers") != std::string_view::npos;
  trace.connects_gaps = is_true(member(json, "connectgaps"));
  trace.line_width = std::clamp(number_of(member(json, "line", "width")).value_or(2), 0.5, 12.0);
  trace.marker_size = std::clamp(number_of(member(json, "marker", "size")).value_or(6), 1.0, 40.0);
  const std::string_view dash = text_of(member(json, "line", "dash"));
  trace.dash = dash == "dot"                                ? "2 4"
               : dash == "dash"                             ? "7 5"
               : dash == "longdash"                         ? "12 6"
               : dash == "dashdot" || dash == "longdashdot" ? "8 4 2 4"
                                                            : "";
  trace.shape = text_of(member(json, "line", "shape"));
  trace.fill = text_of(member(json, "fill"));
  trace.fill_color = read_color(member(json, "fillcolor"));
  const Json* colors = member(json, "marker", "color");
  if (!trace.has_markers || colors == nullptr || !(colors->is_array() || is_typed_array(colors))) return;
  const PlotlyColumn column = read_column(member(json, "marker"), "color");
  if (!column.is_numeric()) {
    for (std::size_t i = 0; i < column.size(); ++i)
      trace.point_colors.push_back(is_color(column.text(i)) ? column.text(i) : trace.color);
    return;
  }
  PlotlyColorBar bar = read_color_bar(member(json, "marker"), layout, "cmin", "cmax");
  if (member(json, "marker", "coloraxis") == nullptr && !is_true(member(json, "marker", "showscale")))
    bar.is_shown = false;
  PlotlyAxis range;
  for (const double number : column.numbers) range.widen(number);
  if (!bar.low) bar.low = range.low;
  if (!bar.high) bar.high = range.high;
  const double span = *bar.high - *bar.low;
  for (const double number : column.numbers) {
    // 32 colours are enough, and the points of one colour become one path.
    const double place = span > 0 && is_finite(number) ? std::clamp((number - *bar.low) / span, 0.0, 1.0) : 0.5;
    trace.point_colors.push_back(hex_color(bar.scale.at(std::round(place * 31) / 31)));
  }
  if (bar.is_shown) color_bar = std::move(bar);
}

inline void read_bars(PlotlyTrace& trace, const Json* json) {
  const std::string_view orientation = text_of(member(json, "orientation"));
  trace.is_horizontal = orientation == "h";
  if (trace.kind == PlotlyTrace::Kind::histogram) {
    if (orientation.empty()) trace.is_horizontal = trace.x.size() == 0 && trace.y.size() > 0;
    const std::string_view function = text_of(member(json, "histfunc"));
    if ((!function.empty() && function != "count") || is_true(member(json, "cumulative", "enabled")))
      throw UndrawableFigure("its histogram is not one of counts");
    trace.histogram_norm = text_of(member(json, "histnorm"));
    const char* const bins = trace.is_horizontal ? "ybins" : "xbins";
    trace.bins = static_cast<std::size_t>(
        std::clamp(number_of(member(json, trace.is_horizontal ? "nbinsy" : "nbinsx")).value_or(0), 0.0, 1000.0));
    trace.bin_start = number_of(member(json, bins, "start"));
    trace.bin_end = number_of(member(json, bins, "end"));
    trace.bin_size = number_of(member(json, bins, "size"));
    return;
  }
  const Json* base = member(json, "base");
  if (base != nullptr && base->is_array()) trace.base = read_column(json, "base");
  if (const auto number = number_of(base))
    trace.base.numbers.assign((std::max)(trace.x.size(), trace.y.size()), *number);
  trace.bar_width = (std::max)(0.0, number_of(member(json, "width")).value_or(0));
  const Json* colors = member(json, "marker", "color");
  if (colors == nullptr || !colors->is_array()) return;
  for (const Json& color : *colors) {
    trace.point_colors.push_back(read_color(&color));
    if (trace.point_colors.back().empty()) trace.point_colors.back() = trace.color;
  }
}

inline void read_heatmap(PlotlyTrace& trace, const Json* json) {
  trace.z = matrix_of(member(json, "z"), "z");
  if (is_true(member(json, "transpose"))) throw UndrawableFigure("its heatmap is transposed");
  const std::string_view format = text_of(member(json, "texttemplate"));
  trace.shows_values = format.find("%{z") != std::string_view::npos;
  const Json* text = member(json, "text");
  if (format.find("%{text") == std::string_view::npos || text == nullptr || !text->is_array()) return;
  for (const Json& row : *text) {
    trace.cell_texts.emplace_back();
    if (!row.is_array()) continue;
    for (const Json& cell : row) trace.cell_texts.back().push_back(label_of(cell));
  }
}

/// Numbers the points on an axis for which the trace has no values.
inline void number_missing(PlotlyTrace& trace, double x_first, double x_step, double y_first, double y_step) {
  const auto fill = [](PlotlyColumn& column, std::size_t size, double first, double step) {
    if (column.size() > 0) return;
    for (std::size_t i = 0; i < size; ++i) column.numbers.push_back(first + static_cast<double>(i) * step);
  };
  fill(trace.x, trace.y.size(), x_first, x_step);
  fill(trace.y, trace.x.size(), y_first, y_step);
}

inline PlotlyTrace read_trace(const Json* json, const Json* layout, std::string_view default_color,
                              std::optional<PlotlyColorBar>& color_bar) {
  if (!json->is_object()) throw UndrawableFigure("a trace of it is not a JSON object");
  PlotlyTrace trace;
  const Json* type_json = member(json, "type");
  const std::string_view type = type_json == nullptr ? "scatter" : text_of(type_json);
  if (type_json != nullptr && !type_json->is_string()) throw UndrawableFigure("the type of a trace is not text");
  using Kind = PlotlyTrace::Kind;
  if (type == "scatter" || type == "scattergl")
    trace.kind = Kind::scatter;
  else if (type == "bar")
    trace.kind = Kind::bar;
  else if (type == "histogram")
    trace.kind = Kind::histogram;
  else if (type == "heatmap")
    trace.kind = Kind::heatmap;
  else
    throw UndrawableFigure("it has traces of type '" + repaired_utf8(type.substr(0, 40)) + "'");

  trace.name = title_of(member(json, "name"));
  trace.in_legend = !trace.name.empty() && !is_false(member(json, "showlegend")) && trace.kind != Kind::heatmap;
  trace.x = read_column(json, "x");
  trace.y = read_column(json, "y");
  trace.color = read_color(trace.kind == Kind::scatter ? member(json, "line", "color") : nullptr);
  if (trace.color.empty()) trace.color = read_color(member(json, "marker", "color"));
  if (trace.color.empty()) trace.color = std::string(default_color);
  trace.opacity = std::clamp(number_of(member(json, "opacity")).value_or(1), 0.0, 1.0);
  if (trace.kind == Kind::scatter) read_scatter(trace, json, layout, color_bar);
  if (trace.kind == Kind::bar || trace.kind == Kind::histogram) read_bars(trace, json);
  if (trace.kind == Kind::heatmap) {
    read_heatmap(trace, json);
    color_bar = read_color_bar(json, layout, "zmin", "zmax");
  }
  if (trace.kind == Kind::scatter || trace.kind == Kind::bar) {
    number_missing(trace, number_of(member(json, "x0")).value_or(0), number_of(member(json, "dx")).value_or(1),
                   number_of(member(json, "y0")).value_or(0), number_of(member(json, "dy")).value_or(1));
  }
  return trace;
}

}  // namespace erm::detail

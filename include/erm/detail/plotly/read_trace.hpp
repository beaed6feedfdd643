// Reads one trace of a plotly figure: its kind, its columns, and by the headers of each kind what belongs to it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/chart/attributes.hpp"
#include "erm/detail/chart/data.hpp"
#include "erm/detail/chart/left_out.hpp"
#include "erm/detail/chart/symbols.hpp"
#include "erm/detail/plotly/read_bars.hpp"
#include "erm/detail/plotly/read_boxes.hpp"
#include "erm/detail/plotly/read_colors.hpp"
#include "erm/detail/plotly/read_matrix.hpp"
#include "erm/detail/plotly/read_points.hpp"
#include "erm/detail/plotly/trace.hpp"
#include "erm/json.hpp"

namespace erm::detail {

/// Throws UndrawableFigure where ERM does not draw traces of `type`.
inline PlotlyTrace::Kind kind_of_trace(std::string_view type) {
  using Kind = PlotlyTrace::Kind;
  static constexpr std::pair<std::string_view, Kind> kinds[] = {{"scatter", Kind::scatter},
                                                                {"scattergl", Kind::scatter},
                                                                {"bar", Kind::bar},
                                                                {"waterfall", Kind::bar},
                                                                {"histogram", Kind::histogram},
                                                                {"heatmap", Kind::heatmap},
                                                                {"box", Kind::box},
                                                                {"contour", Kind::contour},
                                                                {"violin", Kind::violin},
                                                                {"ohlc", Kind::ohlc},
                                                                {"pie", Kind::pie},
                                                                {"candlestick", Kind::candlestick}};
  for (const auto& [name, kind] : kinds)
    if (name == type) return kind;
  throw UndrawableFigure("it has traces of type '" + repaired_utf8(type.substr(0, 40)) + "'");
}

/// Reads from the layout how bars, boxes and violins stand beside each other.
inline void read_group_style(PlotlyGroupStyle& style, const Json* layout) {
  const auto read = [&](const char* key, std::string& out) {
    if (const std::string_view text = text_of(member(layout, key)); !text.empty()) out = text;
  };
  const auto read_gap = [&](const char* key, double& out) {
    out = std::clamp(number_of(member(layout, key)).value_or(out), 0.0, 1.0);
  };
  read("barmode", style.bar_mode);
  read("barnorm", style.bar_norm);
  read("boxmode", style.box_mode);
  read("violinmode", style.violin_mode);
  style.bar_gap = number_of(member(layout, "bargap"));
  if (!style.bar_gap) style.bar_gap = number_of(member(layout, "waterfallgap"));
  read_gap("bargroupgap", style.bar_group_gap);
  read_gap("boxgap", style.box_gap);
  read_gap("boxgroupgap", style.box_group_gap);
  read_gap("violingap", style.violin_gap);
  read_gap("violingroupgap", style.violin_group_gap);
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

/// Reads the traces of a figure one after the other; a template may have several traces of a type, which take turns.
class PlotlyTraceReader {
 public:
  PlotlyTraceReader(const Json* layout, PlotlyLeftOut left_out) : layout_(layout), left_out_(left_out) {}

  /// `json` is an object that is visible; `index` is its place among those that are drawn, `number` that among all.
  /// Throws UndrawableFigure where it is malformed, or of a type that is not drawn.
  PlotlyTrace read(const Json& json, std::size_t index, std::size_t number, std::string_view default_color) {
    const Json* const type_json = member(&json, "type");
    if (type_json != nullptr && !type_json->is_string()) throw UndrawableFigure("the type of a trace is not text");
    const std::string type(type_json == nullptr ? "scatter" : text_of(type_json));
    PlotlyTrace trace;
    trace.kind = kind_of_trace(type);
    trace.index = index;
    number_ = number;
    const PlotlyAttributes attributes(json, template_of(type));
    read_common(trace, attributes, default_color);
    read_kind(trace, attributes, type);
    for (const std::string& path : attributes.unread()) left_out_.add(path);
    return trace;
  }
  /// Counts a trace that is not shown.
  void skip(const Json& json) {
    const std::string_view type = text_of(member(&json, "type"));
    (void)template_of(type.empty() ? "scatter" : std::string(type));
  }

 private:
  const Json* template_of(const std::string& type) {
    const Json* const list = member(layout_, "template", "data", type.c_str());
    if (list == nullptr || !list->is_array() || list->empty()) return nullptr;
    return &(*list)[count_of_type_[type]++ % list->size()];
  }

  void read_common(PlotlyTrace& trace, const PlotlyAttributes& attributes, std::string_view default_color) {
    using Kind = PlotlyTrace::Kind;
    trace.name = title_of(attributes.at("name"));
    const bool is_in_legends = !trace.is_matrix();
    const bool has_default_name = attributes.peek("name") == nullptr;
    if (has_default_name) trace.default_name = "trace " + std::to_string(number_);
    trace.in_legend = (!trace.name.empty() || has_default_name || trace.kind == Kind::pie) &&
                      attributes.flag("showlegend", true) && is_in_legends;
    if (trace.kind != Kind::pie) {
      trace.x = attributes.column("x");
      trace.y = attributes.column("y");
    }
    const Json* const marker_color = attributes.peek("marker.color");
    const std::string_view line_color = text_of(attributes.peek("line.color")), own_color = text_of(marker_color);
    if (trace.kind == Kind::scatter && is_color(line_color)) trace.color = line_color;
    if (trace.color.empty() && is_color(own_color)) trace.color = own_color;
    if (trace.color.empty()) trace.color = default_color;
    if (trace.kind == Kind::scatter || trace.kind == Kind::box || trace.kind == Kind::violin)
      (void)attributes.at("line.color");
    trace.opacity = attributes.number("opacity", 1, 0, 1);
    if (attributes.text("xcalendar").size() + attributes.text("ycalendar").size() > 0 &&
        (attributes.text("xcalendar") != "gregorian" || attributes.text("ycalendar") != "gregorian"))
      left_out_.add("a calendar");
  }

  void read_kind(PlotlyTrace& trace, const PlotlyAttributes& attributes, std::string_view type) {
    using Kind = PlotlyTrace::Kind;
    const auto first = [&](const char* start, const char* step) {
      return std::pair{attributes.number(start).value_or(0), attributes.number(step).value_or(1)};
    };
    if (trace.kind == Kind::scatter || trace.kind == Kind::bar || trace.kind == Kind::candlestick ||
        trace.kind == Kind::ohlc) {
      for (const char* const start : {"x0", "y0"})
        if (const Json* const json = attributes.peek(start); json != nullptr && !number_of(json))
          left_out_.add(std::string(start) + " that is no number");
      if (trace.kind == Kind::candlestick || trace.kind == Kind::ohlc) {
        read_candles(trace, attributes);
        trace.y.numbers = trace.close;
      }
      const auto [x_first, x_step] = first("x0", "dx");
      const auto [y_first, y_step] = first("y0", "dy");
      number_missing(trace, x_first, x_step, y_first, y_step);
    }
    switch (trace.kind) {
      case Kind::scatter:
        attributes.ignore("fillpattern");
        if (attributes.peek("fillpattern.shape") != nullptr) left_out_.add("fillpattern");
        read_scatter(trace, attributes, layout_, left_out_);
        note_symbols(trace);
        break;
      case Kind::bar:
      case Kind::histogram:
        read_bars(trace, attributes, layout_, type, left_out_);
        break;
      case Kind::heatmap:
      case Kind::contour:
        read_heatmap(trace, attributes, layout_, left_out_);
        break;
      case Kind::box:
      case Kind::violin:
        read_box(trace, attributes, left_out_);
        break;
      case Kind::pie:
        read_pie(trace, attributes, layout_, left_out_);
        break;
      case Kind::candlestick:
      case Kind::ohlc:
        break;
    }
  }

  /// Names the symbols of markers that are drawn as circles.
  void note_symbols(const PlotlyTrace& trace) {
    for (const std::string& name : trace.symbols.values)
      if (!symbol_named(name).is_known) left_out_.add("marker.symbol '" + name + "'");
  }

  const Json* layout_;
  PlotlyLeftOut left_out_;
  std::map<std::string, std::size_t> count_of_type_;
  std::size_t number_ = 0;
};

}  // namespace erm::detail

// Reads bars, histograms and waterfalls, which are bars that begin where the one before ends.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/plotly/read_points.hpp"

namespace erm::detail {

/// What bars, histograms and boxes share in how they stand beside each other.
inline void read_groups(PlotlyTrace& trace, const PlotlyAttributes& attributes) {
  trace.alignment_group = attributes.text("alignmentgroup");
  trace.offset_group = attributes.text("offsetgroup");
}

inline void read_histogram(PlotlyTrace& trace, const PlotlyAttributes& attributes) {
  const std::string letter = trace.is_horizontal ? "y" : "x";
  const std::string bins = letter + "bins";
  trace.histogram_function = attributes.text("histfunc");
  trace.histogram_norm = attributes.text("histnorm");
  if (attributes.flag("cumulative.enabled")) {
    trace.accumulates = attributes.text("cumulative.direction") == "decreasing" ? "decreasing" : "increasing";
    if (const std::string_view bin = attributes.text("cumulative.currentbin"); !bin.empty()) trace.current_bin = bin;
  } else {
    attributes.ignore("cumulative");
  }
  trace.bin_group = attributes.text("bingroup");
  trace.bins = static_cast<std::size_t>(attributes.number("nbins" + letter, 0, 0, 1e5));
  trace.bin_start = attributes.number(bins + ".start");
  trace.bin_end = attributes.number(bins + ".end");
  trace.bin_size = attributes.number(bins + ".size");
}

inline void read_waterfall(PlotlyTrace& trace, const PlotlyAttributes& attributes, PlotlyLeftOut& left_out) {
  const PlotlyPerPoint<std::string> measures = attributes.texts("measure");
  const double base = attributes.number("base").value_or(0);
  PlotlyColumn& values = trace.is_horizontal ? trace.x : trace.y;
  const auto color = [&](const char* name, const char* otherwise) {
    const std::string own = attributes.color(name);
    return own.empty() ? std::string(otherwise) : own;
  };
  const std::string rising = color("increasing.marker.color", "#3D9970");
  const std::string falling = color("decreasing.marker.color", "#FF4136");
  const std::string total = color("totals.marker.color", "#4499FF");
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string measure = measures.at(i, "relative");
    double value = values.numbers[i];
    const bool is_total = measure == "total" || measure == "t", is_absolute = measure == "absolute" || measure == "a";
    if (!is_finite(value)) value = 0;
    trace.base.numbers.push_back(is_total || is_absolute ? base : base + sum);
    if (is_total) value = sum;
    sum = is_absolute ? value : is_total ? sum : sum + value;
    values.numbers[i] = value;
    trace.point_colors.push_back(is_total || is_absolute ? total : value >= 0 ? rising : falling);
  }
  if (!values.texts.empty()) values.texts.clear();
  if (!is_false(attributes.at("connector.visible"))) left_out.add("the connectors of a waterfall");
  attributes.ignore("connector");
}

inline void read_bars(PlotlyTrace& trace, const PlotlyAttributes& attributes, const Json* layout, std::string_view type,
                      PlotlyLeftOut& left_out) {
  const std::string_view orientation = attributes.text("orientation");
  trace.is_horizontal = orientation == "h" || (orientation.empty() && trace.x.size() == 0 && trace.y.size() > 0 &&
                                               trace.kind == PlotlyTrace::Kind::histogram);
  read_groups(trace, attributes);
  if (type == "waterfall") {
    read_waterfall(trace, attributes, left_out);
  } else if (trace.kind == PlotlyTrace::Kind::histogram) {
    read_histogram(trace, attributes);
  } else {
    const PlotlyPerPoint<double> base = attributes.numbers("base");
    const std::size_t size = (std::max)(trace.x.size(), trace.y.size());
    if (!base.empty())
      for (std::size_t i = 0; i < size; ++i) trace.base.numbers.push_back(base.at(i, 0));
  }
  if (trace.kind == PlotlyTrace::Kind::bar) {
    trace.widths = attributes.numbers("width");
    for (double& width : trace.widths.values) width = (std::max)(width, 0.0);
    trace.offset = attributes.numbers("offset");
  }
  read_point_colors(trace, attributes, layout);
  trace.marker_line_width = attributes.number("marker.line.width", 0, 0, 20);
  trace.marker_line_color = attributes.color("marker.line.color");
  if (trace.marker_line_width == 0) attributes.ignore("marker.line");
  trace.marker_opacity = attributes.number("marker.opacity", 1, 0, 1);
  if (attributes.text("marker.pattern.shape").empty() && attributes.peek("marker.pattern.shape") == nullptr)
    attributes.ignore("marker.pattern");
  else
    left_out.add("marker.pattern");
  attributes.ignore("marker.pattern");
  if (attributes.text("textposition") == "none")
    for (const char* const name : {"text", "texttemplate"}) attributes.ignore(name);
  else if (trace.kind == PlotlyTrace::Kind::bar)
    trace.texts = read_texts(trace, attributes, left_out);
  trace.text_places = attributes.texts("textposition");
  for (const char* const name : {"insidetextanchor", "constraintext", "textangle"}) attributes.ignore(name);
  if (trace.kind == PlotlyTrace::Kind::bar && type == "bar") {
    trace.error_x = read_errors(attributes, "error_x", trace.x, "#444444", 4);
    trace.error_y = read_errors(attributes, "error_y", trace.y, "#444444", 4);
  }
}

}  // namespace erm::detail

// Reads a plotly figure: what of its JSON ERM can draw, checked and with defaults filled in. What it cannot draw it names.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/plotly/annotations.hpp"
#include "erm/detail/plotly/axes.hpp"
#include "erm/detail/plotly/figure.hpp"
#include "erm/detail/plotly/layout_keys.hpp"
#include "erm/detail/chart/left_out.hpp"
#include "erm/detail/plotly/read_colors.hpp"
#include "erm/detail/plotly/read_trace.hpp"
#include "erm/detail/plotly/shapes.hpp"
#include "erm/json.hpp"

namespace erm::detail {

/// Whether plotly shows the last trace first: of stacked bars, and of areas that reach to the trace before.
inline bool reverses_legend(const std::vector<PlotlyTrace>& traces, const Json* layout) {
  const std::string_view order = text_of(member(layout, "legend", "traceorder"));
  if (!order.empty()) return order.find("reversed") != std::string_view::npos;
  const bool is_stacked = text_of(member(layout, "barmode")) == "stack";
  return std::any_of(traces.begin(), traces.end(), [&](const PlotlyTrace& trace) {
    return trace.in_legend && (trace.fill == "tonexty" || trace.fill == "tonextx" ||
                               (is_stacked && is_bar(trace)));
  });
}

/// Throws UndrawableFigure where the figure is malformed, or has something that ERM does not draw.
inline PlotlyFigure read_plotly(const Json& json) {
  const Json* data = member(&json, "data");
  const Json* layout = member(&json, "layout");
  if (data == nullptr || !data->is_array()) throw UndrawableFigure("it has no list of traces named \"data\"");
  PlotlyFigure figure;
  PlotlyAxes axes(layout);
  figure.title = title_of(member(layout, "title"));
  read_group_style(figure.groups, layout);

  static constexpr std::string_view colors[] = {"#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd",
                                                "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"};
  const Json* own_colors = member(layout, "colorway");
  if (own_colors == nullptr) own_colors = member(layout, "template", "layout", "colorway");
  PlotlyLeftOut left_out(figure.left_out);
  PlotlyTraceReader reader(layout, left_out);
  std::size_t index = 0, drawn = 0, in_legend = 0;
  for (const Json& trace : *data) {
    if (!trace.is_object()) throw UndrawableFigure("a trace of it is not a JSON object");
    std::string color;
    if (own_colors != nullptr && own_colors->is_array() && !own_colors->empty())
      color = read_color(&(*own_colors)[index % own_colors->size()]);
    if (color.empty()) color = colors[index % std::size(colors)];
    ++index;
    const Json* visible = member(&trace, "visible");
    if (is_false(visible) || text_of(visible) == "legendonly") {
      reader.skip(trace);
      continue;
    }
    PlotlyTrace read = reader.read(trace, drawn++, index - 1, color);
    if (read.kind == PlotlyTrace::Kind::pie) {
      if (read.in_legend) in_legend += (std::max<std::size_t>)(read.labels.size(), 2);
      figure.pies.push_back(std::move(read));
      continue;
    }
    if (read.in_legend) ++in_legend;
    figure.traces.push_back(std::move(read));
    axes.add_trace(trace);
  }
  figure.color_bar = settle_color_bars(figure.traces, left_out);
  const Json* legend = member(layout, "showlegend");
  figure.shows_legend = in_legend > 0 && !is_false(legend) && (in_legend > 1 || is_true(legend));
  figure.reverses_legend = reverses_legend(figure.traces, layout);
  axes.settle(figure);
  if (figure.traces.empty() && figure.panels.empty() && !figure.pies.empty())
    figure.x.is_visible = figure.y.is_visible = false;
  name_unknown_layout(figure, json, axes);
  read_shapes(figure, axes, layout);
  read_annotations(figure, axes, layout);
  return figure;
}

}  // namespace erm::detail

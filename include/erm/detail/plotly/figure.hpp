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
#include "erm/detail/plotly/left_out.hpp"
#include "erm/detail/plotly/read_colors.hpp"
#include "erm/detail/plotly/read_trace.hpp"
#include "erm/detail/plotly/trace.hpp"
#include "erm/json.hpp"

namespace erm::detail {

struct PlotlyFigure {
  std::string title;
  PlotlyAxis x, y;
  std::vector<PlotlyTrace> traces;
  PlotlyGroupStyle groups;
  bool shows_legend = false;
  std::optional<PlotlyColorBar> color_bar;
  std::vector<std::string> left_out;  // what of the figure is not drawn; a line below it says so

  /// Notes that the figure is drawn without `what` ("the symbols of markers").
  void leave_out(std::string what) {
    if (std::find(left_out.begin(), left_out.end(), what) == left_out.end()) left_out.push_back(std::move(what));
  }
};

inline void read_axis(PlotlyAxis& axis, const Json* json) {
  axis.title = title_of(member(json, "title"));
  const std::string_view type = text_of(member(json, "type"));
  axis.has_kind = type == "log" || type == "linear" || type == "category" || type == "date" || type == "multicategory";
  axis.kind = type == "log"                        ? PlotlyAxis::Kind::logarithmic
              : type == "linear" || !axis.has_kind ? PlotlyAxis::Kind::linear
                                                   : PlotlyAxis::Kind::category;
  const std::string_view autorange = text_of(member(json, "autorange"));
  axis.reversed = autorange == "reversed";
  axis.shows_labels = !is_false(member(json, "showticklabels")) && !is_false(member(json, "visible"));
  const Json* range = member(json, "range");
  if (autorange.empty() && !is_true(member(json, "autorange")) && range != nullptr && range->is_array() &&
      range->size() == 2) {
    const auto from = number_of(&(*range)[0]), to = number_of(&(*range)[1]);
    if (from && to) axis.fixed_range = {*from, *to};
  }
  if (text_of(member(json, "categoryorder")) == "array") {
    const PlotlyColumn order = read_column(json, "categoryarray");
    for (std::size_t i = 0; i < order.size(); ++i) (void)axis.category_place(order.text(i));
  }
}

inline void read_ticks(PlotlyAxis& axis, const Json* json) {
  const PlotlyColumn values = read_column(json, "tickvals"), texts = read_column(json, "ticktext");
  if (axis.kind == PlotlyAxis::Kind::category) return;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double place = axis.place(values.numbers[i]);
    if (is_finite(place)) axis.fixed_ticks.push_back({place, i < texts.size() ? texts.text(i) : values.text(i)});
  }
}

inline void settle_kind(PlotlyAxis& axis, const std::vector<PlotlyTrace>& traces, PlotlyColumn PlotlyTrace::*column) {
  if (axis.has_kind) return;
  for (const PlotlyTrace& trace : traces)
    if (!(trace.*column).is_numeric()) axis.kind = PlotlyAxis::Kind::category;
}

/// Throws UndrawableFigure where the figure is malformed, or has something that ERM does not draw.
inline PlotlyFigure read_plotly(const Json& json) {
  const Json* data = member(&json, "data");
  const Json* layout = member(&json, "layout");
  if (data == nullptr || !data->is_array()) throw UndrawableFigure("it has no list of traces named \"data\"");
  PlotlyFigure figure;
  figure.title = title_of(member(layout, "title"));
  read_axis(figure.x, member(layout, "xaxis"));
  read_axis(figure.y, member(layout, "yaxis"));
  read_group_style(figure.groups, layout);

  static constexpr std::string_view colors[] = {"#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd",
                                                "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"};
  const Json* own_colors = member(layout, "colorway");
  if (own_colors == nullptr) own_colors = member(layout, "template", "layout", "colorway");
  PlotlyTraceReader reader(layout, PlotlyLeftOut(figure.left_out));
  std::size_t index = 0, in_legend = 0;
  for (const Json& trace : *data) {
    std::string color;
    if (!trace.is_object()) throw UndrawableFigure("a trace of it is not a JSON object");
    if (own_colors != nullptr && own_colors->is_array() && !own_colors->empty())
      color = read_color(&(*own_colors)[index % own_colors->size()]);
    if (color.empty()) color = colors[index % std::size(colors)];
    ++index;
    const Json* visible = member(&trace, "visible");
    if (is_false(visible) || text_of(visible) == "legendonly") {
      reader.skip(trace);
      continue;
    }
    figure.traces.push_back(reader.read(trace, figure.traces.size(), color));
    if (figure.traces.back().in_legend) ++in_legend;
  }
  PlotlyLeftOut left_out(figure.left_out);
  figure.color_bar = settle_color_bars(figure.traces, left_out);
  const Json* legend = member(layout, "showlegend");
  figure.shows_legend = in_legend > 0 && !is_false(legend) && (in_legend > 1 || is_true(legend));
  settle_kind(figure.x, figure.traces, &PlotlyTrace::x);
  settle_kind(figure.y, figure.traces, &PlotlyTrace::y);
  read_ticks(figure.x, member(layout, "xaxis"));
  read_ticks(figure.y, member(layout, "yaxis"));
  return figure;
}

}  // namespace erm::detail

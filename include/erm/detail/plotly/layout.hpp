// The layout of a figure: the ranges and ticks of its axes, the places of its points, and its margins.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/plotly/bars.hpp"
#include "erm/detail/plotly/figure.hpp"
#include "erm/detail/plotly/svg_parts.hpp"
#include "erm/detail/plotly/trace_layout.hpp"

namespace erm::detail {

inline constexpr double svg_font_size = 12;
inline constexpr std::size_t max_legend_entries = 16;
inline constexpr double left_out_line_height = 16;

struct PlotlyLayout {
  PlotlyFigure figure;
  PlotlyTraceLayout traces;
  std::vector<PlotlyTick> x_ticks, y_ticks;
  bool slants_x_labels = false;
  double width = 640, height = 400;  // of the whole figure, in pixels
  double left = 0, top = 0, plot_width = 0, plot_height = 0;
  double legend_width = 0, color_bar_width = 0;
  std::vector<std::string> left_out;  // the lines below the figure that say what is not drawn; part of the height

  [[nodiscard]] double x_pixel(double place) const { return figure.x.fraction(place) * plot_width; }
  [[nodiscard]] double y_pixel(double place) const { return (1 - figure.y.fraction(place)) * plot_height; }
  /// `point`, moved to at most 10 pixels outside of the plot: a rectangle looks the same.
  [[nodiscard]] SvgPoint near_plot(const SvgPoint& point) const {
    return {std::clamp(point.x, -10.0, plot_width + 10), std::clamp(point.y, -10.0, plot_height + 10)};
  }
};

inline double widest(const std::vector<PlotlyTick>& ticks) {
  double width = 0;
  for (const PlotlyTick& tick : ticks) width = (std::max)(width, text_width(tick.label));
  return width;
}

/// Sets the final ranges, and the room that ticks, titles, legend and colour scale need.
inline void lay_out_margins(PlotlyLayout& layout) {
  PlotlyFigure& figure = layout.figure;
  figure.x.settle_range();
  figure.y.settle_range();
  if (figure.y.kind == PlotlyAxis::Kind::category)
    layout.height = std::clamp(static_cast<double>(figure.y.categories.size()) * 18 + 110, layout.height, 900.0);

  layout.top = figure.title.empty() ? 14 : 40;
  double bottom = 12 + (figure.x.title.empty() ? 0 : 22);
  double right = 18;
  if (figure.shows_legend) {
    std::size_t shown = 0;
    for (const PlotlyTrace& trace : figure.traces)
      if (trace.in_legend && ++shown <= max_legend_entries)
        layout.legend_width =
            (std::max)(layout.legend_width, (std::min)(text_width(trace.name), 14.0) * svg_font_size + 36);
    right += layout.legend_width;
  }
  if (figure.color_bar && figure.color_bar->is_shown && figure.color_bar->low && figure.color_bar->high) {
    layout.color_bar_width = 74;
    right += layout.color_bar_width;
  }
  const double left_space = 14 + (figure.y.title.empty() ? 0 : 22);

  layout.plot_height = layout.height - layout.top - bottom - 22;
  const int y_wanted = static_cast<int>(layout.plot_height / (figure.y.kind == PlotlyAxis::Kind::category ? 15 : 36));
  layout.y_ticks = figure.y.ticks(y_wanted);
  for (PlotlyTick& tick : layout.y_ticks) tick.label = fitted_text(tick.label, 13);
  if (!figure.y.shows_labels)
    for (PlotlyTick& tick : layout.y_ticks) tick.label.clear();
  layout.left = left_space + widest(layout.y_ticks) * svg_font_size;
  layout.plot_width = layout.width - layout.left - right;

  const bool named_x = figure.x.kind == PlotlyAxis::Kind::category || !figure.x.fixed_ticks.empty();
  layout.x_ticks = figure.x.ticks(static_cast<int>(layout.plot_width / (named_x ? 16 : 64)));
  if (!figure.x.shows_labels)
    for (PlotlyTick& tick : layout.x_ticks) tick.label.clear();
  const double slot = layout.plot_width / static_cast<double>((std::max<std::size_t>)(layout.x_ticks.size(), 1));
  layout.slants_x_labels = named_x && widest(layout.x_ticks) * svg_font_size > slot - 4;
  for (PlotlyTick& tick : layout.x_ticks) tick.label = fitted_text(tick.label, layout.slants_x_labels ? 10 : 24);
  bottom += layout.slants_x_labels ? 14 + widest(layout.x_ticks) * svg_font_size * 0.6 : 22;
  layout.plot_height = layout.height - layout.top - bottom;
}

/// "Not drawn: this; that." in lines of at most `width` pixels.
inline std::vector<std::string> left_out_lines(const std::vector<std::string>& left_out, double width) {
  std::vector<std::string> lines;
  if (left_out.empty()) return lines;
  lines.emplace_back("Not drawn:");
  constexpr std::size_t most = 12;
  for (std::size_t i = 0; i < left_out.size(); ++i) {
    const bool is_last = i + 1 == left_out.size() || i + 1 == most;
    std::string part = fitted_text(left_out[i], 40);
    if (i + 1 == most && i + 1 < left_out.size()) part += ", and " + std::to_string(left_out.size() - most) + " more";
    part += is_last ? "." : ";";
    if (text_width(lines.back() + " " + part) * svg_font_size > width)
      lines.push_back(std::move(part));
    else
      lines.back() += " " + part;
    if (is_last) break;
  }
  return lines;
}

inline PlotlyLayout lay_out_plotly(PlotlyFigure figure) {
  PlotlyLayout layout;
  layout.figure = std::move(figure);
  PlotlyFigure& own = layout.figure;
  layout.traces = lay_out_traces(own.traces, own.x, own.y, own.groups);
  for (const PlotlyTrace& trace : own.traces)
    if (trace.is_matrix() || trace.kind == PlotlyTrace::Kind::pie) layout.height = 480;
  lay_out_margins(layout);
  layout.left_out = left_out_lines(layout.figure.left_out, layout.width - 24);
  return layout;
}

}  // namespace erm::detail

// The layout of a figure: the ranges and ticks of its axes, the places of its points, and its margins.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/plotly/bars.hpp"
#include "erm/detail/plotly/figure.hpp"
#include "erm/detail/plotly/marks.hpp"
#include "erm/detail/plotly/points.hpp"
#include "erm/detail/plotly/svg_parts.hpp"

namespace erm::detail {

inline constexpr double svg_font_size = 12;
inline constexpr std::size_t max_legend_entries = 16;
inline constexpr double left_out_line_height = 16;

struct PlotlyLayout {
  PlotlyFigure figure;
  std::vector<std::vector<double>> xs, ys;  // for each heatmap the edges of its cells
  std::vector<PlotlyPoints> points;         // of each scatter trace
  std::vector<std::vector<PlotlyBar>> bars;
  std::vector<PlotlyMarks> marks;  // of the traces that are drawn as such
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

/// Replaces each block of cells by its mean.
inline void shrink_matrix(std::vector<std::vector<double>>& z, std::size_t columns, std::size_t row_block,
                          std::size_t column_block) {
  if (row_block == 1 && column_block == 1) return;
  std::vector<std::vector<double>> out;
  for (std::size_t i = 0; i < z.size(); i += row_block) {
    std::vector<double> sums((columns + column_block - 1) / column_block), counts(sums.size());
    for (std::size_t r = i; r < (std::min)(i + row_block, z.size()); ++r)
      for (std::size_t c = 0; c < z[r].size(); ++c) {
        if (!is_finite(z[r][c])) continue;
        sums[c / column_block] += z[r][c];
        ++counts[c / column_block];
      }
    for (std::size_t c = 0; c < sums.size(); ++c) sums[c] = counts[c] > 0 ? sums[c] / counts[c] : no_number();
    out.push_back(std::move(sums));
  }
  z = std::move(out);
}

/// The edges of `count` cells. `places` are those of their middles, of their edges where there is one more, or empty.
inline std::vector<double> cell_edges(const std::vector<double>& places, std::size_t count) {
  std::vector<double> edges;
  if (places.empty()) {
    for (std::size_t i = 0; i <= count; ++i) edges.push_back(static_cast<double>(i) - 0.5);
    return edges;
  }
  if (places.size() == count + 1) return places;
  if (places.size() < count) throw UndrawableFigure("its heatmap has fewer labels than cells");
  for (std::size_t i = 0; i <= count; ++i) {
    const double left = i > 0 ? places[i - 1] : count > 1 ? 2 * places[0] - places[1] : places[0] - 1;
    const double right = i < count ? places[i] : count > 1 ? 2 * places[count - 1] - places[count - 2] : places[0] + 1;
    edges.push_back(left + (right - left) / 2);
  }
  return edges;
}

inline void lay_out_heatmap(PlotlyLayout& layout, std::size_t index) {
  PlotlyTrace& trace = layout.figure.traces[index];
  std::size_t columns = 0;
  for (const auto& row : trace.z) columns = (std::max)(columns, row.size());
  std::vector<double> x = cell_edges(layout.figure.x.places(trace.x), columns);
  std::vector<double> y = cell_edges(layout.figure.y.places(trace.y), trace.z.size());
  const std::size_t row_block = trace.z.size() / 201 + 1, column_block = columns / 201 + 1;
  shrink_matrix(trace.z, columns, row_block, column_block);
  const auto keep_edges = [](std::vector<double>& edges, std::size_t block) {
    std::vector<double> kept;
    for (std::size_t i = 0; i + 1 < edges.size(); i += block) kept.push_back(edges[i]);
    kept.push_back(edges.back());
    edges = std::move(kept);
  };
  keep_edges(x, column_block);
  keep_edges(y, row_block);
  if (row_block > 1 || column_block > 1) trace.cell_texts.clear();

  if (columns > 0 && !trace.z.empty()) {
    for (const double edge : x) layout.figure.x.widen(edge);
    for (const double edge : y) layout.figure.y.widen(edge);
  }
  layout.xs[index] = std::move(x);
  layout.ys[index] = std::move(y);
  layout.height = 480;
}

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
  layout.marks.resize(layout.figure.traces.size());
  layout.xs.resize(layout.figure.traces.size());
  layout.ys.resize(layout.figure.traces.size());
  std::vector<std::size_t> all(layout.figure.traces.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  PlotlyFigure& own = layout.figure;
  lay_out_bars(own.traces, all, own.x, own.y, own.groups, layout.bars);
  lay_out_points(own.traces, all, own.x, own.y, layout.points);
  for (std::size_t i = 0; i < layout.figure.traces.size(); ++i) {
    if (layout.figure.traces[i].kind == PlotlyTrace::Kind::heatmap) lay_out_heatmap(layout, i);
  }
  lay_out_margins(layout);
  layout.left_out = left_out_lines(layout.figure.left_out, layout.width - 24);
  return layout;
}

}  // namespace erm::detail

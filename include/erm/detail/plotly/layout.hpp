// The layout of a figure: the ranges and ticks of its axes, the places of its points, and its margins.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/plotly/bars.hpp"
#include "erm/detail/plotly/figure.hpp"
#include "erm/detail/plotly/margins.hpp"
#include "erm/detail/plotly/svg_parts.hpp"

namespace erm::detail {

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

  PlotlyColorBar& bar = *layout.figure.color_bar;
  PlotlyAxis range;
  for (const auto& row : trace.z)
    for (const double value : row) range.widen(value);
  if (!bar.low) bar.low = range.low;
  if (!bar.high) bar.high = range.has_places ? range.high : 1;
  if (!is_finite(*bar.high - *bar.low)) throw UndrawableFigure("its numbers are too large to be drawn");
  if (columns > 0 && !trace.z.empty()) {
    for (const double edge : x) layout.figure.x.widen(edge);
    for (const double edge : y) layout.figure.y.widen(edge);
  }
  layout.xs[index] = std::move(x);
  layout.ys[index] = std::move(y);
  layout.height = 480;
}

/// The room that plotly gives the points of a trace: as much as its markers are wide, and a twentieth of the axis, but
/// none before and behind lines.
inline void widen_by_points(PlotlyLayout& layout, std::size_t index) {
  PlotlyFigure& figure = layout.figure;
  const PlotlyTrace& trace = figure.traces[index];
  const std::vector<double>&x = layout.xs[index], &y = layout.ys[index];
  PlotlyRoom x_room{0, true}, y_room{0, true};
  if (trace.has_markers) x_room.pixels = y_room.pixels = (std::max)(trace.marker_size / 1.6, 3.0);
  const bool is_open = x.size() < 2 || x.front() != x.back() || y.front() != y.back();
  const bool fills_down = trace.fill == "tozeroy" || trace.fill == "tonexty";
  if (fills_down || !trace.has_markers) x_room = {};
  if (fills_down && is_open && trace.fill == "tozeroy") figure.y.widen(figure.y.place(0), PlotlyRoom{});
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (is_finite(x[i])) figure.x.widen(x[i], x_room);
    if (is_finite(y[i])) figure.y.widen(y[i], y[i] == 0 && fills_down ? PlotlyRoom{} : y_room);
  }
}

inline void lay_out_scatter(PlotlyLayout& layout, std::size_t index) {
  PlotlyFigure& figure = layout.figure;
  const PlotlyTrace& trace = figure.traces[index];
  std::vector<double>&x = layout.xs[index], &y = layout.ys[index];
  x = figure.x.places(trace.x);
  y = figure.y.places(trace.y);
  const std::size_t size = (std::min)(x.size(), y.size());
  x.resize(size);
  y.resize(size);
  widen_by_points(layout, index);
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

inline void lay_out_traces(PlotlyLayout& layout) {
  layout.xs.resize(layout.figure.traces.size());
  layout.ys.resize(layout.figure.traces.size());
  layout.bars = lay_out_bars(layout.figure);
  for (std::size_t i = 0; i < layout.figure.traces.size(); ++i) {
    if (layout.figure.traces[i].kind == PlotlyTrace::Kind::scatter) lay_out_scatter(layout, i);
    if (layout.figure.traces[i].kind == PlotlyTrace::Kind::heatmap) lay_out_heatmap(layout, i);
  }
}

/// Axes of one group have the same range, that of the traces of all.
inline void join_ranges(const std::vector<PlotlyLayout*>& panels) {
  std::map<std::string, std::vector<PlotlyAxis*>> groups;
  for (PlotlyLayout* panel : panels)
    for (PlotlyAxis* axis : {&panel->figure.x, &panel->figure.y}) groups[axis->group].push_back(axis);
  for (const auto& [group, axes] : groups) {
    PlotlyAxis all = *axes[0];
    for (const PlotlyAxis* axis : axes) all.join(*axis);
    for (PlotlyAxis* axis : axes) axis->join(all);
  }
}

inline PlotlyLayout lay_out_plotly(PlotlyFigure figure) {
  PlotlyLayout layout;
  layout.figure = std::move(figure);
  for (PlotlyFigure& panel : layout.figure.panels) {
    layout.panels.emplace_back();
    layout.panels.back().figure = std::move(panel);
    lay_out_traces(layout.panels.back());
  }
  layout.figure.panels.clear();
  if (layout.panels.empty()) lay_out_traces(layout);
  join_ranges(layout.pairs());
  PlotlyMargins(layout).settle();
  layout.left_out = left_out_lines(layout.figure.left_out, layout.width - 24);
  return layout;
}

}  // namespace erm::detail

// Lays out the traces of one pair of axes: the bars, points and marks that they are drawn as, in places on the axes,
// which it widens to hold them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/chart/axis.hpp"
#include "erm/detail/chart/marks.hpp"
#include "erm/detail/plotly/bars.hpp"
#include "erm/detail/plotly/boxes.hpp"
#include "erm/detail/plotly/contours.hpp"
#include "erm/detail/plotly/draw_bars.hpp"
#include "erm/detail/plotly/points.hpp"
#include "erm/detail/plotly/trace.hpp"

namespace erm::detail {

/// For each trace what it is drawn as; the lists of other kinds are empty.
struct PlotlyTraceLayout {
  std::vector<std::vector<PlotlyBar>> bars;
  std::vector<PlotlyPoints> points;
  std::vector<PlotlyMarks> marks;
  std::vector<std::vector<double>> xs, ys;  // the edges of the cells of heatmaps
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

inline std::size_t columns_of(const std::vector<std::vector<double>>& z) {
  std::size_t columns = 0;
  for (const auto& row : z) columns = (std::max)(columns, row.size());
  return columns;
}

inline void lay_out_heatmap(PlotlyTrace& trace, PlotlyAxis& x_axis, PlotlyAxis& y_axis, std::vector<double>& x,
                            std::vector<double>& y) {
  const std::size_t columns = columns_of(trace.z);
  x = cell_edges(x_axis.places(trace.x), columns);
  y = cell_edges(y_axis.places(trace.y), trace.z.size());
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
  if (columns == 0 || trace.z.empty()) return;
  for (const double edge : x) x_axis.widen(edge);
  for (const double edge : y) y_axis.widen(edge);
}

/// A contour plot stands on the middles of its cells. Where it has more than can be seen, blocks of cells are averaged.
inline void lay_out_contours(PlotlyTrace& trace, PlotlyAxis& x_axis, PlotlyAxis& y_axis, PlotlyMarks& marks) {
  const auto middles = [](std::vector<double> places, std::size_t count) {
    for (std::size_t i = places.size(); places.size() < count && i == places.size(); ++i)
      places.push_back(static_cast<double>(i));
    if (places.size() == count + 1)
      for (std::size_t i = 0; i < count; ++i) places[i] = (places[i] + places[i + 1]) / 2;
    places.resize(count);
    return places;
  };
  const PlotlyColumn &x_column = trace.x, &y_column = trace.y;
  const std::size_t columns = columns_of(trace.z), rows = trace.z.size();
  if ((x_column.size() > 0 && x_column.size() < columns) || (y_column.size() > 0 && y_column.size() < rows))
    throw UndrawableFigure("its contours have fewer labels than cells");
  std::vector<double> x = middles(x_axis.places(x_column), columns), y = middles(y_axis.places(y_column), rows);
  const auto blocks = [](std::vector<double>& places, std::size_t block) {
    std::vector<double> out;
    for (std::size_t i = 0; i < places.size(); i += block) {
      const std::size_t end = (std::min)(i + block, places.size());
      out.push_back((places[i] + places[end - 1]) / 2);
    }
    places = std::move(out);
  };
  if (columns == 0 || rows == 0) return;
  for (const double place : x) x_axis.widen(place);
  for (const double place : y) y_axis.widen(place);
  for (std::size_t block = (std::max)(columns, rows) / 201 + 1;;) {
    const std::size_t now = columns_of(trace.z);
    shrink_matrix(trace.z, now, block, block);
    blocks(x, block);
    blocks(y, block);
    marks = PlotlyMarks();
    PlotlyContours(trace, x, y).add_to(marks);
    std::size_t size = 0;
    for (const PlotlyMark& mark : marks.marks) size += mark.points.size();
    if (size < 150000 || trace.z.size() < 8 || now < 8) return;
    block = 2;
  }
}

/// `traces` are all of the pair of axes `x`, `y`.
inline PlotlyTraceLayout lay_out_traces(std::vector<PlotlyTrace>& traces, PlotlyAxis& x, PlotlyAxis& y,
                                        const PlotlyGroupStyle& groups) {
  PlotlyTraceLayout layout;
  std::vector<std::size_t> all(traces.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  layout.xs.resize(traces.size());
  layout.ys.resize(traces.size());
  lay_out_bars(traces, all, x, y, groups, layout.bars);
  for (std::size_t i = 0; i < traces.size(); ++i) widen_for_bar_errors(traces[i], layout.bars[i], x, y);
  lay_out_points(traces, all, x, y, layout.points);
  lay_out_boxes(traces, all, x, y, groups, layout.marks);
  for (std::size_t i = 0; i < traces.size(); ++i) {
    if (traces[i].kind == PlotlyTrace::Kind::heatmap) lay_out_heatmap(traces[i], x, y, layout.xs[i], layout.ys[i]);
    if (traces[i].kind == PlotlyTrace::Kind::contour) lay_out_contours(traces[i], x, y, layout.marks[i]);
  }
  return layout;
}

}  // namespace erm::detail

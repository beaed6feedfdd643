// Draws heatmaps: a rectangle for each cell, and the texts in the cells.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/chart/color.hpp"
#include "erm/detail/chart/marks.hpp"
#include "erm/detail/chart/svg_parts.hpp"
#include "erm/detail/plotly/trace.hpp"

namespace erm::detail {

inline void append_cell_texts(std::string& out, const PlotlyTrace& trace, const std::vector<double>& x,
                              const std::vector<double>& y, const PlotlyPlane& plane) {
  if (trace.cell_texts.empty() || trace.z.size() * x.size() > 4000) return;
  for (std::size_t r = 0; r < trace.z.size() && r < trace.cell_texts.size(); ++r) {
    for (std::size_t c = 0; c < trace.z[r].size() && c < trace.cell_texts[r].size(); ++c) {
      const std::string& text = trace.cell_texts[r][c];
      const double left = plane.x_pixel(x[c]), right = plane.x_pixel(x[c + 1]), top = plane.y_pixel(y[r]),
                   bottom = plane.y_pixel(y[r + 1]);
      if (!(std::fabs(bottom - top) >= 11) || std::fabs(top) > 1e4 || !is_finite(trace.z[r][c]) ||
          !(text_width(text) * 11 < std::fabs(right - left)))
        continue;
      const Rgb color = trace.color_bar->scale.at(trace.color_bar->place(trace.z[r][c]));
      append_text(out, (left + right) / 2, (top + bottom) / 2 + 4, text, "middle",
                  std::string(" font-size=\"11\" fill=\"") + text_color_on(color) + '"');
    }
  }
}

/// `x` and `y` are the edges of the cells.
inline void append_heatmap(std::string& out, const PlotlyTrace& trace, const std::vector<double>& x,
                           const std::vector<double>& y, const PlotlyPlane& plane) {
  // Many cells have one of 64 colours, and neighbours of one colour are one rectangle.
  const bool many = trace.z.size() * x.size() > 2000 && trace.x_gap == 0;
  std::map<std::string, std::string> paths;
  const auto color_of = [&](double value) {
    if (!is_finite(value)) return std::string();
    const double place = trace.color_bar->place(value);
    return hex_color(trace.color_bar->scale.at(many ? std::round(place * 63) / 63 : place));
  };
  for (std::size_t r = 0; r < trace.z.size(); ++r) {
    const std::vector<double>& row = trace.z[r];
    for (std::size_t c = 0, end = 0; c < row.size(); c = end) {
      const std::string color = color_of(row[c]);
      for (end = c + 1; end < row.size() && many && color_of(row[end]) == color;) ++end;
      double left = plane.x_pixel(x[c]), right = plane.x_pixel(x[end]), top = plane.y_pixel(y[r]),
             bottom = plane.y_pixel(y[r + 1]);
      if (color.empty() || !is_finite(left + right + top + bottom)) continue;
      const double x_gap = (std::min)(trace.x_gap, std::fabs(right - left)) / 2 * (right > left ? 1 : -1);
      const double y_gap = (std::min)(trace.y_gap, std::fabs(bottom - top)) / 2 * (bottom > top ? 1 : -1);
      append_rectangle(paths[color], plane.near_plot({left + x_gap, top + y_gap}),
                       plane.near_plot({right - x_gap, bottom - y_gap}));
    }
  }
  out += "<g shape-rendering=\"crispEdges\"";
  if (trace.opacity < 1) append_attribute(out, "opacity", trace.opacity);
  out += '>';
  for (const auto& [color, path] : paths) out += "<path fill=\"" + color + "\" d=\"" + path + "\"/>";
  out += "</g>";
  append_cell_texts(out, trace, x, y, plane);
}

}  // namespace erm::detail

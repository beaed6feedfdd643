// The layout of a figure: the ranges and ticks of its axes, the places of its points, and its margins.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/plotly/figure.hpp"
#include "erm/detail/plotly/margins.hpp"
#include "erm/detail/chart/svg_parts.hpp"
#include "erm/detail/plotly/trace_layout.hpp"

namespace erm::detail {

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

inline void lay_out_pair(PlotlyLayout& layout) {
  PlotlyFigure& figure = layout.figure;
  layout.drawn = lay_out_traces(figure.traces, figure.x, figure.y, figure.groups);
  const bool has_matrix =
      std::any_of(figure.traces.begin(), figure.traces.end(), [](const PlotlyTrace& trace) { return trace.is_matrix(); });
  if (has_matrix || !figure.pies.empty()) layout.height = 480;
}

/// Axes of one group have the same range, that of the traces of all.
inline void join_ranges(const std::vector<PlotlyLayout*>& panels) {
  std::map<std::string, std::vector<PlotlyAxis*>> groups;
  for (PlotlyLayout* panel : panels)
    for (PlotlyAxis* axis : {&panel->figure.x, &panel->figure.y}) groups[axis->range_group].push_back(axis);
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
    lay_out_pair(layout.panels.back());
  }
  layout.figure.panels.clear();
  if (layout.panels.empty()) lay_out_pair(layout);
  join_ranges(layout.pairs());
  PlotlyMargins(layout).settle();
  layout.left_out = left_out_lines(layout.figure.left_out, layout.width - 24);
  return layout;
}

}  // namespace erm::detail

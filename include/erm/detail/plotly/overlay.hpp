// One figure of the figures that several runs have under one id: it shows the traces of each run in the run's colour
// and dashes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/plotly/read_figure.hpp"

namespace erm::detail {

inline bool same_values(const PlotlyColumn& a, const PlotlyColumn& b) {
  return a.texts == b.texts &&
         std::equal(a.numbers.begin(), a.numbers.end(), b.numbers.begin(), b.numbers.end(), same_number);
}

inline bool is_same_trace(const PlotlyTrace& a, const PlotlyTrace& b) {
  return a.kind == b.kind && a.name == b.name && same_values(a.x, b.x) && same_values(a.y, b.y);
}

/// Whether the figures can share a pair of axes. A heatmap would cover the other figure, and the stacks of two runs
/// would become one stack.
inline bool can_overlay(const PlotlyFigure& first, const PlotlyFigure& other) {
  if (!other.pies.empty() || !other.panels.empty() || !first.panels.empty()) return false;
  if (other.x.kind != first.x.kind || other.y.kind != first.y.kind) return false;
  return std::all_of(other.traces.begin(), other.traces.end(), [&](const PlotlyTrace& trace) {
    return !trace.is_matrix() && trace.kind != PlotlyTrace::Kind::pie && trace.is_horizontal == first.traces[0].is_horizontal &&
           (trace.kind != PlotlyTrace::Kind::bar || other.groups.bar_mode != "stack" || other.traces.size() == 1);
  });
}

/// Gives the trace the colour and the dashes of run `run`. The first trace of a run has number 0; later ones are
/// fainter.
inline void style_for_run(PlotlyTrace& trace, std::size_t run, std::size_t number) {
  static constexpr std::string_view dashes[] = {"", "7 3", "2 2.5", "9 2.5 2 2.5", "4 2"};  // the same as in page.css
  static constexpr double opacities[] = {1, 0.6, 0.4, 0.3};
  trace.run = run;
  trace.color = "var(--r" + std::to_string(run % 8) + ")";
  trace.dash = dashes[run % std::size(dashes)];
  trace.opacity = opacities[(std::min)(number, std::size(opacities) - 1)];
  if (trace.kind == PlotlyTrace::Kind::histogram) {
    trace.opacity *= 0.5;
    trace.bin_group = "runs";  // they are counted in the same intervals
  }
  trace.point_colors.clear();
  trace.fill_color.clear();
}

inline void join_axes(PlotlyAxis& axis, const PlotlyAxis& other) {
  if (axis.fixed_low != other.fixed_low) axis.fixed_low.reset();
  if (axis.fixed_high != other.fixed_high) axis.fixed_high.reset();
  for (const std::string& category : other.categories) (void)axis.category_place(category);
}

/// `figures` has the figure of each run, or null. Returns nothing where fewer than two runs have a figure, where all
/// figures are the same, and where they cannot share their axes. A trace that all have (the diagonal of ROC curves) is
/// there once.
inline std::optional<PlotlyFigure> overlaid(const std::vector<const PlotlyFigure*>& figures) {
  std::vector<std::size_t> runs;
  for (std::size_t run = 0; run < figures.size(); ++run)
    if (figures[run] != nullptr && !figures[run]->traces.empty()) runs.push_back(run);
  if (runs.size() < 2) return std::nullopt;
  const PlotlyFigure& first = *figures[runs[0]];
  for (const std::size_t run : runs)
    if (!can_overlay(first, *figures[run])) return std::nullopt;

  PlotlyFigure out = first;
  out.traces.clear();
  out.color_bar.reset();
  const bool has_histogram = std::any_of(first.traces.begin(), first.traces.end(), [](const PlotlyTrace& trace) {
    return trace.kind == PlotlyTrace::Kind::histogram;
  });
  out.groups.bar_mode = has_histogram ? "overlay" : "group";
  std::set<std::size_t> shared;
  for (std::size_t i = 0; i < first.traces.size(); ++i) {
    const bool is_shared = std::all_of(runs.begin(), runs.end(), [&](std::size_t run) {
      const std::vector<PlotlyTrace>& traces = figures[run]->traces;
      return traces.size() == first.traces.size() && is_same_trace(traces[i], first.traces[i]);
    });
    if (is_shared) shared.insert(i);
  }
  if (shared.size() == first.traces.size()) return std::nullopt;  // all figures are the same
  std::set<std::string> names;
  for (const std::size_t run : runs) {
    if (run != runs[0]) {
      join_axes(out.x, figures[run]->x);
      join_axes(out.y, figures[run]->y);
    }
    for (std::size_t i = 0, number = 0; i < figures[run]->traces.size(); ++i) {
      if (shared.count(i) > 0 && run != runs[0]) continue;
      PlotlyTrace trace = figures[run]->traces[i];
      if (shared.count(i) > 0) {
        trace.color = "currentColor";
        trace.opacity = 0.5;
      } else {
        style_for_run(trace, run, number++);
      }
      trace.in_legend = trace.in_legend && !trace.name.empty() && names.insert(trace.name).second;
      out.traces.push_back(std::move(trace));
    }
  }
  // Without a legend where the runs have names of their own for their traces ("AUC = 0.9").
  const auto named =
      std::count_if(first.traces.begin(), first.traces.end(), [](const PlotlyTrace& t) { return t.in_legend && !t.name.empty(); });
  out.shows_legend = names.size() > 1 && names.size() == static_cast<std::size_t>(named);
  return out;
}

}  // namespace erm::detail

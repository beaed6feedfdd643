// Where the parts of a figure are: the pairs of axes in their places, and around them the room that ticks, titles, legend and
// colour scale need.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/plotly/figure.hpp"
#include "erm/detail/plotly/pies.hpp"
#include "erm/detail/chart/svg_parts.hpp"
#include "erm/detail/chart/tick_text.hpp"
#include "erm/detail/plotly/trace_layout.hpp"

namespace erm::detail {


inline constexpr double svg_font_size = 12;
inline constexpr double tick_line_height = 15;
inline constexpr std::size_t max_legend_entries = 16;
inline constexpr double left_out_line_height = 16;

/// A line of the legend: a trace, or a slice of a pie.
struct PlotlyLegendEntry {
  const PlotlyTrace* trace = nullptr;
  std::string name, color;
};

struct PlotlyLayout {
  PlotlyFigure figure;
  PlotlyTraceLayout drawn;
  std::vector<PlotlyTick> x_ticks, y_ticks;
  bool slants_x_labels = false;
  std::vector<PlotlyLayout> panels;  // of a figure with several pairs of axes; each has its place in the whole
  double width = 640, height = 400;  // of the whole figure, in pixels
  double left = 0, top = 0, plot_width = 0, plot_height = 0;  // of this pair of axes
  double whole_left = 0, whole_top = 0, whole_width = 0, whole_height = 0;  // of all pairs; of the figure alone
  double legend_width = 0, color_bar_width = 0;
  std::vector<std::string> left_out;  // the lines below the figure that say what is not drawn; part of the height

  /// Each pair of axes: the panels, or the figure itself.
  [[nodiscard]] std::vector<PlotlyLayout*> pairs() {
    std::vector<PlotlyLayout*> out;
    for (PlotlyLayout& panel : panels) out.push_back(&panel);
    if (out.empty()) out.push_back(this);
    return out;
  }
  [[nodiscard]] std::vector<const PlotlyLayout*> pairs() const {
    std::vector<const PlotlyLayout*> out;
    for (const PlotlyLayout& panel : panels) out.push_back(&panel);
    if (out.empty()) out.push_back(this);
    return out;
  }
  /// The traces of all pairs of axes, in the order of the figure.
  [[nodiscard]] std::vector<const PlotlyTrace*> all_traces() const {
    std::vector<const PlotlyTrace*> out;
    for (const PlotlyLayout* pair : pairs())
      for (const PlotlyTrace& trace : pair->figure.traces) out.push_back(&trace);
    if (!panels.empty())
      std::stable_sort(out.begin(), out.end(), [](const PlotlyTrace* a, const PlotlyTrace* b) { return a->index < b->index; });
    return out;
  }
  [[nodiscard]] std::vector<PlotlyLegendEntry> legend() const {
    std::vector<PlotlyLegendEntry> out;
    for (const PlotlyTrace* trace : all_traces())
      if (trace->in_legend)
        out.push_back({trace, trace->name.empty() ? trace->default_name : trace->name, trace->run ? "currentColor" : trace->color});
    std::set<std::string> named;  // pies name their slices once
    for (const PlotlyTrace& pie : figure.pies)
      for (const std::size_t i : pie_order(pie))
        if (pie.in_legend && named.insert(pie.labels[i]).second)
          out.push_back({&pie, pie.labels[i], pie.point_colors[i]});
    if (figure.reverses_legend) std::reverse(out.begin(), out.end());
    return out;
  }
  [[nodiscard]] double x_pixel(double place) const { return figure.x.fraction(place) * plot_width; }
  [[nodiscard]] double y_pixel(double place) const { return (1 - figure.y.fraction(place)) * plot_height; }
  /// `point`, moved to at most 10 pixels outside of the plot: a rectangle looks the same.
  [[nodiscard]] SvgPoint near_plot(const SvgPoint& point) const {
    return {std::clamp(point.x, -10.0, plot_width + 10), std::clamp(point.y, -10.0, plot_height + 10)};
  }
};

inline double widest(const std::vector<PlotlyTick>& ticks) {
  double width = 0;
  for (const PlotlyTick& tick : ticks) width = (std::max)({width, text_width(tick.label), text_width(tick.below)});
  return width;
}

class PlotlyMargins {
 public:
  explicit PlotlyMargins(PlotlyLayout& layout) : layout_(layout), pairs_(layout.pairs()) {}

  /// The ranges depend on the lengths of the axes, these on the widths of the ticks' texts, and these on the ranges.
  void settle() {
    settle_size();
    settle_right();
    left_ = 60;
    bottom_ = 40;
    top_ = layout_.figure.title.empty() ? 14 : 40;
    for (int pass = 0; pass < 3; ++pass) {
      place();
      measure();
    }
    place();
  }

  /// Of the labels and titles beside an axis.
  [[nodiscard]] static double y_axis_width(const PlotlyLayout& pair) {
    const PlotlyAxis& axis = pair.figure.y;
    if (!axis.is_visible) return 8;
    double groups = 0;
    if (axis.shows_labels)
      for (const std::string& group : axis.category_groups) groups = (std::max)(groups, text_width(fitted_text(group, 12)) + 0.8);
    return 14 + (axis.title.empty() ? 0 : 22) + (widest(pair.y_ticks) + groups) * svg_font_size;
  }
  [[nodiscard]] static double x_axis_height(const PlotlyLayout& pair) {
    const PlotlyAxis& axis = pair.figure.x;
    if (!axis.is_visible) return 8;
    double height = 12 + (axis.title.empty() ? 0 : 22);
    height += pair.slants_x_labels ? 14 + widest(pair.x_ticks) * svg_font_size * 0.6 : 22;
    const auto has_below = [](const PlotlyTick& tick) { return !tick.below.empty(); };
    if (std::any_of(pair.x_ticks.begin(), pair.x_ticks.end(), has_below)) height += tick_line_height;
    if (axis.shows_labels && !axis.category_groups.empty()) height += tick_line_height;
    return height;
  }

 private:
  void settle_size() {
    std::set<double> rows;
    double categories = 0;
    for (const PlotlyLayout* pair : pairs_) {
      rows.insert(pair->figure.domain.bottom);
      layout_.height = (std::max)(layout_.height, pair->height);
      const PlotlyAxis& y = pair->figure.y;
      if (y.is_category()) {
        const double share = (std::max)(pair->figure.domain.top - pair->figure.domain.bottom, 0.01);
        categories = (std::max)(categories, static_cast<double>(y.categories.size()) * 18 / share);
      }
    }
    const double of_rows = rows.size() > 1 ? 110 + 150 * static_cast<double>(rows.size()) : 0;
    layout_.height = std::clamp((std::max)(categories + 110, of_rows), layout_.height, rows.size() > 5 ? 2000.0 : 900.0);
  }

  void settle_right() {
    const PlotlyFigure& figure = layout_.figure;
    right_ = 18;
    if (figure.shows_legend) {
      std::size_t shown = 0;
      for (const PlotlyLegendEntry& entry : layout_.legend())
        if (++shown <= max_legend_entries)
          layout_.legend_width =
              (std::max)(layout_.legend_width, (std::min)(text_width(entry.name), 14.0) * svg_font_size + 36);
      right_ += layout_.legend_width;
    }
    const auto has_bar = [](const PlotlyLayout* pair) {
      const auto& bar = pair->figure.color_bar;
      return bar && bar->is_shown && bar->low && bar->high;
    };
    const auto owner = std::find_if(pairs_.begin(), pairs_.end(), has_bar);
    if (owner == pairs_.end()) return;
    layout_.figure.color_bar = (*owner)->figure.color_bar;
    layout_.color_bar_width = 74;
    right_ += layout_.color_bar_width;
  }

  /// Gives each pair of axes its place, its ranges and its ticks.
  void place() {
    layout_.whole_left = left_;
    layout_.whole_top = top_;
    layout_.whole_width = (std::max)(layout_.width - left_ - right_ - opposite_, 40.0);
    layout_.whole_height = (std::max)(layout_.height - top_ - bottom_, 40.0);
    const double width = layout_.whole_width, height = layout_.whole_height;
    for (PlotlyLayout* pair : pairs_) {
      const PlotlyDomain& domain = pair->figure.domain;
      PlotlyFigure& figure = pair->figure;
      pair->left = left_ + domain.left * width;
      pair->top = top_ + (1 - domain.top) * height;
      pair->plot_width = (domain.right - domain.left) * width;
      pair->plot_height = (domain.top - domain.bottom) * height;
      figure.x.settle_range(pair->plot_width);
      figure.y.settle_range(pair->plot_height);
      pair->x_ticks = plotly_ticks(figure.x, pair->plot_width, false);
      pair->y_ticks = plotly_ticks(figure.y, pair->plot_height, true);
    }
    for (PlotlyLayout* pair : pairs_) {
      PlotlyFigure& figure = pair->figure;
      for (const PlotlyLayout* other : pairs_) {
        if (!figure.y.base.empty() && other->figure.y.id == figure.y.base)
          pair->y_ticks = ticks_beside(figure.y, other->figure.y, other->y_ticks, pair->plot_height, true);
        if (!figure.x.base.empty() && other->figure.x.id == figure.x.base)
          pair->x_ticks = ticks_beside(figure.x, other->figure.x, other->x_ticks, pair->plot_width, false);
      }
    }
    for (PlotlyLayout* pair : pairs_) {
      PlotlyFigure& figure = pair->figure;
      hide_labels(figure.x, pair->x_ticks);
      hide_labels(figure.y, pair->y_ticks);
      for (PlotlyTick& tick : pair->y_ticks) tick.label = fitted_text(tick.label, 18);
      const double slot = pair->plot_width / static_cast<double>((std::max<std::size_t>)(pair->x_ticks.size(), 1));
      pair->slants_x_labels = widest(pair->x_ticks) * svg_font_size > slot - 2;
      for (PlotlyTick& tick : pair->x_ticks) {
        if (!figure.x.is_category()) {
          if (pair->slants_x_labels && !tick.below.empty()) {
            tick.label += " " + tick.below;
            tick.below.clear();
          }
          tick.label = fitted_text(tick.label, 30);
        } else {
          tick.label = fitted_text(tick.label, pair->slants_x_labels ? 14 : 24);
        }
      }
    }
  }

  static void hide_labels(const PlotlyAxis& axis, std::vector<PlotlyTick>& ticks) {
    if (!axis.is_visible) ticks.clear();
    if (axis.shows_labels) return;
    for (PlotlyTick& tick : ticks) tick.label = tick.below = {};
  }
  void measure() {
    double left = 14, bottom = 12, top = layout_.figure.title.empty() ? 14 : 40, opposite = 0;
    for (const PlotlyLayout* pair : pairs_) {
      const PlotlyFigure& figure = pair->figure;
      const PlotlyDomain& domain = figure.domain;
      const double width = whole_width(), height = whole_height();
      if (figure.draws_y) {
        const double needed = y_axis_width(*pair);
        double& side = figure.y.is_opposite ? opposite : left;
        side = (std::max)(side, needed - (figure.y.is_opposite ? 1 - domain.right : domain.left) * width);
      }
      if (figure.draws_x) {
        const double needed = x_axis_height(*pair);
        double& side = figure.x.is_opposite ? top : bottom;
        const double own = figure.x.is_opposite && !layout_.figure.title.empty() ? 30 : 0;
        side = (std::max)(side, own + needed - (figure.x.is_opposite ? 1 - domain.top : domain.bottom) * height);
      }
    }
    left_ = left;
    bottom_ = bottom;
    top_ = top;
    opposite_ = opposite;
  }

  [[nodiscard]] double whole_width() const { return layout_.width - left_ - right_ - opposite_; }
  [[nodiscard]] double whole_height() const { return layout_.height - top_ - bottom_; }

  PlotlyLayout& layout_;
  const std::vector<PlotlyLayout*> pairs_;
  double left_ = 0, right_ = 0, top_ = 0, bottom_ = 0, opposite_ = 0;
};

}  // namespace erm::detail

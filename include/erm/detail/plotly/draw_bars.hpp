// Draws the bars of bar traces and histograms, with their texts and error bars.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/chart/marks.hpp"
#include "erm/detail/chart/svg_parts.hpp"
#include "erm/detail/plotly/bars.hpp"
#include "erm/detail/plotly/draw_points.hpp"

namespace erm::detail {

class PlotlyBarsDrawing {
 public:
  PlotlyBarsDrawing(std::string& out, const PlotlyTrace& trace, const std::vector<PlotlyBar>& bars,
                    const PlotlyPlane& plane)
      : out_(out), trace_(trace), bars_(bars), plane_(plane) {}

  void draw() {
    for (const PlotlyBar& bar : bars_) add(bar);
    add_thin_bars();
    for (const auto& [color, path] : paths_) {
      out_ += "<path fill=\"" + color + '"';
      if (trace_.marker_line_width > 0 && !trace_.marker_line_color.empty()) out_ += outline();
      const double opacity = trace_.opacity * trace_.marker_opacity;
      if (opacity < 1) append_attribute(out_, "fill-opacity", opacity);
      out_ += " d=\"" + path + "\"/>";
    }
    draw_errors();
    draw_texts();
  }

 private:
  [[nodiscard]] double along(double place) const {
    return trace_.is_horizontal ? plane_.y_pixel(place) : plane_.x_pixel(place);
  }
  [[nodiscard]] double across(double place) const {
    return trace_.is_horizontal ? plane_.x_pixel(place) : plane_.y_pixel(place);
  }
  [[nodiscard]] double foot(const PlotlyBar& bar) const {
    return across(is_finite(bar.foot) ? bar.foot : (trace_.is_horizontal ? plane_.x : plane_.y).low);
  }
  [[nodiscard]] const std::string& color(const PlotlyBar& bar) const {
    return bar.point < trace_.point_colors.size() ? trace_.point_colors[bar.point] : trace_.color;
  }
  [[nodiscard]] std::string outline() const {
    std::string text = " data-outline=\"\" stroke=\"" + trace_.marker_line_color + '"';
    append_attribute(text, "stroke-width", trace_.marker_line_width);
    return text;
  }

  void add_rectangle(std::string& path, double foot, double begin, double head, double end) const {
    const SvgPoint corner = trace_.is_horizontal ? SvgPoint{foot, begin} : SvgPoint{begin, foot};
    const SvgPoint opposite = trace_.is_horizontal ? SvgPoint{head, end} : SvgPoint{end, head};
    append_rectangle(path, plane_.near_plot(corner), plane_.near_plot(opposite));
  }

  void add(const PlotlyBar& bar) {
    const double from = foot(bar), to = across(bar.head), begin = along(bar.begin), end = along(bar.end);
    if (bar.foot == bar.head) return;
    if (std::fabs(end - begin) >= 0.5) {
      add_rectangle(paths_[color(bar)], from, begin, to, end);
      return;
    }
    const double column = std::floor((std::min)(begin, end) * 2) / 2;
    const double low = (std::min)(from, to), high = (std::max)(from, to);
    PlotlyExtents& extents = thin_[color(bar)];
    const auto [known, is_new] = extents.try_emplace(column, low, high);
    if (!is_new) known->second = {(std::min)(known->second.first, low), (std::max)(known->second.second, high)};
  }
  /// Bars narrower than half a pixel: those in one half are one.
  void add_thin_bars() {
    for (const auto& [color, extents] : thin_)
      for (const auto& [begin, extent] : extents)
        add_rectangle(paths_[color], extent.first, begin, extent.second, begin + 0.5);
  }

  void draw_errors() {
    for (const bool is_sideways : {false, true}) {
      const PlotlyErrors& all = is_sideways ? trace_.error_x : trace_.error_y;
      if (all.empty()) continue;
      PlotlyErrors errors = all;
      errors.plus.clear();
      errors.minus.clear();
      std::vector<double> x, y;
      for (const PlotlyBar& bar : bars_) {
        const double middle = (bar.begin + bar.end) / 2;
        x.push_back(trace_.is_horizontal ? bar.head : middle);
        y.push_back(trace_.is_horizontal ? middle : bar.head);
        errors.plus.push_back(bar.point < all.plus.size() ? all.plus[bar.point] : no_number());
        errors.minus.push_back(bar.point < all.minus.size() ? all.minus[bar.point] : no_number());
      }
      PlotlyPointsDrawing::append_errors(out_, trace_, errors, is_sideways, x, y, plane_);
    }
  }

  void draw_texts() {
    std::size_t drawn = 0;
    for (const PlotlyBar& bar : bars_) {
      if (bar.point >= trace_.texts.size() || trace_.texts[bar.point].empty()) continue;
      const double from = foot(bar), to = across(bar.head), middle = (along(bar.begin) + along(bar.end)) / 2;
      const SvgPoint head = trace_.is_horizontal ? SvgPoint{to, middle} : SvgPoint{middle, to};
      if (head.is_gap() || std::fabs(head.x) > 1e4 || std::fabs(head.y) > 1e4 || ++drawn > 1000) continue;
      draw_text(bar, from, to, middle);
    }
  }
  void draw_text(const PlotlyBar& bar, double from, double to, double middle) {
    constexpr double room = 3, height = 12;
    const std::string text = fitted_text(trace_.texts[bar.point], 40);
    const std::string place = trace_.text_places.at(bar.point, "auto");
    const double width = text_width(text) * height, length = std::fabs(to - from);
    const double thickness = std::fabs(along(bar.end) - along(bar.begin));
    const bool fits = trace_.is_horizontal ? length >= width + 2 * room && thickness >= height
                                           : length >= height + 2 * room && thickness >= width;
    const bool is_inside = place == "inside" || (place != "outside" && fits);
    if (place == "none") return;
    const double sign =
        (to > from || (to == from && trace_.is_horizontal)) ? 1 : -1;  // the way from foot to head in pixels
    const double away = is_inside ? -sign : sign;
    const std::string fill = is_inside ? text_color_on(parse_color(color(bar))) : "currentColor";
    const std::string more = " fill=\"" + (is_inside && trace_.run ? std::string("currentColor") : fill) + '"';
    if (trace_.is_horizontal)
      append_text(out_, to + away * room, middle + 4, text, away > 0 ? "start" : "end", more);
    else
      append_text(out_, middle, to + away * room + (away > 0 ? height * 0.8 : 0), text, "middle", more);
  }

  std::string& out_;
  const PlotlyTrace& trace_;
  const std::vector<PlotlyBar>& bars_;
  const PlotlyPlane& plane_;
  std::map<std::string, std::string> paths_;   // of each colour
  std::map<std::string, PlotlyExtents> thin_;  // of bars narrower than half a pixel, by colour
};

/// Widens the axes to hold the error bars of bars, once they have their places.
inline void widen_for_bar_errors(const PlotlyTrace& trace, const std::vector<PlotlyBar>& bars, PlotlyAxis& x,
                                 PlotlyAxis& y) {
  for (const bool is_sideways : {false, true}) {
    const PlotlyErrors& errors = is_sideways ? trace.error_x : trace.error_y;
    PlotlyAxis& axis = is_sideways ? x : y;
    for (const PlotlyBar& bar : bars) {
      const double center = is_sideways == trace.is_horizontal ? bar.head : (bar.begin + bar.end) / 2;
      if (bar.point < errors.plus.size() && is_finite(errors.plus[bar.point]))
        axis.widen(moved_place(axis, center, errors.plus[bar.point]), {0, true});
      if (bar.point < errors.minus.size() && is_finite(errors.minus[bar.point]))
        axis.widen(moved_place(axis, center, -errors.minus[bar.point]), {0, true});
    }
  }
}

}  // namespace erm::detail

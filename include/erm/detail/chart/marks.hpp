// What boxes, violins, candlesticks and contours are drawn as: lines, areas and points in places on their pair of axes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/chart/axis.hpp"
#include "erm/detail/chart/svg_parts.hpp"

namespace erm::detail {

/// A pair of axes and the size of the plot between them, in pixels.
struct PlotlyPlane {
  const PlotlyAxis& x;
  const PlotlyAxis& y;
  double width, height;

  [[nodiscard]] double x_pixel(double place) const { return x.fraction(place) * width; }
  [[nodiscard]] double y_pixel(double place) const { return (1 - y.fraction(place)) * height; }
  [[nodiscard]] SvgPoint pixel(const SvgPoint& place) const { return {x_pixel(place.x), y_pixel(place.y)}; }
  /// `point`, moved to at most 10 pixels outside of the plot: a rectangle looks the same.
  [[nodiscard]] SvgPoint near_plot(const SvgPoint& point) const {
    return {std::clamp(point.x, -10.0, width + 10), std::clamp(point.y, -10.0, height + 10)};
  }
  [[nodiscard]] bool holds(const SvgPoint& point) const {
    return point.x > -1 && point.y > -1 && point.x < width + 1 && point.y < height + 1;
  }
};

/// Lines and areas of one style. A gap between points begins another line; an area ends where it began.
struct PlotlyMark {
  std::vector<SvgPoint> points;  // in places
  std::string stroke, fill;      // empty: none
  double line_width = 1, fill_opacity = 1;
  bool is_closed = false;
  std::string_view part;  // what a test finds it by: "boxes"
  std::string_view dash;
};

struct PlotlyMarks {
  std::vector<PlotlyMark> marks;
  std::vector<SvgPoint> dots;  // in places
  double dot_size = 6;
  std::string dot_color;
};

inline void append_marks(std::string& out, const PlotlyMarks& marks, const PlotlyPlane& plane, double opacity) {
  if (opacity < 1) {
    out += "<g";
    append_attribute(out, "opacity", opacity);
    out += '>';
  }
  for (const PlotlyMark& mark : marks.marks) {
    std::string path;
    bool is_apart = true;
    for (const SvgPoint& place : mark.points) {
      const SvgPoint point = plane.pixel(place);
      if (point.is_gap()) {
        if (!is_apart && mark.is_closed) path += 'Z';
        is_apart = true;
        continue;
      }
      append_point(path, is_apart ? 'M' : 'L', point);
      is_apart = false;
    }
    if (path.empty()) continue;
    if (mark.is_closed && !is_apart) path += 'Z';
    out += "<path";
    if (!mark.part.empty()) ((out += " data-part=\"") += mark.part) += '"';
    if (!mark.fill.empty()) {
      out += " fill=\"" + mark.fill + '"';
      if (mark.fill_opacity < 1) append_attribute(out, "fill-opacity", mark.fill_opacity);
    }
    if (!mark.stroke.empty() && mark.line_width > 0) {
      out += " stroke=\"" + mark.stroke + '"';
      append_attribute(out, "stroke-width", mark.line_width);
      if (!mark.dash.empty()) ((out += " stroke-dasharray=\"") += mark.dash) += '"';
    }
    out += " d=\"" + path + "\"/>";
  }
  if (!marks.dots.empty()) {
    out += "<path stroke-linecap=\"round\" stroke=\"" + marks.dot_color + '"';
    append_attribute(out, "stroke-width", marks.dot_size);
    out += " d=\"";
    for (const SvgPoint& dot : marks.dots) {
      const SvgPoint point = plane.pixel(dot);
      if (point.is_gap() || std::fabs(point.x) > 1e4 || std::fabs(point.y) > 1e4) continue;
      append_point(out, 'M', point);
      out += "h0";
    }
    out += "\"/>";
  }
  if (opacity < 1) out += "</g>";
}

}  // namespace erm::detail

// Draws scatter traces: areas, lines, error bars, markers and texts.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/chart/marks.hpp"
#include "erm/detail/chart/svg_parts.hpp"
#include "erm/detail/chart/symbols.hpp"
#include "erm/detail/plotly/points.hpp"
#include "erm/detail/plotly/trace.hpp"

namespace erm::detail {

/// The points of the curve that plotly draws through `points` where a line has the shape "spline".
inline std::vector<SvgPoint> smoothed(const std::vector<SvgPoint>& points, double smoothing) {
  std::vector<SvgPoint> out;
  const std::size_t size = points.size();
  if (size < 3 || size > 500) return points;
  // The control points before and after each point but the first and the last.
  std::vector<std::pair<SvgPoint, SvgPoint>> controls(size);
  for (std::size_t i = 1; i + 1 < size; ++i) {
    const SvgPoint &last = points[i - 1], &here = points[i], &next = points[i + 1];
    const double x1 = last.x - here.x, y1 = last.y - here.y, x2 = next.x - here.x, y2 = next.y - here.y;
    const double a1 = std::pow(x1 * x1 + y1 * y1, 0.25), a2 = std::pow(x2 * x2 + y2 * y2, 0.25);
    const double x = (a2 * a2 * x1 - a1 * a1 * x2) * smoothing, y = (a2 * a2 * y1 - a1 * a1 * y2) * smoothing;
    const double before = 3 * a2 * (a1 + a2), after = 3 * a1 * (a1 + a2);
    controls[i].first = {here.x + (before > 0 ? x / before : 0), here.y + (before > 0 ? y / before : 0)};
    controls[i].second = {here.x - (after > 0 ? x / after : 0), here.y - (after > 0 ? y / after : 0)};
  }
  controls[0].second = controls[1].first;
  controls[size - 1].first = controls[size - 2].second;
  out.push_back(points[0]);
  for (std::size_t i = 1; i < size; ++i) {
    const SvgPoint &a = points[i - 1], &d = points[i];
    const SvgPoint &b = controls[i - 1].second, &c = controls[i].first;
    // The first and the last piece have one control point: as the two thirds towards it.
    const bool is_end = i == 1 || i + 1 == size;
    for (int k = 1; k <= 10; ++k) {
      const double t = k / 10.0, s = 1 - t;
      if (is_end)
        out.push_back({s * s * a.x + 2 * s * t * b.x + t * t * d.x, s * s * a.y + 2 * s * t * b.y + t * t * d.y});
      else
        out.push_back({s * s * s * a.x + 3 * s * s * t * b.x + 3 * s * t * t * c.x + t * t * t * d.x,
                       s * s * s * a.y + 3 * s * s * t * b.y + 3 * s * t * t * c.y + t * t * t * d.y});
    }
  }
  return out;
}

class PlotlyPointsDrawing {
 public:
  PlotlyPointsDrawing(std::string& out, const PlotlyTrace& trace, const PlotlyPoints& places, const PlotlyPlane& plane)
      : out_(out), trace_(trace), places_(places), plane_(plane) {
    for (std::size_t i = 0; i < places.x.size(); ++i) points_.push_back(plane.pixel({places.x[i], places.y[i]}));
  }

  /// `previous` is the line of the trace before, of the same stack if it is in one; then it is that of this trace.
  void draw(std::vector<SvgPoint>& previous) {
    std::vector<SvgPoint> line = line_of_points();
    draw_fill(line, previous);
    draw_errors();
    if (trace_.has_line) draw_line(line);
    if (trace_.has_markers) draw_markers();
    if (trace_.has_texts) draw_texts();
    previous = std::move(line);
  }

 private:
  [[nodiscard]] std::vector<SvgPoint> line_of_points() const {
    std::vector<SvgPoint> line = points_;
    if (trace_.connects_gaps)
      line.erase(std::remove_if(line.begin(), line.end(), [](const SvgPoint& point) { return point.is_gap(); }),
                 line.end());
    line = thinned(line);
    if (trace_.shape != "spline") return stepped(line, trace_.shape);
    std::vector<SvgPoint> curve, part;
    for (std::size_t i = 0; i <= line.size(); ++i) {
      if (i < line.size() && !line[i].is_gap()) {
        part.push_back(line[i]);
        continue;
      }
      for (const SvgPoint& point : smoothed(part, trace_.smoothing)) curve.push_back(point);
      if (i < line.size()) curve.push_back(line[i]);
      part.clear();
    }
    return curve;
  }

  void draw_line(const std::vector<SvgPoint>& line) {
    if (trace_.line_width == 0) return;
    std::string path;
    bool is_apart = true;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i].is_gap()) {
        is_apart = true;
        continue;
      }
      append_point(path, is_apart ? 'M' : 'L', line[i]);
      if (is_apart && (i + 1 == line.size() || line[i + 1].is_gap())) path += "h0";  // a point between gaps is a dot
      is_apart = false;
    }
    if (path.empty()) return;
    out_ += "<path stroke=\"" + trace_.color + "\" stroke-linecap=\"round\" stroke-linejoin=\"round\"";
    append_attribute(out_, "stroke-width", trace_.line_width);
    if (!trace_.dash.empty()) ((out_ += " stroke-dasharray=\"") += trace_.dash) += '"';
    if (trace_.opacity < 1) append_attribute(out_, "opacity", trace_.opacity);
    out_ += " d=\"" + path + "\"/>";
  }

  void draw_fill(const std::vector<SvgPoint>& line, const std::vector<SvgPoint>& previous) {
    if (trace_.fill.empty()) return;
    std::vector<SvgPoint> area;
    const auto end_part = [&] {
      if (!area.empty()) append_area(area);
      area.clear();
    };
    const bool is_itself = trace_.fill == "toself";
    for (const SvgPoint& point : line) {
      if (!point.is_gap())
        area.push_back(point);
      else if (is_itself)
        end_part();
    }
    if (area.empty()) return;
    const bool is_next = trace_.fill == "tonexty" || trace_.fill == "tonextx";
    if (is_next && !places_.is_first && !previous.empty()) {
      for (auto point = previous.rbegin(); point != previous.rend(); ++point)
        if (!point->is_gap()) area.push_back(*point);
    } else if (!is_itself) {
      const bool is_sideways = trace_.fill == "tozerox" || trace_.fill == "tonextx";
      const SvgPoint zero = plane_.pixel({plane_.x.place(0), plane_.y.place(0)});
      const SvgPoint last = area.back(), first = area.front();
      if (is_sideways) {
        const double ground = is_finite(zero.x) ? zero.x : 0;
        area.push_back({ground, last.y});
        area.push_back({ground, first.y});
      } else {
        const double ground = is_finite(zero.y) ? zero.y : plane_.height;
        area.push_back({last.x, ground});
        area.push_back({first.x, ground});
      }
    }
    end_part();
  }
  void append_area(const std::vector<SvgPoint>& area) {
    out_ += "<path data-part=\"area\" fill=\"" +
            (trace_.fill_color.empty() ? trace_.color + "\" fill-opacity=\"0.5" : trace_.fill_color) + '"';
    if (trace_.opacity < 1) append_attribute(out_, "opacity", trace_.opacity);
    out_ += " d=\"";
    for (std::size_t i = 0; i < area.size(); ++i) append_point(out_, i == 0 ? 'M' : 'L', area[i]);
    out_ += "Z\"/>";
  }

  void draw_errors() {
    append_errors(out_, trace_, trace_.error_y, false, places_.x, places_.y, plane_);
    append_errors(out_, trace_, trace_.error_x, true, places_.x, places_.y, plane_);
  }

 public:
  /// Error bars at the places `x`, `y`: each is one line with its caps.
  static void append_errors(std::string& out, const PlotlyTrace& trace, const PlotlyErrors& errors, bool is_sideways,
                            const std::vector<double>& x, const std::vector<double>& y, const PlotlyPlane& plane) {
    if (errors.empty()) return;
    std::string path;
    const PlotlyAxis& axis = is_sideways ? plane.x : plane.y;
    for (std::size_t i = 0; i < x.size() && i < 20000; ++i) {
      const double center = is_sideways ? x[i] : y[i];
      const SvgPoint point = plane.pixel({x[i], y[i]});
      if (point.is_gap() || std::fabs(point.x) > 1e4) continue;
      const double plus = i < errors.plus.size() ? errors.plus[i] : no_number();
      const double minus = i < errors.minus.size() ? errors.minus[i] : no_number();
      if (!is_finite(plus) && !is_finite(minus)) continue;
      const double cap = errors.cap_width;
      const auto pixel = [&](double place) { return is_sideways ? plane.x_pixel(place) : plane.y_pixel(place); };
      const auto at = [&](double along, double across) {
        return is_sideways ? SvgPoint{along, point.y + across} : SvgPoint{point.x + across, along};
      };
      const double high = is_finite(plus) ? pixel(moved_place(axis, center, plus)) : pixel(center);
      double low = is_finite(minus) ? pixel(moved_place(axis, center, -minus)) : pixel(center);
      const bool has_low_cap = is_finite(low) && is_finite(minus);
      if (!is_finite(low)) low = pixel(axis.low);  // below a logarithmic axis
      if (!is_finite(high) || std::fabs(high) > 1e5 || std::fabs(low) > 1e5) continue;
      char command = 'M';
      const auto add = [&](const SvgPoint& to) {
        append_point(path, command, to);
        command = 'L';
      };
      if (is_finite(plus)) {
        add(at(high, -cap));
        add(at(high, cap));
      }
      add(at(high, 0));
      add(at(low, 0));
      if (has_low_cap) {
        add(at(low, -cap));
        add(at(low, cap));
      }
    }
    if (path.empty()) return;
    out += "<path data-part=\"errors\" fill=\"none\" stroke=\"" + (trace.run ? trace.color : errors.color) + '"';
    append_attribute(out, "stroke-width", errors.line_width);
    if (trace.opacity < 1) append_attribute(out, "opacity", trace.opacity);
    out += " d=\"" + path + "\"/>";
  }

 private:
  /// Of markers that coincide, one is drawn. Plain dots of one colour are lines of no length with round ends, in one
  /// path.
  void draw_markers() {
    const double cell = points_.size() > 5000 ? 2 : 0.1;  // in pixels
    struct Style {
      std::string color;
      PlotlySymbol symbol;
    };
    std::map<std::pair<std::string, std::string>, std::string> paths;
    std::map<std::pair<double, double>, std::string> taken;
    const bool is_plain = trace_.symbols.empty() && trace_.sizes.empty() && trace_.marker_line_width == 0;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const SvgPoint& point = points_[i];
      if (point.is_gap() || std::fabs(point.x) > 1e4 || std::fabs(point.y) > 1e4) continue;
      if (i < places_.is_added.size() && places_.is_added[i]) continue;
      const std::string& color = i < trace_.point_colors.size() ? trace_.point_colors[i] : trace_.color;
      const SvgPoint snapped{std::round(point.x / cell) * cell, std::round(point.y / cell) * cell};
      const std::string symbol = trace_.symbols.at(i, {});
      const double size = trace_.sizes.empty() ? trace_.marker_size : i < trace_.sizes.size() ? trace_.sizes[i] : 0;
      if (!(size > 0)) continue;
      std::string style = color + symbol;
      if (!trace_.sizes.empty()) append_floating(style, size);
      const auto [place, is_new] = taken.try_emplace({snapped.x, snapped.y}, style);
      if (!is_new && place->second == style) continue;
      place->second = style;
      std::string& path = paths[{color, symbol}];
      if (is_plain) {
        append_point(path, 'M', snapped);
        path += "h0";
      } else {
        append_symbol(path, symbol_named(symbol).name, snapped, size / 2);
      }
    }
    const double opacity = trace_.opacity * trace_.marker_opacity;
    for (const auto& [key, path] : paths) {
      const auto& [color, name] = key;
      const PlotlySymbol symbol = symbol_named(name);
      if (is_plain) {
        out_ += "<path stroke-linecap=\"round\" stroke=\"" + color + '"';
        append_attribute(out_, "stroke-width", trace_.marker_size);
      } else {
        out_ += "<path data-part=\"markers\"";
        const bool is_outline = symbol.is_open || symbol.is_lines();
        if (!is_outline) out_ += " fill=\"" + color + '"';
        const double width = (std::max)(trace_.marker_line_width, is_outline ? 1.0 : 0.0);
        if (width > 0) {
          const std::string edge = trace_.marker_line_color.empty() ? "#fff" : trace_.marker_line_color;
          out_ += " stroke=\"" + (is_outline ? color : edge) + '"';
          append_attribute(out_, "stroke-width", width);
        }
      }
      if (opacity < 1) append_attribute(out_, "opacity", opacity);
      out_ += " d=\"" + path + "\"/>";
    }
  }

  void draw_texts() {
    std::size_t drawn = 0;
    for (std::size_t i = 0; i < points_.size() && i < trace_.texts.size(); ++i) {
      const SvgPoint& point = points_[i];
      if (point.is_gap() || !plane_.holds(point) || trace_.texts[i].empty()) continue;
      if (++drawn > 2000) return;
      const std::string place = trace_.text_places.at(i, "middle center");
      const auto has = [&](std::string_view word) { return place.find(word) != std::string::npos; };
      const double size = i < trace_.sizes.size() ? trace_.sizes[i] : trace_.marker_size;
      const double away = trace_.has_markers ? size / 2 / 0.8 + 1 : 0;
      const double up = has("top") ? -1 : has("bottom") ? 1 : 0, side = has("left") ? -1 : has("right") ? 1 : 0;
      const double y = point.y + 12 * 0.75 + up * away + (up - 1) * 12 / 2;
      append_text(out_, point.x + side * away, y, fitted_text(trace_.texts[i], 60),
                  side < 0   ? "end"
                  : side > 0 ? "start"
                             : "middle",
                  " fill=\"currentColor\"");
    }
  }

  std::string& out_;
  const PlotlyTrace& trace_;
  const PlotlyPoints& places_;
  const PlotlyPlane& plane_;
  std::vector<SvgPoint> points_;
};

}  // namespace erm::detail

// Draws pies: slices from the top, the greatest first, with their texts.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/chart/color.hpp"
#include "erm/detail/chart/svg_parts.hpp"
#include "erm/detail/plotly/trace.hpp"

namespace erm::detail {

/// The slices in the order in which they stand and in which a legend names them.
inline std::vector<std::size_t> pie_order(const PlotlyTrace& trace) {
  std::vector<std::size_t> order(trace.values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (trace.is_sorted)
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return trace.values[a] > trace.values[b]; });
  return order;
}

/// The box of the whole picture in which pies stand, in pixels.
struct PlotlyPicture {
  double left = 0, top = 0, width = 0, height = 0;
};

class PlotlyPieDrawing {
 public:
  PlotlyPieDrawing(std::string& out, const PlotlyTrace& trace, const PlotlyPicture& picture)
      : out_(out), trace_(trace) {
    const double width = (trace.domain[1] - trace.domain[0]) * picture.width;
    const double height = (trace.domain[3] - trace.domain[2]) * picture.height;
    center_ = {picture.left + trace.domain[0] * picture.width + width / 2,
               picture.top + (1 - trace.domain[3]) * picture.height + height / 2};
    double pull = 0;
    for (const double one : trace.pulls) pull = (std::max)(pull, one);
    radius_ = (std::max)(1.0, (std::min)(width, height) / 2 / (1 + pull) - (has_outside_texts() ? 16 : 2));
  }

  void draw() {
    double sum = 0;
    for (const double value : trace_.values) sum += value;
    if (!(sum > 0)) return;
    const std::vector<std::size_t> order = pie_order(trace_);
    const auto share = [&](std::size_t i) { return trace_.values[i] / sum; };
    constexpr double turn = 2 * 3.14159265358979323846;
    double angle = trace_.rotation / 360 * turn;
    const auto first = std::find_if(order.begin(), order.end(), [&](std::size_t i) { return trace_.values[i] > 0; });
    if (!trace_.is_clockwise) angle += share(*first) * turn;
    for (const std::size_t i : order) {
      if (!(trace_.values[i] > 0)) continue;
      const double size = share(i) * turn;
      const double begin = trace_.is_clockwise ? angle : angle - size;
      draw_slice(i, begin, size, share(i));
      angle += trace_.is_clockwise ? size : -size;
    }
  }

 private:
  [[nodiscard]] bool has_outside_texts() const {
    double sum = 0;
    for (const double value : trace_.values) sum += value;
    for (std::size_t i = 0; i < trace_.values.size(); ++i)
      if (trace_.values[i] > 0 && trace_.values[i] / sum < least_inside && !trace_.texts[i].empty()) return true;
    return false;
  }

  void draw_slice(std::size_t i, double begin, double size, double share) {
    const double middle = begin + size / 2, pull = trace_.pulls[i] * radius_, inner = radius_ * trace_.hole;
    const SvgPoint center{center_.x + pull * std::sin(middle), center_.y - pull * std::cos(middle)};
    const auto at = [&](double angle, double radius) {
      return SvgPoint{center.x + radius * std::sin(angle), center.y - radius * std::cos(angle)};
    };
    const auto arc = [&](std::string& path, double radius, const SvgPoint& to, bool is_clockwise, bool is_large) {
      path += 'A';
      append_coordinate(path, radius);
      path += ' ';
      append_coordinate(path, radius);
      path += is_large ? " 0 1 " : " 0 0 ";
      append_point(path, is_clockwise ? '1' : '0', to);
    };
    // A whole circle is two halves; there is no arc from a point to itself.
    const bool is_whole = share > 1 - 1e-9, is_large = share > 0.5;
    std::string path;
    append_point(path, 'M', at(begin, radius_));
    if (is_whole) arc_to(arc, path, radius_, at(middle, radius_), true);
    arc(path, radius_, at(begin + size, radius_), true, is_large && !is_whole);
    if (inner > 0) {
      append_point(path, is_whole ? 'M' : 'L', at(begin + size, inner));
      if (is_whole) arc_to(arc, path, inner, at(middle, inner), false);
      arc(path, inner, at(begin, inner), false, is_large && !is_whole);
    } else if (!is_whole) {
      append_point(path, 'L', center);
    }
    out_ += "<path data-part=\"slice\" fill=\"" + trace_.point_colors[i] + '"';
    if (trace_.opacity < 1) append_attribute(out_, "fill-opacity", trace_.opacity);
    out_ += " d=\"" + path + "Z\"/>";
    draw_text(i, center, middle, share);
  }
  template <class Arc>
  static void arc_to(const Arc& arc, std::string& path, double radius, const SvgPoint& to, bool is_clockwise) {
    arc(path, radius, to, is_clockwise, false);
  }

  void draw_text(std::size_t i, const SvgPoint& center, double middle, double share) {
    const bool is_inside = share >= least_inside;
    const double away =
        is_inside ? radius_ * (share > 1 - 1e-9 && trace_.hole == 0 ? 0 : 0.62 + 0.38 * trace_.hole) : radius_ + 8;
    const SvgPoint at{center.x + away * std::sin(middle), center.y - away * std::cos(middle)};
    const std::string_view anchor = is_inside ? "middle" : std::sin(middle) < 0 ? "end" : "start";
    const std::string fill = is_inside ? text_color_on(parse_color(trace_.point_colors[i])) : "currentColor";
    std::string_view rest = trace_.texts[i];
    const auto lines = static_cast<double>(std::count(rest.begin(), rest.end(), '\n') + 1);
    if (rest.empty()) return;
    out_ += "<text text-anchor=\"";
    out_ += anchor;
    out_ += "\" fill=\"" + fill + "\">";
    for (double y = at.y + 4 - (lines - 1) * 7; !rest.empty(); y += 14) {
      const std::size_t end = rest.find('\n');
      out_ += "<tspan";
      append_attribute(out_, "x", at.x);
      append_attribute(out_, "y", y);
      out_ += '>';
      append_html(out_, fitted_text(rest.substr(0, end), 16));
      out_ += "</tspan>";
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    out_ += "</text>";
  }

  static constexpr double least_inside = 0.06;  // of the pie; the text of a smaller slice stands beside it
  std::string& out_;
  const PlotlyTrace& trace_;
  SvgPoint center_;
  double radius_ = 1;
};

}  // namespace erm::detail

// The parts that an SVG document is written with: coordinates, text of limited width, paths, and lines with no more
// points than a reader can see.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/utf8.hpp"

namespace erm::detail {

/// Appends a coordinate to a hundredth of a pixel, limited to a million pixels; NaN becomes the lower limit.
inline void append_coordinate(std::string& out, double value) {
  if (is_nan(value) || value < -1e6) value = -1e6;
  if (value > 1e6) value = 1e6;
  std::int64_t hundredths = std::lround(value * 100);
  if (hundredths < 0) {
    out += '-';
    hundredths = -hundredths;
  }
  append_integer(out, hundredths / 100);
  const int rest = static_cast<int>(hundredths % 100);
  if (rest == 0) return;
  out += '.';
  out += static_cast<char>('0' + rest / 10);
  if (rest % 10 != 0) out += static_cast<char>('0' + rest % 10);
}

/// Appends ` name="value"`; the value is a coordinate.
inline void append_attribute(std::string& out, std::string_view name, double value) {
  out += ' ';
  out += name;
  out += "=\"";
  append_coordinate(out, value);
  out += '"';
}

/// The estimated width of `text` in units of the font size, rather too large than too small.
inline double text_width(std::string_view text) {
  double width = 0;
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    width += length >= 3                                                            ? 1.0
             : text[0] == 'm' || text[0] == 'w' || text[0] == 'M' || text[0] == 'W' ? 0.88
             : text[0] == 'i' || text[0] == 'l' || text[0] == '.' || text[0] == ',' ? 0.32
                                                                                    : 0.58;
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return width;
}

/// `text`, shortened with an ellipsis where it is wider than `width` font sizes.
inline std::string fitted_text(std::string_view text, double width) {
  if (text_width(text) <= width) return std::string(text);
  std::size_t end = 0;
  double used = 1;
  while (end < text.size()) {
    std::size_t length = utf8_sequence_length(text.substr(end));
    if (length == 0) length = 1;
    used += text_width(text.substr(end, length));
    if (used > width) break;
    end += length;
  }
  return std::string(text.substr(0, end)) + "\xE2\x80\xA6";
}

struct SvgPoint {
  double x = 0, y = 0;  // pixels; a NaN is a gap
  [[nodiscard]] bool is_gap() const { return !is_finite(x) || !is_finite(y); }
};

/// Appends a command of a path and its point, to a tenth of a pixel.
inline void append_point(std::string& path, char command, const SvgPoint& point) {
  path += command;
  append_coordinate(path, std::round(point.x * 10) / 10);
  path += ' ';
  append_coordinate(path, std::round(point.y * 10) / 10);
}

/// Appends a rectangle to a path, always clockwise, so that overlapping rectangles are both filled.
inline void append_rectangle(std::string& path, const SvgPoint& corner, const SvgPoint& opposite) {
  const auto append_step = [&](char command, double to) {
    path += command;
    append_coordinate(path, std::round(to * 10) / 10);
  };
  append_point(path, 'M', {std::fmin(corner.x, opposite.x), std::fmin(corner.y, opposite.y)});
  append_step('H', std::fmax(corner.x, opposite.x));
  append_step('V', std::fmax(corner.y, opposite.y));
  append_step('H', std::fmin(corner.x, opposite.x));
  path += 'Z';
}

/// Appends a <path> in the colour of the text around the drawing.
inline void append_line(std::string& out, const SvgPoint& from, const SvgPoint& to, std::string_view opacity) {
  out += "<path stroke=\"currentColor\" stroke-opacity=\"";
  out += opacity;
  out += "\" d=\"";
  append_point(out, 'M', from);
  append_point(out, 'L', to);
  out += "\"/>";
}

/// Appends a <text>, unless `text` is empty; `more` are further attributes, already escaped.
inline void append_text(std::string& out, double x, double y, std::string_view text, std::string_view anchor,
                        std::string_view more) {
  if (text.empty()) return;
  out += "<text";
  append_attribute(out, "x", x);
  append_attribute(out, "y", y);
  if (anchor != "start") {
    out += " text-anchor=\"";
    out += anchor;
    out += '"';
  }
  out += more;
  out += '>';
  append_html(out, text);
  out += "</text>";
}

/// Appends the first, lowest, highest and last point in each column of pixels. In [begin, end) x never decreases.
inline void append_thinned(std::vector<SvgPoint>& out, const SvgPoint* begin, const SvgPoint* end) {
  while (begin != end) {
    const double column = std::floor(begin->x);
    const SvgPoint *low = begin, *high = begin, *last = begin;
    for (const SvgPoint* point = begin; point != end && std::floor(point->x) == column; ++point) {
      if (point->y < low->y) low = point;
      if (point->y > high->y) high = point;
      last = point;
    }
    out.push_back(*begin);
    const auto [first_extreme, second_extreme] = std::minmax(low, high);
    if (first_extreme != begin) out.push_back(*first_extreme);
    if (second_extreme != first_extreme && second_extreme != last) out.push_back(*second_extreme);
    if (last != begin && last != first_extreme) out.push_back(*last);
    begin = last + 1;
  }
}

/// Fewer points that give a line which looks the same. Gaps stay.
inline std::vector<SvgPoint> thinned(const std::vector<SvgPoint>& points) {
  std::vector<SvgPoint> out;
  for (std::size_t i = 0; i < points.size();) {
    if (points[i].is_gap()) {
      out.push_back(points[i++]);
      continue;
    }
    std::size_t end = i + 1;
    bool forward = true;
    for (; end < points.size() && !points[end].is_gap(); ++end) forward = forward && points[end].x >= points[end - 1].x;
    if (end - i < 500) {
      out.insert(out.end(), points.begin() + static_cast<std::ptrdiff_t>(i),
                 points.begin() + static_cast<std::ptrdiff_t>(end));
    } else if (forward) {
      append_thinned(out, points.data() + i, points.data() + end);
    } else {
      out.push_back(points[i]);
      for (std::size_t k = i + 1; k < end; ++k) {
        const bool moves = std::fabs(points[k].x - out.back().x) + std::fabs(points[k].y - out.back().y) >= 0.7;
        if (moves || k + 1 == end) out.push_back(points[k]);
      }
    }
    i = end;
  }
  return out;
}

/// The points of a line and the corners that its step shape ("hv", "vh", "hvh", "vhv") adds between them.
inline std::vector<SvgPoint> stepped(const std::vector<SvgPoint>& points, const std::string& shape) {
  if (shape != "hv" && shape != "vh" && shape != "hvh" && shape != "vhv") return points;
  std::vector<SvgPoint> out;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i > 0 && !points[i].is_gap() && !points[i - 1].is_gap()) {
      const SvgPoint &a = points[i - 1], &b = points[i];
      if (shape == "hv") out.push_back({b.x, a.y});
      if (shape == "vh") out.push_back({a.x, b.y});
      if (shape == "hvh") out.insert(out.end(), {{(a.x + b.x) / 2, a.y}, {(a.x + b.x) / 2, b.y}});
      if (shape == "vhv") out.insert(out.end(), {{a.x, (a.y + b.y) / 2}, {b.x, (a.y + b.y) / 2}});
    }
    out.push_back(points[i]);
  }
  return out;
}

}  // namespace erm::detail

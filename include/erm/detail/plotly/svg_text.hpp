// The pieces that an SVG document is written with: coordinates, paths, text, and how wide a text may be.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/utf8.hpp"

namespace erm::detail {

/// A coordinate to a hundredth of a pixel; what is not a place on any drawing becomes its edge.
inline void append_coordinate(std::string& out, double value) {
  if (!(value > -1e6)) value = -1e6;
  if (value > 1e6) value = 1e6;
  auto hundredths = static_cast<std::int64_t>(std::lround(value * 100));
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

/// ` name="value"`, the value a coordinate.
inline void append_attribute(std::string& out, std::string_view name, double value) {
  out += ' ';
  out += name;
  out += "=\"";
  append_coordinate(out, value);
  out += '"';
}

/// How wide `text` will be, in units of the font size; a guess that is rather too wide.
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

/// `text`, or its begin and an ellipsis where it is wider than `width` font sizes.
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
  [[nodiscard]] bool is_gap() const { return !std::isfinite(x) || !std::isfinite(y); }
};

/// A command of a path and its point, to a tenth of a pixel.
inline void append_point(std::string& path, char command, const SvgPoint& point) {
  path += command;
  append_coordinate(path, std::round(point.x * 10) / 10);
  path += ' ';
  append_coordinate(path, std::round(point.y * 10) / 10);
}

/// Always clockwise: where two overlap, both are filled.
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

/// A <path> in the colour of the text around the drawing.
inline void append_line(std::string& out, const SvgPoint& from, const SvgPoint& to, std::string_view opacity) {
  out += "<path stroke=\"currentColor\" stroke-opacity=\"";
  out += opacity;
  out += "\" d=\"";
  append_point(out, 'M', from);
  append_point(out, 'L', to);
  out += "\"/>";
}

/// A <text>, unless `text` is empty; `more` are further attributes as they are.
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

}  // namespace erm::detail

// The axes of a chart of curves: ranges of any two doubles, ticks, and texts that tell them apart. scales.js draws the
// same axes, so that nothing moves when the script draws a chart again.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/chart/svg_parts.hpp"

namespace erm::detail {

/// The range of values that are finite.
struct ChartRange {
  double low = 0, high = 0;
  bool any = false;

  void add(double value) {
    if (!is_finite(value)) return;
    low = any ? (std::min)(low, value) : value;
    high = any ? (std::max)(high, value) : value;
    any = true;
  }
  /// Makes an empty range wider, so that its width can be a divisor.
  void widen() {
    if (!any) high = 1;
    const double size = (std::max)(std::fabs(low), std::fabs(high));
    if (high / 2 - low / 2 > size * 5e-16) return;
    const double room = size > 1e-300 ? size * 0.1 : 1;
    const double greatest = (std::numeric_limits<double>::max)();
    low = (std::max)(low - room, -greatest);
    high = (std::min)(high + room, greatest);
  }
  /// From 0 at the low end to 1 at the high end. The difference of two doubles may be too great for a double, or the
  /// quotient of two small ones.
  [[nodiscard]] double part(double value) const {
    const double factor = high / 2 - low / 2 > 1e300 ? 0.25 : high - low < 1e-290 ? 0x1p200 : 1;
    return (value * factor - low * factor) / (high * factor - low * factor);
  }
};

/// About `wanted` ticks: multiples of 1, 2 or 5 times a power of ten, all different.
inline std::vector<double> chart_ticks(const ChartRange& range, int wanted) {
  const double raw = range.high / wanted - range.low / wanted;
  if (!(raw > 0)) return {range.low, range.high};
  const int exponent = static_cast<int>(std::floor(std::log10(raw)));
  int factor = 1, power = exponent;
  while (factor < 10 && !(factor * ten_to_the(exponent) >= raw * (1 - 1e-9))) factor = factor == 2 ? 5 : factor * 2;
  if (factor == 10) factor = 1, ++power;
  const double step = factor * ten_to_the(power);
  const double first = std::ceil(range.low / step - 1e-9), last = std::floor(range.high / step + 1e-9);
  std::vector<double> ticks;
  if (!(std::fabs(first) < 9e15) || !(std::fabs(last) < 9e15)) return {range.low, range.high};
  for (double i = first; i <= last && ticks.size() < 50; ++i) {
    // A quotient of whole numbers is the very decimal.
    const double tick = power < 0 && power > -300 ? i * factor / ten_to_the(-power) : i * step;
    if (is_finite(tick) && (ticks.empty() || tick != ticks.back())) ticks.push_back(tick);
  }
  return ticks;
}

/// All digits of a number: 0.00015, 123457089, 1.5e6, 1e-7.
inline std::string tick_text(double value, bool scientific) {
  char raw[64];
  const std::string_view text(raw, scientific_digits(value, raw));
  const std::size_t e = text.find('e');
  char digits[32];
  std::size_t count = 0;
  for (const char c : text.substr(0, e))
    if (c >= '0' && c <= '9') digits[count++] = c;
  int exponent = 0;
  for (const char c : text.substr(e + 2)) exponent = exponent * 10 + (c - '0');
  if (text[e + 1] == '-') exponent = -exponent;
  char shown[64];
  char* const end = write_digits(shown, digits, count, exponent, scientific && value != 0);
  return (value < 0 ? "-" : "") + std::string(shown, end);
}

/// The texts of ticks, in the shorter notation.
inline std::vector<std::string> tick_texts(const std::vector<double>& ticks) {
  std::vector<std::string> plain, scientific;
  bool is_long = false;
  std::size_t longest_plain = 0, longest_scientific = 0;
  for (const double tick : ticks) {
    const double size = std::fabs(tick);
    is_long = is_long || size >= 1e6 || (size > 0 && size < 1e-4);
    plain.push_back(tick_text(tick, false));
    scientific.push_back(tick_text(tick, true));
    longest_plain = (std::max)(longest_plain, plain.back().size());
    longest_scientific = (std::max)(longest_scientific, scientific.back().size());
  }
  return is_long && longest_scientific < longest_plain ? scientific : plain;
}

inline std::size_t longest_of(const std::vector<std::string>& texts) {
  std::size_t longest = 0;
  for (const std::string& text : texts) longest = (std::max)(longest, text.size());
  return longest;
}

/// The areas of a chart, in pixels of its viewBox. The left margin has room for the longest number.
struct ChartBox {
  static constexpr double width = 640, height = 280, right = 14, top = 10, bottom = 34, letter = 7.4;
  ChartRange x, y;
  double left = 64;

  [[nodiscard]] double plot_width() const { return width - left - right; }
  [[nodiscard]] double x_of(double value) const { return left + x.part(value) * plot_width(); }
  [[nodiscard]] double y_of(double value) const { return top + (1 - y.part(value)) * (height - top - bottom); }
};

inline void append_chart_text(std::string& out, double x, double y, std::string_view anchor, std::string_view text) {
  out += "<text";
  append_attribute(out, "x", x);
  append_attribute(out, "y", y);
  out += " text-anchor=\"";
  out += anchor;
  out += "\">";
  append_html(out, text);
  out += "</text>";
}

/// Makes the left margin as wide as the numbers of the y axis. Draws the grid, the numbers of both axes, and the name
/// of the x axis below them.
inline void append_chart_axes(std::string& out, ChartBox& box, std::string_view x_name) {
  const std::vector<double> y_ticks = chart_ticks(box.y, 5);
  const std::vector<std::string> y_texts = tick_texts(y_ticks);
  box.left = (std::max)(64.0, std::ceil(14 + ChartBox::letter * static_cast<double>(longest_of(y_texts))));
  out += "<g class=\"grid\">";
  for (std::size_t i = 0; i < y_ticks.size(); ++i) {
    const double y = box.y_of(y_ticks[i]);
    out += "<path d=\"M";
    append_coordinate(out, box.left);
    out += ' ';
    append_coordinate(out, y);
    out += 'H';
    append_coordinate(out, ChartBox::width - ChartBox::right);
    out += "\"/>";
    append_chart_text(out, box.left - 8, y + 4, "end", y_texts[i]);
  }
  // As many as have room beside each other.
  std::vector<double> x_ticks;
  std::vector<std::string> x_texts;
  double text_width = 0;
  for (const int wanted : {7, 5, 4, 3, 2, 1}) {
    x_ticks = chart_ticks(box.x, wanted);
    x_texts = tick_texts(x_ticks);
    text_width = ChartBox::letter * static_cast<double>(longest_of(x_texts));
    if (x_ticks.size() < 2 || box.x_of(x_ticks[1]) - box.x_of(x_ticks[0]) > text_width + 10) break;
  }
  for (std::size_t i = 0; i < x_ticks.size(); ++i) {
    const double x = box.x_of(x_ticks[i]), half = text_width / 2;
    const bool is_last = x + half > ChartBox::width;
    append_chart_text(out, is_last ? ChartBox::width - 1 : x, ChartBox::height - ChartBox::bottom + 16,
                      is_last ? "end" : "middle", x_texts[i]);
  }
  append_chart_text(out, box.left + box.plot_width() / 2, ChartBox::height - 4, "middle", x_name);
  out += "</g>";
}

}  // namespace erm::detail

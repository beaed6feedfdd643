// A curve in one line of a table: ▁▂▄█▆▃.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/utf8.hpp"

namespace erm::detail {

/// One column for each value, or `width` columns of equally many values each: their mean. A column without a value (NaN)
/// is blank, and one with an infinity is an arrow. Values that are all the same have the height of the middle.
class Sparkline {
 public:
  explicit Sparkline(std::size_t width, bool is_unicode = true) : width_(width), is_unicode_(is_unicode) {}

  /// `value_of(i)` gives the value `i` of `count`.
  template <class ValueOf>
  [[nodiscard]] std::string text(std::size_t count, const ValueOf& value_of) const {
    const std::size_t columns = (std::min)(width_, count);
    std::vector<double> means;
    double low = 0, high = 0;
    bool is_empty = true;
    for (std::size_t column = 0; column < columns; ++column) {
      const double mean = mean_of(begin_of(column, columns, count), begin_of(column + 1, columns, count), value_of);
      means.push_back(mean);
      if (!is_finite(mean)) continue;
      low = is_empty ? mean : (std::min)(low, mean);
      high = is_empty ? mean : (std::max)(high, mean);
      is_empty = false;
    }
    std::string out;
    for (const double mean : means) append(out, mean, low, high);
    return out;
  }
  [[nodiscard]] std::string text(const std::vector<double>& values) const {
    return text(values.size(), [&](std::size_t i) { return values[i]; });
  }

 private:
  static std::size_t begin_of(std::size_t column, std::size_t columns, std::size_t count) {
    return static_cast<std::size_t>(static_cast<double>(column) * static_cast<double>(count) /
                                    static_cast<double>(columns) + 1e-9);
  }
  template <class ValueOf>
  static double mean_of(std::size_t from, std::size_t to, const ValueOf& value_of) {
    double mean = 0, n = 0, infinite = 0;
    bool has_infinity = false;
    for (std::size_t i = from; i < to; ++i) {
      const double value = value_of(i);
      if (is_inf(value)) has_infinity = true, infinite = value;
      if (!is_finite(value)) continue;
      n += 1;
      mean += value / n - mean / n;  // no sum, which may be too large
    }
    return has_infinity ? infinite : n > 0 ? mean : not_a_number();
  }
  void append(std::string& out, double mean, double low, double high) const {
    if (is_nan(mean)) {
      out += ' ';
    } else if (is_inf(mean)) {
      out += is_negative(mean) ? (is_unicode_ ? "\xE2\x86\x93" : "v") : (is_unicode_ ? "\xE2\x86\x91" : "^");
    } else {
      const double half = high / 2 - low / 2;
      const double part = half > 0 ? (mean / 2 - low / 2) / half : 0.5;
      const auto level = static_cast<std::uint32_t>(std::clamp(part * 8, 0.0, 7.0));
      if (is_unicode_)
        append_utf8(out, 0x2581U + level);
      else
        out += std::string_view("_.,-=+*#")[level];
    }
  }

  std::size_t width_;
  bool is_unicode_;
};

}  // namespace erm::detail

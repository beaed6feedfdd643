// Short texts of the numbers on an axis, of durations and of times of day.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/shown_number.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/metric_history.hpp"

namespace erm::detail {

/// A number with six significant digits: "0.123457", "NaN", "∞".
inline std::string number_label(double value) {
  std::string text, out;
  append_floating(text, value);
  append_number(out, text, false, few_digits);
  return out;
}

/// Infinite for 0 and for infinities.
inline double power_of_ten(double value) { return std::floor(std::log10(std::fabs(value))); }

/// The texts of the multiples of `step` on an axis whose greatest magnitude is `top`: "1.2M", "0.05", "2e-5".
class NumberLabels {
 public:
  NumberLabels(double top, double step) {
    if (!(top > 0)) return;
    is_scientific_ = top >= 1e15 || top < 1e-3;
    const double apart = power_of_ten(top) - power_of_ten(step) + 1;
    if (!is_nan(apart)) digits_ = static_cast<std::size_t>(std::clamp(apart, 1.0, 17.0));
    if (is_scientific_ || top < 1e4) return;
    for (const Unit& unit : {Unit{1e12, "T"}, Unit{1e9, "B"}, Unit{1e6, "M"}, Unit{1e3, "k"}})
      if (top >= unit.size && step >= unit.size / 100) {
        unit_ = unit;
        return;
      }
  }

  [[nodiscard]] std::string text(double value) const {
    if (value == 0) return "0";
    std::string all, out;
    append_floating(all, value / unit_.size);
    append_number(out, all, is_scientific_, digits_);
    out += unit_.letter;
    return out;
  }

 private:
  struct Unit {
    double size;
    std::string_view letter;
  };
  Unit unit_ = {1, ""};
  bool is_scientific_ = false;
  std::size_t digits_ = few_digits;
};

/// "45s", "1m30s", "2h", "3d4h": at most two units. Below a second with a fraction.
inline std::string duration_label(double seconds) {
  if (is_nan(seconds) || std::fabs(seconds) > 1e12) return number_label(seconds) + "s";
  std::string out = seconds < 0 ? "-" : "";
  const double whole = std::fabs(seconds);
  if (whole < 10 && whole != std::floor(whole)) {
    std::string all;
    append_floating(all, whole);
    append_number(out, all, false, 3);
    return out + "s";
  }
  auto rest = static_cast<std::int64_t>(std::llround(whole));
  if (rest == 0) return "0s";
  struct Unit {
    std::int64_t size;
    char letter;
  };
  int shown = 0;
  for (const Unit& unit : {Unit{86400, 'd'}, Unit{3600, 'h'}, Unit{60, 'm'}, Unit{1, 's'}}) {
    const std::int64_t count = rest / unit.size;
    rest %= unit.size;
    if (count > 0) {
      out += std::to_string(count);
      out += unit.letter;
    }
    if ((count > 0 || shown > 0) && ++shown == 2) break;
  }
  return out;
}

/// A time that is given in seconds since 1970, in UTC, as exact as ticks in distances of `step` seconds need.
inline std::string time_label(double seconds, double step) {
  const TimePoint time(std::chrono::microseconds(std::llround(seconds * 1e6)));
  if (!(std::fabs(seconds) < 2e11) || !is_writable(time)) return number_label(seconds);
  const std::string text = time_text(time);  // 2026-11-23T07:30:21.128931
  if (step >= 86400) return text.substr(5, 5);
  return step >= 60 ? text.substr(11, 5) : step >= 1 ? text.substr(11, 8) : text.substr(14, 9);
}

}  // namespace erm::detail

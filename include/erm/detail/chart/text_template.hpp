// The texts of points, bars, cells and slices that a template such as "%{y:.1f} ms" makes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/chart/number_format.hpp"

namespace erm::detail {

/// `value` rounded to `decimals` places: "1.50"; without a minus where it is rounded to 0.
inline std::string fixed_text(double value, int decimals) {
  decimals = std::clamp(decimals, 0, 15);
  const double scale = std::pow(10.0, decimals), scaled = std::round(std::fabs(value) * scale);
  std::string text;
  if (!(scaled < 9e15)) {
    append_floating(text, value);
    return text;
  }
  auto digits = std::to_string(static_cast<long long>(scaled));
  if (digits.size() <= static_cast<std::size_t>(decimals))
    digits.insert(0, static_cast<std::size_t>(decimals) + 1 - digits.size(), '0');
  if (decimals > 0) digits.insert(digits.size() - static_cast<std::size_t>(decimals), 1, '.');
  return (value < 0 && scaled > 0 ? std::string(minus_sign) : std::string()) + digits;
}

inline std::string without_last_zeros(std::string text) {
  if (text.find('.') == std::string::npos || text.find('e') != std::string::npos) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

inline int decimal_exponent(double value) {
  return value == 0 || !is_finite(value) ? 0 : static_cast<int>(std::floor(std::log10(std::fabs(value)) + 1e-12));
}

/// `value` with `digits` significant digits, as plotly shortens it: 0.1235, 1.235k, 12.35M.
inline std::string short_number(double value, int digits = 7) {
  static constexpr std::string_view units[] = {"f", "p", "n", "\xCE\xBC", "m", "", "k", "M", "B", "T"};
  if (!is_finite(value)) return {};
  const int exponent = decimal_exponent(value);
  const int third = exponent > 3 || exponent < -3 ? static_cast<int>(std::floor(exponent / 3.0)) : 0;
  std::string text;
  if (third < -5 || third > 4) {
    append_floating(text, value);
    return text;
  }
  text = without_last_zeros(fixed_text(value / std::pow(1000.0, third), digits - 1 - exponent + 3 * third));
  return text += units[third + 5];
}

/// `value` in a number format of d3; nothing for a format that ERM does not know.
inline std::optional<std::string> formatted_number(double value, std::string_view format) {
  if (!is_finite(value)) return std::string();
  if (format.empty()) return short_number(value);
  const auto known = NumberFormat::parse(format);
  return known ? std::optional<std::string>(known->text(value)) : std::nullopt;
}

/// `pattern` with each "%{name}" and "%{name:format}" replaced by what `value_of(name, format)` returns, a text or
/// nothing. What has no value stays as it is written, and `is_whole` becomes false.
template <class ValueOf>
std::string filled_template(std::string_view pattern, const ValueOf& value_of, bool& is_whole) {
  std::string out;
  while (!pattern.empty()) {
    const std::size_t begin = pattern.find("%{");
    out += pattern.substr(0, begin);
    if (begin == std::string_view::npos) break;
    pattern.remove_prefix(begin);
    const std::size_t end = pattern.find('}');
    if (end == std::string_view::npos) return out += pattern;
    const std::string_view inside = pattern.substr(2, end - 2);
    const std::size_t colon = inside.find(':');
    const std::optional<std::string> value = value_of(
        inside.substr(0, colon), colon == std::string_view::npos ? std::string_view() : inside.substr(colon + 1));
    if (value)
      out += *value;
    else
      out += pattern.substr(0, end + 1), is_whole = false;
    pattern.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace erm::detail

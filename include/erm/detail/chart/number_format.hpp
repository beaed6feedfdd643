// Numbers in the formats of d3 (".0%", ",.2f", "~s"), which figures name for the texts of their ticks.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "erm/detail/base/float_bits.hpp"

namespace erm::detail {

inline constexpr std::string_view minus_sign = "\xE2\x88\x92";

/// `value`, which is not negative, with `digits` digits behind the point. A tie is rounded up, as JavaScript does it.
inline std::string fixed_digits(double value, int digits) {
  const double scale = std::pow(10.0, digits), scaled = value * scale;
  const bool is_tie = scaled < 4e15 && scaled - std::floor(scaled) == 0.5 && std::fma(value, scale, -scaled) == 0;
  if (is_tie) value = std::nextafter(value, infinity());
  if (!(value < 1e21)) return fmt::format("{}", value);
  return fmt::format("{:.{}f}", value, digits);
}

/// The digits of a number without a point, and the power of ten of the first.
struct DecimalDigits {
  std::string digits;
  int exponent = 0;

  DecimalDigits(double value, int count) {
    digits = fmt::format("{:.{}e}", value, std::clamp(count, 1, 20) - 1);
    const std::size_t e = digits.find('e');
    exponent = std::atoi(digits.c_str() + e + 1);
    digits.resize(e);
    digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
  }
};

/// A number format of d3: [sign][$][0][width][,][.precision][~][type]. What it does not know, parse() refuses.
class NumberFormat {
 public:
  static std::optional<NumberFormat> parse(std::string_view text) {
    NumberFormat format;
    const auto take = [&](std::string_view signs) {
      if (text.empty() || signs.find(text[0]) == std::string_view::npos) return '\0';
      const char sign = text[0];
      text.remove_prefix(1);
      return sign;
    };
    if (const char sign = take("+- (")) format.sign_ = sign;
    format.has_dollar_ = take("$") != '\0';
    format.has_commas_ = take(",") != '\0';
    if (take(".") != '\0') {
      int precision = -1;
      while (const char digit = take("0123456789"))
        precision = (std::min)((std::max)(precision, 0) * 10 + (digit - '0'), 20);
      if (precision < 0) return std::nullopt;
      format.precision_ = precision;
    }
    format.is_trimmed_ = take("~") != '\0';
    format.type_ = take("fegrs%pdn");
    if (!text.empty() || format.sign_ == '(') return std::nullopt;
    format.settle();
    return format;
  }

  [[nodiscard]] std::string text(double value) const {
    if (!is_finite(value)) return is_nan(value) ? "NaN" : value > 0 ? "Infinity" : std::string(minus_sign) + "Infinity";
    if (type_ == '%' || type_ == 'p') value = std::clamp(value, -1e306, 1e306);  // a hundred times that is a number
    std::string unit;
    std::string number = magnitude(std::fabs(value), unit);
    if (is_trimmed_) trim(number);
    const bool is_zero = number.find_first_of("123456789") == std::string::npos;
    std::string out;
    if (value < 0 && !is_zero)
      out = minus_sign;
    else if (sign_ == '+' || sign_ == ' ')
      out = sign_;
    if (has_dollar_) out += '$';
    if (has_commas_) separate(number);
    if (const std::size_t at = number.find("e-"); at != std::string::npos) number.replace(at + 1, 1, minus_sign);
    return out + number + unit + (type_ == '%' || type_ == 'p' ? "%" : "");
  }

  /// Sets a comma after each three digits before the point.
  static void separate(std::string& number) {
    std::size_t end = number.find_first_not_of("0123456789");
    if (end == std::string::npos) end = number.size();
    for (; end > 3; end -= 3) number.insert(end - 3, 1, ',');
  }

 private:
  void settle() {
    if (type_ == 'n') {
      has_commas_ = true;
      type_ = 'g';
    } else if (type_ == '\0') {
      if (!precision_) precision_ = 12;
      is_trimmed_ = true;
      type_ = 'g';
    }
    const bool counts_all = type_ == 'g' || type_ == 'p' || type_ == 'r' || type_ == 's';
    digits_ = (std::max)(precision_.value_or(6), counts_all ? 1 : 0);
  }

  [[nodiscard]] std::string magnitude(double value, std::string& unit) const {
    switch (type_) {
      case '%': return fixed_digits(value * 100, digits_);
      case 'p': return rounded(value * 100);
      case 'r': return rounded(value);
      case 'd': return fixed_digits(std::floor(value + 0.5), 0);
      case 'e': return with_exponent(value, digits_ + 1);
      case 'f': return fixed_digits(value, digits_);
      case 's': return with_prefix(value, unit);
      default: break;
    }
    const int exponent = DecimalDigits(value, digits_).exponent;
    if (value != 0 && (exponent < -6 || exponent >= digits_)) return with_exponent(value, digits_);
    return fixed_digits(value, (std::max)(digits_ - 1 - exponent, 0));
  }
  [[nodiscard]] static std::string with_exponent(double value, int count) {
    const DecimalDigits decimal(value, count);
    std::string out = decimal.digits.substr(0, 1);
    if (decimal.digits.size() > 1) out += "." + decimal.digits.substr(1);
    return out + (decimal.exponent < 0 ? "e-" : "e+") + std::to_string(std::abs(decimal.exponent));
  }
  /// The digits with the point at `point` digits from the left.
  [[nodiscard]] static std::string placed(const std::string& digits, int point) {
    const int count = static_cast<int>(digits.size());
    if (point <= 0) return "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
    if (point >= count) return digits + std::string(static_cast<std::size_t>(point - count), '0');
    return digits.substr(0, static_cast<std::size_t>(point)) + "." + digits.substr(static_cast<std::size_t>(point));
  }
  [[nodiscard]] std::string rounded(double value) const {
    const DecimalDigits decimal(value, digits_);
    return placed(decimal.digits, decimal.exponent + 1);
  }
  [[nodiscard]] std::string with_prefix(double value, std::string& unit) const {
    static constexpr std::string_view prefixes[] = {"y", "z", "a", "f", "p", "n", "\xC2\xB5", "m", "",
                                                    "k", "M", "G", "T", "P", "E", "Z",        "Y"};
    const DecimalDigits decimal(value, digits_);
    const int thousands = std::clamp(static_cast<int>(std::floor(decimal.exponent / 3.0)), -8, 8);
    unit = prefixes[thousands + 8];
    const int point = decimal.exponent - thousands * 3 + 1;
    if (point > 0) return placed(decimal.digits, point);
    return placed(DecimalDigits(value, (std::max)(1, digits_ + point - 1)).digits, point);
  }
  static void trim(std::string& number) {
    const std::size_t point = number.find('.');
    if (point == std::string::npos) return;
    std::size_t end = number.find('e');
    if (end == std::string::npos) end = number.size();
    std::size_t last = end;
    while (number[last - 1] == '0') --last;
    if (last == point + 1) --last;
    number.erase(last, end - last);
  }

  char sign_ = '-', type_ = '\0';
  bool has_dollar_ = false, has_commas_ = false, is_trimmed_ = false;
  std::optional<int> precision_;
  int digits_ = 6;
};

}  // namespace erm::detail

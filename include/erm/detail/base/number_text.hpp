// Converts numbers to text and back, independent of the locale. The text of a double is the shortest that reads back as
// the same double, in the format of Python and fmt: 0.1, 100000, 1e-05, 1e+16, nan, inf, -inf.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/quick_number_text.hpp"

// GCC from 11 and MSVC from 2019 have from_chars for double; libc++ has it from LLVM 20.
#if !defined(ERM_DETAIL_FROM_CHARS)
#if defined(__cpp_lib_to_chars) || defined(_MSC_VER) || (defined(_LIBCPP_VERSION) && _LIBCPP_VERSION >= 200000)
#define ERM_DETAIL_FROM_CHARS 1
#else
#define ERM_DETAIL_FROM_CHARS 0
#endif
#endif
#if !ERM_DETAIL_FROM_CHARS
#include <cstdlib>
#include <locale.h>
#if defined(__APPLE__)
#include <xlocale.h>
#endif
#endif
// libc++ has to_chars for doubles from LLVM 14; GCC 9 and 10 do not have it.
#if ERM_DETAIL_FROM_CHARS || (defined(_LIBCPP_VERSION) && _LIBCPP_VERSION >= 14000)
#define ERM_DETAIL_TO_CHARS 1
#else
#define ERM_DETAIL_TO_CHARS 0
#include <fmt/format.h>
#endif

namespace erm::detail {

/// Writes the shortest digits of a finite `value` in scientific notation ("1.25e-05") to `out`, which has 64 chars.
template <class Float>
std::size_t scientific_digits(Float value, char* out) {
#if ERM_DETAIL_TO_CHARS
  return static_cast<std::size_t>(std::to_chars(out, out + 64, value, std::chars_format::scientific).ptr - out);
#else
  // Converts fmt's shortest form to d.ddde+dd.
  const std::string text = fmt::format("{}", value);
  std::string digits;
  int exponent = 0;
  bool point_seen = false, significant = false;
  std::size_t i = text[0] == '-' ? 1 : 0;
  for (; i < text.size() && text[i] != 'e'; ++i) {
    if (text[i] == '.') {
      point_seen = true;
      continue;
    }
    if (text[i] != '0') significant = true;
    if (!significant) {
      if (point_seen) --exponent;
      continue;
    }
    if (!point_seen) ++exponent;
    digits += text[i];
  }
  exponent -= 1;
  if (i < text.size()) exponent += std::atoi(text.c_str() + i + 1);
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  if (digits.empty()) digits = "0", exponent = 0;
  std::string all = text[0] == '-' ? "-" : "";
  all += digits[0];
  if (digits.size() > 1) all += "." + digits.substr(1);
  all += exponent < 0 ? "e-" : "e+";
  const std::string magnitude = std::to_string(exponent < 0 ? -exponent : exponent);
  all += (magnitude.size() < 2 ? "0" : "") + magnitude;
  all.copy(out, all.size());
  return all.size();
#endif
}

/// Appends the shortest text that reads back as `value`.
template <class Float>
void append_floating(std::string& out, Float value) {
  if (is_nan(value)) {
    out += "nan";
    return;
  }
  if (is_inf(value)) {
    out += is_negative(value) ? "-inf" : "inf";
    return;
  }
  char raw[64];
  const std::string_view text(raw, scientific_digits(value, raw));
  const std::size_t e = text.find('e');
  int exponent = 0;
  for (std::size_t i = e + 2; i < text.size(); ++i) exponent = exponent * 10 + (text[i] - '0');
  if (text[e + 1] == '-') exponent = -exponent;
  if (exponent < -4 || exponent > 15) {
    out += text;
    return;
  }
  // Built here and appended once, because much of a page and of a history file is numbers.
  char shown[48];
  char* to = shown;
  const auto put = [&to](const char* from, std::size_t size) {
    std::memcpy(to, from, size);
    to += size;
  };
  const auto put_zeros = [&to](std::size_t count) {
    std::memset(to, '0', count);
    to += count;
  };
  const char* mantissa = raw;
  if (*mantissa == '-') *to++ = *mantissa++;
  const char* const fraction = mantissa + 2;
  const auto digits = static_cast<std::size_t>(raw + e - mantissa);
  const std::size_t fraction_size = digits > 1 ? digits - 2 : 0;
  if (exponent < 0) {
    put("0.", 2);
    put_zeros(static_cast<std::size_t>(-exponent - 1));
    *to++ = *mantissa;
    put(fraction, fraction_size);
  } else {
    *to++ = *mantissa;
    const auto whole = static_cast<std::size_t>(exponent);
    if (fraction_size <= whole) {
      put(fraction, fraction_size);
      put_zeros(whole - fraction_size);
    } else {
      put(fraction, whole);
      *to++ = '.';
      put(fraction + whole, fraction_size - whole);
    }
  }
  out.append(shown, static_cast<std::size_t>(to - shown));
}

template <class Integer>
void append_integer(std::string& out, Integer value) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

#if ERM_DETAIL_FROM_CHARS
/// Whether the magnitude of `text`, a decimal number other than 0, is above 1. It may be outside the range of a double.
inline bool is_beyond_one(std::string_view text) {
  const std::size_t e = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, e);
  const std::size_t digit = mantissa.find_first_of("123456789");
  const std::size_t point = mantissa.substr(0, mantissa.find('.')).size();
  long long exponent = 0;
  if (e != std::string_view::npos) {
    const char* const digits = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
    if (std::from_chars(digits, text.data() + text.size(), exponent).ec != std::errc()) return text[e + 1] != '-';
  }
  return exponent + static_cast<long long>(point) > static_cast<long long>(digit);
}
#endif

/// Reads a decimal number at the start of `[first, last)` like std::from_chars. Returns its end, or `first` if there is
/// none. A magnitude outside the range of a double becomes infinity or 0.
inline const char* read_double(const char* first, const char* last, double& value) {
  if (const char* const end = read_usual_number(first, last, value)) return end;
#if ERM_DETAIL_FROM_CHARS
  const auto [end, error] = std::from_chars(first, last, value);
  if (error == std::errc()) return end;
  if (error != std::errc::result_out_of_range) return first;
  // from_chars does not set the value here.
  const std::string_view text(first, static_cast<std::size_t>(end - first));
  value = 0;
  if (is_beyond_one(text))
    value = infinity(text[0] == '-');
  else if (text[0] == '-')
    value = -value;
  return end;
#else
  // strtod depends on the process's locale; strtod_l with "C" does not. It also accepts hex, blanks and '+', which
  // from_chars rejects, so the characters are checked first.
  const char* i = first;
  if (i != last && *i == '-') ++i;
  const char* const digits = i;
  const auto skip_digits = [&] {
    const char* const begin = i;
    while (i != last && *i >= '0' && *i <= '9') ++i;
    return i - begin;
  };
  auto count = skip_digits();
  if (i != last && *i == '.') {
    ++i;
    count += skip_digits();
  }
  if (count > 0) {
    const char* const mantissa_end = i;
    if (i != last && (*i == 'e' || *i == 'E')) {
      ++i;
      if (i != last && (*i == '-' || *i == '+')) ++i;
      if (skip_digits() == 0) i = mantissa_end;
    }
  } else {
    const std::string_view word(digits, static_cast<std::size_t>(last - digits));
    const auto same = [&](std::string_view name) {
      if (word.size() < name.size()) return false;
      for (std::size_t k = 0; k < name.size(); ++k)
        if ((word[k] | 0x20) != name[k]) return false;
      return true;
    };
    const std::size_t length = same("infinity") ? 8 : same("inf") || same("nan") ? 3 : 0;
    if (length == 0) return first;
    i = digits + length;
  }
  static const locale_t c_locale = newlocale(LC_ALL_MASK, "C", nullptr);
  const std::string text(first, i);
  value = strtod_l(text.c_str(), nullptr, c_locale);
  return i;
#endif
}

/// Writes the shortest text that reads back as `value` to `at`, in the layout that is fastest to produce ("1e+05").
/// `at` needs room for 32 characters. Returns the end. NaN is "NaN", which more readers of CSV take for a number
/// (docs/query.md).
template <class Float>
char* put_floating(char* at, Float value) {
#if ERM_DETAIL_FROM_CHARS
  if (char* const end = put_usual_number(at, value)) return end;
#endif
  if (is_nan(value)) {  // its sign has no meaning
    std::memcpy(at, "NaN", 3);
    return at + 3;
  }
#if ERM_DETAIL_FROM_CHARS
  return std::to_chars(at, at + 32, value).ptr;
#else
  std::string text;
  append_floating(text, value);
  text.copy(at, text.size());
  return at + text.size();
#endif
}

/// `text` as a number if all of it is one: decimal, nan, inf or infinity in any case, at most one sign, no blanks.
inline std::optional<double> parse_number(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  if (text.empty() || text.back() == ')') return std::nullopt;  // from_chars may read "nan(1)"
  double value = 0;
  const char* const end = text.data() + text.size();
  if (read_double(text.data(), end, value) != end) return std::nullopt;
  return value;
}

/// The double with the same shortest text as `value`: 0.1 for 0.1f.
inline double shortest_decimal(float value) {
  if (!is_finite(value)) return static_cast<double>(value);
  char text[64];
  const std::size_t size = scientific_digits(value, text);
  double decimal = 0;
  read_double(text, text + size, decimal);
  return static_cast<float>(decimal) == value ? decimal : static_cast<double>(value);
}
inline double shortest_decimal(double value) { return value; }

/// 10 to a whole number: the nearest double on every system. std::pow of MinGW-w64 is 6e-16 off at 1e308.
inline double ten_to_the(double exponent) {
  if (!(exponent > -400)) return 0;
  if (exponent > 400) return infinity();
  char text[8] = "1e";
  const char* const end = std::to_chars(text + 2, text + sizeof text, static_cast<int>(exponent)).ptr;
  double power = 0;
  read_double(text, end, power);
  return power;
}

}  // namespace erm::detail

#undef ERM_DETAIL_FROM_CHARS
#undef ERM_DETAIL_TO_CHARS

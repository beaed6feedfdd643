// Text for an HTML page: escaped text, readable numbers, and bytes as base64.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>

#include "erm/detail/base/number_text.hpp"

namespace erm::detail {

/// For each byte: 0 if it needs no escape in a text node and in a quoted attribute, otherwise 1.
inline constexpr std::array<std::uint8_t, 256> html_special = [] {
  std::array<std::uint8_t, 256> special{};
  for (std::size_t c = 0; c < 0x20; ++c) special[c] = 1;
  special['\t'] = special['\n'] = 0;
  special['&'] = special['<'] = special['>'] = special['"'] = special['\''] = special[0x7F] = 1;
  return special;
}();

/// Escapes `text`, which is UTF-8, for a text node or a quoted attribute. A control character that HTML does not allow
/// becomes U+FFFD.
inline void append_html(std::string& out, std::string_view text) {
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (html_special[static_cast<unsigned char>(text[i])] == 0) continue;
    out.append(text.data() + plain, i - plain);
    plain = i + 1;
    switch (text[i]) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\r':
        out += "&#13;";
        break;
      default:
        out += "\xEF\xBF\xBD";
    }
  }
  out.append(text.data() + plain, text.size() - plain);
}

/// ` name="value"`, with the value escaped.
inline void append_html_attribute(std::string& out, std::string_view name, std::string_view value) {
  out += ' ';
  out += name;
  out += "=\"";
  append_html(out, value);
  out += '"';
}

/// `text`, which is UTF-8, as a JSON string for a <script>. Nothing in it ends the element, begins a comment or ends a
/// line of JavaScript.
inline void append_script_string(std::string& out, std::string_view text) {
  const auto escape = [&](unsigned code) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += "0123456789abcdef"[code >> shift & 15];
  };
  out += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool is_line_end =
        c == 0xE2 && (text.compare(i, 3, "\xE2\x80\xA8") == 0 || text.compare(i, 3, "\xE2\x80\xA9") == 0);
    if (c >= 0x20 && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' && !is_line_end) continue;
    out.append(text.data() + plain, i - plain);
    plain = i + 1;
    if (is_line_end) {
      escape(0x2028U + (text[i + 2] == '\xA9' ? 1 : 0));
      i += 2;
      plain += 2;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += text[i];
    } else {
      escape(c);
    }
  }
  out.append(text.data() + plain, text.size() - plain);
  out += '"';
}

/// Writes the number whose first `count` significant digits are `digits`; the first digit stands for 10^exponent.
inline char* write_digits(char* to, const char* digits, std::size_t count, int exponent, bool scientific) {
  const auto copy = [&](const char* from, std::size_t size) {
    std::memcpy(to, from, size);
    to += size;
  };
  const auto zeros = [&](std::size_t size) {
    std::memset(to, '0', size);
    to += size;
  };
  if (scientific || exponent > 20 || exponent < -7) {
    *to++ = digits[0];
    if (count > 1) {
      *to++ = '.';
      copy(digits + 1, count - 1);
    }
    *to++ = 'e';
    return std::to_chars(to, to + 12, exponent).ptr;
  }
  if (exponent < 0) {
    copy("0.", 2);
    zeros(static_cast<std::size_t>(-exponent - 1));
    copy(digits, count);
    return to;
  }
  const auto before_point = static_cast<std::size_t>(exponent) + 1;
  if (count <= before_point) {
    copy(digits, count);
    zeros(before_point - count);
  } else {
    copy(digits, before_point);
    *to++ = '.';
    copy(digits + before_point, count - before_point);
  }
  return to;
}

inline constexpr std::size_t six_digits_room = 64;

/// The decimal number `text` with six significant digits: 0.123456789 becomes 0.123457, or 1.23457e-1 with an exponent.
/// nan, inf and -inf become NaN, ∞ and -∞. Whole numbers do not change unless `scientific` is true. `to` needs room for
/// six_digits_room and the text. Returns the end.
inline char* write_six_digits(char* to, std::string_view text, bool scientific) {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  const std::string_view with_sign = text;
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  const auto copy = [&](std::string_view from) {
    std::memcpy(to, from.data(), from.size());
    return to + from.size();
  };
  if (text.empty() || ((text[0] < '0' || text[0] > '9') && text[0] != '.')) {
    const bool is_nan = !text.empty() && (text[0] | 0x20) == 'n';
    if (negative && !is_nan) *to++ = '-';
    return copy(is_nan ? "NaN" : "\xE2\x88\x9E");
  }
  // Its first seven significant digits, and the position of its point: 0.00123 is 123 with exponent -3.
  char digits[8];
  std::size_t count = 0, i = 0;
  int exponent = -1;
  bool point_seen = false, exponent_seen = false;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.') {
      point_seen = true;
      continue;
    }
    if ((c | 0x20) == 'e') {
      exponent_seen = true;
      break;
    }
    if (count == 0 && c == '0') {
      exponent -= point_seen ? 1 : 0;
      continue;
    }
    exponent += point_seen ? 0 : 1;
    if (count < 7) digits[count++] = c;
  }
  if (!scientific && !exponent_seen && (!point_seen || text.size() <= 7)) return copy(with_sign);
  if (count == 0) return copy(negative ? "-0" : "0");
  if (exponent_seen) {
    const bool down = i + 1 < text.size() && text[i + 1] == '-';
    int written = 0;
    for (++i; i < text.size(); ++i)
      if (text[i] >= '0' && text[i] <= '9' && written < 100000) written = written * 10 + (text[i] - '0');
    exponent += down ? -written : written;
  }
  if (count == 7) {
    count = 6;
    if (digits[6] >= '5') {
      std::size_t k = 6;
      while (k > 0 && digits[k - 1] == '9') digits[--k] = '0';
      if (k > 0) {
        ++digits[k - 1];
      } else {
        digits[0] = '1';
        ++exponent;
      }
    }
  }
  while (count > 1 && digits[count - 1] == '0') --count;
  if (negative) *to++ = '-';
  return write_digits(to, digits, count, exponent, scientific);
}

inline void append_six_digits(std::string& out, std::string_view text, bool scientific) {
  const std::size_t begin = out.size();
  out.resize(begin + text.size() + six_digits_room);
  const char* const end = write_six_digits(out.data() + begin, text, scientific);
  out.resize(static_cast<std::size_t>(end - out.data()));
}

/// Concatenates texts. For many texts this compiles faster than many +.
inline std::string joined(std::initializer_list<std::string_view> texts) {
  std::string all;
  for (const std::string_view text : texts) all += text;
  return all;
}

/// Base64 of `size` bytes. For one text, every call but the last must pass a multiple of 3.
inline void append_base64(std::string& out, const std::uint8_t* data, std::size_t size) {
  static constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t begin = out.size();
  out.resize(begin + (size + 2) / 3 * 4);
  char* to = out.data() + begin;
  std::size_t i = 0;
  for (; i + 2 < size; i += 3, to += 4) {
    const unsigned bits = unsigned{data[i]} << 16 | unsigned{data[i + 1]} << 8 | data[i + 2];
    to[0] = letters[bits >> 18];
    to[1] = letters[bits >> 12 & 63];
    to[2] = letters[bits >> 6 & 63];
    to[3] = letters[bits & 63];
  }
  if (i == size) return;
  const unsigned bits = unsigned{data[i]} << 16 | (i + 1 < size ? unsigned{data[i + 1]} << 8 : 0U);
  to[0] = letters[bits >> 18];
  to[1] = letters[bits >> 12 & 63];
  to[2] = i + 1 < size ? letters[bits >> 6 & 63] : '=';
  to[3] = '=';
}

/// "0 bytes", "17 bytes", "1.4 MiB"
inline std::string readable_size(std::uint64_t size) {
  static constexpr const char* units[] = {" KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
  if (size == 1) return "1 byte";
  if (size < 1024) return std::to_string(size) + " bytes";
  std::size_t unit = 0;
  std::uint64_t tenths = (size * 10 + 512) / 1024;
  if (size >= std::uint64_t{1} << 50) tenths = size / 1024 * 10;
  while (tenths >= 10240 && unit + 1 < std::size(units)) {
    tenths = (tenths + 512) / 1024;
    ++unit;
  }
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + units[unit];
}

}  // namespace erm::detail

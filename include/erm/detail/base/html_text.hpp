// Text for an HTML page: escaped text, and bytes as base64.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>

#include "erm/detail/base/shown_number.hpp"

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

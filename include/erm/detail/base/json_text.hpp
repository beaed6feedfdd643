// Writes JSON text piece by piece. base/json_reader.hpp reads JSON text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "erm/detail/base/number_text.hpp"

namespace erm::detail {

/// Appends `text`, which is UTF-8, as a JSON string.
inline void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out += text.substr(plain, i - plain);
    plain = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        out += "\\u00";
        out += "0123456789abcdef"[c >> 4];
        out += "0123456789abcdef"[c & 15];
    }
  }
  out += text.substr(plain);
  out += '"';
}

/// Appends the finite `number` so that it reads back as a floating-point number: 1.0, not 1.
inline void append_json_floating(std::string& out, double number) {
  const std::size_t begin = out.size();
  append_floating(out, number);
  if (out.find_first_of(".e", begin) == std::string::npos) out += ".0";
}

/// Writes U+007F to U+009F as escapes in the JSON text, which is UTF-8, from `begin` on: U+009B begins a command to some
/// terminals, as ESC [ does.
inline void escape_json_controls(std::string& json, std::size_t begin = 0) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string escaped;
  std::size_t plain = begin;  // what follows is not in `escaped` yet
  for (std::size_t i = begin; i < json.size(); ++i) {
    const auto c = static_cast<unsigned char>(json[i]);
    if (c != 0x7F && c != 0xC2) continue;
    const auto code = c == 0x7F || i + 1 == json.size() ? c : static_cast<unsigned char>(json[i + 1]);
    if (c == 0xC2 && (code < 0x80 || code > 0x9F)) continue;
    escaped.append(json, plain, i - plain) += "\\u00";
    escaped += digits[code >> 4];
    escaped += digits[code & 15];
    if (c == 0xC2) ++i;
    plain = i + 1;
  }
  if (plain == begin) return;
  json.replace(begin, plain - begin, escaped);
}

/// append_json_string() with these escapes.
inline void append_json_string_for_terminals(std::string& out, std::string_view text) {
  const std::size_t begin = out.size();
  append_json_string(out, text);
  escape_json_controls(out, begin);
}

}  // namespace erm::detail

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

}  // namespace erm::detail

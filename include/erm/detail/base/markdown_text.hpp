// Text in a table of Markdown.
#pragma once

#include <string>
#include <string_view>

namespace erm::detail {

/// `text` so that it neither ends its cell nor begins markup.
inline std::string markdown_cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\`*_[]<>|~&$").find(c) != std::string_view::npos) out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out;
}

}  // namespace erm::detail

// The XML of S3's answers, and the keys in it.
#pragma once

#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>

#include "erm/detail/base/xml.hpp"

namespace erm::detail::s3 {

/// "a%20b+c" becomes "a b c": listings with encoding-type=url write keys that way.
inline std::string url_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, code, 16).ptr == text.data() + i + 3) {
      out += static_cast<char>(code);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace erm::detail::s3

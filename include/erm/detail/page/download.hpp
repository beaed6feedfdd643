// A link with which a reader saves a file that the page holds.
#pragma once

#include <string>
#include <string_view>

#include "erm/artifact.hpp"
#include "erm/detail/base/html_text.hpp"

namespace erm::detail {

/// `filename` may have folders, which are left out.
inline void append_download(std::string& out, const Bytes& bytes, std::string_view filename, std::string_view label) {
  out += "<p><a href=\"data:application/octet-stream;base64,";
  append_base64(out, bytes.data(), bytes.size());
  out += '"';
  append_html_attribute(out, "download", filename.substr(filename.rfind('/') + 1));
  out += '>';
  append_html(out, label);
  out += "</a></p>";
}

}  // namespace erm::detail

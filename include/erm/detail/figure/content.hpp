// What a logged figure is stored as, and the checks that it passes before.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "erm/artifact.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/error.hpp"
#include "erm/image.hpp"

namespace erm::detail {

struct FigureContent {
  ArtifactType type;
  Bytes bytes;
  std::string filename_ending;  // ".plotly.json", ".svg", ".png" or ".jpg"
};

/// Whether `text` is an XML document whose root is <svg>: after a byte order mark, blanks, comments, instructions and
/// a document type.
inline bool is_svg(std::string_view text) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  const auto skip_to = [&](std::string_view end) {
    const std::size_t at = text.find(end);
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + end.size());
    return true;
  };
  for (;;) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return false;
    text.remove_prefix(begin);
    if (text.substr(0, 4) == "<!--") {
      if (!skip_to("-->")) return false;
    } else if (text.substr(0, 2) == "<?") {
      if (!skip_to("?>")) return false;
    } else if (text.substr(0, 9) == "<!DOCTYPE") {
      const std::size_t subset = text.find('['), end = text.find('>');
      if (subset < end && !skip_to("]")) return false;
      if (!skip_to(">")) return false;
    } else {
      break;
    }
  }
  if (text.empty() || text[0] != '<') return false;
  std::string_view name = text.substr(1, text.find_first_of(" \t\r\n/>", 1) - 1);
  if (const std::size_t colon = name.find(':'); colon != std::string_view::npos) name.remove_prefix(colon + 1);
  return name == "svg";
}

inline FigureContent svg_content(std::string_view text) {
  if (!is_svg(text)) {
    throw Error("cannot log text as a figure: an SVG document begins with <svg, and this begins with '" +
                repaired_utf8(text.substr(0, 40)) + "'; log a file with log_artifact, a plotly figure as erm::Json");
  }
  return {ArtifactType::html, to_bytes(repaired_utf8(text)), ".svg"};
}

inline FigureContent image_content(Bytes bytes) {
  const auto type = image_type_of(bytes);
  if (!type) {
    throw Error("cannot log " + std::to_string(bytes.size()) +
                " bytes as a figure: they begin neither as a PNG nor as a JPEG file");
  }
  return {*type, std::move(bytes), *type == ArtifactType::png ? ".png" : ".jpg"};
}

/// `artifact_id` with `ending`, unless it ends so already.
inline std::string filename_for(const std::string& artifact_id, const std::string& ending) {
  return ends_with(ascii_lower(artifact_id), ending) ? artifact_id : artifact_id + ending;
}

}  // namespace erm::detail

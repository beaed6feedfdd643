// The stored form of a logged figure, and the checks before it is stored.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "erm/artifact.hpp"
#include "erm/detail/base/svg_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/error.hpp"
#include "erm/image.hpp"

namespace erm::detail {

struct FigureContent {
  ArtifactType type;
  Bytes bytes;
  std::string filename_ending;  // ".plotly.json", ".svg", ".png" or ".jpg"
};

/// `artifact_id` with `ending`, unless it already ends with it.
inline std::string filename_for(const std::string& artifact_id, const std::string& ending) {
  return ends_with(ascii_lower(artifact_id), ending) ? artifact_id : artifact_id + ending;
}

/// As standalone_svg() makes it, so that every reader can show it as a picture.
inline FigureContent svg_content(std::string_view text) {
  const std::string utf8 = utf8_svg(text);
  if (!is_svg(utf8)) {
    throw Error("cannot log text as a figure: an SVG document begins with <svg, and this begins with '" +
                repaired_utf8(std::string_view(utf8).substr(0, 40)) + "'; log a file with log_artifact, a plotly figure as erm::Json");
  }
  return {ArtifactType::html, to_bytes(standalone_svg(utf8)), ".svg"};
}

inline FigureContent image_content(Bytes bytes) {
  const auto type = image_type_of(bytes);
  if (!type) {
    throw Error("cannot log " + std::to_string(bytes.size()) +
                " bytes as a figure: they begin neither as a PNG nor as a JPEG file");
  }
  return {*type, std::move(bytes), *type == ArtifactType::png ? ".png" : ".jpg"};
}

}  // namespace erm::detail

// The stored form of a plotly figure, and the checks before it is stored.
#pragma once

#include <string>

#include "erm/detail/base/json_dump.hpp"
#include "erm/detail/figure/content.hpp"
#include "erm/error.hpp"
#include "erm/json.hpp"

namespace erm::detail {

inline constexpr int max_figure_depth = 100;

/// Throws Error if `json` is nested deeper than readers accept, or contains what JSON cannot represent.
inline void check_figure(const Json& json, int depth = 1) {
  if (json.is_discarded()) throw Error("cannot log a figure: a part of its JSON is a value that failed to parse");
  if (!json.is_structured()) return;
  if (depth > max_figure_depth) {
    throw Error("cannot log a figure: its JSON nests more than " + std::to_string(max_figure_depth) +
                " deep, and a plotly figure never does");
  }
  for (const Json& part : json) check_figure(part, depth + 1);
}

inline FigureContent json_content(const Json& json) {
  if (json.is_string()) return svg_content(json.get_ref<const std::string&>());
  if (!json.is_object()) {
    throw Error(std::string("cannot log JSON as a figure: a plotly figure is an object with \"data\" and \"layout\", "
                            "and SVG is text, but this is ") +
                json.type_name());
  }
  check_figure(json);
  return {ArtifactType::plotly_json, to_bytes(json_dump(json)), ".plotly.json"};
}

}  // namespace erm::detail

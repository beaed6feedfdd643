// Turns a figure into an artifact.
#pragma once

#include <string>
#include <utility>

#include "erm/detail/base/utf8.hpp"
#include "erm/detail/figure/content.hpp"
#include "erm/run_logger.hpp"

namespace erm::detail {

/// `artifact_id` with `ending`, unless it already ends with it.
inline std::string filename_for(const std::string& artifact_id, const std::string& ending) {
  return ends_with(ascii_lower(artifact_id), ending) ? artifact_id : artifact_id + ending;
}

inline void log_figure_content(RunLogger& run, FigureContent content, std::string artifact_id) {
  std::string filename = filename_for(artifact_id, content.filename_ending);
  run.log_artifact(std::move(content.bytes), std::move(artifact_id), std::move(filename), content.type);
}

}  // namespace erm::detail

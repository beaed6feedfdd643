// The plotly figures of one artifact id, read once: each for its own picture, and all for the one with every run in it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/comparison.hpp"
#include "erm/detail/base/json_reader.hpp"
#include "erm/detail/page/policy.hpp"
#include "erm/detail/plotly/overlay.hpp"
#include "erm/detail/plotly/svg.hpp"

namespace erm::detail {

struct RowFigure {
  PlotlyFigure figure;  // where `svg` is
  std::optional<std::string> svg;
  std::string problem;  // why it is not drawn
  bool is_json = false;

  [[nodiscard]] bool needs_plotly() const { return is_json && !svg; }
};

/// What each run has; a default RowFigure for what is no figure, is too large, or cannot be read.
inline std::vector<RowFigure> read_figures(const Comparison::ArtifactRow& row, const CompareOptions& options) {
  std::vector<RowFigure> figures(row.artifacts.size());
  for (std::size_t run = 0; run < figures.size(); ++run) {
    const Artifact* const artifact = row.artifacts[run];
    if (artifact == nullptr || showing_of(*artifact) != Showing::figure) continue;
    RowFigure& figure = figures[run];
    try {
      if (artifact->size() > options.max_artifact_size) continue;
      const Json json = parse_json(to_text(artifact->bytes()), "The figure");
      figure.is_json = true;
      figure.figure = read_plotly(json);
      figure.svg = plotly_svg_of(figure.figure);
    } catch (const Error& error) {
      figure.problem = error.what();
    }
  }
  return figures;
}

/// All runs in one picture, where their figures go together.
inline std::optional<std::string> overlay_svg(const std::vector<RowFigure>& figures) {
  std::vector<const PlotlyFigure*> drawn;
  drawn.reserve(figures.size());
  for (const RowFigure& figure : figures) drawn.push_back(figure.svg ? &figure.figure : nullptr);
  try {
    if (std::optional<PlotlyFigure> all = overlaid(drawn)) return plotly_svg_of(std::move(*all));
  } catch (const UndrawableFigure&) {
    return std::nullopt;  // each is drawn by itself, and together their numbers are too far apart
  }
  return std::nullopt;
}

}  // namespace erm::detail

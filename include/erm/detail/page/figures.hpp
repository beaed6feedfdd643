// The plotly figures of the page: the runs' figures of one id as SVG, each by itself and all in one picture; and
// plotly.js for the figures that the page cannot draw itself.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/compare_options.hpp"
#include "erm/comparison_data.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/json_reader.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/os/whole_file.hpp"
#include "erm/detail/page/assets.hpp"
#include "erm/detail/page/policy.hpp"
#include "erm/detail/plotly/overlay.hpp"
#include "erm/detail/plotly/svg.hpp"
#include "erm/error.hpp"
#include "erm/file_path.hpp"
#include "erm/json.hpp"

namespace erm::detail {

/// The figure of one run.
struct RowFigure {
  PlotlyFigure figure;             // what `svg` was drawn from
  std::optional<std::string> svg;  // nothing where the page cannot draw it
  std::string problem;             // why it is not drawn
  bool is_json = false;

  [[nodiscard]] bool needs_plotly() const { return is_json && !svg; }
};

/// The figures of the runs under one id; a default RowFigure for an artifact that is not a figure, is too large, or
/// cannot be read.
inline std::vector<RowFigure> read_figures(const ComparisonArtifacts& row, const CompareOptions& options) {
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

/// The figures of all runs in one picture; nothing where they do not share their axes.
inline std::optional<std::string> overlay_svg(const std::vector<RowFigure>& figures) {
  std::vector<const PlotlyFigure*> drawn;
  drawn.reserve(figures.size());
  for (const RowFigure& figure : figures) drawn.push_back(figure.svg ? &figure.figure : nullptr);
  try {
    if (std::optional<PlotlyFigure> all = overlaid(drawn)) return plotly_svg_of(std::move(*all));
  } catch (const UndrawableFigure&) {
    return std::nullopt;  // each can be drawn, but together their numbers are too far apart
  }
  return std::nullopt;
}

/// The plotly.js file of the options, or of the environment; it is read when the first figure needs it.
class PlotlyScript {
 public:
  explicit PlotlyScript(const CompareOptions& options) : path_(options.plotly_js) {
    if (!path_.empty()) return;
    if (const char* const variable = std::getenv("ERM_PLOTLY_JS"); variable != nullptr) path_ = variable;
    is_of_environment_ = true;
  }

  [[nodiscard]] bool is_named() const { return !path_.empty(); }
  /// Reads the file, and returns whether the page can hold it. Throws where the options' file cannot be read.
  bool load() {
    if (!bytes_.empty()) return true;
    if (!is_named() || !problem_.empty()) return false;
    try {
      bytes_ = read_whole_file(open_regular_file(path_));
      if (bytes_.empty()) throw FormatError("'" + path_.str() + "' is empty, and no plotly.js");
    } catch (const Error& error) {
      if (!is_of_environment_) throw;
      problem_ = error.what();
    }
    return problem_.empty();
  }
  /// Why the page has no plotly.js, as a sentence for the reader.
  [[nodiscard]] std::string advice() const {
    if (!problem_.empty()) return "ERM_PLOTLY_JS names a file that cannot be read: " + problem_ + ".";
    return "plotly.js draws it: name a plotly.min.js, or a plotly.min.js.gz, in CompareOptions::plotly_js or in the "
           "environment variable ERM_PLOTLY_JS, and write the page again.";
  }

  /// Where load() read the file: its bytes, and the script of the frame that runs it. The page itself runs neither.
  void append_to(std::string& out) const {
    if (bytes_.empty()) return;
    const bool is_gzip = bytes_.size() > 2 && bytes_[0] == 0x1F && bytes_[1] == 0x8B;
    out += "<script type=\"text/plain\" data-frame>";
    for (const std::string_view part : page_frame) out += part;
    out += is_gzip ? "</script>\n<script type=\"text/plain\" data-plotly=gzip>"
                   : "</script>\n<script type=\"text/plain\" data-plotly=plain>";
    if (is_gzip)
      append_base64(out, bytes_.data(), bytes_.size());
    else
      append_script_string(out, repaired_utf8(to_text(bytes_)));
    out += "</script>\n";
  }

 private:
  FilePath path_;
  bool is_of_environment_ = false;
  Bytes bytes_;
  std::string problem_;
};

}  // namespace erm::detail

// plotly.js on the page, for the figures that the page does not draw itself: in it once, run when a reader asks for it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "erm/compare_options.hpp"
#include "erm/detail/os/whole_file.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/os/path.hpp"
#include "erm/detail/page/assets.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/error.hpp"

namespace erm::detail {

/// The file of plotly.js that a caller named; read when a figure is the first to need it.
class PlotlyScript {
 public:
  explicit PlotlyScript(const CompareOptions& options) : path_(options.plotly_js) {
    if (!path_.empty()) return;
    if (const char* const variable = std::getenv("ERM_PLOTLY_JS"); variable != nullptr) path_ = variable;
    is_of_environment_ = true;
  }

  [[nodiscard]] bool is_named() const { return !path_.empty(); }
  /// Whether there is one. Throws where it is an option's and cannot be read.
  bool load() {
    if (!bytes_.empty()) return true;
    if (!is_named() || !problem_.empty()) return false;
    try {
      bytes_ = read_whole_file(open_regular_file(path_));
      if (bytes_.empty()) throw FormatError("'" + os::utf8_path(path_) + "' is empty, and no plotly.js");
    } catch (const Error& error) {
      if (!is_of_environment_) throw;
      problem_ = error.what();
    }
    return problem_.empty();
  }
  /// Why there is none, as a sentence for the reader.
  [[nodiscard]] std::string advice() const {
    if (!problem_.empty()) return "ERM_PLOTLY_JS names a file that cannot be read: " + problem_ + ".";
    return "plotly.js draws it: name a plotly.min.js, or a plotly.min.js.gz, in CompareOptions::plotly_js or in the "
           "environment variable ERM_PLOTLY_JS, and write the page again.";
  }

  /// Where a figure has needed it: its bytes, and the script of the frame that runs it. Neither is code to the page.
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
  std::filesystem::path path_;
  bool is_of_environment_ = false;
  Bytes bytes_;
  std::string problem_;
};

}  // namespace erm::detail

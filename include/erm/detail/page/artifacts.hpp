// The artifacts of the page: images and figures are shown, text and HTML stand in boxes of their own, other files have
// name and size. A notice stands in place of an artifact that cannot be read or drawn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/comparison.hpp"
#include "erm/detail/base/counted.hpp"
#include "erm/detail/store/stored_content.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/svg_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/page/download.hpp"
#include "erm/detail/page/figures.hpp"
#include "erm/detail/page/output.hpp"
#include "erm/detail/page/policy.hpp"
#include "erm/detail/page/tables.hpp"
#include "erm/detail/run/media_types.hpp"
#include "erm/detail/run/paths.hpp"

namespace erm::detail {

class ArtifactWriter {
 public:
  ArtifactWriter(PageOutput& page, const Comparison& comparison, const CompareOptions& options, PlotlyScript& plotly)
      : page_(page), out_(page.text), comparison_(comparison), options_(options), plotly_(plotly) {}

  /// To be called for the rows in their order.
  void append_row(const Comparison::ArtifactRow& row) {
    figures_ = read_figures(row, options_);
    for (const RowFigure& figure : figures_) has_plotly_ = has_plotly_ || (figure.needs_plotly() && plotly_.load());
    out_ += "<h3>";
    append_html(out_, row.id);
    out_ += "</h3><div class=gallery>\n";
    append_overlay();
    for (std::size_t run = 0; run < row.artifacts.size(); ++run) {
      out_ += "<figure class=artifact data-run=";
      append_integer(out_, run);
      out_ += "><figcaption>";
      append_run_key(out_, run);
      append_html(out_, comparison_.names()[run]);
      if (row.artifacts[run] != nullptr) append_caption(*row.artifacts[run]);
      out_ += "</figcaption>";
      if (row.artifacts[run] == nullptr)
        out_ += "<p class=none>none</p>";
      else
        append_artifact(*row.artifacts[run], run);
      out_ += "</figure>\n";
      page_.pass_on();
    }
    out_ += "</div>\n";
    ++row_;
  }

  /// One artifact of a run by itself, without a caption, whatever was written before.
  void append_alone(const Artifact& artifact, std::size_t run) {
    Comparison::ArtifactRow row;
    row.id = artifact.id();
    row.artifacts.resize(comparison_.runs().size());
    row.artifacts[run] = &artifact;
    figures_ = read_figures(row, options_);
    shown_.clear();
    is_alone_ = true;
    append_artifact(artifact, run);
  }
  /// The artifact's recorded hash; without one, reads the whole content.
  static std::string hash_of(const Artifact& artifact) {
    return artifact.sha256() ? *artifact.sha256() : sha256_of(*artifact.content());
  }

 private:
  void append_overlay() {
    const std::optional<std::string> svg = overlay_svg(figures_);
    if (!svg) return;
    out_ += "<figure class=\"artifact overlay\"><figcaption>All runs, over each other</figcaption>";
    append_legend(out_, comparison_, [&](std::size_t run) { return figures_[run].svg.has_value(); });
    out_ += "<div class=plot>" + *svg + "</div></figure>\n";
    page_.pass_on();
  }

  void append_caption(const Artifact& artifact) {
    out_ += "<small> ";
    append_html(out_, artifact.filename());
    try {
      const std::string size = readable_size(artifact.size());
      out_ += ", " + size;
    } catch (const Error&) {
      out_ += ", size unknown";
    }
    out_ += "</small>";
  }

  void notice(std::string_view text) {
    out_ += "<p class=notice>";
    append_html(out_, text);
    out_ += "</p>";
  }

  /// An artifact that cannot be read leaves a notice, and nothing else of it.
  void append_artifact(const Artifact& artifact, std::size_t run) {
    const std::size_t begin = out_.size();
    try {
      const Showing showing = showing_of(artifact);
      if (showing == Showing::name_only && !options_.embed_files)
        append_file_facts(artifact, run, hash_of(artifact));
      else if (artifact.size() > options_.max_artifact_size)
        append_facts(artifact, "Too large for this page, which holds artifacts of up to " +
                                   readable_size(options_.max_artifact_size) + ".");
      else if (showing == Showing::name_only)
        append_file(artifact, artifact.bytes(), run);
      else
        append_content(artifact, artifact.bytes(), showing, run);
    } catch (const Error& error) {
      out_.resize(begin);
      notice(std::string("It cannot be read: ") + error.what());
    }
  }

  void append_facts(const Artifact& artifact, std::string_view note) {
    if (!note.empty()) notice(note);
    out_ += "<dl><dt>Type<dd>";
    append_html(out_, artifact.media_type());
    out_ += "<dt>SHA-256<dd><code>" + hash_of(artifact) + "</code></dl>";
  }

  /// Whether the page holds this content already; then writes where. The page holds each content once.
  bool is_repeated(Showing showing, const std::string& hash, std::size_t run) {
    const auto [first, is_new] = shown_.try_emplace(content_key(showing, hash), Place{row_, run});
    if (!is_new) append_same(first->second);
    return !is_new;
  }

  static std::string hash_of(const Artifact& artifact, const Bytes& bytes) {
    return artifact.sha256() ? *artifact.sha256() : sha256_of(view(bytes));
  }

  /// The type and the hash of a file, unless the page has the same file already.
  bool append_file_facts(const Artifact& artifact, std::size_t run, const std::string& hash) {
    if (is_repeated(Showing::name_only, hash, run)) return false;
    out_ += "<dl><dt>Type<dd>";
    append_html(out_, artifact.media_type());
    ((out_ += "<dt>SHA-256<dd><code>") += hash) += "</code></dl>";
    return true;
  }

  /// A file that a browser does not show, to be downloaded from the page.
  void append_file(const Artifact& artifact, const Bytes& bytes, std::size_t run) {
    if (!append_file_facts(artifact, run, hash_of(artifact, bytes))) return;
    append_download(out_, bytes, artifact.filename(), "Download " + artifact.id() + " of " + comparison_.names()[run]);
  }

  void append_content(const Artifact& artifact, const Bytes& bytes, Showing showing, std::size_t run) {
    if (is_repeated(showing, hash_of(artifact, bytes), run)) return;
    switch (showing) {
      case Showing::image:
        return append_image(artifact, bytes, run);
      case Showing::audio:
      case Showing::video:
        return append_player(artifact, bytes, run);
      case Showing::svg_image:
        return append_svg(artifact, to_text(bytes), run);
      case Showing::figure:
        append_figure(to_text(bytes), run);
        // The data behind what is drawn; the text of what is not is there anyway.
        if (options_.embed_files && figures_[run].svg)
          append_download(out_, bytes, artifact.filename(), "Data of " + artifact.id() + " of " + comparison_.names()[run]);
        return;
      case Showing::html:
        return append_frame(artifact, repaired_utf8(to_text(bytes)), run);
      default:
        return append_text(artifact, to_text(bytes));
    }
  }

  struct Place {
    std::size_t row = 0, run = 0;
  };

  void append_same(const Place& place) {
    out_ += "<p class=same data-row=";
    append_integer(out_, place.row);
    out_ += " data-same=";
    append_integer(out_, place.run);
    out_ += ">The same as ";
    if (place.row != row_) {
      append_html(out_, comparison_.artifacts()[place.row].id);
      out_ += ' ';
    }
    out_ += "in ";
    append_html(out_, comparison_.names()[place.run]);
    out_ += ".</p>";
  }

  void append_image(const Artifact& artifact, const Bytes& bytes, std::size_t run) {
    const std::string_view found = media_type_of_bytes(bytes);
    if (is_shown_image(found)) return append_picture(artifact, bytes, found, run);
    const std::string_view media = artifact.media_type();
    append_facts(artifact, media == "image/png" || media == "image/jpeg"
                               ? "It is neither a PNG nor a JPEG, whatever its name says."
                               : "It is no image that a browser shows, whatever its name says.");
  }

  /// The file may be in another encoding, or lack what a picture needs; the file itself stays as it was logged.
  void append_svg(const Artifact& artifact, const std::string& text, std::size_t run) {
    std::string svg;
    try {
      svg = standalone_svg(text);
    } catch (const Error& error) {
      return append_facts(artifact, error.what());
    }
    if (!is_svg(svg)) return append_facts(artifact, "It is no SVG, whatever its name says.");
    append_picture(artifact, to_bytes(svg), "image/svg+xml", run);
  }

  void append_player(const Artifact& artifact, const Bytes& bytes, std::size_t run) {
    std::string_view found = media_type_of_bytes(bytes);
    // MP3 without a title begins with a frame: 11 bits that are set, too few to tell it from other files.
    if (artifact.media_type() == "audio/mpeg" && bytes.size() > 1 && bytes[0] == 0xFF && bytes[1] >= 0xE0)
      found = "audio/mpeg";
    const bool is_video = is_played_video(found);
    if (!is_video && !is_played_audio(found))
      return append_facts(artifact, "It is no sound or video that a browser plays, whatever its name says.");
    out_ += is_video ? "<video controls preload=metadata width=\"100%\"" : "<audio controls preload=metadata";
    append_html_attribute(out_, "aria-label", artifact.id() + " of " + comparison_.names()[run]);
    out_ += " src=\"data:";
    out_ += found;
    out_ += ";base64,";
    append_base64(out_, bytes.data(), bytes.size());
    out_ += is_video ? "\"></video>" : "\"></audio>";
  }

  void append_picture(const Artifact& artifact, const Bytes& bytes, std::string_view media_type, std::size_t run) {
    out_ += "<img loading=lazy decoding=async";
    append_html_attribute(out_, "alt", artifact.id() + " of " + comparison_.names()[run]);
    out_ += " src=\"data:";
    out_ += media_type;
    out_ += ";base64,";
    append_base64(out_, bytes.data(), bytes.size());
    out_ += "\">";
  }

  void append_figure(const std::string& text, std::size_t run) {
    const RowFigure& figure = figures_[run];
    if (figure.svg) {
      out_ += "<div class=plot>" + *figure.svg + "</div>";
      return;
    }
    if (!figure.is_json) {
      notice(figure.problem);
      return append_code(repaired_utf8(text), "The figure's text");
    }
    out_ += has_plotly_ ? "<div class=plotly>" : "<div>";
    notice("The figure is not drawn here: " + figure.problem + ". " +
           (is_alone_     ? std::string()
            : has_plotly_ ? "plotly.js, which this page holds, draws it."
                          : plotly_.advice()));
    append_code(repaired_utf8(text), "The figure's JSON");
    out_ += "</div>";
  }

  /// The frame's HTML can run no script, submit no form and open no link: the sandbox has no exceptions, and the page's
  /// policy holds for it.
  void append_frame(const Artifact& artifact, const std::string& html, std::size_t run) {
    out_ += "<iframe sandbox loading=lazy";
    append_html_attribute(out_, "title", artifact.id() + " of " + comparison_.names()[run]);
    append_html_attribute(out_, "srcdoc", html);
    out_ += "></iframe>";
    append_code(html, "Source");
  }

  void append_text(const Artifact& artifact, const std::string& text) {
    if (!is_utf8(text)) return append_facts(artifact, "It is not UTF-8, so it is not shown as text.");
    out_ += "<pre tabindex=0>\n";
    append_html(out_, text);
    out_ += "</pre>";
  }

  void append_code(std::string_view text, std::string_view label) {
    out_ += "<details><summary>";
    out_ += label;
    out_ += "</summary><pre tabindex=0>\n";
    append_html(out_, text);
    out_ += "</pre></details>";
  }

  PageOutput& page_;
  std::string& out_;
  const Comparison& comparison_;
  const CompareOptions& options_;
  PlotlyScript& plotly_;
  bool has_plotly_ = false, is_alone_ = false;
  std::size_t row_ = 0;
  std::vector<RowFigure> figures_;      // of the current row
  std::map<std::string, Place> shown_;  // where the page shows each content
};

inline void append_artifacts(PageOutput& page, const Comparison& comparison, const CompareOptions& options,
                             PlotlyScript& plotly, std::size_t number) {
  begin_section(page.text, "artifacts", number, "Artifacts", counted(comparison.artifacts().size(), "artifact"));
  ArtifactWriter writer(page, comparison, options, plotly);
  for (const Comparison::ArtifactRow& row : comparison.artifacts()) writer.append_row(row);
  page.text += "</details></section>\n";
}

}  // namespace erm::detail

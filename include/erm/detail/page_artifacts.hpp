// The artifacts of the page: pictures and figures shown, text and HTML in boxes of their own, the rest by name and size.
// What cannot be read or drawn becomes a notice.
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/comparison.hpp"
#include "erm/detail/html_text.hpp"
#include "erm/detail/json_reader.hpp"
#include "erm/detail/page_output.hpp"
#include "erm/detail/page_tables.hpp"
#include "erm/detail/plotly_svg.hpp"
#include "erm/detail/sha256.hpp"
#include "erm/detail/utf8.hpp"
#include "erm/image.hpp"

namespace erm::detail {

inline std::string sha256_hex(const void* data, std::size_t size) {
  Sha256 hash;
  hash.update(data, size);
  return hash.hex();
}

/// A SHA-256 of 64 hexadecimal digits as a Content-Security-Policy wants it.
inline std::string base64_of_hex(std::string_view hex) {
  std::uint8_t bytes[32];
  const auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
  for (std::size_t i = 0; i < 32; ++i)
    bytes[i] = static_cast<std::uint8_t>(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
  std::string out;
  append_base64(out, bytes, sizeof bytes);
  return out;
}

inline bool starts_with(std::string_view text, std::string_view begin) { return text.substr(0, begin.size()) == begin; }

/// How the page shows an artifact.
enum class Showing { image, svg_image, figure, html, text, name_only };

inline Showing showing_of(const Artifact& artifact) {
  const std::string& media = artifact.media_type();
  if (media == "image/svg+xml") return Showing::svg_image;
  if (artifact.type() == ArtifactType::png || artifact.type() == ArtifactType::jpg) return Showing::image;
  if (artifact.type() == ArtifactType::plotly_json) return Showing::figure;
  if (artifact.type() == ArtifactType::html) return Showing::html;
  if (media == "image/png" || media == "image/jpeg") return Showing::image;
  if (media == "application/vnd.plotly.v1+json") return Showing::figure;
  if (media == "text/html") return Showing::html;
  if (starts_with(media, "text/") || media == "application/json") return Showing::text;
  return Showing::name_only;
}

/// The style elements of an HTML text, as their SHA-256 for the page's Content-Security-Policy, which a frame within
/// the page is under as well. What a hash misses has no style; nothing else comes of it.
inline void add_style_hashes(std::set<std::string>& hashes, const std::string& html) {
  const std::string lower = ascii_lower(html);
  for (std::size_t at = lower.find("<style"); at != std::string::npos; at = lower.find("<style", at + 1)) {
    const std::size_t begin = lower.find('>', at);
    const std::size_t end = begin == std::string::npos ? begin : lower.find("</style", begin);
    if (end == std::string::npos) return;
    // A parser reads "\r\n" and "\r" as "\n".
    std::string style;
    for (std::size_t i = begin + 1; i < end; ++i) {
      if (html[i] == '\r' && html[i + 1] == '\n') continue;
      style += html[i] == '\r' ? '\n' : html[i];
    }
    hashes.insert(base64_of_hex(sha256_hex(style.data(), style.size())));
  }
}

/// Of all HTML artifacts that will be shown. One that cannot be read has none, and says so where it is shown.
inline std::set<std::string> style_hashes_of(const Comparison& comparison, const CompareOptions& options) {
  std::set<std::string> hashes;
  for (const Comparison::ArtifactRow& row : comparison.artifacts())
    for (const Artifact* artifact : row.artifacts) {
      if (artifact == nullptr || showing_of(*artifact) != Showing::html) continue;
      try {
        if (artifact->size() <= options.max_artifact_size) add_style_hashes(hashes, to_text(artifact->bytes()));
      } catch (const Error&) {
        continue;
      }
    }
  return hashes;
}

class ArtifactWriter {
 public:
  ArtifactWriter(PageOutput& page, const Comparison& comparison, const CompareOptions& options)
      : page_(page), out_(page.text), comparison_(comparison), options_(options) {}

  void append_row(const Comparison::ArtifactRow& row) {
    shown_.clear();
    out_ += "<h3>";
    append_html(out_, row.id);
    out_ += "</h3><div class=gallery>\n";
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
  }

 private:
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

  /// Whatever goes wrong with one artifact stays with it.
  void append_artifact(const Artifact& artifact, std::size_t run) {
    const std::size_t begin = out_.size();
    try {
      const Showing showing = showing_of(artifact);
      if (artifact.size() > options_.max_artifact_size)
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
    if (artifact.sha256()) {
      out_ += "<dt>SHA-256<dd><code>";
      append_html(out_, *artifact.sha256());
      out_ += "</code>";
    }
    out_ += "</dl>";
  }

  /// Whether this content is on the page already, for another run; then it says so. Each is there once.
  bool is_repeated(Showing showing, const std::string& hash, std::size_t run) {
    const auto [first, is_new] = shown_.emplace(std::make_pair(showing, hash), run);
    if (!is_new) append_same(first->second);
    return !is_new;
  }

  static std::string hash_of(const Artifact& artifact, const Bytes& bytes) {
    return artifact.sha256() ? *artifact.sha256() : sha256_hex(bytes.data(), bytes.size());
  }

  /// What a browser does not show, to be downloaded from the page itself.
  void append_file(const Artifact& artifact, const Bytes& bytes, std::size_t run) {
    const std::string hash = hash_of(artifact, bytes);
    if (is_repeated(Showing::name_only, hash, run)) return;
    out_ += "<dl><dt>Type<dd>";
    append_html(out_, artifact.media_type());
    out_ += "<dt>SHA-256<dd><code>" + hash + "</code></dl>";
    if (!options_.embed_files) return;
    const std::string& name = artifact.filename();
    out_ += "<p><a href=\"data:application/octet-stream;base64,";
    append_base64(out_, bytes.data(), bytes.size());
    out_ += '"';
    append_html_attribute(out_, "download", std::string_view(name).substr(name.rfind('/') + 1));
    out_ += '>';
    append_html(out_, "Download " + artifact.id() + " of " + comparison_.names()[run]);
    out_ += "</a></p>";
  }

  void append_content(const Artifact& artifact, const Bytes& bytes, Showing showing, std::size_t run) {
    if (comparison_.runs().size() > 1 && is_repeated(showing, hash_of(artifact, bytes), run)) return;
    switch (showing) {
      case Showing::image:
        return append_image(artifact, bytes, run);
      case Showing::svg_image:
        if (!is_utf8(to_text(bytes))) return append_facts(artifact, "It is not UTF-8, and so no SVG.");
        return append_picture(artifact, bytes, "image/svg+xml", run);
      case Showing::figure:
        return append_figure(to_text(bytes));
      case Showing::html:
        return append_frame(artifact, repaired_utf8(to_text(bytes)), run);
      default:
        return append_text(artifact, to_text(bytes));
    }
  }

  void append_same(std::size_t run) {
    out_ += "<p class=same data-same=";
    append_integer(out_, run);
    out_ += ">The same as in ";
    append_html(out_, comparison_.names()[run]);
    out_ += ".</p>";
  }

  void append_image(const Artifact& artifact, const Bytes& bytes, std::size_t run) {
    const std::optional<ArtifactType> type = image_type_of(bytes);
    if (!type) return append_facts(artifact, "It is neither a PNG nor a JPEG, whatever its name says.");
    append_picture(artifact, bytes, *type == ArtifactType::png ? "image/png" : "image/jpeg", run);
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

  void append_figure(std::string text) {
    std::string why;
    Json figure;
    try {
      figure = parse_json(text, "The figure");
    } catch (const Error& error) {
      notice(error.what());
      return append_code(repaired_utf8(text), "The figure's text");
    }
    if (const std::optional<std::string> svg = plotly_svg(figure, &why)) {
      out_ += "<div class=plot>";
      out_ += *svg;
      out_ += "</div>";
      return;
    }
    notice("The figure is not drawn here: " + why + ". Below is its JSON, which plotly draws.");
    append_code(repaired_utf8(text), "The figure's JSON");
  }

  /// No script, no form, no link out of it: sandbox without exceptions, under the page's own policy.
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
  std::map<std::pair<Showing, std::string>, std::size_t> shown_;  // of the row at hand: which run has that content
};

inline void append_artifacts(PageOutput& page, const Comparison& comparison, const CompareOptions& options,
                             std::size_t number) {
  begin_section(page.text, "artifacts", number, "Artifacts", counted(comparison.artifacts().size(), "artifact"));
  ArtifactWriter writer(page, comparison, options);
  for (const Comparison::ArtifactRow& row : comparison.artifacts()) writer.append_row(row);
  page.text += "</details></section>\n";
}

}  // namespace erm::detail

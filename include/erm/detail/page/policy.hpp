// What the artifacts contain, which is found out before the page is begun, and the Content-Security-Policy that follows
// from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "erm/compare_options.hpp"
#include "erm/comparison.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/sha256.hpp"
#include "erm/detail/page/assets.hpp"
#include "erm/detail/page/series_steps.hpp"
#include "erm/detail/page/style_elements.hpp"
#include "erm/detail/run/media_types.hpp"

namespace erm::detail {

/// The base64 of a SHA-256, for a Content-Security-Policy; `hex` is its 64 hexadecimal digits.
inline std::string base64_of_hex(std::string_view hex) {
  std::uint8_t bytes[32];
  const auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
  for (std::size_t i = 0; i < 32; ++i)
    bytes[i] = static_cast<std::uint8_t>(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
  std::string out;
  append_base64(out, bytes, sizeof bytes);
  return out;
}

/// How the page shows an artifact.
enum class Showing : std::uint8_t { image, svg_image, figure, html, text, name_only, audio, video };

/// The images that browsers decode. They hold no code.
inline bool is_shown_image(std::string_view media) {
  return media == "image/png" || media == "image/jpeg" || media == "image/webp" || media == "image/avif" ||
         media == "image/gif" || media == "image/bmp";
}
/// The sound and the video that browsers play, if they have the decoder.
inline bool is_played_audio(std::string_view media) {
  return media == "audio/wav" || media == "audio/mpeg" || media == "audio/ogg" || media == "audio/flac" ||
         media == "audio/mp4";
}
inline bool is_played_video(std::string_view media) {
  return media == "video/mp4" || media == "video/webm" || media == "video/ogg";
}

inline Showing showing_of(const Artifact& artifact) {
  const std::string_view media = artifact.media_type();
  if (media == "image/svg+xml") return Showing::svg_image;
  if (artifact.type() == ArtifactType::png || artifact.type() == ArtifactType::jpg) return Showing::image;
  if (artifact.type() == ArtifactType::plotly_json) return Showing::figure;
  if (artifact.type() == ArtifactType::html) return Showing::html;
  if (is_shown_image(media)) return Showing::image;
  if (is_played_audio(media)) return Showing::audio;
  if (is_played_video(media)) return Showing::video;
  if (media == "application/vnd.plotly.v1+json") return Showing::figure;
  if (media == "text/html") return Showing::html;
  if (is_text_media_type(media)) return Showing::text;
  return Showing::name_only;
}

/// Adds the SHA-256 of each style element of an HTML text. The page's Content-Security-Policy, which allows them, holds
/// for frames within the page as well. A style element that this function misses has no effect; nothing else goes
/// wrong.
inline void add_style_hashes(std::set<std::string>& hashes, std::string_view html) {
  std::string style;
  std::string_view before;
  StyleElements(html).each([&](std::string_view content) {
    if (!style.empty() && content == before) return;  // one style many times
    before = content;
    // A parser reads "\r\n" and "\r" as "\n".
    style.clear();
    for (std::size_t i = 0; i < content.size(); ++i) {
      if (content[i] == '\r' && i + 1 < content.size() && content[i + 1] == '\n') continue;
      style += content[i] == '\r' ? '\n' : content[i];
    }
    hashes.insert(base64_of_hex(sha256_of(style)));
  });
}

struct PageContents {
  std::set<std::string> style_hashes;  // of the HTML artifacts that are shown
  bool has_html = false, has_figures = false, has_media = false;
  std::uint64_t size = 0;  // of the embedded artifacts in bytes; equal contents with a recorded hash count once
};

/// Names a content in the way that it is shown.
inline std::string content_key(Showing showing, const std::string& hash) {
  return static_cast<char>('0' + static_cast<int>(showing)) + hash;
}

/// Reads the HTML artifacts.
inline PageContents contents_of(const Comparison& comparison, const CompareOptions& options) {
  PageContents contents;
  std::set<std::string> counted;
  const auto add = [&](const Artifact& artifact, bool may_need_plotly) {
    const Showing showing = showing_of(artifact);
    try {
      const std::uint64_t size = artifact.size();
      if (size > options.max_artifact_size) return;
      contents.has_figures = contents.has_figures || (may_need_plotly && showing == Showing::figure);
      contents.has_html = contents.has_html || showing == Showing::html;
      contents.has_media = contents.has_media || showing == Showing::audio || showing == Showing::video;
      if (showing == Showing::html) add_style_hashes(contents.style_hashes, to_text(artifact.bytes()));
      if (showing == Showing::name_only && !options.embed_files) return;
      if (artifact.sha256() && !counted.insert(content_key(showing, *artifact.sha256())).second) return;
      contents.size += size;
    } catch (const Error&) {
      return;  // the page has a notice in its place
    }
  };
  for (const Comparison::ArtifactRow& row : comparison.artifacts())
    for (const Artifact* artifact : row.artifacts)
      if (artifact != nullptr) add(*artifact, true);
  for (const Comparison::SeriesRow& row : comparison.series())
    for (const std::vector<HeldEntry>& held : chosen_steps(row, options).held)
      for (const HeldEntry& entry : held) add(entry.entry->artifact, false);
  return contents;
}

/// Forbids everything from elsewhere and all code but the page's own, so that nothing in an artifact runs. `has_plotly`
/// allows the frame that runs plotly.js: it is given plotly.js as a blob, and the policy holds for it too. `is_live` allows
/// the style and the script of a live page.
inline void append_policy(std::string& out, const PageContents& contents, bool has_plotly, bool is_live = false) {
  const auto add_hash = [&](std::string_view hash) { ((out += " 'sha256-") += hash) += '\''; };
  out += "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src";
  add_hash(base64_of_hex(page_script_sha256));
  if (is_live) add_hash(base64_of_hex(page_live_script_sha256));
  if (has_plotly) {
    add_hash(base64_of_hex(page_frame_sha256));
    out += " blob:";
  }
  out += "; style-src";
  add_hash(base64_of_hex(page_style_sha256));
  if (is_live) add_hash(base64_of_hex(page_live_style_sha256));
  for (const std::string& hash : contents.style_hashes) add_hash(hash);
  // plotly.js adds its rules to a style element that is empty at first.
  if (has_plotly) add_hash(base64_of_hex(sha256_of("")));
  // HTML artifacts and plotly's labels have style attributes; the page itself has none.
  if (has_plotly || contents.has_html) out += "; style-src-attr 'unsafe-inline'";
  if (contents.has_media) out += "; media-src data:";
  out += "; img-src data: blob:; base-uri 'none'; form-action 'none'\">\n";
}

}  // namespace erm::detail

// What a file holds: by its name, and by its first bytes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "erm/content.hpp"
#include "erm/detail/base/utf8.hpp"

namespace erm::detail {

/// The type for a filename's extension.
inline ArtifactType artifact_type_of(std::string_view filename) {
  const std::string name = ascii_lower(filename);
  if (ends_with(name, ".png")) return ArtifactType::png;
  if (ends_with(name, ".jpg") || ends_with(name, ".jpeg")) return ArtifactType::jpg;
  if (ends_with(name, ".plotly.json")) return ArtifactType::plotly_json;
  if (ends_with(name, ".html") || ends_with(name, ".htm")) return ArtifactType::html;
  return ArtifactType::binary;
}

inline constexpr std::string_view unknown_media_type = "application/octet-stream";

/// By the extension. Formats that IANA has no name for have the name that their own programs use, or "x-" and theirs.
inline std::string_view media_type_of_name(std::string_view filename) {
  struct KnownEnding {
    std::string_view ending, media_type;
  };
  static constexpr KnownEnding known[] = {
      // text
      {".txt", "text/plain"},
      {".log", "text/plain"},
      {".md", "text/markdown"},
      {".csv", "text/csv"},
      {".tsv", "text/tab-separated-values"},
      {".json", "application/json"},
      {".jsonl", "application/jsonl"},
      {".ndjson", "application/jsonl"},
      {".yaml", "text/yaml"},
      {".yml", "text/yaml"},
      {".toml", "application/toml"},
      {".xml", "text/xml"},
      {".ini", "text/plain"},
      {".cfg", "text/plain"},
      {".py", "text/x-python"},
      {".c", "text/plain"},
      {".cc", "text/plain"},
      {".cpp", "text/plain"},
      {".cu", "text/plain"},
      {".h", "text/plain"},
      {".hpp", "text/plain"},
      {".sh", "text/plain"},
      {".diff", "text/plain"},
      {".patch", "text/plain"},
      // images
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".jpeg", "image/jpeg"},
      {".webp", "image/webp"},
      {".avif", "image/avif"},
      {".gif", "image/gif"},
      {".bmp", "image/bmp"},
      {".svg", "image/svg+xml"},
      {".tif", "image/tiff"},
      {".tiff", "image/tiff"},
      // sound and video
      {".wav", "audio/wav"},
      {".mp3", "audio/mpeg"},
      {".ogg", "audio/ogg"},
      {".oga", "audio/ogg"},
      {".opus", "audio/ogg"},
      {".flac", "audio/flac"},
      {".m4a", "audio/mp4"},
      {".mp4", "video/mp4"},
      {".m4v", "video/mp4"},
      {".webm", "video/webm"},
      {".ogv", "video/ogg"},
      {".mov", "video/quicktime"},
      {".mkv", "video/x-matroska"},
      {".avi", "video/x-msvideo"},
      // tensors, models and tables
      {".npy", "application/x-npy"},
      {".npz", "application/x-npz"},
      {".safetensors", "application/x-safetensors"},
      {".onnx", "application/x-onnx"},
      {".gguf", "application/x-gguf"},
      {".parquet", "application/vnd.apache.parquet"},
      {".arrow", "application/vnd.apache.arrow.file"},
      {".feather", "application/vnd.apache.arrow.file"},
      {".h5", "application/x-hdf5"},
      {".hdf5", "application/x-hdf5"},
      // others
      {".ipynb", "application/x-ipynb+json"},
      {".pdf", "application/pdf"},
      {".zip", "application/zip"},
      {".gz", "application/gzip"},
      {".tar", "application/x-tar"},
  };
  const std::string name = ascii_lower(filename);
  for (const auto& [ending, media_type] : known)
    if (ends_with(name, ending)) return media_type;
  return unknown_media_type;
}

/// By the first bytes; empty where they say nothing. 64 bytes are enough for all that this function knows.
inline std::string_view media_type_of_bytes(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), (std::min)(size, std::size_t{64}));
  const auto has = [&](std::size_t at, std::string_view what) {
    return text.size() >= at + what.size() && text.compare(at, what.size(), what) == 0;
  };
  const auto contains = [&](std::string_view what) { return text.find(what) != std::string_view::npos; };
  if (has(0, "\x89PNG\r\n\x1A\n")) return "image/png";
  if (has(0, "\xFF\xD8\xFF")) return "image/jpeg";
  if (has(0, "GIF87a") || has(0, "GIF89a")) return "image/gif";
  if (has(0, "RIFF")) return has(8, "WEBP") ? "image/webp" : has(8, "WAVE") ? "audio/wav" : "";
  // A bitmap: its second header has one of a few sizes.
  if (has(0, "BM") && text.size() >= 18 && has(15, std::string_view("\0\0\0", 3)) &&
      std::string_view("\x0C\x28\x34\x38\x40\x6C\x7C").find(text[14]) != std::string_view::npos)
    return "image/bmp";
  if (has(4, "ftyp")) {
    if (contains("avif") || contains("avis")) return "image/avif";
    if (has(8, "hei") || has(8, "mif1")) return "image/heif";
    return has(8, "M4A ") ? "audio/mp4" : has(8, "qt  ") ? "video/quicktime" : "video/mp4";
  }
  if (has(0, "\x1A\x45\xDF\xA3")) return contains("webm") ? "video/webm" : "video/x-matroska";
  if (has(0, "OggS")) return contains("theora") ? "video/ogg" : "audio/ogg";
  if (has(0, "fLaC")) return "audio/flac";
  if (has(0, "ID3")) return "audio/mpeg";
  if (has(0, "\x93NUMPY")) return "application/x-npy";
  if (has(0, "GGUF")) return "application/x-gguf";
  if (has(0, "PAR1")) return "application/vnd.apache.parquet";
  if (has(0, "ARROW1")) return "application/vnd.apache.arrow.file";
  if (has(0, "\x89HDF\r\n\x1A\n")) return "application/x-hdf5";
  if (has(0, "%PDF-")) return "application/pdf";
  return "";
}
inline std::string_view media_type_of_bytes(const Bytes& bytes) {
  return media_type_of_bytes(bytes.data(), bytes.size());
}

inline std::string media_type_of(ArtifactType type, std::string_view filename) {
  switch (type) {
    case ArtifactType::png:
      return "image/png";
    case ArtifactType::jpg:
      return "image/jpeg";
    case ArtifactType::plotly_json:
      return "application/vnd.plotly.v1+json";
    case ArtifactType::html:
      return ends_with(ascii_lower(filename), ".svg") ? "image/svg+xml" : "text/html";
    case ArtifactType::binary:
      break;
  }
  return std::string(media_type_of_name(filename));
}

/// Whether a file is text for a person to read. A notebook is text, too, but nobody reads its JSON.
inline bool is_text_media_type(std::string_view media_type) {
  return media_type.substr(0, 5) == "text/" || media_type == "application/json" || media_type == "application/jsonl" ||
         media_type == "application/toml" || media_type == "application/yaml";
}

}  // namespace erm::detail

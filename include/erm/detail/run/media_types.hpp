// What a filename says about its content.
#pragma once

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

inline std::string media_type_of(ArtifactType type, std::string_view filename) {
  const std::string name = ascii_lower(filename);
  switch (type) {
    case ArtifactType::png:
      return "image/png";
    case ArtifactType::jpg:
      return "image/jpeg";
    case ArtifactType::plotly_json:
      return "application/vnd.plotly.v1+json";
    case ArtifactType::html:
      return ends_with(name, ".svg") ? "image/svg+xml" : "text/html";
    case ArtifactType::binary:
      break;
  }
  struct KnownEnding {
    const char* ending;
    const char* media_type;
  };
  static constexpr KnownEnding known[] = {
      {".txt", "text/plain"},     {".log", "text/plain"},          {".md", "text/markdown"},
      {".csv", "text/csv"},       {".tsv", "text/tab-separated-values"}, {".json", "application/json"},
      {".yaml", "text/yaml"},     {".yml", "text/yaml"},           {".toml", "text/plain"},
      {".xml", "text/xml"},       {".ini", "text/plain"},          {".cfg", "text/plain"},
      {".cpp", "text/plain"},     {".hpp", "text/plain"},          {".h", "text/plain"},
      {".diff", "text/plain"},    {".patch", "text/plain"},        {".svg", "image/svg+xml"},
      {".pdf", "application/pdf"}, {".gif", "image/gif"},
  };
  for (const auto& [ending, media_type] : known)
    if (ends_with(name, ending)) return media_type;
  return "application/octet-stream";
}

}  // namespace erm::detail

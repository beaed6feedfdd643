// Reads and writes erm_metadata.json, which contains a run: metadata_writer.hpp writes it from a RunRecord,
// metadata_reader.hpp reads it back. The Python package reads and writes its top level. "erm" contains everything else.
// Its JSON pointers (RFC 6901) mark texts that stand for values that JSON, or the reader of that package, cannot
// represent.
//
//   {"timestamp_utc": "2026-11-23T07:30:21.128931",
//   "experiment_id": "digits", ..., "params": {"nesterov": "true"}, ...,
//   "erm": {"layout": 1, "status": "finished", "types": {"/params/nesterov": "boolean"}, ...}}
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/run/record_json.hpp"

namespace erm::detail {

inline std::string metadata_path(const std::string& folder) { return joined(folder, std::string(metadata_filename)); }

struct LaterKeys {
  Json of_metadata;                             // an object or null
  Json of_erm;                                  // the same
  std::map<std::string, std::string> of_types;  // keyed by JSON pointer
  std::map<std::string, Json> of_artifacts;     // keyed by artifact id; the value belongs to the artifact's entry

  [[nodiscard]] bool empty() const {
    return of_metadata.is_null() && of_erm.is_null() && of_types.empty() && of_artifacts.empty();
  }
};

/// The entry of an artifact.
struct StoredArtifact {
  std::string id;
  std::string stored_filename;  // below artifacts/
  std::string filename;         // as logged
  ArtifactType type = ArtifactType::binary;
  std::string media_type;
  std::optional<std::uint64_t> size;
  std::optional<std::string> sha256;
  bool is_as_loaded = true;  // if so, keeps what a later version wrote about it
};

/// The content of erm_metadata.json.
struct MetadataFile {
  RunRecord record;  // without artifacts and history
  std::vector<StoredArtifact> artifacts;
  /// The files in history/ that belong to the run. Nothing means all of them.
  std::optional<std::vector<std::string>> history_files;
  /// The lists in series/ that belong to the run, if `history_files` names any. Otherwise all of them do.
  std::vector<std::string> series_files;
  std::string writer;           // the writer's id for a live run; empty for "main"
  bool written_by_erm = false;  // has "erm", which the Python package drops
  /// What other writers logged, if it was read together with the history.
  std::optional<std::vector<MetadataFile>> other_writers = {};
};

struct ArtifactTypeName {
  ArtifactType type;
  std::string_view name;
};
inline constexpr ArtifactTypeName artifact_type_names[] = {
    {ArtifactType::png, "png"},   {ArtifactType::jpg, "jpg"},       {ArtifactType::plotly_json, "plotly_json"},
    {ArtifactType::html, "html"}, {ArtifactType::binary, "binary"},
};

inline std::string_view name_of(ArtifactType type) {
  for (const auto& [known, name] : artifact_type_names)
    if (known == type) return name;
  return "binary";
}

/// "a/b~c" to "a~1b~0c".
inline std::string pointer_part(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

/// The parts of a JSON pointer; none if the text is not one.
inline std::vector<std::string> pointer_parts(std::string_view pointer) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      parts.emplace_back();
    } else if (parts.empty()) {
      return {};
    } else if (pointer[i] == '~' && i + 1 < pointer.size() && (pointer[i + 1] == '0' || pointer[i + 1] == '1')) {
      parts.back() += pointer[++i] == '0' ? '~' : '/';
    } else {
      parts.back() += pointer[i];
    }
  }
  return parts;
}

}  // namespace erm::detail

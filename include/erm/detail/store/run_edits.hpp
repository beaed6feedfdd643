// The changes that edit_run made to a live run, in the file ".erm_edits.json" next to its metadata.
//
// The process that writes a live run writes its metadata from memory, and would undo changes by others. So while the
// metadata say "edits_lie_beside", edit_run stores its changes in a separate file. Readers apply them to the run, and
// they override what the process wrote. The process merges them into the metadata when it finishes the run, and so does
// a process that resumes the run. A process that changes the file holds the run's claim.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "erm/detail/base/json_dump.hpp"
#include "erm/detail/base/json_reader.hpp"
#include "erm/detail/base/json_text.hpp"
#include "erm/detail/base/sha256.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/run/record_json.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

struct RunEdits {
  std::map<std::string, std::optional<std::string>> tags = {};  // nothing means removed
  std::optional<std::string> note = {};
  std::optional<std::string> group = {};
  Json later = {};  // an object with keys that a later version wrote, or null

  [[nodiscard]] bool empty() const { return tags.empty() && !note && !group; }

  void apply_to(RunRecord& record) const {
    for (const auto& [name, value] : tags) {
      if (value)
        record.tags[name] = *value;
      else
        record.tags.erase(name);
    }
    if (note) record.note = *note;
    if (group) record.group = *group;
  }
  /// Adds later changes.
  void add(RunEdits newer) {
    for (auto& [name, value] : newer.tags) tags[name] = std::move(value);
    if (newer.note) note = std::move(newer.note);
    if (newer.group) group = std::move(newer.group);
  }
};

inline std::string edits_path(const std::string& folder) { return joined(folder, ".erm_edits.json"); }

/// {"tags": {"candidate": "", "old": null}, "note": "...", "group": "..."}
inline std::string text_of(const RunEdits& edits) {
  std::string out = "{\"tags\": {";
  for (const auto& [name, value] : edits.tags) {
    if (out.back() != '{') out += ", ";
    append_json_string(out, name);
    out += ": ";
    if (value)
      append_json_string(out, *value);
    else
      out += "null";
  }
  out += '}';
  for (const auto& [key, text] : {std::pair("note", &edits.note), std::pair("group", &edits.group)}) {
    if (!*text) continue;
    append_json_string(out += ", ", key);
    append_json_string(out += ": ", **text);
  }
  if (edits.later.is_object() && !edits.later.empty()) {
    const std::string object = json_dump(edits.later);
    (out += ", ").append(object, 1, object.size() - 2);
  }
  return out + "}\n";
}

/// The edits in a run's folder; none if it has no such file.
inline RunEdits read_edits(const FileSystem& fs, const std::string& folder) {
  const std::string path = edits_path(folder);
  Bytes bytes;
  try {
    bytes = fs.read_bounded(path);
  } catch (const NotFoundError&) {
    return {};
  }
  RunEdits edits;
  JsonReader reader(view(bytes), "the edits of a run '" + path + "'");
  const auto fail = [&](const std::string& key) {
    throw FormatError("cannot read the edits of a run '" + path + "': " + key +
                      " is not what ERM writes there; mend the file, or remove it");
  };
  if (reader.kind() != JsonReader::Kind::object) fail("its content");
  reader.object([&](const std::string& key) {
    const JsonReader::Kind kind = reader.kind();
    if (key == "tags" && kind == JsonReader::Kind::object) {
      reader.object([&](const std::string& tag) {
        const Json value = reader.any();
        if (!value.is_null() && !value.is_string()) fail("tags/" + tag);
        edits.tags[tag] = value.is_null() ? std::nullopt : std::optional(value.get<std::string>());
      });
    } else if (key == "note" && kind == JsonReader::Kind::text) {
      edits.note = reader.text();
    } else if (key == "group" && kind == JsonReader::Kind::text) {
      edits.group = reader.text();
    } else if (key == "tags" || key == "note" || key == "group") {
      fail(key);
    } else {
      edits.later[key] = reader.any();
    }
  });
  reader.end();
  return edits;
}

/// Applies the edits that are stored next to a run's metadata, if there are any.
inline void apply_edits_beside(const FileSystem& fs, const std::string& folder, RunRecord& record) {
  if (!record.edits_lie_beside) return;
  read_edits(fs, folder).apply_to(record);
  record.edits_lie_beside = false;
}

}  // namespace erm::detail

// Reads erm_metadata.json: see metadata.hpp.
#pragma once

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/json_reader.hpp"
#include "erm/detail/base/json_text.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/store/metadata.hpp"
#include "erm/error.hpp"

namespace erm::detail {

/// Parses the provenance on demand. MetadataReader has already checked that the text is JSON.
class ProvenanceText final : public StoredProvenance {
 public:
  using StoredProvenance::StoredProvenance;
  [[nodiscard]] const Json& json() const override {
    std::call_once(once_, [this] { json_ = parse_json(text(), "the provenance of a run"); });
    return json_;
  }

 private:
  mutable std::once_flag once_;
  mutable Json json_;
};

class MetadataReader {
 public:
  /// Messages name `path`. Throws FormatError if the text is not the metadata of a run.
  static MetadataFile read(std::string_view text, const std::string& path);

 private:
  using Kind = JsonReader::Kind;

  MetadataReader(std::string_view text, const std::string& path)
      : path_(path), json_(text, "the run metadata '" + path + "'") {}

  [[noreturn]] void fail(const std::string& key, const std::string& fault) const {
    throw FormatError("cannot read the run '" + path_ + "': " + key + " " + fault +
                      "; mend the file, or remove its folder");
  }
  /// Throws unless the next value is of that type. `within` and `key` name its place.
  void expect(Kind kind, const char* belongs, std::string_view within, std::string_view key = {}) const {
    if (json_.kind() == kind) return;
    fail(place(within, key),
         std::string("is ") + JsonReader::name_of(json_.kind()) + ", where " + belongs + " belongs");
  }
  static std::string place(std::string_view within, std::string_view key) {
    return std::string(within) + (key.empty() ? "" : "/") + std::string(key);
  }
  std::string text(std::string_view within, std::string_view key = {}) {
    expect(Kind::text, "text", within, key);
    return json_.text();
  }
  std::map<std::string, std::string> texts(std::string_view within) {
    expect(Kind::object, "an object", within);
    std::map<std::string, std::string> entries;
    json_.object([&](const std::string& key) { entries[key] = text(within, key); });
    return entries;
  }
  TimePoint time(std::string_view key) {
    const std::string found = text(key);
    const std::optional<TimePoint> read = parse_time(found);
    if (!read) fail(std::string(key), "is " + shown(found) + ", not a time as in 2026-11-23T07:30:21.128931");
    return *read;
  }
  std::string id(std::string_view key) {
    std::string found = text(key);
    if (const std::string fault = fault_of_name(found); !fault.empty())
      fail(std::string(key) + " " + shown(found), fault);
    return found;
  }
  void values(std::map<std::string, Value>& into, const char* section);
  void dicts(std::map<std::string, Json>& into);
  void artifacts(MetadataFile& file);
  StoredArtifact artifact(const std::string& id, Json& later_keys);
  void erm_object(MetadataFile& file);
  std::int64_t whole_number(const std::string& place);
  void sizes(std::map<std::string, std::uint64_t>& of_files, const std::string& place);
  Rewind rewind();
  std::vector<std::string> filenames(const std::string& place);
  void apply_types(const std::map<std::string, std::string>& types, RunRecord& record);
  bool apply_type(const std::vector<std::string>& path, const std::string& type, RunRecord& record,
                  const std::string& pointer) const;
  std::optional<double> non_finite(const std::string& text, const std::string& pointer) const;

  const std::string& path_;
  JsonReader json_;
  std::map<std::string, std::string> types_;
  LaterKeys later_;
};

inline void MetadataReader::values(std::map<std::string, Value>& into, const char* section) {
  expect(Kind::object, "an object", section);
  json_.object([&](const std::string& key) {
    const Kind kind = json_.kind();
    if (kind == Kind::object || kind == Kind::array || kind == Kind::null)
      fail(place(section, key), std::string("is ") + JsonReader::name_of(kind) + ", where text or a number belongs");
    // Most files have sorted keys, so the end is a good hint for the position.
    into.insert_or_assign(into.end(), key, json_.value());
  });
}

inline void MetadataReader::dicts(std::map<std::string, Json>& into) {
  expect(Kind::object, "an object", "dicts");
  json_.object([&](const std::string& name) {
    expect(Kind::object, "an object", "dicts", name);
    into[name] = json_.any();
  });
}

inline StoredArtifact MetadataReader::artifact(const std::string& id, Json& later_keys) {
  const std::string within = "artifacts/" + id;
  if (const std::string fault = fault_of_name(id); !fault.empty()) fail("the artifact id " + shown(id), fault);
  StoredArtifact artifact;
  artifact.id = id;
  std::optional<std::string> type;
  const auto name = [&](const char* key) {
    std::string found = text(within, key);
    if (const std::string fault = fault_of_name(found); !fault.empty())
      fail(place(within, key) + " " + shown(found), fault);
    return found;
  };
  expect(Kind::object, "an object", within);
  json_.object([&](const std::string& key) {
    if (key == "id") {
      if (text(within, key) != id) fail(place(within, key), "is not its key");
    } else if (key == "filename") {
      artifact.stored_filename = name("filename");
    } else if (key == "name") {
      artifact.filename = name("name");
    } else if (key == "artifact_type") {
      type = text(within, key);
    } else if (key == "media_type") {
      artifact.media_type = text(within, key);
    } else if (key == "size") {
      expect(Kind::number, "a number of bytes", within, key);
      const Value size = json_.value();
      if (size.kind() != Value::Kind::unsigned_integer)
        fail(place(within, key), "is " + size.str() + ", where a number of bytes belongs");
      artifact.size = size.get<std::uint64_t>();
    } else if (key == "sha256") {
      artifact.sha256 = text(within, key);
      if (artifact.sha256->size() != 64)
        fail(place(within, key), "is " + shown(*artifact.sha256) + ", where 64 hexadecimal digits belong");
    } else {
      later_keys[key] = json_.any();
    }
  });
  if (artifact.stored_filename.empty()) fail(within + "/filename", "is missing");
  if (artifact.filename.empty()) artifact.filename = artifact.stored_filename;
  if (!type) fail(within + "/artifact_type", "is missing");
  for (const auto& [known, known_name] : artifact_type_names) {
    if (known_name != *type) continue;
    artifact.type = known;
    return artifact;
  }
  fail(within + "/artifact_type", "is " + shown(*type) + ", not png, jpg, plotly_json, html or binary");
}

inline void MetadataReader::artifacts(MetadataFile& file) {
  expect(Kind::object, "an object", "artifacts");
  json_.object([&](const std::string& id) {
    Json later_keys;
    file.artifacts.push_back(artifact(id, later_keys));
    if (!later_keys.is_null()) later_.of_artifacts[id] = std::move(later_keys);
  });
}

inline std::optional<double> MetadataReader::non_finite(const std::string& text, const std::string& pointer) const {
  const std::optional<double> number = parse_number(text);
  if (!number) fail(pointer, "is the text " + shown(text) + ", which erm/types calls a number");
  return number;
}

/// Converts the value at `path` to `type`. Returns false if there is no such value or the type is unknown.
inline bool MetadataReader::apply_type(const std::vector<std::string>& path, const std::string& type, RunRecord& record,
                                       const std::string& pointer) const {
  if (path.size() == 2 && (path[0] == "params" || path[0] == "metrics")) {
    auto& values = path[0] == "params" ? record.params : record.metrics;
    const auto found = values.find(path[1]);
    if (found == values.end() || !found->second.is_text()) return false;
    const std::string text = found->second.str();
    if (type == "number") {
      found->second = *non_finite(text, pointer);
    } else if (type == "boolean") {
      if (text != "true" && text != "false") fail(pointer, "is the text " + shown(text) + ", not true or false");
      found->second = text == "true";
    } else {
      return false;
    }
    return true;
  }
  if (path.size() < 3 || path[0] != "dicts") return false;
  auto& dicts = record.own_dicts();
  const auto dict = dicts.find(path[1]);
  if (dict == dicts.end()) return false;
  Json* at = &dict->second;
  for (std::size_t i = 2; i < path.size(); ++i) {
    if (at->is_object() && at->contains(path[i])) {
      at = &(*at)[path[i]];
    } else if (at->is_array()) {
      std::size_t index = 0;
      const char* const end = path[i].data() + path[i].size();
      if (std::from_chars(path[i].data(), end, index).ptr != end || index >= at->size()) return false;
      at = &(*at)[index];
    } else {
      return false;
    }
  }
  if (!at->is_string()) return false;
  const std::string text = at->get<std::string>();
  if (type == "number") {
    *at = *non_finite(text, pointer);
  } else if (type == "boolean") {
    if (text != "true" && text != "false") fail(pointer, "is the text " + shown(text) + ", not true or false");
    *at = text == "true";
  } else if (type == "json") {
    *at = parse_json(text, "the run '" + path_ + "': " + pointer);
  } else {
    return false;
  }
  return true;
}

inline void MetadataReader::apply_types(const std::map<std::string, std::string>& types, RunRecord& record) {
  // Sorted by text, so that a pointer comes before the pointers to what is inside its value.
  for (const auto& [pointer, type] : types)
    if (!apply_type(pointer_parts(pointer), type, record, pointer)) later_.of_types[pointer] = type;
}

inline std::int64_t MetadataReader::whole_number(const std::string& place) {
  expect(Kind::number, "a whole number", place);
  const Value number = json_.value();
  if (number.kind() == Value::Kind::floating ||
      (number.kind() == Value::Kind::unsigned_integer &&
       number.get<std::uint64_t>() > static_cast<std::uint64_t>((std::numeric_limits<std::int64_t>::max)())))
    fail(place, "is " + number.str() + ", where a whole number belongs");
  return number.get<std::int64_t>();
}

inline void MetadataReader::sizes(std::map<std::string, std::uint64_t>& of_files, const std::string& place) {
  expect(Kind::object, "an object", place);
  json_.object([&](const std::string& file) {
    const std::int64_t size = whole_number(place + "/" + file);
    if (size < 0) fail(place + "/" + file, "is " + std::to_string(size) + ", where a number of bytes belongs");
    of_files[file] = static_cast<std::uint64_t>(size);
  });
}

inline Rewind MetadataReader::rewind() {
  const std::string place = "erm/rewinds";
  Rewind read;
  bool has_step = false;
  expect(Kind::object, "an object", place);
  json_.object([&](const std::string& key) {
    if (key == "step") {
      read.step = whole_number(place + "/step");
      has_step = true;
    } else if (key == "metric") {
      read.metric = text(place, key);
    } else if (key == "from") {
      sizes(read.from, place + "/from");
    } else if (key == "reach") {
      sizes(read.reach, place + "/reach");
    } else if (key == "size") {
      read.size = static_cast<std::uint64_t>(whole_number(place + "/size"));
    } else {
      static_cast<void>(json_.any());
    }
  });
  if (!has_step) fail(place + "/step", "is missing");
  return read;
}

inline std::vector<std::string> MetadataReader::filenames(const std::string& place) {
  std::vector<std::string> names;
  expect(Kind::array, "a list", place);
  json_.array([&] {
    std::string filename = text(place);
    if (const std::string fault = fault_of_name(filename); !fault.empty() || filename.find('/') != std::string::npos)
      fail(place + " " + shown(filename), fault.empty() ? "has a folder; give a filename" : fault);
    names.push_back(std::move(filename));
  });
  return names;
}

inline void MetadataReader::erm_object(MetadataFile& file) {
  RunRecord& record = file.record;
  file.written_by_erm = true;
  expect(Kind::object, "an object", "erm");
  json_.object([&](const std::string& key) {
    if (key == "layout") {
      expect(Kind::number, "a number", "erm/layout");
      json_.value();
    } else if (key == "status") {
      const std::string status = text("erm/status");
      for (const RunStatus known : {RunStatus::running, RunStatus::failed, RunStatus::finished})
        if (status == to_text(known)) record.status = known;
    } else if (key == "failure") {
      record.failure = text("erm/failure");
    } else if (key == "heartbeat_utc") {
      record.heartbeat_utc = time("erm/heartbeat_utc");
    } else if (key == "heartbeat_seconds") {
      expect(Kind::number, "a number of seconds", "erm/heartbeat_seconds");
      const Value seconds = json_.value();
      if (seconds.kind() != Value::Kind::unsigned_integer || seconds.number() > 1e9)
        fail("erm/heartbeat_seconds", "is " + seconds.str() + ", where a number of seconds belongs");
      record.heartbeat_seconds = seconds.get<std::int64_t>();
    } else if (key == "owner") {
      record.owner = text("erm/owner");
    } else if (key == "duration_seconds") {
      expect(Kind::number, "a number of seconds", "erm/duration_seconds");
      const Value value = json_.value();
      const double seconds = value.number().value_or(-1);
      if (!(seconds >= 0 && seconds < 1e12))
        fail("erm/duration_seconds", "is " + value.str() + ", where a number of seconds belongs");
      record.duration = std::chrono::microseconds(std::llround(seconds * 1e6));
    } else if (key == "finished_utc") {
      record.finished_utc = time("erm/finished_utc");
    } else if (key == "goals") {
      expect(Kind::object, "an object", "erm/goals");
      json_.object([&](const std::string& metric) {
        const std::string goal = text("erm/goals", metric);
        if (goal != "minimize" && goal != "maximize")
          fail("erm/goals/" + metric, "is " + shown(goal) + ", not minimize or maximize");
        record.goals[metric] = goal == "minimize" ? Goal::minimize : Goal::maximize;
      });
    } else if (key == "axes") {
      record.axes = texts("erm/axes");
    } else if (key == "param_units") {
      record.param_units = texts("erm/param_units");
    } else if (key == "tags") {
      record.tags = texts("erm/tags");
    } else if (key == "note") {
      record.note = text("erm/note");
    } else if (key == "group") {
      record.group = text("erm/group");
    } else if (key == "edits_lie_beside") {
      expect(Kind::boolean, "true or false", "erm/edits_lie_beside");
      record.edits_lie_beside = json_.value().get<bool>();
    } else if (key == "provenance") {
      expect(Kind::object, "an object", "erm/provenance");
      record.set_provenance(std::make_shared<const ProvenanceText>(std::string(json_.passed_over())));
    } else if (key == "history") {
      file.history_files = filenames("erm/history");
    } else if (key == "series") {
      file.series_files = filenames("erm/series");
    } else if (key == "rewinds") {
      expect(Kind::array, "a list", "erm/rewinds");
      json_.array([&] { record.rewinds.push_back(rewind()); });
    } else if (key == "console") {
      if (json_.kind() == Kind::boolean) {
        record.has_console = json_.value().get<bool>();
      } else {
        record.console_files = filenames("erm/console");
        record.has_console = !record.console_files.empty();
      }
    } else if (key == "types") {
      expect(Kind::object, "an object", "erm/types");
      json_.object([&](const std::string& pointer) { types_[pointer] = text("erm/types", pointer); });
    } else {
      later_.of_erm[key] = json_.any();
    }
  });
}

inline MetadataFile MetadataReader::read(std::string_view text, const std::string& path) {
  MetadataReader reader(text, path);
  MetadataFile file;
  RunRecord& record = file.record;
  bool has_time = false;
  reader.expect(Kind::object, "an object", "its content");
  reader.json_.object([&](const std::string& key) {
    if (key == "timestamp_utc") {
      record.timestamp_utc = reader.time(key);
      has_time = true;
    } else if (key == "experiment_id") {
      record.experiment_id = reader.id(key);
    } else if (key == "variant_id") {
      record.variant_id = reader.id(key);
    } else if (key == "run_id") {
      record.run_id = reader.id(key);
    } else if (key == "params") {
      reader.values(record.params, "params");
    } else if (key == "metrics") {
      reader.values(record.metrics, "metrics");
    } else if (key == "dicts") {
      reader.dicts(record.own_dicts());
    } else if (key == "artifacts") {
      reader.artifacts(file);
    } else if (key == "features") {
      reader.expect(Kind::array, "a list", "features");
      reader.json_.array([&] { record.features.push_back(reader.text("features")); });
    } else if (key == "erm") {
      reader.erm_object(file);
    } else {
      reader.later_.of_metadata[key] = reader.json_.any();
    }
  });
  reader.json_.end();
  if (!has_time) reader.fail("timestamp_utc", "is missing");
  for (const auto& [key, id] : {std::pair("experiment_id", &record.experiment_id),
                                std::pair("variant_id", &record.variant_id), std::pair("run_id", &record.run_id)})
    if (id->empty()) reader.fail(key, "is missing");
  reader.apply_types(reader.types_, record);
  if (!reader.later_.empty()) record.later = std::make_shared<const LaterKeys>(std::move(reader.later_));
  return file;
}

}  // namespace erm::detail

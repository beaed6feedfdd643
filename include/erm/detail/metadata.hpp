// erm_metadata.json: a RunRecord as text, and back. Its top is what the Python package reads and writes;
// "erm" holds the rest, and says by JSON pointer (RFC 6901) which texts stand for values that JSON, or that
// package's reader, cannot hold.
//
//   {"timestamp_utc": "2026-11-23T07:30:21.128931",
//   "experiment_id": "digits", ..., "params": {"nesterov": "true"}, ...,
//   "erm": {"layout": 1, "status": "finished", "types": {"/params/nesterov": "boolean"}, ...}}
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/json_text.hpp"
#include "erm/detail/names.hpp"
#include "erm/detail/run_record.hpp"
#include "erm/detail/time_text.hpp"
#include "erm/error.hpp"

namespace erm::detail {

/// An artifact as its entry has it.
struct StoredArtifact {
  std::string id;
  std::string stored_filename;  // below artifacts/
  std::string filename;         // as logged
  ArtifactType type = ArtifactType::binary;
  std::string media_type;
  std::optional<std::uint64_t> size;
  std::optional<std::string> sha256;
};

/// What the metadata says beside the RunRecord's own parts.
struct MetadataFile {
  RunRecord record;  // without artifacts and history
  std::vector<StoredArtifact> artifacts;
  /// The files of history/ that count, or nothing where all do.
  std::optional<std::vector<std::string>> history_files;
  bool written_by_erm = false;  // not by the Python package, which drops "erm"
};

inline constexpr std::pair<ArtifactType, std::string_view> artifact_type_names[] = {
    {ArtifactType::png, "png"},
    {ArtifactType::jpg, "jpg"},
    {ArtifactType::plotly_json, "plotly_json"},
    {ArtifactType::html, "html"},
    {ArtifactType::binary, "binary"},
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

/// The parts of a JSON pointer, or none where `pointer` is none.
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

// ---- writing ----

class MetadataWriter {
 public:
  /// The file's text. `status` is "running", "finished", ...; `history_files` as in MetadataFile.
  static std::string text(const RunRecord& record, const std::string& run_id,
                          const std::vector<StoredArtifact>& artifacts,
                          const std::optional<std::vector<std::string>>& history_files, std::string_view status,
                          std::optional<TimePoint> finished_utc);

 private:
  void key(std::string_view name) {
    if (out_.back() != '{') out_ += ", ";
    append_json_string(out_, name);
    out_ += ": ";
  }
  void line_key(std::string_view name) {
    out_ += out_.back() == '{' ? "" : ",\n";
    append_json_string(out_, name);
    out_ += ": ";
  }
  void text_entry(std::string_view name, std::string_view text) {
    key(name);
    append_json_string(out_, text);
  }
  void later(const Json& keys) {
    if (!keys.is_object()) return;
    for (auto entry = keys.begin(); entry != keys.end(); ++entry) {
      key(entry.key());
      append(*entry);
    }
  }
  void append(const Json& json) { out_ += json.dump(-1, ' ', false, Json::error_handler_t::replace); }
  void as_text(std::string_view text, std::string pointer, const char* type) {
    append_json_string(out_, text);
    types_.emplace_back(std::move(pointer), type);
  }
  void values(const char* section, const std::map<std::string, Value>& values);
  void dicts(const std::map<std::string, Json>& dicts);
  void dict_entry(const Json& value, const std::string& pointer);
  Json without_non_finite(const Json& json, const std::string& pointer);
  void artifacts(const RunRecord& record, const std::vector<StoredArtifact>& artifacts);

  std::string out_;
  std::vector<std::pair<std::string, const char*>> types_;
};

inline void MetadataWriter::values(const char* section, const std::map<std::string, Value>& values) {
  line_key(section);
  out_ += '{';
  for (const auto& [name, value] : values) {
    key(name);
    const auto pointer = [&, &name = name] { return std::string("/") + section + "/" + pointer_part(name); };
    switch (value.kind()) {
      case Value::Kind::text:
        append_json_string(out_, value.get<std::string>());
        break;
      case Value::Kind::boolean:
        as_text(value.str(), pointer(), "boolean");
        break;
      case Value::Kind::floating:
        if (const double number = value.get<double>(); std::isfinite(number))
          append_json_floating(out_, number);
        else
          as_text(value.str(), pointer(), "number");
        break;
      default:
        out_ += value.str();
    }
  }
  out_ += '}';
}

inline void MetadataWriter::dicts(const std::map<std::string, Json>& dicts) {
  line_key("dicts");
  out_ += '{';
  for (const auto& [name, dict] : dicts) {
    key(name);
    out_ += '{';
    for (auto entry = dict.begin(); entry != dict.end(); ++entry) {
      key(entry.key());
      dict_entry(*entry, "/dicts/" + pointer_part(name) + "/" + pointer_part(entry.key()));
    }
    out_ += '}';
  }
  out_ += '}';
}

inline void MetadataWriter::dict_entry(const Json& value, const std::string& pointer) {
  if (value.is_string()) {
    append_json_string(out_, value.get_ref<const std::string&>());
  } else if (value.is_number_float()) {
    const double number = value.get<double>();
    if (std::isfinite(number))
      append_json_floating(out_, number);
    else
      as_text(Value(number).str(), pointer, "number");
  } else if (value.is_number()) {
    append(value);
  } else if (value.is_boolean()) {
    as_text(value.get<bool>() ? "true" : "false", pointer, "boolean");
  } else {
    // The text first: the pointers of what is inside come behind its own.
    types_.emplace_back(pointer, "json");
    const Json whole = without_non_finite(value, pointer);
    append_json_string(out_, whole.dump(-1, ' ', false, Json::error_handler_t::replace));
  }
}

/// dump() writes null for NaN and the infinities: they become text with a type of their own.
inline Json MetadataWriter::without_non_finite(const Json& json, const std::string& pointer) {
  if (json.is_number_float() && !std::isfinite(json.get<double>())) {
    types_.emplace_back(pointer, "number");
    return Json(Value(json.get<double>()).str());
  }
  if (!json.is_structured()) return json;
  Json out = json.is_object() ? Json::object() : Json::array();
  if (json.is_object()) {
    for (auto entry = json.begin(); entry != json.end(); ++entry)
      out[entry.key()] = without_non_finite(*entry, pointer + "/" + pointer_part(entry.key()));
  } else {
    for (std::size_t i = 0; i < json.size(); ++i)
      out.push_back(without_non_finite(json[i], pointer + "/" + std::to_string(i)));
  }
  return out;
}

inline void MetadataWriter::artifacts(const RunRecord& record, const std::vector<StoredArtifact>& artifacts) {
  line_key("artifacts");
  out_ += '{';
  for (const StoredArtifact& artifact : artifacts) {
    key(artifact.id);
    out_ += '{';
    text_entry("id", artifact.id);
    text_entry("filename", artifact.stored_filename);
    text_entry("artifact_type", name_of(artifact.type));
    text_entry("media_type", artifact.media_type);
    if (artifact.filename != artifact.stored_filename) text_entry("name", artifact.filename);
    if (artifact.size) {
      key("size");
      append_integer(out_, *artifact.size);
    }
    if (artifact.sha256) text_entry("sha256", *artifact.sha256);
    if (const auto later_keys = record.later_artifact_keys.find(artifact.id);
        later_keys != record.later_artifact_keys.end())
      later(later_keys->second);
    out_ += '}';
  }
  out_ += '}';
}

inline std::string MetadataWriter::text(const RunRecord& record, const std::string& run_id,
                                        const std::vector<StoredArtifact>& artifacts,
                                        const std::optional<std::vector<std::string>>& history_files,
                                        std::string_view status, std::optional<TimePoint> finished_utc) {
  MetadataWriter writer;
  std::string& out = writer.out_;
  out.reserve(1024 + 48 * (record.params.size() + record.metrics.size()) + 256 * artifacts.size());
  out += '{';
  writer.text_entry("timestamp_utc", time_text(record.timestamp_utc));
  writer.line_key("experiment_id");
  append_json_string(out, record.experiment_id);
  writer.line_key("variant_id");
  append_json_string(out, record.variant_id);
  writer.line_key("run_id");
  append_json_string(out, run_id);
  writer.values("params", record.params);
  writer.values("metrics", record.metrics);
  writer.dicts(record.dicts);
  writer.artifacts(record, artifacts);
  writer.line_key("features");
  out += '[';
  for (const std::string& feature : record.features) {
    if (out.back() != '[') out += ", ";
    append_json_string(out, feature);
  }
  out += ']';
  if (!record.later_keys.is_null()) {
    out += ",\n";
    const std::string object = record.later_keys.dump(-1, ' ', false, Json::error_handler_t::replace);
    out += std::string_view(object).substr(1, object.size() - 2);
  }
  writer.line_key("erm");
  out += "{\"layout\": 1";
  writer.text_entry("status", status);
  if (finished_utc) writer.text_entry("finished_utc", time_text(*finished_utc));
  if (!record.goals.empty()) {
    writer.key("goals");
    out += '{';
    for (const auto& [metric, goal] : record.goals)
      writer.text_entry(metric, goal == Goal::minimize ? "minimize" : "maximize");
    out += '}';
  }
  if (history_files) {
    writer.key("history");
    out += '[';
    for (const std::string& file : *history_files) {
      if (out.back() != '[') out += ", ";
      append_json_string(out, file);
    }
    out += ']';
  }
  if (!writer.types_.empty() || !record.later_types.empty()) {
    writer.key("types");
    out += '{';
    for (const auto& [pointer, type] : writer.types_) writer.text_entry(pointer, type);
    for (const auto& [pointer, type] : record.later_types) writer.text_entry(pointer, type);
    out += '}';
  }
  writer.later(record.later_erm_keys);
  out += "}}\n";
  return std::move(out);
}

// ---- reading ----

class MetadataReader {
 public:
  /// `path` is named by errors. Throws FormatError where the text is not a run's metadata.
  static MetadataFile read(std::string text, const std::string& path);

 private:
  explicit MetadataReader(const std::string& path) : path_(path) {}

  [[noreturn]] void fail(const std::string& key, const std::string& fault) const {
    throw FormatError("cannot read the run '" + path_ + "': " + key + " " + fault +
                      "; mend the file, or remove its folder");
  }
  void expect(bool fits, const std::string& key, const char* belongs, const Json& found) const {
    if (!fits) fail(key, "is " + described(found) + ", where " + belongs + " belongs");
  }
  static std::string described(const Json& json) {
    if (json.is_null()) return "null";
    return std::string(json.is_object() || json.is_array() ? "an " : "a ") + json.type_name();
  }
  /// Takes a key off `object`; null where it is not there.
  static Json take(Json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end()) return Json();
    Json value = std::move(*found);
    object.erase(found);
    return value;
  }
  std::string take_text(Json& object, const char* key, const std::string& shown_key) const;
  Value value(Json& json, const std::string& key) const;
  std::map<std::string, Value> values(Json section, const char* name) const;
  std::map<std::string, Json> dicts(Json section) const;
  std::vector<StoredArtifact> artifacts(Json section, RunRecord& record) const;
  StoredArtifact artifact(const std::string& id, Json& entry) const;
  void erm_object(Json erm, MetadataFile& file) const;
  void apply_types(Json types, RunRecord& record) const;
  bool apply_type(const std::vector<std::string>& path, const std::string& type, RunRecord& record,
                  const std::string& pointer) const;
  std::optional<double> non_finite(const std::string& text, const std::string& pointer) const;

  const std::string& path_;
};

inline std::string MetadataReader::take_text(Json& object, const char* key, const std::string& shown_key) const {
  const Json found = take(object, key);
  if (found.is_null()) fail(shown_key, "is missing");
  expect(found.is_string(), shown_key, "text", found);
  return found.get<std::string>();
}

inline Value MetadataReader::value(Json& json, const std::string& key) const {
  switch (json.type()) {
    case Json::value_t::string:
      return Value(std::move(json.get_ref<std::string&>()));
    case Json::value_t::number_unsigned:
      return json.get<std::uint64_t>();
    case Json::value_t::number_integer:
      return json.get<std::int64_t>();
    case Json::value_t::number_float:
      return json.get<double>();
    case Json::value_t::boolean:
      return json.get<bool>();
    default:
      fail(key, "is " + described(json) + ", where text or a number belongs");
  }
}

inline std::map<std::string, Value> MetadataReader::values(Json section, const char* name) const {
  std::map<std::string, Value> out;
  if (section.is_null()) return out;
  expect(section.is_object(), name, "an object", section);
  for (auto entry = section.begin(); entry != section.end(); ++entry)
    out.emplace_hint(out.end(), entry.key(), value(*entry, std::string(name) + "/" + entry.key()));
  return out;
}

inline std::map<std::string, Json> MetadataReader::dicts(Json section) const {
  std::map<std::string, Json> out;
  if (section.is_null()) return out;
  expect(section.is_object(), "dicts", "an object", section);
  for (auto entry = section.begin(); entry != section.end(); ++entry) {
    expect(entry->is_object(), "dicts/" + entry.key(), "an object", *entry);
    out.emplace_hint(out.end(), entry.key(), std::move(*entry));
  }
  return out;
}

inline StoredArtifact MetadataReader::artifact(const std::string& id, Json& entry) const {
  const std::string key = "artifacts/" + id;
  expect(entry.is_object(), key, "an object", entry);
  StoredArtifact artifact;
  artifact.id = id;
  if (const Json own_id = take(entry, "id"); !own_id.is_null())
    expect(own_id.is_string() && own_id.get_ref<const std::string&>() == id, key + "/id", "its key", own_id);
  artifact.stored_filename = take_text(entry, "filename", key + "/filename");
  if (const std::string fault = fault_of_name(id); !fault.empty()) fail("the artifact id " + shown(id), fault);
  if (const std::string fault = fault_of_name(artifact.stored_filename); !fault.empty())
    fail(key + "/filename " + shown(artifact.stored_filename), fault);
  const Json name = take(entry, "name");
  expect(name.is_null() || name.is_string(), key + "/name", "text", name);
  artifact.filename = name.is_null() ? artifact.stored_filename : name.get<std::string>();
  if (const std::string fault = fault_of_name(artifact.filename); !fault.empty())
    fail(key + "/name " + shown(artifact.filename), fault);
  const std::string type = take_text(entry, "artifact_type", key + "/artifact_type");
  bool is_known = false;
  for (const auto& [known, known_name] : artifact_type_names) {
    if (known_name != type) continue;
    artifact.type = known;
    is_known = true;
  }
  if (!is_known) fail(key + "/artifact_type", "is " + shown(type) + ", not png, jpg, plotly_json, html or binary");
  const Json media_type = take(entry, "media_type");
  expect(media_type.is_null() || media_type.is_string(), key + "/media_type", "text", media_type);
  if (media_type.is_string()) artifact.media_type = media_type.get<std::string>();
  const Json size = take(entry, "size");
  expect(size.is_null() || size.is_number_unsigned(), key + "/size", "a number of bytes", size);
  if (!size.is_null()) artifact.size = size.get<std::uint64_t>();
  const Json sha256 = take(entry, "sha256");
  expect(sha256.is_null() || (sha256.is_string() && sha256.get_ref<const std::string&>().size() == 64),
         key + "/sha256", "64 hexadecimal digits", sha256);
  if (!sha256.is_null()) artifact.sha256 = sha256.get<std::string>();
  return artifact;
}

inline std::vector<StoredArtifact> MetadataReader::artifacts(Json section, RunRecord& record) const {
  std::vector<StoredArtifact> out;
  if (section.is_null()) return out;
  expect(section.is_object(), "artifacts", "an object", section);
  for (auto entry = section.begin(); entry != section.end(); ++entry) {
    out.push_back(artifact(entry.key(), *entry));
    if (!entry->empty()) record.later_artifact_keys.emplace(entry.key(), std::move(*entry));
  }
  return out;
}

inline std::optional<double> MetadataReader::non_finite(const std::string& text, const std::string& pointer) const {
  const std::optional<double> number = parse_number(text);
  if (!number) fail(pointer, "is the text " + shown(text) + ", which erm/types calls a number");
  return number;
}

/// Whether `type` of what lies at `path` is known and applied.
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
  const auto dict = record.dicts.find(path[1]);
  if (dict == record.dicts.end()) return false;
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

inline void MetadataReader::apply_types(Json types, RunRecord& record) const {
  expect(types.is_object(), "erm/types", "an object", types);
  // In order of their text a pointer comes before those into what it points to, which is then JSON already.
  for (auto entry = types.begin(); entry != types.end(); ++entry) {
    expect(entry->is_string(), "erm/types/" + entry.key(), "text", *entry);
    const std::string type = entry->get<std::string>();
    if (!apply_type(pointer_parts(entry.key()), type, record, entry.key())) record.later_types[entry.key()] = type;
  }
}

inline void MetadataReader::erm_object(Json erm, MetadataFile& file) const {
  if (erm.is_null()) return;
  expect(erm.is_object(), "erm", "an object", erm);
  file.written_by_erm = true;
  RunRecord& record = file.record;
  take(erm, "layout");
  take(erm, "status");
  if (const Json finished = take(erm, "finished_utc"); !finished.is_null()) {
    expect(finished.is_string(), "erm/finished_utc", "text", finished);
    record.finished_utc = parse_time(finished.get<std::string>());
    if (!record.finished_utc) fail("erm/finished_utc", "is " + shown(finished.get<std::string>()) + ", not a time");
  }
  if (const Json goals = take(erm, "goals"); !goals.is_null()) {
    expect(goals.is_object(), "erm/goals", "an object", goals);
    for (auto goal = goals.begin(); goal != goals.end(); ++goal) {
      const bool known = *goal == "minimize" || *goal == "maximize";
      expect(known, "erm/goals/" + goal.key(), "'minimize' or 'maximize'", *goal);
      record.goals[goal.key()] = *goal == "minimize" ? Goal::minimize : Goal::maximize;
    }
  }
  if (const Json history = take(erm, "history"); !history.is_null()) {
    expect(history.is_array(), "erm/history", "a list", history);
    file.history_files.emplace();
    for (const Json& name : history) {
      expect(name.is_string(), "erm/history", "a list of filenames", name);
      const std::string& filename = name.get_ref<const std::string&>();
      if (const std::string fault = fault_of_name(filename); !fault.empty() || filename.find('/') != std::string::npos)
        fail("erm/history " + shown(filename), fault.empty() ? "has a folder; give a filename" : fault);
      file.history_files->push_back(filename);
    }
  }
  if (Json types = take(erm, "types"); !types.is_null()) apply_types(std::move(types), record);
  if (!erm.empty()) record.later_erm_keys = std::move(erm);
}

inline MetadataFile MetadataReader::read(std::string text, const std::string& path) {
  const MetadataReader reader(path);
  Json root = parse_json(std::move(text), "the run metadata '" + path + "'");
  reader.expect(root.is_object(), "its content", "an object", root);
  MetadataFile file;
  RunRecord& record = file.record;
  const std::string time = reader.take_text(root, "timestamp_utc", "timestamp_utc");
  const std::optional<TimePoint> timestamp = parse_time(time);
  if (!timestamp) reader.fail("timestamp_utc", "is " + shown(time) + ", not a time as in 2026-11-23T07:30:21.128931");
  record.timestamp_utc = *timestamp;
  for (const auto& [key, id] : {std::pair<const char*, std::string*>{"experiment_id", &record.experiment_id},
                                {"variant_id", &record.variant_id},
                                {"run_id", &record.run_id}}) {
    *id = reader.take_text(root, key, key);
    if (const std::string fault = fault_of_name(*id); !fault.empty())
      reader.fail(std::string(key) + " " + shown(*id), fault);
  }
  record.params = reader.values(take(root, "params"), "params");
  record.metrics = reader.values(take(root, "metrics"), "metrics");
  record.dicts = reader.dicts(take(root, "dicts"));
  file.artifacts = reader.artifacts(take(root, "artifacts"), record);
  const Json features = take(root, "features");
  reader.expect(features.is_null() || features.is_array(), "features", "a list", features);
  for (const Json& feature : features) {
    reader.expect(feature.is_string(), "features", "a list of text", feature);
    record.features.push_back(feature.get<std::string>());
  }
  reader.erm_object(take(root, "erm"), file);
  if (!root.empty()) record.later_keys = std::move(root);
  return file;
}

}  // namespace erm::detail

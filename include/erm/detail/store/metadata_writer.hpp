// Writes erm_metadata.json: see metadata.hpp.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/json_dump.hpp"
#include "erm/detail/base/json_text.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/store/metadata.hpp"

namespace erm::detail {

class MetadataWriter {
 public:
  /// The text of the file. `history_files` means the same as in MetadataFile.
  static std::string text(const RunRecord& record, const std::string& run_id,
                          const std::vector<StoredArtifact>& artifacts,
                          const std::optional<std::vector<std::string>>& history_files,
                          std::optional<TimePoint> finished_utc, const std::vector<std::string>& series_files = {}) {
    return text(record, run_id, artifacts, history_files, finished_utc, series_files, record.rewinds, nullptr);
  }
  /// With rewinds of files that are not those of the record, and console files if they are given.
  static std::string text(const RunRecord& record, const std::string& run_id,
                          const std::vector<StoredArtifact>& artifacts,
                          const std::optional<std::vector<std::string>>& history_files,
                          std::optional<TimePoint> finished_utc, const std::vector<std::string>& series_files,
                          const std::vector<Rewind>& rewinds, const std::vector<std::string>* console_files);

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
  void names(std::string_view name, const std::vector<std::string>& list) {
    key(name);
    out_ += '[';
    for (const std::string& each : list) {
      if (out_.back() != '[') out_ += ", ";
      append_json_string(out_, each);
    }
    out_ += ']';
  }
  void later(const Json& keys) {
    if (!keys.is_object()) return;
    for (auto entry = keys.begin(); entry != keys.end(); ++entry) {
      key(entry.key());
      append(*entry);
    }
  }
  void append(const Json& json) { out_ += json_dump(json); }
  void as_text(std::string_view text, std::string pointer, const char* type) {
    append_json_string(out_, text);
    types_.emplace_back(std::move(pointer), type);
  }
  void values(const char* section, const std::map<std::string, Value>& values);
  void dicts(const std::map<std::string, Json>& dicts);
  void dict_entry(const Json& value, const std::string& pointer);
  Json without_non_finite(const Json& json, const std::string& pointer);
  void texts(std::string_view name, const std::map<std::string, std::string>& entries);
  void artifacts(const RunRecord& record, const std::vector<StoredArtifact>& artifacts);
  void sizes(std::string_view name, const std::map<std::string, std::uint64_t>& of_files);
  void rewinds(const std::vector<Rewind>& rewinds);

  std::string out_;
  std::vector<std::pair<std::string, const char*>> types_;
};

inline void MetadataWriter::values(const char* section, const std::map<std::string, Value>& values) {
  line_key(section);
  out_ += '{';
  for (const auto& [name, value] : values) {
    key(name);
    const auto pointer = [&, &key = name] { return std::string("/") + section + "/" + pointer_part(key); };
    switch (value.kind()) {
      case Value::Kind::text:
        append_json_string(out_, value.get<std::string>());
        break;
      case Value::Kind::boolean:
        as_text(value.str(), pointer(), "boolean");
        break;
      case Value::Kind::floating:
        if (const double number = value.get<double>(); is_finite(number))
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
    if (is_finite(number))
      append_json_floating(out_, number);
    else
      as_text(Value(number).str(), pointer, "number");
  } else if (value.is_number()) {
    append(value);
  } else if (value.is_boolean()) {
    as_text(value.get<bool>() ? "true" : "false", pointer, "boolean");
  } else {
    // Its own pointer comes before the pointers to what is inside.
    types_.emplace_back(pointer, "json");
    const Json whole = without_non_finite(value, pointer);
    append_json_string(out_, json_dump(whole));
  }
}

/// A copy in which NaN and the infinities are texts with a type, because dump() would write null for them.
inline Json MetadataWriter::without_non_finite(const Json& json, const std::string& pointer) {
  if (json.is_number_float() && !is_finite(json.get<double>())) {
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

/// An object of texts, unless it is empty.
inline void MetadataWriter::texts(std::string_view name, const std::map<std::string, std::string>& entries) {
  if (entries.empty()) return;
  key(name);
  out_ += '{';
  for (const auto& [entry, text] : entries) text_entry(entry, text);
  out_ += '}';
}

inline void MetadataWriter::sizes(std::string_view name, const std::map<std::string, std::uint64_t>& of_files) {
  if (of_files.empty()) return;
  key(name);
  out_ += '{';
  for (const auto& [file, bytes] : of_files) {
    key(file);
    append_integer(out_, bytes);
  }
  out_ += '}';
}

inline void MetadataWriter::rewinds(const std::vector<Rewind>& rewinds) {
  if (rewinds.empty()) return;
  key("rewinds");
  out_ += '[';
  for (const Rewind& one : rewinds) {
    if (out_.back() != '[') out_ += ", ";
    out_ += "{\"step\": ";
    append_integer(out_, one.step);
    if (one.metric) text_entry("metric", *one.metric);
    sizes("from", one.from);
    sizes("reach", one.reach);
    if (one.size != 0) {
      key("size");
      append_integer(out_, one.size);
    }
    out_ += '}';
  }
  out_ += ']';
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
    if (record.later && artifact.is_as_loaded) {
      const auto& keys = record.later->of_artifacts;
      if (const auto found = keys.find(artifact.id); found != keys.end()) later(found->second);
    }
    out_ += '}';
  }
  out_ += '}';
}

inline std::string MetadataWriter::text(const RunRecord& record, const std::string& run_id,
                                        const std::vector<StoredArtifact>& artifacts,
                                        const std::optional<std::vector<std::string>>& history_files,
                                        std::optional<TimePoint> finished_utc,
                                        const std::vector<std::string>& series_files,
                                        const std::vector<Rewind>& rewinds,
                                        const std::vector<std::string>* console_files) {
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
  writer.dicts(record.dicts());
  writer.artifacts(record, artifacts);
  writer.line_key("features");
  out += '[';
  for (const std::string& feature : record.features) {
    if (out.back() != '[') out += ", ";
    append_json_string(out, feature);
  }
  out += ']';
  if (record.later && !record.later->of_metadata.is_null()) {
    out += ",\n";
    const std::string object = json_dump(record.later->of_metadata);
    out += std::string_view(object).substr(1, object.size() - 2);
  }
  writer.line_key("erm");
  out += "{\"layout\": 1";
  writer.text_entry("status", to_text(record.status == RunStatus::killed ? RunStatus::running : record.status));
  if (record.status == RunStatus::failed) writer.text_entry("failure", record.failure);
  if (finished_utc) writer.text_entry("finished_utc", time_text(*finished_utc));
  std::optional<std::chrono::microseconds> duration = record.duration;
  if (!duration && record.began && finished_utc && !record.finished_utc) {  // it ends now
    duration = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - *record.began);
  }
  if (duration) {
    writer.key("duration_seconds");
    append_json_floating(out, static_cast<double>(duration->count()) / 1e6);
  }
  if (record.heartbeat_utc) {
    writer.text_entry("heartbeat_utc", time_text(*record.heartbeat_utc));
    writer.key("heartbeat_seconds");
    append_integer(out, record.heartbeat_seconds);
    writer.text_entry("owner", record.owner);
  }
  if (!record.goals.empty()) {
    writer.key("goals");
    out += '{';
    for (const auto& [metric, goal] : record.goals)
      writer.text_entry(metric, goal == Goal::minimize ? "minimize" : "maximize");
    out += '}';
  }
  writer.texts("axes", record.axes);
  writer.texts("param_units", record.param_units);
  writer.texts("tags", record.tags);
  if (!record.note.empty()) writer.text_entry("note", record.note);
  if (!record.group.empty()) writer.text_entry("group", record.group);
  if (record.edits_lie_beside) {
    writer.key("edits_lie_beside");
    out += "true";
  }
  if (const StoredProvenance* const stored = record.stored_provenance()) {
    writer.key("provenance");
    out += stored->text();
  } else if (!record.provenance().empty()) {
    writer.key("provenance");
    writer.append(record.provenance());
  }
  if (history_files) writer.names("history", *history_files);
  if (!series_files.empty()) writer.names("series", series_files);
  writer.rewinds(rewinds);
  const std::vector<std::string>& consoles = console_files != nullptr ? *console_files : record.console_files;
  if (!consoles.empty()) {
    writer.names("console", consoles);
  } else if (record.has_console && console_files == nullptr) {
    writer.key("console");
    out += "true";
  }
  const std::map<std::string, std::string> none;
  const auto& later_types = record.later ? record.later->of_types : none;
  if (!writer.types_.empty() || !later_types.empty()) {
    writer.key("types");
    out += '{';
    for (const auto& [pointer, type] : writer.types_) writer.text_entry(pointer, type);
    for (const auto& [pointer, type] : later_types) {
      const auto is_it = [&wanted = pointer](const auto& known) { return known.first == wanted; };
      // A value that was logged since then has a type of its own.
      if (std::none_of(writer.types_.begin(), writer.types_.end(), is_it)) writer.text_entry(pointer, type);
    }
    out += '}';
  }
  if (record.later) writer.later(record.later->of_erm);
  out += "}}\n";
  return std::move(out);
}

}  // namespace erm::detail

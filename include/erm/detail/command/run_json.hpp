// Runs as JSON, for --json: every value with its type. JSON has no NaN and no infinity; they are the texts "nan", "inf"
// and "-inf".
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/json_text.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/command/run_names.hpp"
#include "erm/experiment_run.hpp"
#include "erm/goal.hpp"
#include "erm/json.hpp"
#include "erm/run_status.hpp"
#include "erm/value.hpp"

namespace erm::detail::command {

inline Json json_of(double number) {
  if (!is_finite(number)) return Value(number).str();
  return number;
}

inline Json json_of(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::text:
      return value.str();
    case Value::Kind::boolean:
      return value.get<bool>();
    case Value::Kind::signed_integer:
      return value.get<std::int64_t>();
    case Value::Kind::unsigned_integer:
      return value.get<std::uint64_t>();
    case Value::Kind::floating:
      break;
  }
  return json_of(value.get<double>());
}

inline Json json_of(const std::optional<TimePoint>& time) {
  if (!time) return nullptr;
  return time_text(*time);
}

/// Everything about a run that is small: no histories, artifacts' contents or dicts.
inline Json json_of(const ExperimentRun& run, const std::string& uri) {
  Json json;
  json["experiment"] = run.experiment_id();
  json["variant"] = run.variant_id();
  json["run"] = run.run_id();
  json["uri"] = uri;
  json["status"] = std::string(to_text(run.status()));
  json["time"] = time_text(run.timestamp_utc());
  json["finished"] = json_of(run.finished_utc());
  const auto duration = run.duration();
  json["duration_s"] = nullptr;
  if (duration) json["duration_s"] = static_cast<double>(duration->count()) / 1e6;
  json["failure"] = run.failure();
  json["group"] = run.group();
  json["note"] = run.note();
  json["tags"] = Json::object();
  for (const auto& [name, value] : run.tags()) json["tags"][name] = value;
  json["features"] = run.features();
  json["params"] = Json::object();
  for (const auto& [name, value] : run.params()) json["params"][name] = json_of(value);
  json["metrics"] = Json::object();
  for (const auto& [name, value] : run.metrics()) json["metrics"][name] = json_of(value);
  json["goals"] = Json::object();
  for (const auto& [name, goal] : run.goals()) json["goals"][name] = goal == Goal::minimize ? "minimize" : "maximize";
  return json;
}

/// A document of a verb; `schema` names what its keys are, as "erm.list/1".
inline Json json_document(const char* schema) {
  Json json;
  json["schema"] = schema;
  return json;
}

/// On one line if `indent` is -1.
inline std::string json_text(const Json& json, int indent = -1) {
  std::string text = json.dump(indent, ' ', false, Json::error_handler_t::replace);
  escape_json_controls(text);
  return text;
}

inline void write_json(Output& out, const Json& json) { out.line(json_text(json, 2)); }

/// A document with a list that may be long: each element is written as it comes.
class JsonList {
 public:
  JsonList(Output& out, const char* schema, const char* name) : out_(out) {
    out_.write(std::string("{\n  \"schema\": \"") + schema + "\",\n  \"" + name + "\": [");
  }
  void add(const Json& json) {
    out_.write(is_empty_ ? "\n    " : ",\n    ");
    out_.write(json_text(json));
    is_empty_ = false;
  }
  void end() { out_.write(is_empty_ ? "]\n}\n" : "\n  ]\n}\n"); }

 private:
  Output& out_;
  bool is_empty_ = true;
};

}  // namespace erm::detail::command

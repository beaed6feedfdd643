// A field of a run that a filter or an order can name: "params.lr", "metrics.loss.min", "duration".
//
//   const RunField field = run_field({"metrics", "loss", "min"}).value();
//   Value scratch;
//   const Value* least = field.value_of(record, scratch);      // null if the run has no such value
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/json_dump.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/run/rewinds.hpp"
#include "erm/detail/run/record_json.hpp"
#include "erm/metric_history.hpp"
#include "erm/run_status.hpp"
#include "erm/value.hpp"

namespace erm::detail {

inline std::int64_t microseconds_of(TimePoint time) { return time.time_since_epoch().count(); }

struct RunField {
  enum class Kind : std::uint8_t {
    param,
    metric,
    dict,
    tag,
    status,
    experiment,
    variant,
    run,
    time,
    duration,
    group,
    note,
    failure,
    features,
    artifacts,
    named  // the metric of that name, or the param if the run has no such metric
  };
  enum class Point : std::uint8_t { logged, first, last, min, max };  // for a metric
  Kind kind = Kind::param;
  std::string name = {};               // the name of a param, metric, dict or tag
  std::vector<std::string> path = {};  // the keys into a dict
  Point point = Point::logged;         // of a metric

  [[nodiscard]] bool is_list() const { return kind == Kind::features || kind == Kind::artifacts; }

  /// The value of this field in a run, or null. The value may be stored in `scratch`. A time is in microseconds since
  /// 1970, a duration in seconds. A point of a metric (first, last, min, max) reads the run's history. Not for lists.
  const Value* value_of(const RunRecord& run, Value& scratch) const;
  /// Whether a list contains that element, or a text contains that part.
  [[nodiscard]] bool contains(const RunRecord& run, const std::string& part, Value& scratch) const;
  [[nodiscard]] bool is_missing(const RunRecord& run, Value& scratch) const;

 private:
  const Value* point_of(const RunRecord& run, Value& scratch) const;
  const Value* entry_of(const RunRecord& run, Value& scratch) const;
};

struct PlainRunField {
  std::string_view name;
  RunField::Kind kind;
};
inline constexpr PlainRunField plain_run_fields[] = {
    {"status", RunField::Kind::status},       {"experiment", RunField::Kind::experiment},
    {"variant", RunField::Kind::variant},     {"run", RunField::Kind::run},
    {"time", RunField::Kind::time},           {"duration", RunField::Kind::duration},
    {"group", RunField::Kind::group},         {"note", RunField::Kind::note},
    {"failure", RunField::Kind::failure},     {"features", RunField::Kind::features},
    {"artifacts", RunField::Kind::artifacts},
};

/// The fields, for error messages.
inline constexpr const char* run_field_names =
    "params.NAME, metrics.NAME, dicts.NAME.KEY, tags.NAME, status, experiment, variant, run, time, duration, group, "
    "note, failure, features or artifacts";

/// The parts from `first` on, before `last`, with dots between them.
inline std::string joined_parts(const std::vector<std::string>& parts, std::size_t first, std::size_t last) {
  std::string name;
  for (std::size_t i = first; i < last; ++i) (name += i == first ? "" : ".") += parts[i];
  return name;
}

inline std::optional<RunField::Point> run_field_point(std::string_view name) {
  struct NamedPoint {
    std::string_view name;
    RunField::Point point;
  };
  static constexpr NamedPoint points[] = {{"first", RunField::Point::first},
                                          {"last", RunField::Point::last},
                                          {"min", RunField::Point::min},
                                          {"max", RunField::Point::max}};
  for (const auto& [known, point] : points)
    if (known == name) return point;
  return std::nullopt;
}

/// The field for the parts of a word, or nothing.
inline std::optional<RunField> run_field(const std::vector<std::string>& parts) {
  RunField field;
  if (parts.size() == 1) {
    for (const auto& [name, kind] : plain_run_fields) {
      if (name != parts[0]) continue;
      field.kind = kind;
      return field;
    }
    return std::nullopt;
  }
  if (parts.empty() || std::all_of(parts.begin() + 1, parts.end(), [](const auto& part) { return part.empty(); }))
    return std::nullopt;
  field.name = joined_parts(parts, 1, parts.size());
  if (parts[0] == "params") return field;
  field.kind = RunField::Kind::tag;
  if (parts[0] == "tags") return field;
  if (parts[0] == "metrics") {
    field.kind = RunField::Kind::metric;
    if (const auto point = parts.size() < 3 ? std::nullopt : run_field_point(parts.back())) {
      field.point = *point;
      field.name = joined_parts(parts, 1, parts.size() - 1);
    }
    return field;
  }
  if (parts[0] != "dicts" || parts.size() < 3) return std::nullopt;
  field.kind = RunField::Kind::dict;
  field.name = parts[1];
  field.path.assign(parts.begin() + 2, parts.end());
  return field;
}

/// The field for a name that stands alone, without "params." or "metrics.": `loss`, `val/loss.min`.
inline std::optional<RunField> bare_run_field(const std::vector<std::string>& parts) {
  if (parts.empty() || parts[0].empty() || parts.size() > 2) return std::nullopt;
  RunField field;
  field.kind = RunField::Kind::named;
  field.name = parts[0];
  if (parts.size() == 1) return field;
  const std::optional<RunField::Point> point = run_field_point(parts[1]);
  if (!point) return std::nullopt;
  field.point = *point;
  return field;
}

/// The field that a word names where no constant can stand, as in an order: with or without "params." and "metrics.".
inline std::optional<RunField> any_run_field(const std::vector<std::string>& parts) {
  std::optional<RunField> field = run_field(parts);
  return field ? std::move(field) : bare_run_field(parts);
}

/// The same, for error messages.
inline constexpr const char* any_run_field_names =
    "a metric, a param, params.NAME, metrics.NAME, dicts.NAME.KEY, tags.NAME, status, experiment, variant, run, time, "
    "duration, group, note, failure, features or artifacts";

// ---- bodies ----

inline const Value* RunField::point_of(const RunRecord& run, Value& scratch) const {
  if (point != Point::logged) {
    const MetricHistory* const history = run.history_of(name);
    if (history != nullptr && !history->empty()) {
      const std::optional<MetricPoint> found = point == Point::first  ? first_that_counts(*history)
                                               : point == Point::last ? history->last()
                                               : point == Point::min  ? (history->min)()
                                                                      : (history->max)();
      scratch = found ? found->value : not_a_number();
      return &scratch;
    }
    // Without a history the metric's only value is its first, last, least and greatest.
  }
  const auto metric = run.metrics.find(name);
  return metric == run.metrics.end() ? nullptr : &metric->second;
}

inline const Value* RunField::entry_of(const RunRecord& run, Value& scratch) const {
  const auto& dicts = run.dicts();
  const auto dict = dicts.find(name);
  if (dict == dicts.end()) return nullptr;
  const Json* at = &dict->second;
  for (const std::string& key : path) {
    if (at->is_object()) {
      const auto entry = at->find(key);
      if (entry == at->end()) return nullptr;
      at = &*entry;
    } else if (at->is_array()) {
      const std::optional<double> index = parse_number(key);
      if (!index || !(*index >= 0) || *index >= static_cast<double>(at->size())) return nullptr;
      at = &(*at)[static_cast<std::size_t>(*index)];
    } else {
      return nullptr;
    }
  }
  if (at->is_string())
    scratch = at->get_ref<const std::string&>();
  else if (at->is_boolean())
    scratch = at->get<bool>();
  else if (at->is_number_unsigned())
    scratch = at->get<std::uint64_t>();
  else if (at->is_number_integer())
    scratch = at->get<std::int64_t>();
  else if (at->is_number())
    scratch = at->get<double>();
  else
    scratch = json_dump(*at);
  return &scratch;
}

inline const Value* RunField::value_of(const RunRecord& run, Value& scratch) const {
  const auto text = [&](const std::string& found) {
    scratch = found;
    return found.empty() ? nullptr : &scratch;
  };
  switch (kind) {
    case Kind::named:
      if (const Value* const metric = point_of(run, scratch)) return metric;
      [[fallthrough]];
    case Kind::param: {
      const auto found = run.params.find(name);
      return found == run.params.end() ? nullptr : &found->second;
    }
    case Kind::metric:
      return point_of(run, scratch);
    case Kind::dict:
      return entry_of(run, scratch);
    case Kind::tag: {
      const auto found = run.tags.find(name);
      if (found == run.tags.end()) return nullptr;
      scratch = found->second;
      return &scratch;
    }
    case Kind::status:
      scratch = to_text(run.status);
      return &scratch;
    case Kind::experiment:
      return text(run.experiment_id);
    case Kind::variant:
      return text(run.variant_id);
    case Kind::run:
      return text(run.run_id);
    case Kind::time:
      scratch = microseconds_of(run.timestamp_utc);
      return &scratch;
    case Kind::duration: {
      const std::optional<std::chrono::microseconds> duration = duration_of(run);
      if (!duration) return nullptr;
      scratch = static_cast<double>(duration->count()) / 1e6;
      return &scratch;
    }
    case Kind::group:
      return text(run.group);
    case Kind::note:
      return text(run.note);
    case Kind::failure:
      return text(run.failure);
    case Kind::features:
    case Kind::artifacts:
      break;
  }
  return nullptr;
}

inline bool RunField::contains(const RunRecord& run, const std::string& part, Value& scratch) const {
  if (kind == Kind::features) return std::find(run.features.begin(), run.features.end(), part) != run.features.end();
  if (kind == Kind::artifacts) return run.artifacts.count(part) != 0;
  const Value* const value = value_of(run, scratch);
  return value != nullptr && value->str().find(part) != std::string::npos;
}

inline bool RunField::is_missing(const RunRecord& run, Value& scratch) const {
  if (kind == Kind::features) return run.features.empty();
  if (kind == Kind::artifacts) return run.artifacts.empty();
  return value_of(run, scratch) == nullptr;
}

}  // namespace erm::detail

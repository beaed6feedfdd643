// A run as a filter and an order see it, filled from an entry of the cache.
//
//   const CachedFields fields(all_fields);
//   CachedRecord record(fields, "digits", "main");
//   filter.accepts(record.of(block, i));                 // throws NotCached if it asks for more than the cache has
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/cache/run_block.hpp"
#include "erm/detail/find/asked_names.hpp"
#include "erm/detail/find/run_field.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/error.hpp"
#include "erm/run_status.hpp"

namespace erm::detail {

/// A condition needs what the cache does not keep: the points of a history.
class NotCached final : public Error {
 public:
  NotCached() : Error("the cache of runs has no histories") {}
};

class UncachedHistory final : public UnreadHistory {
 public:
  [[nodiscard]] const std::map<std::string, MetricHistory>& read() const override { throw NotCached(); }
  [[nodiscard]] const AbandonedPoints& abandoned() const override { throw NotCached(); }
};

/// The fields that a search asks for.
class CachedFields {
 public:
  explicit CachedFields(const std::vector<RunField>& fields) {
    for (const RunField& field : fields) add(field);
  }
  void add(const RunField& field) {
    using Kind = RunField::Kind;
    switch (field.kind) {
      case Kind::param:
        return add(CachedColumn::param, field.name);
      case Kind::named:
        add(CachedColumn::param, field.name);
        return add(CachedColumn::metric, field.name);
      case Kind::metric:
        return add(CachedColumn::metric, field.name);
      case Kind::tag:
        return add(CachedColumn::tag, field.name);
      case Kind::group:
        return add(CachedColumn::group, {});
      case Kind::note:
        return add(CachedColumn::note, {});
      case Kind::failure:
        return add(CachedColumn::failure, {});
      case Kind::features:
        has_features_ = true;
        return;
      default:
        return;
    }
  }
  void add_goal(const std::string& metric) { add(CachedColumn::goal, metric); }

  /// Whether the cache can tell whether a run has such a field.
  static bool can_tell(const std::vector<RunField>& fields) {
    return std::none_of(fields.begin(), fields.end(), [](const RunField& field) {
      return field.kind == RunField::Kind::dict || field.kind == RunField::Kind::artifacts;
    });
  }
  /// The same for the value of each field.
  static bool has_values(const std::vector<RunField>& fields) {
    return can_tell(fields) && std::all_of(fields.begin(), fields.end(), [](const RunField& field) {
             return field.point == RunField::Point::logged;
           });
  }

 private:
  friend class CachedRecord;
  struct Asked {
    CachedColumn column;
    std::string name;
  };
  void add(CachedColumn column, const std::string& name) {
    for (const Asked& one : asked_)
      if (one.column == column && one.name == name) return;
    asked_.push_back({column, name});
  }

  std::vector<Asked> asked_;
  bool has_features_ = false;
};

class CachedRecord {
 public:
  CachedRecord(const CachedFields& fields, std::string experiment_id, std::string variant_id, AskedNames& asked)
      : fields_(fields), asked_names_(asked) {
    record_.experiment_id = std::move(experiment_id);
    record_.variant_id = std::move(variant_id);
  }

  /// Valid until the next call.
  const RunRecord& of(const RunBlock& block, std::size_t i);

 private:
  void begin(const RunBlock& block, std::size_t i);
  void show_names(const RunBlock& block, std::size_t i) const;

  /// Where in the record a value goes.
  struct Target {
    std::size_t place;
    Value* value;
    std::string* text;
    Goal* goal;
  };

  const CachedFields& fields_;
  AskedNames& asked_names_;
  RunRecord record_;
  std::vector<Target> targets_;
  const CachedName* names_ = nullptr;  // for which the targets are
  const RunBlock* block_ = nullptr;
  std::shared_ptr<const UnreadHistory> uncached_ = std::make_shared<const UncachedHistory>();
};

// ---- bodies ----

/// The names of a run are those of many, so that finding them costs next to nothing.
inline void CachedRecord::begin(const RunBlock& block, std::size_t i) {
  if (names_ == block.names_of(i) && block_ == &block) return;
  names_ = block.names_of(i);
  block_ = &block;
  targets_.clear();
  record_.params.clear();
  record_.metrics.clear();
  record_.tags.clear();
  record_.goals.clear();
  record_.features.clear();
  record_.group.clear();
  record_.note.clear();
  record_.failure.clear();
  for (const CachedFields::Asked& one : fields_.asked_) {
    const std::optional<std::size_t> place = block.find(i, one.column, one.name);
    if (!place) continue;
    switch (one.column) {
      case CachedColumn::param:
        targets_.push_back({*place, &record_.params[one.name], nullptr, nullptr});
        break;
      case CachedColumn::metric:
        targets_.push_back({*place, &record_.metrics[one.name], nullptr, nullptr});
        break;
      case CachedColumn::tag:
        targets_.push_back({*place, nullptr, &record_.tags[one.name], nullptr});
        break;
      case CachedColumn::goal:
        targets_.push_back({*place, nullptr, nullptr, &record_.goals[one.name]});
        break;
      case CachedColumn::group:
        targets_.push_back({*place, nullptr, &record_.group, nullptr});
        break;
      case CachedColumn::note:
        targets_.push_back({*place, nullptr, &record_.note, nullptr});
        break;
      case CachedColumn::failure:
        targets_.push_back({*place, nullptr, &record_.failure, nullptr});
        break;
      case CachedColumn::feature:
        break;
    }
  }
  if (fields_.has_features_)
    for (std::size_t k = 0; k < block.entry(i).names; ++k)
      if (names_[k].column == CachedColumn::feature) record_.features.emplace_back(block.text_of(names_[k]));
  if (asked_names_.looks_for_more()) show_names(block, i);
}

/// Tells which names the run has, for the warning of names that no run has.
inline void CachedRecord::show_names(const RunBlock& block, std::size_t i) const {
  RunRecord all;
  for (std::size_t k = 0; k < block.entry(i).names; ++k) {
    const std::string name(block.text_of(names_[k]));
    if (names_[k].column == CachedColumn::param) all.params[name] = true;
    if (names_[k].column == CachedColumn::metric) all.metrics[name] = true;
    if (names_[k].column == CachedColumn::tag) all.tags[name] = "";
  }
  asked_names_.look_at(all);
}

inline const RunRecord& CachedRecord::of(const RunBlock& block, std::size_t i) {
  begin(block, i);
  const CachedEntry& entry = block.entry(i);
  record_.run_id.assign(block.id(i));
  record_.timestamp_utc = TimePoint(std::chrono::microseconds(entry.timestamp));
  record_.status = static_cast<RunStatus>(entry.status);
  record_.duration.reset();
  record_.finished_utc.reset();
  if (entry.has_duration != 0) {
    record_.duration = std::chrono::microseconds(entry.duration);
    record_.finished_utc = record_.timestamp_utc;  // so that the duration counts
  }
  record_.unread_history = entry.has_history != 0 ? uncached_ : nullptr;
  for (const Target& target : targets_) {
    if (target.value != nullptr)
      block.read_value(i, target.place, *target.value);
    else if (target.text != nullptr)
      target.text->assign(block.read_text(i, target.place));
    else
      *target.goal = block.slot(i, target.place) == 0 ? Goal::minimize : Goal::maximize;
  }
  return record_;
}

}  // namespace erm::detail

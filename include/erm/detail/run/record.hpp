// All that is known of a run, as data: ExperimentRun guards it, the registry writes and reads it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/error.hpp"
#include "erm/goal.hpp"
#include "erm/json_fwd.hpp"
#include "erm/json_input.hpp"
#include "erm/metric_history.hpp"
#include "erm/run_status.hpp"
#include "erm/value.hpp"

namespace erm {
class ExperimentRun;
}

namespace erm::detail {

/// What this version does not know and a later one wrote, kept so that saving again loses nothing.
struct LaterKeys;

/// A history that is read when it is first asked for; copies of a run share it.
class UnreadHistory {
 public:
  virtual ~UnreadHistory() = default;
  [[nodiscard]] virtual const std::map<std::string, MetricHistory>& read() const = 0;
};

/// A provenance as its file has it: made JSON of when someone asks, for most who load a run do not.
class StoredProvenance {
 public:
  explicit StoredProvenance(std::string text) : text_(std::move(text)) {}
  StoredProvenance(const StoredProvenance&) = delete;
  StoredProvenance& operator=(const StoredProvenance&) = delete;
  virtual ~StoredProvenance() = default;
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// May be called by several threads.
  [[nodiscard]] virtual const Json& json() const = 0;

 private:
  std::string text_;
};

/// JSON is held through pointers, and dicts are merged when they are first read: a file that only logs needs no JSON
/// library. record_json.hpp has the bodies of what does.
struct RunRecord {
  std::string experiment_id;
  std::string variant_id;
  std::string run_id;
  bool run_id_was_generated = false;
  TimePoint timestamp_utc;
  RunStatus status = RunStatus::finished;  // as written: a run that was killed says running
  std::string failure;
  std::optional<TimePoint> finished_utc;
  // Of a run that is, or was, live:
  std::optional<TimePoint> heartbeat_utc;
  std::int64_t heartbeat_seconds = 0;  // from one to the next
  std::string owner;                   // see Owner
  std::vector<std::string> features;
  std::map<std::string, Value> params;
  std::map<std::string, Value> metrics;
  std::map<std::string, Artifact> artifacts;
  std::map<std::string, MetricHistory> history;
  std::map<std::string, Goal> goals;
  std::map<std::string, std::string> tags;  // empty for a tag that has no value
  std::string note;                         // Markdown
  std::string group;
  bool edits_lie_beside = false;  // what edit_run changes does not go into the metadata: see run_edits.hpp

  std::shared_ptr<const LaterKeys> later;
  std::shared_ptr<const UnreadHistory> unread_history;  // in place of `history`

  [[nodiscard]] const std::map<std::string, MetricHistory>& whole_history() const {
    return unread_history ? unread_history->read() : history;
  }
  /// The history, to be changed.
  [[nodiscard]] std::map<std::string, MetricHistory>& own_history() {
    if (unread_history) {
      history = unread_history->read();
      unread_history.reset();
    }
    return history;
  }

  [[nodiscard]] const std::map<std::string, Json>& dicts() const;
  /// The dicts of this record alone, to be changed.
  [[nodiscard]] std::map<std::string, Json>& own_dicts();
  /// Merges a checked object into the dict of that name.
  void add_dict(const std::string& name, JsonInput object) {
    const auto [dict, is_new] = added_dicts_.try_emplace(name, std::move(object));
    if (!is_new) dict->second.update(object);
  }

  /// Where the run came from, as docs/provenance.md has it: an object.
  [[nodiscard]] const Json& provenance() const;
  /// That of this record alone, to be changed.
  [[nodiscard]] Json& own_provenance();
  void set_provenance(std::shared_ptr<const StoredProvenance> stored) { stored_provenance_ = std::move(stored); }
  /// As a file had it, where nothing was changed since; else null.
  [[nodiscard]] const StoredProvenance* stored_provenance() const noexcept { return stored_provenance_.get(); }

 private:
  /// Merges `added_dicts_` into `dicts_`.
  void merge_dicts();

  // Shared by copies until one changes it.
  std::shared_ptr<std::map<std::string, Json>> dicts_;
  std::shared_ptr<Json> provenance_;
  std::shared_ptr<const StoredProvenance> stored_provenance_;
  std::map<std::string, JsonInput> added_dicts_;  // since the dicts were last read
};

/// A feature that is there stays where it is.
inline void add_feature(RunRecord& record, std::string_view feature) {
  std::string name = repaired_utf8(feature);
  for (const std::string& known : record.features)
    if (known == name) return;
  record.features.push_back(std::move(name));
}

/// A tag of that name that is there is replaced.
inline void set_tag(std::map<std::string, std::string>& tags, std::string_view name, std::string_view value) {
  if (name.empty()) throw Error("a tag was given without a name; name it, as in set_tag(\"candidate\")");
  tags[repaired_utf8(name)] = repaired_utf8(value);
}

class SavedPlaces;

/// What an ExperimentRun holds.
struct RunState {
  RunRecord record;
  std::shared_ptr<SavedPlaces> saved_places;  // null until it is saved
};

/// The way of the registry and of live runs into an ExperimentRun.
struct RunAccess {
  static const RunRecord& record(const ExperimentRun& run);
  static SavedPlaces& saved_places(const ExperimentRun& run);
  static ExperimentRun make(RunRecord record);
};

}  // namespace erm::detail

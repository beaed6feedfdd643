// Everything that is known about a run, as data. ExperimentRun guards it; the registry writes and reads it.
#pragma once

#include <algorithm>
#include <chrono>
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
#include "erm/detail/run/rewinds.hpp"
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

/// Data that a later version wrote and this one does not know. Kept, so that saving the run again loses nothing.
struct LaterKeys;

struct SeriesData;
class UnreadSeries;

/// A history that is read on demand. Copies of a run share it.
class UnreadHistory {
 public:
  virtual ~UnreadHistory() = default;
  [[nodiscard]] virtual const std::map<std::string, MetricHistory>& read() const = 0;
  /// The history of one metric, or null. May read no other.
  [[nodiscard]] virtual const MetricHistory* of(const std::string& metric) const {
    const auto found = read().find(metric);
    return found == read().end() ? nullptr : &found->second;
  }
  /// The points that do not count.
  [[nodiscard]] virtual const AbandonedPoints& abandoned() const = 0;
};

/// What a process wrote to its console, read on demand: files of the form in console_file.hpp. Copies of a run share it.
class UnreadConsole {
 public:
  virtual ~UnreadConsole() = default;
  /// The files' names and contents.
  [[nodiscard]] virtual std::map<std::string, Bytes> read() const = 0;
};

/// The text of a provenance from its file. It is parsed on demand, since most programs that load a run never ask for
/// it.
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

/// JSON is held through pointers, and dicts are merged when they are first read, so that a file that only logs needs no
/// JSON library. record_json.hpp has the bodies that need JSON.
struct RunRecord {
  std::string experiment_id;
  std::string variant_id;
  std::string run_id;
  bool run_id_was_generated = false;
  TimePoint timestamp_utc;
  RunStatus status = RunStatus::finished;  // as written: a killed run says running
  std::string failure;
  std::optional<TimePoint> finished_utc;
  /// How long it took, by a clock that nobody sets; at a live run's last heartbeat, how long so far.
  std::optional<std::chrono::microseconds> duration;
  /// When this process began it, by that clock, if it did so now. Not stored.
  std::optional<std::chrono::steady_clock::time_point> began;
  // For a run that is or was live:
  std::optional<TimePoint> heartbeat_utc;
  std::int64_t heartbeat_seconds = 0;  // the interval of the heartbeats
  std::string owner;                   // see ProcessIdentity
  std::vector<std::string> features;
  std::map<std::string, Value> params;
  std::map<std::string, std::string> param_units;  // of the params that have one: "s"
  std::map<std::string, Value> metrics;
  std::map<std::string, Artifact> artifacts;
  std::map<std::string, MetricHistory> history;
  AbandonedPoints abandoned;     // the points that a rewind left behind
  std::vector<Rewind> rewinds;   // as the metadata say it, for the files of the run
  std::map<std::string, Goal> goals;
  std::map<std::string, std::string> axes;  // metric, or a pattern of metrics, to the metric that is its x axis
  std::map<std::string, std::string> tags;  // an empty text for a tag without a value
  std::string note;                         // Markdown
  std::string group;
  bool is_from_cache = false;     // has some fields only: see CachedSearch
  bool edits_lie_beside = false;  // edit_run does not change the metadata: see run_edits.hpp

  std::shared_ptr<const LaterKeys> later;
  std::shared_ptr<const UnreadHistory> unread_history;  // in place of `history`
  std::shared_ptr<SeriesData> series;                   // see series_data.hpp; shared by copies until one changes it
  std::shared_ptr<const UnreadSeries> unread_series;    // in place of `series`

  bool has_console = false;                // files in console/ may belong to it
  std::vector<std::string> console_files;  // which; all of them if there are none here
  std::shared_ptr<const UnreadConsole> console;

  [[nodiscard]] const std::map<std::string, MetricHistory>& whole_history() const {
    return unread_history ? unread_history->read() : history;
  }
  /// The history of one metric, or null.
  [[nodiscard]] const MetricHistory* history_of(const std::string& metric) const {
    if (unread_history) return unread_history->of(metric);
    const auto found = history.find(metric);
    return found == history.end() ? nullptr : &found->second;
  }
  [[nodiscard]] const AbandonedPoints& whole_abandoned() const {
    return unread_history ? unread_history->abandoned() : abandoned;
  }
  /// The history, for changes.
  [[nodiscard]] std::map<std::string, MetricHistory>& own_history() {
    if (unread_history) {
      history = unread_history->read();
      abandoned = unread_history->abandoned();
      unread_history.reset();
    }
    return history;
  }

  [[nodiscard]] const std::map<std::string, Json>& dicts() const;
  /// The dicts, for changes; this record alone owns them.
  [[nodiscard]] std::map<std::string, Json>& own_dicts();
  /// Merges a checked object into the dict with that name.
  void add_dict(const std::string& name, JsonInput object) {
    const auto [dict, is_new] = added_dicts_.try_emplace(name, std::move(object));
    if (!is_new) dict->second.update(object);
  }

  /// The provenance, an object as in docs/provenance.md.
  [[nodiscard]] const Json& provenance() const;
  /// The provenance, for changes; this record alone owns it.
  [[nodiscard]] Json& own_provenance();
  void set_provenance(std::shared_ptr<const StoredProvenance> stored) { stored_provenance_ = std::move(stored); }
  /// The provenance as a file has it, if it has not changed since; otherwise null.
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

/// An existing feature keeps its position.
inline void add_feature(RunRecord& record, std::string_view feature) {
  std::string name = repaired_utf8(feature);
  for (const std::string& known : record.features)
    if (known == name) return;
  record.features.push_back(std::move(name));
}

/// Replaces an existing tag of that name.
inline void set_tag(std::map<std::string, std::string>& tags, std::string_view name, std::string_view value) {
  if (name.empty()) throw Error("a tag was given without a name; name it, as in set_tag(\"candidate\")");
  tags[repaired_utf8(name)] = repaired_utf8(value);
}

class SavedPlaces;

/// The members of an ExperimentRun.
struct RunState {
  RunRecord record;
  std::shared_ptr<SavedPlaces> saved_places;  // null until it is saved
};

/// Gives the registry and live runs access to the members of an ExperimentRun.
struct RunAccess {
  static const RunRecord& record(const ExperimentRun& run);
  static SavedPlaces& saved_places(const ExperimentRun& run);
  static ExperimentRun make(RunRecord record);
};

/// How long the run took, or has taken at its last heartbeat. Files of other programs have only two times of day, and
/// the clock may have been set back between them.
inline std::optional<std::chrono::microseconds> duration_of(const RunRecord& record) {
  const std::optional<TimePoint>& end = record.finished_utc ? record.finished_utc : record.heartbeat_utc;
  if (!end) return std::nullopt;
  if (record.duration) return record.duration;
  return (std::max)(std::chrono::microseconds(0), *end - record.timestamp_utc);
}

}  // namespace erm::detail

// All that is known of a run, as data: ExperimentRun guards it, the registry writes and reads it.
#pragma once

#include <algorithm>
#include <atomic>
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
#include "erm/json.hpp"
#include "erm/metric_history.hpp"
#include "erm/run_status.hpp"
#include "erm/value.hpp"

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

/// JSON is held through pointers: a program that logs none does not pay, when it is compiled, for copying and
/// destroying it (a quarter of what json.hpp itself costs).
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

  template <class J = Json>
  [[nodiscard]] const std::map<std::string, J>& dicts() const {
    // Never destroyed, as all that is static here: threads may log while the program ends.
    static const auto* const none = new std::map<std::string, J>;
    return dicts_ ? *dicts_ : *none;
  }
  /// The dicts of this record alone, to be changed.
  template <class J = Json>
  [[nodiscard]] std::map<std::string, J>& own_dicts() {
    return own<std::map<std::string, J>>(dicts_);
  }

  /// Where the run came from, as docs/provenance.md has it: an object.
  template <class J = Json>
  [[nodiscard]] const J& provenance() const {
    static const J* const none = new J(J::object());
    return provenance_ ? *provenance_ : stored_provenance_ ? stored_provenance_->json() : *none;
  }
  /// That of this record alone, to be changed.
  template <class J = Json>
  [[nodiscard]] J& own_provenance() {
    if (!provenance_) provenance_ = std::make_shared<J>(provenance());
    stored_provenance_ = nullptr;
    return own<J>(provenance_);
  }
  void set_provenance(std::shared_ptr<const StoredProvenance> stored) { stored_provenance_ = std::move(stored); }
  /// As a file had it, where nothing was changed since; else null.
  [[nodiscard]] const StoredProvenance* stored_provenance() const noexcept { return stored_provenance_.get(); }

 private:
  template <class T>
  static T& own(std::shared_ptr<T>& shared) {
    if (!shared)
      shared = std::make_shared<T>();
    else if (shared.use_count() > 1)
      shared = std::make_shared<T>(*shared);
    else
      std::atomic_thread_fence(std::memory_order_acquire);  // a copy in another thread may have ended just now
    return *shared;
  }

  // Shared by copies until one changes it.
  std::shared_ptr<std::map<std::string, Json>> dicts_;
  std::shared_ptr<Json> provenance_;
  std::shared_ptr<const StoredProvenance> stored_provenance_;
};

/// A feature that is there stays where it is.
inline void add_feature(RunRecord& record, std::string_view feature) {
  std::string name = repaired_utf8(feature);
  if (std::find(record.features.begin(), record.features.end(), name) == record.features.end())
    record.features.push_back(std::move(name));
}

/// A tag of that name that is there is replaced.
inline void set_tag(std::map<std::string, std::string>& tags, std::string_view name, std::string_view value) {
  if (name.empty()) throw Error("a tag was given without a name; name it, as in set_tag(\"candidate\")");
  tags[repaired_utf8(name)] = repaired_utf8(value);
}

/// Merges a checked object into the dict of that name. A template, so that who logs no dict does not pay for it.
template <class J>
void add_dict(RunRecord& record, std::string_view name, J object) {
  J& dict = record.own_dicts()[repaired_utf8(name)];
  if (dict.is_null())
    dict = std::move(object);
  else
    dict.update(object);
}

class SavedPlaces;

/// Which run folder each variant of each store got from this object, so that it replaces no other's. A copy of a
/// run is another run: it begins without.
class OwnPlaces {
 public:
  OwnPlaces() = default;
  OwnPlaces(const OwnPlaces&) noexcept {}
  OwnPlaces(OwnPlaces&&) noexcept = default;
  OwnPlaces& operator=(const OwnPlaces& other) noexcept {
    if (this != &other) places_.reset();
    return *this;
  }
  OwnPlaces& operator=(OwnPlaces&&) noexcept = default;

  template <class Places = SavedPlaces>
  [[nodiscard]] Places& get() {
    if (!places_) places_ = std::make_shared<Places>();
    return *places_;
  }

 private:
  std::shared_ptr<SavedPlaces> places_;
};

/// The way of the registry and of live runs into an ExperimentRun.
struct RunAccess {
  template <class Run>
  static const RunRecord& record(const Run& run) {
    return run.record_;
  }
  template <class Run>
  static SavedPlaces& saved_places(const Run& run) {
    return run.own_places_.get();
  }
  template <class Run>
  static Run make(RunRecord record) {
    return Run(std::move(record));
  }
};

}  // namespace erm::detail

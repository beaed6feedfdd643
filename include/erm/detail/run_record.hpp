// All that is known of a run, as data: ExperimentRun guards it, the registry writes and reads it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/detail/utf8.hpp"
#include "erm/goal.hpp"
#include "erm/json.hpp"
#include "erm/metric_history.hpp"
#include "erm/run_status.hpp"
#include "erm/value.hpp"

namespace erm::detail {

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
  std::map<std::string, Json> dicts;
  std::map<std::string, Artifact> artifacts;
  std::map<std::string, MetricHistory> history;
  std::map<std::string, Goal> goals;

  // What this version does not know and a later one wrote, kept so that saving again loses nothing.
  Json later_keys;                            // of the metadata, an object or null
  Json later_erm_keys;                        // of its "erm"
  std::map<std::string, std::string> later_types;      // of "erm/types", by JSON pointer
  std::map<std::string, Json> later_artifact_keys;  // of an artifact's entry, by artifact id
};

/// A feature that is there stays where it is.
inline void add_feature(RunRecord& record, std::string_view feature) {
  std::string name = repaired_utf8(feature);
  if (std::find(record.features.begin(), record.features.end(), name) == record.features.end())
    record.features.push_back(std::move(name));
}

/// Merges a checked object into the dict of that name. A template, so that who logs no dict does not pay for it.
template <class J>
void add_dict(RunRecord& record, std::string_view name, J object) {
  J& dict = record.dicts[repaired_utf8(name)];
  if (dict.is_null())
    dict = std::move(object);
  else
    dict.update(object);
}

/// Which run folder each variant of each store got from this object, so that it replaces no other's. A copy of a
/// run is another run: it begins without.
class SavedPlaces {
 public:
  SavedPlaces() = default;
  SavedPlaces(const SavedPlaces&) noexcept {}
  SavedPlaces(SavedPlaces&&) = default;
  SavedPlaces& operator=(const SavedPlaces& other) noexcept {
    if (this != &other) run_ids_.clear();
    return *this;
  }
  SavedPlaces& operator=(SavedPlaces&&) = default;

  [[nodiscard]] std::optional<std::string> run_id_in(const std::shared_ptr<const void>& store,
                                                     const std::string& variant_folder) const {
    const auto found = run_ids_.find({store, variant_folder});
    if (found == run_ids_.end()) return std::nullopt;
    return found->second;
  }
  void remember(const std::shared_ptr<const void>& store, const std::string& variant_folder,
                const std::string& run_id) {
    run_ids_[{store, variant_folder}] = run_id;
  }

 private:
  // A store that is gone keeps its place here: no later one at its address is taken for it.
  struct Place {
    std::weak_ptr<const void> store;
    std::string variant_folder;
    friend bool operator<(const Place& a, const Place& b) noexcept {
      if (a.store.owner_before(b.store) || b.store.owner_before(a.store)) return a.store.owner_before(b.store);
      return a.variant_folder < b.variant_folder;
    }
  };
  std::map<Place, std::string> run_ids_;
};

/// The way of the registry and of live runs into an ExperimentRun.
struct RunAccess {
  template <class Run>
  static const RunRecord& record(const Run& run) {
    return run.record_;
  }
  template <class Run>
  static SavedPlaces& saved_places(const Run& run) {
    return run.saved_places_;
  }
  template <class Run>
  static Run make(RunRecord record) {
    return Run(std::move(record));
  }
};

}  // namespace erm::detail

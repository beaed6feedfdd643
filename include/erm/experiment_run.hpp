// One run of an experiment, in memory: what went in, what came out, and the files that it made.
//
//   erm::ExperimentRun run("digits", "baseline");
//   run.log_param("lr", 0.1);
//   run.log_metric("loss", 0.53, 1);                        // at step 1; run.history().at("loss") keeps each
//   run.log_artifact("model.bin", "model");
//   erm::save_run_to_registry(run, "erm-registry");         // erm/registry.hpp
//   std::puts(run.params().at("lr").str().c_str());         // 0.1
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/goal.hpp"
#include "erm/json.hpp"
#include "erm/metric_history.hpp"
#include "erm/run_logger.hpp"
#include "erm/run_status.hpp"
#include "erm/value.hpp"

namespace erm {

/// What a run may be constructed with.
struct RunOptions {
  /// A kind of run within the experiment: a branch, a model family.
  std::string variant_id = "main";
  /// Unique within the variant; made of the time ("2026_11_23__07_30_21") where it is not given.
  std::optional<std::string> run_id = {};
  /// When the run was; now where it is not given.
  std::optional<TimePoint> timestamp_utc = {};
  std::vector<std::string> features = {};
  std::map<std::string, Value> params = {};
  std::map<std::string, Value> metrics = {};
  /// Each a JSON object, or null for an empty one.
  std::map<std::string, Json> dicts = {};
  /// Each under its own id.
  std::map<std::string, Artifact> artifacts = {};
};

/// A value: copies are independent. To be used by one thread at a time.
class ExperimentRun : public RunLogger<ExperimentRun> {
 public:
  /// Variant "main", run id and time from the clock. Throws InvalidIdError for an id that no registry can hold.
  explicit ExperimentRun(std::string experiment_id);

  /// Throws InvalidIdError as above, also for an artifact's filename, and Error for a dict that is no object and
  /// for a time outside the years 1 to 9999. A template, so that who gives no options pays for none of this.
  template <class Options = RunOptions, std::enable_if_t<std::is_convertible_v<Options, RunOptions>, int> = 0>
  explicit ExperimentRun(std::string experiment_id, Options&& options);

  /// `variant_id` is any text. A template, so that ExperimentRun("id", {...}) means RunOptions.
  template <class Text, std::enable_if_t<std::is_convertible_v<const Text&, std::string_view>, int> = 0>
  ExperimentRun(std::string experiment_id, const Text& variant_id);

  [[nodiscard]] const std::string& experiment_id() const noexcept { return record_.experiment_id; }
  [[nodiscard]] const std::string& variant_id() const noexcept { return record_.variant_id; }
  /// A generated id stays as it is here even if the registry had to add "_002" to it: see save_run_to_registry.
  [[nodiscard]] const std::string& run_id() const noexcept { return record_.run_id; }
  [[nodiscard]] const TimePoint& timestamp_utc() const noexcept { return record_.timestamp_utc; }
  /// In the order in which they were logged.
  [[nodiscard]] const std::vector<std::string>& features() const noexcept { return record_.features; }
  [[nodiscard]] const std::map<std::string, Value>& params() const noexcept { return record_.params; }
  /// The last value of each metric.
  [[nodiscard]] const std::map<std::string, Value>& metrics() const noexcept { return record_.metrics; }
  template <class J = Json>  // a template, so that who logs no dict does not pay for it
  [[nodiscard]] const std::map<std::string, J>& dicts() const {
    return record_.dicts();
  }
  [[nodiscard]] const std::map<std::string, Artifact>& artifacts() const noexcept { return record_.artifacts; }
  /// The points of each metric that was logged with a step. Of a run that find_runs gave they are read at the first
  /// call, which throws NotFoundError where the run was deleted or replaced since, and FormatError as loading does.
  [[nodiscard]] const std::map<std::string, MetricHistory>& history() const { return record_.whole_history(); }
  [[nodiscard]] const std::map<std::string, Goal>& goals() const noexcept { return record_.goals; }
  /// A tag without a value has an empty one.
  [[nodiscard]] const std::map<std::string, std::string>& tags() const noexcept { return record_.tags; }
  [[nodiscard]] const std::string& note() const noexcept { return record_.note; }
  [[nodiscard]] const std::string& group() const noexcept { return record_.group; }

  /// Where the run came from: program, machine, build, code, inputs, seeds (docs/provenance.md); an empty object where
  /// nothing was recorded. See erm/provenance.hpp.
  template <class J = Json>
  [[nodiscard]] const J& provenance() const {
    return record_.provenance();
  }

  /// How the run stands, or stood when it was loaded; finished for one that was never live.
  [[nodiscard]] RunStatus status() const noexcept { return record_.status; }
  /// Why a run failed; empty for others.
  [[nodiscard]] const std::string& failure() const noexcept { return record_.failure; }
  /// When a saved run ended; nothing for one that runs or was killed.
  [[nodiscard]] const std::optional<TimePoint>& finished_utc() const noexcept { return record_.finished_utc; }
  /// When a live run was last heard of, to the interval of its heartbeats; nothing for other runs.
  [[nodiscard]] const std::optional<TimePoint>& last_seen_utc() const noexcept { return record_.heartbeat_utc; }
  /// From timestamp_utc to the end, or to when the run was last heard of; nothing where neither is known.
  [[nodiscard]] std::optional<std::chrono::microseconds> duration() const;

 private:
  friend class RunLogger<ExperimentRun>;
  friend struct detail::ProvenanceCalls<ExperimentRun>;
  friend struct detail::RunAccess;

  explicit ExperimentRun(detail::RunRecord record) : record_(std::move(record)) {}
  void identify(std::string experiment_id, std::string variant_id, std::optional<std::string> run_id,
                std::optional<TimePoint> timestamp);

  // What RunLogger asks for and hands over, checked by it but for names.
  [[nodiscard]] static constexpr bool ignores_all() noexcept { return false; }
  void take_feature(std::string_view feature);
  void take_param(std::string_view key, Value value);
  void take_metric(std::string_view key, Value value);
  template <class Number>
  void take_point(std::string_view key, Number value, std::int64_t step, std::optional<TimePoint> time);
  template <class J>
  void take_dict(std::string_view name, J object);
  void take_artifact(Artifact artifact);
  void take_file(const std::filesystem::path& path, std::string artifact_id, std::string filename, ArtifactType type);
  void take_goal(std::string_view metric, Goal goal) { record_.goals[detail::repaired_utf8(metric)] = goal; }
  void take_tag(std::string_view name, std::string_view value) { detail::set_tag(record_.tags, name, value); }
  void take_note(std::string_view markdown) { record_.note = detail::repaired_utf8(markdown); }
  void take_group(std::string_view group) { record_.group = detail::repaired_utf8(group); }
  // What ProvenanceCalls asks for.
  static void await_capture() noexcept {}
  template <class Change>
  void change_record(Change&& change) {
    change(record_);
  }
  template <class Look>
  void look_at_record(Look&& look) const {
    look(record_);
  }

  detail::RunRecord record_;
  // Of no weight for what the run is: saving a run leaves it as it was.
  mutable detail::OwnPlaces own_places_;
};

// ---- bodies ----

inline std::optional<std::chrono::microseconds> ExperimentRun::duration() const {
  const std::optional<TimePoint>& end = record_.finished_utc ? record_.finished_utc : record_.heartbeat_utc;
  if (!end) return std::nullopt;
  return *end - record_.timestamp_utc;
}

namespace detail {

/// Throws InvalidIdError unless the artifact's id and filename can be stored.
inline void check_artifact_names(const std::string& artifact_id, const std::string& filename) {
  check_name("artifact id", artifact_id);
  check_name("artifact filename", filename);
}

}  // namespace detail

inline ExperimentRun::ExperimentRun(std::string experiment_id) {
  identify(std::move(experiment_id), "main", std::nullopt, std::nullopt);
}

template <class Options, std::enable_if_t<std::is_convertible_v<Options, RunOptions>, int>>
ExperimentRun::ExperimentRun(std::string experiment_id, Options&& given) {
  RunOptions options = std::forward<Options>(given);
  identify(std::move(experiment_id), std::move(options.variant_id), std::move(options.run_id), options.timestamp_utc);
  log_features(options.features);
  log_params(options.params);
  log_metrics(options.metrics);
  for (const auto& [name, object] : options.dicts) log_dict(name, object);
  for (auto& [id, artifact] : options.artifacts) {
    if (id != artifact.id()) {
      throw Error("RunOptions::artifacts holds artifact " + detail::shown(artifact.id()) + " under the key " +
                  detail::shown(id) + "; the key is the artifact's id");
    }
    take_artifact(std::move(artifact));
  }
}

template <class Text, std::enable_if_t<std::is_convertible_v<const Text&, std::string_view>, int>>
ExperimentRun::ExperimentRun(std::string experiment_id, const Text& variant_id) {
  identify(std::move(experiment_id), std::string(std::string_view(variant_id)), std::nullopt, std::nullopt);
}

inline void ExperimentRun::identify(std::string experiment_id, std::string variant_id,
                                    std::optional<std::string> run_id, std::optional<TimePoint> timestamp) {
  record_.timestamp_utc = timestamp ? *timestamp : detail::now_utc();
  record_.run_id_was_generated = !run_id;
  record_.run_id = run_id ? std::move(*run_id) : detail::generated_run_id(record_.timestamp_utc);
  record_.experiment_id = std::move(experiment_id);
  record_.variant_id = std::move(variant_id);
  detail::check_name("experiment id", record_.experiment_id);
  detail::check_name("variant id", record_.variant_id);
  detail::check_name("run id", record_.run_id);
  detail::date_time(record_.timestamp_utc);
}

inline void ExperimentRun::take_feature(std::string_view feature) { detail::add_feature(record_, feature); }

inline void ExperimentRun::take_param(std::string_view key, Value value) {
  record_.params[detail::repaired_utf8(key)] = std::move(value);
}

inline void ExperimentRun::take_metric(std::string_view key, Value value) {
  record_.metrics[detail::repaired_utf8(key)] = std::move(value);
}

template <class Number>
void ExperimentRun::take_point(std::string_view key, Number value, std::int64_t step, std::optional<TimePoint> time) {
  const double decimal = detail::shortest_decimal(value);
  using std::chrono::milliseconds;
  if (time) detail::date_time(*time);  // throws where it could not be read back
  const TimePoint when = std::chrono::floor<milliseconds>(time ? *time : detail::now_utc());
  const std::string name = detail::repaired_utf8(key);
  record_.own_history()[name].append({step, when, decimal});
  record_.metrics[name] = decimal;
}

template <class J>
void ExperimentRun::take_dict(std::string_view name, J object) {
  detail::add_dict(record_, name, std::move(object));
}

inline void ExperimentRun::take_artifact(Artifact artifact) {
  detail::check_artifact_names(artifact.id(), artifact.filename());
  record_.artifacts.insert_or_assign(artifact.id(), std::move(artifact));
}

inline void ExperimentRun::take_file(const std::filesystem::path& path, std::string artifact_id, std::string filename,
                                     ArtifactType type) {
  // Names first: a wrong one should not cost the copy of a large file.
  detail::check_artifact_names(artifact_id, filename);
  take_artifact(Artifact(std::move(artifact_id), std::move(filename), type, detail::content_of_file(path)));
}

}  // namespace erm

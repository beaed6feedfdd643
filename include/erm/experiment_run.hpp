// One run of an experiment, in memory: its inputs, its results, and the files that it produced.
//
//   erm::ExperimentRun run("digits", "baseline");
//   run.log_param("lr", 0.1);
//   run.log_metric("loss", 0.53, 1);                        // at step 1; run.history().at("loss") keeps each
//   run.log_artifact("model.bin", "model");
//   erm::save_run_to_registry(run, "erm-registry");         // erm/registry.hpp
//   std::puts(run.params().at("lr").str().c_str());         // 0.1
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/goal.hpp"
#include "erm/impl/linkage.hpp"
#include "erm/json_fwd.hpp"
#include "erm/json_input.hpp"
#include "erm/metric_history.hpp"
#include "erm/run_logger.hpp"
#include "erm/run_status.hpp"
#include "erm/value.hpp"

namespace erm {

class Histogram;
class ArtifactSeries;
class Console;

namespace detail {
struct RunAccess;
struct RunState;
}  // namespace detail

/// The optional arguments of a run's constructor.
struct RunOptions {
  /// A kind of run within the experiment: a branch, a model family.
  std::string variant_id = "main";
  /// Unique within the variant. Generated from the time ("2026_11_23__07_30_21") if empty.
  std::optional<std::string> run_id = {};
  /// When the run took place. Now if not set.
  std::optional<TimePoint> timestamp_utc = {};
  std::vector<std::string> features = {};
  std::map<std::string, Value> params = {};
  std::map<std::string, Value> metrics = {};
  /// Each is a JSON object, or null for an empty one: std::map<std::string, Json>, or braces.
  JsonInputs dicts = {};
  /// The key is the artifact's id.
  std::map<std::string, Artifact> artifacts = {};
};

/// A value type: copies are independent. Not thread-safe: only one thread at a time may use a run. A moved-from run can
/// only be destroyed and assigned to.
class ExperimentRun : public RunLogger {
 public:
  /// Variant "main"; run id and time come from the clock. Throws InvalidIdError for an id that a registry cannot store.
  explicit ExperimentRun(std::string experiment_id);

  /// Throws InvalidIdError as above, also for an artifact's filename, and Error for a dict that is not an object or a
  /// time outside the years 1 to 9999.
  explicit ExperimentRun(std::string experiment_id, RunOptions options);

  /// `variant_id` is any text. A template, so that ExperimentRun("id", {...}) means RunOptions.
  template <class Text, std::enable_if_t<std::is_convertible_v<const Text&, std::string_view>, int> = 0>
  ExperimentRun(std::string experiment_id, const Text& variant_id)
      : ExperimentRun(Ids{std::move(experiment_id), std::string(std::string_view(variant_id))}) {}

  ExperimentRun(const ExperimentRun& other);
  ExperimentRun(ExperimentRun&& other) noexcept;
  ExperimentRun& operator=(const ExperimentRun& other);
  ExperimentRun& operator=(ExperimentRun&& other) noexcept;
  ERM_INLINE ~ExperimentRun() override;

  [[nodiscard]] const std::string& experiment_id() const noexcept;
  [[nodiscard]] const std::string& variant_id() const noexcept;
  /// A generated id does not change here, even if the registry had to append "_002" to it: see save_run_to_registry.
  [[nodiscard]] const std::string& run_id() const noexcept;
  [[nodiscard]] const TimePoint& timestamp_utc() const noexcept;
  /// In the order in which they were logged.
  [[nodiscard]] const std::vector<std::string>& features() const noexcept;
  [[nodiscard]] const std::map<std::string, Value>& params() const noexcept;
  /// The last value of each metric.
  [[nodiscard]] const std::map<std::string, Value>& metrics() const noexcept;
  /// Callers include erm/json.hpp.
  [[nodiscard]] const std::map<std::string, Json>& dicts() const;
  [[nodiscard]] const std::map<std::string, Artifact>& artifacts() const noexcept;
  /// The points of each metric that was logged with a step, without those that a rewind left behind. A run that find_runs returned reads them at the first call.
  /// That call throws NotFoundError if the run has been deleted or replaced, and FormatError like loading.
  [[nodiscard]] const std::map<std::string, MetricHistory>& history() const;
  /// With true, a copy that also has the points that a rewind left behind.
  [[nodiscard]] std::map<std::string, MetricHistory> history(bool include_abandoned) const;

  /// One param, metric, history or artifact by name. Throws NotFoundError, which names those whose names come near.
  [[nodiscard]] const Value& param(std::string_view key) const;
  /// The last value of the metric.
  [[nodiscard]] const Value& metric_value(std::string_view metric) const;
  /// The points of the metric: history() at its name. Throws as history() does, too.
  [[nodiscard]] const MetricHistory& curve(std::string_view metric) const;
  [[nodiscard]] const Artifact& artifact(std::string_view artifact_id) const;
  /// The step of the point that was logged last. Nothing for a metric without points.
  [[nodiscard]] std::optional<std::int64_t> last_step(std::string_view metric) const;

  /// What was logged under one name over the steps; a table. The first call on a loaded run reads them, and throws like
  /// history(). A reference is valid until the run logs to that name again. Throw NotFoundError, which names those whose
  /// names come near. Callers include erm/series.hpp, erm/histogram.hpp or erm/table.hpp; erm/registry.hpp does.
  [[nodiscard]] const ArtifactSeries& series(std::string_view artifact_id) const;
  [[nodiscard]] const Histogram& histogram(std::string_view name) const;
  [[nodiscard]] const Table& table(std::string_view name) const;
  /// The names of all, sorted.
  [[nodiscard]] std::vector<std::string> series_names() const;
  [[nodiscard]] std::vector<std::string> histogram_names() const;
  [[nodiscard]] std::vector<std::string> table_names() const;
  /// What a live run with LiveOptions::capture_console wrote to stdout and stderr: read at each call, empty for other
  /// runs. Callers include erm/console.hpp. Throws like loading.
  [[nodiscard]] Console console() const;

  [[nodiscard]] const std::map<std::string, Goal>& goals() const noexcept;
  /// The patterns of define_axis, and the metric that each names as the x axis.
  [[nodiscard]] const std::map<std::string, std::string>& axes() const noexcept;
  /// The units of those params that have one: "s" for a duration.
  [[nodiscard]] const std::map<std::string, std::string>& param_units() const noexcept;
  /// A tag without a value has an empty text.
  [[nodiscard]] const std::map<std::string, std::string>& tags() const noexcept;
  [[nodiscard]] const std::string& note() const noexcept;
  [[nodiscard]] const std::string& group() const noexcept;

  /// The run's provenance: program, machine, build, code, inputs, seeds (docs/provenance.md). An empty object if
  /// nothing was recorded. See erm/provenance.hpp. Callers include erm/json.hpp.
  [[nodiscard]] const Json& provenance() const;

  /// The status of the run, or its status when it was loaded. A run that was never live is finished.
  [[nodiscard]] RunStatus status() const noexcept;
  /// Why the run failed; empty for other runs.
  [[nodiscard]] const std::string& failure() const noexcept;
  /// When a saved run ended. Nothing if it is still running or was killed.
  [[nodiscard]] const std::optional<TimePoint>& finished_utc() const noexcept;
  /// The last sign of life of a live run, as exact as the interval of its heartbeats. Nothing for other runs.
  [[nodiscard]] const std::optional<TimePoint>& last_seen_utc() const noexcept;
  /// From timestamp_utc to the end, or to the last sign of life. Not affected by a wall clock that is set meanwhile, and
  /// never negative. Nothing if neither is known.
  [[nodiscard]] std::optional<std::chrono::microseconds> duration() const;

 private:
  friend struct detail::RunAccess;
  struct Ids {
    std::string experiment_id, variant_id;
  };

  explicit ExperimentRun(Ids ids);
  explicit ExperimentRun(std::unique_ptr<detail::RunState> state) noexcept;
  void identify(std::string experiment_id, std::string variant_id, std::optional<std::string> run_id,
                std::optional<TimePoint> timestamp);

  [[nodiscard]] ERM_INLINE bool ignores_all() const override;
  ERM_INLINE void change_record(const detail::RecordChange& change) override;
  ERM_INLINE void visit_record(const detail::RecordVisit& visit) const override;
  ERM_INLINE void accept_metric(std::string_view key, Value value) override;
  ERM_INLINE void accept_point(std::string_view key, double value, bool was_float, std::int64_t step,
                    std::optional<TimePoint> time) override;
  ERM_INLINE void accept_rewind(std::optional<std::string_view> metric, std::int64_t step) override;
  [[nodiscard]] ERM_INLINE bool stores_artifacts() const override;
  ERM_INLINE void store_artifact(const Artifact& artifact) override;
  ERM_INLINE void store_file(const FilePath& path, const std::string& artifact_id, const std::string& filename,
                  ArtifactType type) override;
  ERM_INLINE void accept_artifact_at(std::int64_t step, Artifact artifact) override;
  ERM_INLINE void accept_histogram(std::string_view name, const NumbersView& values, std::int64_t step,
                                   const HistogramOptions& options) override;
  ERM_INLINE void accept_table(const std::string& name, Table table) override;
  ERM_INLINE void await_capture() override;

  std::unique_ptr<detail::RunState> state_;
};

static_assert(std::is_nothrow_move_constructible_v<ExperimentRun> && std::is_nothrow_move_assignable_v<ExperimentRun>);

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/experiment_run.inl"
#ifdef INCLUDE_NLOHMANN_JSON_HPP_
#include "erm/impl/run_json.inl"
#endif
#endif

// One run of an experiment, in memory: what went in, what came out, and the files that it made.
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

namespace detail {
struct RunAccess;
struct RunState;
}  // namespace detail

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
  /// Each a JSON object, or null for an empty one: std::map<std::string, Json>, or braces.
  JsonInputs dicts = {};
  /// Each under its own id.
  std::map<std::string, Artifact> artifacts = {};
};

/// A value: copies are independent. To be used by one thread at a time. A run that was moved from can be destroyed and
/// assigned to, nothing else.
class ExperimentRun : public RunLogger {
 public:
  /// Variant "main", run id and time from the clock. Throws InvalidIdError for an id that no registry can hold.
  explicit ExperimentRun(std::string experiment_id);

  /// Throws InvalidIdError as above, also for an artifact's filename, and Error for a dict that is no object and
  /// for a time outside the years 1 to 9999.
  explicit ExperimentRun(std::string experiment_id, RunOptions options);

  /// `variant_id` is any text. A template, so that ExperimentRun("id", {...}) means RunOptions.
  template <class Text, std::enable_if_t<std::is_convertible_v<const Text&, std::string_view>, int> = 0>
  ExperimentRun(std::string experiment_id, const Text& variant_id)
      : ExperimentRun(Ids{std::move(experiment_id), std::string(std::string_view(variant_id))}) {}

  ExperimentRun(const ExperimentRun& other);
  ExperimentRun(ExperimentRun&& other) noexcept;
  ExperimentRun& operator=(const ExperimentRun& other);
  ExperimentRun& operator=(ExperimentRun&& other) noexcept;
  ~ExperimentRun() override;

  [[nodiscard]] const std::string& experiment_id() const noexcept;
  [[nodiscard]] const std::string& variant_id() const noexcept;
  /// A generated id stays as it is here even if the registry had to add "_002" to it: see save_run_to_registry.
  [[nodiscard]] const std::string& run_id() const noexcept;
  [[nodiscard]] const TimePoint& timestamp_utc() const noexcept;
  /// In the order in which they were logged.
  [[nodiscard]] const std::vector<std::string>& features() const noexcept;
  [[nodiscard]] const std::map<std::string, Value>& params() const noexcept;
  /// The last value of each metric.
  [[nodiscard]] const std::map<std::string, Value>& metrics() const noexcept;
  /// Include erm/json.hpp to use them.
  [[nodiscard]] const std::map<std::string, Json>& dicts() const;
  [[nodiscard]] const std::map<std::string, Artifact>& artifacts() const noexcept;
  /// The points of each metric that was logged with a step. Of a run that find_runs gave they are read at the first
  /// call, which throws NotFoundError where the run was deleted or replaced since, and FormatError as loading does.
  [[nodiscard]] const std::map<std::string, MetricHistory>& history() const;
  [[nodiscard]] const std::map<std::string, Goal>& goals() const noexcept;
  /// A tag without a value has an empty one.
  [[nodiscard]] const std::map<std::string, std::string>& tags() const noexcept;
  [[nodiscard]] const std::string& note() const noexcept;
  [[nodiscard]] const std::string& group() const noexcept;

  /// Where the run came from: program, machine, build, code, inputs, seeds (docs/provenance.md); an empty object where
  /// nothing was recorded. See erm/provenance.hpp. Include erm/json.hpp to use it.
  [[nodiscard]] const Json& provenance() const;

  /// How the run stands, or stood when it was loaded; finished for one that was never live.
  [[nodiscard]] RunStatus status() const noexcept;
  /// Why a run failed; empty for others.
  [[nodiscard]] const std::string& failure() const noexcept;
  /// When a saved run ended; nothing for one that runs or was killed.
  [[nodiscard]] const std::optional<TimePoint>& finished_utc() const noexcept;
  /// When a live run was last heard of, to the interval of its heartbeats; nothing for other runs.
  [[nodiscard]] const std::optional<TimePoint>& last_seen_utc() const noexcept;
  /// From timestamp_utc to the end, or to when the run was last heard of; nothing where neither is known.
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

  [[nodiscard]] bool ignores_all() const override;
  void change_record(const detail::RecordChange& change) override;
  void visit_record(const detail::RecordVisit& visit) const override;
  void accept_metric(std::string_view key, Value value) override;
  void accept_point(std::string_view key, double value, bool was_float, std::int64_t step,
                    std::optional<TimePoint> time) override;
  [[nodiscard]] bool stores_artifacts() const override;
  void store_artifact(const Artifact& artifact) override;
  void store_file(const FilePath& path, const std::string& artifact_id, const std::string& filename,
                  ArtifactType type) override;
  void await_capture() override;

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

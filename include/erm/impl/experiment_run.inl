// The bodies of erm/experiment_run.hpp, except those that need a Json (run_json.inl).
#pragma once

#include <chrono>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/run/names_instead.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/detail/run/rewinds.hpp"
#include "erm/detail/run/series_data.hpp"
#include "erm/error.hpp"
#include "erm/experiment_run.hpp"
#include "erm/histogram.hpp"
#include "erm/series.hpp"
#include "erm/table.hpp"

namespace erm {

namespace detail {

/// The names of a map, each once.
template <class Named>
std::vector<std::string> names_in(const Named& named) {
  std::vector<std::string> names;
  for (const auto& one : named) names.push_back(one.first);
  return names;
}

[[noreturn]] inline void throw_no_entry(const RunRecord& run, const char* kind, std::string_view name,
                                       const std::vector<std::string>& names) {
  throw NotFoundError("the run '" + run.experiment_id + "/" + run.variant_id + "/" + run.run_id + "' has no " + kind +
                      " " + shown(name) + names_instead(name, names));
}

/// The entry of that name of a run's params, metrics, histories or artifacts.
template <class Named>
const typename Named::mapped_type& entry_of(const RunRecord& run, const char* kind, const Named& named,
                                            std::string_view name) {
  const auto found = named.find(std::string(name));
  if (found != named.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& one : named) names.push_back(one.first);
  throw_no_entry(run, kind, name, names);
}

}  // namespace detail

ERM_INLINE const std::string& ExperimentRun::experiment_id() const noexcept { return state_->record.experiment_id; }
ERM_INLINE const std::string& ExperimentRun::variant_id() const noexcept { return state_->record.variant_id; }
ERM_INLINE const std::string& ExperimentRun::run_id() const noexcept { return state_->record.run_id; }
ERM_INLINE const TimePoint& ExperimentRun::timestamp_utc() const noexcept { return state_->record.timestamp_utc; }
ERM_INLINE const std::vector<std::string>& ExperimentRun::features() const noexcept { return state_->record.features; }
ERM_INLINE const std::map<std::string, Value>& ExperimentRun::params() const noexcept { return state_->record.params; }
ERM_INLINE const std::map<std::string, Value>& ExperimentRun::metrics() const noexcept {
  return state_->record.metrics;
}
ERM_INLINE const std::map<std::string, Artifact>& ExperimentRun::artifacts() const noexcept {
  return state_->record.artifacts;
}
ERM_INLINE const std::map<std::string, MetricHistory>& ExperimentRun::history() const {
  return state_->record.whole_history();
}
ERM_INLINE std::map<std::string, MetricHistory> ExperimentRun::history(bool include_abandoned) const {
  if (!include_abandoned) return history();
  return detail::with_abandoned(history(), state_->record.whole_abandoned());
}
ERM_INLINE const Value& ExperimentRun::param(std::string_view key) const {
  return detail::entry_of(state_->record, "param", params(), key);
}
ERM_INLINE const Value& ExperimentRun::metric_value(std::string_view metric) const {
  return detail::entry_of(state_->record, "metric", metrics(), metric);
}
ERM_INLINE const MetricHistory& ExperimentRun::curve(std::string_view metric) const {
  if (const MetricHistory* const found = state_->record.history_of(std::string(metric))) return *found;
  return detail::entry_of(state_->record, "history of a metric", history(), metric);  // throws
}
ERM_INLINE const Artifact& ExperimentRun::artifact(std::string_view artifact_id) const {
  return detail::entry_of(state_->record, "artifact", artifacts(), artifact_id);
}
ERM_INLINE std::optional<std::int64_t> ExperimentRun::last_step(std::string_view metric) const {
  const auto found = history().find(std::string(metric));
  if (found == history().end() || found->second.empty()) return std::nullopt;
  return found->second.last().step;
}
ERM_INLINE const ArtifactSeries& ExperimentRun::series(std::string_view artifact_id) const {
  return detail::entry_of(state_->record, "series", detail::series_of(state_->record).series, artifact_id);
}
ERM_INLINE const Histogram& ExperimentRun::histogram(std::string_view name) const {
  const detail::SeriesData& data = detail::series_of(state_->record);
  static_cast<void>(detail::entry_of(state_->record, "histogram", data.histograms, name));
  return data.histogram(std::string(name));
}
ERM_INLINE const Table& ExperimentRun::table(std::string_view name) const {
  const detail::SeriesData& data = detail::series_of(state_->record);
  static_cast<void>(detail::entry_of(state_->record, "table", data.tables, name));
  return data.table(std::string(name));
}
ERM_INLINE std::vector<std::string> ExperimentRun::series_names() const {
  return detail::names_in(detail::series_of(state_->record).series);
}
ERM_INLINE std::vector<std::string> ExperimentRun::histogram_names() const {
  return detail::names_in(detail::series_of(state_->record).histograms);
}
ERM_INLINE std::vector<std::string> ExperimentRun::table_names() const {
  return detail::names_in(detail::series_of(state_->record).tables);
}
ERM_INLINE const std::map<std::string, Goal>& ExperimentRun::goals() const noexcept { return state_->record.goals; }
ERM_INLINE const std::map<std::string, std::string>& ExperimentRun::axes() const noexcept {
  return state_->record.axes;
}
ERM_INLINE const std::map<std::string, std::string>& ExperimentRun::param_units() const noexcept {
  return state_->record.param_units;
}
ERM_INLINE const std::map<std::string, std::string>& ExperimentRun::tags() const noexcept {
  return state_->record.tags;
}
ERM_INLINE const std::string& ExperimentRun::note() const noexcept { return state_->record.note; }
ERM_INLINE const std::string& ExperimentRun::group() const noexcept { return state_->record.group; }
ERM_INLINE RunStatus ExperimentRun::status() const noexcept { return state_->record.status; }
ERM_INLINE const std::string& ExperimentRun::failure() const noexcept { return state_->record.failure; }
ERM_INLINE const std::optional<TimePoint>& ExperimentRun::finished_utc() const noexcept {
  return state_->record.finished_utc;
}
ERM_INLINE const std::optional<TimePoint>& ExperimentRun::last_seen_utc() const noexcept {
  return state_->record.heartbeat_utc;
}

ERM_INLINE std::optional<std::chrono::microseconds> ExperimentRun::duration() const {
  return detail::duration_of(state_->record);
}

ERM_INLINE ExperimentRun::ExperimentRun(std::unique_ptr<detail::RunState> state) noexcept : state_(std::move(state)) {}

ERM_INLINE ExperimentRun::ExperimentRun(std::string experiment_id)
    : ExperimentRun(Ids{std::move(experiment_id), "main"}) {}

ERM_INLINE ExperimentRun::ExperimentRun(Ids ids) : state_(std::make_unique<detail::RunState>()) {
  identify(std::move(ids.experiment_id), std::move(ids.variant_id), std::nullopt, std::nullopt);
}

ERM_INLINE ExperimentRun::ExperimentRun(std::string experiment_id, RunOptions options)
    : state_(std::make_unique<detail::RunState>()) {
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
    add_artifact(std::move(artifact));
  }
}

// A copy is a different run: it has not been saved anywhere.
ERM_INLINE ExperimentRun::ExperimentRun(const ExperimentRun& other)
    : RunLogger(other),
      state_(std::make_unique<detail::RunState>(detail::RunState{other.state_->record, nullptr})) {}
ERM_INLINE ExperimentRun::ExperimentRun(ExperimentRun&& other) noexcept = default;
ERM_INLINE ExperimentRun& ExperimentRun::operator=(const ExperimentRun& other) {
  if (this != &other) *this = ExperimentRun(other);
  return *this;
}
ERM_INLINE ExperimentRun& ExperimentRun::operator=(ExperimentRun&& other) noexcept = default;
ERM_INLINE ExperimentRun::~ExperimentRun() = default;

ERM_INLINE void ExperimentRun::identify(std::string experiment_id, std::string variant_id,
                                        std::optional<std::string> run_id, std::optional<TimePoint> timestamp) {
  detail::RunRecord& record = state_->record;
  record.timestamp_utc = timestamp ? *timestamp : detail::now_utc();
  if (!timestamp) record.began = std::chrono::steady_clock::now();
  record.run_id_was_generated = !run_id;
  record.run_id = run_id ? std::move(*run_id) : detail::generated_run_id(record.timestamp_utc);
  record.experiment_id = std::move(experiment_id);
  record.variant_id = std::move(variant_id);
  detail::check_name("experiment id", record.experiment_id);
  detail::check_name("variant id", record.variant_id);
  detail::check_name("run id", record.run_id);
  detail::date_time(record.timestamp_utc);
}

ERM_INLINE bool ExperimentRun::ignores_all() const { return false; }
ERM_INLINE void ExperimentRun::change_record(const detail::RecordChange& change) { change(state_->record); }
ERM_INLINE void ExperimentRun::visit_record(const detail::RecordVisit& visit) const { visit(state_->record); }
ERM_INLINE void ExperimentRun::await_capture() {}

// Artifacts are part of the record.
ERM_INLINE bool ExperimentRun::stores_artifacts() const { return false; }
ERM_INLINE void ExperimentRun::store_artifact(const Artifact&) {}
ERM_INLINE void ExperimentRun::store_file(const FilePath&, const std::string&, const std::string&, ArtifactType) {}

ERM_INLINE void ExperimentRun::accept_artifact_at(std::int64_t step, Artifact artifact) {
  const std::string id = artifact.id();
  const TimePoint now = std::chrono::floor<std::chrono::milliseconds>(detail::now_utc());
  detail::own_series(state_->record).series[id].put(step, std::move(artifact), now);
}
ERM_INLINE void ExperimentRun::accept_histogram(std::string_view name, const NumbersView& values,
                                                std::int64_t step, const HistogramOptions& options) {
  using std::chrono::milliseconds;
  const std::int64_t now = std::chrono::floor<milliseconds>(detail::now_utc()).time_since_epoch().count();
  detail::SeriesData& series = detail::own_series(state_->record);
  detail::with_floating(values, [&](const auto* first, std::size_t size) {
    series.log_histogram(detail::repaired_utf8(name), first, size, step, now, options);
  });
}
ERM_INLINE void ExperimentRun::accept_table(const std::string& name, Table table) {
  const TimePoint now = std::chrono::floor<std::chrono::milliseconds>(detail::now_utc());
  detail::own_series(state_->record).put_table(name, std::move(table), now);
}

ERM_INLINE void ExperimentRun::accept_metric(std::string_view key, Value value) {
  state_->record.metrics[detail::repaired_utf8(key)] = std::move(value);
}

ERM_INLINE void ExperimentRun::accept_point(std::string_view key, double value, bool was_float, std::int64_t step,
                                            std::optional<TimePoint> time) {
  using std::chrono::milliseconds;
  if (time) detail::date_time(*time);  // throws if the time could not be read back
  const double decimal = was_float ? detail::shortest_decimal(static_cast<float>(value)) : value;
  const TimePoint when = std::chrono::floor<milliseconds>(time ? *time : detail::now_utc());
  const std::string name = detail::repaired_utf8(key);
  state_->record.own_history()[name].append({step, when, decimal});
  state_->record.metrics[name] = decimal;
}

ERM_INLINE void ExperimentRun::accept_rewind(std::optional<std::string_view> metric, std::int64_t step) {
  detail::RunRecord& record = state_->record;
  const detail::Rewind rewind = {step, metric ? std::optional(detail::repaired_utf8(*metric)) : std::nullopt};
  if (!detail::series_of(record).empty()) {
    record.series = std::make_shared<detail::SeriesData>(detail::series_of(record));  // without what it has read
    record.unread_series.reset();
    detail::rewind_series(*record.series, rewind);
  }
  detail::Histories& histories = record.own_history();
  for (auto at = histories.begin(); at != histories.end();) {
    auto& [name, history] = *at;
    if (rewind.is_of(name)) {
      std::vector<detail::AbandonedPoint>& left = record.abandoned[name];
      if (detail::abandon_points(history, left, step))
        detail::drop_abandoned_value(record.metrics, name, &history, left);
      if (left.empty()) record.abandoned.erase(name);
    }
    at = history.empty() ? histories.erase(at) : std::next(at);
  }
}

namespace detail {

ERM_INLINE const RunRecord& RunAccess::record(const ExperimentRun& run) { return run.state_->record; }
ERM_INLINE ExperimentRun RunAccess::make(RunRecord record) {
  return ExperimentRun(std::make_unique<RunState>(RunState{std::move(record), nullptr}));
}

}  // namespace detail

}  // namespace erm

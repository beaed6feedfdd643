// The bodies of erm/live_run.hpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "erm/detail/base/time_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/live/console.hpp"
#include "erm/detail/live/engine.hpp"
#include "erm/detail/live/folder.hpp"
#include "erm/detail/live/hooks.hpp"
#include "erm/detail/live/point_chunk.hpp"
#include "erm/detail/os/quick_clock.hpp"
#include "erm/detail/run/contents.hpp"
#include "erm/detail/run/media_types.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/live_run.hpp"

namespace erm {

namespace detail {

/// Deletes the engine of a run together with the last handle. In the child of a fork it leaks the engine, because the
/// thread and the locks belong to the parent.
struct LiveEngineDeleter {
  void operator()(LiveEngine* engine) const {
    LiveRuns::instance().remove(*engine);
    if (!engine->is_disowned()) delete engine;
  }
};

}  // namespace detail

// ---- LiveMetric ----

ERM_INLINE LiveMetric::LiveMetric(std::shared_ptr<detail::LiveEngine> engine, std::uint32_t number)
    : engine_(std::move(engine)), buffer_(engine_->points().number()), number_(number) {}

ERM_INLINE void LiveMetric::store_slowly(std::uint32_t metric, double value, std::int64_t step,
                                         std::int64_t milliseconds) const {
  if (engine_) engine_->accept_point(metric, value, step, milliseconds);
}

ERM_INLINE std::int64_t LiveMetric::milliseconds_of(TimePoint time) {
  detail::date_time(time);  // throws if the time could not be read back
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

// ---- LiveRun: construction and end ----

ERM_INLINE LiveRun::LiveRun() : unwinding_before_(std::uncaught_exceptions()) {}

ERM_INLINE LiveRun::LiveRun(const std::string& registry_uri, const std::string& experiment_id,
                            const LiveOptions& options, const BuildFacts& facts)
    : LiveRun() {
  detail::LiveFolder folder(registry_uri, experiment_id, options);
  const detail::LiveUndo undo = folder.take_undo();
  try {
    // First, because it forks: the run has no thread yet.
    std::unique_ptr<detail::LiveConsole> console = detail::LiveConsole::begin(folder, options);
    engine_ = std::shared_ptr<detail::LiveEngine>(
        new detail::LiveEngine(std::move(folder), options, registry_uri, std::move(console)),
        detail::LiveEngineDeleter());
    buffer_ = engine_->points().number();
    detail::LiveRuns::instance().add(engine_);
    engine_->begin_capture(facts);
    engine_->begin_observers();
  } catch (...) {
    engine_.reset();  // first: its thread writes to the run
    undo.run();
    throw;
  }
}

ERM_INLINE LiveRun LiveRun::disabled() { return LiveRun(); }

ERM_INLINE LiveRun::LiveRun(LiveRun&& other) noexcept
    : RunLogger(std::move(other)),
      engine_(std::move(other.engine_)),
      buffer_(std::exchange(other.buffer_, detail::no_buffer)),
      unwinding_before_(other.unwinding_before_) {}

ERM_INLINE LiveRun& LiveRun::operator=(LiveRun&& other) noexcept {
  if (this == &other) return *this;
  close();
  engine_ = std::move(other.engine_);
  buffer_ = std::exchange(other.buffer_, detail::no_buffer);
  unwinding_before_ = other.unwinding_before_;
  return *this;
}

ERM_INLINE LiveRun::~LiveRun() { close(); }

ERM_INLINE void LiveRun::close() noexcept {
  if (!engine_) return;
  if (engine_->is_disowned()) return engine_.reset();
  try {
    if (std::uncaught_exceptions() > unwinding_before_)
      engine_->end(RunStatus::failed, "an exception left the scope of the run");
    else
      engine_->end(RunStatus::finished, {});
  } catch (const std::exception& error) {
    if (!engine_->is_lost()) engine_->report("the live run '" + uri() + "' could not be ended: " + error.what());
  }
  engine_.reset();
}

ERM_INLINE std::string LiveRun::uri() const { return engine_ ? engine_->folder().uri() : std::string(); }
ERM_INLINE std::string LiveRun::experiment_id() const { return engine_ ? engine_->identity().experiment_id : ""; }
ERM_INLINE std::string LiveRun::variant_id() const { return engine_ ? engine_->identity().variant_id : ""; }
ERM_INLINE std::string LiveRun::run_id() const { return engine_ ? engine_->identity().run_id : ""; }

ERM_INLINE LiveMetric LiveRun::metric(std::string_view name) {
  return engine_ ? LiveMetric(engine_, engine_->metric_number(name).first) : LiveMetric();
}

ERM_INLINE std::optional<std::int64_t> LiveRun::last_step(std::string_view metric) const {
  return engine_ ? engine_->last_step(metric) : std::nullopt;
}

ERM_INLINE void LiveRun::accept_rewind(std::optional<std::string_view> metric, std::int64_t step) {
  if (engine_) engine_->rewind(metric ? std::optional(detail::repaired_utf8(*metric)) : std::nullopt, step);
}

ERM_INLINE void LiveRun::flush() {
  if (engine_) engine_->flush();
}
ERM_INLINE void LiveRun::finish() {
  if (engine_) engine_->end(RunStatus::finished, {});
}
ERM_INLINE void LiveRun::fail(const std::string& why) {
  if (engine_) engine_->end(RunStatus::failed, why);
}

ERM_INLINE void LiveRun::continue_in_child() {
  if (engine_) engine_->continue_in_child();
}

// ---- LiveRun: what RunLogger passes on ----

ERM_INLINE bool LiveRun::ignores_all() const {
  if (engine_) engine_->tell_if_disowned();
  return !engine_ || engine_->is_disowned();
}

ERM_INLINE void LiveRun::accept_metric(std::string_view key, Value value) {
  if (engine_) engine_->accept_value(key, std::move(value));
}

ERM_INLINE void LiveRun::accept_point(std::string_view key, double value, bool was_float, std::int64_t step,
                                      std::optional<TimePoint> time) {
  if (!engine_) return;
  detail::KnownName& known = detail::known_names.place_of(key);
  if (!known.is(buffer_, key)) {
    const auto [number, name] = engine_->metric_number(key);
    known = {name->data(), name->size(), buffer_, number};
  }
  const std::uint32_t metric = was_float ? known.number | detail::was_float : known.number;
  const std::int64_t milliseconds = time ? LiveMetric::milliseconds_of(*time) : detail::os::quick_milliseconds();
  if (!detail::store_point(buffer_, metric, value, step, milliseconds))
    engine_->accept_point(metric, value, step, milliseconds);
}

ERM_INLINE bool LiveRun::stores_artifacts() const { return true; }

ERM_INLINE void LiveRun::store_artifact(const Artifact& artifact) {
  if (engine_)
    engine_->store({artifact.id(), {}, artifact.filename(), artifact.type(), artifact.media_type(), {}, {}},
                   *artifact.content());
}

ERM_INLINE void LiveRun::store_file(const FilePath& path, const std::string& artifact_id, const std::string& filename,
                                    ArtifactType type) {
  if (ignores_all()) return;
  const detail::FileInPlace content(path);
  engine_->store({artifact_id, {}, filename, type, detail::media_type_of(type, filename), {}, {}}, content);
}

ERM_INLINE void LiveRun::accept_artifact_at(std::int64_t step, Artifact artifact) {
  if (ignores_all()) return;
  engine_->log_series("artifact " + detail::shown(artifact.id()) + " of step " + std::to_string(step),
                      [&](detail::LiveSeries& series) { series.add_artifact(step, artifact); });
}
ERM_INLINE void LiveRun::accept_histogram(std::string_view name, const NumbersView& values,
                                          std::int64_t step, const HistogramOptions& options) {
  if (ignores_all()) return;
  const std::string valid_name = detail::repaired_utf8(name);
  engine_->log_series("histogram " + detail::shown(name) + " of step " + std::to_string(step),
                      [&](detail::LiveSeries& series) {
                        detail::with_floating(values, [&](const auto* first, std::size_t size) {
                          series.add_histogram(valid_name, first, size, step, options);
                        });
                      });
}
ERM_INLINE void LiveRun::accept_table(const std::string& name, Table table) {
  if (ignores_all()) return;
  engine_->log_series("table " + detail::shown(name),
                      [&](detail::LiveSeries& series) { series.add_table(name, table); });
}

ERM_INLINE void LiveRun::await_capture() {
  if (engine_) engine_->await_capture();
}
ERM_INLINE void LiveRun::change_record(const detail::RecordChange& change) {
  if (engine_) engine_->change(change);
}
ERM_INLINE void LiveRun::visit_record(const detail::RecordVisit& visit) const {
  if (engine_) engine_->visit(visit);
}

}  // namespace erm

// A run that is on disk while it runs: it survives the crash of its program, can be looked at from outside,
// and costs a training loop less than a log line.
//
//   erm::LiveRun run("erm-registry", "mnist");
//   run.log_param("lr", 1e-3);
//   auto loss = run.metric("train/loss");
//   for (std::int64_t step = 0; step < 1000; ++step) loss.log(train(), step);
//   run.log_artifact("checkpoint.pt", "checkpoint");      // in the registry when this returns
//   run.finish();
#pragma once

#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "erm/detail/live/engine.hpp"
#include "erm/detail/live/hooks.hpp"
#include "erm/impl/provenance_calls.hpp"
#include "erm/experiment_run.hpp"
#include "erm/build_facts.hpp"
#include "erm/live_options.hpp"
#include "erm/run_logger.hpp"

namespace erm {

class LiveRun;

/// One metric of a live run: the quickest way to log it. May be copied and used by any thread.
class LiveMetric {
 public:
  /// Logs nothing.
  LiveMetric() = default;

  /// Adds a point; the time is now unless given. Costs a read of the clock and a store, and waits only where the
  /// buffer is full (see LiveOptions::buffer_points). Throws Error after the run has ended.
  template <class Number, std::enable_if_t<std::is_arithmetic_v<Number>, int> = 0>
  void log(Number value, std::int64_t step) const;
  template <class Number, std::enable_if_t<std::is_arithmetic_v<Number>, int> = 0>
  void log(Number value, std::int64_t step, TimePoint time) const;

 private:
  friend class LiveRun;
  static constexpr std::uint64_t nowhere = ~std::uint64_t{0};

  LiveMetric(std::shared_ptr<detail::LiveEngine> engine, std::uint32_t number)
      : engine_(std::move(engine)), buffer_(engine_->points().number()), number_(number) {}
  template <class Number>
  void put(Number value, std::int64_t step, std::int64_t milliseconds) const;

  std::shared_ptr<detail::LiveEngine> engine_;
  std::uint64_t buffer_ = nowhere;
  std::uint32_t number_ = 0;
};

/// May be used by any number of threads. The log_ calls are those of ExperimentRun (see RunLogger), and none of them
/// throws because the disk is full or gone: the run keeps what it could not write, tries again, and says so once
/// through LiveOptions::on_error. In the child of a fork the run does nothing: it is the parent's.
class LiveRun : public RunLogger<LiveRun> {
 public:
  /// Claims the run's folder and puts it on disk. Throws RunExistsError where the id is taken, or the run to be
  /// resumed is held by a process that lives; InvalidIdError and IoError as saving does.
  LiveRun(const std::string& registry_uri, const std::string& experiment_id, LiveOptions options = {}, const BuildFacts& facts = detail::build_facts_of_this_file());
  /// A run that is nowhere: every call does nothing. For the ranks of a job that should not log.
  [[nodiscard]] static LiveRun disabled() { return LiveRun(); }

  LiveRun(LiveRun&&) noexcept = default;
  LiveRun& operator=(LiveRun&& other) noexcept;
  /// Finishes the run, or fails it while an exception unwinds. What keeps it from that goes to on_error.
  ~LiveRun();

  [[nodiscard]] bool is_disabled() const noexcept { return engine_ == nullptr; }
  /// Where the run is; load_run_from_path opens it at any time. Empty for a disabled run, as are the ids.
  [[nodiscard]] std::string uri() const { return is_disabled() ? std::string() : engine_->folder().uri(); }
  [[nodiscard]] std::string experiment_id() const { return is_disabled() ? "" : identity_.experiment_id; }
  [[nodiscard]] std::string variant_id() const { return is_disabled() ? "" : identity_.variant_id; }
  [[nodiscard]] std::string run_id() const { return is_disabled() ? "" : identity_.run_id; }

  /// A handle that logs to the metric of that name.
  [[nodiscard]] LiveMetric metric(std::string_view name);

  /// Returns when all that was logged before is in the files. Throws what keeps it from that.
  void flush();
  /// Flushes and ends the run well. Throws as flush(), and may then be called again. A second call does nothing.
  void finish();
  /// Flushes and ends the run as failed.
  void fail(const std::string& why);

 private:
  friend class RunLogger<LiveRun>;
  friend struct detail::ProvenanceCalls<LiveRun>;
  struct Identity {
    std::string experiment_id, variant_id, run_id;
  };

  LiveRun() = default;
  void end(RunStatus status, const std::string& failure);
  void close() noexcept;

  // What RunLogger asks for and hands over.
  [[nodiscard]] bool ignores_all() const { return !engine_ || engine_->is_disowned(); }
  void take_feature(std::string_view feature);
  void take_param(std::string_view key, Value value);
  void take_metric(std::string_view key, Value value);
  template <class Number>
  void take_point(std::string_view key, Number value, std::int64_t step, std::optional<TimePoint> time);
  template <class J>
  void take_dict(std::string_view name, J object);
  void take_artifact(const Artifact& artifact);
  void take_file(const std::filesystem::path& path, const std::string& artifact_id, const std::string& filename,
                 ArtifactType type);
  void take_goal(std::string_view metric, Goal goal);
  void take_tag(std::string_view name, std::string_view value);
  void take_note(std::string_view markdown);
  void take_group(std::string_view group);
  // What ProvenanceCalls asks for.
  void await_capture() {
    if (engine_) engine_->await_capture();
  }
  template <class Change>
  void change_record(Change&& change) {
    if (engine_) engine_->change(std::forward<Change>(change));
  }
  template <class Look>
  void look_at_record(Look&& look) const {
    if (engine_) engine_->visit(std::forward<Look>(look));
  }

  std::shared_ptr<detail::LiveEngine> engine_;
  Identity identity_;
  int unwinding_before_ = std::uncaught_exceptions();
};

// ---- bodies ----

namespace detail {

/// The metric numbers that this thread asked for last, by name: found without a lock.
struct ThreadNames {
  struct Slot {
    const std::string* name;  // the run's own copy, which lives as long as the run
    std::uint64_t buffer;
    std::uint32_t number;
  };
  static constexpr std::size_t size = 64;
  Slot slots[size];

  static std::size_t slot_of(std::string_view name) noexcept {
    std::uint32_t end = 0;
    if (name.size() >= 4)
      std::memcpy(&end, name.data() + name.size() - 4, 4);
    else
      for (const char c : name) end = end << 8 | static_cast<unsigned char>(c);
    const std::uint32_t mixed = (end + static_cast<std::uint32_t>(name.size())) * 2654435761U;
    return mixed >> 26;
  }
};
inline thread_local ThreadNames thread_names = {};

inline std::int64_t milliseconds_of(TimePoint time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

/// Ends with the last handle; in the child of a fork it is left alone, since its thread and locks are the parent's.
struct LiveEngineDeleter {
  void operator()(LiveEngine* engine) const {
    LiveRuns::instance().remove(*engine);
    if (!engine->is_disowned()) delete engine;
  }
};

}  // namespace detail

template <class Number>
void LiveMetric::put(Number value, std::int64_t step, std::int64_t milliseconds) const {
  constexpr std::uint32_t flag = std::is_same_v<Number, float> ? detail::was_float : 0;
  const auto as_double = static_cast<double>(value);
  if (detail::store_point(buffer_, number_ | flag, as_double, step, milliseconds)) return;
  if (engine_) engine_->accept_point(number_ | flag, as_double, step, milliseconds);
}

template <class Number, std::enable_if_t<std::is_arithmetic_v<Number>, int>>
void LiveMetric::log(Number value, std::int64_t step) const {
  put(value, step, detail::os::quick_milliseconds());
}

template <class Number, std::enable_if_t<std::is_arithmetic_v<Number>, int>>
void LiveMetric::log(Number value, std::int64_t step, TimePoint time) const {
  detail::date_time(time);
  put(value, step, detail::milliseconds_of(time));
}

inline LiveRun::LiveRun(const std::string& registry_uri, const std::string& experiment_id, LiveOptions options, const BuildFacts& facts) {
  detail::LiveFolder folder(registry_uri, experiment_id, options);
  identity_ = {folder.record().experiment_id, folder.record().variant_id, folder.record().run_id};
  engine_ = std::shared_ptr<detail::LiveEngine>(new detail::LiveEngine(std::move(folder), std::move(options)),
                                                detail::LiveEngineDeleter());
  detail::LiveRuns::instance().add(engine_);
  engine_->begin_capture(facts);
}

inline LiveRun& LiveRun::operator=(LiveRun&& other) noexcept {
  if (this == &other) return *this;
  close();
  engine_ = std::move(other.engine_);
  identity_ = std::move(other.identity_);
  unwinding_before_ = other.unwinding_before_;
  return *this;
}

inline LiveRun::~LiveRun() { close(); }

inline void LiveRun::close() noexcept {
  if (!engine_) return;
  try {
    if (std::uncaught_exceptions() > unwinding_before_)
      engine_->end(RunStatus::failed, "an exception left the scope of the run");
    else
      engine_->end(RunStatus::finished, {});
  } catch (const std::exception& error) {
    engine_->report("the live run '" + uri() + "' could not be ended: " + error.what());
  }
  engine_.reset();
}

inline LiveMetric LiveRun::metric(std::string_view name) {
  return is_disabled() ? LiveMetric() : LiveMetric(engine_, engine_->metric_number(name).first);
}

inline void LiveRun::flush() {
  if (engine_) engine_->flush();
}
inline void LiveRun::finish() {
  if (engine_) engine_->end(RunStatus::finished, {});
}
inline void LiveRun::fail(const std::string& why) {
  if (engine_) engine_->end(RunStatus::failed, why);
}

inline void LiveRun::take_feature(std::string_view feature) {
  if (engine_) engine_->change([&](detail::RunRecord& record) { detail::add_feature(record, feature); });
}

inline void LiveRun::take_param(std::string_view key, Value value) {
  if (engine_)
    engine_->change([&](detail::RunRecord& record) { record.params[detail::repaired_utf8(key)] = std::move(value); });
}

inline void LiveRun::take_metric(std::string_view key, Value value) {
  if (engine_) engine_->accept_value(key, std::move(value));
}

template <class Number>
void LiveRun::take_point(std::string_view key, Number value, std::int64_t step, std::optional<TimePoint> time) {
  if (is_disabled()) return;
  const std::uint64_t buffer = engine_->points().number();
  detail::ThreadNames::Slot& slot = detail::thread_names.slots[detail::ThreadNames::slot_of(key)];
  if (slot.buffer != buffer || *slot.name != key) {
    const auto [number, name] = engine_->metric_number(key);
    slot = {name, buffer, number};
  }
  constexpr std::uint32_t flag = std::is_same_v<Number, float> ? detail::was_float : 0;
  if (time) detail::date_time(*time);
  const std::int64_t milliseconds = time ? detail::milliseconds_of(*time) : detail::os::quick_milliseconds();
  const auto as_double = static_cast<double>(value);
  if (!detail::store_point(buffer, slot.number | flag, as_double, step, milliseconds))
    engine_->accept_point(slot.number | flag, as_double, step, milliseconds);
}

template <class J>
void LiveRun::take_dict(std::string_view name, J object) {
  if (engine_) engine_->change([&](detail::RunRecord& record) { detail::add_dict(record, name, std::move(object)); });
}

inline void LiveRun::take_artifact(const Artifact& artifact) {
  detail::check_artifact_names(artifact.id(), artifact.filename());
  if (engine_)
    engine_->store({artifact.id(), {}, artifact.filename(), artifact.type(), artifact.media_type(), {}, {}},
                   *artifact.content());
}

inline void LiveRun::take_file(const std::filesystem::path& path, const std::string& artifact_id,
                               const std::string& filename, ArtifactType type) {
  if (ignores_all()) return;
  detail::check_artifact_names(artifact_id, filename);
  const detail::FileInPlace content(path);
  engine_->store({artifact_id, {}, filename, type, detail::media_type_of(type, filename), {}, {}}, content);
}

inline void LiveRun::take_goal(std::string_view metric, Goal goal) {
  if (engine_) engine_->change([&](detail::RunRecord& record) { record.goals[detail::repaired_utf8(metric)] = goal; });
}

inline void LiveRun::take_tag(std::string_view name, std::string_view value) {
  if (engine_) engine_->change([&](detail::RunRecord& record) { detail::set_tag(record.tags, name, value); });
}
inline void LiveRun::take_note(std::string_view markdown) {
  if (engine_) engine_->change([&](detail::RunRecord& record) { record.note = detail::repaired_utf8(markdown); });
}
inline void LiveRun::take_group(std::string_view group) {
  if (engine_) engine_->change([&](detail::RunRecord& record) { record.group = detail::repaired_utf8(group); });
}

}  // namespace erm

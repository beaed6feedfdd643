// A run that is on disk while it runs. It survives a crash of its program, other processes can read it meanwhile, and
// it costs a training loop less than a line of log output.
//
//   erm::LiveRun run("erm-registry", "mnist");
//   run.log_param("lr", 1e-3);
//   auto loss = run.metric("train/loss");
//   for (std::int64_t step = 0; step < 1000; ++step) loss.log(train(), step);
//   run.log_artifact("checkpoint.pt", "checkpoint");      // in the registry when this returns
//   run.finish();
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "erm/build_facts.hpp"
#include "erm/detail/live/point_chunk.hpp"
#include "erm/detail/os/quick_clock.hpp"
#include "erm/impl/linkage.hpp"
#include "erm/live_options.hpp"
#include "erm/param.hpp"
#include "erm/run_logger.hpp"
#include "erm/step.hpp"

namespace erm {

namespace detail {
class LiveEngine;
}

/// One metric of a live run: the fastest way to log it. Thread-safe.
class LiveMetric {
 public:
  /// Logs nothing.
  LiveMetric() = default;

  /// Adds a point; the default time is now. Costs one read of the clock and one store, and waits only while the buffer
  /// is full (see LiveOptions::buffer_points). Throws Error after the run has ended.
  template <class Number, std::enable_if_t<std::is_arithmetic_v<Number>, int> = 0>
  void log(Number value, std::int64_t step) const {
    store(value, step, detail::os::quick_milliseconds());
  }
  template <class Number, std::enable_if_t<std::is_arithmetic_v<Number>, int> = 0>
  void log(Number value, std::int64_t step, TimePoint time) const {
    store(value, step, milliseconds_of(time));
  }
  /// The same for a step of any integer type (erm/step.hpp). Throws Error for one above 2^63 - 1.
  template <class Number, class Step, std::enable_if_t<std::is_arithmetic_v<Number> && detail::is_step<Step>, int> = 0>
  void log(Number value, Step step) const {
    log(value, detail::step_of(step));
  }
  template <class Number, class Step, std::enable_if_t<std::is_arithmetic_v<Number> && detail::is_step<Step>, int> = 0>
  void log(Number value, Step step, TimePoint time) const {
    log(value, detail::step_of(step), time);
  }
  /// Adds a point for each value of a range (a std::vector, an array), at `first_step` and the steps after it, all at
  /// the same time.
  template <class Values, class Step,
            std::enable_if_t<detail::is_range<Values> && detail::is_step<Step>, int> = 0>
  void log(const Values& values, Step first_step) const {
    const std::int64_t now = detail::os::quick_milliseconds();
    const std::int64_t first = detail::step_of(first_step);
    std::int64_t count = 0;
    for (const auto& value : values) store(value, detail::step_after(first, count++), now);
  }

 private:
  friend class LiveRun;

  LiveMetric(std::shared_ptr<detail::LiveEngine> engine, std::uint32_t number);
  template <class Number>
  void store(Number value, std::int64_t step, std::int64_t milliseconds) const {
    static_assert(std::is_arithmetic_v<Number>, "erm: a point is a number");
    const std::uint32_t metric = std::is_same_v<Number, float> ? number_ | detail::was_float : number_;
    const auto as_double = static_cast<double>(value);
    if (!detail::store_point(buffer_, metric, as_double, step, milliseconds))
      store_slowly(metric, as_double, step, milliseconds);
  }
  void store_slowly(std::uint32_t metric, double value, std::int64_t step, std::int64_t milliseconds) const;
  /// Throws Error for a time outside the years 1 to 9999.
  static std::int64_t milliseconds_of(TimePoint time);

  std::shared_ptr<detail::LiveEngine> engine_;
  std::uint64_t buffer_ = detail::no_buffer;
  std::uint32_t number_ = 0;
};

/// Thread-safe. Has the log_ functions of ExperimentRun (see RunLogger). None of them throws because the disk is full
/// or unavailable: the run keeps what it could not write, tries again, and reports the failure once through
/// LiveOptions::on_error. In the child of a fork the run belongs to the parent: see continue_in_child().
class LiveRun : public RunLogger {
 public:
  /// Claims the run's folder and creates it on disk. Throws RunExistsError if the id is taken, or if a live process
  /// holds the run to resume; InvalidIdError and IoError like saving. Omit `facts`: the default describes the calling
  /// file.
  LiveRun(const std::string& registry_uri, const std::string& experiment_id, const LiveOptions& options = {},
          const BuildFacts& facts = detail::build_facts_of_this_file());
  /// A disabled run: every function does nothing. For the ranks of a job that should not log.
  [[nodiscard]] static LiveRun disabled();

  LiveRun(LiveRun&& other) noexcept;
  LiveRun& operator=(LiveRun&& other) noexcept;
  /// Finishes the run, or marks it as failed if an exception is unwinding the stack. Reports errors to on_error.
  ERM_INLINE ~LiveRun() override;

  [[nodiscard]] bool is_disabled() const noexcept { return engine_ == nullptr; }
  /// The URI of the run. load_run_from_path opens it at any time. Empty for a disabled run, like the ids.
  [[nodiscard]] std::string uri() const;
  [[nodiscard]] std::string experiment_id() const;
  [[nodiscard]] std::string variant_id() const;
  [[nodiscard]] std::string run_id() const;

  /// A handle that logs to the metric with that name.
  [[nodiscard]] LiveMetric metric(std::string_view name);

  using RunLogger::log_metric;
  /// The same as for every run. Slower than a LiveMetric by one look-up of the name.
  template <class Number, std::enable_if_t<std::is_arithmetic_v<Number>, int> = 0>
  void log_metric(std::string_view key, Number value, std::int64_t step, std::optional<TimePoint> time = {}) {
    const detail::KnownName& known = detail::known_names.place_of(key);
    if (time || !known.is(buffer_, key)) return RunLogger::log_metric(key, value, step, time);
    const std::uint32_t metric = std::is_same_v<Number, float> ? known.number | detail::was_float : known.number;
    const auto as_double = static_cast<double>(value);
    if (!detail::store_point(buffer_, metric, as_double, step, detail::os::quick_milliseconds()))
      RunLogger::log_metric(key, value, step);
  }
  template <class Number, class Step, std::enable_if_t<std::is_arithmetic_v<Number> && detail::is_step<Step>, int> = 0>
  void log_metric(std::string_view key, Number value, Step step, std::optional<TimePoint> time = {}) {
    log_metric(key, value, detail::step_of(step), time);
  }

  /// The step of the point that this writer logged last to the metric, or had logged when it was resumed. Nothing if
  /// there is none that counts. Any thread.
  [[nodiscard]] std::optional<std::int64_t> last_step(std::string_view metric) const;

  /// Returns when everything logged so far is in the files. Throws if it could not be written.
  void flush();
  /// Flushes the run and ends it as finished. Throws like flush(), and may then be called again. Once the run has
  /// ended, further calls do nothing.
  void finish();
  /// Flushes the run and ends it as failed.
  void fail(const std::string& why);

  /// Moves the run to this process, a child of the one that had it, as after daemon(). Until then nothing that the child
  /// logs is kept: on_error is called once, and flush(), finish() and fail() throw Error. The run continues after what
  /// the parent wrote, with the same handles. The parent must log nothing more: daemon() ends it by _exit(), and one that
  /// goes on has lost the run, as its on_error is told. Call this while no other thread uses the run. Does nothing in the process that has the run. Throws
  /// RunExistsError if another process has opened it since, Error if it had ended.
  void continue_in_child();

 private:
  LiveRun();
  void close() noexcept;

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

  std::shared_ptr<detail::LiveEngine> engine_;
  std::uint64_t buffer_ = detail::no_buffer;
  int unwinding_before_;  // std::uncaught_exceptions() when the run began
};

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/live_run.inl"
#endif

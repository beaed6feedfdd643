// The engine of a live run. Callers store points in the buffer (point_buffer.hpp) and change the record
// (shared_record.hpp). One thread (thread.hpp) writes both to the files (writer.hpp).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "erm/build_facts.hpp"
#include "erm/detail/live/callers_lock.hpp"
#include "erm/detail/live/capture_thread.hpp"
#include "erm/detail/live/console.hpp"
#include "erm/detail/live/folder.hpp"
#include "erm/detail/live/metric_numbers.hpp"
#include "erm/detail/live/observers.hpp"
#include "erm/detail/live/point_buffer.hpp"
#include "erm/detail/live/series.hpp"
#include "erm/detail/live/shared_record.hpp"
#include "erm/detail/live/thread.hpp"
#include "erm/detail/live/writer.hpp"
#include "erm/detail/os/identity.hpp"
#include "erm/detail/os/process.hpp"
#include "erm/detail/run/provenance_merge.hpp"
#include "erm/error.hpp"
#include "erm/live_options.hpp"

namespace erm::detail {

class LiveEngine {
 public:
  struct Identity {
    std::string experiment_id, variant_id, run_id;
  };

  LiveEngine(LiveFolder folder, LiveOptions options, std::string registry_uri,
             std::unique_ptr<LiveConsole> console = nullptr);
  LiveEngine(const LiveEngine&) = delete;
  LiveEngine& operator=(const LiveEngine&) = delete;
  /// Ends the run's threads. By now the run has ended, or could not be ended.
  ~LiveEngine() { await_capture(); }

  /// Starts to record the provenance, and returns at once.
  void begin_capture(const BuildFacts& facts);
  /// Returns when the provenance has been recorded.
  void await_capture();

  /// Tells the observers that the run has begun, or goes on in this process.
  void begin_observers() noexcept { observers_->begin(); }

  [[nodiscard]] PointBuffer& points() noexcept { return *points_; }
  [[nodiscard]] const LiveFolder& folder() const noexcept { return record_.folder(); }
  [[nodiscard]] const LiveOptions& options() const noexcept { return options_; }
  [[nodiscard]] const Identity& identity() const noexcept { return identity_; }

  /// A number for a metric's name, constant for the run, and a reference to the stored name.
  std::pair<std::uint32_t, const std::string*> metric_number(std::string_view name) { return metrics_.number_of(name); }
  /// Accepts a point that store_point() did not store.
  void accept_point(std::uint32_t metric, double value, std::int64_t step, std::int64_t milliseconds);
  /// Sets a metric to a value without a step.
  void accept_value(std::string_view name, Value value);
  /// Returns when the points logged before, at `step` and later, do not count any more: those of `metric`, or of all.
  void rewind(std::optional<std::string> metric, std::int64_t step);
  /// The step of the point of the metric that was logged last.
  [[nodiscard]] std::optional<std::int64_t> last_step(std::string_view metric);
  /// Calls `change(record)`. The metadata are written at the next flush.
  template <class Change>
  void change(Change&& change);
  /// Calls `visit(record)`.
  template <class Visit>
  void visit(Visit&& visit) {
    record_.visit(std::forward<Visit>(visit));
  }
  /// Stores an artifact while other threads log. An error of the store is reported like a failure of the writing
  /// thread.
  void store(StoredArtifact artifact, const Content& content);
  /// Calls `log(series)`, with the errors of the store as in store(). `what` names in them what is lost.
  template <class Log>
  void log_series(const std::string& what, Log&& log);
  /// Returns when everything logged so far is written. Throws if it could not be written, and once for lost data.
  void flush();
  /// Flushes the run and ends it. A second call does nothing.
  void end(RunStatus status, const std::string& failure);
  [[nodiscard]] bool has_ended() const noexcept { return record_.has_ended(); }
  /// Whether another process has taken the run. on_error knows by then.
  [[nodiscard]] bool is_lost() const noexcept { return record_.is_lost(); }
  void report(const std::string& message) const noexcept { detail::report(options_, message); }

  // For the process hooks.
  void note_signal(int number, bool may_go_on) noexcept { thread_->note_signal(number, may_go_on); }
  [[nodiscard]] bool signal_is_handled() const noexcept { return thread_->signal_is_handled(); }
  void go_on() noexcept { thread_->go_on(); }

  // fork(): the child has a copy of the run without its thread.
  using Deadline = std::chrono::steady_clock::time_point;
  /// Writes what was logged so far, until the deadline, because the parent may be about to call _exit().
  void flush_before_fork(Deadline deadline);
  void lock_for_fork(Deadline deadline);
  void unlock_after_fork();
  /// Called in the child: the run belongs to the parent.
  void disown();
  [[nodiscard]] bool is_disowned() const noexcept { return is_disowned_; }
  /// Reports once that the run belongs to another process, unless it had ended before.
  void tell_if_disowned();
  /// Moves the run to this process. Does nothing if it is here.
  void continue_in_child();

 private:
  /// Stores the id of the thread that is ending the run.
  struct Ending {
    explicit Ending(std::atomic<std::thread::id>& in) : in_(in) { in_ = std::this_thread::get_id(); }
    ~Ending() { in_ = std::thread::id(); }
    Ending(const Ending&) = delete;
    Ending& operator=(const Ending&) = delete;
    std::atomic<std::thread::id>& in_;
  };

  /// Tells the observers when it is destroyed, if the run has ended by then.
  struct EndTold {
    explicit EndTold(LiveEngine& of) : of_(of) {}
    ~EndTold() {
      if (of_.has_ended()) of_.observers_->end();
    }
    EndTold(const EndTold&) = delete;
    EndTold& operator=(const EndTold&) = delete;
    LiveEngine& of_;
  };

  void throw_if_failed_or_ended();
  void throw_if_lost();
  void note_lost(const std::string& what, const Error& error);
  void refuse_writing_thread() const;
  void adopt(bool with_edits);

  [[nodiscard]] std::string not_here(const std::string& what) const;

  const std::string registry_uri_;
  LiveOptions options_;
  LiveRecord record_;
  Identity identity_;
  LiveMetrics metrics_;
  std::shared_ptr<PointBuffer> points_;
  std::unique_ptr<LiveSeries> series_;
  std::unique_ptr<LiveObservers> observers_;
  std::unique_ptr<LiveConsole> console_;  // if it is captured
  std::unique_ptr<LiveWriter> writer_;
  std::unique_ptr<LiveCapture> capture_ = std::make_unique<LiveCapture>();
  std::optional<BuildFacts> facts_;  // if the provenance is wanted

  std::mutex lost_mutex_;
  std::string lost_artifacts_;  // not reported by any call yet
  std::uint64_t told_lost_ = 0;

  std::mutex end_mutex_;
  std::atomic<std::thread::id> ending_in_{std::thread::id()};
  std::atomic<bool> is_disowned_{false};
  std::atomic<bool> told_disowned_{false};
  std::string owner_process_ = os::process_number();
  bool is_quiet_ = false;                // while the process forks: the thread is between two rounds
  std::unique_ptr<LiveThread> thread_;  // started last, stopped first
};

// ---- bodies ----

inline LiveEngine::LiveEngine(LiveFolder folder, LiveOptions options, std::string registry_uri,
                              std::unique_ptr<LiveConsole> console)
    : registry_uri_(std::move(registry_uri)),
      options_(std::move(options)),
      record_(std::move(folder)),
      identity_{record_.folder().record().experiment_id, record_.folder().record().variant_id,
                record_.folder().record().run_id},
      points_(std::make_shared<PointBuffer>(
          options_.buffer_points, [](void* engine) { static_cast<LiveEngine*>(engine)->thread_->wake(); }, this)),
      series_(std::make_unique<LiveSeries>(record_.folder())),
      observers_(std::make_unique<LiveObservers>(
          options_.observers, ObservedRun{record_.folder().uri(), options_.fs, registry_uri_, identity_.experiment_id, options_.writer,
                                          [on_error = options_.on_error](const std::string& message) { detail::report(on_error, message); }})),
      console_(std::move(console)),
      writer_(std::make_unique<LiveWriter>(options_, record_, metrics_, *points_, *series_, console_.get())) {
  metrics_.set_steps(record_.folder().last_steps());
  thread_ = std::make_unique<LiveThread>(options_, record_, *writer_, *points_, *observers_);
}

inline void LiveEngine::begin_capture(const BuildFacts& facts) {
  if (!options_.provenance) return;
  facts_ = facts;
  capture_->begin(options_.provenance_options, facts, [this](Json captured) {
    record_.change([&](RunRecord& record) { put_capture(record.own_provenance(), std::move(captured), true); });
  });
}

inline void LiveEngine::await_capture() {
  if (!is_disowned_) capture_->await();
}

inline void LiveEngine::throw_if_failed_or_ended() {
  if (is_disowned_) return tell_if_disowned();
  // The process is about to end. Leave the locks to the writing thread, which needs them.
  while (thread_->has_signal() && !thread_->is_here()) os::sleep_a_millisecond();
  if (has_ended()) {
    throw Error("cannot log to the live run '" + folder().uri() +
                "': finish() or fail() has ended it; open it again with LiveOptions::resume");
  }
  if (options_.throw_errors && thread_->is_failing()) thread_->throw_failure();
}

inline void LiveEngine::accept_point(std::uint32_t metric, double value, std::int64_t step, std::int64_t milliseconds) {
  throw_if_failed_or_ended();
  bool accepted = false;
  {
    const SignalsPutOff put_off;
    accepted = points_->accept(metric, value, step, milliseconds);
  }
  if (!accepted) throw_if_failed_or_ended();
}

inline void LiveEngine::accept_value(std::string_view name, Value value) {
  throw_if_failed_or_ended();
  if (is_disowned_) return;
  const std::uint32_t metric = metric_number(name).first | is_value;
  const std::int64_t number = metrics_.keep(std::move(value));
  const std::int64_t now = os::quick_milliseconds();
  if (!store_point(points_->number(), metric, 0, number, now)) accept_point(metric, 0, number, now);
}

inline void LiveEngine::rewind(std::optional<std::string> metric, std::int64_t step) {
  throw_if_failed_or_ended();
  if (is_disowned_) return;
  if (thread_->is_here())
    throw Error("cannot rewind the live run '" + folder().uri() +
                "' in its on_error callback, whose thread would have to do it; leave that to another thread");
  const auto request = std::make_shared<RewindRequest>();
  request->metric = std::move(metric);
  request->step = step;
  writer_->ask(request);
  try {
    while (!request->is_done) {
      thread_->wait_for_round();
      if (!request->is_done) throw_if_failed_or_ended();
    }
  } catch (...) {
    writer_->withdraw(request);
    if (!request->is_done) throw;
    // It is done. What else failed is tried again, and was reported.
  }
}

inline std::optional<std::int64_t> LiveEngine::last_step(std::string_view metric) {
  const SignalsPutOff put_off;
  const std::uint32_t number = metric_number(metric).first;
  if (const std::optional<std::int64_t> waiting = points_->last_step(number)) return waiting;
  return metrics_.last_step(number);
}

template <class Change>
void LiveEngine::change(Change&& change) {
  throw_if_failed_or_ended();
  if (!is_disowned_) record_.change(std::forward<Change>(change));
}

inline void LiveEngine::store(StoredArtifact artifact, const Content& content) {
  throw_if_failed_or_ended();
  if (is_disowned_) return;
  try {
    record_.store(artifact, content, options_.hash_artifacts);
  } catch (const Error& error) {
    if (options_.throw_errors) throw;
    return note_lost("artifact " + shown(artifact.id), error);
  }
  throw_if_failed_or_ended();
}

inline void LiveEngine::note_lost(const std::string& what, const Error& error) {
  const std::string message = what + " is lost: " + error.what();
  {
    const CallersLock lock(lost_mutex_);
    lost_artifacts_ += (lost_artifacts_.empty() ? "" : "; ") + message;
  }
  report("the live run '" + folder().uri() + "': " + message);
}

template <class Log>
void LiveEngine::log_series(const std::string& what, Log&& log) {
  throw_if_failed_or_ended();
  if (is_disowned_) return;
  try {
    log(*series_);
  } catch (const IoError& error) {
    if (options_.throw_errors) throw;
    return note_lost(what, error);
  }
  throw_if_failed_or_ended();
}

inline void LiveEngine::refuse_writing_thread() const {
  if (thread_->is_here())
    throw Error("cannot flush or end the live run '" + folder().uri() +
                "' in its on_error callback, whose thread would have to do it; leave that to another thread");
}

inline void LiveEngine::throw_if_lost() {
  const CallersLock lock(lost_mutex_);
  const std::uint64_t points = points_->lost() - std::exchange(told_lost_, points_->lost());
  std::string lost = std::exchange(lost_artifacts_, {});
  if (points > 0) {
    lost += (lost.empty() ? "" : "; ") + std::to_string(points) +
            " points are lost: they came while it could not be written and its buffer was full";
  }
  if (const std::string history = thread_->take_lost(); !history.empty()) lost += (lost.empty() ? "" : "; ") + history;
  if (!lost.empty()) throw Error("the live run '" + folder().uri() + "' is not complete: " + lost);
}

inline void LiveEngine::flush() {
  if (has_ended()) return;
  if (is_disowned_) throw Error(not_here("flush"));
  refuse_writing_thread();
  if (console_) console_->settle();
  thread_->wait_for_round();
  throw_if_lost();
}

/// Before the last write, adds to the record what other writers logged and editors changed.
inline void LiveEngine::adopt(bool with_edits) {
  std::string damage;
  record_.locked([&](LiveFolder& folder) {
    folder.adopt_other_writers();
    try {
      if (with_edits) folder.adopt_edits();
    } catch (const Error& error) {
      // Damaged edits remain in their file. The run ends anyway.
      damage = "the live run '" + folder.uri() + "' ends without what was edited: " + error.what();
    }
  });
  if (!damage.empty()) report(damage);  // without the lock, because on_error may log to the run
}

inline void LiveEngine::end(RunStatus status, const std::string& failure) {
  if (is_disowned_) {
    if (has_ended()) return;
    throw Error(not_here("end"));
  }
  refuse_writing_thread();
  if (ending_in_ == std::this_thread::get_id()) {
    if (has_ended()) return;  // nobody catches what finish() threw in the end, and std::terminate ends all runs
    throw Error("cannot end the live run '" + folder().uri() +
                (is_reporting ? "' in its on_error callback: that was called since the run is ending"
                              : "' twice at once: this thread is ending it, and an exception came out of that"));
  }
  const EndTold told(*this);  // without the lock
  const CallersLock only_one(end_mutex_);
  if (has_ended()) return;
  const Ending ending(ending_in_);
  if (console_) console_->end();  // first: the descriptors are back even if the run cannot be ended
  await_capture();
  thread_->wait_for_round();  // the points first: a run must be complete before it is marked as finished
  const std::unique_ptr<Claim> no_edits = folder().claim_edits();  // until everything is written
  adopt(no_edits != nullptr);
  record_.set_status(status, failure, now_utc());
  try {
    thread_->wait_for_round();
  } catch (...) {
    record_.locked([](LiveFolder& folder) { folder.leave_edits(); });
    record_.set_status(RunStatus::running, {}, std::nullopt);
    throw;
  }
  record_.set_ended();
  points_->set_state(BufferState::ended);
  thread_->stop();  // writes what other threads logged meanwhile
  if (no_edits) folder().remove_edits();
  thread_->throw_failure();
  throw_if_lost();
}

inline void LiveEngine::flush_before_fork(Deadline deadline) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  if (is_disowned_ || has_ended() || thread_->is_here() || thread_->has_signal() || left.count() <= 0) return;
  try {
    static_cast<void>(thread_->wait_for_round(left));
  } catch (const std::exception&) {
    // The thread has reported that it cannot write, and tries again. The fork must go on.
  }
}

inline void LiveEngine::lock_for_fork(Deadline deadline) {
  is_quiet_ = false;
  if (!thread_->is_here()) {
    while (!(is_quiet_ = thread_->at_work().try_lock()) && std::chrono::steady_clock::now() < deadline)
      os::sleep_a_millisecond();
  }
  record_.mutex().lock();
  metrics_.mutex().lock();
  series_->mutex().lock();
  lost_mutex_.lock();  // before that of the thread, as in throw_if_lost()
  thread_->mutex().lock();
  points_->mutex().lock();
}

inline void LiveEngine::unlock_after_fork() {
  points_->mutex().unlock();
  thread_->mutex().unlock();
  lost_mutex_.unlock();
  series_->mutex().unlock();
  metrics_.mutex().unlock();
  record_.mutex().unlock();
  if (is_quiet_) thread_->at_work().unlock();
}

inline void LiveEngine::disown() {
  is_disowned_ = true;
  observers_->leave_to_parent();
  unlock_after_fork();
  points_->leave_to_parent();
}

inline std::string LiveEngine::not_here(const std::string& what) const {
  return "cannot " + what + " the live run '" + folder().uri() + "' in process " + os::process_number() +
         ": since fork() it belongs to process " + owner_process_ +
         ", and what this process logs to it is not kept; call LiveRun::continue_in_child() after the fork to move the "
         "run here, or begin another run";
}

inline void LiveEngine::tell_if_disowned() {
  if (is_disowned_ && !has_ended() && !told_disowned_.exchange(true)) report(not_here("log to"));
}

/// The thread of the parent and what it uses do not exist here, and cannot be destroyed: their locks may be held, and
/// their files may be closed and their numbers in use. They stay in memory, where a leak check finds them.
inline void LiveEngine::continue_in_child() {
  if (!is_disowned_) return;
  const std::string cannot = "cannot continue the live run '" + folder().uri() + "' in process " +
                             os::process_number() + ": ";
  if (has_ended()) throw Error(cannot + "it had ended before the fork; open it again with LiveOptions::resume");
  if (!is_quiet_) {
    throw Error(cannot + "its thread in process " + owner_process_ +
                " was writing for seconds when that forked; wait for the end of that process, and open the run again "
                "with LiveOptions::resume");
  }
  record_.locked([&](LiveFolder& folder) {
    const bool keep = options_.fs || folder.fs().is_local();
    folder.continue_in_child(keep ? nullptr : locate(registry_uri_, nullptr).fs);  // connections are the parent's
  });
  struct Left {
    std::unique_ptr<LiveThread> thread;
    std::unique_ptr<LiveWriter> writer;
    std::unique_ptr<LiveSeries> series;
    std::unique_ptr<LiveCapture> capture;
  };
  static std::vector<Left>* const all_left = new std::vector<Left>;
  all_left->push_back({std::move(thread_), std::move(writer_), std::move(series_), std::move(capture_)});
  ::new (static_cast<void*>(&end_mutex_)) std::mutex;
  ending_in_ = std::thread::id();
  capture_ = std::make_unique<LiveCapture>();
  points_->reopen();
  series_ = std::make_unique<LiveSeries>(record_.folder());  // goes on after what the parent wrote
  writer_ = std::make_unique<LiveWriter>(options_, record_, metrics_, *points_, *series_, console_.get());
  thread_ = std::make_unique<LiveThread>(options_, record_, *writer_, *points_, *observers_);
  owner_process_ = os::process_number();
  told_disowned_ = false;
  is_disowned_ = false;
  bool has_provenance = true;
  record_.visit([&](const RunRecord& record) { has_provenance = !record.provenance().empty(); });
  if (facts_ && !has_provenance) begin_capture(*facts_);
  begin_observers();
}

}  // namespace erm::detail

// The thread that writes a live run in rounds. Other threads wait for a round, and learn of its failure.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "erm/detail/live/callers_lock.hpp"
#include "erm/detail/live/point_buffer.hpp"
#include "erm/detail/live/shared_record.hpp"
#include "erm/detail/live/writer.hpp"
#include "erm/detail/os/process.hpp"
#include "erm/error.hpp"
#include "erm/live_options.hpp"

namespace erm::detail {

class LiveThread {
 public:
  /// Starts the thread. The arguments must outlive it.
  LiveThread(const LiveOptions& options, LiveRecord& record, LiveWriter& writer, PointBuffer& points);
  LiveThread(const LiveThread&) = delete;
  LiveThread& operator=(const LiveThread&) = delete;
  ~LiveThread() { stop(); }

  /// Whether the caller is this thread.
  [[nodiscard]] bool is_here() const noexcept;
  /// Requests a round now.
  void wake() noexcept { wakeup_.post(); }
  /// Returns when everything logged so far is written. Throws if it could not be written.
  void wait_for_round();
  /// Runs the last round. A second call does nothing.
  void stop();

  [[nodiscard]] bool is_failing() const noexcept { return is_failing_; }
  /// Throws the exception of the last round, if it failed.
  void throw_failure();

  /// The points that are lost because another program changed the history file, since the last call.
  [[nodiscard]] std::string take_lost();

  /// The process is about to end by a signal: the thread writes the data and marks the run as failed.
  void note_signal(int number) noexcept;
  [[nodiscard]] bool has_signal() const noexcept { return signal_ != 0; }
  [[nodiscard]] bool signal_is_handled() const noexcept { return signal_is_handled_; }

  /// Held during a fork.
  std::mutex& mutex() { return mutex_; }

 private:
  void work();
  void round(int signal, bool asked, bool stopping);
  void begin_failure(const std::exception& error, std::exception_ptr failure);
  void report_changes();

  const LiveOptions& options_;
  LiveRecord& record_;
  LiveWriter& writer_;
  PointBuffer& points_;
  os::Wakeup wakeup_;

  std::mutex mutex_;
  std::condition_variable round_done_;
  std::uint64_t rounds_asked_ = 0;
  std::uint64_t rounds_done_ = 0;
  std::exception_ptr failure_;  // of the last round
  std::string lost_;
  bool is_stopping_ = false;
  bool has_stopped_ = false;

  std::atomic<bool> is_failing_{false};
  std::atomic<int> signal_{0};
  std::atomic<bool> signal_is_handled_{false};
  std::thread thread_;
};

/// Calls on_error on this thread.
void report(const LiveOptions& options, const std::string& message) noexcept;

// ---- bodies ----

/// The LiveThread that runs on this thread.
inline thread_local const LiveThread* written_here = nullptr;

/// Whether this thread is in an on_error callback.
inline thread_local bool is_reporting = false;

inline void report(const LiveOptions& options, const std::string& message) noexcept {
  // What a callback logs may fail, too. Reporting that to the callback would never end.
  if (!options.on_error || is_reporting) {
    std::fprintf(stderr, "erm: %s\n", message.c_str());
    return;
  }
  is_reporting = true;
  try {
    options.on_error(message);
  } catch (...) {
    // Nobody on this thread could catch an exception from the program's callback.
  }
  is_reporting = false;
}

inline LiveThread::LiveThread(const LiveOptions& options, LiveRecord& record, LiveWriter& writer, PointBuffer& points)
    : options_(options), record_(record), writer_(writer), points_(points) {
  const os::SignalsBlocked blocked;
  thread_ = std::thread([this] { work(); });
}

inline bool LiveThread::is_here() const noexcept { return written_here == this; }

inline void LiveThread::wait_for_round() {
  const SignalsPutOff put_off;
  std::unique_lock<std::mutex> lock(mutex_);
  const std::uint64_t mine = ++rounds_asked_;
  wakeup_.post();
  round_done_.wait(lock, [&] { return rounds_done_ >= mine || has_stopped_; });
  if (failure_) std::rethrow_exception(failure_);
}

inline void LiveThread::stop() {
  if (!thread_.joinable()) return;
  {
    const CallersLock lock(mutex_);
    is_stopping_ = true;
  }
  wakeup_.post();
  thread_.join();
}

inline void LiveThread::throw_failure() {
  const CallersLock lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
}

inline std::string LiveThread::take_lost() {
  const CallersLock lock(mutex_);
  return std::exchange(lost_, {});
}

inline void LiveThread::note_signal(int number) noexcept {
  int none = 0;
  signal_.compare_exchange_strong(none, number);
  wakeup_.post();
}

inline void LiveThread::work() {
  written_here = this;
  points_.warm_up();
  for (;;) {
    wakeup_.wait(writer_.time_to_next_round());
    std::uint64_t asked = 0;
    bool stopping = false;
    {
      const CallersLock lock(mutex_);
      asked = rounds_asked_;
      stopping = is_stopping_;
    }
    const int signal = signal_;
    bool failed = true;
    try {
      round(signal, asked > rounds_done_, stopping);
      failed = false;
    } catch (const std::exception& error) {
      begin_failure(error, std::current_exception());
    } catch (...) {
      begin_failure(Error("the store threw what is no std::exception"), std::current_exception());
    }
    report_changes();
    if (!failed && is_failing_.exchange(false)) points_.set_state(BufferState::open);
    if (signal != 0) signal_is_handled_ = true;
    const CallersLock lock(mutex_);
    if (!failed) failure_ = nullptr;
    rounds_done_ = asked;
    has_stopped_ = stopping;
    round_done_.notify_all();
    if (stopping) return;
  }
}

inline void LiveThread::round(int signal, bool asked, bool stopping) {
  if (signal != 0) {
    // The thread that received the signal may hold the lock of the record, so start with the work that needs no lock.
    points_.set_state(BufferState::ended);
    writer_.drain();
    if (!record_.has_ended())
      record_.set_status(RunStatus::failed, "ended by signal " + std::to_string(signal), now_utc());
  } else if (!stopping) {
    writer_.sample_system(!is_failing_);
  }
  writer_.round(asked || stopping || signal != 0 || is_failing_);  // try again what failed
}

inline void LiveThread::report_changes() {
  for (const HistoryFile::Change& change : writer_.take_changes()) {
    if (change.has_lost_points) {
      const CallersLock lock(mutex_);
      lost_ += (lost_.empty() ? "" : "; ") + change.message;
    }
    report(options_, "the live run '" + record_.folder().uri() + "': " + change.message);
  }
}

inline void LiveThread::begin_failure(const std::exception& error, std::exception_ptr failure) {
  {
    const CallersLock lock(mutex_);
    failure_ = std::move(failure);
  }
  if (is_failing_.exchange(true)) return;
  points_.set_state(BufferState::failing, options_.throw_errors);
  report(options_, "cannot write the live run '" + record_.folder().uri() + "', and tries again: " + error.what());
}

}  // namespace erm::detail

// The thread that writes a live run in rounds. Other threads wait for a round, and learn of its failure.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "erm/detail/live/callers_lock.hpp"
#include "erm/detail/live/observers.hpp"
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
  LiveThread(const LiveOptions& options, LiveRecord& record, LiveWriter& writer, PointBuffer& points,
             LiveObservers& observers);
  LiveThread(const LiveThread&) = delete;
  LiveThread& operator=(const LiveThread&) = delete;
  ~LiveThread() { stop(); }

  /// Whether the caller is this thread.
  [[nodiscard]] bool is_here() const noexcept;
  /// Requests a round now.
  void wake() noexcept { wakeup_.post(); }
  /// Returns when everything logged so far is written. Throws if it could not be written.
  void wait_for_round() { static_cast<void>(wait_for_round(std::nullopt)); }
  /// The same with a limit. Returns whether it was in time.
  bool wait_for_round(std::optional<std::chrono::milliseconds> limit);
  /// Runs the last round. A second call does nothing.
  void stop();

  [[nodiscard]] bool is_failing() const noexcept { return is_failing_; }
  /// Throws the exception of the last round, if it failed.
  void throw_failure();

  /// The points that are lost because another program changed the history file, since the last call.
  [[nodiscard]] std::string take_lost();

  /// The process is about to end by a signal: the thread writes the data and marks the run as failed. If it
  /// `may_go_on`, because the program's handler is called next, the thread continues to write, and go_on() takes the
  /// mark back.
  void note_signal(int number, bool may_go_on) noexcept;
  [[nodiscard]] bool has_signal() const noexcept { return signal_ != 0; }
  [[nodiscard]] bool signal_is_handled() const noexcept { return signal_is_handled_; }
  void go_on() noexcept;

  /// Held during a fork. `at_work` is held by this thread during a round, in which it uses the store.
  std::mutex& mutex() { return mutex_; }
  std::mutex& at_work() { return at_work_; }

 private:
  void work();
  void round(int signal, int tried, bool asked, bool stopping);
  void begin_failure(std::exception_ptr failure);
  void report_changes();
  void wait_until(std::int64_t next_round);
  [[nodiscard]] bool is_over() const noexcept;
  void mark_failed(int signal);
  void take_mark_back();

  struct StatusBefore {
    RunStatus status = RunStatus::running;
    std::string failure;
    std::optional<TimePoint> finished;
  };

  const LiveOptions& options_;
  LiveRecord& record_;
  LiveWriter& writer_;
  PointBuffer& points_;
  LiveObservers& observers_;
  os::Wakeup wakeup_;

  std::mutex at_work_;
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
  std::atomic<int> tried_signal_{0};    // one after which it may go on
  std::atomic<std::int64_t> goes_on_at_{0};

  // For this thread:
  std::int64_t marked_at_ = 0;  // when the run was marked as failed by a signal after which it may go on
  std::string mark_;
  StatusBefore before_mark_;
  std::int64_t looked_at_ = 0, look_interval_ = 50;
  std::thread thread_;
};

/// Calls on_error on this thread.
void report(const std::function<void(const std::string& message)>& on_error, const std::string& message) noexcept;
void report(const LiveOptions& options, const std::string& message) noexcept;

// ---- bodies ----

/// The LiveThread that runs on this thread.
inline thread_local const LiveThread* written_here = nullptr;

/// Whether this thread is in an on_error callback.
inline thread_local bool is_reporting = false;

inline void report(const std::function<void(const std::string& message)>& on_error, const std::string& message) noexcept {
  // What a callback logs may fail, too. Reporting that to the callback would never end.
  if (!on_error || is_reporting) {
    std::fprintf(stderr, "erm: %s\n", message.c_str());
    return;
  }
  is_reporting = true;
  try {
    on_error(message);
  } catch (...) {
    // Nobody on this thread could catch an exception from the program's callback.
  }
  is_reporting = false;
}
inline void report(const LiveOptions& options, const std::string& message) noexcept { report(options.on_error, message); }

inline LiveThread::LiveThread(const LiveOptions& options, LiveRecord& record, LiveWriter& writer, PointBuffer& points,
                              LiveObservers& observers)
    : options_(options), record_(record), writer_(writer), points_(points), observers_(observers) {
  const os::SignalsBlocked blocked;
  try {
    thread_ = std::thread([this] { work(); });
  } catch (const std::system_error& error) {
    throw IoError("cannot begin the live run '" + record_.folder().uri() + "': the system gives it no thread (" +
                      error.code().message() + "); raise its limit of threads",
                  error.code());
  }
}

inline bool LiveThread::is_here() const noexcept { return written_here == this; }

inline bool LiveThread::wait_for_round(std::optional<std::chrono::milliseconds> limit) {
  const SignalsPutOff put_off;
  std::unique_lock<std::mutex> lock(mutex_);
  const std::uint64_t mine = ++rounds_asked_;
  wakeup_.post();
  const auto is_done = [&] { return rounds_done_ >= mine || has_stopped_; };
  if (!limit)
    round_done_.wait(lock, is_done);
  else if (!round_done_.wait_for(lock, *limit, is_done))
    return false;
  if (failure_) std::rethrow_exception(failure_);
  return true;
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

inline void LiveThread::note_signal(int number, bool may_go_on) noexcept {
  if (may_go_on) {
    goes_on_at_ = 0;
    signal_is_handled_ = false;
    tried_signal_ = number;
  } else {
    int none = 0;
    if (signal_.compare_exchange_strong(none, number)) signal_is_handled_ = false;
  }
  wakeup_.post();
}

/// Not at once: the handler may have been called by abort(), or may have raised the signal again.
inline void LiveThread::go_on() noexcept {
  constexpr std::int64_t a_moment = 300;
  goes_on_at_ = os::steady_milliseconds() + a_moment;
  wakeup_.post();
}

/// Whether the program continues after the signal by which the run is marked as failed. A handler that takes longer
/// than four heartbeats has jumped out.
inline bool LiveThread::is_over() const noexcept {
  if (marked_at_ == 0 || tried_signal_ != 0) return false;
  const std::int64_t goes_on_at = goes_on_at_;
  const std::int64_t heartbeats = 4 * std::chrono::milliseconds(options_.heartbeat).count();
  return os::steady_milliseconds() >= (goes_on_at != 0 ? goes_on_at : marked_at_ + heartbeats);
}

/// Returns when a round is due or requested, or a signal was noted. Meanwhile looks for new handlers of signals.
inline void LiveThread::wait_until(std::int64_t next_round) {
  constexpr std::int64_t longest_look_interval = 500;
  for (;;) {
    const std::int64_t now = os::steady_milliseconds();
    if (options_.handle_signals && now >= looked_at_ + look_interval_) {
      looked_at_ = now;
      look_interval_ = os::look_for_new_handlers() ? 50 : (std::min)(2 * look_interval_, longest_look_interval);
    }
    if (now >= next_round || is_over()) return;
    std::int64_t until = next_round;
    if (options_.handle_signals) until = (std::min)(until, looked_at_ + look_interval_);
    if (marked_at_ != 0 && goes_on_at_ != 0) until = (std::min)(until, goes_on_at_.load());
    if (wakeup_.wait(std::chrono::milliseconds((std::max)(std::int64_t{1}, until - now)))) return;
  }
}

inline void LiveThread::work() {
  written_here = this;
  points_.warm_up();
  looked_at_ = os::steady_milliseconds();
  for (;;) {
    wait_until(os::steady_milliseconds() + writer_.time_to_next_round().count());
    std::uint64_t asked = 0;
    bool stopping = false;
    {
      const CallersLock lock(mutex_);
      asked = rounds_asked_;
      stopping = is_stopping_;
    }
    const int signal = signal_;
    const int tried = tried_signal_;
    std::exception_ptr failure;
    {
      const std::lock_guard<std::mutex> not_while_forking(at_work_);
      try {
        round(signal, tried, asked > rounds_done_, stopping);
      } catch (...) {
        failure = std::current_exception();
      }
    }
    if (failure)
      begin_failure(failure);
    else if (is_failing_.exchange(false))
      points_.set_state(BufferState::open);
    if (writer_.take_written()) observers_.written();
    // The data are in the files. The process lives until the signal is handled, at most for seconds.
    if (signal != 0 && !signal_is_handled_ && !failure) observers_.end();
    if (signal != 0 || tried != 0) {
      int same = tried;
      tried_signal_.compare_exchange_strong(same, 0);
      signal_is_handled_ = true;
    }
    report_changes();
    const CallersLock lock(mutex_);
    if (!failure) failure_ = nullptr;
    rounds_done_ = asked;
    has_stopped_ = stopping;
    round_done_.notify_all();
    if (stopping) return;
  }
}

inline void LiveThread::round(int signal, int tried, bool asked, bool stopping) {
  bool everything = asked || stopping || is_failing_;  // try again what failed
  if (signal != 0) {
    // The thread that received the signal may hold the lock of the record, so start with the work that needs no lock.
    points_.set_state(BufferState::ended);
    if (!record_.is_lost()) writer_.drain();
    mark_failed(signal);
    everything = true;
  } else if (tried != 0) {
    if (!record_.is_lost()) writer_.drain();
    mark_failed(tried);
    everything = true;
  } else if (marked_at_ != 0 && (stopping || is_over())) {
    take_mark_back();
    everything = true;
  } else if (!stopping) {
    writer_.sample_system(!is_failing_);
  }
  writer_.round(everything);
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

inline void LiveThread::mark_failed(int signal) {
  if (record_.has_ended()) return;
  const bool is_marked = marked_at_ != 0;
  marked_at_ = os::steady_milliseconds();
  const std::string mark = "ended by " + os::signal_text(signal);
  record_.change([&](RunRecord& record) {
    if (!is_marked) before_mark_ = {record.status, record.failure, record.finished_utc};
    record.status = RunStatus::failed;
    record.failure = mark;
    record.finished_utc = now_utc();
  });
  mark_ = mark;
}

/// Unless the run has another status by now, such as that of finish().
inline void LiveThread::take_mark_back() {
  marked_at_ = 0;
  record_.change([&](RunRecord& record) {
    if (record.status != RunStatus::failed || record.failure != mark_) return;
    record.status = before_mark_.status;
    record.failure = before_mark_.failure;
    record.finished_utc = before_mark_.finished;
  });
}

inline void LiveThread::begin_failure(std::exception_ptr failure) {
  std::string message = "cannot write the live run '" + record_.folder().uri() + "', and tries again: ";
  try {
    std::rethrow_exception(failure);
  } catch (const RunExistsError& error) {
    message = error.what();  // another process has taken the run
  } catch (const std::exception& error) {
    message += error.what();
  } catch (...) {
    message += "the store threw what is no std::exception";
  }
  {
    const CallersLock lock(mutex_);
    failure_ = std::move(failure);
  }
  if (is_failing_.exchange(true)) return;
  points_.set_state(BufferState::failing, options_.throw_errors);
  report(options_, message);
}

}  // namespace erm::detail

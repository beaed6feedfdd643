// What drives a live run: callers put points into the buffer, one thread brings them to the history file and
// the record to the metadata. A round that fails keeps what it could not write, and the next one tries again.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "erm/detail/callers_lock.hpp"
#include "erm/detail/capture.hpp"
#include "erm/detail/history_file.hpp"
#include "erm/detail/live_folder.hpp"
#include "erm/detail/os_process.hpp"
#include "erm/detail/point_buffer.hpp"
#include "erm/detail/point_writer.hpp"
#include "erm/detail/provenance_merge.hpp"
#include "erm/detail/system_metrics.hpp"
#include "erm/error.hpp"
#include "erm/live_options.hpp"

namespace erm::detail {

/// Set in a point's metric number where its value was a float, whose shortest text is that of a float.
inline constexpr std::uint32_t was_float = 0x80000000U;
/// Set where the record is no point but a value without a step, kept under the number that `step` holds: it goes
/// through the buffer, so that it comes after the points that were logged before.
inline constexpr std::uint32_t is_value = 0x40000000U;

struct LiveMetricInfo {
  std::string name;
  std::string csv_field;
  // The writing thread's:
  double last = 0;
  bool last_was_float = false;
  std::optional<Value> value = {};  // logged without a step, after the last point
  bool is_new = false;
};

class LiveEngine {
 public:
  LiveEngine(LiveFolder folder, LiveOptions options)
      : options_(std::move(options)),
        folder_(std::move(folder)),
        history_(folder_.fs(), folder_.history_path(), folder_.history_size()),
        points_(std::make_shared<PointBuffer>(
            options_.buffer_points, [](void* engine) { static_cast<LiveEngine*>(engine)->wakeup_.post(); }, this)) {
    const auto began = folder_.record().timestamp_utc.time_since_epoch();
    began_at_ = std::chrono::duration_cast<std::chrono::milliseconds>(began).count();
    const os::SignalsBlocked blocked;
    thread_ = std::thread([this] { work(); });
  }
  LiveEngine(const LiveEngine&) = delete;
  LiveEngine& operator=(const LiveEngine&) = delete;
  /// The run was ended, or could not be: its thread is.
  ~LiveEngine() {
    await_capture();
    if (thread_.joinable()) stop();
  }

  /// Records where the run comes from, in a thread of its own: git and drivers take their time.
  void begin_capture();
  /// Returns when that is done.
  void await_capture();

  [[nodiscard]] PointBuffer& points() noexcept { return *points_; }
  [[nodiscard]] const LiveFolder& folder() const noexcept { return folder_; }
  [[nodiscard]] const LiveOptions& options() const noexcept { return options_; }

  /// A number for a metric's name, the same for the whole run, and where the name is kept.
  std::pair<std::uint32_t, const std::string*> metric_number(std::string_view name);
  /// Takes a point that did not go into the thread's chunk.
  void put(std::uint32_t metric, double value, std::int64_t step, std::int64_t milliseconds);
  /// Makes a value without a step the metric.
  void put_value(std::string_view name, Value value);
  /// Lets `what(record)` change what the metadata say; written at the next flush.
  template <class Change>
  void change(Change&& what);
  template <class Look>
  void look_at_record(Look&& look) {
    const CallersLock lock(record_mutex_);
    look(std::as_const(folder_).record());
  }
  /// Stores an artifact, while points and the record are written on. What the store refuses is told as a failure
  /// of the writing thread is.
  void store(StoredArtifact artifact, const Content& content);
  /// Returns when all that was logged before is written. Throws what kept it from that, and once for what was lost.
  void flush();
  /// As flush(), and the last thing that happens to the run. A second call does nothing.
  void end(RunStatus status, const std::string& failure);
  [[nodiscard]] bool has_ended() const noexcept { return has_ended_; }
  void report(const std::string& message) const noexcept;

  // For the hooks of the process.
  void note_signal(int number) noexcept {
    int none = 0;
    signal_.compare_exchange_strong(none, number);
    wakeup_.post();
  }
  [[nodiscard]] bool signal_is_handled() const noexcept { return signal_is_handled_; }
  void lock_for_fork();
  void unlock_after_fork();
  /// In the child of a fork: the run is the parent's.
  void disown();
  [[nodiscard]] bool is_disowned() const noexcept { return is_disowned_; }

 private:
  using Clock = std::chrono::steady_clock;

  void work();
  void round(bool everything);
  void drain();
  void sample_system();
  [[nodiscard]] std::chrono::milliseconds time_to_next_round() const;
  LiveMetricInfo& known_metric(std::uint32_t number);
  void write_text();
  void write_record(bool everything);
  void refuse_writing_thread() const;
  void wait_for_round();
  void throw_if_lost();
  void stop();
  void throw_if_failed_or_ended();
  void begin_failure(const std::exception& error, std::exception_ptr failure);
  void set_status(RunStatus status, const std::string& failure, std::optional<TimePoint> finished);

  LiveOptions options_;
  os::Wakeup wakeup_;
  LiveFolder folder_;  // its record is guarded by record_mutex_
  HistoryFile history_;
  std::shared_ptr<PointBuffer> points_;
  PointWriter text_;

  std::mutex record_mutex_;
  bool record_changed_ = false;

  std::mutex metrics_mutex_;
  std::deque<LiveMetricInfo> metrics_;
  std::unordered_map<std::string_view, std::uint32_t> metric_numbers_;
  std::vector<LiveMetricInfo*> known_metrics_;  // the writing thread's view of metrics_
  std::unordered_map<std::int64_t, Value> values_;  // on their way through the buffer
  std::int64_t next_value_ = 0;

  Clock::time_point stored_at_ = Clock::now();
  Clock::time_point record_written_at_ = Clock::now();
  Clock::duration record_cost_ = Clock::duration::zero();

  std::mutex rounds_mutex_;
  std::condition_variable round_done_;
  std::uint64_t flushes_asked_ = 0;
  std::uint64_t flushes_done_ = 0;
  std::exception_ptr failure_;  // of the last round
  std::string lost_artifacts_;  // that no call has told of yet
  std::uint64_t told_lost_ = 0;
  bool is_stopping_ = false;
  bool has_stopped_ = false;

  std::unique_ptr<SystemSampler> sampler_;  // the writing thread's
  Clock::time_point next_sample_ = Clock::now();
  std::int64_t began_at_ = 0;  // the run, in milliseconds since 1970

  std::mutex capture_mutex_;
  std::thread capture_;

  std::mutex end_mutex_;
  std::atomic<bool> has_ended_{false};
  std::atomic<bool> is_failing_{false};
  std::atomic<bool> is_disowned_{false};
  std::atomic<int> signal_{0};
  std::atomic<bool> signal_is_handled_{false};
  std::thread thread_;
};

// ---- bodies ----

/// The run whose writing thread this is.
inline thread_local const LiveEngine* written_here = nullptr;

inline std::pair<std::uint32_t, const std::string*> LiveEngine::metric_number(std::string_view name) {
  const CallersLock lock(metrics_mutex_);
  std::string valid;
  if (!is_utf8(name)) name = valid = repaired_utf8(name);
  const auto found = metric_numbers_.find(name);
  if (found != metric_numbers_.end()) return {found->second, &metrics_[found->second].name};
  const auto number = static_cast<std::uint32_t>(metrics_.size());
  LiveMetricInfo& info = metrics_.emplace_back();
  info.name = std::string(name);
  append_csv_field(info.csv_field, name);
  metric_numbers_.emplace(info.name, number);
  return {number, &info.name};
}

inline void LiveEngine::begin_capture() {
  if (!options_.provenance) return;
  const auto put = [this](Json captured) {
    const CallersLock lock(record_mutex_);
    put_capture(folder_.record().own_provenance(), std::move(captured), true);
    record_changed_ = true;
  };
  const os::SignalsBlocked blocked;
  try {
    capture_ = std::thread([this, put, process = ProcessState(options_.provenance_options)] {
      put(Capture::of(process, options_.provenance_options));
    });
  } catch (const std::system_error& error) {
    put(Json::object({{"missing", {{"provenance", std::string("no thread can be begun: ") + error.what()}}}}));
  }
}

inline void LiveEngine::await_capture() {
  if (is_disowned_) return;
  const CallersLock only_one(capture_mutex_);
  if (capture_.joinable()) capture_.join();
}

inline void LiveEngine::throw_if_failed_or_ended() {
  if (is_disowned_) return;
  // The process ends in a moment: what the writing thread needs for that is left to it.
  while (signal_ != 0 && written_here != this) os::sleep_a_millisecond();
  if (has_ended_) {
    throw Error("cannot log to the live run '" + folder_.uri() +
                "': finish() or fail() has ended it; open it again with LiveOptions::resume");
  }
  if (!options_.throw_errors || !is_failing_) return;
  const CallersLock lock(rounds_mutex_);
  if (failure_) std::rethrow_exception(failure_);
}

inline void LiveEngine::put(std::uint32_t metric, double value, std::int64_t step, std::int64_t milliseconds) {
  throw_if_failed_or_ended();
  bool was_put = false;
  {
    const SignalsPutOff put_off;
    was_put = points_->put_slowly(metric, value, step, milliseconds);
  }
  if (!was_put) throw_if_failed_or_ended();
}

inline void LiveEngine::put_value(std::string_view name, Value value) {
  throw_if_failed_or_ended();
  if (is_disowned_) return;
  const std::uint32_t metric = metric_number(name).first;
  std::int64_t number = 0;
  {
    const CallersLock lock(metrics_mutex_);
    number = next_value_++;
    values_.emplace(number, std::move(value));
  }
  const std::int64_t now = os::quick_milliseconds();
  if (!PointBuffer::put(points_->number(), metric | is_value, 0, number, now)) put(metric | is_value, 0, number, now);
}

template <class Change>
void LiveEngine::change(Change&& what) {
  throw_if_failed_or_ended();
  if (is_disowned_) return;
  const CallersLock lock(record_mutex_);
  what(folder_.record());
  record_changed_ = true;
}

inline void LiveEngine::store(StoredArtifact artifact, const Content& content) {
  throw_if_failed_or_ended();
  if (is_disowned_) return;
  try {
    do {
      const CallersLock lock(record_mutex_);
      artifact.stored_filename = folder_.free_filename(artifact.filename);
    } while (!folder_.put_content(artifact, content, options_.hash_artifacts));
    const CallersLock lock(record_mutex_);
    if (has_ended_)
      folder_.remove_content(artifact);
    else
      folder_.add_artifact(artifact);
  } catch (const Error& error) {
    if (options_.throw_errors) throw;
    const std::string message = "artifact " + shown(artifact.id) + " is lost: " + error.what();
    {
      const CallersLock lock(rounds_mutex_);
      lost_artifacts_ += (lost_artifacts_.empty() ? "" : "; ") + message;
    }
    report("the live run '" + folder_.uri() + "': " + message);
    return;
  }
  throw_if_failed_or_ended();
}

inline void LiveEngine::refuse_writing_thread() const {
  if (written_here == this)
    throw Error("cannot flush or end the live run '" + folder_.uri() +
                "' in its on_error callback, whose thread would have to do it; leave that to another thread");
}

inline void LiveEngine::wait_for_round() {
  const SignalsPutOff put_off;
  std::unique_lock<std::mutex> lock(rounds_mutex_);
  const std::uint64_t mine = ++flushes_asked_;
  wakeup_.post();
  round_done_.wait(lock, [&] { return flushes_done_ >= mine || has_stopped_; });
  if (failure_) std::rethrow_exception(failure_);
}

inline void LiveEngine::throw_if_lost() {
  const CallersLock lock(rounds_mutex_);
  const std::uint64_t points = points_->lost() - std::exchange(told_lost_, points_->lost());
  std::string lost = std::exchange(lost_artifacts_, {});
  if (points > 0) {
    lost += (lost.empty() ? "" : "; ") + std::to_string(points) +
            " points are lost: they came while it could not be written and its buffer was full";
  }
  if (!lost.empty()) throw Error("the live run '" + folder_.uri() + "' is not complete: " + lost);
}

inline void LiveEngine::flush() {
  if (is_disowned_ || has_ended_) return;
  refuse_writing_thread();
  wait_for_round();
  throw_if_lost();
}

inline void LiveEngine::set_status(RunStatus status, const std::string& failure, std::optional<TimePoint> finished) {
  const CallersLock lock(record_mutex_);
  RunRecord& record = folder_.record();
  record.status = status;
  record.failure = repaired_utf8(failure);
  record.finished_utc = finished;
  record_changed_ = true;
}

inline void LiveEngine::end(RunStatus status, const std::string& failure) {
  if (is_disowned_) return;
  refuse_writing_thread();
  const CallersLock only_one(end_mutex_);
  if (has_ended_) return;
  await_capture();
  wait_for_round();  // first the points; only what is whole is called finished
  const std::unique_ptr<Claim> no_edits = folder_.claim_edits();  // until all is written
  {
    const CallersLock lock(record_mutex_);
    folder_.adopt_other_writers();
    try {
      if (no_edits) folder_.adopt_edits();
    } catch (const Error& error) {
      // Damaged, they stay beside the run, and are no reason not to end it.
      report("the live run '" + folder_.uri() + "' ends without what was edited: " + error.what());
    }
  }
  set_status(status, failure, now_utc());
  try {
    wait_for_round();
  } catch (...) {
    {
      const CallersLock lock(record_mutex_);
      folder_.leave_edits();
    }
    set_status(RunStatus::running, {}, std::nullopt);
    throw;
  }
  has_ended_ = true;
  points_->set_state(BufferState::ended);
  stop();  // writes what other threads logged meanwhile
  if (no_edits) folder_.remove_edits();
  if (failure_) std::rethrow_exception(failure_);
  throw_if_lost();
}

inline void LiveEngine::stop() {
  {
    const CallersLock lock(rounds_mutex_);
    is_stopping_ = true;
  }
  wakeup_.post();
  thread_.join();
}

inline void LiveEngine::report(const std::string& message) const noexcept {
  try {
    if (options_.on_error)
      options_.on_error(message);
    else
      std::fprintf(stderr, "erm: %s\n", message.c_str());
  } catch (...) {
    // The callback is the program's; what it throws has no one to go to on this thread.
  }
}

inline void LiveEngine::begin_failure(const std::exception& error, std::exception_ptr failure) {
  {
    const CallersLock lock(rounds_mutex_);
    failure_ = std::move(failure);
  }
  if (is_failing_.exchange(true)) return;
  points_->set_state(BufferState::failing, options_.throw_errors);
  report("cannot write the live run '" + folder_.uri() + "', and tries again: " + error.what());
}

/// The writing thread.
inline void LiveEngine::work() {
  written_here = this;
  points_->warm_up();
  for (;;) {
    wakeup_.wait(time_to_next_round());
    std::uint64_t asked = 0;
    bool stopping = false;
    {
      const CallersLock lock(rounds_mutex_);
      asked = flushes_asked_;
      stopping = is_stopping_;
    }
    const int signal = signal_;
    bool failed = true;
    try {
      // The thread that the signal came to may hold the record: first what needs no lock of it.
      if (signal != 0) {
        points_->set_state(BufferState::ended);
        drain();
      } else if (options_.system_metrics && !stopping) {
        sample_system();
      }
      if (signal != 0 && !has_ended_) set_status(RunStatus::failed, "ended by signal " + std::to_string(signal), now_utc());
      round(asked > flushes_done_ || stopping || signal != 0 || is_failing_);  // what failed is tried again
      failed = false;
    } catch (const std::exception& error) {
      begin_failure(error, std::current_exception());
    } catch (...) {
      begin_failure(Error("the store threw what is no std::exception"), std::current_exception());
    }
    if (!failed && is_failing_.exchange(false)) points_->set_state(BufferState::open);
    if (signal != 0) signal_is_handled_ = true;
    const CallersLock lock(rounds_mutex_);
    if (!failed) failure_ = nullptr;
    flushes_done_ = asked;
    has_stopped_ = stopping;
    round_done_.notify_all();
    if (stopping) return;
  }
}

inline void LiveEngine::write_text() {
  if (text_.text().empty()) return;
  history_.append(text_.text());
  text_.clear();
}

inline LiveMetricInfo& LiveEngine::known_metric(std::uint32_t number) {
  if (number >= known_metrics_.size()) {
    const CallersLock lock(metrics_mutex_);
    for (std::size_t i = known_metrics_.size(); i < metrics_.size(); ++i) known_metrics_.push_back(&metrics_[i]);
  }
  return *known_metrics_[number];
}

/// How long a point may wait, or until the system is to be looked at.
inline std::chrono::milliseconds LiveEngine::time_to_next_round() const {
  using std::chrono::milliseconds;
  const auto limit = std::clamp<milliseconds>(options_.flush_interval, milliseconds(1), options_.heartbeat);
  if (!options_.system_metrics) return limit;
  const auto left = std::chrono::duration_cast<milliseconds>(next_sample_ - Clock::now()) + milliseconds(1);
  return std::clamp<milliseconds>(left, milliseconds(1), limit);
}

/// Adds what the system tells, if it is time, to the text that is about to be written. Its step is the second of the
/// run.
inline void LiveEngine::sample_system() {
  const Clock::time_point now = Clock::now();
  if (now < next_sample_) return;
  next_sample_ = now + std::max<Clock::duration>(options_.system_metrics_interval, std::chrono::milliseconds(100));
  if (is_failing_) return;  // what cannot be written would pile up
  if (!sampler_) sampler_ = std::make_unique<SystemSampler>();
  const std::int64_t milliseconds = os::quick_milliseconds();
  const std::int64_t step = (milliseconds - began_at_) / 1000;
  const std::string prefix = options_.writer == "main" ? "system/" : "system/" + options_.writer + "/";
  sampler_->sample([&](const std::string& name, double value) {
    LiveMetricInfo& info = known_metric(metric_number(prefix + name).first);
    text_.add(info.csv_field, step, milliseconds, value);
    info.value.reset();
    info.last = value;
    info.last_was_float = false;
    info.is_new = true;
  });
}

/// Brings the points to the file.
inline void LiveEngine::drain() {
  constexpr std::size_t enough = 256 * 1024;  // the text stays in the processor's cache
  write_text();
  points_->drain([&](std::uint32_t metric, std::int64_t step, std::int64_t milliseconds, double value) {
    LiveMetricInfo& info = known_metric(metric & ~(was_float | is_value));
    info.is_new = true;
    if ((metric & is_value) != 0) {
      const CallersLock lock(metrics_mutex_);
      const auto given = values_.find(step);
      info.value = std::move(given->second);
      values_.erase(given);
      return;
    }
    info.value.reset();
    info.last_was_float = (metric & was_float) != 0;
    if (info.last_was_float)
      text_.add(info.csv_field, step, milliseconds, static_cast<float>(value));
    else
      text_.add(info.csv_field, step, milliseconds, value);
    info.last = value;
    if (text_.text().size() >= enough) write_text();
  });
  write_text();
}

/// One pass: points to the file, then the record to the metadata.
inline void LiveEngine::round(bool everything) {
  drain();
  if (options_.sync) history_.sync();
  const Clock::time_point now = Clock::now();
  if (history_.is_staged() && (everything || now - stored_at_ >= options_.store_interval)) {
    history_.store(options_.sync ? Durability::durable : Durability::buffered);
    stored_at_ = now;
  }
  write_record(everything);
}

/// Writing the metadata of a run with thousands of metrics takes its time: at most a hundredth of it is spent so.
inline void LiveEngine::write_record(bool everything) {
  const CallersLock lock(record_mutex_);
  const Clock::time_point begin = Clock::now();
  const auto since = begin - record_written_at_;
  bool changed = record_changed_;
  for (LiveMetricInfo* const info : known_metrics_) {
    if (!info->is_new) continue;
    info->is_new = false;
    folder_.record().metrics[info->name] = info->value              ? *info->value
                                           : info->last_was_float ? Value(static_cast<float>(info->last))
                                                                  : Value(info->last);
    changed = true;
  }
  record_changed_ = changed;
  const bool due = since >= options_.heartbeat || (changed && since >= 100 * record_cost_);
  if (!due && !(everything && changed)) return;
  folder_.write_metadata();
  record_changed_ = false;
  record_written_at_ = Clock::now();
  record_cost_ = record_written_at_ - begin;
}

inline void LiveEngine::lock_for_fork() {
  record_mutex_.lock();
  metrics_mutex_.lock();
  rounds_mutex_.lock();
  points_->mutex().lock();
}

inline void LiveEngine::unlock_after_fork() {
  points_->mutex().unlock();
  rounds_mutex_.unlock();
  metrics_mutex_.unlock();
  record_mutex_.unlock();
}

inline void LiveEngine::disown() {
  is_disowned_ = true;
  unlock_after_fork();
  points_->set_state(BufferState::ended);
}

}  // namespace erm::detail

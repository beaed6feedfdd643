// The record of a live run. Any thread may change it, and the writing thread writes it to the metadata.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/live/callers_lock.hpp"
#include "erm/detail/live/folder.hpp"
#include "erm/detail/live/metric_numbers.hpp"

namespace erm::detail {

class LiveRecord {
 public:
  explicit LiveRecord(LiveFolder folder)
      : folder_(std::move(folder)), has_rewinds_(!folder_.record().rewinds.empty()) {}

  /// Only for data that never changes: takes no lock.
  [[nodiscard]] const LiveFolder& folder() const noexcept { return folder_; }

  /// Calls `work(folder)` while no other thread uses the record.
  template <class Work>
  void locked(Work&& work) {
    const CallersLock lock(mutex_);
    work(folder_);
  }
  /// Calls `change(record)`. The metadata are written when they are due.
  template <class Change>
  void change(Change&& change) {
    const CallersLock lock(mutex_);
    change(folder_.record());
    has_changed_ = true;
  }
  /// Calls `visit(record)`.
  template <class Visit>
  void visit(Visit&& visit) {
    const CallersLock lock(mutex_);
    visit(folder().record());
  }
  void set_status(RunStatus status, const std::string& failure, std::optional<TimePoint> finished);
  /// Stores an artifact, and locks the record only briefly. If the run has ended by then, removes the artifact again.
  void store(StoredArtifact artifact, const Content& content, bool hash);

  /// From now on the run accepts nothing.
  void set_ended() noexcept { has_ended_ = true; }
  [[nodiscard]] bool has_ended() const noexcept { return has_ended_; }

  // For the writing thread:

  /// Begins a round of writing, in which the owner of the run is looked at once. Throws RunExistsError if it was found
  /// before that another process has taken the run.
  void begin_round() {
    if (is_lost_) throw RunExistsError(why_lost_);
    is_checked_ = false;
  }
  /// Throws RunExistsError if another process has taken the run, and IoError if its folder is gone. Takes no lock.
  void expect_own();
  /// Whether expect_own() has found that. Other threads may ask, too.
  [[nodiscard]] bool is_lost() const noexcept { return is_lost_; }

  /// Takes over the last values of the metrics, and then goes back: see LiveFolder::rewind_to(). `read(reader)`
  /// gives the reader the history file.
  template <class Read>
  void rewind(LiveMetrics& metrics, const std::optional<std::string>& metric, std::int64_t step, std::uint64_t size,
              Read&& read);
  /// The history file is shorter than it was: if points were rewound, writes to the metadata where that ends now.
  void shorten_rewinds(std::uint64_t size);

  /// Writes the metadata with the last values of the metrics if they are due, or if they have changed and `everything`
  /// is true. Returns whether it wrote a change: a heartbeat is none.
  bool write(LiveMetrics& metrics, bool everything, std::chrono::seconds heartbeat);

  /// Held during a fork.
  std::mutex& mutex() { return mutex_; }

 private:
  using Clock = std::chrono::steady_clock;

  void take_values(LiveMetrics& metrics);

  std::mutex mutex_;
  LiveFolder folder_;
  bool has_changed_ = false;
  std::atomic<bool> has_rewinds_{false};
  std::atomic<bool> has_ended_{false};
  std::atomic<bool> is_lost_{false};
  std::string why_lost_;     // only for the writing thread, like is_checked_
  bool is_checked_ = false;  // in this round
  Clock::time_point written_at_ = Clock::now();
  Clock::duration cost_ = Clock::duration::zero();  // of the last write
};

// ---- bodies ----

inline void LiveRecord::set_status(RunStatus status, const std::string& failure, std::optional<TimePoint> finished) {
  change([&](RunRecord& record) {
    record.status = status;
    record.failure = repaired_utf8(failure);
    record.finished_utc = finished;
  });
}

inline void LiveRecord::store(StoredArtifact artifact, const Content& content, bool hash) {
  do {
    const CallersLock lock(mutex_);
    artifact.stored_filename = folder_.free_filename(artifact.filename);
  } while (!folder_.put_content(artifact, content, hash));
  const CallersLock lock(mutex_);
  if (has_ended_)
    folder_.remove_content(artifact);
  else
    folder_.add_artifact(artifact);
}

inline void LiveRecord::expect_own() {
  if (is_checked_) return;
  try {
    folder().expect_own_metadata();
  } catch (const RunExistsError& error) {
    why_lost_ = error.what();
    is_lost_ = true;
    throw;
  }
  is_checked_ = true;
}

inline void LiveRecord::take_values(LiveMetrics& metrics) {
  metrics.visit_new([&](const LiveMetricInfo& metric) {
    folder_.record().metrics[metric.name] = metric.current();
    has_changed_ = true;
  });
}

template <class Read>
void LiveRecord::rewind(LiveMetrics& metrics, const std::optional<std::string>& metric, std::int64_t step,
                        std::uint64_t size, Read&& read) {
  // Reading takes long, so it needs the lock only briefly. No other thread rewinds.
  const Rewind rewind = folder().rewind_to(metric, step, size);
  std::vector<Rewind> here = folder().rewinds_of_main();
  visit([&](const RunRecord& record) { add_rewinds(here, record.rewinds); });
  here.push_back(rewind);
  HistoryReader reader;
  reader.leave_out(here, false);
  read(reader);
  const Histories history = reader.take();
  const AbandonedPoints abandoned = reader.take_abandoned();
  const CallersLock lock(mutex_);
  take_values(metrics);
  folder_.record().rewinds.push_back(rewind);
  for (const auto& [name, left] : abandoned) {
    const auto counting = history.find(name);
    const MetricHistory* const points = counting == history.end() ? nullptr : &counting->second;
    if (metrics.go_back(name, points)) drop_abandoned_value(folder_.record().metrics, name, points, left);
  }
  has_rewinds_ = true;
  has_changed_ = true;
}

inline void LiveRecord::shorten_rewinds(std::uint64_t size) {
  if (!has_rewinds_) return;
  expect_own();
  const CallersLock lock(mutex_);
  if (folder_.shorten_rewinds(size)) folder_.write_metadata(true);
}

/// The metadata of a run with thousands of metrics are slow to write, so this uses at most a hundredth of the time.
inline bool LiveRecord::write(LiveMetrics& metrics, bool everything, std::chrono::seconds heartbeat) {
  const CallersLock lock(mutex_);
  const Clock::time_point begin = Clock::now();
  const auto since = begin - written_at_;
  take_values(metrics);
  const bool due = since >= heartbeat || (has_changed_ && since >= 100 * cost_);
  if (!due && !(everything && has_changed_)) return false;
  expect_own();
  folder_.write_metadata(true);
  const bool had_changed = std::exchange(has_changed_, false);
  written_at_ = Clock::now();
  cost_ = written_at_ - begin;
  return had_changed;
}

}  // namespace erm::detail

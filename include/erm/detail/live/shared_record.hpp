// The record of a live run: any thread may change it, and the writing thread brings it to the metadata.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "erm/detail/live/callers_lock.hpp"
#include "erm/detail/live/folder.hpp"
#include "erm/detail/live/metric_numbers.hpp"

namespace erm::detail {

class LiveRecord {
 public:
  explicit LiveRecord(LiveFolder folder) : folder_(std::move(folder)) {}

  /// What of it never changes needs no lock.
  [[nodiscard]] const LiveFolder& folder() const noexcept { return folder_; }

  /// Calls `work(folder)` while nobody else is at the record.
  template <class Work>
  void locked(Work&& work) {
    const CallersLock lock(mutex_);
    work(folder_);
  }
  /// Lets `what(record)` change what the metadata say; written when they are due.
  template <class Change>
  void change(Change&& what) {
    const CallersLock lock(mutex_);
    what(folder_.record());
    has_changed_ = true;
  }
  template <class Look>
  void look_at(Look&& look) {
    const CallersLock lock(mutex_);
    look(folder().record());
  }
  void set_status(RunStatus status, const std::string& failure, std::optional<TimePoint> finished);
  /// Stores an artifact, with the lock held for moments only; where the run has ended by then, it is not kept.
  void store(StoredArtifact artifact, const Content& content, bool hash);

  /// From here on nothing comes to the run but what is written of it.
  void set_ended() noexcept { has_ended_ = true; }
  [[nodiscard]] bool has_ended() const noexcept { return has_ended_; }

  /// Writes the metadata with the metrics' last values where they are due, or have changed and `everything` is asked
  /// for. The writing thread's.
  void write(LiveMetrics& metrics, bool everything, std::chrono::seconds heartbeat);

  /// Held over a fork.
  std::mutex& mutex() { return mutex_; }

 private:
  using Clock = std::chrono::steady_clock;

  std::mutex mutex_;
  LiveFolder folder_;
  bool has_changed_ = false;
  std::atomic<bool> has_ended_{false};
  Clock::time_point written_at_ = Clock::now();
  Clock::duration cost_ = Clock::duration::zero();  // of the last writing
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

/// Writing the metadata of a run with thousands of metrics takes its time: at most a hundredth of it is spent so.
inline void LiveRecord::write(LiveMetrics& metrics, bool everything, std::chrono::seconds heartbeat) {
  const CallersLock lock(mutex_);
  const Clock::time_point begin = Clock::now();
  const auto since = begin - written_at_;
  metrics.take_new([&](const LiveMetricInfo& metric) {
    folder_.record().metrics[metric.name] = metric.current();
    has_changed_ = true;
  });
  const bool due = since >= heartbeat || (has_changed_ && since >= 100 * cost_);
  if (!due && !(everything && has_changed_)) return;
  folder_.write_metadata();
  has_changed_ = false;
  written_at_ = Clock::now();
  cost_ = written_at_ - begin;
}

}  // namespace erm::detail

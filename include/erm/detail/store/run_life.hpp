// Whether the process that has a run open still lives.
//
// A process of the same machine, boot and container sees that at once. Any other must judge by the heartbeats: a run
// whose owner missed four is free. Two clocks tell their age, and both must agree. The owner wrote the time of its last
// heartbeat by its own clock, which may be wrong. The store knows when it received the heartbeat. Without either clock,
// a process that waits sees whether the heartbeat moves.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>

#include "erm/detail/base/time_text.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/run/process_identity.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

using Seconds = std::chrono::duration<double>;

/// How long the owner of a run may show no life.
inline Seconds patience_with(const RunRecord& record) {
  constexpr std::int64_t century = std::int64_t{100} * 366 * 86400;  // the file may contain any number
  return std::chrono::seconds(4 * std::clamp<std::int64_t>(record.heartbeat_seconds, 0, century));
}

inline TimePoint last_heard_of(const RunRecord& record) { return record.heartbeat_utc.value_or(record.timestamp_utc); }

/// How long the owner may still be silent by one clock; at most 0 if it was silent too long. A time that is too far in
/// the future proves nothing.
inline std::optional<Seconds> time_left(Seconds age, Seconds patience) {
  if (age < -patience) return std::nullopt;
  return patience - age;
}

/// `store_age()` returns the age of the metadata by the clock of the store, if it has one.
template <class StoreAge>
Seconds time_left_by_clocks(const RunRecord& record, Seconds patience, const StoreAge& store_age) {
  const std::optional<Seconds> by_owner = time_left(now_utc() - last_heard_of(record), patience);
  if (by_owner && by_owner->count() >= 0) return *by_owner;  // the common case: asks no store
  const std::optional<Seconds> age = store_age();
  const std::optional<Seconds> by_store = age ? time_left(*age, patience) : std::nullopt;
  return by_store ? *by_store : by_owner.value_or(patience);
}

inline std::optional<Seconds> age_of(const FileSystem& fs, const std::string& path) {
  const std::optional<double> age = fs.age(path);
  return age ? std::optional<Seconds>(*age) : std::nullopt;
}

/// Whether the process of a run with the status "running" is gone. `path` is the file with the record.
inline bool is_dead(const FileSystem& fs, const std::string& path, const RunRecord& record) {
  const OwnerFate fate = Owner::of(record.owner).fate();
  if (fate != OwnerFate::unknown) return fate == OwnerFate::gone;
  return time_left_by_clocks(record, patience_with(record), [&] { return age_of(fs, path); }).count() < 0;
}

/// What an error says if a run may not be taken.
struct Refusal {
  std::string cannot;  // "cannot resume the run 'x'"
  std::string how_to_wait = "try again then";
  std::string advice = "end that process, or take another id";
};

/// Judges the owner of a run, for a process that wants to take the run. `path` is the file with the run's record.
class OwnerWatch {
 public:
  OwnerWatch(FileSystem& fs, std::string path) : fs_(fs), path_(std::move(path)) {}

  struct Verdict {
    OwnerFate fate;
    Seconds left;  // if the fate is unknown: how much longer the owner must be silent
  };
  /// May be called again with a newer record: a heartbeat that has moved proves life.
  Verdict look(const RunRecord& record) {
    if (record.status != RunStatus::running) return {OwnerFate::gone, {}};
    const OwnerFate fate = Owner::of(record.owner).fate();
    if (fate != OwnerFate::unknown) return {fate, {}};
    const auto now = std::chrono::steady_clock::now();
    const std::string sign = record.owner + time_text(last_heard_of(record));
    if (!sign_.empty() && sign != sign_) return {OwnerFate::alive, {}};
    if (sign_.empty()) since_ = now;
    sign_ = sign;
    const Seconds patience = patience_with(record);
    const Seconds by_clocks = time_left_by_clocks(record, patience, [this] { return exact_age(); });
    const Seconds left = (std::min)(by_clocks, patience - Seconds(now - since_));
    return left.count() < 0 ? Verdict{OwnerFate::gone, {}} : Verdict{OwnerFate::unknown, left};
  }

  /// Throws RunExistsError unless the run may be taken.
  void expect_free(const RunRecord& record, const Refusal& refusal) {
    const Verdict verdict = look(record);
    if (verdict.fate != OwnerFate::gone) refuse(record, verdict, refusal);
  }

  [[noreturn]] static void refuse(const RunRecord& record, const Verdict& verdict, const Refusal& refusal) {
    const std::string seen = time_text(last_heard_of(record));
    std::string text =
        refusal.cannot + ": " + Owner::of(record.owner).name() + " has it open, last heard of at " + seen;
    if (verdict.fate == OwnerFate::unknown) {
      const auto left = static_cast<std::int64_t>(std::ceil((std::max)(verdict.left.count(), 1.0)));
      text +=
          "; it is on another machine or in another container, so only its heartbeats tell whether it still runs; " +
          ("the run is free in " + std::to_string(left)) + " seconds unless one comes: " + refusal.how_to_wait;
    }
    throw RunExistsError(text + "; " + refusal.advice);
  }

 private:
  /// The clock of this machine may differ from that of a file server. So compares the times of two files there.
  [[nodiscard]] std::optional<Seconds> exact_age() const {
    const std::optional<Seconds> age = age_of(fs_, path_);
    if (!age || !fs_.is_local()) return age;
    // Among the claims, so that a probe of a killed process is removed like an abandoned claim.
    const std::string run = folder_of(path_);
    const auto ticks = std::chrono::steady_clock::now().time_since_epoch().count();
    const std::string probe =
        joined(joined(folder_of(run), claims_folder), os::process_number() + "-" + std::to_string(ticks) + "~part");
    try {
      if (!fs_.create(probe, "")) return age;
      const std::optional<Seconds> probe_age = age_of(fs_, probe);
      fs_.remove(probe);
      return probe_age ? *age - *probe_age : age;
    } catch (const IoError&) {
      // Someone else's folder, for example. Then this machine's clock must do, as it does for readers.
      return age;
    }
  }

  FileSystem& fs_;
  std::string path_;
  std::string sign_;  // of the life that was seen last
  std::chrono::steady_clock::time_point since_;
};

/// Throws RunExistsError if the process that has the run open may be alive. `path` is the file with the record.
inline void refuse_if_alive(FileSystem& fs, const std::string& path, const RunRecord& found, const Refusal& refusal) {
  OwnerWatch(fs, path).expect_free(found, refusal);
}

/// Waits up to `limit` until a run may be taken, and returns the watch. Throws RunExistsError if the owner lives, or if
/// the time does not suffice. `read()` returns the present record.
template <class Read>
OwnerWatch wait_for_owner(FileSystem& fs, const std::string& path, Seconds limit, const Refusal& refusal,
                          const Read& read) {
  using Clock = std::chrono::steady_clock;
  OwnerWatch watch(fs, path);
  std::optional<Clock::time_point> begin;
  for (;;) {
    const RunRecord record = read();
    const OwnerWatch::Verdict verdict = watch.look(record);
    if (!begin) begin = Clock::now();  // after the first look, so that a wait of four heartbeats suffices
    if (verdict.fate == OwnerFate::gone) return watch;
    const Seconds wait_left = limit - Seconds(Clock::now() - *begin);
    if (verdict.fate == OwnerFate::alive || wait_left.count() < 0) OwnerWatch::refuse(record, verdict, refusal);
    const Seconds pause = std::clamp(patience_with(record) / 40, Seconds(0.02), Seconds(1.0));
    std::this_thread::sleep_for((std::min)({pause, wait_left + Seconds(0.001), verdict.left + Seconds(0.001)}));
  }
}

}  // namespace erm::detail

// How to follow a run, and what a look at it found.
#pragma once

#include <chrono>
#include <cstddef>

namespace erm::detail {

struct FollowOptions {
  /// See ThinnedCurve.
  std::size_t buckets = 1024;
  /// How often to look at a run in a store on another machine (S3).
  std::chrono::milliseconds store_interval = std::chrono::seconds(10);
  /// For FollowedRuns: how often to look for runs that are new, at least; a look takes a fiftieth of the time
  /// at most. 0: at each refresh.
  std::chrono::milliseconds scan_interval = std::chrono::seconds(2);
  /// Over how long the points of a rate are counted.
  std::chrono::milliseconds rate_window = std::chrono::seconds(30);
};

/// What differs from the look before.
struct FollowChange {
  bool points = false;     // curves have new points
  bool record = false;     // params, metrics, status, artifacts, tags, ...
  bool restarted = false;  // the curves were made anew: the run was replaced, or it went back to an earlier step
  bool gone = false;       // the run was deleted, or moved to the trash; what is known of it stays
  bool console = false;    // the console may have new lines

  [[nodiscard]] bool any() const noexcept { return points || record || restarted || gone || console; }
  void add(const FollowChange& other) noexcept {
    points = points || other.points;
    record = record || other.record;
    restarted = restarted || other.restarted;
    gone = gone || other.gone;
    console = console || other.console;
  }
};

}  // namespace erm::detail

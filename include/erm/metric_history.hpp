// The points of one metric over a run: step, time and value.
//
//   const erm::MetricHistory& loss = run.history().at("loss");
//   loss.last().value;            // the current value
//   loss.min()->step;             // where it was least; null if all values are NaN
//   for (const erm::MetricPoint& point : loss.points()) { ... }
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "erm/impl/linkage.hpp"

namespace erm {

/// Coordinated universal time.
using TimePoint = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

struct MetricPoint {
  std::int64_t step = 0;
  TimePoint time;  // to the millisecond
  double value = 0;

  /// Here NaN equals NaN, so that equal points compare equal.
  friend bool operator==(const MetricPoint& a, const MetricPoint& b) noexcept { return a.equals(b); }
  friend bool operator!=(const MetricPoint& a, const MetricPoint& b) noexcept { return !a.equals(b); }

 private:
  [[nodiscard]] bool equals(const MetricPoint& other) const noexcept;
};

/// Every point in the order in which it was logged, writer by writer. Steps may repeat and decrease. Of the points that
/// one writer logged at a step, the last counts: a program that goes on from a checkpoint logs some steps again. The
/// points of several writers (the ranks of a job) count beside each other.
class MetricHistory {
 public:
  MetricHistory() = default;
  /// `writers` says where the points of the second and of each later writer begin.
  explicit MetricHistory(std::vector<MetricPoint> points, std::vector<std::size_t> writers = {})
      : points_(std::move(points)), writers_(std::move(writers)) {}

  [[nodiscard]] const std::vector<MetricPoint>& points() const noexcept { return points_; }
  [[nodiscard]] std::size_t size() const noexcept { return points_.size(); }
  [[nodiscard]] bool empty() const noexcept { return points_.empty(); }

  /// The first and the last point in that order. Throw Error if there is no point.
  [[nodiscard]] const MetricPoint& first() const;
  [[nodiscard]] const MetricPoint& last() const;

  /// Of the points that count, the one with the least and with the greatest value; of equal values the earliest. Ignore
  /// NaN. Nothing if there is no other value.
  [[nodiscard]] std::optional<MetricPoint>(min)() const;
  [[nodiscard]] std::optional<MetricPoint>(max)() const;

  /// The mean of the values that count and are not NaN, or NaN if there are none.
  [[nodiscard]] double mean() const;

  /// The value logged last at `step`, if any.
  [[nodiscard]] std::optional<double> at(std::int64_t step) const;

  /// Whether some points do not count, since their writer logged the step again.
  [[nodiscard]] bool repeats_steps() const;
  /// A history of the points that count, in the same order.
  [[nodiscard]] MetricHistory counted() const;
  /// Where the points of the second and of each later writer begin.
  [[nodiscard]] const std::vector<std::size_t>& writers() const noexcept { return writers_; }

  /// Adds a point of the last writer.
  void append(const MetricPoint& point);

  friend bool operator==(const MetricHistory& a, const MetricHistory& b) { return a.equals(b); }
  friend bool operator!=(const MetricHistory& a, const MetricHistory& b) { return !a.equals(b); }

 private:
  [[nodiscard]] const std::vector<MetricPoint>& checked() const;
  [[nodiscard]] bool equals(const MetricHistory& other) const;

  /// Calls visit(point) for each point as long as the steps of each writer increase. Returns false at one that does not.
  template <class Visit>
  bool visit_increasing(Visit&& visit) const;

  std::vector<MetricPoint> points_;
  std::vector<std::size_t> writers_;
};

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/metric_history.inl"
#endif

// The points of one metric over a run: at which step, when, and what it was.
//
//   const erm::MetricHistory& loss = run.history().at("loss");
//   loss.last().value;            // the metric as it stands
//   loss.min()->step;             // where it was least; nothing where all is NaN
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

  /// NaN equals NaN here: the same point.
  friend bool operator==(const MetricPoint& a, const MetricPoint& b) noexcept { return a.equals(b); }
  friend bool operator!=(const MetricPoint& a, const MetricPoint& b) noexcept { return !a.equals(b); }

 private:
  [[nodiscard]] bool equals(const MetricPoint& other) const noexcept;
};

/// Every point in the order in which it was logged; steps may repeat and go back.
class MetricHistory {
 public:
  MetricHistory() = default;
  explicit MetricHistory(std::vector<MetricPoint> points) : points_(std::move(points)) {}

  [[nodiscard]] const std::vector<MetricPoint>& points() const noexcept { return points_; }
  [[nodiscard]] std::size_t size() const noexcept { return points_.size(); }
  [[nodiscard]] bool empty() const noexcept { return points_.empty(); }

  /// The first and the last point that was logged. Throw Error where there is no point.
  [[nodiscard]] const MetricPoint& first() const;
  [[nodiscard]] const MetricPoint& last() const;

  /// The point of the least and of the greatest value, the earliest of equals; NaN never wins. Nothing
  /// where there is no value but NaN.
  [[nodiscard]] std::optional<MetricPoint>(min)() const;
  [[nodiscard]] std::optional<MetricPoint>(max)() const;

  /// The mean of the values that are not NaN; NaN where there is none.
  [[nodiscard]] double mean() const;

  /// The value logged last at `step`, if any.
  [[nodiscard]] std::optional<double> at(std::int64_t step) const;

  void append(const MetricPoint& point);

  friend bool operator==(const MetricHistory& a, const MetricHistory& b) { return a.equals(b); }
  friend bool operator!=(const MetricHistory& a, const MetricHistory& b) { return !a.equals(b); }

 private:
  [[nodiscard]] const std::vector<MetricPoint>& checked() const;
  [[nodiscard]] bool equals(const MetricHistory& other) const;

  std::vector<MetricPoint> points_;
};

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/metric_history.inl"
#endif

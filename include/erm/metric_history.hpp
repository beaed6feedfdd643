// The points of one metric over a run: at which step, when, and what it was.
//
//   const erm::MetricHistory& loss = run.history().at("loss");
//   loss.last().value;            // the metric as it stands
//   loss.min()->step;             // where it was least; nothing where all is NaN
//   for (const erm::MetricPoint& point : loss.points()) { ... }
#pragma once

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "erm/error.hpp"

namespace erm {

/// Coordinated universal time.
using TimePoint = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

struct MetricPoint {
  std::int64_t step = 0;
  TimePoint time;  // keeps milliseconds
  double value = 0;

  /// NaN equals NaN here: the same point.
  friend bool operator==(const MetricPoint& a, const MetricPoint& b) noexcept {
    return a.step == b.step && a.time == b.time &&
           (a.value == b.value || (std::isnan(a.value) && std::isnan(b.value)));
  }
  friend bool operator!=(const MetricPoint& a, const MetricPoint& b) noexcept { return !(a == b); }
};

/// Every point in the order in which it was logged; steps may repeat and go back.
class MetricHistory {
 public:
  MetricHistory() = default;
  explicit MetricHistory(std::vector<MetricPoint> points) : points_(std::move(points)) {}

  [[nodiscard]] const std::vector<MetricPoint>& points() const noexcept { return points_; }
  [[nodiscard]] std::size_t size() const noexcept { return points_.size(); }
  [[nodiscard]] bool empty() const noexcept { return points_.empty(); }

  /// The first and the last that was logged. Throw Error where there is no point.
  [[nodiscard]] const MetricPoint& first() const { return checked().front(); }
  [[nodiscard]] const MetricPoint& last() const { return checked().back(); }

  /// The point of the least and of the greatest value, the earliest of equals; NaN never wins. Nothing
  /// where there is no value but NaN.
  [[nodiscard]] std::optional<MetricPoint> min() const {
    return extreme([](double a, double b) { return a < b; });
  }
  [[nodiscard]] std::optional<MetricPoint> max() const {
    return extreme([](double a, double b) { return a > b; });
  }

  /// The mean of the values that are not NaN; NaN where there is none.
  [[nodiscard]] double mean() const {
    double sum = 0;
    std::size_t count = 0;
    for (const MetricPoint& point : points_) {
      if (std::isnan(point.value)) continue;
      sum += point.value;
      ++count;
    }
    return sum / static_cast<double>(count);
  }

  /// The value logged last at `step`, if any.
  [[nodiscard]] std::optional<double> at(std::int64_t step) const {
    for (auto point = points_.rbegin(); point != points_.rend(); ++point)
      if (point->step == step) return point->value;
    return std::nullopt;
  }

  void append(const MetricPoint& point) { points_.push_back(point); }

  friend bool operator==(const MetricHistory& a, const MetricHistory& b) { return a.points_ == b.points_; }
  friend bool operator!=(const MetricHistory& a, const MetricHistory& b) { return !(a == b); }

 private:
  [[nodiscard]] const std::vector<MetricPoint>& checked() const {
    if (points_.empty()) throw Error("the history of a metric without points has no first or last; ask empty() before");
    return points_;
  }

  template <class Better>
  [[nodiscard]] std::optional<MetricPoint> extreme(Better better) const {
    const MetricPoint* best = nullptr;
    for (const MetricPoint& point : points_)
      if (!std::isnan(point.value) && (best == nullptr || better(point.value, best->value))) best = &point;
    if (best == nullptr) return std::nullopt;
    return *best;
  }

  std::vector<MetricPoint> points_;
};

}  // namespace erm

// The bodies of erm/metric_history.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/error.hpp"
#include "erm/metric_history.hpp"

namespace erm {

ERM_INLINE bool MetricPoint::equals(const MetricPoint& other) const noexcept {
  return step == other.step && time == other.time && detail::same_number(value, other.value);
}

ERM_INLINE const std::vector<MetricPoint>& MetricHistory::checked() const {
  if (points_.empty()) throw Error("the history of a metric without points has no first or last; ask empty() before");
  return points_;
}

ERM_INLINE const MetricPoint& MetricHistory::first() const { return checked().front(); }
ERM_INLINE const MetricPoint& MetricHistory::last() const { return checked().back(); }

namespace detail {

template <class Better>
std::optional<MetricPoint> extreme(const std::vector<MetricPoint>& points, Better better) {
  const MetricPoint* best = nullptr;
  for (const MetricPoint& point : points)
    if (!is_nan(point.value) && (best == nullptr || better(point.value, best->value))) best = &point;
  if (best == nullptr) return std::nullopt;
  return *best;
}

}  // namespace detail

ERM_INLINE std::optional<MetricPoint>(MetricHistory::min)() const {
  return detail::extreme(points_, [](double a, double b) { return a < b; });
}
ERM_INLINE std::optional<MetricPoint>(MetricHistory::max)() const {
  return detail::extreme(points_, [](double a, double b) { return a > b; });
}

ERM_INLINE double MetricHistory::mean() const {
  double sum = 0;
  std::size_t count = 0;
  for (const MetricPoint& point : points_) {
    if (detail::is_nan(point.value)) continue;
    sum += point.value;
    ++count;
  }
  return count == 0 ? detail::not_a_number() : sum / static_cast<double>(count);
}

ERM_INLINE std::optional<double> MetricHistory::at(std::int64_t step) const {
  for (auto point = points_.rbegin(); point != points_.rend(); ++point)
    if (point->step == step) return point->value;
  return std::nullopt;
}

ERM_INLINE void MetricHistory::append(const MetricPoint& point) { points_.push_back(point); }

ERM_INLINE bool MetricHistory::equals(const MetricHistory& other) const { return points_ == other.points_; }

}  // namespace erm

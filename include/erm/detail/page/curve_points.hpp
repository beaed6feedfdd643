// The points of a curve as a chart shows them: ordered by x, and no more of them than a reader can see.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/metric_history.hpp"

namespace erm::detail {

struct ChartPoint {
  double x = 0, y = 0;
  double seconds = 0;  // since the earliest point of its history
};

/// The x of each step: the step itself, or the value of `axis` that was logged last at that step or before it. NaN
/// before its first value.
class ChartAxis {
 public:
  explicit ChartAxis(const MetricHistory* axis) : has_axis_(axis != nullptr) {
    if (!has_axis_) return;
    for (const MetricPoint& point : axis->points()) points_.emplace_back(point.step, point.value);
    std::stable_sort(points_.begin(), points_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  }
  [[nodiscard]] double x_of(std::int64_t step) const {
    if (!has_axis_) return static_cast<double>(step);
    const auto after = std::upper_bound(points_.begin(), points_.end(), step,
                                        [](std::int64_t wanted, const auto& point) { return wanted < point.first; });
    return after == points_.begin() ? not_a_number() : std::prev(after)->second;
  }

 private:
  bool has_axis_;
  std::vector<std::pair<std::int64_t, double>> points_;
};

/// From which the time of each point counts. Not always that of the first point: a clock may be set back, and points of
/// several writers follow one another.
inline TimePoint earliest_time(const MetricHistory& history) {
  TimePoint earliest = history.first().time;
  for (const MetricPoint& point : history.points()) earliest = (std::min)(earliest, point.time);
  return earliest;
}

/// The points of a history that count, ordered by x. A point without an x is left out.
inline std::vector<ChartPoint> chart_points(const MetricHistory& history, const MetricHistory* axis = nullptr) {
  if (history.repeats_steps()) return chart_points(history.counted(), axis);
  const ChartAxis axis_values(axis);
  std::vector<ChartPoint> points;
  points.reserve(history.size());
  bool sorted = true;
  const TimePoint earliest = history.empty() ? TimePoint() : earliest_time(history);
  for (const MetricPoint& point : history.points()) {
    const double x = axis_values.x_of(point.step);
    if (!is_finite(x)) continue;
    sorted = sorted && (points.empty() || points.back().x <= x);
    points.push_back({x, point.value, std::chrono::duration<double>(point.time - earliest).count()});
  }
  if (!sorted)
    std::stable_sort(points.begin(), points.end(), [](const ChartPoint& a, const ChartPoint& b) { return a.x < b.x; });
  return points;
}

/// The first, lowest, highest and last point in each of `columns` equal parts of [low, high], and one NaN for each gap.
/// The line through these points looks like the line through all.
inline std::vector<ChartPoint> thinned_points(const std::vector<ChartPoint>& points, double low, double high,
                                              std::size_t columns) {
  if (points.size() <= columns * 4 || !(high > low)) return points;
  std::vector<ChartPoint> out;
  const double scale = static_cast<double>(columns) / (high - low);
  for (std::size_t i = 0; i < points.size();) {
    if (is_nan(points[i].y)) {
      if (!out.empty() && !is_nan(out.back().y)) out.push_back(points[i]);
      ++i;
      continue;
    }
    const double column = std::floor((points[i].x - low) * scale);
    const double column_end = low + (column + 1) / scale;
    std::size_t least = i, greatest = i, end = i + 1;
    for (; end < points.size() && points[end].x < column_end && !is_nan(points[end].y); ++end) {
      if (points[end].y < points[least].y) least = end;
      if (points[end].y > points[greatest].y) greatest = end;
    }
    std::size_t chosen[] = {i, (std::min)(least, greatest), (std::max)(least, greatest), end - 1};
    for (std::size_t k = 0; k < 4; ++k)
      if (k == 0 || chosen[k] != chosen[k - 1]) out.push_back(points[chosen[k]]);
    i = end;
  }
  return out;
}

/// The usual distance of one number to the next, of which smoothing counts: the median of up to 101 of them.
template <class Get>
double usual_gap(const std::vector<ChartPoint>& points, const Get& get) {
  std::vector<double> gaps;
  const std::size_t stride = points.size() / 101 + 1;
  for (std::size_t i = 1; i < points.size(); i += stride) {
    const double gap = get(points[i]) - get(points[i - 1]);
    if (gap > 0 && is_finite(gap)) gaps.push_back(gap);
  }
  if (gaps.empty()) return 1;
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  return *middle;
}

}  // namespace erm::detail

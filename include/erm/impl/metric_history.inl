// The bodies of erm/metric_history.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
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

template <class Visit>
bool MetricHistory::visit_increasing(Visit&& visit) const {
  std::size_t begin = 0;
  for (std::size_t next = 0; next <= writers_.size(); ++next) {
    const std::size_t end = next < writers_.size() ? writers_[next] : points_.size();
    if (begin < end) visit(points_[begin]);
    for (std::size_t i = begin + 1; i < end; ++i) {
      if (points_[i].step <= points_[i - 1].step) return false;
      visit(points_[i]);
    }
    begin = end;
  }
  return true;
}

ERM_INLINE bool MetricHistory::repeats_steps() const {
  return !visit_increasing([](const MetricPoint&) {}) && counted().size() < size();
}

ERM_INLINE MetricHistory MetricHistory::counted() const {
  if (visit_increasing([](const MetricPoint&) {})) return *this;
  std::vector<bool> counts(points_.size(), true);
  std::vector<std::pair<std::int64_t, std::size_t>> steps;
  std::size_t begin = 0;
  for (std::size_t next = 0; next <= writers_.size(); ++next) {
    const std::size_t end = next < writers_.size() ? writers_[next] : points_.size();
    steps.clear();
    for (std::size_t i = begin; i < end; ++i) steps.emplace_back(points_[i].step, i);
    std::sort(steps.begin(), steps.end());
    for (std::size_t i = 1; i < steps.size(); ++i)
      if (steps[i - 1].first == steps[i].first) counts[steps[i - 1].second] = false;
    begin = end;
  }
  MetricHistory counted;
  auto writer = writers_.begin();
  for (std::size_t i = 0; i < points_.size(); ++i) {
    for (; writer != writers_.end() && *writer == i; ++writer) counted.writers_.push_back(counted.points_.size());
    if (counts[i]) counted.points_.push_back(points_[i]);
  }
  return counted;
}

namespace detail {

struct Extreme {
  const MetricPoint* best = nullptr;
  template <class Better>
  void add(const MetricPoint& point, Better better) {
    if (!is_nan(point.value) && (best == nullptr || better(point.value, best->value))) best = &point;
  }
  [[nodiscard]] std::optional<MetricPoint> found() const {
    if (best == nullptr) return std::nullopt;
    return *best;
  }
};

}  // namespace detail

ERM_INLINE std::optional<MetricPoint>(MetricHistory::min)() const {
  detail::Extreme least;
  if (!visit_increasing([&](const MetricPoint& point) { least.add(point, [](double a, double b) { return a < b; }); })) {
    const MetricHistory only = counted();
    least.best = nullptr;
    for (const MetricPoint& point : only.points()) least.add(point, [](double a, double b) { return a < b; });
    return least.found();
  }
  return least.found();
}
ERM_INLINE std::optional<MetricPoint>(MetricHistory::max)() const {
  detail::Extreme greatest;
  if (!visit_increasing(
          [&](const MetricPoint& point) { greatest.add(point, [](double a, double b) { return a > b; }); })) {
    const MetricHistory only = counted();
    greatest.best = nullptr;
    for (const MetricPoint& point : only.points()) greatest.add(point, [](double a, double b) { return a > b; });
    return greatest.found();
  }
  return greatest.found();
}

ERM_INLINE double MetricHistory::mean() const {
  double sum = 0;
  std::size_t count = 0;
  const auto add = [&](const MetricPoint& point) {
    if (detail::is_nan(point.value)) return;
    sum += point.value;
    ++count;
  };
  if (!visit_increasing(add)) {
    sum = 0;
    count = 0;
    const MetricHistory only = counted();
    for (const MetricPoint& point : only.points()) add(point);
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

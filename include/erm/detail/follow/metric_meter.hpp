// What is kept of the points of a metric beside its curve: how fast they come, and whether a value was one of them.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/metric_history.hpp"
#include "erm/value.hpp"

namespace erm::detail {

/// How fast points come, by their times.
struct FollowedRate {
  double steps_per_second = 0;
  double points_per_second = 0;
};

/// Counts the points of the last seconds.
class RateWindow {
 public:
  /// `points` are in the order in which they were logged.
  void add(const std::vector<MetricPoint>& points, std::chrono::milliseconds window) {
    for (const MetricPoint& point : points) {
      if (samples_.empty() || point.step < last_step_ || point.time < last_time_) {
        samples_.assign(1, {point.time, point.step, count_});
        due_ = point.time + window / pieces;
      } else if (point.time >= due_) {
        if (samples_.size() == 2 * pieces) samples_.erase(samples_.begin(), samples_.begin() + pieces);
        samples_.push_back({point.time, point.step, count_});
        due_ = point.time + window / pieces;
      }
      last_step_ = point.step;
      last_time_ = point.time;
      ++count_;
    }
  }
  /// Over the last `window` before the last point. Nothing if all points have one time.
  [[nodiscard]] std::optional<FollowedRate> rate(std::chrono::milliseconds window) const {
    const Sample* from = nullptr;
    for (const Sample& sample : samples_)
      if (sample.time < last_time_ && (from == nullptr || last_time_ - sample.time >= window)) from = &sample;
    if (from == nullptr) return std::nullopt;
    const double seconds = std::chrono::duration<double>(last_time_ - from->time).count();
    return FollowedRate{(static_cast<double>(last_step_) - static_cast<double>(from->step)) / seconds,
                        static_cast<double>(count_ - from->count - 1) / seconds};
  }

 private:
  struct Sample {
    TimePoint time;
    std::int64_t step;
    std::uint64_t count;  // of the points before
  };
  static constexpr int pieces = 16;

  std::vector<Sample> samples_;
  TimePoint due_, last_time_;
  std::int64_t last_step_ = 0;
  std::uint64_t count_ = 0;
};

/// Tells whether a value in the metadata was a point: metadata are written after the points that they are newer than.
class SeenValues {
 public:
  /// From now on looks for `value`, in what it remembers and in what comes.
  void look_for(const std::optional<Value>& value) {
    if (value == wanted_value_) return;
    wanted_value_ = value;
    wanted_.reset();
    is_seen_ = false;
    if (!value || !value->is_number()) return;
    const double number = *value->number();
    if (Value(number) != *value) return;  // a large integer
    wanted_ = number;
    is_seen_ = std::any_of(last_.begin(), last_.end(), [&](double one) { return same_number(one, number); });
    is_new_ = !is_seen_;
  }
  void add(const std::vector<MetricPoint>& points) {
    const std::size_t from = points.size() - (std::min)(points.size(), enough);
    for (std::size_t i = from; i < points.size(); ++i) {
      if (last_.size() < enough)
        last_.push_back(points[i].value);
      else
        last_[count_++ % enough] = points[i].value;
    }
    search(points);
  }
  /// Whether it was, as far as is known. Asks `older()`, once for each value, for a MetricHistory of points that it may
  /// not remember.
  template <class Older>
  [[nodiscard]] bool is_seen(const Older& older) {
    if (wanted_ && !is_seen_ && is_new_) search(older().points());
    is_new_ = false;
    return is_seen_;
  }
  [[nodiscard]] bool is_seen() const noexcept { return is_seen_; }

 private:
  static constexpr std::size_t enough = 256;

  void search(const std::vector<MetricPoint>& points) {
    if (!wanted_ || is_seen_) return;
    is_seen_ = std::any_of(points.rbegin(), points.rend(),
                           [&](const MetricPoint& point) { return same_number(point.value, *wanted_); });
  }

  std::vector<double> last_;
  std::size_t count_ = 0;
  std::optional<Value> wanted_value_;
  std::optional<double> wanted_;
  bool is_seen_ = false;
  bool is_new_ = false;  // the older points were not looked through
};

}  // namespace erm::detail

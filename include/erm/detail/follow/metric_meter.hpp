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
  void add(const MetricPoint& point, std::chrono::milliseconds window) {
    ++count_;
    if (samples_.empty() || point.step < last_.step || point.time < last_.time) {
      samples_.assign(1, {point.time, point.step, count_});
    } else if (point.time - samples_.back().time >= window / pieces) {
      if (samples_.size() == 2 * pieces) samples_.erase(samples_.begin(), samples_.begin() + pieces);
      samples_.push_back({point.time, point.step, count_});
    }
    last_ = point;
  }
  /// Over the last `window` before the last point. Nothing if all points have one time.
  [[nodiscard]] std::optional<FollowedRate> rate(std::chrono::milliseconds window) const {
    const Sample* from = nullptr;
    for (const Sample& sample : samples_)
      if (sample.time < last_.time && (from == nullptr || last_.time - sample.time >= window)) from = &sample;
    if (from == nullptr) return std::nullopt;
    const double seconds = std::chrono::duration<double>(last_.time - from->time).count();
    return FollowedRate{(static_cast<double>(last_.step) - static_cast<double>(from->step)) / seconds,
                        static_cast<double>(count_ - from->count) / seconds};
  }
  void clear() { *this = RateWindow(); }

 private:
  struct Sample {
    TimePoint time;
    std::int64_t step;
    std::uint64_t count;
  };
  static constexpr int pieces = 16;

  std::vector<Sample> samples_;
  MetricPoint last_;
  std::uint64_t count_ = 0;
};

/// Tells whether a value in the metadata was a point: metadata are written after the points that they are newer than.
class SeenValues {
 public:
  /// From now on looks for `value`. Returns true if it is new, may be a point, and is not among those it remembers.
  bool look_for(const std::optional<Value>& value) {
    if (value == wanted_value_) return false;
    wanted_value_ = value;
    wanted_.reset();
    is_seen_ = false;
    if (!value || !value->is_number()) return false;
    const double number = *value->number();
    if (Value(number) != *value) return false;  // a large integer
    wanted_ = number;
    is_seen_ = std::any_of(last_.begin(), last_.end(), [&](double one) { return same_number(one, number); });
    return !is_seen_;
  }
  void add(double value) {
    constexpr std::size_t enough = 256;
    if (last_.size() < enough)
      last_.push_back(value);
    else
      last_[count_++ % enough] = value;
    if (!is_seen_ && wanted_ && same_number(value, *wanted_)) is_seen_ = true;
  }
  void set_seen() { is_seen_ = true; }
  [[nodiscard]] bool is_seen() const noexcept { return is_seen_; }
  [[nodiscard]] bool is_wanted(double value) const { return wanted_ && same_number(value, *wanted_); }

 private:
  std::vector<double> last_;
  std::size_t count_ = 0;
  std::optional<Value> wanted_value_;
  std::optional<double> wanted_;
  bool is_seen_ = false;
};

}  // namespace erm::detail

// The metrics of a live run. Callers look up the number of a name, the writing thread the metric of a number.
//
//   LiveMetrics metrics;
//   const std::uint32_t loss = metrics.number_of("loss").first;   // any thread
//   metrics.known(loss).last = 0.3;                               // the writing thread
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "erm/detail/base/utf8.hpp"
#include "erm/detail/live/callers_lock.hpp"
#include "erm/detail/live/point_chunk.hpp"
#include "erm/detail/store/history_csv.hpp"
#include "erm/metric_history.hpp"
#include "erm/value.hpp"

namespace erm::detail {

/// Set if the record is not a point but a value without a step, which is stored under the number in `step`. It goes
/// through the buffer, so that it follows the points that were logged before it.
inline constexpr std::uint32_t is_value = 0x40000000U;

struct LiveMetricInfo {
  std::string name;
  std::string csv_field;
  // For the writing thread:
  double last = 0;
  bool last_was_float = false;
  std::optional<Value> value = {};  // logged without a step after the last point
  bool is_new = false;
  // Any thread may read these:
  std::atomic<bool> has_step{false};
  std::atomic<std::int64_t> last_step{0};

  void set_last(double number, bool number_was_float, std::int64_t step) {
    value.reset();
    last = number;
    last_was_float = number_was_float;
    is_new = true;
    set_step(step);
  }
  void set_step(std::int64_t step) {
    last_step.store(step, std::memory_order_relaxed);
    has_step.store(true, std::memory_order_release);
  }
  /// The value for the run's record.
  [[nodiscard]] Value current() const {
    return value ? *value : last_was_float ? Value(static_cast<float>(last)) : Value(last);
  }
};

class LiveMetrics {
 public:
  /// A number for a metric's name, constant for the run, and a reference to the stored name.
  std::pair<std::uint32_t, const std::string*> number_of(std::string_view name);
  /// Stores a value without a step until it has passed through the buffer. Returns its number for take().
  std::int64_t keep(Value value);
  Value take(std::int64_t number);

  /// The metric's last point that counts is now that of `history`, or none. Returns whether the metric's value was a
  /// point. For the writing thread.
  bool go_back(std::string_view name, const MetricHistory* history);
  /// The step of the last point of the metric that was drained. Any thread.
  [[nodiscard]] std::optional<std::int64_t> last_step(std::uint32_t number);
  void set_steps(const std::map<std::string, std::int64_t>& steps) {
    for (const auto& [name, step] : steps) info(number_of(name).first).set_step(step);
  }

  /// For the writing thread.
  LiveMetricInfo& known(std::uint32_t number);
  /// Calls `visit(metric)` for each metric that has a new value since the last call. For the writing thread.
  template <class Visit>
  void visit_new(Visit&& visit);

  /// Held during a fork.
  std::mutex& mutex() { return mutex_; }

 private:
  LiveMetricInfo& info(std::uint32_t number) {
    const CallersLock lock(mutex_);
    return metrics_[number];
  }

  std::mutex mutex_;
  std::deque<LiveMetricInfo> metrics_;
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
  std::vector<LiveMetricInfo*> known_;              // the writing thread's view of metrics_
  std::unordered_map<std::int64_t, Value> values_;  // on their way through the buffer
  std::int64_t next_value_ = 0;
};

// ---- bodies ----

inline std::pair<std::uint32_t, const std::string*> LiveMetrics::number_of(std::string_view name) {
  const CallersLock lock(mutex_);
  std::string valid;
  if (!is_utf8(name)) name = valid = repaired_utf8(name);
  const auto found = numbers_.find(name);
  if (found != numbers_.end()) return {found->second, &metrics_[found->second].name};
  const auto number = static_cast<std::uint32_t>(metrics_.size());
  LiveMetricInfo& info = metrics_.emplace_back();
  info.name = std::string(name);
  append_csv_field(info.csv_field, name);
  numbers_.emplace(info.name, number);
  return {number, &info.name};
}

inline std::int64_t LiveMetrics::keep(Value value) {
  const CallersLock lock(mutex_);
  values_.emplace(next_value_, std::move(value));
  return next_value_++;
}

inline Value LiveMetrics::take(std::int64_t number) {
  const CallersLock lock(mutex_);
  return std::move(values_.extract(number).mapped());
}

inline LiveMetricInfo& LiveMetrics::known(std::uint32_t number) {
  if (number >= known_.size()) {
    const CallersLock lock(mutex_);
    for (std::size_t i = known_.size(); i < metrics_.size(); ++i) known_.push_back(&metrics_[i]);
  }
  return *known_[number];
}

inline bool LiveMetrics::go_back(std::string_view name, const MetricHistory* history) {
  LiveMetricInfo& metric = known(number_of(name).first);
  if (history == nullptr || history->empty())
    metric.has_step.store(false, std::memory_order_release);
  else
    metric.set_step(history->last().step);
  return !metric.value;
}

inline std::optional<std::int64_t> LiveMetrics::last_step(std::uint32_t number) {
  const LiveMetricInfo& metric = info(number);
  if (!metric.has_step.load(std::memory_order_acquire)) return std::nullopt;
  return metric.last_step.load(std::memory_order_relaxed);
}

template <class Visit>
void LiveMetrics::visit_new(Visit&& visit) {
  for (LiveMetricInfo* const info : known_) {
    if (!info->is_new) continue;
    info->is_new = false;
    visit(*info);
  }
}

}  // namespace erm::detail

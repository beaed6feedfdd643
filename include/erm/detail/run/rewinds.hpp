// What a run left behind when it went back to an earlier step: the points stay in its files, but do not count.
//
// On disk, "rewinds" in the object "erm" of the metadata says which points those are (docs/registry.md). In memory, the
// points that count and those that do not are apart.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/metric_history.hpp"
#include "erm/value.hpp"

namespace erm::detail {

/// From this step on, what lies before certain bytes of the files does not count.
struct Rewind {
  std::int64_t step = 0;
  /// Nothing stands for all metrics, except those of the system, whose steps are seconds.
  std::optional<std::string> metric = {};
  /// By the path of a file in the run's folder: the line of a point that is reached begins at `from` or later, and before
  /// `reach`.
  std::map<std::string, std::uint64_t> from = {};
  std::map<std::string, std::uint64_t> reach = {};
  /// The size of the file of a run that was saved: if it has another, another program wrote it. 0 for a live run.
  std::uint64_t size = 0;

  [[nodiscard]] bool is_of(std::string_view name) const {
    return metric ? *metric == name : name.substr(0, 7) != "system/";
  }
  [[nodiscard]] bool reaches(const std::string& path, std::uint64_t offset) const {
    const auto end = reach.find(path);
    if (end == reach.end() || offset >= end->second) return false;
    const auto begin = from.find(path);
    return begin == from.end() || offset >= begin->second;
  }
  friend bool operator==(const Rewind& a, const Rewind& b) {
    return a.step == b.step && a.metric == b.metric && a.from == b.from && a.reach == b.reach && a.size == b.size;
  }
};

inline std::string series_place(const std::string& filename) { return "series/" + filename; }
inline std::string history_place(const std::string& filename) { return "history/" + filename; }

/// A point that no longer counts.
struct AbandonedPoint {
  std::size_t before;  // the index of the first point that counts and was logged later
  MetricPoint point;
};
using Histories = std::map<std::string, MetricHistory>;
using AbandonedPoints = std::map<std::string, std::vector<AbandonedPoint>>;

inline void add_rewinds(std::vector<Rewind>& into, const std::vector<Rewind>& more) {
  for (const Rewind& one : more)
    if (std::find(into.begin(), into.end(), one) == into.end()) into.push_back(one);
}

/// Moves the points at `step` and later to those that do not count. Returns whether there were any.
inline bool abandon_points(MetricHistory& history, std::vector<AbandonedPoint>& abandoned, std::int64_t step) {
  const std::vector<MetricPoint>& points = history.points();
  if (std::none_of(points.begin(), points.end(), [&](const MetricPoint& point) { return point.step >= step; }))
    return false;
  std::vector<MetricPoint> counting;
  std::vector<std::size_t> writers;
  std::vector<AbandonedPoint> all;
  auto earlier = abandoned.begin();
  auto writer = history.writers().begin();
  for (std::size_t i = 0; i <= points.size(); ++i) {
    for (; writer != history.writers().end() && *writer == i; ++writer) writers.push_back(counting.size());
    for (; earlier != abandoned.end() && earlier->before == i; ++earlier)
      all.push_back({counting.size(), earlier->point});
    if (i == points.size()) break;
    if (points[i].step < step)
      counting.push_back(points[i]);
    else
      all.push_back({counting.size(), points[i]});
  }
  abandoned = std::move(all);
  history = MetricHistory(std::move(counting), std::move(writers));
  return true;
}

/// The points of a metric in the order in which they were logged, with those that do not count.
inline MetricHistory with_abandoned(const MetricHistory& history, const std::vector<AbandonedPoint>& abandoned) {
  std::vector<MetricPoint> points;
  std::vector<std::size_t> writers;
  points.reserve(history.size() + abandoned.size());
  auto left = abandoned.begin();
  auto writer = history.writers().begin();
  for (std::size_t i = 0; i <= history.size(); ++i) {
    for (; writer != history.writers().end() && *writer == i; ++writer) writers.push_back(points.size());
    for (; left != abandoned.end() && left->before == i; ++left) points.push_back(left->point);
    if (i < history.size()) points.push_back(history.points()[i]);
  }
  return MetricHistory(std::move(points), std::move(writers));
}

inline Histories with_abandoned(const Histories& history, const AbandonedPoints& abandoned) {
  Histories all = history;
  for (const auto& [metric, points] : abandoned) {
    MetricHistory& whole = all[metric];
    whole = with_abandoned(whole, points);
  }
  return all;
}

/// A metric whose value is a point that does not count gets the value of the last that does, or is no metric any more.
/// Other values were logged without a step, and stay.
inline void drop_abandoned_value(std::map<std::string, Value>& metrics, const std::string& metric,
                                 const MetricHistory* history, const std::vector<AbandonedPoint>& abandoned) {
  const auto known = metrics.find(metric);
  if (known == metrics.end()) return;
  const auto is_value = [&](const MetricPoint& point) { return known->second == Value(point.value); };
  if (std::none_of(abandoned.rbegin(), abandoned.rend(),
                   [&](const AbandonedPoint& one) { return is_value(one.point); }))
    return;
  if (history == nullptr || history->empty())
    metrics.erase(known);
  else
    known->second = history->last().value;
}

inline void drop_abandoned_values(std::map<std::string, Value>& metrics, const Histories& history,
                                  const AbandonedPoints& abandoned) {
  for (const auto& [metric, points] : abandoned) {
    const auto left = history.find(metric);
    drop_abandoned_value(metrics, metric, left == history.end() ? nullptr : &left->second, points);
  }
}

/// The first point of a history that has one: of points of one writer at its step, the last.
inline MetricPoint first_that_counts(const MetricHistory& history) {
  return history.repeats_steps() ? history.counted().first() : history.first();
}

}  // namespace erm::detail

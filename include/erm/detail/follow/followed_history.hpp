// The curves of a run whose history files are read on.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "erm/detail/follow/follow_options.hpp"
#include "erm/detail/follow/history_tail.hpp"
#include "erm/detail/follow/metric_meter.hpp"
#include "erm/detail/follow/run_files.hpp"
#include "erm/detail/follow/thinned_curve.hpp"
#include "erm/detail/run/rewinds.hpp"
#include "erm/detail/store/history_csv.hpp"
#include "erm/detail/store/history_reader.hpp"
#include "erm/error.hpp"
#include "erm/value.hpp"

namespace erm::detail {

class FollowedHistory {
 public:
  FollowedHistory(const RunFiles& files, const FollowOptions& options) : files_(files), options_(options) {}
  FollowedHistory(const FollowedHistory&) = delete;
  FollowedHistory& operator=(const FollowedHistory&) = delete;

  /// What the metadata say of the files.
  struct Source {
    std::vector<std::string> names;  // in the order in which they are read
    std::vector<Rewind> rewinds;
    bool is_named = false;    // by the metadata
    bool is_running = false;  // or says so
    bool has_changed = false;  // whether the metadata have, since the last call
  };
  /// Reads on. Throws what the store throws; a file that is no history is a fault().
  void follow(const Source& source, FollowChange& change);
  /// Reads all again when next asked.
  void restart(FollowChange& change) {
    if (!tails_.empty()) change.restarted = true;
    tails_.clear();
    curves_.clear();
    meters_.clear();
    fault_.clear();
  }
  /// Why reading ended. Empty if it did not.
  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

  /// By metric. None of them is empty.
  [[nodiscard]] const std::map<std::string, ThinnedCurve>& curves() const noexcept { return curves_; }
  [[nodiscard]] std::optional<FollowedRate> rate(const std::string& metric) const {
    const auto found = meters_.find(metric);
    return found == meters_.end() ? std::nullopt : found->second.rate.rate(options_.rate_window);
  }

  /// The metrics of the metadata. Called before follow() reads the points that they may name.
  void set_stored_metrics(std::map<std::string, Value> metrics) {
    stored_metrics_ = std::move(metrics);
    for (auto& [metric, meter] : meters_) look_for_stored(metric, meter);
  }
  /// As drop_abandoned_values() and update_metrics_from_history() in run_reader.hpp make them.
  [[nodiscard]] std::map<std::string, Value> metrics(bool is_running);

 private:
  using Clock = std::chrono::steady_clock;
  struct Meter {
    RateWindow rate;
    SeenValues counting, abandoned;
  };
  struct Tail {
    std::string name, writer;
    HistoryTail file;
    os::FileState state = {};    // when it was read
    os::FileState touched = {};  // of the same size, but at another time
    Tail(std::string filename, std::string path, std::uint64_t size, const std::vector<Rewind>& rewinds, bool is_named)
        : name(std::move(filename)), writer(writer_of_history(name)), file(std::move(path), size, rewinds, is_named) {}
  };
  /// What a rewind says of one file: the file, the step, the metric, from where and up to where.
  using Rule = std::tuple<std::string, std::int64_t, std::optional<std::string>, std::uint64_t, std::uint64_t>;

  [[nodiscard]] std::vector<Rule> rules_for(const Source& source) const;
  bool arrange_tails(const Source& source);
  bool read_all(const Source& source, FollowChange& change);
  bool read_tail(Tail& tail, std::size_t writer, const Source& source, FollowChange& change);
  void take(HistoryReader& reader, std::size_t writer, FollowChange& change);
  void look_for_stored(const std::string& metric, Meter& meter) const {
    const auto stored = stored_metrics_.find(metric);
    const std::optional<Value> value = stored == stored_metrics_.end() ? std::nullopt : std::optional(stored->second);
    meter.counting.look_for(value);
    meter.abandoned.look_for(value);
  }

  const RunFiles& files_;
  const FollowOptions& options_;
  std::vector<Rewind> rewinds_;  // those by which the tails read
  std::vector<Rule> rules_;      // what they say
  std::vector<std::unique_ptr<Tail>> tails_;  // in the order in which a run reads its files
  std::string fault_;
  Clock::time_point retry_at_;  // after a fault
  std::map<std::string, ThinnedCurve> curves_;
  std::map<std::string, Meter> meters_;
  std::map<std::string, Value> stored_metrics_;
};

// ---- bodies ----

/// Sorted. The rewinds of metadata that name the files and of those that do not look different, and say the same.
inline std::vector<FollowedHistory::Rule> FollowedHistory::rules_for(const Source& source) const {
  std::vector<Rule> rules;
  if (source.rewinds.empty()) return rules;
  for (const std::string& name : source.names) {
    const std::string place = history_place(name);
    std::optional<std::uint64_t> size;
    for (const Rewind& one : source.rewinds) {
      const auto end = one.reach.find(place);
      if (end == one.reach.end()) continue;
      if (one.size != 0 || source.is_named) {
        if (!size) size = files_.state(place).size;
        if (source.is_named ? one.size != *size : one.size > *size) continue;  // another program wrote it
      }
      const auto begin = one.from.find(place);
      rules.emplace_back(place, one.step, one.metric, begin == one.from.end() ? 0 : begin->second, end->second);
    }
  }
  std::sort(rules.begin(), rules.end());
  rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
  return rules;
}

inline void FollowedHistory::follow(const Source& source, FollowChange& change) {
  std::vector<Rule> rules = rules_for(source);
  if (!fault_.empty()) {
    if (Clock::now() < retry_at_) return;
    const bool is_same = std::all_of(tails_.begin(), tails_.end(), [&](const std::unique_ptr<Tail>& tail) {
      return files_.state(history_place(tail->name)) == tail->state;
    });
    if (is_same && rules == rules_) return;
    restart(change);
  }
  if (rules != rules_) restart(change);
  rules_ = std::move(rules);
  for (int attempt = 0; attempt < 3; ++attempt) {  // a file may be replaced again and again
    if (tails_.empty()) rewinds_ = source.rewinds;
    if (arrange_tails(source) && read_all(source, change)) return;
    restart(change);
  }
}

/// Makes tails for new files. Returns false if the others do not fit any more.
inline bool FollowedHistory::arrange_tails(const Source& source) {
  std::size_t writer = 0;
  for (std::size_t i = 0; i < source.names.size(); ++i) {
    const std::string& name = source.names[i];
    if (i == tails_.size() || tails_[i]->name != name) {
      const std::string place = history_place(name);
      auto tail =
          std::make_unique<Tail>(name, files_.path_of(place), files_.state(place).size, rewinds_, source.is_named);
      if (i < tails_.size()) {
        if (tails_[i]->writer == tail->writer) return false;  // its points would come behind those of a later file
        const bool goes_on = i > 0 && tails_[i - 1]->writer == tail->writer;
        if (!goes_on)
          for (auto& [metric, curve] : curves_) curve.insert_writer(i == 0 ? 0 : writer + 1);
      }
      tails_.insert(tails_.begin() + static_cast<std::ptrdiff_t>(i), std::move(tail));
    }
    if (i > 0 && tails_[i]->writer != tails_[i - 1]->writer) ++writer;
  }
  return tails_.size() == source.names.size();
}

/// Returns false if what was read before is not there any more.
inline bool FollowedHistory::read_all(const Source& source, FollowChange& change) {
  const Clock::time_point begin = Clock::now();
  std::size_t writer = 0;
  try {
    for (std::size_t i = 0; i < tails_.size(); ++i) {
      if (i > 0 && tails_[i]->writer != tails_[i - 1]->writer) ++writer;
      if (!read_tail(*tails_[i], writer, source, change)) return false;
    }
  } catch (const FormatError& error) {
    fault_ = error.what();
    const Clock::time_point end = Clock::now();
    retry_at_ = end + 100 * (end - begin);
  }
  return true;
}

/// Returns false if what was read of the file before is not there any more.
inline bool FollowedHistory::read_tail(Tail& tail, std::size_t writer, const Source& source, FollowChange& change) {
  const os::FileState state = files_.state(history_place(tail.name));
  if (state == tail.state && state.kind == FileKind::file) return true;
  if (state.kind != FileKind::file) {
    if (tail.file.offset() > 0) return false;
    throw NotFoundError("there is no history file '" + tail.file.path() + "'; check the run's folder");
  }
  if (tail.file.offset() > 0) {
    if (!state.is_same_file(tail.state) || state.size < tail.file.offset()) return false;
    if (state.size == tail.state.size) {
      // The time of a write is seen before its size. If it stays so, the file was changed, or touched, as by a process
      // that goes on with the run, which also writes the metadata.
      if (state == tail.touched && !source.has_changed && !source.is_running) return false;
      tail.touched = state;
      if (source.has_changed) tail.state = state;
      return true;
    }
  }
  tail.state = state;
  return tail.file.read_on(*files_.fs(), state.size, [&](HistoryReader& reader) { take(reader, writer, change); });
}

inline void FollowedHistory::take(HistoryReader& reader, std::size_t writer, FollowChange& change) {
  const auto meter_of = [&](const std::string& metric) -> Meter& {
    const auto [found, is_new] = meters_.try_emplace(metric);
    if (is_new) look_for_stored(metric, found->second);
    return found->second;
  };
  reader.drain([&](const std::string& metric, const std::vector<MetricPoint>& points) {
    ThinnedCurve& curve = curves_.try_emplace(metric, options_.buckets).first->second;
    for (const MetricPoint& point : points) curve.add(point, writer);
    Meter& meter = meter_of(metric);
    meter.counting.add(points);
    meter.rate.add(points, options_.rate_window);
    change.points = true;
  });
  for (const auto& [metric, left] : reader.take_abandoned()) {
    std::vector<MetricPoint> points;
    for (const AbandonedPoint& one : left) points.push_back(one.point);
    meter_of(metric).abandoned.add(points);
  }
}

inline std::map<std::string, Value> FollowedHistory::metrics(bool is_running) {
  std::map<std::string, Value> metrics = stored_metrics_;
  for (auto& [metric, meter] : meters_) {
    const auto curve = curves_.find(metric);
    const bool has_points = curve != curves_.end();
    const auto stored = metrics.find(metric);
    if (stored != metrics.end() && meter.abandoned.is_seen()) {
      if (has_points)
        stored->second = curve->second.last().value;
      else
        metrics.erase(stored);
    } else if (is_running && has_points &&
               (stored == metrics.end() || meter.counting.is_seen([&] { return curve->second.history(); }))) {
      metrics[metric] = curve->second.last().value;
    }
  }
  return metrics;
}

}  // namespace erm::detail

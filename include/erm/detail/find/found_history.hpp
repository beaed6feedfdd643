// The history of a run that a search has found, which is read when a program asks for it.
//
//   record.unread_history = std::make_shared<FoundHistory>(fs, folder, record);
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "erm/detail/run/record.hpp"
#include "erm/detail/store/run_reader.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// The history of a run whose metadata have already been read.
class FoundHistory final : public UnreadHistory {
 public:
  FoundHistory(std::shared_ptr<FileSystem> fs, std::string folder, const RunRecord& run)
      : fs_(std::move(fs)), folder_(std::move(folder)), timestamp_(run.timestamp_utc), finished_(run.finished_utc) {}

  [[nodiscard]] const std::map<std::string, MetricHistory>& read() const override {
    return whole().first;
  }
  [[nodiscard]] const AbandonedPoints& abandoned() const override { return whole().second; }
  /// Passes over the lines of other metrics, which takes a fraction of reading them. Nobody learns then whether those
  /// are damaged.
  [[nodiscard]] const MetricHistory* of(const std::string& metric) const override {
    constexpr std::size_t few = 3;  // for more it is quicker to read all at once
    if (fs_->has_folders()) {  // elsewhere a request costs more than all lines
      const std::lock_guard<std::mutex> lock(mutex_);
      const auto known = single_.find(metric);
      if (!history_ && known != single_.end()) return known->second ? &*known->second : nullptr;
      if (!history_ && single_.size() < few) {
        Histories read = read_again(&metric).history;
        const auto found = read.find(metric);
        std::optional<MetricHistory>& entry = single_[metric];
        if (found != read.end()) entry.emplace(std::move(found->second));
        return entry ? &*entry : nullptr;
      }
    }
    return UnreadHistory::of(metric);
  }

 private:
  [[nodiscard]] const std::pair<Histories, AbandonedPoints>& whole() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (history_) return *history_;
    RunRecord now = read_again(nullptr);
    return history_.emplace(std::move(now.history), std::move(now.abandoned));
  }
  /// The record of the run with its history, or with that of one metric.
  [[nodiscard]] RunRecord read_again(const std::string* only) const {
    MetadataFile now = read_whole_metadata_and_history(*fs_, folder_, only);
    if (now.record.timestamp_utc != timestamp_ || (finished_ && now.record.finished_utc != finished_)) {
      throw NotFoundError("cannot read the history of the run '" + folder_ +
                          "': another run took its place since it was found; find it again");
    }
    return std::move(now.record);
  }

  std::shared_ptr<FileSystem> fs_;
  std::string folder_;
  TimePoint timestamp_;
  std::optional<TimePoint> finished_;
  mutable std::mutex mutex_;
  mutable std::optional<std::pair<Histories, AbandonedPoints>> history_;
  mutable std::map<std::string, std::optional<MetricHistory>> single_;  // read alone; their addresses do not change
};

}  // namespace erm::detail

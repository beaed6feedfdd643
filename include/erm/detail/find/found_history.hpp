// The history of a run that a search has found, which is read when a program asks for it.
//
//   record.unread_history = std::make_shared<FoundHistory>(fs, folder, record);
#pragma once

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

 private:
  [[nodiscard]] const std::pair<Histories, AbandonedPoints>& whole() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (history_) return *history_;
    MetadataFile now = read_whole_metadata_and_history(*fs_, folder_);
    if (now.record.timestamp_utc != timestamp_ || (finished_ && now.record.finished_utc != finished_)) {
      throw NotFoundError("cannot read the history of the run '" + folder_ +
                          "': another run took its place since it was found; find it again");
    }
    return history_.emplace(std::move(now.record.history), std::move(now.record.abandoned));
  }

  std::shared_ptr<FileSystem> fs_;
  std::string folder_;
  TimePoint timestamp_;
  std::optional<TimePoint> finished_;
  mutable std::mutex mutex_;
  mutable std::optional<std::pair<Histories, AbandonedPoints>> history_;
};

}  // namespace erm::detail

// One run of a live page, read on while it is written.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/follow/followed_run.hpp"
#include "erm/detail/livepage/kept_content.hpp"
#include "erm/detail/page/live_banner.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/error.hpp"
#include "erm/experiment_run.hpp"
#include "erm/file_system.hpp"
#include "erm/metric_history.hpp"

namespace erm::detail {

class PageRun {
 public:
  PageRun(std::string uri, std::shared_ptr<FollowedRun> followed) : uri_(std::move(uri)), followed_(std::move(followed)) {}
  /// Throws Error for a URI that cannot be opened.
  static PageRun at(const std::string& uri, const std::shared_ptr<FileSystem>& fs, const FollowOptions& options) {
    const Location place = locate(uri, fs);
    return PageRun(uri, std::make_shared<FollowedRun>(place.fs, place.path, options));
  }

  [[nodiscard]] const std::string& uri() const noexcept { return uri_; }
  /// Reads what has come since. Throws if it cannot, and then shows the run as it was. With `is_expected` also from a store
  /// that it would otherwise not look at yet. Returns whether there is something new.
  bool read(bool is_expected = false) {
    if (is_expected) followed_->expect_change();
    const bool is_new = take(followed_->refresh());
    if (!followed_->problem().empty()) throw Error(followed_->problem());
    if (!is_known()) throw NotFoundError("there is no run at '" + uri_ + "'; check the path, or list_runs");
    return is_new;
  }
  /// Shows what a refresh() of the run found. Returns whether that is something new.
  bool take(const FollowChange& change) {
    if (!followed_->is_known()) return false;
    const bool is_gone = followed_->is_gone();
    const bool was_gone = fate_ == LiveBanner::Fate::deleted;
    if (run_ && !change.any() && is_gone == was_gone) return false;
    if (is_gone) {
      fate_ = LiveBanner::Fate::deleted;
    } else {
      if (run_ && run_->timestamp_utc() != followed_->record().timestamp_utc) was_replaced_ = true;
      fate_ = was_replaced_ ? LiveBanner::Fate::replaced : LiveBanner::Fate::there;
    }
    if (!run_ || change.points || change.record || change.restarted || change.console) take_run();
    return true;
  }

  /// Whether it was ever read; then run() is there.
  [[nodiscard]] bool is_known() const noexcept { return run_.has_value(); }
  [[nodiscard]] const ExperimentRun& run() const { return *run_; }
  [[nodiscard]] LiveBanner::Fate fate() const noexcept { return fate_; }
  /// Whether something of it may come: it runs, and is there.
  [[nodiscard]] bool may_change() const { return is_known() && fate_ != LiveBanner::Fate::deleted && followed_->is_running(); }
  /// Adds the numbers of points of the histories that are thinned.
  void add_thinned(std::map<const MetricHistory*, std::uint64_t>& thinned) const {
    for (const auto& [metric, curve] : followed_->curves()) {
      if (!curve.is_thinned()) continue;
      const auto history = run_->history().find(metric);
      if (history != run_->history().end()) thinned[&history->second] = curve.count();
    }
  }

 private:
  void take_run() {
    RunRecord record = RunAccess::record(followed_->with_curves());
    contents_.begin_version();
    for (auto& [id, artifact] : record.artifacts) artifact = contents_.kept(artifact);
    record.unread_series = contents_.kept(record.unread_series);
    run_ = RunAccess::make(std::move(record));
  }

  std::string uri_;
  std::shared_ptr<FollowedRun> followed_;
  KeptContents contents_;
  std::optional<ExperimentRun> run_;
  bool was_replaced_ = false;
  LiveBanner::Fate fate_ = LiveBanner::Fate::there;
};

}  // namespace erm::detail

// One run of a live page, read on while it is written.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "erm/detail/page/live_banner.hpp"
#include "erm/error.hpp"
#include "erm/experiment_run.hpp"
#include "erm/file_system.hpp"
#include "erm/metric_history.hpp"
#include "erm/registry.hpp"
#include "erm/run_status.hpp"

namespace erm::detail {

class PageRun {
 public:
  PageRun(std::string uri, std::shared_ptr<FileSystem> fs) : uri_(std::move(uri)), fs_(std::move(fs)) {}

  [[nodiscard]] const std::string& uri() const noexcept { return uri_; }
  /// Reads what has come since. Throws if it cannot, and then shows the run as it was.
  void read() {
    if (is_over() && fate_ == LiveBanner::Fate::there) return;
    try {
      run_ = load_run_from_path(uri_, fs_);
      static_cast<void>(run_->history());
      fate_ = LiveBanner::Fate::there;
    } catch (const NotFoundError&) {
      if (!run_) throw;
      fate_ = LiveBanner::Fate::deleted;
    }
  }
  /// The next read() reads it although it has ended: it may have been resumed.
  void open_again() { is_closed_ = false; }

  /// Whether it was ever read; then run() is there.
  [[nodiscard]] bool is_known() const noexcept { return run_.has_value(); }
  [[nodiscard]] const ExperimentRun& run() const { return *run_; }
  [[nodiscard]] bool is_over() const { return run_ && run_->status() != RunStatus::running; }
  [[nodiscard]] LiveBanner::Fate fate() const noexcept { return fate_; }
  /// Adds the numbers of points of the histories that are thinned.
  void add_thinned(std::map<const MetricHistory*, std::uint64_t>& thinned) const { static_cast<void>(thinned); }

 private:
  std::string uri_;
  std::shared_ptr<FileSystem> fs_;
  std::optional<ExperimentRun> run_;
  bool is_closed_ = false;
  LiveBanner::Fate fate_ = LiveBanner::Fate::there;
};

}  // namespace erm::detail

// A live page of runs that other processes write, for a program that watches them.
//
//   WatchedPage page("page.html", {}, std::chrono::seconds(10), warn);
//   while (page.look(uris) == WatchedPage::State::goes_on) std::this_thread::sleep_for(page.pause());
#pragma once

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "erm/compare_options.hpp"
#include "erm/detail/livepage/page_file.hpp"
#include "erm/detail/livepage/page_run.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/os/process.hpp"
#include "erm/detail/page/live_banner.hpp"
#include "erm/error.hpp"
#include "erm/file_path.hpp"
#include "erm/file_system.hpp"
#include "erm/run_status.hpp"

namespace erm::detail {

/// For one thread at a time.
class WatchedPage {
 public:
  enum class State { goes_on, over };
  using Warn = std::function<void(const std::string& message)>;

  /// `warn` is told once, until it works again, that the page cannot be written, or that a run cannot be read.
  WatchedPage(const FilePath& path, CompareOptions options, std::chrono::milliseconds interval, Warn warn)
      : path_(os::absolute_path(path.str())), options_(std::move(options)), schedule_(interval), warn_(std::move(warn)) {}

  /// Reads the runs on, and writes the page if that is due. Runs whose URIs were not there before come behind the others; a
  /// run stays on the page when its URI is not there any more. If no more runs `may_come`, the page is over once none of
  /// them goes on: then it is written for the last time. Throws like write_comparison if the first version cannot be
  /// written, and Error for the last; any other is tried again.
  State look(const std::vector<std::string>& uris, bool may_come, const std::shared_ptr<FileSystem>& fs = nullptr);
  /// The shortest time after which another look may find something to do.
  [[nodiscard]] std::chrono::milliseconds pause() const { return schedule_.pause(); }
  /// Whether the page shows runs, and all of them have ended well and are there.
  [[nodiscard]] bool have_all_finished() const {
    bool any = false;
    for (const PageRun& run : runs_) {
      if (!run.is_known()) continue;
      if (run.run().status() != RunStatus::finished || run.fate() == LiveBanner::Fate::deleted) return false;
      any = true;
    }
    return any;
  }

 private:
  using Clock = PageSchedule::Clock;

  void add(const std::string& uri, const std::shared_ptr<FileSystem>& fs);
  /// Returns whether the page changes.
  bool read();

  const std::string path_;
  const CompareOptions options_;
  PageSchedule schedule_;
  Warn warn_;
  std::vector<PageRun> runs_;
  ToldOnce unwritten_, unread_;
  bool has_changed_ = true, was_written_ = false;
};

// ---- bodies ----

inline void WatchedPage::add(const std::string& uri, const std::shared_ptr<FileSystem>& fs) {
  const auto is_it = [&](const PageRun& run) { return run.uri() == uri; };
  if (std::any_of(runs_.begin(), runs_.end(), is_it)) return;
  FollowOptions follow;
  follow.store_interval = schedule_.interval();
  runs_.push_back(PageRun::at(uri, fs, follow));
  has_changed_ = true;
}

inline bool WatchedPage::read() {
  bool changes = false, all_well = true;
  for (PageRun& run : runs_) {
    try {
      changes = run.read() || changes;
    } catch (const Error& error) {
      all_well = false;
      if (unread_.begin()) warn_("the page does not show the run '" + run.uri() + "' as it is now: " + error.what());
    }
  }
  if (all_well) unread_.end();
  return changes;
}

inline WatchedPage::State WatchedPage::look(const std::vector<std::string>& uris, bool may_come,
                                            const std::shared_ptr<FileSystem>& fs) {
  const std::chrono::nanoseconds used = os::thread_time();
  for (const std::string& uri : uris) add(uri, fs);
  const bool was_due = schedule_.is_due(Clock::now(), true);
  if (was_due) has_changed_ = read() || has_changed_;
  const bool is_over =
      !may_come && std::none_of(runs_.begin(), runs_.end(), [](const PageRun& run) { return run.may_change(); });
  if (!was_due || (!is_over && !schedule_.is_due(Clock::now(), has_changed_))) return State::goes_on;
  const Clock::time_point begin = Clock::now();
  try {
    std::vector<const PageRun*> shown;
    for (const PageRun& run : runs_)
      if (run.is_known()) shown.push_back(&run);
    LiveBanner live;
    live.is_of_run = false;
    live.is_over = is_over;
    write_live_page(path_, shown, options_, schedule_, std::move(live));
    has_changed_ = false;
    was_written_ = true;
    unwritten_.end();
  } catch (const Error& error) {
    if (!was_written_) throw;
    if (is_over) throw Error(error.what());  // also where its folder is gone: that was no mistake of the caller
    if (unwritten_.begin()) warn_(std::string(error.what()) + "; it is tried again");
  }
  schedule_.written(begin, os::thread_time() - used);
  return is_over ? State::over : State::goes_on;
}

}  // namespace erm::detail

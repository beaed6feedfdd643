// The file of a live page: the comparison of some runs as they are now.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erm/compare_options.hpp"
#include "erm/comparison.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/livepage/page_run.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/os/whole_file.hpp"
#include "erm/detail/page/output.hpp"
#include "erm/detail/page/page.hpp"
#include "erm/file_path.hpp"

namespace erm::detail {

/// When the page is to be written again.
class PageSchedule {
 public:
  using Clock = std::chrono::steady_clock;
  using milliseconds = std::chrono::milliseconds;

  explicit PageSchedule(milliseconds interval) : interval_((std::max)(interval, milliseconds(100))) {}

  /// The page was written at `begin`, and took this thread so much processor time: on a busy machine far less than the
  /// time that went by.
  void written(Clock::time_point begin, std::chrono::nanoseconds cost) {
    at_ = begin;
    cost_ = std::chrono::duration_cast<milliseconds>(cost);
  }
  /// How often the page is written while points come, and how often at least: its readers know by it that the writer lives.
  [[nodiscard]] milliseconds interval() const { return (std::max)(interval_, 100 * cost_); }
  [[nodiscard]] milliseconds at_least() const { return 3 * interval(); }
  [[nodiscard]] bool is_due(Clock::time_point now, bool has_changed) const {
    return !at_ || now - *at_ >= (has_changed ? interval() : at_least());
  }
  /// The shortest time that matters.
  [[nodiscard]] milliseconds pause() const { return std::clamp(interval() / 8, milliseconds(10), milliseconds(1000)); }

 private:
  const milliseconds interval_;
  milliseconds cost_ = milliseconds(0);
  std::optional<Clock::time_point> at_;
};

/// A message once, until all is well again.
class ToldOnce {
 public:
  /// Whether it is to be told.
  bool begin() { return !std::exchange(is_told_, true); }
  void end() { is_told_ = false; }

 private:
  bool is_told_ = false;
};

/// Writes the page. Throws like write_comparison. An index or a field of the options that fits none of these runs is not
/// used: they change.
inline void write_live_page(const std::string& path, const std::vector<const PageRun*>& runs, CompareOptions options,
                            const PageSchedule& schedule, LiveBanner live) {
  live.written = now_utc();
  live.interval = schedule.interval();
  live.at_least = schedule.at_least();
  std::vector<const ExperimentRun*> shown;
  for (const PageRun* const run : runs) {
    shown.push_back(&run->run());
    live.fates.push_back(run->fate());
    run->add_thinned(live.thinned);
  }
  if (options.baseline >= shown.size()) options.baseline = 0;
  const Comparison comparison(std::move(shown), options);
  write_whole_file(FilePath::from_utf8(path), "write the live page", [&](os::File& file) {
    PageOutput page(&file);
    append_page(page, comparison, options, &live);
  });
}

}  // namespace erm::detail

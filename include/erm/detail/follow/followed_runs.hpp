// The runs of a registry that a filter selects, or that are named, followed while they appear, end and go.
//
//   FollowedRuns followed("erm-registry", {"status = running"});
//   followed.refresh();
//   for (const FollowedRuns::Entry& one : followed.runs()) std::puts(one.path.c_str());
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "erm/detail/follow/followed_run.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/uri.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"
#include "erm/find.hpp"

namespace erm::detail {

/// For one thread at a time.
class FollowedRuns {
 public:
  struct Entry {
    std::string path;  // below the registry: experiment/variant/run
    std::string uri;
    std::shared_ptr<FollowedRun> run;
    FollowChange change;  // what the last refresh() found
    bool is_new = false;  // it was not there at the refresh() before
  };

  /// The runs that the options select at any look, in the order of the options; those found later come behind. Throws
  /// Error if the filter or the order cannot be parsed, as find_runs does at the first refresh().
  FollowedRuns(const std::string& registry_uri, FindOptions find, FollowOptions options = {},
               const std::shared_ptr<FileSystem>& fs = nullptr)
      : FollowedRuns(registry_uri, options, fs) {
    find_ = std::move(find);
    finds_ = true;
    if (!find_.on_broken) find_.on_broken = [](const std::string&, const Error&) {};
    if (!find_.on_warning) find_.on_warning = [](const std::string&) {};
  }
  /// The runs at these paths below the registry, as "mnist/main/night". One that does not exist is gone until it does.
  FollowedRuns(const std::string& registry_uri, const std::vector<std::string>& paths, FollowOptions options = {},
               const std::shared_ptr<FileSystem>& fs = nullptr)
      : FollowedRuns(registry_uri, options, fs) {
    for (const std::string& path : paths) add(normal_path(path));
  }

  /// Looks for new runs if that is due, and refreshes all. Throws only what find_runs throws at the first call, and
  /// std::bad_alloc; later the registry that cannot be read is a problem().
  FollowChange refresh() {
    FollowChange all;
    for (Entry& entry : entries_) entry.is_new = false;
    find_more();
    for (Entry& entry : entries_) {
      entry.change = entry.run->refresh();
      all.add(entry.change);
    }
    return all;
  }

  [[nodiscard]] const std::vector<Entry>& runs() const noexcept { return entries_; }
  /// Why the registry could not be looked through the last time. Empty if it could.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  /// No longer follows the run at a path.
  void forget(const std::string& path) {
    if (paths_.erase(path) == 0) return;
    entries_.erase(std::remove_if(entries_.begin(), entries_.end(), [&](const Entry& one) { return one.path == path; }),
                   entries_.end());
  }

 private:
  using Clock = std::chrono::steady_clock;

  FollowedRuns(const std::string& registry_uri, FollowOptions options, const std::shared_ptr<FileSystem>& fs)
      : place_(locate(registry_uri, fs)), registry_uri_(lasting_uri(registry_uri, place_)), options_(options) {}

  void add(const std::string& path) {
    if (!paths_.insert(path).second) return;
    const std::string folder = joined(without_end_slash(place_.path), path);
    entries_.push_back(
        {path, uri_below(registry_uri_, path), std::make_shared<FollowedRun>(place_.fs, folder, options_), {}, true});
  }

  void find_more() {
    const Clock::time_point begin = Clock::now();
    if (!finds_ || begin < next_scan_) return;
    try {
      for (const ExperimentRun& run : find_runs(registry_uri_, find_, place_.fs))
        add(joined(joined(run.experiment_id(), run.variant_id()), run.run_id()));
      problem_.clear();
    } catch (const Error& error) {
      if (next_scan_ == Clock::time_point()) throw;
      problem_ = error.what();
    }
    const Clock::time_point end = Clock::now();
    const auto interval = place_.fs->has_folders() ? options_.scan_interval : options_.store_interval;
    next_scan_ = interval.count() == 0 ? end : end + (std::max<Clock::duration>)(interval, 50 * (end - begin));
  }

  Location place_;
  std::string registry_uri_;
  FollowOptions options_;
  FindOptions find_;
  bool finds_ = false;
  Clock::time_point next_scan_;
  std::string problem_;
  std::vector<Entry> entries_;
  std::unordered_set<std::string> paths_;  // theirs
};

}  // namespace erm::detail

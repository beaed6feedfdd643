// The bodies of erm/live_page.hpp.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "erm/comparison.hpp"
#include "erm/detail/livepage/beside.hpp"
#include "erm/detail/livepage/page_keeper.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/os/process.hpp"
#include "erm/detail/page/page.hpp"
#include "erm/detail/store/uri.hpp"
#include "erm/live_page.hpp"

namespace erm {

namespace detail {

/// In the child of a fork the thread does not exist, and its locks may be held: the child begins anew if it goes on with
/// a run.
class LivePage final : public LiveObserver {
 public:
  LivePage(const FilePath& path, LivePageOptions options)
      : path_(os::absolute_path(path.str())),
        options_(std::move(options)),
        beside_(absolute(options_.beside), (std::max)(options_.max_beside, std::size_t{1})) {
    // What could never be written is an error now.
    PageOutput page;
    CompareOptions comparison = options_.comparison;
    comparison.baseline = 0;
    append_page(page, Comparison(std::vector<const ExperimentRun*>(), comparison), comparison);
    if (!comparison.plotly_js.empty()) PlotlyScript(comparison).load();
  }
  ~LivePage() override {
    if (is_here())
      delete keeper_.load();
    else
      leave();
  }

  void run_began(const ObservedRun& run) override {
    if (run.writer != "main") return;
    keeper().begin(absolute(run));
  }
  void run_written(const ObservedRun& run) override {
    if (PageKeeper* const keeper = keeper_; keeper != nullptr && run.writer == "main" && is_here()) keeper->note_written();
  }
  void run_ended(const ObservedRun& run) override {
    if (PageKeeper* const keeper = keeper_; keeper != nullptr && run.writer == "main" && is_here())
      keeper->end(absolute(run), std::chrono::seconds(10));
  }

 private:
  /// The same wherever the program goes with chdir().
  static std::string absolute(const std::string& uri) { return scheme_of(uri).empty() ? os::absolute_path(uri) : uri; }
  static ObservedRun absolute(ObservedRun run) {
    if (run.fs) return run;
    run.uri = absolute(run.uri);
    run.registry_uri = absolute(run.registry_uri);
    return run;
  }
  static std::vector<std::string> absolute(std::vector<std::string> beside) {
    for (std::string& name : beside)
      if (RunsBeside::is_uri(name)) name = absolute(name);
    return beside;
  }

  [[nodiscard]] bool is_here() const { return process_ == os::process_number(); }
  PageKeeper& keeper() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!is_here()) {
      leave();
      process_ = os::process_number();
    }
    if (keeper_ == nullptr) keeper_ = new PageKeeper(path_, options_, beside_);
    return *keeper_;
  }
  /// What belongs to the parent stays in memory, where a leak check finds it.
  void leave() {
    static std::vector<PageKeeper*>* const all_left = new std::vector<PageKeeper*>;
    if (PageKeeper* const keeper = keeper_.exchange(nullptr); keeper != nullptr) all_left->push_back(keeper);
  }

  const std::string path_;
  LivePageOptions options_;
  const RunsBeside beside_;
  std::mutex mutex_;
  std::string process_ = os::process_number();
  std::atomic<PageKeeper*> keeper_{nullptr};
};

}  // namespace detail

ERM_INLINE std::shared_ptr<LiveObserver> live_page(const FilePath& path, LivePageOptions options) {
  return std::make_shared<detail::LivePage>(path, std::move(options));
}

}  // namespace erm

// The bodies of erm/copy.hpp.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "erm/copy.hpp"
#include "erm/detail/base/on_threads.hpp"
#include "erm/detail/copy/places.hpp"
#include "erm/detail/copy/run_copier.hpp"
#include "erm/detail/copy/source_content.hpp"
#include "erm/detail/copy/runs_to_copy.hpp"
#include "erm/detail/store/registry_layout.hpp"

namespace erm {

namespace detail {

/// Copies runs on a few threads.
class CopyWork {
 public:
  CopyWork(const CopySide& from, const CopySide& to, const CopyOptions& options, const std::vector<CopyTask>& tasks)
      : options_(options), tasks_(tasks), copier_(from, to, options, meter_), outcomes_(tasks.size()) {}

  [[nodiscard]] const std::vector<CopyOutcome>& outcomes() const noexcept { return outcomes_; }
  /// The error of the target that ended the copy, or null.
  [[nodiscard]] std::exception_ptr error() const { return error_; }

  /// Throws what the caller's on_progress has thrown.
  void run(unsigned threads) {
    if (threads <= 1)
      run_here();
    else
      run_on(threads);
    if (thrown_) std::rethrow_exception(thrown_);
    try {
      if (!error_) copier_.end();
    } catch (const IoError&) {
      error_ = std::current_exception();
    }
    show();
    if (thrown_) std::rethrow_exception(thrown_);
  }

 private:
  void run_here() {
    meter_.tell_by([this] {
      if (const auto now = std::chrono::steady_clock::now(); now - shown_ >= pause) show();
    });
    work();
  }

  void run_on(unsigned threads) {
    std::vector<std::thread> workers;
    std::size_t ended = 0;
    try {
      while (workers.size() < threads) {
        workers.emplace_back([this, &ended] {
          work();
          const std::lock_guard<std::mutex> lock(mutex_);
          ++ended;
          changed_.notify_one();
        });
      }
    } catch (const std::system_error&) {
      // The system has no more threads. Those that have started do the work.
      if (workers.empty()) return run_here();
    }
    for (;;) {
      {
        std::unique_lock<std::mutex> lock(mutex_);
        if (changed_.wait_for(lock, pause, [&] { return ended == workers.size(); })) break;
      }
      show();
    }
    for (std::thread& worker : workers) worker.join();
  }

  void work() {
    RunCopier::Kept kept;
    for (std::size_t i = 0; !has_ended_ && !meter_.is_stopped() && (i = next_++) < tasks_.size();) {
      try {
        outcomes_[i] = copier_.copy(tasks_[i], kept);
        ++done_;
        meter_.add(0);
      } catch (const CopyStopped&) {
        return;
      } catch (...) {
        has_ended_ = true;
        const std::lock_guard<std::mutex> lock(mutex_);
        if (!error_) error_ = std::current_exception();
      }
    }
  }

  /// On the calling thread.
  void show() {
    shown_ = std::chrono::steady_clock::now();
    if (!options_.on_progress || thrown_) return;
    try {
      options_.on_progress({done_, tasks_.size(), meter_.bytes()});
    } catch (...) {
      thrown_ = std::current_exception();
      meter_.stop();
    }
  }

  static constexpr std::chrono::milliseconds pause{50};

  const CopyOptions& options_;
  const std::vector<CopyTask>& tasks_;
  CopyMeter meter_;
  RunCopier copier_;
  std::vector<CopyOutcome> outcomes_;
  std::atomic<std::size_t> next_{0}, done_{0};
  std::atomic<bool> has_ended_{false};
  std::chrono::steady_clock::time_point shown_ = {};
  std::exception_ptr thrown_;  // by on_progress
  std::mutex mutex_;           // guards error_
  std::condition_variable changed_;
  std::exception_ptr error_;
};

/// Threads wait for a server most of the time, and for a disk hardly.
inline unsigned copy_threads(const CopySide& from, const CopySide& to, const CopyOptions& options, std::size_t runs) {
  const bool is_remote = !from.fs->has_folders() || !to.fs->has_folders();
  unsigned most = options.threads;
  if (most == 0) most = is_remote ? 16 : usual_threads();
  const std::size_t useful = is_remote || options.threads != 0 ? runs : runs / 8 + 1;
  return static_cast<unsigned>((std::min)(std::size_t{most}, (std::max)(useful, std::size_t{1})));
}

}  // namespace detail

ERM_INLINE CopyReport copy_runs(const std::string& from_registry_uri, const std::string& to_registry_uri,
                                const CopyOptions& options) {
  const auto side_of = [](const std::string& uri, const std::shared_ptr<FileSystem>& fs) {
    const Location place = detail::locate(uri, fs);
    return detail::CopySide{place.fs, detail::without_end_slash(place.path), detail::lasting_uri(uri, place)};
  };
  const detail::CopySide from = side_of(from_registry_uri, options.from_fs), to = side_of(to_registry_uri, options.to_fs);
  detail::refuse_same_place(from, to);
  detail::expect_folder(to);
  CopyReport report;
  std::vector<detail::CopyTask> tasks = detail::RunsToCopy(from, options, report).find();
  detail::RegistryLayout{*to.fs, to.root}.check_root();
  detail::list_target_files(to, tasks);
  detail::CopyWork work(from, to, options, tasks);
  work.run(detail::copy_threads(from, to, options, tasks.size()));
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const detail::CopyOutcome& outcome = work.outcomes()[i];
    switch (outcome.kind) {
      case detail::CopyOutcome::Kind::none:
        break;
      case detail::CopyOutcome::Kind::copied:
        report.copied.push_back(to.uri_of(tasks[i].ids));
        report.bytes += outcome.bytes;
        break;
      case detail::CopyOutcome::Kind::there_already:
        report.there_already.push_back(to.uri_of(tasks[i].ids));
        break;
      case detail::CopyOutcome::Kind::left_out:
        report.left_out.push_back({from.uri_of(tasks[i].ids), outcome.reason});
        break;
    }
  }
  if (!work.error()) return report;
  try {
    std::rethrow_exception(work.error());
  } catch (const IoError& error) {
    const std::size_t copied = report.copied.size();
    throw CopyError(std::string(error.what()) + "; " + std::to_string(copied) +
                        (copied == 1 ? " run was" : " runs were") + " copied before that; copy again for the others",
                    error.code(), std::move(report));
  }
}

}  // namespace erm

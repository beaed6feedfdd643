// The threads that keep a live page up to date: one that gives way to others, and one for the last version.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "erm/detail/livepage/beside.hpp"
#include "erm/detail/livepage/page_file.hpp"
#include "erm/detail/livepage/page_run.hpp"
#include "erm/detail/os/process.hpp"
#include "erm/error.hpp"
#include "erm/live_observer.hpp"
#include "erm/live_page_options.hpp"

namespace erm::detail {

class PageKeeper {
 public:
  /// The arguments must outlive it.
  PageKeeper(const std::string& path, const LivePageOptions& options, const RunsBeside& beside)
      : path_(path), options_(options), beside_(beside), schedule_(options.interval) {}
  PageKeeper(const PageKeeper&) = delete;
  PageKeeper& operator=(const PageKeeper&) = delete;
  /// Ends the threads.
  ~PageKeeper() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      is_stopping_ = true;
    }
    woken_.notify_all();
    for (std::thread* const thread : {&thread_, &last_thread_})
      if (thread->joinable()) thread->join();
  }

  void begin(const ObservedRun& run) {
    const std::lock_guard<std::mutex> lock(mutex_);
    began_.push_back(run);
    open_.push_back(run);
    is_asked_ = true;
    if (!thread_.joinable()) thread_ = started([this] { work(); });
    woken_.notify_all();
  }
  /// Takes no lock: the caller writes the run.
  void note_written() noexcept { has_changed_ = true; }
  /// Returns when the page says that the run has ended, or after the limit. On a busy machine the thread that gives way
  /// would hardly be heard within that time, so another one writes the last version.
  void end(const ObservedRun& run, std::chrono::seconds limit) {
    std::unique_lock<std::mutex> lock(mutex_);
    open_.erase(std::remove_if(open_.begin(), open_.end(), [&](const ObservedRun& one) { return one.uri == run.uri; }),
                open_.end());
    last_ = run;
    is_asked_ = true;
    const std::uint64_t mine = ++asked_;
    woken_.notify_all();
    const auto here = std::this_thread::get_id();
    if (here == thread_.get_id() || here == last_thread_.get_id()) return;  // in a callback, in which somebody ends the run
    write_soon();
    done_.wait_for(lock, limit, [&] { return done_count_ >= mine; });
    last_ = {};
  }

 private:
  using Clock = PageSchedule::Clock;

  using Lock = std::unique_lock<std::mutex>;

  template <class Work>
  [[nodiscard]] std::thread started(Work work) const {
    const os::SignalsBlocked blocked;
    try {
      return std::thread(std::move(work));
    } catch (const std::system_error& error) {
      throw IoError("cannot keep the live page '" + path_ + "': the system gives it no thread (" + error.code().message() +
                        "); raise its limit of threads",
                    error.code());
    }
  }

  /// The caller has the lock.
  void write_soon() {
    if (is_last_thread_busy_) return;
    if (last_thread_.joinable()) last_thread_.join();
    try {
      last_thread_ = started([this] {
        Lock lock(mutex_);
        while (is_writing_) woken_.wait(lock);
        if (is_asked_) write_version(lock);
        is_last_thread_busy_ = false;
      });
      is_last_thread_busy_ = true;
    } catch (const IoError&) {
      // The other thread does it.
    }
  }

  void work() {
    Lock lock(mutex_);
    while (is_writing_) woken_.wait(lock);
    if (is_asked_) write_version(lock);  // the first one soon
    os::give_way();
    for (;;) {
      // What is written belongs to the thread that writes, so is_writing_ comes first.
      while (is_writing_ ||
             (!is_asked_ && !is_stopping_ && (is_over_ || !schedule_.is_due(Clock::now(), has_changed_)))) {
        if (is_writing_ || is_over_)
          woken_.wait(lock);
        else
          woken_.wait_for(lock, schedule_.pause());
      }
      const bool stops = is_stopping_;
      if (stops && !is_asked_) return;
      write_version(lock);
      if (stops) return;
    }
  }

  void write_version(Lock& lock) {
    is_asked_ = false;
    is_writing_ = true;
    const std::uint64_t asked = asked_;
    lock.unlock();
    write();
    lock.lock();
    is_writing_ = false;
    done_count_ = (std::max)(done_count_, asked);
    done_.notify_all();
    woken_.notify_all();
  }

  void write() {
    const bool is_expected = has_changed_.exchange(false);
    std::vector<ObservedRun> began;
    bool is_over = false;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      began.swap(began_);
      is_over = open_.empty();
    }
    is_over_ = false;
    const Clock::time_point begin = Clock::now();
    const std::chrono::nanoseconds used = os::thread_time();
    try {
      for (const ObservedRun& run : began) add(run);
      read(is_expected || is_over);
      std::vector<const PageRun*> shown;
      for (const PageRun& run : runs_)
        if (run.is_known()) shown.push_back(&run);
      LiveBanner live;
      live.is_over = is_over;
      live.notes = notes_;
      write_live_page(path_, shown, options_.comparison, schedule_, std::move(live));
      is_over_ = is_over;  // then nothing more comes
      unwritten_.end();
    } catch (const std::exception& error) {
      has_changed_ = true;
      if (unwritten_.begin()) report(std::string(error.what()) + "; the run goes on, and it is tried again");
    }
    schedule_.written(begin, os::thread_time() - used);
  }

  /// Adds the run, and the first time those beside it.
  void add(const ObservedRun& run) {
    for (const PageRun& known : runs_)
      if (known.uri() == run.uri) return;  // resumed
    FollowOptions follow;
    follow.store_interval = schedule_.interval();
    const bool is_first = runs_.empty();
    runs_.push_back(PageRun::at(run.uri, run.fs, follow));
    if (!is_first || beside_.empty()) return;
    for (const std::string& uri : beside_.uris(run.registry_uri, run.experiment_id, run.uri, run.fs, notes_)) {
      try {
        runs_.push_back(PageRun::at(uri, uri.rfind(run.registry_uri, 0) == 0 ? run.fs : nullptr, follow));
      } catch (const Error& error) {
        notes_.push_back(error.what());
      }
    }
  }

  /// One that cannot be read is shown as it was.
  void read(bool is_expected) {
    bool all_well = true;
    for (PageRun& run : runs_) {
      try {
        run.read(is_expected);
      } catch (const std::exception& error) {
        all_well = false;
        if (unread_.begin())
          report("the live page '" + path_ + "' does not show the run '" + run.uri() + "' as it is now: " + error.what());
      }
    }
    if (all_well) unread_.end();
  }

  void report(const std::string& message) {
    std::function<void(const std::string&)> tell = options_.on_error;
    if (!tell) {
      const std::lock_guard<std::mutex> lock(mutex_);
      tell = open_.empty() ? last_.report : open_.front().report;
    }
    try {
      if (tell)
        tell(message);
      else
        std::fprintf(stderr, "erm: %s\n", message.c_str());
    } catch (...) {
      // Nobody on this thread could catch an exception from the program's callback.
    }
  }

  const std::string& path_;
  const LivePageOptions& options_;
  const RunsBeside& beside_;
  std::atomic<bool> has_changed_{false};

  std::mutex mutex_;
  std::condition_variable woken_, done_;
  std::vector<ObservedRun> began_;  // since the last version of the page
  std::vector<ObservedRun> open_;
  ObservedRun last_;  // while end() waits
  bool is_asked_ = false;
  std::uint64_t asked_ = 0, done_count_ = 0;
  bool is_stopping_ = false;
  bool is_writing_ = false;  // one of the threads
  bool is_last_thread_busy_ = false;

  // For the thread that writes:
  std::vector<PageRun> runs_;
  std::vector<std::string> notes_;
  PageSchedule schedule_;
  ToldOnce unwritten_, unread_;
  bool is_over_ = false;  // and the page says so
  std::thread thread_, last_thread_;
};

}  // namespace erm::detail

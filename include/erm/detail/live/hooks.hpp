// What a live run asks of its process: to be flushed where the process ends without finish(), and to be the
// parent's alone after a fork. Installed by the first live run.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/live/engine.hpp"
#include "erm/detail/os/process.hpp"

namespace erm::detail {

/// The live runs of this process. Never destroyed: hooks may run after static objects are gone.
class LiveRuns {
 public:
  static LiveRuns& instance() {
    static LiveRuns* const runs = new LiveRuns;
    return *runs;
  }

  void add(const std::shared_ptr<LiveEngine>& engine) {
    const std::lock_guard<std::mutex> lock(mutex_);
    engines_.push_back({engine.get(), engine});
    if (engine->options().handle_signals) {
      os::on_ending_signals(&LiveRuns::on_signal);
      for (std::atomic<LiveEngine*>& slot : signalled_) {
        LiveEngine* nobody = nullptr;
        if (slot.compare_exchange_strong(nobody, engine.get())) break;
      }
    }
  }
  void remove(LiveEngine& engine) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto is_it = [&](const Registered& one) { return one.engine == &engine; };
    engines_.erase(std::remove_if(engines_.begin(), engines_.end(), is_it), engines_.end());
    if (engine.is_disowned()) disowned_.push_back(&engine);
    for (std::atomic<LiveEngine*>& slot : signalled_) {
      LiveEngine* mine = &engine;
      slot.compare_exchange_strong(mine, nullptr);
    }
    // A handler that saw it still uses it, and ends the process.
    while (handlers_at_work_ != 0) os::sleep_a_millisecond();
  }

 private:
  struct Registered {
    LiveEngine* engine;
    std::weak_ptr<LiveEngine> owner;
  };

  LiveRuns() {
    std::atexit([] { instance().end_all("the program ended before finish()"); });
    os::on_quick_exit([] { instance().end_all("the program ended before finish()"); });
    previous_terminate_ = std::set_terminate(&LiveRuns::terminate);
    os::on_fork([] { instance().before_fork(); }, [] { instance().after_fork(false); },
                [] { instance().after_fork(true); });
  }

  void end_all(const std::string& why) {
    std::vector<std::shared_ptr<LiveEngine>> engines;  // which other threads may be about to destroy
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (const Registered& one : engines_)
        if (std::shared_ptr<LiveEngine> engine = one.owner.lock()) engines.push_back(std::move(engine));
    }
    for (const std::shared_ptr<LiveEngine>& engine : engines) {
      try {
        engine->end(RunStatus::failed, why);
      } catch (const std::exception& error) {
        engine->report("the live run '" + engine->folder().uri() + "' could not be ended: " + error.what());
      }
    }
  }

  /// An exception that nobody catches is known only here.
  [[noreturn]] static void terminate() {
    std::string why = "std::terminate was called";
    if (const std::exception_ptr thrown = std::current_exception()) {
      try {
        std::rethrow_exception(thrown);
      } catch (const std::exception& error) {
        why = "an exception was not caught: " + std::string(error.what());
      } catch (...) {
        why = "an exception was not caught";
      }
    }
    LiveRuns& runs = instance();
    runs.end_all(why);
    if (runs.previous_terminate_ != nullptr) runs.previous_terminate_();
    std::abort();
  }

  /// Async-signal-safe: the runs' own threads do the work, for five seconds at most, since this thread may hold what
  /// they need, the lock of malloc, say. It goes on only to give up the locks of a run.
  static void on_signal(int number) {
    LiveRuns& runs = instance();
    ++runs.handlers_at_work_;
    for (std::atomic<LiveEngine*>& slot : runs.signalled_)
      if (LiveEngine* const engine = slot.load(); engine != nullptr && !engine->has_ended() && !engine->is_disowned())
        engine->note_signal(number);
    if (put_off_signal.locks > 0 && !os::comes_of_a_fault(number)) {
      put_off_signal.number = number;
      put_off_signal.handler = &LiveRuns::on_signal;
      return;
    }
    for (int i = 0; i < 5000; ++i) {
      const bool all_done = std::all_of(runs.signalled_, runs.signalled_ + max_signalled, [](const auto& slot) {
        const LiveEngine* const engine = slot.load();
        return engine == nullptr || engine->has_ended() || engine->is_disowned() || engine->signal_is_handled();
      });
      if (all_done) break;
      os::sleep_a_millisecond();
    }
    os::raise_by_default(number);
  }

  void before_fork() {
    mutex_.lock();
    for (const Registered& one : engines_) one.engine->lock_for_fork();
  }
  void after_fork(bool in_child) {
    for (auto one = engines_.rbegin(); one != engines_.rend(); ++one)
      in_child ? one->engine->disown() : one->engine->unlock_after_fork();
    mutex_.unlock();
  }

  static constexpr std::size_t max_signalled = 256;

  std::mutex mutex_;
  std::vector<Registered> engines_;
  std::vector<LiveEngine*> disowned_;  // not destroyed, and not leaked either
  std::atomic<int> handlers_at_work_{0};
  std::atomic<LiveEngine*> signalled_[max_signalled] = {};
  std::terminate_handler previous_terminate_ = nullptr;
};

}  // namespace erm::detail

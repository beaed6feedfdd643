// What a live run asks of its process: to be flushed where the process ends without finish(), and to be the
// parent's alone after a fork. Installed by the first live run.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <string>
#include <vector>

#include "erm/detail/live_engine.hpp"
#include "erm/detail/os_process.hpp"

namespace erm::detail {

/// The live runs of this process. Never destroyed: hooks may run after static objects are gone.
class LiveRuns {
 public:
  static LiveRuns& instance() {
    static LiveRuns* const runs = new LiveRuns;
    return *runs;
  }

  void add(LiveEngine& engine) {
    const std::lock_guard<std::mutex> lock(mutex_);
    engines_.push_back(&engine);
    if (engine.options().handle_signals) {
      install_signals();
      for (std::atomic<LiveEngine*>& slot : signalled_) {
        LiveEngine* nobody = nullptr;
        if (slot.compare_exchange_strong(nobody, &engine)) break;
      }
    }
  }
  void remove(LiveEngine& engine) {
    const std::lock_guard<std::mutex> lock(mutex_);
    engines_.erase(std::remove(engines_.begin(), engines_.end(), &engine), engines_.end());
    for (std::atomic<LiveEngine*>& slot : signalled_) {
      LiveEngine* mine = &engine;
      slot.compare_exchange_strong(mine, nullptr);
    }
  }

 private:
  LiveRuns() {
    std::atexit([] { instance().end_all("the program called exit() before finish()"); });
    previous_terminate_ = std::set_terminate(&LiveRuns::terminate);
    os::on_fork([] { instance().before_fork(); }, [] { instance().after_fork(false); },
                [] { instance().after_fork(true); });
  }

  void end_all(const std::string& why) {
    std::vector<LiveEngine*> engines;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      engines = engines_;
    }
    for (LiveEngine* const engine : engines) {
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

  void install_signals() {
    if (signals_are_installed_) return;
    signals_are_installed_ = true;
    os::on_ending_signals(&LiveRuns::on_signal);
  }

  /// Async-signal-safe: the runs' own threads do the work, for two seconds at most, since the signal may have come
  /// while this thread held what they need.
  static void on_signal(int number) {
    LiveRuns& runs = instance();
    for (std::atomic<LiveEngine*>& slot : runs.signalled_)
      if (LiveEngine* const engine = slot.load(); engine != nullptr && !engine->has_ended()) engine->note_signal(number);
    for (int i = 0; i < 2000; ++i) {
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
    for (LiveEngine* const engine : engines_) engine->lock_for_fork();
  }
  void after_fork(bool in_child) {
    for (auto engine = engines_.rbegin(); engine != engines_.rend(); ++engine)
      in_child ? (*engine)->disown() : (*engine)->unlock_after_fork();
    mutex_.unlock();
  }

  static constexpr std::size_t max_signalled = 256;

  std::mutex mutex_;
  std::vector<LiveEngine*> engines_;
  std::atomic<LiveEngine*> signalled_[max_signalled] = {};
  bool signals_are_installed_ = false;
  std::terminate_handler previous_terminate_ = nullptr;
};

}  // namespace erm::detail

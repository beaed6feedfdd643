// The hooks that flush a live run if the process ends without finish(), and leave it to the parent after a fork. The
// first live run of a module installs them. A module is the program or a shared library. Two modules that contain ERM
// with hidden symbols have separate hooks for their own runs; two that share the symbols share the hooks.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/live/engine.hpp"
#include "erm/detail/os/library.hpp"
#include "erm/detail/os/modules.hpp"
#include "erm/detail/os/process.hpp"

namespace erm::detail {

/// The live runs of this module. Never destroyed: hooks may run after static objects are gone.
class LiveRuns {
 public:
  static LiveRuns& instance() {
    static LiveRuns* const runs = new LiveRuns;
    return *runs;
  }

  void add(const std::shared_ptr<LiveEngine>& engine) {
    const std::lock_guard<std::mutex> lock(mutex_);
    keep_loaded(reinterpret_cast<const void*>(&LiveRuns::on_put_off_signal));
    engines_.push_back({engine.get(), engine});
    if (engine->options().handle_signals) {
      os::on_ending_signals({&LiveRuns::save, &LiveRuns::go_on});
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
    // A signal handler that saw the engine is still using it, and may end the process.
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

  /// A shared library that contains hooks stays loaded until the end, even if the program closes it: a signal may
  /// arrive at any time, and the thread of a run continues. `code` is an address in that library.
  void keep_loaded(const void* code) {
    if (std::find(kept_.begin(), kept_.end(), code) != kept_.end()) return;
    kept_.push_back(code);
    for (const Module& module : os::loaded_modules(code))
      if (module.has_caller && !module.is_program) static_cast<void>(os::Library(module.path));
  }

  /// Those that exist. Other threads may be about to destroy them.
  std::vector<std::shared_ptr<LiveEngine>> engines() {
    std::vector<std::shared_ptr<LiveEngine>> engines;
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const Registered& one : engines_)
      if (std::shared_ptr<LiveEngine> engine = one.owner.lock()) engines.push_back(std::move(engine));
    return engines;
  }

  void end_all(const std::string& why) {
    for (const std::shared_ptr<LiveEngine>& engine : engines()) {
      if (engine->is_disowned()) continue;
      try {
        engine->end(RunStatus::failed, why);
      } catch (const std::exception& error) {
        if (!engine->is_lost()) engine->report("the live run '" + engine->folder().uri() + "' could not be ended: " + error.what());
      }
    }
  }

  /// Only the terminate handler knows of an exception that nobody catches.
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

  /// Async-signal-safe: the threads of the runs do the work. They get five seconds, because this thread may hold a lock
  /// that they need, such as that of malloc. If it holds the lock of a run, it continues until it releases that lock. A
  /// handler that repairs faults may be called thousands of times a second, so only the first fault in a second is
  /// saved.
  static bool save(int number, bool may_go_on) noexcept {
    LiveRuns& runs = instance();
    if (may_go_on && os::steady_milliseconds() < runs.quiet_until_[number & 31]) return true;
    runs.tried_ = number;
    ++runs.handlers_at_work_;
    for (std::atomic<LiveEngine*>& slot : runs.signalled_)
      if (LiveEngine* const engine = slot.load(); engine != nullptr && !engine->has_ended() && !engine->is_disowned())
        engine->note_signal(number, may_go_on);
    if (put_off_signal.locks > 0 && !os::comes_of_a_fault(number)) {
      put_off_signal.number = number;
      put_off_signal.handler = &LiveRuns::on_put_off_signal;
      return false;
    }
    for (int i = 0; i < 5000; ++i) {
      const bool all_done = std::all_of(runs.signalled_, runs.signalled_ + max_signalled, [](const auto& slot) {
        const LiveEngine* const engine = slot.load();
        return engine == nullptr || engine->has_ended() || engine->is_disowned() || engine->signal_is_handled();
      });
      if (all_done) break;
      os::sleep_a_millisecond();
    }
    if (may_go_on) --runs.handlers_at_work_;
    return true;
  }
  static void on_put_off_signal(int number) {
    if (save(number, false)) os::pass_on(number);
  }
  static void go_on() noexcept {
    LiveRuns& runs = instance();
    runs.quiet_until_[runs.tried_ & 31] = os::steady_milliseconds() + 1000;
    ++runs.handlers_at_work_;
    for (std::atomic<LiveEngine*>& slot : runs.signalled_)
      if (LiveEngine* const engine = slot.load(); engine != nullptr && !engine->has_ended() && !engine->is_disowned())
        engine->go_on();
    --runs.handlers_at_work_;
  }

  /// The parent may be about to call _exit(), as it does in daemon(). So what was logged is written first, without a
  /// lock, because the thread of a run may be in a callback of the program.
  void before_fork() {
    const LiveEngine::Deadline deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    for (const std::shared_ptr<LiveEngine>& engine : engines()) engine->flush_before_fork(deadline);
    mutex_.lock();
    for (const Registered& one : engines_) one.engine->lock_for_fork(deadline);
    while (!(has_loader_ = os::loader_mutex().try_lock()) && std::chrono::steady_clock::now() < deadline)
      os::sleep_a_millisecond();
  }
  void after_fork(bool in_child) {
    if (in_child) {
      os::forget_other_threads();
      handlers_at_work_ = 0;
    }
    if (has_loader_) os::loader_mutex().unlock();
    for (auto one = engines_.rbegin(); one != engines_.rend(); ++one)
      in_child ? one->engine->disown() : one->engine->unlock_after_fork();
    mutex_.unlock();
  }

  static constexpr std::size_t max_signalled = 256;

  std::mutex mutex_;
  std::vector<const void*>
      kept_;  // one address for each module: two libraries may share this object, but not their code
  std::vector<Registered> engines_;
  bool has_loader_ = false;            // while a fork is under way
  std::vector<LiveEngine*> disowned_;  // never destroyed; kept here so that a leak check finds them
  std::atomic<int> handlers_at_work_{0};
  std::atomic<int> tried_{0};                        // the last signal
  std::atomic<std::int64_t> quiet_until_[32] = {};  // for each signal: its faults are not saved until then
  std::atomic<LiveEngine*> signalled_[max_signalled] = {};
  std::terminate_handler previous_terminate_ = nullptr;
};

}  // namespace erm::detail

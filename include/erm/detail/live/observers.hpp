// Tells the observers of a live run what happens to it.
#pragma once

#include <atomic>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "erm/live_observer.hpp"

namespace erm::detail {

/// Whatever an observer throws is reported, once for each kind of call: a page that cannot be written is no failure of
/// the run.
class LiveObservers {
 public:
  LiveObservers(std::vector<std::shared_ptr<LiveObserver>> observers, ObservedRun run)
      : observers_(std::move(observers)), run_(std::move(run)) {}

  /// Until then, and after end(), the others do nothing. In the child of a fork that continues the run, begins again.
  void begin() noexcept {
    tell("begin", &LiveObserver::run_began);
    state_ = State::open;
  }
  void written() noexcept {
    if (state_ == State::open && !tell(has_failed_ ? nullptr : "be written", &LiveObserver::run_written))
      has_failed_ = true;
  }
  /// Only the first call counts.
  void end() noexcept {
    State open = State::open;
    if (state_.compare_exchange_strong(open, State::closed)) tell("end", &LiveObserver::run_ended);
  }
  /// The process has forked, and the run belongs to the other.
  void leave_to_parent() noexcept { state_ = State::closed; }

 private:
  enum class State { closed, open };

  /// Calls each. `what` names it in reports; null: silently.
  bool tell(const char* what, void (LiveObserver::*call)(const ObservedRun&)) noexcept {
    bool all_well = true;
    for (const std::shared_ptr<LiveObserver>& observer : observers_) {
      if (!observer) continue;
      try {
        ((*observer).*call)(run_);
      } catch (const std::exception& error) {
        all_well = false;
        if (what != nullptr) report(what, error.what());
      } catch (...) {
        all_well = false;
        if (what != nullptr) report(what, "it threw what is no std::exception");
      }
    }
    return all_well;
  }
  void report(const std::string& what, const std::string& why) noexcept {
    if (run_.report) run_.report("an observer of the live run '" + run_.uri + "' failed when it saw the run " + what + ": " + why);
  }

  const std::vector<std::shared_ptr<LiveObserver>> observers_;
  const ObservedRun run_;
  std::atomic<State> state_{State::closed};
  bool has_failed_ = false;  // only for the writing thread
};

}  // namespace erm::detail

// The process, for live runs: a wake-up that a signal handler may send, and hooks for the end of the process.
#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>
#include <string>

#include "erm/detail/os/api.hpp"
#include "erm/detail/os/quick_clock.hpp"

namespace erm::detail::os {

/// Wakes one thread.
class Wakeup {
 public:
  Wakeup();
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  /// Safe in a signal handler.
  void post() noexcept;
  /// Returns after a post(), or when the time is up. Returns whether there was a post().
  bool wait(std::chrono::milliseconds limit) noexcept;

 private:
#if defined(_WIN32)
  api::Handle event_;
#else
  api::Descriptor reader_, writer_;
#endif
};

/// While this object lives, new threads block all signals, so that the program's own threads receive them. On Windows
/// nothing needs blocking: it calls a handler in the thread that failed, or in a new thread for Ctrl+C.
class SignalsBlocked {
 public:
  SignalsBlocked();
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked();

 private:
#if !defined(_WIN32)
  ::sigset_t before_;
#endif
};

/// Lets other threads go before this one, where the system can do that for one thread: on Linux.
void give_way() noexcept;

/// The processor time that this thread has used; where the system does not tell, the time that goes by.
std::chrono::nanoseconds thread_time() noexcept;

/// Calls these around each fork(), if the system has it.
void on_fork(void (*prepare)(), void (*parent)(), void (*child)());

/// Like std::at_quick_exit(), if the system has it.
void on_quick_exit(void (*hook)());

/// What a module that contains ERM does when a signal arrives. Both functions must be safe in a signal handler.
struct SignalWork {
  /// Called first. `may_go_on` is true if the program has a handler of its own, which is called next and may return.
  /// If the answer is false, the signal waits: the caller calls pass_on() later.
  bool (*save)(int number, bool may_go_on) noexcept;
  /// Called when the program's handler has returned, so that the process probably continues.
  void (*go_on)() noexcept;
};

/// Calls `work` for the signals that end a process. A signal that the program ignores is left alone, and so is one that
/// it handles itself, unless comes_of_a_fault(): then its handler is called next, as if ERM were not there. Two modules
/// that contain ERM, such as two shared libraries with hidden symbols, have one handler each. The one that was installed
/// last is called first, and calls the other.
void on_ending_signals(const SignalWork& work);

/// Looks whether the program has replaced the handlers of signals that come of a fault, as MPI_Init() does, and puts
/// ours before them. Only a handler that two looks found counts: libraries install one for a moment to try an
/// instruction. Returns true if it should be called again soon. Costs five system calls, but nothing for 40 ms after
/// the last look. For any thread.
bool look_for_new_handlers() noexcept;

/// Called in the child of a fork: no other thread uses the handlers.
void forget_other_threads() noexcept;

/// From a clock that nobody sets. Safe in a signal handler.
inline std::int64_t steady_milliseconds() noexcept {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

/// Whether the thread that received the signal cannot continue, unless a handler repairs the fault.
bool comes_of_a_fault(int number) noexcept;

/// For a signal that had to wait: calls the handler of the next module that contains ERM, or ends the process by the
/// signal.
void pass_on(int number) noexcept;

/// "signal 11 (SIGSEGV)".
std::string signal_text(int number);

/// Safe in a signal handler.
void sleep_a_millisecond() noexcept;

}  // namespace erm::detail::os

#if defined(_WIN32)
#include "erm/detail/os/process_windows.hpp"
#else
#include "erm/detail/os/process_posix.hpp"
#endif

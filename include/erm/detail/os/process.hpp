// The process, for live runs: a wake-up that a signal handler may send, and hooks for the end of the process.
#pragma once

#include <chrono>
#include <csignal>

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
  /// Returns after a post(), or when the time is up.
  void wait(std::chrono::milliseconds limit) noexcept;

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

/// Calls these around each fork(), if the system has it.
void on_fork(void (*prepare)(), void (*parent)(), void (*child)());

/// Like std::at_quick_exit(), if the system has it.
void on_quick_exit(void (*hook)());

/// Calls `handler` for the signals that end a process, except those that the program handles or ignores itself. Two
/// modules that contain ERM, such as two shared libraries with hidden symbols, have one handler each. The one that was
/// installed last is called first, and pass_on() calls the other.
void on_ending_signals(void (*handler)(int));

/// Whether the thread that received the signal cannot continue.
bool comes_of_a_fault(int number) noexcept;

/// Called at the end of a handler: calls the handler of the next module that contains ERM, or ends the process by the
/// signal.
void pass_on(int number) noexcept;

/// Safe in a signal handler.
void sleep_a_millisecond() noexcept;

}  // namespace erm::detail::os

#if defined(_WIN32)
#include "erm/detail/os/process_windows.hpp"
#else
#include "erm/detail/os/process_posix.hpp"
#endif

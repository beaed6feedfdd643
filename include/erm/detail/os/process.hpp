// The process as the operating system has it, for live runs: a wake-up that a signal handler may send, and hooks for
// the ends of the process.
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

/// While it lives, threads that are begun get no signals: those are for the program's own threads. Windows calls a
/// handler in the thread that failed, or in one of its own for Ctrl+C: there nothing is to be blocked.
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

/// Calls these around each fork(), where there is one.
void on_fork(void (*prepare)(), void (*parent)(), void (*child)());

/// As std::at_quick_exit(), where there is one.
void on_quick_exit(void (*hook)());

/// Calls `handler` for the signals that end a process, except those that the program handles or ignores itself. Two
/// modules that hold ERM, such as two shared libraries with hidden symbols, have a handler each: the one that was
/// installed last is called first, and pass_on() calls the other.
void on_ending_signals(void (*handler)(int));

/// Whether the thread that the signal came to cannot go on.
bool comes_of_a_fault(int number) noexcept;

/// The end of a handler: lets the next module that holds ERM do the same, or ends the process by the signal.
void pass_on(int number) noexcept;

/// Safe in a signal handler.
void sleep_a_millisecond() noexcept;

}  // namespace erm::detail::os

#if defined(_WIN32)
#include "erm/detail/os/process_windows.hpp"
#else
#include "erm/detail/os/process_posix.hpp"
#endif

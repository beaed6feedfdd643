// What a live run needs of a POSIX process: a wake-up that a signal handler may send, and hooks for the ends
// of the process.
#pragma once

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "erm/error.hpp"

namespace erm::detail::os {

/// Wakes one thread. A pipe, since nothing else may both be written in a signal handler and be waited for with
/// a time limit on every POSIX system.
class Wakeup {
 public:
  Wakeup() {
    if (::pipe(ends_) != 0)
      throw IoError("cannot make a pipe for a live run", std::error_code(errno, std::generic_category()));
    for (const int end : ends_) {
      ::fcntl(end, F_SETFL, O_NONBLOCK);
      ::fcntl(end, F_SETFD, FD_CLOEXEC);
    }
  }
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;
  ~Wakeup() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }

  /// Async-signal-safe. A full pipe wakes all the same.
  void post() noexcept {
    const int before = errno;
    const char one = 1;
    [[maybe_unused]] const ssize_t put = ::write(ends_[1], &one, 1);
    errno = before;
  }
  /// Returns after a post(), or when the time is up.
  void wait(std::chrono::milliseconds limit) noexcept {
    pollfd waiting = {ends_[0], POLLIN, 0};
    const auto at_most = std::min<std::int64_t>(limit.count(), std::numeric_limits<int>::max());
    if (::poll(&waiting, 1, static_cast<int>(at_most)) <= 0) return;
    char taken[256];
    while (::read(ends_[0], taken, sizeof taken) > 0) {
    }
  }

 private:
  int ends_[2] = {-1, -1};
};

/// While it lives, threads that are begun get no signals: those are for the program's own threads.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

inline void on_fork(void (*prepare)(), void (*parent)(), void (*child)()) { ::pthread_atfork(prepare, parent, child); }

inline void on_quick_exit(void (*hook)()) {
#if !defined(__APPLE__)
  std::at_quick_exit(hook);
#else
  static_cast<void>(hook);  // macOS has none
#endif
}

inline constexpr int ending_signals[] = {SIGTERM, SIGINT, SIGHUP,  SIGQUIT, SIGABRT, SIGSEGV, SIGBUS,
                                         SIGFPE,  SIGILL, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU};
/// For each of them the handler of another module of this process that holds ERM, which is to be called next.
inline std::atomic<void (*)(int)> next_handlers[std::size(ending_signals)] = {};
/// Whether this module has a handler, which another module's may call: to call that one in turn would have no end.
inline std::atomic<bool> has_handlers[std::size(ending_signals)] = {};

/// By these signals, which its handlers block, a module that holds ERM knows those of another one. No program blocks
/// just these.
inline sigset_t mark_of_our_handlers() noexcept {
  sigset_t mark;
  (::sigemptyset)(&mark);  // a macro on macOS, as the next ones
  for (const int number : {SIGCHLD, SIGURG, SIGTTOU}) (::sigaddset)(&mark, number);
  return mark;
}
inline bool has_our_mark(const struct sigaction& action) noexcept {
  const sigset_t mark = mark_of_our_handlers();
  for (int number = 1; number < 32; ++number)
    if ((::sigismember)(&mark, number) != (::sigismember)(&action.sa_mask, number)) return false;
  return true;
}

/// Calls `handler` for the signals that end a process, except those that the program handles or ignores itself. Two
/// modules that hold ERM, such as two shared libraries with hidden symbols, have a handler each: the one that was
/// installed last is called first, and pass_on() calls the other.
inline void on_ending_signals(void (*handler)(int)) {
  for (std::size_t i = 0; i < std::size(ending_signals); ++i) {
    struct sigaction found;
    if (::sigaction(ending_signals[i], nullptr, &found) != 0 || (found.sa_flags & SA_SIGINFO) != 0) continue;
    if (found.sa_handler != SIG_DFL && (has_handlers[i] || !has_our_mark(found))) continue;
    next_handlers[i] = found.sa_handler == SIG_DFL ? nullptr : found.sa_handler;
    has_handlers[i] = true;
    struct sigaction ours = {};
    ours.sa_handler = handler;
    ours.sa_mask = mark_of_our_handlers();
    ours.sa_flags = SA_ONSTACK | SA_RESTART;
    ::sigaction(ending_signals[i], &ours, nullptr);
  }
}

/// Whether the thread that the signal came to cannot go on.
inline bool comes_of_a_fault(int number) noexcept {
  return number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL || number == SIGABRT;
}

/// The end of a handler: lets the next module that holds ERM do the same, or ends the process by the signal.
inline void pass_on(int number) noexcept {
  for (std::size_t i = 0; i < std::size(ending_signals); ++i) {
    if (ending_signals[i] != number) continue;
    if (void (*const next)(int) = next_handlers[i]) return next(number);
  }
  ::signal(number, SIG_DFL);
  ::raise(number);
}

/// Async-signal-safe.
inline void sleep_a_millisecond() noexcept {
  const timespec pause = {0, 1000000};
  ::nanosleep(&pause, nullptr);
}

}  // namespace erm::detail::os

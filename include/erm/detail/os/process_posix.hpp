// What a live run needs of a POSIX process: a wake-up that a signal handler may send, and hooks for the ends
// of the process.
#pragma once

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
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

/// Calls `handler` for the signals that end a process, but for those that the program handles or ignores itself.
inline void on_ending_signals(void (*handler)(int)) {
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGPIPE,
                           SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU}) {
    struct sigaction found;
    if (::sigaction(number, nullptr, &found) != 0) continue;
    if ((found.sa_flags & SA_SIGINFO) != 0 || found.sa_handler != SIG_DFL) continue;
    struct sigaction ours = {};
    ours.sa_handler = handler;
    ::sigemptyset(&ours.sa_mask);
    ours.sa_flags = SA_ONSTACK | SA_RESTART;
    ::sigaction(number, &ours, nullptr);
  }
}

/// Whether the thread that the signal came to cannot go on.
inline bool comes_of_a_fault(int number) noexcept {
  return number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL || number == SIGABRT;
}

/// Ends the process by the signal that its handler was called for.
inline void raise_by_default(int number) noexcept {
  ::signal(number, SIG_DFL);
  ::raise(number);
}

/// Async-signal-safe.
inline void sleep_a_millisecond() noexcept {
  const timespec pause = {0, 1000000};
  ::nanosleep(&pause, nullptr);
}

}  // namespace erm::detail::os

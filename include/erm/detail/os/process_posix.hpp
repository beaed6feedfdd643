// The bodies of os/process.hpp for POSIX systems.
#pragma once

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <iterator>
#include <limits>
#include <system_error>

#include "erm/detail/os/api.hpp"
#include "erm/detail/os/process.hpp"
#include "erm/error.hpp"

namespace erm::detail::os {

// A pipe: on every POSIX system it is the only object to which a signal handler may write and for which a thread can
// wait with a time limit.
inline Wakeup::Wakeup() {
  int ends[2];
  if (api::make_pipe(ends) != 0)
    throw IoError("cannot make a pipe for a live run", std::error_code(errno, std::generic_category()));
  reader_ = api::Descriptor(ends[0]);
  writer_ = api::Descriptor(ends[1]);
  for (const int end : ends) {
    api::control_file(end, api::set_flags, api::without_waiting);
    api::control_file(end, api::set_inherited, api::closed_on_exec);
  }
}

/// A full pipe wakes the thread, too.
inline void Wakeup::post() noexcept {
  const int before = errno;
  const char one = 1;
  [[maybe_unused]] const auto put = api::write_file(writer_.get(), &one, 1);
  errno = before;
}

inline void Wakeup::wait(std::chrono::milliseconds limit) noexcept {
  api::Waiting waiting = {reader_.get(), api::can_read, 0};
  const auto at_most = (std::min<std::int64_t>)(limit.count(), (std::numeric_limits<int>::max)());
  if (api::wait_for_files(&waiting, 1, static_cast<int>(at_most)) <= 0) return;
  char taken[256];
  while (api::read_file(reader_.get(), taken, sizeof taken) > 0) {
  }
}

inline SignalsBlocked::SignalsBlocked() {
  ::sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before_);
}

inline SignalsBlocked::~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

inline void on_fork(void (*prepare)(), void (*parent)(), void (*child)()) { api::on_fork(prepare, parent, child); }

inline void on_quick_exit(void (*hook)()) {
#if !defined(__APPLE__)
  std::at_quick_exit(hook);
#else
  static_cast<void>(hook);  // macOS has none
#endif
}

inline constexpr int ending_signals[] = {SIGTERM, SIGINT, SIGHUP,  SIGQUIT, SIGABRT, SIGSEGV, SIGBUS,
                                         SIGFPE,  SIGILL, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU};
/// For each signal the handler of another module of this process that contains ERM, which is called next.
inline std::atomic<void (*)(int)> next_handlers[std::size(ending_signals)] = {};
/// Whether this module has a handler. Another module's handler may call it; calling that one back would never end.
inline std::atomic<bool> has_handlers[std::size(ending_signals)] = {};

/// The signals that ERM's handlers block. By them a module that contains ERM recognises the handler of another one. No
/// program blocks exactly these.
inline ::sigset_t mark_of_our_handlers() noexcept {
  ::sigset_t mark;
  (::sigemptyset)(&mark);  // a macro on macOS, like the next ones
  for (const int number : {SIGCHLD, SIGURG, SIGTTOU}) (::sigaddset)(&mark, number);
  return mark;
}
inline bool has_our_mark(const struct ::sigaction& action) noexcept {
  const ::sigset_t mark = mark_of_our_handlers();
  for (int number = 1; number < 32; ++number)
    if ((::sigismember)(&mark, number) != (::sigismember)(&action.sa_mask, number)) return false;
  return true;
}

inline void on_ending_signals(void (*handler)(int)) {
  for (std::size_t i = 0; i < std::size(ending_signals); ++i) {
    struct ::sigaction found;
    if (::sigaction(ending_signals[i], nullptr, &found) != 0 || (found.sa_flags & SA_SIGINFO) != 0) continue;
    if (found.sa_handler != SIG_DFL && (has_handlers[i] || !has_our_mark(found))) continue;
    next_handlers[i] = found.sa_handler == SIG_DFL ? nullptr : found.sa_handler;
    has_handlers[i] = true;
    struct ::sigaction ours = {};
    ours.sa_handler = handler;
    ours.sa_mask = mark_of_our_handlers();
    ours.sa_flags = SA_ONSTACK | SA_RESTART;
    ::sigaction(ending_signals[i], &ours, nullptr);
  }
}

inline bool comes_of_a_fault(int number) noexcept {
  return number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL || number == SIGABRT;
}

inline void pass_on(int number) noexcept {
  for (std::size_t i = 0; i < std::size(ending_signals); ++i) {
    if (ending_signals[i] != number) continue;
    if (void (*const next)(int) = next_handlers[i]) return next(number);
  }
  ::signal(number, SIG_DFL);
  ::raise(number);
}

inline void sleep_a_millisecond() noexcept {
  const ::timespec pause = {0, 1000000};
  ::nanosleep(&pause, nullptr);
}

}  // namespace erm::detail::os

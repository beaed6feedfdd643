// The bodies of os/process.hpp for POSIX systems.
#pragma once

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <ctime>
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

inline bool Wakeup::wait(std::chrono::milliseconds limit) noexcept {
  api::Waiting waiting = {reader_.get(), api::can_read, 0};
  const auto at_most = (std::min<std::int64_t>)(limit.count(), (std::numeric_limits<int>::max)());
  if (api::wait_for_files(&waiting, 1, static_cast<int>(at_most)) <= 0) return false;
  char taken[256];
  while (api::read_file(reader_.get(), taken, sizeof taken) > 0) {
  }
  return true;
}

inline SignalsBlocked::SignalsBlocked() {
  ::sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before_);
}

inline SignalsBlocked::~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

inline void give_way() noexcept { static_cast<void>(api::give_way(10)); }

inline std::chrono::nanoseconds thread_time() noexcept {
#if defined(CLOCK_THREAD_CPUTIME_ID)
  timespec used;
  if (::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used) == 0)
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
#endif
  return std::chrono::steady_clock::now().time_since_epoch();
}

inline void on_fork(void (*prepare)(), void (*parent)(), void (*child)()) { api::on_fork(prepare, parent, child); }

inline void on_quick_exit(void (*hook)()) {
#if !defined(__APPLE__)
  std::at_quick_exit(hook);
#else
  static_cast<void>(hook);  // macOS has none
#endif
}

inline void sleep_a_millisecond() noexcept {
  const ::timespec pause = {0, 1000000};
  ::nanosleep(&pause, nullptr);
}

}  // namespace erm::detail::os

#include "erm/detail/os/signals_posix.hpp"

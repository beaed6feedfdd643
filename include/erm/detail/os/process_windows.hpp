// What a live run needs of a Windows process: a wake-up that a signal handler may send, and hooks for the ends
// of the process.
#pragma once

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <system_error>

#include "erm/detail/os/api_windows.hpp"
#include "erm/error.hpp"

namespace erm::detail::os {

/// Wakes one thread.
class Wakeup {
 public:
  Wakeup() : event_(api::CreateEventW(nullptr, 0, 0, nullptr)) {
    if (!event_) {
      throw IoError("cannot make an event for a live run",
                    std::error_code(static_cast<int>(api::GetLastError()), std::system_category()));
    }
  }
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  /// Safe in a signal handler.
  void post() noexcept { api::SetEvent(event_.get()); }
  /// Returns after a post(), or when the time is up.
  void wait(std::chrono::milliseconds limit) noexcept {
    const auto at_most = std::clamp<std::int64_t>(limit.count(), 0, 0x7FFFFFFF);
    api::WaitForSingleObject(event_.get(), static_cast<unsigned long>(at_most));
  }

 private:
  api::Handle event_;
};

/// Windows calls a handler in the thread that failed, or in one of its own for Ctrl+C: nothing is to be blocked.
class SignalsBlocked {
 public:
  SignalsBlocked() {}  // declared, or a const object of the class could not be
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
};

/// There is no fork() here.
inline void on_fork(void (*)(), void (*)(), void (*)()) {}

inline void on_quick_exit(void (*hook)()) {
#if defined(_MSC_VER)
  std::at_quick_exit(hook);
#else
  static_cast<void>(hook);  // the C library of MinGW has none
#endif
}

/// Calls `handler` for the signals that end a process, but for those that the program handles or ignores itself.
/// Windows asks for handlers of SIGSEGV, SIGFPE and SIGILL in each thread: only the calling one gets them.
inline void on_ending_signals(void (*handler)(int)) {
  for (const int number : {SIGTERM, SIGINT, SIGBREAK, SIGABRT, SIGSEGV, SIGFPE, SIGILL})
    if (std::signal(number, SIG_GET) == SIG_DFL) std::signal(number, handler);
}

/// Whether the thread that the signal came to cannot go on.
inline bool comes_of_a_fault(int number) noexcept {
  return number == SIGSEGV || number == SIGFPE || number == SIGILL || number == SIGABRT;
}

/// The end of a handler: ends the process by the signal.
inline void pass_on(int number) noexcept {
  std::signal(number, SIG_DFL);
  std::raise(number);
}

/// Safe in a signal handler.
inline void sleep_a_millisecond() noexcept { api::Sleep(1); }

}  // namespace erm::detail::os

// The bodies of os/process.hpp for Windows.
#pragma once

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <system_error>

#include "erm/detail/os/api_windows.hpp"
#include "erm/detail/os/process.hpp"
#include "erm/error.hpp"

namespace erm::detail::os {

inline Wakeup::Wakeup() : event_(api::CreateEventW(nullptr, 0, 0, nullptr)) {
  if (!event_) {
    throw IoError("cannot make an event for a live run",
                  std::error_code(static_cast<int>(api::GetLastError()), std::system_category()));
  }
}

inline void Wakeup::post() noexcept { api::SetEvent(event_.get()); }

inline void Wakeup::wait(std::chrono::milliseconds limit) noexcept {
  const auto at_most = (std::clamp<std::int64_t>)(limit.count(), 0, 0x7FFFFFFF);
  api::WaitForSingleObject(event_.get(), static_cast<unsigned long>(at_most));
}

inline SignalsBlocked::SignalsBlocked() {}
inline SignalsBlocked::~SignalsBlocked() {}

inline void on_fork(void (*)(), void (*)(), void (*)()) {}

inline void on_quick_exit(void (*hook)()) {
#if defined(_MSC_VER)
  std::at_quick_exit(hook);
#else
  static_cast<void>(hook);  // MinGW's C library does not have it
#endif
}

/// On Windows handlers of SIGSEGV, SIGFPE and SIGILL apply to one thread: only the calling thread gets them.
inline void on_ending_signals(void (*handler)(int)) {
  for (const int number : {SIGTERM, SIGINT, SIGBREAK, SIGABRT, SIGSEGV, SIGFPE, SIGILL})
    if (std::signal(number, SIG_GET) == SIG_DFL) std::signal(number, handler);
}

inline bool comes_of_a_fault(int number) noexcept {
  return number == SIGSEGV || number == SIGFPE || number == SIGILL || number == SIGABRT;
}

inline void pass_on(int number) noexcept {
  std::signal(number, SIG_DFL);
  std::raise(number);
}

inline void sleep_a_millisecond() noexcept { api::Sleep(1); }

}  // namespace erm::detail::os

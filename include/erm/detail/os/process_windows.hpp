// The bodies of os/process.hpp for Windows.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <string>
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

inline bool Wakeup::wait(std::chrono::milliseconds limit) noexcept {
  const auto at_most = (std::clamp<std::int64_t>)(limit.count(), 0, 0x7FFFFFFF);
  return api::WaitForSingleObject(event_.get(), static_cast<unsigned long>(at_most)) == 0;  // WAIT_OBJECT_0
}

inline SignalsBlocked::SignalsBlocked() {}
inline SignalsBlocked::~SignalsBlocked() {}

inline void give_way() noexcept {}

inline std::chrono::nanoseconds thread_time() noexcept { return std::chrono::steady_clock::now().time_since_epoch(); }

inline void on_fork(void (*)(), void (*)(), void (*)()) {}

inline void on_quick_exit(void (*hook)()) {
#if defined(_MSC_VER)
  std::at_quick_exit(hook);
#else
  static_cast<void>(hook);  // MinGW's C library does not have it
#endif
}

inline std::atomic<bool (*)(int, bool) noexcept> save_first = nullptr;

inline void on_ending_signal(int number) {
  if (bool (*const save)(int, bool) noexcept = save_first; save == nullptr || save(number, false)) pass_on(number);
}

/// On Windows handlers of SIGSEGV, SIGFPE and SIGILL apply to one thread: only the calling thread gets them.
inline void on_ending_signals(const SignalWork& work) {
  save_first = work.save;
  for (const int number : {SIGTERM, SIGINT, SIGBREAK, SIGABRT, SIGSEGV, SIGFPE, SIGILL})
    if (std::signal(number, SIG_GET) == SIG_DFL) std::signal(number, &on_ending_signal);
}

/// Not needed: the fault signals of Windows have a handler for each thread.
inline bool look_for_new_handlers() noexcept { return false; }
inline void forget_other_threads() noexcept {}

inline bool comes_of_a_fault(int number) noexcept {
  return number == SIGSEGV || number == SIGFPE || number == SIGILL || number == SIGABRT;
}

inline void pass_on(int number) noexcept {
  std::signal(number, SIG_DFL);
  std::raise(number);
}

inline std::string signal_text(int number) {
  const auto named = [&](const char* name) { return "signal " + std::to_string(number) + " (" + name + ")"; };
  switch (number) {
    case SIGTERM: return named("SIGTERM");
    case SIGINT: return named("SIGINT");
    case SIGBREAK: return named("SIGBREAK");
    case SIGABRT: return named("SIGABRT");
    case SIGSEGV: return named("SIGSEGV");
    case SIGFPE: return named("SIGFPE");
    case SIGILL: return named("SIGILL");
    default: return "signal " + std::to_string(number);
  }
}

inline void sleep_a_millisecond() noexcept { api::Sleep(1); }

}  // namespace erm::detail::os

// The signals of os/process.hpp for POSIX systems: which handlers there are, and in which order they are called.
//
// Fault signals (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT) often have a handler already: Open MPI, UCX, Java, Go and
// crash reporters install one. ERM's handler saves first and then steps aside: it makes the other handler the one in
// force, and calls it as the kernel would. So that handler sees what it would see without ERM. If it restores another
// handler and returns, that one is in force; if it changes nothing and returns, ERM's handler is in force again.
#pragma once

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>

#include "erm/detail/os/process.hpp"

namespace erm::detail::os {

inline constexpr int fault_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
inline constexpr int other_ending_signals[] = {SIGTERM, SIGINT, SIGHUP,  SIGQUIT, SIGPIPE,
                                               SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU};

/// The handlers that are called after this module's, the last one first.
struct SignalChain {
  static constexpr int most = 4;

  std::atomic<bool> is_ours{false};  // whether this module has a handler of this signal
  std::atomic<int> depth{0};
  struct ::sigaction next[most] = {};
  std::atomic<int> calls{0};         // of next handlers, that have not returned
  // For look_for_new_handlers():
  std::int64_t called_at = 0;
  struct ::sigaction seen = {};
  bool was_new = false;
};
inline SignalChain fault_chains[std::size(fault_signals)];
/// Here only other modules' handlers can be next.
inline SignalChain other_chains[std::size(other_ending_signals)];
inline std::atomic<bool (*)(int, bool) noexcept> save_first{nullptr};
inline std::atomic<void (*)() noexcept> go_on_after{nullptr};
/// Held while the chains are changed.
inline std::atomic<bool> chains_are_changing{false};
inline std::atomic<std::int64_t> looked_at{0};
/// Incremented when a handler is given up that never returned, because it jumped out.
inline std::atomic<unsigned> jumps{0};

/// How many handlers of a signal are at work on this thread, each called by the one before.
struct NestedCalls {
  int number;
  int levels;
  unsigned jumps;
};
inline thread_local NestedCalls nested_calls = {0, 0, 0};

inline SignalChain* chain_of(int number) noexcept {
  for (std::size_t i = 0; i < std::size(fault_signals); ++i)
    if (fault_signals[i] == number) return &fault_chains[i];
  for (std::size_t i = 0; i < std::size(other_ending_signals); ++i)
    if (other_ending_signals[i] == number) return &other_chains[i];
  return nullptr;
}

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

inline bool has_code(const struct ::sigaction& action) noexcept {
  return (action.sa_flags & SA_SIGINFO) != 0 || (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN);
}
inline struct ::sigaction default_action() noexcept {
  struct ::sigaction action = {};
  action.sa_handler = SIG_DFL;
  return action;
}
inline bool is_default(const struct ::sigaction& action) noexcept {
  return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_DFL;
}
inline bool are_same(const struct ::sigaction& one, const struct ::sigaction& other) noexcept {
  if (((one.sa_flags ^ other.sa_flags) & SA_SIGINFO) != 0) return false;
  return (one.sa_flags & SA_SIGINFO) != 0 ? one.sa_sigaction == other.sa_sigaction : one.sa_handler == other.sa_handler;
}

inline void on_ending_signal(int number, ::siginfo_t* info, void* context);

inline bool is_of_this_module(const struct ::sigaction& action) noexcept {
  return (action.sa_flags & SA_SIGINFO) != 0 && action.sa_sigaction == &on_ending_signal;
}

/// Makes this module's handler the one in force. On the stack that the next handler expects.
inline void put_ours(int number, const SignalChain& chain) noexcept {
  struct ::sigaction ours = {};
  ours.sa_sigaction = &on_ending_signal;
  ours.sa_mask = mark_of_our_handlers();
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  if (const int depth = chain.depth; depth > 0 && !has_our_mark(chain.next[depth - 1]))
    ours.sa_flags = SA_SIGINFO | (chain.next[depth - 1].sa_flags & (SA_ONSTACK | SA_RESTART));
  ::sigaction(number, &ours, nullptr);
}

/// Puts this module's handler before the one that was found.
inline void put_before(int number, SignalChain& chain, const struct ::sigaction& found) noexcept {
  int depth = has_code(found) ? chain.depth.load() : 0;
  if (has_code(found)) {
    int same = 0;
    while (same < depth && !are_same(chain.next[same], found)) ++same;
    if (same == SignalChain::most) {  // drop the oldest
      for (int i = 1; i < SignalChain::most; ++i) chain.next[i - 1] = chain.next[i];
      --same;
    }
    chain.next[same] = found;
    depth = same + 1;
  }
  chain.depth = depth;
  chain.calls = 0;
  chain.is_ours = true;
  put_ours(number, chain);
}

/// Whether the lock was taken. It is held only for a few system calls.
inline bool lock_chains(bool patiently) noexcept {
  while (chains_are_changing.exchange(true)) {
    if (!patiently) return false;
    sleep_a_millisecond();
  }
  return true;
}

inline void on_ending_signals(const SignalWork& work) {
  save_first = work.save;
  go_on_after = work.go_on;
  lock_chains(true);
  struct ::sigaction found;
  for (std::size_t i = 0; i < std::size(fault_signals); ++i) {
    SignalChain& chain = fault_chains[i];
    if (::sigaction(fault_signals[i], nullptr, &found) != 0 || is_of_this_module(found)) continue;
    if (!has_code(found) && !is_default(found)) continue;          // ignored
    if (chain.is_ours && has_our_mark(found)) continue;            // another module's, which calls this one
    if (chain.calls == 0) put_before(fault_signals[i], chain, found);
  }
  for (std::size_t i = 0; i < std::size(other_ending_signals); ++i) {
    SignalChain& chain = other_chains[i];
    if (::sigaction(other_ending_signals[i], nullptr, &found) != 0 || is_of_this_module(found)) continue;
    if (!is_default(found) && (chain.is_ours || !has_code(found) || !has_our_mark(found))) continue;
    put_before(other_ending_signals[i], chain, found);
  }
  chains_are_changing = false;
}

inline bool look_for_new_handlers() noexcept {
  constexpr std::int64_t apart = 40, too_long = 60000;
  const std::int64_t now = steady_milliseconds();
  if (now - looked_at < apart || !lock_chains(false)) return false;
  looked_at = now;
  bool is_any_new = false;
  for (std::size_t i = 0; i < std::size(fault_signals); ++i) {
    SignalChain& chain = fault_chains[i];
    if (!chain.is_ours) continue;
    if (chain.calls == 0) {
      chain.called_at = 0;
    } else if (chain.called_at == 0) {
      chain.called_at = now;
    } else if (now - chain.called_at > too_long) {  // it jumped out
      ++jumps;
      chain.calls = 0;
    }
    struct ::sigaction found;
    if (chain.calls != 0 || ::sigaction(fault_signals[i], nullptr, &found) != 0) continue;
    const bool is_new = !has_our_mark(found) && (has_code(found) || is_default(found));
    if (is_new && chain.was_new && are_same(found, chain.seen)) {
      put_before(fault_signals[i], chain, found);
      chain.was_new = false;
      continue;
    }
    chain.seen = found;
    chain.was_new = is_new;
    is_any_new = is_any_new || is_new;
  }
  chains_are_changing = false;
  return is_any_new;
}

inline void forget_other_threads() noexcept {
  chains_are_changing = false;
  for (SignalChain& chain : fault_chains) chain.calls = 0;
}

inline bool comes_of_a_fault(int number) noexcept {
  for (const int one : fault_signals)
    if (one == number) return true;
  return false;
}

/// Calls a handler with the signals blocked that the kernel would block for it.
inline void call_handler(const struct ::sigaction& next, int number, ::siginfo_t* info, void* context) noexcept {
  ::sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, &next.sa_mask, &before);
  if ((next.sa_flags & SA_NODEFER) != 0) {
    ::sigset_t only;
    (::sigemptyset)(&only);
    (::sigaddset)(&only, number);
    ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  }
  if ((next.sa_flags & SA_SIGINFO) != 0)
    next.sa_sigaction(number, info, context);
  else
    next.sa_handler(number);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

inline void tell_to_go_on() noexcept {
  if (void (*const go_on)() noexcept = go_on_after) go_on();
}

/// Calls the next handler, or ends the process by the signal.
inline void call_next(int number, ::siginfo_t* info, void* context) noexcept {
  SignalChain* const chain = chain_of(number);
  NestedCalls& nested = nested_calls;
  if (nested.number != number || nested.jumps != jumps) nested = {number, 0, jumps};
  const int index = chain == nullptr ? -1 : chain->depth - 1 - nested.levels;
  if (index < 0) {
    ::signal(number, SIG_DFL);
    ::raise(number);
    return;
  }
  const struct ::sigaction next = chain->next[index];
  struct ::sigaction now;
  if (has_our_mark(next)) {
    call_handler(next, number, info, context);
    if (::sigaction(number, nullptr, &now) == 0 && !is_default(now)) tell_to_go_on();
    return;
  }
  struct ::sigaction before;
  const bool is_first = chain->calls++ == 0 && nested.levels == 0;
  constexpr unsigned only_once = SA_RESETHAND;
  const bool is_once = (static_cast<unsigned>(next.sa_flags) & only_once) != 0;
  struct ::sigaction in_force = next;
  if (is_once) in_force = default_action();
  if (is_first) ::sigaction(number, &in_force, &before);
  ++nested.levels;
  call_handler(next, number, info, context);
  if (nested.levels > 0) --nested.levels;
  int calls = chain->calls;
  while (calls > 0 && !chain->calls.compare_exchange_weak(calls, calls - 1)) {
  }
  const bool is_last = calls == 1;
  if (!is_first || !is_last || ::sigaction(number, nullptr, &now) != 0) return;
  if (is_once || are_same(now, before))
    chain->depth = index;  // it was to be called once, or restored the handler before it
  else if (are_same(now, next))
    ::sigaction(number, &before, nullptr);
  else
    return;  // what it installed instead decides
  tell_to_go_on();
}

/// This module's handler.
inline void on_ending_signal(int number, ::siginfo_t* info, void* context) {
  const int before = errno;
  const SignalChain* const chain = chain_of(number);
  const bool may_go_on = comes_of_a_fault(number) && chain != nullptr && chain->depth > 0;
  bool (*const save)(int, bool) noexcept = save_first;
  if (save == nullptr || save(number, may_go_on)) call_next(number, info, context);
  errno = before;
}

inline void pass_on(int number) noexcept { call_next(number, nullptr, nullptr); }

inline std::string signal_text(int number) {
  static constexpr struct {
    int number;
    const char* name;
  } names[] = {{SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"},   {SIGHUP, "SIGHUP"},   {SIGQUIT, "SIGQUIT"},
               {SIGABRT, "SIGABRT"}, {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},
               {SIGILL, "SIGILL"},   {SIGPIPE, "SIGPIPE"}, {SIGALRM, "SIGALRM"}, {SIGUSR1, "SIGUSR1"},
               {SIGUSR2, "SIGUSR2"}, {SIGXCPU, "SIGXCPU"}};
  const std::string text = "signal " + std::to_string(number);
  for (const auto& one : names)
    if (one.number == number) return text + " (" + one.name + ")";
  return text;
}

}  // namespace erm::detail::os

// The locks that callers share with the thread that writes a live run, and the signals that arrive while they are held.
#pragma once

#include <mutex>

namespace erm::detail {

/// A signal that arrives while this thread holds a lock of a run. The run's own thread needs the lock to save the data,
/// so the handler runs when this thread has released its last lock.
struct PutOffSignal {
  int locks = 0;
  int number = 0;
  void (*handler)(int) = nullptr;
};
inline thread_local volatile PutOffSignal put_off_signal;

class SignalsPutOff {
 public:
  SignalsPutOff() { put_off_signal.locks = put_off_signal.locks + 1; }
  SignalsPutOff(const SignalsPutOff&) = delete;
  SignalsPutOff& operator=(const SignalsPutOff&) = delete;
  ~SignalsPutOff() {
    put_off_signal.locks = put_off_signal.locks - 1;
    if (put_off_signal.locks == 0 && put_off_signal.handler != nullptr) put_off_signal.handler(put_off_signal.number);
  }
};

/// A lock that is held only briefly.
class CallersLock {
 public:
  explicit CallersLock(std::mutex& mutex) : lock_(mutex) {}

 private:
  SignalsPutOff put_off_;  // destroyed after lock_
  std::lock_guard<std::mutex> lock_;
};

}  // namespace erm::detail

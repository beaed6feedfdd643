// The provenance of a live run, captured while the program goes on.
#pragma once

#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "erm/detail/live/callers_lock.hpp"
#include "erm/detail/provenance/capture.hpp"
#include "erm/detail/os/process.hpp"
#include "erm/json.hpp"
#include "erm/provenance_options.hpp"

namespace erm::detail {

/// Has a thread of its own, since git and drivers take their time. Who begins it awaits it before its end.
class LiveCapture {
 public:
  /// Takes the process as it is now, and calls `put(captured)` when all is known; `options` are looked at until then.
  /// Where no thread can be begun, `put` is told that at once.
  template <class Put>
  void begin(const ProvenanceOptions& options, Put put) {
    const os::SignalsBlocked blocked;
    try {
      thread_ = std::thread([put, &options, process = ProcessState(options)] { put(Capture::of(process, options)); });
    } catch (const std::system_error& error) {
      put(Json::object({{"missing", {{"provenance", std::string("no thread can be begun: ") + error.what()}}}}));
    }
  }
  /// Returns when that is done. May be called by several threads.
  void await() {
    const CallersLock only_one(mutex_);
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::mutex mutex_;
  std::thread thread_;
};

}  // namespace erm::detail

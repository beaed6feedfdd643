// Captures the provenance of a live run in a background thread, because git and drivers are slow.
#pragma once

#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "erm/build_facts.hpp"
#include "erm/detail/live/callers_lock.hpp"
#include "erm/detail/os/process.hpp"
#include "erm/detail/provenance/capture.hpp"
#include "erm/json.hpp"
#include "erm/provenance_options.hpp"

namespace erm::detail {

/// After begin() the owner must call await() before it destroys this object.
class LiveCapture {
 public:
  /// Records the state of the process now, and calls `accept(captured)` when the capture is done. `options` must live
  /// until then. If no thread can be started, calls `accept` with the reason at once.
  template <class Accept>
  void begin(const ProvenanceOptions& options, const BuildFacts& facts, Accept accept) {
    const os::SignalsBlocked blocked;
    try {
      thread_ = std::thread(
          [accept, &options, process = ProcessState(options, facts)] { accept(Capture::of(process, options)); });
    } catch (const std::system_error& error) {
      Json captured = Json::object();
      captured["missing"]["provenance"] = std::string("no thread can be begun: ") + error.what();
      accept(std::move(captured));
    }
  }
  /// Returns when `accept` has returned. Thread-safe.
  void await() {
    const CallersLock only_one(mutex_);
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::mutex mutex_;
  std::thread thread_;
};

}  // namespace erm::detail

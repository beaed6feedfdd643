// The provenance of a live run, captured in a thread of its own while the program goes on: git and drivers take long.
#pragma once

#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "erm/detail/live/callers_lock.hpp"
#include "erm/detail/os/process.hpp"
#include "erm/detail/provenance/capture.hpp"
#include "erm/build_facts.hpp"
#include "erm/json.hpp"
#include "erm/provenance_options.hpp"

namespace erm::detail {

/// Who calls begin() calls await() before this object ends.
class LiveCapture {
 public:
  /// Notes the state of the process now, and calls `accept(captured)` when all is known. `options` must live until then.
  /// Where no thread can be begun, `accept` gets that as the reason at once.
  template <class Accept>
  void begin(const ProvenanceOptions& options, const BuildFacts& facts, Accept accept) {
    const os::SignalsBlocked blocked;
    try {
      thread_ = std::thread([accept, &options, process = ProcessState(options, facts)] {
        accept(Capture::of(process, options));
      });
    } catch (const std::system_error& error) {
      Json captured = Json::object();
      captured["missing"]["provenance"] = std::string("no thread can be begun: ") + error.what();
      accept(std::move(captured));
    }
  }
  /// Returns when `accept` has returned. Several threads may call it.
  void await() {
    const CallersLock only_one(mutex_);
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::mutex mutex_;
  std::thread thread_;
};

}  // namespace erm::detail

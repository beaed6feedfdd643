// The connections of a store that are idle.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <curl/curl.h>

#include "erm/detail/os/identity.hpp"
#include "erm/detail/s3/transfers.hpp"
#include "erm/error.hpp"

namespace erm::detail::s3 {

/// The idle connections. Each call borrows some, so that any number of threads may send requests.
class TransfersPool {
 public:
  TransfersPool() {
    // Once for each process, and never undone: other libraries may use libcurl, too.
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (ready != CURLE_OK) throw Error("cannot talk to S3: libcurl cannot be set up");
  }

  std::unique_ptr<Transfers> borrow() {
    const std::lock_guard<std::mutex> lock(mutex_);
    leave_connections_to_parent();
    if (idle_.empty()) return std::make_unique<Transfers>();
    std::unique_ptr<Transfers> transfers = std::move(idle_.back());
    idle_.pop_back();
    return transfers;
  }

  void give_back(std::unique_ptr<Transfers> transfers) {
    if (!transfers->is_sound()) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    idle_.push_back(std::move(transfers));
  }

 private:
  /// After a fork the connections belong to the parent: closing them here would end its TLS sessions.
  void leave_connections_to_parent() {
    std::string process = os::process_number();
    if (process == process_) return;
    for (std::unique_ptr<Transfers>& each : idle_) each.release();
    idle_.clear();
    process_ = std::move(process);
  }

  std::mutex mutex_;
  std::string process_ = os::process_number();
  std::vector<std::unique_ptr<Transfers>> idle_;
};

}  // namespace erm::detail::s3

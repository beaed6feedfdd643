// What a store learns from its server: the regions of buckets, the time, which checksum uploads need, and whether
// conditional requests work.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <curl/curl.h>

#include "erm/detail/base/time_text.hpp"
#include "erm/detail/s3/exchange.hpp"
#include "erm/detail/s3/settings.hpp"
#include "erm/detail/s3/xml.hpp"
#include "erm/s3_options.hpp"

namespace erm::detail::s3 {

/// The region that an answer names for the bucket, or an empty text. It becomes part of a host name, so anything that
/// is no region's name is ignored.
inline std::string named_region(const Exchange& exchange) {
  std::string region;
  if (exchange.error_code() == "AuthorizationHeaderMalformed") region = xml_text(exchange.text(), "Region");
  if (const auto header = exchange.answer.find("x-amz-bucket-region");
      region.empty() && header != exchange.answer.end())
    region = header->second;
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  const bool is_name = !region.empty() && region.size() <= 40 && std::all_of(region.begin(), region.end(), is_plain);
  return is_name && region.front() != '-' && region.back() != '-' ? region : std::string();
}

class Learned {
 public:
  explicit Learned(S3Checksum wanted)
      : checksum_(wanted == S3Checksum::automatic ? Checksum::none
                  : wanted == S3Checksum::sha256  ? Checksum::sha256
                                                  : Checksum::md5) {}

  /// Whether an answer that refuses a request says how to send it so that it is accepted. The next attempt is sent so.
  bool correct(Exchange& exchange) {
    // Each of the three, and both checksums: more would be a server that contradicts itself.
    if (exchange.status < 300 || exchange.status >= 500 || exchange.corrections >= 4) return false;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!learn_region(exchange) && !learn_time(exchange) && !learn_checksum(exchange)) return false;
    ++exchange.corrections;
    return true;
  }

  [[nodiscard]] std::string region(const std::string& bucket, const std::string& configured) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = regions_.find(bucket);
    return found == regions_.end() ? configured : found->second;
  }
  /// The server's time.
  [[nodiscard]] TimePoint now() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return now_utc() + ahead_;
  }
  [[nodiscard]] Checksum checksum() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return checksum_;
  }

  /// Whether a bucket's server obeys If-None-Match and If-Match; nothing until it was tried.
  [[nodiscard]] std::optional<bool> conditions(const std::string& bucket) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = conditions_.find(bucket);
    return found == conditions_.end() ? std::nullopt : std::optional<bool>(found->second);
  }
  void set_conditions(const std::string& bucket, bool work) {
    const std::lock_guard<std::mutex> lock(mutex_);
    conditions_[bucket] = work;
  }
  /// Whether it is the first call for that folder.
  bool is_new_folder(const std::string& folder) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (folders_.size() > 10'000) folders_.clear();
    return folders_.insert(folder).second;
  }

 private:
  bool learn_region(const Exchange& exchange) {
    const int status = static_cast<int>(exchange.status);
    if (status != 301 && status != 307 && status != 400 && status != 403) return false;
    std::string region = named_region(exchange);
    if (region.empty() || region == exchange.region) return false;
    if (regions_.size() > 1000) regions_.clear();
    regions_[exchange.bucket] = std::move(region);
    return true;
  }

  bool learn_time(const Exchange& exchange) {
    if (exchange.status != 403 && exchange.status != 400) return false;
    const std::string code = exchange.error_code();
    if (code != "RequestTimeTooSkewed" && !(code.empty() && exchange.method == "HEAD")) return false;
    const auto date = exchange.answer.find("date");
    const std::time_t then = date == exchange.answer.end() ? -1 : curl_getdate(date->second.c_str(), nullptr);
    if (then <= 0) return false;
    const TimePoint server =
        std::chrono::time_point_cast<TimePoint::duration>(std::chrono::system_clock::from_time_t(then));
    const auto ahead = std::chrono::duration_cast<std::chrono::seconds>(server - now_utc());
    // Servers refuse what is 15 minutes off.
    const auto apart = ahead - ahead_;
    if (apart < std::chrono::minutes(5) && apart > -std::chrono::minutes(5)) return false;
    ahead_ = ahead;
    return true;
  }

  bool learn_checksum(Exchange& exchange) {
    if (!exchange.asks_for_checksum()) return false;
    if (exchange.carried == Checksum::md5) return false;
    const Checksum next = exchange.carried == Checksum::none ? Checksum::sha256 : Checksum::md5;
    // A part's checksum must be of the kind with which its upload began; Content-MD5 is always accepted.
    if (exchange.checksum) exchange.checksum = Checksum::md5;
    checksum_ = (std::max)(checksum_, next);
    return true;
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::string> regions_;  // by bucket
  std::map<std::string, bool> conditions_;      // by bucket
  std::set<std::string> folders_;
  std::chrono::seconds ahead_{0};  // how far the server's clock is ahead of this machine's
  Checksum checksum_;
};

}  // namespace erm::detail::s3

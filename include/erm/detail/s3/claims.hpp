// Claims on S3: objects that only one writer can create, and that name their holder.
#pragma once

#include <chrono>
#include <ctime>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <curl/curl.h>

#include "erm/detail/base/time_text.hpp"
#include "erm/detail/s3/client.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail::s3 {

/// The time from `modified` (in the format of S3 listings) to `date` (from the server's answer, in the format of HTTP).
inline std::chrono::seconds age(const std::string& modified, const std::string& date) {
  const std::optional<TimePoint> then = parse_time(modified);
  const std::time_t now = curl_getdate(date.c_str(), nullptr);
  if (!then || now < 0) return std::chrono::seconds(0);
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::from_time_t(now) - *then);
}

/// A claim whose object is in the bucket.
class ObjectClaim final : public Claim {
 public:
  ObjectClaim(FileSystem& fs, Client& client, std::string path, std::string text, bool abandoned)
      : fs_(fs), client_(client), path_(std::move(path)), text_(std::move(text)), abandoned_(abandoned) {}
  ObjectClaim(const ObjectClaim&) = delete;
  ObjectClaim& operator=(const ObjectClaim&) = delete;
  ~ObjectClaim() override {
    try {
      if (!is_left_ && is_mine()) fs_.remove_many({path_});
    } catch (const std::exception&) {
      // The store cannot be reached. The object stays, and counts as abandoned once it is not in `held`.
    }
    const std::lock_guard<std::mutex> lock(client_.held.mutex);
    client_.held.claims.erase(path_);
  }
  [[nodiscard]] bool was_abandoned() const override { return abandoned_; }
  void commit(const std::string& target, std::string_view content, Durability durability) override {
    if (!is_mine()) {
      throw RunExistsError("cannot save '" + target + "': it took longer than S3Options::claim_lifetime, and another " +
                           "process took it over; save again with a longer one");
    }
    fs_.write(target, content, durability);
  }
  void abandon() noexcept override { is_left_ = true; }

 private:
  /// Whether no other process has taken over the claim, which is allowed after claim_lifetime.
  [[nodiscard]] bool is_mine() const {
    {
      const std::lock_guard<std::mutex> lock(client_.held.mutex);
      const auto written = client_.held.claims.at(path_).written;
      const bool is_young = std::chrono::steady_clock::now() - written < client_.options().claim_lifetime / 2;
      if (is_young && client_.has_conditions(Place(path_))) return true;
    }
    try {
      return to_text(fs_.read(path_)) == text_;
    } catch (const NotFoundError&) {
      return false;
    }
  }

  FileSystem& fs_;
  Client& client_;
  std::string path_;
  std::string text_;
  bool abandoned_;
  bool is_left_ = false;
};

}  // namespace erm::detail::s3

// Claims on S3: an object that only one writer can create, and that says whose it is.
#pragma once

#include <chrono>
#include <ctime>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/run/process_identity.hpp"
#include "erm/detail/s3/client.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/s3.hpp"

namespace erm {

namespace detail::s3 {

/// How long after `modified` (as S3 lists it) the server answered at `date` (as HTTP has it).
inline std::chrono::seconds age(const std::string& modified, const std::string& date) {
  const std::optional<TimePoint> then = parse_time(modified);
  const std::time_t now = curl_getdate(date.c_str(), nullptr);
  if (!then || now < 0) return std::chrono::seconds(0);
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::from_time_t(now) - *then);
}

/// A claim that stands in the bucket as an object.
class ObjectClaim final : public Claim {
 public:
  ObjectClaim(S3FileSystem& fs, Client& client, std::string path, std::string text, bool abandoned)
      : fs_(fs), client_(client), path_(std::move(path)), text_(std::move(text)), abandoned_(abandoned) {}
  ObjectClaim(const ObjectClaim&) = delete;
  ObjectClaim& operator=(const ObjectClaim&) = delete;
  ~ObjectClaim() override {
    try {
      if (is_mine()) fs_.remove_many({path_});
    } catch (const std::exception&) {
      // The store is out of reach. The object stays, and is known to be abandoned once it is not in `held`.
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

 private:
  /// Whether no one has taken it over, as others may after its lifetime.
  [[nodiscard]] bool is_mine() const {
    {
      const std::lock_guard<std::mutex> lock(client_.held.mutex);
      const auto written = client_.held.claims.at(path_).written;
      if (std::chrono::steady_clock::now() - written < client_.options().claim_lifetime / 2) return true;
    }
    try {
      return to_text(fs_.read(path_)) == text_;
    } catch (const NotFoundError&) {
      return false;
    }
  }

  S3FileSystem& fs_;
  Client& client_;
  std::string path_;
  std::string text_;
  bool abandoned_;
};

}  // namespace detail::s3

/// Whoever writes may hold a claim for long; written again, it is not taken for that of a process that is gone.
inline void S3FileSystem::refresh_claims() {
  const auto now = std::chrono::steady_clock::now();
  std::vector<std::pair<std::string, std::string>> old;
  {
    const std::lock_guard<std::mutex> lock(client_->held.mutex);
    for (auto& [path, claim] : client_->held.claims) {
      if (now - claim.written < client_->options().claim_lifetime / 4) continue;
      claim.written = now;
      old.emplace_back(path, claim.text);
    }
  }
  for (const auto& [path, text] : old) client_->put(path, detail::s3::Body(std::string_view(text)), false);
}

inline std::unique_ptr<Claim> S3FileSystem::claim(const std::string& path) {
  using detail::s3::Client;
  using detail::s3::ObjectClaim;
  using detail::s3::random_name;
  const std::string text = detail::Owner::this_process().text() + client_->instance + "\n" + random_name() + "\n";
  {
    const std::lock_guard<std::mutex> lock(client_->held.mutex);
    const Client::HeldClaim held = {text, std::chrono::steady_clock::now()};
    if (!client_->held.claims.emplace(path, held).second) return nullptr;
  }
  // Gives up what was entered above, unless the claim is made.
  const auto give_up = [&]() -> std::unique_ptr<Claim> {
    const std::lock_guard<std::mutex> lock(client_->held.mutex);
    client_->held.claims.erase(path);
    return nullptr;
  };
  try {
    if (create(path, text)) return std::make_unique<ObjectClaim>(*this, *client_, path, text, false);
    if (client_->take_over(path, text)) return std::make_unique<ObjectClaim>(*this, *client_, path, text, true);
  } catch (...) {
    give_up();
    throw;
  }
  return give_up();
}

inline std::vector<std::string> S3FileSystem::old_claims(const std::string& folder) {
  // A save takes seconds: claims younger than a minute are hardly ever abandoned, and not looked at.
  constexpr std::chrono::seconds grace(60);
  const auto now = std::chrono::steady_clock::now();
  {
    const std::lock_guard<std::mutex> lock(client_->held.mutex);
    auto& swept = client_->held.swept;
    if (const auto last = swept.find(folder); last != swept.end() && now - last->second < grace) return {};
    if (swept.size() > 1000) swept.clear();
    swept[folder] = now;
  }
  const detail::s3::Place place(folder);
  const std::string prefix = place.prefix();
  std::vector<std::pair<std::string, std::string>> found;
  const std::string date = client_->list(place, prefix, true, 0, [&](detail::s3::Listed&& each) {
    if (!each.is_prefix && each.key.size() > prefix.size())
      found.emplace_back(each.key.substr(prefix.size()), std::move(each.modified));
    return true;
  });
  std::vector<std::string> names;
  for (auto& [name, modified] : found)
    if (detail::s3::age(modified, date) >= grace) names.push_back(std::move(name));
  return names;
}

}  // namespace erm

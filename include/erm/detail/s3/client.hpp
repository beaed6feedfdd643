// The requests that ERM sends to S3, one function for each kind.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/run/paths.hpp"
#include "erm/detail/run/process_identity.hpp"
#include "erm/detail/s3/exchange.hpp"
#include "erm/detail/s3/learned.hpp"
#include "erm/detail/s3/listing.hpp"
#include "erm/detail/s3/settings.hpp"
#include "erm/detail/s3/transfers_pool.hpp"
#include "erm/detail/s3/xml.hpp"
#include "erm/error.hpp"
#include "erm/s3_options.hpp"

namespace erm::detail::s3 {

inline std::string random_name() {
  std::random_device random;
  std::string bytes;
  for (int i = 0; i < 4; ++i) {
    const unsigned number = random();
    for (unsigned shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(number >> shift & 0xFF);
  }
  return hex(bytes);
}

/// A header by which a writer recognises its own object if the answer to its request was lost.
inline constexpr const char* writer_header = "x-amz-meta-erm-writer";

/// Objects of ERM beside claims, which are none.
inline constexpr const char* probe_prefix = ".erm_probe_";
inline constexpr const char* bid_prefix = ".erm_bid_";
inline constexpr const char* keep_filename = ".erm_keep";

class Client {
 public:
  explicit Client(S3Options options)
      : options_(std::move(options)),
        settings_(find_settings(options_)),
        learned_(options_.checksum),
        credentials_(settings_.credentials) {
    options_.max_requests = std::max<std::size_t>(options_.max_requests, 1);
  }

  [[nodiscard]] const S3Options& options() const noexcept { return options_; }

  /// Runs the exchanges, at most `at_once` at a time.
  void run(std::vector<Exchange>& exchanges, std::size_t at_once) const {
    Transfers::Options how;
    how.settings = &settings_;
    how.limits = &options_;
    how.at_once = at_once;
    how.learned = &learned_;
    how.credentials = [this] {
      const std::lock_guard<std::mutex> lock(mutex_);
      return credentials_;
    };
    how.renew = [this](const Credentials& used) { return renew(used); };
    const auto give_back = [this](Transfers* transfers) { pool_.give_back(std::unique_ptr<Transfers>(transfers)); };
    const std::unique_ptr<Transfers, decltype(give_back)> transfers(pool_.borrow().release(), give_back);
    transfers->run(exchanges, how);
  }
  void run(std::vector<Exchange>& exchanges) const { run(exchanges, options_.max_requests); }

  [[nodiscard]] Exchange run(Exchange exchange) const {
    std::vector<Exchange> one;
    one.push_back(std::move(exchange));
    run(one, 1);
    return std::move(one.front());
  }

  static Exchange request(const char* operation, const char* method, const Place& place) {
    Exchange exchange;
    exchange.operation = operation;
    exchange.method = method;
    exchange.bucket = place.bucket;
    exchange.key = place.key;
    return exchange;
  }

  static const Exchange& expect_ok(const Exchange& exchange) {
    if (!exchange.is_ok()) fail(exchange);
    return exchange;
  }

  /// Whether the object exists. The answer to HEAD has no error message; to report an error, asks again with GET.
  [[nodiscard]] bool is_there(const Exchange& head) const {
    if (head.is_ok()) return true;
    if (head.status == 404) return false;
    if (head.status == 0) fail(head);
    Exchange get = request(head.operation, "GET", Place(head.bucket + "/" + head.key));
    get.headers["range"] = "bytes=0-0";
    get = run(std::move(get));
    if (get.status == 404) return false;
    if (get.is_ok() || get.status == 416) return true;
    fail(get);
  }

  /// Calls `visit(Listed&&)` with each key that begins with `prefix` until it returns false. Returns the date of the
  /// server's last answer.
  template <class Visit>
  std::string list(const Place& place, const std::string& prefix, const ListOptions& options, Visit&& visit) const {
    Listing listing(place.bucket, prefix);
    std::string token;
    for (;;) {
      Exchange page = request("list", "GET", Place(place.bucket));
      page.query = {{"list-type", "2"}, {"prefix", prefix}, {"encoding-type", "url"}};
      if (options.by_folder) page.query.emplace_back("delimiter", "/");
      if (options.at_most > 0) page.query.emplace_back("max-keys", std::to_string(options.at_most));
      if (!token.empty())
        page.query.emplace_back("continuation-token", token);
      else if (!options.after.empty())
        page.query.emplace_back("start-after", options.after);
      page.expects_xml = true;
      page = run(std::move(page));
      if (!page.is_ok()) {
        page.key = place.key;  // for the message
        fail(page);
      }
      token = listing.read(page, [&](Listed&& each) {
        return options.with_others || has_path(each.key, prefix.size()) ? visit(std::move(each)) : true;
      });
      if (token.empty() || options.at_most > 0) return page.answer["date"];
    }
  }

  /// Creates or replaces an object. With `new_only` returns false if the object exists.
  bool put(const std::string& path, Body body, bool new_only) const {
    const Place place(path);
    if (!new_only) {
      Exchange put = request("write", "PUT", place);
      put.body = std::move(body);
      expect_ok(run(std::move(put)));
      return true;
    }
    if (!has_conditions(place) && run_head(place)) return false;
    std::vector<Exchange> one;
    one.push_back(conditional_put(place, std::move(body)));
    run(one);
    return was_created(one.front());
  }

  /// A PUT that succeeds only if the object does not exist.
  [[nodiscard]] Exchange conditional_put(const Place& place, Body body) const {
    Exchange put = request("create", "PUT", place);
    put.headers[writer_header] = random_name();
    const bool is_conditional = has_conditions(place);
    if (is_conditional) put.headers["if-none-match"] = "*";
    put.may_conflict = is_conditional;
    put.body = std::move(body);
    return put;
  }

  /// Whether a conditional_put that has run created the object.
  bool was_created(Exchange& put) const {
    if (put.is_ok()) return true;
    if (put.status == 412) return put.attempts > 1 && is_writer(put);
    if (put.status == 501 && put.may_conflict) {
      learned_.set_conditions(put.bucket, false);
      put.may_conflict = false;
      if (run_head(Place(put.bucket + "/" + put.key))) return false;
      put.headers.erase("if-none-match");
      put.attempts = 0;
      put = run(std::move(put));
      return expect_ok(put).is_ok();
    }
    fail(put);
  }

  /// Whether this exchange wrote the object, in an attempt whose answer was lost.
  [[nodiscard]] bool is_writer(const Exchange& exchange) const {
    Exchange head = run(request("look at", "HEAD", Place(exchange.bucket + "/" + exchange.key)));
    return is_there(head) && head.answer[writer_header] == exchange.headers.at(writer_header);
  }

  [[nodiscard]] bool run_head(const Place& place) const { return is_there(run(request("look at", "HEAD", place))); }

  /// Removes objects, 1,000 in one request. Ignores those that do not exist.
  void remove(const std::string& bucket, const std::vector<std::string>& keys) const {
    if (keys.size() == 1 || !has_batch_delete_) return remove_singly(bucket, keys);
    constexpr std::size_t a_request = 1000;
    std::vector<std::string> bodies;
    for (std::size_t first = 0; first < keys.size(); first += a_request) {
      std::string xml = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>";
      for (std::size_t i = first; i < (std::min)(first + a_request, keys.size()); ++i)
        xml += "<Object><Key>" + escaped_xml(keys[i]) + "</Key></Object>";
      bodies.push_back(xml + "</Delete>");
    }
    std::vector<Exchange> batches;
    for (const std::string& xml : bodies) {
      Exchange batch = request("remove files from", "POST", Place(bucket));
      batch.query = {{"delete", ""}};
      batch.body = Body(xml);
      if (options_.checksum == S3Checksum::sha256)  // where libcrypto has no MD5
        batch.headers["x-amz-checksum-sha256"] = batch.body.sha256_base64();
      else
        batch.headers["content-md5"] = batch.body.md5_base64();
      batch.headers["content-type"] = "application/xml";
      batch.expects_xml = true;
      batches.push_back(std::move(batch));
    }
    run(batches);
    for (const Exchange& batch : batches) {
      if (batch.status == 501 || batch.status == 405) {  // such as Google's answer
        has_batch_delete_ = false;
        return remove_singly(bucket, keys);
      }
      expect_ok(batch);
      expect_all_removed(batch);
    }
  }

  /// Whether the server obeys If-None-Match and If-Match in this bucket. Some answer 501; others, such as s3rver,
  /// ignore them and replace the object. AWS is known to obey; for others this is tried once, with an object beside
  /// `place`.
  [[nodiscard]] bool has_conditions(const Place& place) const {
    if (const std::optional<bool> known = learned_.conditions(place.bucket)) return *known;
    bool work = settings_.host == host_of_aws(settings_.region);
    if (!work) {
      Exchange probe = request("create", "PUT", place);
      probe.key = joined(own_folder(place), probe_prefix + random_name());
      probe.headers["if-none-match"] = "*";
      probe.may_conflict = true;
      probe.body = Body(std::string_view("ERM looks whether this server obeys If-None-Match.\n"));
      probe = run(std::move(probe));
      // A first request can find the object only if it is a repeated one whose first answer was lost.
      work = probe.status == 412;
      if (probe.is_ok()) {
        probe.attempts = 0;
        probe = run(std::move(probe));
        work = probe.status == 412 || probe.status == 409;
        if (!work) keep(place.bucket, own_folder(place));
        remove(place.bucket, {probe.key});
      }
      if (!work && !probe.is_ok() && probe.status != 501) fail(probe);
    }
    learned_.set_conditions(place.bucket, work);
    return work;
  }

  /// The folder of ERM's own short-lived objects beside `place`.
  static std::string own_folder(const Place& place) {
    const std::string folder = folder_of(place.key);
    return last_part(folder) == claims_folder ? folder : joined(folder, claims_folder);
  }

  /// Leaves an object in a folder, for servers that keep buckets as folders on a disk: s3rver 3.7.1 removes a folder
  /// with its last object, and ends if another object is just being written to it.
  void keep(const std::string& bucket, const std::string& folder) const {
    if (!learned_.is_new_folder(bucket + "/" + folder)) return;
    put(bucket + "/" + folder + "/" + keep_filename, Body(std::string_view("This folder stays.\n")), false);
  }

  /// Replaces the claim at `path` with `text` if its holder is gone. Returns false if the holder may be alive, or
  /// another process was faster.
  bool take_over(const std::string& path, const std::string& text) const {
    const Place place(path);
    Exchange get = run(request("read", "GET", place));
    if (get.status == 404) return false;  // it has just ended
    expect_ok(get);
    const std::string found(get.text());
    // This object no longer holds a claim on the path, so its own claim was left behind when the store could not be
    // reached.
    const bool is_own = found.find("\n" + instance + "\n") != std::string::npos;
    const std::time_t then = curl_getdate(get.answer["last-modified"].c_str(), nullptr);
    const std::time_t now = curl_getdate(get.answer["date"].c_str(), nullptr);
    const bool is_old = then >= 0 && now - then > options_.claim_lifetime.count();
    if (!is_own && !is_old && !Owner::of(found).is_gone()) return false;
    if (!has_conditions(place)) return this->put(path, Body(text), false);  // under an election
    // Some servers compare the tag with quotes, some without.
    std::string tag = get.answer["etag"];
    for (int i = 0; i < 2; ++i) {
      Exchange put = request("take over", "PUT", place);
      put.headers["if-match"] = tag;
      put.headers[writer_header] = random_name();
      put.body = Body(text);
      put = run(std::move(put));
      if (put.is_ok() || (put.status == 412 && put.attempts > 1 && is_writer(put))) return true;
      if (put.status == 404) return false;
      if (put.status != 412) fail(put);
      tag.erase(std::remove(tag.begin(), tag.end(), '"'), tag.end());
    }
    return false;
  }

  [[nodiscard]] Checksum checksum() const { return learned_.checksum(); }

  struct HeldClaim {
    std::string text;
    std::chrono::steady_clock::time_point written;
  };
  /// The claims that this object holds, which are therefore not abandoned.
  struct Held {
    std::mutex mutex;
    std::map<std::string, HeldClaim> claims;                             // by path
    std::map<std::string, std::chrono::steady_clock::time_point> swept;  // when the claims of a folder were last listed
  };
  Held held;
  const std::string instance = random_name();

 private:
  bool renew(const Credentials& used) const {
    const Credentials found = find_credentials(options_, Profile(options_));
    const std::lock_guard<std::mutex> lock(mutex_);
    credentials_ = found;
    return !(credentials_ == used);
  }

  void remove_singly(const std::string& bucket, const std::vector<std::string>& keys) const {
    std::vector<Exchange> removals;
    for (const std::string& key : keys) {
      removals.push_back(request("remove", "DELETE", Place(bucket)));
      removals.back().key = key;  // as it is: "a//b" is another object than "a/b"
    }
    run(removals);
    for (const Exchange& removal : removals)
      if (removal.status != 404 || removal.error_code() == "NoSuchBucket") expect_ok(removal);
  }

  static void expect_all_removed(const Exchange& batch) {
    XmlElements root(batch.text());
    root.next();
    for (XmlElements element = root.inside(); element.next();) {
      if (element.name() != "Error") continue;
      std::string key, code;
      for (XmlElements part = element.inside(); part.next();) {
        if (part.name() == "Key") key = part.text();
        if (part.name() == "Code") code = part.text();
      }
      if (code == "NoSuchKey") continue;
      throw IoError("cannot remove 's3://" + batch.bucket + "/" + key + "': the server says " + shown(code) +
                        "; check what the credentials may do",
                    std::make_error_code(std::errc::permission_denied));
    }
  }

  S3Options options_;
  Settings settings_;
  mutable Learned learned_;
  mutable TransfersPool pool_;
  mutable std::mutex mutex_;
  mutable Credentials credentials_;
  mutable std::atomic<bool> has_batch_delete_{true};
};

}  // namespace erm::detail::s3

// One request to S3 and its answer, and the exception for a failed request.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <curl/curl.h>

#include "erm/artifact.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/s3/signature.hpp"
#include "erm/detail/s3/xml.hpp"
#include "erm/error.hpp"

namespace erm::detail::s3 {

/// The body of a request: a text, or a part of a content. If reading is cheap, the content is read while it is sent.
class Body {
 public:
  Body() = default;
  explicit Body(std::string_view text) : text_(text), size_(text.size()) {}
  Body(const Content& content, std::uint64_t offset, std::uint64_t size)
      : content_(&content), offset_(offset), size_(size) {}

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  /// The SHA-256 of the body, computed when the body is first sent. A content that is neither in memory nor in a local
  /// file is copied at the same time.
  const std::string& sha256() {
    if (!sha256_.empty()) return sha256_;
    if (content_ != nullptr && !is_cheap()) {
      held_.resize(to_size(size_));
      expect(fill(offset_, held_.data(), held_.size()) == held_.size());
      text_ = view_of(held_);
      content_ = nullptr;
    }
    sha256_bytes_ = digest(EVP_sha256());
    return sha256_ = hex(sha256_bytes_);
  }
  /// The values of the headers x-amz-checksum-sha256 and Content-MD5.
  std::string sha256_base64() {
    static_cast<void>(sha256());
    return base64(sha256_bytes_);
  }
  std::string md5_base64() {
    static_cast<void>(sha256());  // it copies what must be read only once
    return base64(digest(EVP_md5()));
  }

  /// Copies the data after the first `at` bytes to `into`.
  std::size_t read(std::uint64_t at, char* into, std::size_t room) const {
    const std::size_t count = want(at, room);
    if (content_ != nullptr) return fill(offset_ + at, reinterpret_cast<std::uint8_t*>(into), count);
    if (count > 0) std::memcpy(into, text_.data() + at, count);
    return count;
  }

  /// Releases the memory of a copy.
  void forget() { Bytes().swap(held_); }

  [[nodiscard]] static bool is_cheap(const Content& content) {
    return content.local_file() != nullptr || content.bytes_in_memory() != nullptr;
  }

 private:
  static std::string_view view_of(const Bytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  static void expect(bool is_whole) {
    if (!is_whole) throw FormatError("cannot upload a file: it ends before the size that it had");
  }
  [[nodiscard]] std::string digest(const EVP_MD* kind) const {
    Digest digest(kind);
    if (content_ == nullptr) {
      digest.update(text_.data(), text_.size());
    } else if (const Bytes* const bytes = content_->bytes_in_memory()) {
      digest.update(bytes->data() + offset_, to_size(size_));
    } else {
      Bytes chunk(to_size(std::min<std::uint64_t>(size_, std::uint64_t{1} << 20)));
      for (std::uint64_t done = 0; done < size_;) {
        const std::size_t got = fill(offset_ + done, chunk.data(), want(done, chunk.size()));
        expect(got > 0);
        digest.update(chunk.data(), got);
        done += got;
      }
    }
    return digest.finish();
  }
  [[nodiscard]] bool is_cheap() const { return is_cheap(*content_); }
  [[nodiscard]] std::size_t want(std::uint64_t at, std::size_t room) const {
    return to_size(std::min<std::uint64_t>(size_ - at, room));
  }
  std::size_t fill(std::uint64_t offset, std::uint8_t* into, std::size_t size) const {
    return content_->read_at(offset, into, size);
  }

  const Content* content_ = nullptr;
  std::uint64_t offset_ = 0;
  std::string_view text_;
  std::uint64_t size_ = 0;
  Bytes held_;
  std::string sha256_;
  std::string sha256_bytes_;
};

/// Which checksum a request carries, from the weakest wish to the strongest.
enum class Checksum { none, sha256, md5 };

/// One request and its answer.
struct Exchange {
  const char* operation = "";  // "read", for messages
  std::string method = "GET";
  std::string bucket;
  std::string key;
  Query query;
  Headers headers;
  Body body;
  bool expects_xml = false;      // in an answer of 200, which counts as cut short without its end
  bool may_conflict = false;     // 409 means that another conditional request is in progress: send it again
  std::uint8_t* into = nullptr;  // if set, receives the content of an answer instead of `content`
  std::size_t room = 0;
  std::optional<Checksum> checksum;  // instead of what the store learned: the parts of an upload carry the same
  std::function<void()> on_success;  // called after an answer of 200 to 299

  long status = 0;      // 0: there was no answer
  Headers answer;       // its headers
  Bytes content;        // its body, or that of the error
  std::size_t got = 0;  // bytes received at `into`
  std::string failure;  // the network error, if there was no answer
  CURLcode failure_code = CURLE_OK;
  int attempts = 0;
  int silences = 0;       // how many attempts ended because the server said nothing
  int corrections = 0;    // how often it was sent again because of what the server said about it
  std::string endpoint;   // "https://s3.example.org", as it was sent
  std::string region;     // for which it was signed
  std::size_t loose = 0;  // bytes of `content` of which the server did not say how many they are
  Checksum carried = Checksum::none;

  /// Whether the answer is the content of an object.
  [[nodiscard]] bool reads_object() const { return method == "GET" && !key.empty() && query.empty(); }
  /// Whether it creates an object.
  [[nodiscard]] bool makes_object() const {
    if (key.empty()) return false;
    return method == "PUT" ? query.empty() : method == "POST" && !query.empty() && query.front().first == "uploads";
  }
  [[nodiscard]] std::string_view text() const {
    return {reinterpret_cast<const char*>(content.data()), content.size()};
  }
  [[nodiscard]] std::string uri() const { return "s3://" + bucket + (key.empty() ? "" : "/" + key); }
  /// "NoSuchKey", or an empty text.
  [[nodiscard]] std::string error_code() const {
    return xml_root_name(text()) == "Error" ? xml_text(text(), "Code") : std::string();
  }
  [[nodiscard]] bool is_ok() const { return status >= 200 && status < 300 && !holds_error(); }
  /// Whether the server refused the request because it has no checksum, or one of another kind.
  [[nodiscard]] bool asks_for_checksum() const {
    if (status != 400 || body.size() == 0) return false;
    const std::string words = ascii_lower(error_code() + " " + xml_text(text(), "Message").substr(0, 1000));
    return words.find("checksum") != std::string::npos || words.find("content-md5") != std::string::npos ||
           words.find("contentmd5") != std::string::npos;
  }
  /// Whether an answer of 200 is an error: the answer to a long request begins before its result is known.
  [[nodiscard]] bool holds_error() const { return expects_xml && status == 200 && xml_root_name(text()) == "Error"; }
};

/// The error code for an HTTP status.
inline std::error_code code_of_status(long status) {
  switch (status) {
    case 400:
      return std::make_error_code(std::errc::invalid_argument);
    case 401:
    case 403:
      return std::make_error_code(std::errc::permission_denied);
    case 408:
      return std::make_error_code(std::errc::timed_out);
    case 429:
    case 503:
      return std::make_error_code(std::errc::resource_unavailable_try_again);
    case 501:
      return std::make_error_code(std::errc::function_not_supported);
    default:
      return std::make_error_code(std::errc::io_error);
  }
}

inline std::error_code code_of_failure(CURLcode failure) {
  switch (failure) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return std::make_error_code(std::errc::host_unreachable);
    case CURLE_COULDNT_CONNECT:
      return std::make_error_code(std::errc::connection_refused);
    case CURLE_OPERATION_TIMEDOUT:
      return std::make_error_code(std::errc::timed_out);
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
      return std::make_error_code(std::errc::connection_reset);
    default:
      return std::make_error_code(std::errc::io_error);
  }
}

/// Whether the network or the server failed for a moment, so that the same request may succeed.
inline bool is_worth_another(const Exchange& exchange) {
  switch (exchange.status) {
    case 0:
      break;
    case 200:
      return exchange.holds_error();
    case 409:
      return exchange.may_conflict;
    case 408:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return true;
    case 400:
      return exchange.error_code() == "RequestTimeout";  // the body did not reach the server in time
    default:
      return false;
  }
  switch (exchange.failure_code) {
    case CURLE_OPERATION_TIMEDOUT:
      return exchange.silences < 3;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_WEIRD_SERVER_REPLY:
      return true;
    default:
      return false;
  }
}

inline bool is_about_credentials(const Exchange& exchange) {
  if (exchange.status != 400 && exchange.status != 401 && exchange.status != 403) return false;
  // An answer to HEAD has no error code, so the credentials are read again in any case.
  const std::string code = exchange.error_code();
  return code.empty() || code == "ExpiredToken" || code == "InvalidToken" || code == "TokenRefreshRequired" ||
         code == "InvalidAccessKeyId" || code == "ExpiredTokenException" || code == "AccessDenied" ||
         code == "SignatureDoesNotMatch";
}

/// What the user can do about a failed request.
inline std::string advice(const Exchange& exchange) {
  const std::string code = exchange.error_code();
  if (exchange.status == 0) {
    return exchange.failure_code == CURLE_PEER_FAILED_VERIFICATION || exchange.failure_code == CURLE_SSL_CACERT_BADFILE
               ? "check the endpoint and the certificates that are trusted (AWS_CA_BUNDLE)"
           : exchange.failure_code == CURLE_COULDNT_RESOLVE_HOST
               ? "check the name in the endpoint, the network and the name server"
               : "check the endpoint and the network";
  }
  if (code == "NoSuchBucket") return "create the bucket, or check its name and the endpoint";
  if (code == "SignatureDoesNotMatch") return "check the secret access key";
  if (code == "InvalidAccessKeyId") return "check the access key id, and that it belongs to this endpoint";
  if (code == "ExpiredToken") return "renew the session's credentials";
  if (code == "RequestTimeTooSkewed") return "set this machine's clock, or the server's";
  if (exchange.asks_for_checksum()) return "set S3Options::checksum to what the server accepts";
  const auto region = exchange.answer.find("x-amz-bucket-region");
  if (region != exchange.answer.end() && exchange.status != 403) return "set AWS_REGION to " + region->second;
  if (exchange.status >= 300 && exchange.status < 400) return "set the endpoint and region of the bucket";
  if (exchange.status == 403 || exchange.status == 401) return "check the credentials and what they may do";
  if (exchange.status == 429 || exchange.status >= 500) return "the server is busy or failing; try again later";
  return "check the request against what this server supports";
}

/// Throws the error of a failed exchange: NotFoundError for 404, otherwise IoError.
[[noreturn]] inline void fail(const Exchange& exchange) {
  std::string message = std::string("cannot ") + exchange.operation + " '" + exchange.uri() + "': ";
  const std::string tries = exchange.attempts > 1 ? " (" + std::to_string(exchange.attempts) + " attempts)" : "";
  if (exchange.status == 0) {
    message += "no answer from '" + exchange.endpoint + "': " + exchange.failure + tries + "; " + advice(exchange);
    throw IoError(message, code_of_failure(exchange.failure_code));
  }
  message += "HTTP " + std::to_string(exchange.status);
  if (const std::string code = exchange.error_code(); !code.empty()) message += " " + shown(code);
  if (const std::string words = xml_text(exchange.text(), "Message"); !words.empty() && !exchange.error_code().empty())
    message += " " + shown(words);
  message += tries + "; ";
  if (exchange.status == 404) {
    const bool no_bucket = exchange.error_code() == "NoSuchBucket";
    throw NotFoundError(message + (no_bucket ? advice(exchange) : "check the path"));
  }
  throw IoError(message + advice(exchange), code_of_status(exchange.status));
}

}  // namespace erm::detail::s3

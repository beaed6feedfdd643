// AWS Signature Version 4: encodes a request, and proves that its sender knows the secret key. See
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "erm/error.hpp"

namespace erm::detail::s3 {

using Query = std::vector<std::pair<std::string, std::string>>;
using Headers = std::map<std::string, std::string>;  // by name in lower case

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;

  [[nodiscard]] bool is_anonymous() const noexcept { return access_key_id.empty(); }
  bool operator==(const Credentials& other) const {
    return access_key_id == other.access_key_id && secret_access_key == other.secret_access_key &&
           session_token == other.session_token;
  }
};

/// Percent-encodes all bytes except the unreserved characters of RFC 3986.
inline std::string encoded(std::string_view text, bool keep_slashes) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~' || (c == '/' && keep_slashes);
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += "0123456789ABCDEF"[static_cast<unsigned char>(c) >> 4];
      out += "0123456789ABCDEF"[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

/// "a=1&b=". Sorts the encoded pairs, whose order may differ from that of the plain pairs.
inline std::string query_text(const Query& query) {
  std::vector<std::string> pairs;
  pairs.reserve(query.size());
  for (const auto& [name, value] : query) pairs.push_back(encoded(name, false) + "=" + encoded(value, false));
  std::sort(pairs.begin(), pairs.end());
  std::string out;
  for (const std::string& pair : pairs) {
    if (!out.empty()) out += '&';
    out += pair;
  }
  return out;
}

inline std::string trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return std::string(text);
}

inline std::string hex(std::string_view bytes) {
  std::string out;
  out.reserve(2 * bytes.size());
  for (const char c : bytes) {
    out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

/// A digest that libcrypto computes piece by piece.
class Digest {
 public:
  /// Throws Error if libcrypto does not offer the digest (MD5 under FIPS).
  explicit Digest(const EVP_MD* kind) : context_(EVP_MD_CTX_new()) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), kind, nullptr) != 1)
      throw Error("libcrypto cannot compute a digest that S3 needs; it may be limited to FIPS algorithms");
  }
  void update(const void* data, std::size_t size) { EVP_DigestUpdate(context_.get(), data, size); }
  /// The bytes of the digest.
  [[nodiscard]] std::string finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    EVP_DigestFinal_ex(context_.get(), bytes.data(), &size);
    return std::string(bytes.begin(), bytes.begin() + size);
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

inline std::string sha256_hex(std::string_view text) {
  Digest digest(EVP_sha256());
  digest.update(text.data(), text.size());
  return hex(digest.finish());
}

inline std::string hmac_sha256(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), bytes.data(), &size);
  return std::string(bytes.begin(), bytes.begin() + size);
}

inline std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

/// The signed parts of a request, exactly as they are sent.
struct Canonical {
  std::string_view method;
  std::string_view path;     // encoded
  std::string_view query;    // encoded and sorted
  const Headers& headers;    // all of them are signed, "x-amz-date" included
  std::string_view payload;  // the SHA-256 of the body
};

/// The value of the header "authorization".
inline std::string authorization(const Canonical& request, const Credentials& credentials, std::string_view region,
                                 std::string_view service = "s3") {
  std::string names;
  std::string canonical(request.method);
  canonical.append("\n").append(request.path).append("\n").append(request.query).append("\n");
  for (const auto& [name, value] : request.headers) {
    canonical.append(name).append(":").append(trimmed(value)).append("\n");
    if (!names.empty()) names += ';';
    names += name;
  }
  canonical.append("\n").append(names).append("\n").append(request.payload);

  const std::string& time = request.headers.at("x-amz-date");
  const std::string date = time.substr(0, 8);
  std::string scope = date;
  scope.append("/").append(region).append("/").append(service).append("/aws4_request");
  const std::string to_sign = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + sha256_hex(canonical);
  std::string key = hmac_sha256("AWS4" + credentials.secret_access_key, date);
  for (const std::string_view part : {region, service, std::string_view("aws4_request")}) key = hmac_sha256(key, part);
  return "AWS4-HMAC-SHA256 Credential=" + credentials.access_key_id + "/" + scope + ", SignedHeaders=" + names +
         ", Signature=" + hex(hmac_sha256(key, to_sign));
}

}  // namespace erm::detail::s3

// Places in buckets, and the pages of their listings.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/s3/exchange.hpp"
#include "erm/detail/s3/xml.hpp"
#include "erm/error.hpp"

namespace erm::detail::s3 {

/// The bucket of a path, and the key in it: "a/b" for "bucket//a/b/".
struct Place {
  std::string bucket;
  std::string key;

  /// Throws Error if the path has no bucket.
  explicit Place(const std::string& path) {
    const std::string normal = normal_path(path);
    const std::size_t slash = normal.find('/');
    bucket = normal.substr(0, slash);
    if (slash != std::string::npos) key = normal.substr(slash + 1);
    if (bucket.empty()) throw Error("cannot open '" + path + "' on S3: give the bucket, as in s3://bucket/prefix");
  }
  /// The key prefix of the folder at that path.
  [[nodiscard]] std::string prefix() const { return key.empty() ? key : key + "/"; }
};

/// One object of a listing or, if a delimiter was given, one common prefix.
struct Listed {
  std::string key;
  bool is_prefix = false;
  std::uint64_t size = 0;
  std::string modified;  // "2026-11-23T07:30:21.000Z"
  std::string tag;       // that of its content
};

/// Which keys are listed.
struct ListOptions {
  bool by_folder = false;    // what lies in a folder counts as one common prefix
  int at_most = 0;           // so many keys, or all
  bool with_others = false;  // also those that no path leads to
  std::string after = {};    // only what comes behind this key
};

inline std::uint64_t number_in(std::string_view digits) {
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

/// Reads the pages of one listing, and throws FormatError when they cannot be true: keys that were not asked for, or
/// pages that never come to an end.
class Listing {
 public:
  /// `prefix` is what was asked for.
  Listing(std::string bucket, std::string prefix) : bucket_(std::move(bucket)), prefix_(std::move(prefix)) {}

  /// Calls `visit(Listed&&)` with each entry until it returns false. Returns the token of the next page, or an empty
  /// text after the last one.
  template <class Visit>
  std::string read(const Exchange& page, Visit&& visit) {
    std::string token, first;
    bool is_truncated = false, is_first = true;
    XmlElements root(page.text());
    root.next();
    // The encoding may come after the keys.
    const bool is_encoded = page.text().find("<EncodingType>url</EncodingType>") != std::string_view::npos;
    const auto decoded = [&](const XmlElements& element) {
      return is_encoded ? url_decoded(element.text()) : element.text();
    };
    for (XmlElements element = root.inside(); element.next();) {
      if (element.name() == "Contents" || element.name() == "CommonPrefixes") {
        Listed listed;
        listed.is_prefix = element.name() == "CommonPrefixes";
        for (XmlElements part = element.inside(); part.next();) {
          if (part.name() == "Key" || part.name() == "Prefix") listed.key = decoded(part);
          if (part.name() == "LastModified") listed.modified = part.raw().substr(0, 40);
          if (part.name() == "ETag") listed.tag = part.text().substr(0, 100);
          if (part.name() == "Size") listed.size = number_in(part.raw());
        }
        expect_below(listed);
        if (std::exchange(is_first, false)) first = listed.key;
        if (!visit(std::move(listed))) return {};
      } else if (element.name() == "IsTruncated") {
        is_truncated = element.raw() == "true";
      } else if (element.name() == "NextContinuationToken") {
        token = element.text();
      }
    }
    if (!is_truncated) return {};
    if (token.empty()) refuse("says that there is more, and not how to ask for it");
    // Pages without entries are allowed; a server may drop what was deleted meanwhile.
    empty_pages_ = is_first ? empty_pages_ + 1 : 0;
    if (!tokens_.insert(hash(token)).second || (!is_first && !firsts_.insert(hash(first)).second) ||
        empty_pages_ > 100 || tokens_.size() > 100'000)
      refuse("lists the same again and again");
    return token;
  }

 private:
  void expect_below(const Listed& listed) const {
    const bool is_below = listed.key.compare(0, prefix_.size(), prefix_) == 0;
    const bool is_folder = listed.key.size() > prefix_.size() && listed.key.back() == '/';
    if (is_below && (is_folder || !listed.is_prefix)) return;
    refuse("lists the key " + shown(listed.key) + ", which is not there");
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw FormatError("cannot list 's3://" + bucket_ + "/" + prefix_ + "': the server " + what +
                      "; check that the endpoint is an S3 server");
  }

  static std::size_t hash(const std::string& text) { return std::hash<std::string>()(text); }

  std::string bucket_;
  std::string prefix_;
  std::set<std::size_t> tokens_, firsts_;  // hashes
  std::size_t empty_pages_ = 0;
};

/// Whether a path can lead to the key, which begins with `prefix`. Other programs can store "a//b" and "../a", which no
/// path of ERM means; a listing leaves them out, and only the removal of a folder takes them.
inline bool has_path(std::string_view key, std::size_t prefix) {
  std::string_view rest = key.substr(prefix);
  if (!rest.empty() && rest.back() == '/') rest.remove_suffix(1);
  if (rest.empty()) return true;  // the mark of the folder itself
  for (;;) {
    const std::size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    for (const char c : part)
      if (c == '\0') return false;
    if (slash == std::string_view::npos) return true;
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace erm::detail::s3

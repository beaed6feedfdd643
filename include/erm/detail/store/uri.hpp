// URIs of registries and runs: their schemes, and their paths.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>

#include "erm/detail/base/utf8.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/error.hpp"

namespace erm {

struct Location;

namespace detail {

/// A scheme of an optional part of ERM, such as s3.
struct UriScheme {
  const char* name;
  Location (*open)(const std::string& uri);
  UriScheme* next;
};
/// The first scheme. Constant-initialised, because a scheme may be added before main.
inline UriScheme* added_uri_schemes = nullptr;

/// The scheme of "scheme://rest", or an empty text. A single letter is a Windows drive.
inline std::string_view scheme_of(std::string_view uri) {
  const std::size_t end = uri.find("://");
  if (end == std::string_view::npos || end < 2) return {};
  for (const char c : uri.substr(0, end)) {
    const bool fits =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    if (!fits) return {};
  }
  return uri.substr(0, end);
}

inline std::string without_scheme(const std::string& uri) {
  const std::string_view scheme = scheme_of(uri);
  return scheme.empty() ? uri : uri.substr(scheme.size() + 3);
}

/// Throws Error for a path that only a shell would understand: "~" or "~user" at its beginning.
inline void refuse_home_sign(const std::string& path, const std::string& uri) {
  if (path.empty() || path.front() != '~') return;
  throw Error("cannot open '" + uri + "': only a shell expands '" + path.substr(0, path.find('/')) +
              "'; use std::getenv(\"HOME\"), or './" + path + "' for a folder of that name");
}

/// The path of file://[localhost]/path (RFC 8089).
inline std::string path_of_file_uri(const std::string& uri) {
  std::string rest = uri.substr(7);
  refuse_home_sign(rest, uri);
  if (rest.rfind("localhost/", 0) == 0) rest.erase(0, 9);
  if (rest.empty() || rest[0] != '/') {
    throw Error("cannot open '" + uri + "': a file URI has an absolute path of this machine, as in " +
                "file:///home/me/registry; a relative path needs no file://");
  }
  std::string path;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] != '%') {
      path += rest[i];
      continue;
    }
    unsigned code = 0;
    const char* const first = rest.data() + i + 1;
    const char* const last = rest.data() + (std::min)(i + 3, rest.size());
    if (last - first != 2 || std::from_chars(first, last, code, 16).ptr != last || code == 0)
      throw Error("cannot open '" + uri + "': '%' must be followed by two hexadecimal digits, not both 0");
    path += static_cast<char>(code);
    i += 2;
  }
#if defined(_WIN32)
  if (path.size() > 2 && path[2] == ':') path.erase(0, 1);  // /C:/folder
#endif
  return path;
}

/// The URI of `path` below `uri`. In a file URI the path is percent-encoded (RFC 3986).
inline std::string uri_below(const std::string& uri, const std::string& path) {
  if (ascii_lower(scheme_of(uri)) != "file") return joined(uri, path);
  std::string encoded;
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~' || c == '/';
    if (plain) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += "0123456789ABCDEF"[static_cast<unsigned char>(c) >> 4];
      encoded += "0123456789ABCDEF"[static_cast<unsigned char>(c) & 15];
    }
  }
  return joined(uri, encoded);
}

}  // namespace detail

}  // namespace erm

// Which store a URI names; see erm/file_system.hpp, which includes this.
#pragma once

#include <algorithm>
#include <charconv>
#include <memory>
#include <string>
#include <string_view>

#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/file_system.hpp"

namespace erm {

namespace detail {

/// A scheme that a header other than this one brings.
struct UriScheme {
  const char* name;
  Location (*open)(const std::string& uri);
  UriScheme* next;
};
inline UriScheme* added_uri_schemes = nullptr;

/// The scheme of "scheme://rest", or an empty text. One letter is a drive of Windows.
inline std::string_view scheme_of(std::string_view uri) {
  const std::size_t end = uri.find("://");
  if (end == std::string_view::npos || end < 2) return {};
  for (const char c : uri.substr(0, end)) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
                      c == '-' || c == '.';
    if (!fits) return {};
  }
  return uri.substr(0, end);
}

inline std::string without_scheme(const std::string& uri) {
  const std::string_view scheme = scheme_of(uri);
  return scheme.empty() ? uri : uri.substr(scheme.size() + 3);
}

/// The path of file://[localhost]/path (RFC 8089).
inline std::string path_of_file_uri(const std::string& uri) {
  std::string rest = uri.substr(7);
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
    const char* const last = rest.data() + std::min(i + 3, rest.size());
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

// Neither of them is ever destroyed: threads may use them while the program ends.

/// One store for the whole process, so that what is saved to memory://x can be loaded from there.
inline const std::shared_ptr<FileSystem>& process_memory() {
  static const auto* const fs = new std::shared_ptr<FileSystem>(std::make_shared<MemoryFileSystem>());
  return *fs;
}

inline const std::shared_ptr<FileSystem>& local_disk() {
  static const auto* const fs = new std::shared_ptr<FileSystem>(std::make_shared<LocalFileSystem>());
  return *fs;
}

/// The store and path of a URI; where the caller has a store of his own, the path in that.
inline Location locate(const std::string& uri, const std::shared_ptr<FileSystem>& fs) {
  return fs ? Location{fs, without_scheme(uri)} : open_file_system(uri);
}

}  // namespace detail

inline Location open_file_system(const std::string& uri) {
  const std::string scheme = detail::ascii_lower(detail::scheme_of(uri));
  if (uri.find('\0') != std::string::npos)
    throw Error("cannot open " + detail::repaired_utf8(uri.c_str()) + ": the path has a NUL character in it");
  if (uri.empty()) throw Error("cannot open an empty path; give a folder, '.' for the current one");
  if (scheme.empty()) return {detail::local_disk(), detail::os::generic_path(uri)};
  if (scheme == "file") return {detail::local_disk(), detail::path_of_file_uri(uri)};
  if (scheme == "memory") return {detail::process_memory(), detail::without_scheme(uri)};
  for (const detail::UriScheme* known = detail::added_uri_schemes; known != nullptr; known = known->next)
    if (scheme == known->name) return known->open(uri);
  if (scheme == "s3")
    throw Error("cannot open '" + uri + "': include erm/s3.hpp and link the CMake target erm::s3 to use s3:// URIs");
  throw Error("cannot open '" + uri + "': the scheme '" + scheme +
              "' is unknown; use a plain path, file://, memory:// or s3://, or give a FileSystem of your own");
}

}  // namespace erm

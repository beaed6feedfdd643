// File operations for which the standard library is better than the system's own calls. Separate from file.hpp, because
// <filesystem> costs more compile time than everything else in a file that logs.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

#include "erm/detail/os/file.hpp"
#include "erm/error.hpp"
#include "erm/file_path.hpp"

namespace erm::detail {

inline std::filesystem::path as_path(const FilePath& path) { return std::filesystem::path(path.native()); }

namespace os {

#if !defined(_WIN32)  // file_windows.hpp has its own

/// The path as UTF-8 with "/" between its parts.
inline std::string utf8_path(const std::filesystem::path& path) { return path.generic_string(); }

/// Removes a file, or a folder with everything in it. Removes links and does not follow them. Does nothing if the path
/// does not exist.
inline void remove_tree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error && error != std::errc::no_such_file_or_directory) throw IoError::failed_to("remove", path, error);
}

#endif

}  // namespace os

}  // namespace erm::detail

// FilePath as the standard library's path.
#pragma once

#include <filesystem>

#include "erm/file_path.hpp"

namespace erm::detail {

inline std::filesystem::path as_path(const FilePath& path) { return std::filesystem::path(path.native()); }

}  // namespace erm::detail

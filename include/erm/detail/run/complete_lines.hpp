// The complete lines of a file to which a writer may be appending.
//
//   const std::uint64_t end = end_of_complete_lines(fs, path, fs.info(path).size);
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "erm/artifact.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// Where the last complete line of the first `size` bytes ends; 0 if there is none.
inline std::uint64_t end_of_complete_lines(const FileSystem& fs, const std::string& path, std::uint64_t size) {
  Bytes piece(std::size_t{1} << 16);
  while (size > 0) {
    const std::uint64_t from = size - (std::min<std::uint64_t>)(size, piece.size());
    const std::size_t got = fs.read_at(path, from, piece.data(), to_size(size - from));
    const std::size_t newline = view(piece).substr(0, got).rfind('\n');
    if (newline != std::string_view::npos) return from + newline + 1;
    size = from;
  }
  return 0;
}

}  // namespace erm::detail

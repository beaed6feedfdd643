// Converts a number of bytes to std::size_t, which has fewer than 64 bits on some systems.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "erm/error.hpp"

namespace erm::detail {

/// A template, because -Wuseless-cast warns about a plain cast on systems where both types are the same.
template <class Integer>
constexpr std::size_t to_size(Integer count) noexcept {
  return static_cast<std::size_t>(count);
}

/// For what is held in memory at once. Throws Error for more than that can be, such as 5 GiB in a 32-bit process.
inline std::size_t memory_size(std::uint64_t bytes) {
  if (bytes > std::uint64_t{(std::numeric_limits<std::size_t>::max)() / 2})
    throw Error("cannot hold " + std::to_string(bytes) +
                " bytes in the memory of this process; read them in parts, or save them to a file");
  return to_size(bytes);
}

}  // namespace erm::detail

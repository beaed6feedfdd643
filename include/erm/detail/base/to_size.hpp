// Converts a number of bytes to std::size_t, which has fewer than 64 bits on some systems.
#pragma once

#include <cstddef>

namespace erm::detail {

/// A template, because -Wuseless-cast warns about a plain cast on systems where both types are the same.
template <class Integer>
constexpr std::size_t to_size(Integer count) noexcept {
  return static_cast<std::size_t>(count);
}

}  // namespace erm::detail

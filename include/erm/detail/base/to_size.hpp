// A number of bytes as std::size_t, which is narrower than 64 bits on some systems.
#pragma once

#include <cstddef>

namespace erm::detail {

/// A template, since -Wuseless-cast warns of a plain cast on the systems where both types are the same.
template <class Integer>
constexpr std::size_t to_size(Integer count) noexcept {
  return static_cast<std::size_t>(count);
}

}  // namespace erm::detail

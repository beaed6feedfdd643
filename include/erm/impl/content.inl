// The bodies of erm/content.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "erm/content.hpp"

namespace erm {

ERM_INLINE Bytes to_bytes(std::string_view text) {
  const auto* const begin = reinterpret_cast<const std::uint8_t*>(text.data());
  return Bytes(begin, begin + text.size());
}
ERM_INLINE std::string to_text(const Bytes& bytes) {
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

ERM_INLINE Content::~Content() = default;

}  // namespace erm

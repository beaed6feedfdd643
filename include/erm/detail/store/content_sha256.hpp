// The SHA-256 of an artifact's content, wherever that is.
#pragma once

#include <cstdint>
#include <string>

#include "erm/artifact.hpp"
#include "erm/detail/run/contents.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/base/sha256.hpp"

namespace erm::detail {

/// As 64 hexadecimal digits.
inline std::string sha256_of(const Content& content) {
  if (const auto* const held = dynamic_cast<const BytesContent*>(&content)) return sha256_of(view(held->bytes()));
  std::uint64_t size = 0;
  return sha256_of_all(content, content.read_size(), size);
}

}  // namespace erm::detail

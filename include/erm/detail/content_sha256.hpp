// The SHA-256 of an artifact's content, wherever that is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "erm/artifact.hpp"
#include "erm/detail/sha256.hpp"

namespace erm::detail {

/// In hexadecimal digits.
inline std::string sha256_of(const Content& content) {
  Sha256 hash;
  if (const auto* const held = dynamic_cast<const BytesContent*>(&content)) {
    hash.update(held->bytes().data(), held->bytes().size());
    return hash.hex();
  }
  Bytes chunk(content.read_size());
  std::uint64_t done = 0;
  while (const std::size_t got = content.read_at(done, chunk.data(), chunk.size())) {
    hash.update(chunk.data(), got);
    done += got;
  }
  return hash.hex();
}

}  // namespace erm::detail

// The bodies of erm/content.hpp.
#pragma once

#include <string>
#include <string_view>

#include "erm/content.hpp"

namespace erm {

ERM_INLINE Bytes to_bytes(std::string_view text) { return Bytes(text.begin(), text.end()); }
ERM_INLINE std::string to_text(const Bytes& bytes) { return std::string(bytes.begin(), bytes.end()); }

ERM_INLINE Content::~Content() = default;

}  // namespace erm

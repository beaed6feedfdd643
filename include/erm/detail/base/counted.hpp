// A number and a noun.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace erm::detail {

/// "1 run", "3 runs"
inline std::string counted(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace erm::detail

// How much memory a process uses.
#pragma once

#include <cstdint>

namespace erm::detail {

struct MemoryUse {
  std::uint64_t resident = 0, peak = 0;  // in bytes; 0 where it is not known
};

}  // namespace erm::detail

// Properties of the terminal to which a program may write.
#pragma once

#include <cstdlib>

#if defined(_WIN32)
#include <io.h>
#else
#include "erm/detail/os/api.hpp"
#endif

namespace erm::detail {

/// Whether stdout is a terminal and NO_COLOR is not set.
inline bool stdout_shows_color() {
  if (const char* no_color = std::getenv("NO_COLOR"); no_color != nullptr && *no_color != '\0') return false;
#if defined(_WIN32)
  return _isatty(1) != 0;
#else
  return os::api::is_terminal(1) == 1;
#endif
}

}  // namespace erm::detail

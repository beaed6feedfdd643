// The terminal that a program may write to.
#pragma once

#include <cstdlib>

#if defined(_WIN32)
#include <io.h>
#else
#include "erm/detail/os/api.hpp"
#endif

namespace erm::detail {

/// Whether stdout is a terminal whose user has not set NO_COLOR.
inline bool stdout_shows_color() {
  if (const char* no_color = std::getenv("NO_COLOR"); no_color != nullptr && *no_color != '\0') return false;
#if defined(_WIN32)
  return _isatty(1) != 0;
#else
  return os::api::is_terminal(1) == 1;
#endif
}

}  // namespace erm::detail

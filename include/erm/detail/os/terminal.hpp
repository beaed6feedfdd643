// Properties of the terminal to which a program may write.
#pragma once

#include <cstdlib>

#if defined(_WIN32)
#include <io.h>
#else
#include "erm/detail/os/api.hpp"
#endif

namespace erm::detail {

/// Whether a standard stream is a terminal: 0 is stdin, 1 stdout, 2 stderr.
inline bool is_terminal(int stream) {
#if defined(_WIN32)
  return _isatty(stream) != 0;
#else
  return os::api::is_terminal(stream) == 1;
#endif
}

/// Whether stdout is a terminal and NO_COLOR is not set.
inline bool stdout_shows_color() {
  if (const char* no_color = std::getenv("NO_COLOR"); no_color != nullptr && *no_color != '\0') return false;
  return is_terminal(1);
}

}  // namespace erm::detail

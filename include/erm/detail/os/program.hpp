// Another program, asked something and not waited for longer than is allowed.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace erm::detail::os {

using Deadline = std::chrono::steady_clock::time_point;

struct Answer {
  bool ok = false;     // it ended in time, with 0
  int exit_code = -1;  // -1 where it did not come to that
  std::string why;     // it is not ok: what it said, or what became of it
};

/// Runs `command`, found in PATH, and calls `take` for each piece of its output; without a shell, a terminal or an
/// input. It is killed at the deadline. On Windows ERM asks no other program.
template <class Take>
Answer ask_program(const std::vector<std::string>& command, const std::vector<std::string>& environment,
                   Deadline deadline, const Take& take);

/// When the file was last written, in nanoseconds since 1970, or 0 where the system does not tell. Only what has an
/// answer to compare asks.
long long modified(const std::string& path);

}  // namespace erm::detail::os

#if defined(_WIN32)
#include "erm/detail/os/program_windows.hpp"
#else
#include "erm/detail/os/program_posix.hpp"
#endif

// Runs another program: with a time limit, to read its output, or the one in which the person looks at a file.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace erm::detail::os {

using Deadline = std::chrono::steady_clock::time_point;

struct Answer {
  bool ok = false;     // it ended in time, with exit code 0
  int exit_code = -1;  // -1 if it did not exit by itself
  std::string why;     // if not ok: its error output, or what happened to it
};

/// Runs `command`, which is searched in PATH, without a shell, a terminal or input, and calls `take` for each piece of
/// its output. Kills it at the deadline. On Windows ERM runs no other program.
template <class Take>
Answer ask_program(const std::vector<std::string>& command, const std::vector<std::string>& environment,
                   Deadline deadline, const Take& take);

/// Shows a file in the program that the person uses for files of its kind, which goes on when this process ends. Runs no
/// shell. Returns what went wrong; nothing if that program has begun.
std::string show_file(const std::string& path);

/// When the file was last written, in nanoseconds since 1970, or 0 if the system does not tell. Only needed on systems
/// where ERM runs other programs.
long long modified(const std::string& path);

}  // namespace erm::detail::os

#if defined(_WIN32)
#include "erm/detail/os/program_windows.hpp"
#else
#include "erm/detail/os/program_posix.hpp"
#endif

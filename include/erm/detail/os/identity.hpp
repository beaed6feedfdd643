// Identifies a machine and its processes: who holds a claim, and whether that process still exists.
#pragma once

#include <string>

namespace erm::detail::os {

/// "unknown" if the system does not tell.
std::string host_name();

/// The identifier of this process.
std::string process_number();

/// Whether this machine has a process with that number.
bool process_exists(const std::string& number);

/// When a process of this machine started, as a text that no later process with that number has. Empty if there is no
/// such process, or the system does not tell.
std::string process_start(const std::string& number);

}  // namespace erm::detail::os

#if defined(_WIN32)
#include "erm/detail/os/identity_windows.hpp"
#else
#include "erm/detail/os/identity_posix.hpp"
#endif

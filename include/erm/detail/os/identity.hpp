// The machine and its processes, told apart from others: who made a claim, and whether that process is still there.
#pragma once

#include <string>

namespace erm::detail::os {

/// "unknown" where the system does not tell.
std::string host_name();

/// That of this process.
std::string process_number();

/// Whether a process of this machine has that number.
bool process_exists(const std::string& number);

/// When a process of this machine began, as a text that no other process of that number ever has. Empty where there is
/// no such process, or the system does not tell.
std::string process_start(const std::string& number);

}  // namespace erm::detail::os

#if defined(_WIN32)
#include "erm/detail/os/identity_windows.hpp"
#else
#include "erm/detail/os/identity_posix.hpp"
#endif

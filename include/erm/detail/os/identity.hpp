// Identifies a machine and its processes: who holds a claim, and whether that process still exists.
#pragma once

#include <string>

namespace erm::detail::os {

/// "unknown" if the system does not tell.
std::string host_name();

/// The identifier of this process.
std::string process_number();

/// When this process started, as a text that no later process with its number has. The part before the first space
/// identifies the machine and its boot. Empty if the system does not tell.
std::string own_start();

/// Identifies the set of processes in which process numbers and start times of this process are valid, within one
/// machine and boot. Containers have one each. Empty if the system has only one.
std::string process_namespace();

/// Whether this process can judge a process on `host` that started then in that namespace: both see the same numbers.
bool sees_process(const std::string& host, const std::string& started, const std::string& name_space);

enum class ProcessState { unknown, running, ended };

/// Looks for the process with that number that started then. sees_process() must be true for it. A process that was
/// killed and not yet waited for has ended.
ProcessState process_state(const std::string& number, const std::string& started);

}  // namespace erm::detail::os

#if defined(_WIN32)
#include "erm/detail/os/identity_windows.hpp"
#else
#include "erm/detail/os/identity_posix.hpp"
#endif

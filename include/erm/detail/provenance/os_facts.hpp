// Facts from the operating system about a process and its machine, for provenance and for system metrics. Each function
// adds what it can find out, and puts the reasons for the rest into `missing`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "erm/detail/provenance/environment.hpp"
#include "erm/detail/provenance/system_files.hpp"
#include "erm/json.hpp"

namespace erm::detail {

struct MemoryUse {
  std::uint64_t resident = 0, peak = 0;  // in bytes; 0 if unknown
};

namespace os {

/// The arguments of the program, its own name first.
std::vector<std::string> process_arguments(const SystemFiles& files, Json& missing);

std::string executable_path(const SystemFiles& files, Json& missing);

/// Copies the variables that add_machine() needs to `environment`.
void take_machine_variables(Environment& environment);

void add_machine(Json& machine, const SystemFiles& files, const Environment& environment, Json& missing);

/// The CPU time that this process has used on all cores, in seconds.
double process_cpu_seconds();

MemoryUse process_memory(const SystemFiles& files);

/// The number of cores that the process may run on. 0 if unknown.
std::uint64_t usable_cores(const SystemFiles& files);

}  // namespace os

}  // namespace erm::detail

#if defined(_WIN32)
#include "erm/detail/provenance/os_facts_windows.hpp"
#elif defined(__linux__)
#include "erm/detail/provenance/os_facts_linux.hpp"
#else
#include "erm/detail/provenance/os_facts_posix.hpp"
#endif

// What the operating system tells of a process and its machine, for the provenance of a run and for its system metrics.
// Each function adds what it can learn, and says in `missing` why the rest is not there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "erm/detail/provenance/environment.hpp"
#include "erm/detail/provenance/system_files.hpp"
#include "erm/json.hpp"

namespace erm::detail {

struct MemoryUse {
  std::uint64_t resident = 0, peak = 0;  // in bytes; 0 where it is not known
};

namespace os {

/// As the program was called, its own name first.
std::vector<std::string> process_arguments(const SystemFiles& files, Json& missing);

std::string executable_path(const SystemFiles& files, Json& missing);

/// Lets `environment` hold the variables that add_machine() asks for.
void take_machine_variables(Environment& environment);

void add_machine(Json& machine, const SystemFiles& files, const Environment& environment, Json& missing);

/// The time that this process has had of all cores, in seconds.
double process_cpu_seconds();

MemoryUse process_memory(const SystemFiles& files);

/// The cores that the process may run on; 0 where it is not known.
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

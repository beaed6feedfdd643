// What the operating system tells of a process and its machine, for the provenance of a run. Each function adds
// what it can learn, and says in `missing` why the rest is not there.
#pragma once

#if defined(_WIN32)
#include "erm/detail/provenance/os_facts_windows.hpp"
#elif defined(__linux__)
#include "erm/detail/provenance/os_facts_linux.hpp"
#else
#include "erm/detail/provenance/os_facts_posix.hpp"
#endif

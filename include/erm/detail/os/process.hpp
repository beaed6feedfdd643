// The process as the operating system has it, for live runs.
#pragma once

#include "erm/detail/os/quick_clock.hpp"

#if defined(_WIN32)
#include "erm/detail/os/process_windows.hpp"
#else
#include "erm/detail/os/process_posix.hpp"
#endif

// Another program, asked something and not waited for longer than is allowed.
#pragma once

#if defined(_WIN32)
#include "erm/detail/os/program_windows.hpp"
#else
#include "erm/detail/os/program_posix.hpp"
#endif

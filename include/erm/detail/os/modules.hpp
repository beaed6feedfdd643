// The program and the shared libraries that are loaded, as the system's loader has them.
#pragma once

#if defined(_WIN32)
#include "erm/detail/os/modules_windows.hpp"
#else
#include "erm/detail/os/modules_posix.hpp"
#endif

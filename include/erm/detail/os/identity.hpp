// The machine and its processes, told apart from others: who made a claim, and whether that process is still there.
#pragma once

#if defined(_WIN32)
#include "erm/detail/os/identity_windows.hpp"
#else
#include "erm/detail/os/identity_posix.hpp"
#endif

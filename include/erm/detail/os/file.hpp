// Files as the operating system has them: the one place where systems differ. Paths are UTF-8; each
// function throws NotFoundError where the path is not there, and IoError for any other refusal.
#pragma once

#if defined(_WIN32)
#include "erm/detail/os/file_windows.hpp"
#else
#include "erm/detail/os/file_posix.hpp"
#endif

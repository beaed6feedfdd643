// The program and the shared libraries that are loaded, as the system's loader has them.
#pragma once

#include <string>
#include <vector>

#include "erm/detail/os/module_notes.hpp"

namespace erm::detail::os {

/// The modules of this process, the program first. `caller` is an address in the code that asks.
std::vector<Module> loaded_modules(const void* caller);

/// Where the program lies, or lay when it was begun; empty where the system does not tell.
std::string program_path();

/// A path that leads to the program's content though it was renamed or removed, where the system has one.
std::string program_content();

}  // namespace erm::detail::os

#if defined(_WIN32)
#include "erm/detail/os/modules_windows.hpp"
#else
#include "erm/detail/os/modules_posix.hpp"
#endif

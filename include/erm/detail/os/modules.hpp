// The program and the shared libraries that are loaded, from the system's loader.
#pragma once

#include <string>
#include <vector>

#include "erm/detail/os/module_notes.hpp"

namespace erm::detail::os {

/// The modules of this process, the program first. `caller` is an address in the code that asks.
std::vector<Module> loaded_modules(const void* caller);

/// The path of the program when it was started. Empty if the system does not tell.
std::string program_path();

/// A path that leads to the program's content even after it was renamed or removed, if the system has one.
std::string program_content();

}  // namespace erm::detail::os

#if defined(_WIN32)
#include "erm/detail/os/modules_windows.hpp"
#else
#include "erm/detail/os/modules_posix.hpp"
#endif

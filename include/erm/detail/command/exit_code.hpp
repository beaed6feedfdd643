// What the command tells the shell.
#pragma once

#include <cstdint>
#include <string>

#include "erm/error.hpp"

namespace erm::detail::command {

enum class ExitCode : std::uint8_t {
  yes = 0,
  no = 1,         // the answer is no: nothing was found, runs differ, a gate refuses
  usage = 2,      // the arguments cannot be understood
  not_found = 3,  // a registry, a run or a file does not exist
  cannot = 4      // the system, a store or a damaged file prevents it
};

/// Arguments that cannot be understood.
class UsageError : public Error {
 public:
  using Error::Error;
};

}  // namespace erm::detail::command

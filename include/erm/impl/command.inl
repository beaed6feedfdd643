// The bodies of erm/command.hpp.
#pragma once

#include <string>
#include <vector>

#include "erm/command.hpp"
#include "erm/detail/command/terminal.hpp"
#include "erm/detail/verbs/app.hpp"

namespace erm {

ERM_INLINE int command(int argc, const char* const* argv) noexcept {
  const detail::command::PipeSignalIgnored pipe;
  detail::command::App app(std::vector<std::string>(argv, argv + argc));
  return static_cast<int>(app.run());
}

}  // namespace erm

// The bodies of os/program.hpp for Windows, where ERM runs no other program.
#pragma once

#include <string>
#include <vector>

#include "erm/detail/os/program.hpp"

namespace erm::detail::os {

template <class Take>
Answer ask_program(const std::vector<std::string>& command, const std::vector<std::string>&, Deadline, const Take&) {
  Answer answer;
  answer.why = command.front() + " is not asked at run time on Windows";
  return answer;
}

inline long long modified(const std::string&) { return 0; }

}  // namespace erm::detail::os

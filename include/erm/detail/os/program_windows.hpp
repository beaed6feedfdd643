// The bodies of os/program.hpp for Windows, where ERM asks no other program.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "erm/detail/os/api.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/os/library.hpp"
#include "erm/detail/os/program.hpp"

namespace erm::detail::os {

template <class Take>
Answer ask_program(const std::vector<std::string>& command, const std::vector<std::string>&, Deadline, const Take&) {
  Answer answer;
  answer.why = command.front() + " is not asked at run time on Windows";
  return answer;
}

inline std::string show_file(const std::string& path) {
  using ShellExecute = std::intptr_t __stdcall(void* window, const wchar_t* what, const wchar_t* file,
                                               const wchar_t* parameters, const wchar_t* folder, int how);
  ShellExecute* execute = nullptr;
  const Library shell("shell32.dll");
  if (!shell || !shell.find("ShellExecuteW", execute)) return "Windows has no ShellExecuteW";
  constexpr int as_usual = 1;      // SW_SHOWNORMAL
  constexpr int last_error = 32;   // a greater result is no error
  const std::intptr_t result = execute(nullptr, L"open", wide(absolute_path(path)).c_str(), nullptr, nullptr, as_usual);
  if (result > last_error) return {};
  return "ShellExecuteW returned " + std::to_string(static_cast<long long>(result));
}

inline long long modified(const std::string&) { return 0; }

}  // namespace erm::detail::os

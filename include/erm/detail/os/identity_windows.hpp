// The bodies of os/identity.hpp for Windows.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "erm/detail/os/api_windows.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/os/identity.hpp"

namespace erm::detail::os {

inline std::string host_name() {
  wchar_t name[256] = {};
  unsigned long size = 255;
  return api::GetComputerNameW(name, &size) != 0 ? utf8_path(std::filesystem::path(name)) : "unknown";
}

inline std::string process_number() { return std::to_string(api::GetCurrentProcessId()); }

inline bool process_exists(const std::string& number) {
  const api::Handle process(
      api::OpenProcess(api::synchronize_access | api::query_process, 0, std::strtoul(number.c_str(), nullptr, 10)));
  if (!process) return api::GetLastError() == api::access_denied;
  return api::WaitForSingleObject(process.get(), 0) == api::wait_timeout;  // an ended process may be held open
}

/// "Windows", and the time as FILETIME, in 100 ns since 1601. Also empty if the process belongs to another user.
inline std::string process_start(const std::string& number) {
  const api::Handle process(api::OpenProcess(api::query_process, 0, std::strtoul(number.c_str(), nullptr, 10)));
  if (!process) return {};
  unsigned long times[4][2];
  const auto time = [&](int i) { return reinterpret_cast<_FILETIME*>(times[i]); };
  if (api::GetProcessTimes(process.get(), time(0), time(1), time(2), time(3)) == 0) return {};
  return "Windows " + std::to_string(std::uint64_t{times[0][1]} << 32 | times[0][0]);
}

}  // namespace erm::detail::os

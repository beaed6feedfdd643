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

/// The time as FILETIME, in 100 ns since 1601. Empty if the process belongs to another user.
inline std::string start_of(void* process) {
  unsigned long times[4][2];
  const auto time = [&](int i) { return reinterpret_cast<_FILETIME*>(times[i]); };
  if (api::GetProcessTimes(process, time(0), time(1), time(2), time(3)) == 0) return {};
  return "Windows " + std::to_string(std::uint64_t{times[0][1]} << 32 | times[0][0]);
}

/// No two processes with one number started at the same time, so this needs no identity of the boot.
inline std::string own_start() {
  const api::Handle process(api::OpenProcess(api::query_process, 0, api::GetCurrentProcessId()));
  return process ? start_of(process.get()) : std::string();
}

inline std::string process_namespace() { return {}; }

/// Windows allows one machine of a name in a network.
inline bool sees_process(const std::string& host, const std::string& started, const std::string& /*name_space*/) {
  return host == host_name() && started.rfind("Windows ", 0) == 0;
}

inline ProcessState process_state(const std::string& number, const std::string& started) {
  const unsigned long process_id = std::strtoul(number.c_str(), nullptr, 10);
  const api::Handle process(api::OpenProcess(api::synchronize_access | api::query_process, 0, process_id));
  if (!process) return api::GetLastError() == api::access_denied ? ProcessState::unknown : ProcessState::ended;
  if (api::WaitForSingleObject(process.get(), 0) != api::wait_timeout)
    return ProcessState::ended;  // an ended process may be held open
  const std::string start = start_of(process.get());
  if (start.empty()) return ProcessState::unknown;
  return start == started ? ProcessState::running : ProcessState::ended;
}

}  // namespace erm::detail::os

// The bodies of provenance/os_facts.hpp for Windows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "erm/detail/os/api_windows.hpp"
#include "erm/detail/os/command_line.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/provenance/environment.hpp"
#include "erm/detail/provenance/os_facts.hpp"
#include "erm/detail/provenance/system_files.hpp"
#include "erm/json.hpp"

namespace erm::detail::os {

inline std::vector<std::string> process_arguments(const SystemFiles&, Json& missing) {
  try {
    return split_command_line(utf8_text(api::GetCommandLineW()));
  } catch (const Error&) {
    miss(missing, "program.arguments", "the command line is not well-formed UTF-16");
    return {};
  }
}

inline std::string executable_path(const SystemFiles&, Json& missing) {
  std::wstring path(32768, L'\0');
  path.resize(api::GetModuleFileNameW(nullptr, path.data(), static_cast<unsigned long>(path.size())));
  try {
    if (!path.empty()) return utf8_path(std::filesystem::path(path));
  } catch (const Error&) {
    path.clear();
  }
  miss(missing, "program.executable", "GetModuleFileNameW() does not tell");
  return {};
}

inline void take_machine_variables(Environment& environment) {
  for (const char* const name : {"USERNAME", "OS", "PROCESSOR_IDENTIFIER", "TZ"}) environment.take(name);
}

inline void add_machine(Json& machine, const SystemFiles&, const Environment& environment, Json& missing) {
  const auto add = [&](const char* key, const char* variable) {
    if (const std::string_view value = environment.get(variable); !value.empty())
      machine[key] = kept_text(value, 256);
    else
      miss(missing, std::string("machine.") + key, std::string(variable) + " is not set");
  };
  add("user", "USERNAME");
  add("os", "OS");
  add("cpu", "PROCESSOR_IDENTIFIER");
  add("time_zone", "TZ");
  if (const unsigned cores = std::thread::hardware_concurrency(); cores > 0) machine["cores"] = cores;
  api::MemoryFacts memory;
  if (api::GlobalMemoryStatusEx(reinterpret_cast<_MEMORYSTATUSEX*>(&memory)) != 0)
    machine["memory_bytes"] = memory.physical;
  else
    miss(missing, "machine.memory_bytes", "GlobalMemoryStatusEx() does not tell");
  for (const char* const field : {"machine.kernel", "machine.cpu_features", "machine.cores_usable"})
    miss(missing, field, "not asked for on this system");
}

inline double process_cpu_seconds() {
  unsigned long times[4][2] = {};
  const auto time = [&](int i) { return reinterpret_cast<_FILETIME*>(times[i]); };
  if (api::GetProcessTimes(api::GetCurrentProcess(), time(0), time(1), time(2), time(3)) == 0) return 0;
  const auto seconds = [&](int i) {
    return static_cast<double>(std::uint64_t{times[i][1]} << 32 | times[i][0]) * 1e-7;
  };
  return seconds(2) + seconds(3);
}

inline MemoryUse process_memory(const SystemFiles&) {
  api::ProcessMemory memory;
  if (api::K32GetProcessMemoryInfo(api::GetCurrentProcess(), reinterpret_cast<_PROCESS_MEMORY_COUNTERS*>(&memory),
                                   memory.size) == 0)
    return {};
  return {memory.resident, memory.peak};
}

inline std::uint64_t usable_cores(const SystemFiles&) { return std::thread::hardware_concurrency(); }

}  // namespace erm::detail::os

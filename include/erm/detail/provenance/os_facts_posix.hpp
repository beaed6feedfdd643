// The bodies of provenance/os_facts.hpp for macOS and the BSDs, with facts that every POSIX system has.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/os/api.hpp"
#include "erm/detail/provenance/environment.hpp"
#include "erm/detail/provenance/os_facts.hpp"
#include "erm/detail/provenance/system_files.hpp"
#include "erm/json.hpp"

namespace erm::detail::os {

inline std::vector<std::string> process_arguments(const SystemFiles&, Json& missing) {
  std::vector<std::string> arguments;
#if defined(__APPLE__)
  char** const all = api::arguments();
  for (int i = 0; i < api::arguments_count(); ++i) arguments.emplace_back(all[i]);
#endif
  if (arguments.empty()) miss(missing, "program.arguments", "not asked for on this system");
  return arguments;
}

inline std::string executable_path(const SystemFiles&, Json& missing) {
  miss(missing, "program.executable", "not asked for on this system");
  return {};
}

inline void take_machine_variables(Environment& environment) {
  for (const char* const name : {"USER", "LOGNAME", "TZ"}) environment.take(name);
}

inline void add_machine(Json& machine, const SystemFiles& files, const Environment& environment, Json& missing) {
  for (const char* const name : {"LOGNAME", "USER"})
    if (const std::string_view user = environment.get(name); !user.empty()) machine["user"] = kept_text(user, 256);
  if (!machine.contains("user")) miss(missing, "machine.user", "neither USER nor LOGNAME names it");
  api::SystemName system = {};
  if (api::system_name(&system) == 0) {
    machine["os"] = repaired_utf8(system.sysname);
    machine["kernel"] = repaired_utf8(std::string(system.sysname) + " " + system.release);
    machine["architecture"] = repaired_utf8(system.machine);
  }
  if (const long cores = api::setting(api::processors_online); cores > 0)
    machine["cores"] = static_cast<std::uint64_t>(cores);
  const long pages = api::setting(api::memory_pages), page = api::setting(api::page_size);
  if (pages > 0 && page > 0)
    machine["memory_bytes"] = static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page);
  for (const char* const field : {"machine.cpu", "machine.cpu_features", "machine.cores_usable"})
    miss(missing, field, "not asked for on this system");
  const std::string link = files.link("/etc/localtime");
  const std::size_t at = link.find("zoneinfo/");
  if (const std::string_view variable = environment.get("TZ"); !variable.empty())
    machine["time_zone"] = kept_text(variable, 256);
  else if (at != std::string::npos)
    machine["time_zone"] = link.substr(at + 9);
  else
    miss(missing, "machine.time_zone", "neither TZ nor /etc/localtime names it");
}

inline double process_cpu_seconds() {
  ::timespec used = {};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

inline MemoryUse process_memory(const SystemFiles&) { return {}; }

inline std::uint64_t usable_cores(const SystemFiles&) {
  const long cores = api::setting(api::processors_online);
  return cores > 0 ? static_cast<std::uint64_t>(cores) : 0;
}

}  // namespace erm::detail::os

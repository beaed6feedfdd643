// The bodies of provenance/os_facts.hpp for Linux.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/os/api.hpp"
#include "erm/detail/provenance/cgroup.hpp"
#include "erm/detail/provenance/environment.hpp"
#include "erm/detail/provenance/os_facts.hpp"
#include "erm/detail/provenance/system_files.hpp"
#include "erm/json.hpp"

namespace erm::detail::os {

inline std::vector<std::string> process_arguments(const SystemFiles& files, Json& missing) {
  constexpr std::size_t most = std::size_t{1} << 16;
  const std::optional<std::string> text = files.text("/proc/self/cmdline", most);
  std::vector<std::string> arguments;
  if (!text || text->empty()) {
    miss(missing, "program.arguments", "/proc/self/cmdline cannot be read");
    return arguments;
  }
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = (std::min)(text->find('\0', at), text->size());
    arguments.push_back(text->substr(at, end - at));
    at = end + 1;
  }
  if (text->size() == most) miss(missing, "program.arguments", "only the first 64 KiB are kept");
  return arguments;
}

inline std::string executable_path(const SystemFiles& files, Json& missing) {
  std::string path = files.link("/proc/self/exe");
  if (path.empty()) miss(missing, "program.executable", "/proc/self/exe cannot be read");
  return path;
}

/// Does not use the system's name service, which may be another machine that does not answer.
inline std::string user_name(const SystemFiles& files, const Environment& environment, Json& missing) {
  const std::string uid = std::to_string(api::own_user());
  const std::string users = files.text("/etc/passwd", std::size_t{1} << 20).value_or("");
  for (std::string_view rest = users; !rest.empty();) {
    const std::size_t end = (std::min)(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);  // name:password:uid:...
    rest.remove_prefix((std::min)(end + 1, rest.size()));
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::size_t third = (std::min)(line.find(':', second + 1), line.size());
    if (line.substr(second + 1, third - second - 1) == uid) return std::string(line.substr(0, first));
  }
  for (const char* const name : {"USER", "LOGNAME"})
    if (const std::string_view said = environment.get(name); !said.empty()) return std::string(said);
  miss(missing, "machine.user", "neither /etc/passwd nor USER names the user " + uid);
  return {};
}

/// The instruction sets for which numerical code is built, by their names in /proc/cpuinfo.
inline bool is_for_numbers(std::string_view feature) {
  static constexpr std::string_view begins[] = {"avx", "amx", "sse4", "sve"};
  for (const std::string_view begin : begins)
    if (feature.substr(0, begin.size()) == begin) return true;
  static constexpr std::string_view others[] = {"sse2",  "ssse3",   "fma",     "f16c",   "bmi2", "popcnt",
                                                "asimd", "asimddp", "asimdhp", "fphp",   "bf16", "i8mm",
                                                "neon",  "sme",     "sme2",    "sha_ni", "aes"};
  return is_listed(feature, others);
}

inline std::uint64_t usable_cores(const SystemFiles& files) {
  return count_of_list(value_of_line(files.text("/proc/self/status").value_or(""), "Cpus_allowed_list", ':'));
}

inline void add_processor(Json& machine, const SystemFiles& files, Json& missing) {
  // Reads only the first processor: reading hundreds of them takes milliseconds.
  const std::string text = files.text("/proc/cpuinfo", 8192).value_or("");
  std::string_view model = value_of_line(text, "model name", ':');
  for (const char* const other : {"Processor", "cpu model", "cpu"})
    if (model.empty()) model = value_of_line(text, other, ':');
  if (!model.empty())
    machine["cpu"] = kept_text(model);
  else if (text.empty())
    miss(missing, "machine.cpu", "/proc/cpuinfo cannot be read");
  else
    miss(missing, "machine.cpu", "/proc/cpuinfo does not name it");
  std::string_view flags = value_of_line(text, "flags", ':');
  if (flags.empty()) flags = value_of_line(text, "Features", ':');
  Json features = Json::array();
  while (!flags.empty()) {
    const std::size_t end = (std::min)(flags.find(' '), flags.size());
    if (is_for_numbers(flags.substr(0, end))) features.push_back(repaired_utf8(flags.substr(0, end)));
    flags.remove_prefix((std::min)(end + 1, flags.size()));
  }
  if (features.empty())
    miss(missing, "machine.cpu_features",
         text.empty() ? "/proc/cpuinfo cannot be read" : "/proc/cpuinfo does not name them");
  else
    machine["cpu_features"] = std::move(features);

  std::uint64_t cores = count_of_list(files.line("/sys/devices/system/cpu/online"));
  if (cores == 0)
    if (const long online = api::setting(api::processors_online); online > 0)
      cores = static_cast<std::uint64_t>(online);
  if (cores > 0) machine["cores"] = cores;
  if (const std::uint64_t usable = usable_cores(files); usable > 0)
    machine["cores_usable"] = usable;
  else
    miss(missing, "machine.cores_usable", "/proc/self/status cannot be read, or does not tell");
}

inline std::string container_name(const SystemFiles& files, const Environment& environment) {
  if (!environment.get("APPTAINER_CONTAINER").empty()) return "apptainer";
  if (!environment.get("SINGULARITY_CONTAINER").empty()) return "singularity";
  if (!environment.get("KUBERNETES_SERVICE_HOST").empty()) return "kubernetes";
  if (files.has("/run/.containerenv")) return "podman";
  if (files.has("/.dockerenv")) return "docker";
  if (const std::string_view said = environment.get("container"); !said.empty())
    return kept_text(said, 64);  // the convention of systemd
  const std::string groups = files.text("/proc/1/cgroup").value_or("");
  for (const char* const name : {"kubepods", "docker", "lxc"})
    if (groups.find(name) != std::string::npos) return std::string(name) == "kubepods" ? "kubernetes" : name;
  if (files.line("/proc/sys/kernel/osrelease").find("microsoft") != std::string::npos) return "wsl";
  return {};
}

inline std::string time_zone_name(const SystemFiles& files, const Environment& environment, Json& missing) {
  if (const std::string_view variable = environment.get("TZ"); !variable.empty())
    return kept_text(variable.substr(variable.front() == ':' ? 1 : 0), 256);
  const std::string link = files.link("/etc/localtime");
  constexpr std::string_view folder = "zoneinfo/";
  if (const std::size_t at = link.find(folder); at != std::string::npos) return link.substr(at + folder.size());
  if (std::string name = files.line("/etc/timezone"); !name.empty()) return name;
  miss(missing, "machine.time_zone", "neither TZ nor /etc/localtime nor /etc/timezone names it");
  return {};
}

inline void take_machine_variables(Environment& environment) {
  for (const char* const name : {"USER", "LOGNAME", "TZ", "container", "APPTAINER_CONTAINER", "SINGULARITY_CONTAINER",
                                 "KUBERNETES_SERVICE_HOST"})
    environment.take(name);
}

inline void add_machine(Json& machine, const SystemFiles& files, const Environment& environment, Json& missing) {
  const auto add = [&](const char* key, const std::string& text) {
    if (!text.empty()) machine[key] = repaired_utf8(text);
  };
  add("user", user_name(files, environment, missing));
  const std::string release = files.text("/etc/os-release").value_or("");
  std::string_view name = value_of_line(release, "PRETTY_NAME", '=');
  if (name.size() >= 2 && (name.front() == '"' || name.front() == '\'')) name = name.substr(1, name.size() - 2);
  add("os", name.empty() ? "Linux" : std::string(name));
  api::SystemName system = {};
  if (api::system_name(&system) == 0)
    add("kernel", std::string(system.sysname) + " " + system.release);
  else
    miss(missing, "machine.kernel", "uname() does not tell");
  add_processor(machine, files, missing);
  if (const auto kilobytes = leading_number(value_of_line(files.text("/proc/meminfo").value_or(""), "MemTotal", ':')))
    machine["memory_bytes"] = *kilobytes * 1024;
  else
    miss(missing, "machine.memory_bytes", "/proc/meminfo cannot be read");
  const Cgroup cgroup(files);
  if (const auto limit = cgroup.memory_limit()) machine["memory_limit_bytes"] = *limit;
  if (const auto limit = cgroup.cpu_limit()) machine["cores_limit"] = *limit;
  add("container", container_name(files, environment));
  add("time_zone", time_zone_name(files, environment, missing));
}

inline double process_cpu_seconds() {
  ::timespec used = {};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

inline MemoryUse process_memory(const SystemFiles& files) {
  const std::string status = files.text("/proc/self/status", 8192).value_or("");
  MemoryUse use;
  if (const auto kilobytes = leading_number(value_of_line(status, "VmRSS", ':'))) use.resident = *kilobytes * 1024;
  if (const auto kilobytes = leading_number(value_of_line(status, "VmHWM", ':'))) use.peak = *kilobytes * 1024;
  return use;
}

}  // namespace erm::detail::os

// The bodies of os/identity.hpp for Linux, macOS and the BSDs.
#pragma once

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <string>

#include "erm/detail/os/api.hpp"
#include "erm/detail/os/identity.hpp"

namespace erm::detail::os {

inline std::string host_name() {
  char name[256] = {};
  return api::host_name(name, sizeof name - 1) == 0 ? name : "unknown";
}

inline std::string process_number() { return std::to_string(api::own_process()); }

inline bool process_exists(const std::string& number) {
  return ::kill(static_cast<::pid_t>(std::strtol(number.c_str(), nullptr, 10)), 0) == 0 || errno == EPERM;
}

/// The boot id, and the clock ticks since boot (proc(5), field 22 of stat). Also empty without /proc.
inline std::string process_start(const std::string& number) {
  const auto content = [](const std::string& path) -> std::string {
    const api::Descriptor file(api::open_file(path.c_str(), api::read_only | api::not_inherited));
    if (!file) return {};
    char text[1024];
    const auto size = api::read_file(file.get(), text, sizeof text);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
  };
  const std::string stat = content("/proc/" + number + "/stat");
  // The second field is the program's name in parentheses. It may contain blanks and parentheses.
  std::size_t at = stat.rfind(')');
  if (at == std::string::npos) return {};
  for (int field = 2; field < 22; ++field) {
    at = stat.find(' ', at + 1);
    if (at == std::string::npos) return {};
  }
  const std::string boot = content("/proc/sys/kernel/random/boot_id").substr(0, 36);
  return boot + " " + stat.substr(at + 1, stat.find(' ', at + 1) - at - 1);
}

}  // namespace erm::detail::os

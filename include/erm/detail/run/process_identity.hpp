// Identifies the process that holds something, its machine included, even if a later process has the same number.
#pragma once

#include <string>
#include <string_view>

#include "erm/detail/os/identity.hpp"

namespace erm::detail {

struct Owner {
  std::string host;
  std::string process;  // its number
  std::string started;  // differs for a later process with that number; empty if the system does not tell

  [[nodiscard]] std::string text() const { return host + "\n" + process + "\n" + started + "\n"; }

  static Owner of(std::string_view text) {
    Owner owner;
    for (std::string* const line : {&owner.host, &owner.process, &owner.started}) {
      const std::size_t end = text.find('\n');
      *line = std::string(text.substr(0, end));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return owner;
  }

  static Owner this_process() {
    Owner owner;
    owner.host = os::host_name();
    owner.process = os::process_number();
    owner.started = os::process_start(owner.process);
    return owner;
  }

  /// Whether the process is known to have ended: it ran on this machine, and no longer exists.
  [[nodiscard]] bool is_gone() const {
    if (process.empty() || host != os::host_name()) return false;
    if (!os::process_exists(process)) return true;
    const std::string now = os::process_start(process);  // also empty if the system hides another user's process
    return !started.empty() && !now.empty() && now != started;
  }
};

}  // namespace erm::detail

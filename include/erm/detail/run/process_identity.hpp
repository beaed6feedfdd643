// Identifies the process that holds something, its machine and its container included, even if a later process has the
// same number.
//
// Process numbers mean something only within one boot of a machine and one process namespace. Containers may share a
// host name and have a namespace each. So whether a process has ended is known only to processes that share both with
// it. For all others its heartbeats must tell.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "erm/detail/os/identity.hpp"
#include "erm/detail/run/session.hpp"

namespace erm::detail {

enum class OwnerFate { unknown, alive, gone };

struct Owner {
  std::string host;     // only for messages
  std::string process;  // its number
  std::string started;  // the boot, and a time; empty if the system does not tell
  std::string space;    // its process namespace; empty if the system has only one, or ERM 0.1 wrote the text
  std::string session;  // tells apart what holds something within the process; may be empty

  [[nodiscard]] std::string text() const {
    std::string lines = host + "\n" + process + "\n" + started + "\n";
    if (!space.empty()) lines.append(space_key).append(space).append("\n");
    if (!session.empty()) lines.append(session_key).append(session).append("\n");
    return lines;
  }

  /// ERM 0.1 wrote three lines. Others may follow that are not of this type.
  static Owner of(std::string_view text) {
    Owner owner;
    const auto next_line = [&text] {
      const std::size_t end = text.find('\n');
      const std::string line(text.substr(0, end));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      return line;
    };
    owner.host = next_line();
    owner.process = next_line();
    owner.started = next_line();
    while (!text.empty()) {
      const std::string line = next_line();
      if (line.rfind(space_key, 0) == 0) owner.space = line.substr(space_key.size());
      if (line.rfind(session_key, 0) == 0) owner.session = line.substr(session_key.size());
    }
    return owner;
  }

  static Owner this_process() {
    return {os::host_name(), os::process_number(), os::own_start(), os::process_namespace(), {}};
  }

  /// What this process can find out about it without its heartbeats.
  [[nodiscard]] OwnerFate fate() const {
    if (process.empty() || !os::sees_process(host, started, space)) return OwnerFate::unknown;
    switch (os::process_state(process, started)) {
      case os::ProcessState::running: {
        const bool is_here = process == os::process_number();
        return is_here && !session.empty() && Session::has_ended(session) ? OwnerFate::gone : OwnerFate::alive;
      }
      case os::ProcessState::ended:
        return OwnerFate::gone;
      case os::ProcessState::unknown:
        break;
    }
    return OwnerFate::unknown;
  }

  /// Whether the process is known to have ended. False if that cannot be known here.
  [[nodiscard]] bool is_gone() const { return fate() == OwnerFate::gone; }

  /// "the process 42 on host-a", for messages.
  [[nodiscard]] std::string name() const { return "the process " + process + " on " + host; }

 private:
  static constexpr std::string_view space_key = "namespace ";
  static constexpr std::string_view session_key = "session ";
};

}  // namespace erm::detail

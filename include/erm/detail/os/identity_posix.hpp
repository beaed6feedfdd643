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

/// What Linux tells about processes. `root` is "/proc", or a stand-in.
class ProcessFiles {
 public:
  explicit ProcessFiles(std::string root = "/proc") : root_(std::move(root)) {}

  /// Empty without /proc, as in a chroot.
  [[nodiscard]] std::string boot() const { return content("sys/kernel/random/boot_id").substr(0, 36); }

  /// Start times are shifted in a time namespace, so it is part of the answer. Kernels before 5.6 have none.
  [[nodiscard]] std::string name_space() const {
    const std::string processes = link("self/ns/pid");
    const std::string time = link("self/ns/time");
    return processes.empty() || time.empty() ? processes : processes + " " + time;
  }

  /// Whether the numbers in /proc are those of this process's namespace. A namespace may see the /proc of another.
  [[nodiscard]] bool are_of_this_namespace() const { return link("self") == process_number(); }

  struct Facts {
    std::string start;  // in clock ticks since boot; empty if there is no such process, or it is hidden
    bool has_ended = false;
  };
  /// proc(5): the state, the number of threads and the start time are the fields 3, 20 and 22 of stat. `process` is a
  /// number, or "self".
  [[nodiscard]] Facts facts_of(const std::string& process) const {
    const std::string stat = content(process + "/stat");
    // The second field is the program's name in parentheses. It may contain blanks and parentheses.
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string::npos) return {};
    const auto field = [&](int number) -> std::string {
      std::size_t at = name_end;
      for (int i = 2; i < number && at != std::string::npos; ++i) at = stat.find(' ', at + 1);
      if (at == std::string::npos) return {};
      return stat.substr(at + 1, stat.find_first_of(" \n", at + 1) - at - 1);
    };
    // A process whose first thread has ended shows that thread's state while others run.
    const std::string state = field(3);
    return {field(22), (state == "Z" || state == "X" || state == "x") && field(20) <= "1"};
  }

 private:
  [[nodiscard]] std::string content(const std::string& name) const {
    const api::Descriptor file(api::open_file((root_ + "/" + name).c_str(), api::read_only | api::not_inherited));
    if (!file) return {};
    char text[1024];
    const auto size = api::read_file(file.get(), text, sizeof text);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
  }
  [[nodiscard]] std::string link(const std::string& name) const {
    char text[256];
    const auto size = api::read_link((root_ + "/" + name).c_str(), text, sizeof text);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
  }

  std::string root_;
};

#if defined(__APPLE__)

inline std::string own_start() {
  const std::string boot = api::boot_session();
  const api::ProcessFacts facts = api::facts_of_process(api::own_process());
  return boot.empty() || facts.start.empty() ? std::string() : boot + " " + facts.start;
}

inline std::string process_namespace() { return {}; }

inline bool sees_process(const std::string& /*host*/, const std::string& started, const std::string& /*name_space*/) {
  const std::string boot = api::boot_session();
  return !boot.empty() && started.substr(0, started.find(' ')) == boot;
}

#else

/// The boot id, and the clock ticks since boot.
inline std::string own_start() {
  const ProcessFiles files;
  const std::string boot = files.boot();
  const std::string start = files.facts_of("self").start;
  return boot.empty() || start.empty() ? std::string() : boot + " " + start;
}

inline std::string process_namespace() { return ProcessFiles().name_space(); }

/// ERM 0.1 wrote no namespace. Such a process may be in another container.
inline bool sees_process(const std::string& /*host*/, const std::string& started, const std::string& name_space) {
  const ProcessFiles files;
  const std::string boot = files.boot();
  return !boot.empty() && started.substr(0, started.find(' ')) == boot && !name_space.empty() &&
         name_space == files.name_space();
}

#endif

inline ProcessState process_state(const std::string& number, const std::string& started,
                                  [[maybe_unused]] const ProcessFiles& files) {
  const long process = std::strtol(number.c_str(), nullptr, 10);
  if (process <= 0) return ProcessState::unknown;
  if (::kill(static_cast<::pid_t>(process), 0) != 0 && errno == ESRCH) return ProcessState::ended;
#if defined(__APPLE__)
  const auto [start, has_ended] = api::facts_of_process(static_cast<int>(process));
#else
  if (!files.are_of_this_namespace()) return ProcessState::unknown;
  const auto [start, has_ended] = files.facts_of(number);
#endif
  if (start.empty()) return ProcessState::unknown;  // the system hides the processes of other users
  if (has_ended || started.substr(started.find(' ') + 1) != start) return ProcessState::ended;
  return ProcessState::running;
}

inline ProcessState process_state(const std::string& number, const std::string& started) {
  return process_state(number, started, ProcessFiles());
}

}  // namespace erm::detail::os

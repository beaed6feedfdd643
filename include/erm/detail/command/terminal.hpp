// The terminal and the signals of the process that runs the command.
#pragma once

#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#if !defined(_WIN32)
#include <sys/ioctl.h>
#endif

#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/os/api.hpp"
#include "erm/detail/os/terminal.hpp"

namespace erm::detail::command {

/// An environment variable; nothing if it is not set or empty.
inline std::optional<std::string> environment(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

struct TerminalSize {
  std::size_t columns = 80, rows = 24;
};

/// The size of the terminal that stdout is. Nothing if it is none.
inline std::optional<TerminalSize> terminal_size() {
  if (!is_terminal(1)) return std::nullopt;
  TerminalSize size;
#if !defined(_WIN32)
  ::winsize window{};
  if (::ioctl(1, TIOCGWINSZ, &window) == 0 && window.ws_col > 0) {
    size.columns = window.ws_col;
    size.rows = window.ws_row;
  }
#endif
  return size;
}

/// The columns to fit in: COLUMNS if it is set, as POSIX has it, or else those of the terminal. Nothing for a file or a
/// pipe: whoever reads that wants all.
inline std::optional<std::size_t> output_width() {
  if (const auto columns = environment("COLUMNS")) {
    const std::optional<double> number = parse_number(*columns);
    if (number && *number >= 1 && *number <= 10000) return static_cast<std::size_t>(*number);
  }
  if (const auto size = terminal_size()) return size->columns;
  return std::nullopt;
}

/// Whether the locale of the environment can show what is not ASCII.
inline bool environment_is_utf8() {
  for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (const auto locale = environment(name)) {
      const std::string lower = ascii_lower(*locale);
      return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
    }
  }
  return false;
}

/// A closed standard stream would get its number taken by a file that is opened next, perhaps one of the registry, and
/// messages would be written into that. So each gets a file with which it can do nothing.
inline void hold_standard_streams() {
#if !defined(_WIN32)
  for (int stream = 0; stream <= 2; ++stream)
    if (os::api::control_file(stream, os::api::get_flags, 0) == -1)
      static_cast<void>(os::api::open_file("/dev/null", os::api::read_only));
#endif
}

/// While it lives, writing to a pipe that nobody reads is an error of that write and not the end of the process.
class PipeSignalIgnored {
 public:
  PipeSignalIgnored() {
#if defined(SIGPIPE)
    before_ = std::signal(SIGPIPE, SIG_IGN);
#endif
  }
  PipeSignalIgnored(const PipeSignalIgnored&) = delete;
  PipeSignalIgnored& operator=(const PipeSignalIgnored&) = delete;
  ~PipeSignalIgnored() {
#if defined(SIGPIPE)
    if (before_ != SIG_ERR) std::signal(SIGPIPE, before_);
#endif
  }

 private:
  void (*before_)(int) = SIG_ERR;
};

/// While it lives, the first Ctrl-C (or SIGTERM) only asks to stop, so that long work can end what it has begun. The
/// second one ends the process.
class Interrupts {
 public:
  Interrupts() {
    asked() = 0;
    before_interrupt_ = std::signal(SIGINT, &ask);
    before_terminate_ = std::signal(SIGTERM, &ask);
  }
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  ~Interrupts() {
    if (before_interrupt_ != SIG_ERR) std::signal(SIGINT, before_interrupt_);
    if (before_terminate_ != SIG_ERR) std::signal(SIGTERM, before_terminate_);
  }

  [[nodiscard]] bool asked_to_stop() const noexcept { return asked() != 0; }

 private:
  static volatile std::sig_atomic_t& asked() noexcept {
    static volatile std::sig_atomic_t signal = 0;
    return signal;
  }
  static void ask(int signal) {
    asked() = signal;
    std::signal(signal, SIG_DFL);
  }

  void (*before_interrupt_)(int) = SIG_ERR;
  void (*before_terminate_)(int) = SIG_ERR;
};

}  // namespace erm::detail::command

// The terminal to which a program writes: what it is, and one that a program draws on as a whole.
#pragma once

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

#if defined(_WIN32)
#include <io.h>
#else
#include <cerrno>
#include <iterator>

#include "erm/detail/os/api.hpp"
#endif

namespace erm::detail {

/// Whether a standard stream is a terminal: 0 is stdin, 1 stdout, 2 stderr.
inline bool is_terminal(int stream) {
#if defined(_WIN32)
  return _isatty(stream) != 0;
#else
  return os::api::is_terminal(stream) == 1;
#endif
}

/// Whether stdout is a terminal and NO_COLOR is not set.
inline bool stdout_shows_color() {
  if (const char* no_color = std::getenv("NO_COLOR"); no_color != nullptr && *no_color != '\0') return false;
  return is_terminal(1);
}

}  // namespace erm::detail

#if !defined(_WIN32)
namespace erm::detail::os {

/// The terminal that stdout is, while a program draws on all of it. What is typed is read at once and not shown. It is
/// as it was when this object ends, and while the process is stopped (Ctrl-Z). The signals that usually end the process
/// only ask to. One object at a time, in the main thread; others block the signals.
class DrawnTerminal {
 public:
  struct Size {
    std::size_t columns = 80, rows = 24;
  };

  /// Writes `enter` now and `leave` in the end.
  DrawnTerminal(std::string_view enter, std::string_view leave) : enter_(enter), leave_(leave) {
    for (std::size_t i = 0; i < std::size(handled); ++i) {
      caught(i) = 0;
      install(i, &before_[i]);
    }
    has_keys_ = api::is_terminal(0) == 1 && api::terminal_settings(0, &settings_) == 0;
    begin();
  }
  DrawnTerminal(const DrawnTerminal&) = delete;
  DrawnTerminal& operator=(const DrawnTerminal&) = delete;
  ~DrawnTerminal() {
    end();
    for (std::size_t i = 0; i < std::size(handled); ++i) ::sigaction(handled[i], &before_[i], nullptr);
  }

  /// Whether a signal asked the process to end, or the terminal is gone.
  [[nodiscard]] bool is_over() const noexcept {
    return is_gone_ || caught(interrupt) != 0 || caught(terminate) != 0 || caught(hang_up) != 0 || caught(quit) != 0;
  }
  /// Whether all that was written may be gone: the process was stopped, or the size has changed. True once.
  [[nodiscard]] bool take_renewed() noexcept {
    const bool is_renewed = is_renewed_ || caught(resize) != 0;
    caught(resize) = 0;
    is_renewed_ = false;
    return is_renewed;
  }
  [[nodiscard]] static Size size() noexcept {
    api::TerminalSize found = {};
    if (!api::size_of_terminal(1, found) || found.columns == 0 || found.rows == 0) return {};
    return {found.columns, found.rows};
  }

  void write(std::string_view text) noexcept {
    while (!text.empty() && !is_gone_) {
      const auto put = api::write_file(1, text.data(), text.size());
      if (put >= 0) {
        text.remove_prefix(static_cast<std::size_t>(put));
      } else if (errno == EAGAIN) {
        api::Waiting waiting = {1, api::can_write, 0};
        api::wait_for_files(&waiting, 1, 100);
        if (is_over()) return;
      } else if (errno != EINTR) {
        is_gone_ = true;
      } else if (is_over()) {
        return;
      }
    }
  }

  /// What is typed within the time; returns early with nothing when something else has happened. Here the process stops.
  [[nodiscard]] std::string typed(std::chrono::milliseconds limit) {
    if (caught(stop) != 0) suspend();
    if (caught(go_on) != 0) {
      caught(go_on) = 0;
      begin();  // another program may have changed the terminal
    }
    if (is_over()) return {};
    api::Waiting waiting = {0, api::can_read, 0};
    const int found = api::wait_for_files(&waiting, has_keys_ ? 1 : 0, static_cast<int>(limit.count()));
    if (found <= 0 || !has_keys_) return {};
    char bytes[4096];
    const auto got = api::read_file(0, bytes, sizeof bytes);
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) is_gone_ = true;
    return got > 0 ? std::string(bytes, static_cast<std::size_t>(got)) : std::string();
  }

 private:
  static constexpr int handled[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};
  static constexpr std::size_t interrupt = 0, terminate = 1, hang_up = 2, quit = 3, stop = 4, go_on = 5, resize = 6;

  [[nodiscard]] static volatile std::sig_atomic_t& caught(std::size_t which) noexcept {
    static volatile std::sig_atomic_t all[std::size(handled)] = {};
    return all[which];
  }
  static void take(int number) noexcept {
    for (std::size_t i = 0; i < std::size(handled); ++i)
      if (handled[i] == number) caught(i) = 1;
  }
  /// Without SA_RESTART, so that a write that waits for the terminal ends, too. What is ignored stays so (nohup).
  static void install(std::size_t which, struct ::sigaction* before) noexcept {
    struct ::sigaction found = {};
    ::sigaction(handled[which], nullptr, &found);
    if (before != nullptr) *before = found;
    if ((found.sa_flags & SA_SIGINFO) == 0 && found.sa_handler == SIG_IGN) return;
    struct ::sigaction ours = {};
    ours.sa_handler = &take;
    ::sigaction(handled[which], &ours, nullptr);
  }

  void begin() noexcept {
    if (has_keys_) {
      api::TerminalSettings keys = settings_;
      api::read_keys_at_once(keys);
      api::set_terminal_settings(0, at_once, &keys);
    }
    write(enter_);
    is_renewed_ = true;
  }
  /// What was typed and not read is for nobody: a shell would run it.
  void end() noexcept {
    for (std::string_view rest = leave_; !rest.empty();) {
      const auto put = api::write_file(1, rest.data(), rest.size());
      if (put < 0 && errno != EINTR) break;
      if (put > 0) rest.remove_prefix(static_cast<std::size_t>(put));
    }
    if (has_keys_) api::set_terminal_settings(0, without_typed, &settings_);
  }
  void suspend() noexcept {
    end();
    caught(stop) = 0;
    struct ::sigaction usual = {};
    usual.sa_handler = SIG_DFL;
    ::sigaction(SIGTSTP, &usual, nullptr);
    ::raise(SIGTSTP);  // returns when the process goes on
    install(stop, nullptr);
    caught(go_on) = 0;
    if (has_keys_) api::terminal_settings(0, &settings_);
    begin();
  }

  static constexpr int at_once = 0, without_typed = 2;  // TCSANOW, TCSAFLUSH

  std::string enter_, leave_;
  struct ::sigaction before_[std::size(handled)] = {};
  api::TerminalSettings settings_ = {};
  bool has_keys_ = false, is_gone_ = false, is_renewed_ = false;
};

}  // namespace erm::detail::os
#endif

// What the command writes to stdout.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "erm/detail/base/terminal_text.hpp"
#include "erm/detail/command/terminal.hpp"
#include "erm/detail/os/terminal.hpp"
#include "erm/error.hpp"

namespace erm::detail::command {

/// Thrown when nobody reads stdout any more, as after `| head`. That is no error.
struct ReaderHasLeft {};

/// The escape sequences of the few styles that the command uses.
struct Style {
  static constexpr std::string_view plain = {}, bold = "\x1B[1m", dim = "\x1B[2m", green = "\x1B[32m",
                                    yellow = "\x1B[33m", red = "\x1B[31m", cyan = "\x1B[36m";
};

enum class ColorChoice { automatic, always, never };

class Output {
 public:
  /// Text that is logged never reaches the terminal as it is: see plain_text().
  void set_color(ColorChoice choice) {
    colored_ = choice == ColorChoice::always || (choice == ColorChoice::automatic && stdout_shows_color());
  }
  [[nodiscard]] bool colored() const noexcept { return colored_; }
  /// The columns to fit in; as good as endless for a file or a pipe.
  [[nodiscard]] std::size_t width() const noexcept { return width_; }
  [[nodiscard]] bool has_width() const noexcept { return width_ != endless; }

  void write(std::string_view text) {
    text_ += text;
    if (text_.size() >= chunk) flush();
  }
  void line(std::string_view text = {}, std::string_view style = Style::plain) {
    append_styled(text_, text, style);
    write("\n");
  }
  void append_styled(std::string& to, std::string_view text, std::string_view style) const {
    const bool is_styled = colored_ && !style.empty();
    if (is_styled) to += style;
    to += text;
    if (is_styled) to += "\x1B[0m";
  }
  [[nodiscard]] std::string styled(std::string_view text, std::string_view style) const {
    std::string to;
    append_styled(to, text, style);
    return to;
  }

  /// Hands everything to the system. Throws IoError if it refuses, and ReaderHasLeft if the pipe has no reader.
  void flush() {
    errno = 0;
    const bool is_written =
        std::fwrite(text_.data(), 1, text_.size(), stdout) == text_.size() && std::fflush(stdout) == 0;
    text_.clear();
    if (is_written) return;
    const int error = errno;
    if (error == EPIPE) throw ReaderHasLeft();
    throw IoError("cannot write to the standard output: " + std::generic_category().message(error),
                  std::error_code(error, std::generic_category()));
  }

 private:
  static constexpr std::size_t chunk = std::size_t{1} << 16;
  static constexpr std::size_t endless = (std::numeric_limits<std::size_t>::max)();

  std::string text_;
  bool colored_ = false;
  std::size_t width_ = output_width().value_or(endless);
};

/// Text that was logged, for one line: without control characters, which could be commands to the terminal.
inline std::string plain_text(std::string_view text, std::size_t max_width = std::string_view::npos) {
  return fitted_to_terminal(text, max_width).text;
}

}  // namespace erm::detail::command

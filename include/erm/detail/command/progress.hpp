// A line on the terminal that tells how far long work has come.
#pragma once

#include <chrono>
#include <cstdio>
#include <string>

#include "erm/detail/base/terminal_text.hpp"
#include "erm/detail/command/terminal.hpp"

namespace erm::detail::command {

/// Shown on stderr if that is a terminal, at most ten times a second, and removed at the end.
class Progress {
 public:
  Progress() : is_shown_(is_terminal(2)) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  /// `text_of()` makes the line; it is called only if the line is due.
  template <class TextOf>
  void show(const TextOf& text_of) {
    if (!is_shown_) return;
    const auto now = std::chrono::steady_clock::now();
    if (is_there_ && now - last_ < std::chrono::milliseconds(100)) return;
    last_ = now;
    is_there_ = true;
    const std::size_t columns = output_width().value_or(80);
    const std::string line = fitted_to_terminal(text_of(), columns > 1 ? columns - 1 : 1).text;
    std::fprintf(stderr, "\r\x1B[K%s", line.c_str());
    std::fflush(stderr);
  }

  void clear() {
    if (!is_there_) return;
    std::fputs("\r\x1B[K", stderr);
    std::fflush(stderr);
    is_there_ = false;
  }

 private:
  bool is_shown_, is_there_ = false;
  std::chrono::steady_clock::time_point last_ = {};
};

}  // namespace erm::detail::command

// The text that brings a terminal from one frame to the next.
//
//   write(ScreenText::enter);
//   write(screen.text_of(frame, columns, rows));  // only the lines that differ
//   write(ScreenText::leave);
//
// Plain ANSI, no terminal library. What ncurses and FTXUI do better are input forms, mouse and windows, of which there
// are none here; a frame is a list of lines, and to send those that differ takes the forty lines below. ncurses would
// be a library to link, a terminfo entry to find, and global state in whatever program calls erm::command(); FTXUI draws
// the whole screen at each change. The sequences are those that every terminal of today, tmux and screen know; what a
// terminal does not know (2026, 2004) it ignores.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/watch/screen_line.hpp"

namespace erm::detail {

struct ScreenText {
  /// The other screen, no cursor, no wrapping, pasted text in brackets.
  static constexpr std::string_view enter = "\x1B[?1049h\x1B[?25l\x1B[?7l\x1B[?2004h\x1B[H\x1B[2J";
  /// All that undone, in the reverse order.
  static constexpr std::string_view leave = "\x1B[0m\x1B[?2004l\x1B[?7h\x1B[?25h\x1B[?1049l";
  /// What stands between them is shown at once.
  static constexpr std::string_view begin = "\x1B[?2026h", end = "\x1B[?2026l";
};

class Screen {
 public:
  /// Empty if the screen shows the frame already.
  [[nodiscard]] std::string text_of(const std::vector<std::string>& frame, std::size_t columns, std::size_t rows) {
    std::string text;
    const bool is_new = !is_known_ || columns != columns_ || rows != rows_;
    if (is_new) text += "\x1B[0m\x1B[2J";
    for (std::size_t row = 0; row < rows; ++row) {
      const std::string_view line = row < frame.size() ? std::string_view(frame[row]) : std::string_view();
      const std::string_view before = !is_new && row < lines_.size() ? std::string_view(lines_[row]) : std::string_view();
      if (line == before) continue;
      text += "\x1B[" + std::to_string(row + 1) + ";1H";
      text += line;
      // Behind the last column the cursor stands on it, and would erase it.
      if (!is_new && shown_width(line) < columns) text += "\x1B[K";
    }
    lines_ = frame;
    columns_ = columns;
    rows_ = rows;
    is_known_ = true;
    if (text.empty()) return text;
    return std::string(ScreenText::begin) + text + std::string(ScreenText::end);
  }
  /// The next frame is drawn whole.
  void forget() { is_known_ = false; }

 private:
  std::vector<std::string> lines_;
  std::size_t columns_ = 0, rows_ = 0;
  bool is_known_ = false;
};

}  // namespace erm::detail

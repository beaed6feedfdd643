// A line of a screen, made of pieces, that is never wider than it may be.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "erm/detail/base/terminal_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/terminal/canvas.hpp"

namespace erm::detail {

struct ScreenStyle {
  static constexpr std::string_view plain = {}, bold = "\x1B[1m", dim = "\x1B[2m", reverse = "\x1B[7m", green = "\x1B[32m",
                                    yellow = "\x1B[33m", red = "\x1B[31m";
};

/// The columns of a line of our own, which may have colours.
inline std::size_t shown_width(std::string_view line) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < line.size();) {
    if (line[i] == '\x1B') {
      while (i < line.size() && line[i] != 'm') ++i;
      ++i;
      continue;
    }
    const std::size_t length = (std::max<std::size_t>)(utf8_sequence_length(line.substr(i)), 1);
    const std::string_view bytes = line.substr(i, length);
    if (length > 1 || static_cast<unsigned char>(bytes[0]) < 0x80) width += terminal_width(code_point(bytes));
    i += length;
  }
  return width;
}

class ScreenLine {
 public:
  ScreenLine(std::size_t columns, TerminalStyle style) : columns_(columns), style_(style) {}

  [[nodiscard]] std::size_t width() const { return width_; }
  [[nodiscard]] std::size_t room() const { return columns_ - width_; }

  /// Adds text, which may be anything that was logged. Where there is no room for all of it, it ends with "…".
  ScreenLine& add(std::string_view text, std::string_view style = ScreenStyle::plain,
                  std::size_t most = std::string_view::npos) {
    const std::size_t room_here = (std::min)(room(), most);
    if (room_here == 0) return *this;
    const TerminalText fitted = fitted_to_terminal(text, room_here);
    if (fitted.width == 0) return *this;
    const bool has_style = style_.is_colored && !style.empty();
    if (has_style) text_ += style;
    text_ += fitted.text;
    if (has_style) text_ += color_end;
    width_ += fitted.width;
    return *this;
  }
  /// Fills up with blanks to a column.
  ScreenLine& fill_to(std::size_t column) {
    const std::size_t end = (std::min)(column, columns_);
    if (end > width_) {
      text_.append(end - width_, ' ');
      width_ = end;
    }
    return *this;
  }
  /// At the right end, if two columns remain before it.
  ScreenLine& add_at_end(std::string_view text, std::string_view style = ScreenStyle::plain) {
    const std::size_t needed = fitted_to_terminal(text, std::string_view::npos).width;
    if (needed + 2 > room()) return *this;
    return fill_to(columns_ - needed).add(text, style);
  }
  /// Adds a line of our own, which fits.
  ScreenLine& add_drawn(const std::string& line) {
    text_ += line;
    width_ += shown_width(line);
    return *this;
  }
  /// Without blanks at the end.
  [[nodiscard]] std::string text() const { return text_.substr(0, text_.find_last_not_of(' ') + 1); }

 private:
  std::size_t columns_;
  TerminalStyle style_;
  std::string text_;
  std::size_t width_ = 0;
};

}  // namespace erm::detail

// A picture of characters: dots in braille, eight in each cell, or a letter in each cell where only ASCII is shown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/base/utf8.hpp"

namespace erm::detail {

/// What a terminal shows.
struct TerminalStyle {
  bool is_colored = false;
  bool is_unicode = true;
};

inline constexpr std::string_view color_end = "\x1B[0m";

/// The escape sequence of the colour of the curve `i`. The colours of the terminal's own theme, so that they are seen on
/// light and on dark.
inline std::string_view curve_color(std::size_t i) {
  static constexpr std::string_view colors[] = {"\x1B[36m", "\x1B[33m", "\x1B[35m", "\x1B[32m", "\x1B[31m", "\x1B[34m",
                                                "\x1B[96m", "\x1B[93m", "\x1B[95m", "\x1B[92m", "\x1B[91m", "\x1B[94m"};
  return colors[i % 12];
}

/// The letter of the curve `i`: a to z, A to Z; '?' beyond.
inline char curve_letter(std::size_t i) {
  static constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return i < letters.size() ? letters[i] : '?';
}

class Canvas {
 public:
  Canvas(std::size_t columns, std::size_t rows, TerminalStyle style)
      : columns_(columns), rows_(rows), style_(style), cells_(columns * rows) {}

  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t dot_columns() const { return style_.is_unicode ? 2 * columns_ : columns_; }
  [[nodiscard]] std::size_t dot_rows() const { return style_.is_unicode ? 4 * rows_ : rows_; }

  /// Sets a dot of a curve. `x` and `y` count dots from the left and from the top.
  void set(std::size_t x, std::size_t y, std::size_t curve) {
    const std::size_t wide = style_.is_unicode ? 2 : 1, high = style_.is_unicode ? 4 : 1;
    Cell& cell = cells_[y / high * columns_ + x / wide];
    static constexpr std::uint8_t bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    cell.is_shared = cell.dots != 0 && (cell.is_shared || cell.curve != curve);
    cell.dots = static_cast<std::uint8_t>(cell.dots | bits[y % high][x % wide]);
    cell.curve = curve;
  }
  /// Sets the character of a cell, in place of its dots.
  void put(std::size_t column, std::size_t row, std::uint32_t character, std::size_t curve) {
    Cell& cell = cells_[row * columns_ + column];
    cell.character = character;
    cell.curve = curve;
  }
  /// Whether the cell has dots of this curve alone.
  [[nodiscard]] bool is_only_of(std::size_t column, std::size_t row, std::size_t curve) const {
    const Cell& cell = cells_[row * columns_ + column];
    return cell.dots != 0 && !cell.is_shared && cell.curve == curve && cell.character == 0;
  }

  /// Appends a row, all of its columns. `mark` is what a cell with dots shows in ASCII, given its curve.
  template <class Mark>
  void append_row(std::string& out, std::size_t row, const Mark& mark) const {
    std::size_t colored = none, end = columns_;
    const auto is_blank = [&](std::size_t column) {
      const Cell& cell = cells_[row * columns_ + column];
      return cell.dots == 0 && cell.character == 0;
    };
    while (end > 0 && is_blank(end - 1)) --end;
    for (std::size_t column = 0; column < end; ++column) {
      const Cell& cell = cells_[row * columns_ + column];
      if (style_.is_colored && !is_blank(column) && cell.curve != colored) {
        out += curve_color(cell.curve);
        colored = cell.curve;
      }
      if (is_blank(column))
        out += ' ';
      else if (cell.character != 0)
        append_utf8(out, cell.character);
      else if (style_.is_unicode)
        append_utf8(out, 0x2800U + cell.dots);
      else
        out += mark(cell.curve);
    }
    if (colored != none) out += color_end;
    out.append(columns_ - end, ' ');
  }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  struct Cell {
    std::uint8_t dots = 0;
    bool is_shared = false;
    std::uint32_t character = 0;
    std::size_t curve = none;
  };

  std::size_t columns_, rows_;
  TerminalStyle style_;
  std::vector<Cell> cells_;
};

}  // namespace erm::detail

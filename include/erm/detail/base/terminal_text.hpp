// Text for a terminal: its width in columns, shortening, and tables.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/base/utf8.hpp"

namespace erm::detail {

struct TerminalText {
  std::string text;
  std::size_t width = 0;  // in columns
};

/// The code point of the well-formed sequence `bytes`.
inline std::uint32_t code_point(std::string_view bytes) {
  const auto lead = static_cast<unsigned char>(bytes[0]);
  if (bytes.size() == 1) return lead;
  std::uint32_t code = lead & (0x7FU >> bytes.size());
  for (std::size_t i = 1; i < bytes.size(); ++i) code = code << 6 | (static_cast<unsigned char>(bytes[i]) & 0x3FU);
  return code;
}

/// How many columns a terminal uses for a character: 2 for wide East Asian characters and emoji, 0 for combining marks
/// (the common blocks of Unicode's EastAsianWidth.txt).
inline std::size_t terminal_width(std::uint32_t code) {
  const auto within = [&](std::uint32_t low, std::uint32_t high) { return code >= low && code <= high; };
  if (within(0x300, 0x36F) || within(0x200B, 0x200F) || within(0x202A, 0x202E) || within(0x2060, 0x2064) ||
      within(0x2066, 0x2069) || within(0xFE00, 0xFE0F) || code == 0xFEFF)
    return 0;
  if (within(0x1100, 0x115F) || within(0x2E80, 0xA4CF) || within(0xAC00, 0xD7A3) || within(0xF900, 0xFAFF) ||
      within(0xFE30, 0xFE6F) || within(0xFF00, 0xFF60) || within(0xFFE0, 0xFFE6) || within(0x1F300, 0x1FAFF) ||
      within(0x20000, 0x3FFFD))
    return 2;
  // Emoji among narrow signs, such as those that progress bars and test programs print.
  static constexpr std::uint16_t wide[][2] = {
      {0x231A, 0x231B}, {0x23E9, 0x23EC}, {0x23F0, 0x23F0}, {0x23F3, 0x23F3}, {0x25FD, 0x25FE}, {0x2614, 0x2615},
      {0x2648, 0x2653}, {0x267F, 0x267F}, {0x2693, 0x2693}, {0x26A1, 0x26A1}, {0x26AA, 0x26AB}, {0x26BD, 0x26BE},
      {0x26C4, 0x26C5}, {0x26CE, 0x26CE}, {0x26D4, 0x26D4}, {0x26EA, 0x26EA}, {0x26F2, 0x26F3}, {0x26F5, 0x26F5},
      {0x26FA, 0x26FA}, {0x26FD, 0x26FD}, {0x2705, 0x2705}, {0x270A, 0x270B}, {0x2728, 0x2728}, {0x274C, 0x274C},
      {0x274E, 0x274E}, {0x2753, 0x2755}, {0x2757, 0x2757}, {0x2795, 0x2797}, {0x27B0, 0x27B0}, {0x27BF, 0x27BF},
      {0x2B1B, 0x2B1C}, {0x2B50, 0x2B50}, {0x2B55, 0x2B55}};
  if (within(0x231A, 0x2B55))
    for (const auto& [low, high] : wide)
      if (within(low, high)) return 2;
  return 1;
}

/// Control characters and characters that set the direction of text could affect the rest of the screen.
inline bool is_terminal_control(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x200E || code == 0x200F || code == 0x2028 ||
         code == 0x2029 || (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

/// Makes `fitted` `text` with a blank for each control character. If it is wider than `max_width` columns, it is cut and
/// ends with "…".
inline void fit_to_terminal(TerminalText& fitted, std::string_view text, std::size_t max_width) {
  const auto is_plain = [](char c) { return c >= ' ' && c <= '~'; };
  fitted.text.clear();
  fitted.width = 0;
  std::size_t cut_size = 0, cut_width = 0;  // the part that fits with the ellipsis
  for (std::size_t i = 0; i < text.size();) {
    // Almost all text is plain, and fits: that is taken at once.
    const std::size_t room = fitted.width + 1 < max_width ? max_width - 1 - fitted.width : 0;
    std::size_t plain = 0;
    while (plain < room && i + plain < text.size() && is_plain(text[i + plain])) ++plain;
    if (plain > 0) {
      fitted.text.append(text, i, plain);
      fitted.width += plain;
      i += plain;
    } else if (is_plain(text[i])) {
      fitted.text += text[i];
      ++fitted.width;
      ++i;
    } else {
      const std::size_t length = utf8_sequence_length(text.substr(i));
      const std::string_view bytes = length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(i, length);
      const std::uint32_t code = code_point(bytes);
      const bool is_control = is_terminal_control(code);
      fitted.text += is_control ? std::string_view(" ") : bytes;
      fitted.width += is_control ? 1 : terminal_width(code);
      i += length == 0 ? 1 : length;
    }
    if (fitted.width < max_width) {
      cut_size = fitted.text.size();
      cut_width = fitted.width;
    } else if (fitted.width > max_width) {
      fitted.text.resize(cut_size);
      fitted.text += "\xE2\x80\xA6";
      fitted.width = cut_width + 1;
      return;
    }
  }
}

inline TerminalText fitted_to_terminal(std::string_view text, std::size_t max_width) {
  TerminalText fitted;
  fit_to_terminal(fitted, text, max_width);
  return fitted;
}

/// A table whose columns are aligned.
class TextTable {
 public:
  TextTable(std::string& out, std::size_t max_width, bool colored)
      : out_(out), max_width_(max_width), colored_(colored) {}

  void begin_row() { rows_.emplace_back(); }
  /// Adds a cell to the row. `right` aligns it to the right; `color` is the escape sequence that starts its colour.
  void add(std::string_view text, bool right = false, std::string_view color = {}) {
    rows_.back().push_back({fitted_to_terminal(text, max_width_), right, color});
  }
  /// Appends all rows. The last cell of a line is not padded.
  void write() {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
      if (widths.size() < row.size()) widths.resize(row.size());
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = (std::max)(widths[i], row[i].text.width);
    }
    for (const auto& row : rows_) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        const TableCell& cell = row[i];
        const std::size_t padding = widths[i] - cell.text.width;
        if (i > 0) out_ += "  ";
        if (cell.right) out_.append(padding, ' ');
        if (colored_) out_ += cell.color;
        out_ += cell.text.text;
        if (colored_ && !cell.color.empty()) out_ += "\x1B[0m";
        if (!cell.right && i + 1 < row.size()) out_.append(padding, ' ');
      }
      out_ += '\n';
    }
  }

 private:
  struct TableCell {
    TerminalText text;
    bool right = false;
    std::string_view color;
  };
  std::string& out_;
  std::size_t max_width_;
  bool colored_;
  std::vector<std::vector<TableCell>> rows_;
};

}  // namespace erm::detail

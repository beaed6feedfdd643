// A table of text for the terminal, its columns aligned.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/base/terminal_text.hpp"

namespace erm::detail {

/// `color` is the terminal's sequence that begins it.
class TextTable {
 public:
  TextTable(std::string& out, std::size_t max_width, bool colored)
      : out_(out), max_width_(max_width), colored_(colored) {}

  void begin_row() { rows_.emplace_back(); }
  void add(std::string_view text, bool right = false, std::string_view color = {}) {
    rows_.back().push_back({fitted_to_terminal(text, max_width_), right, color});
  }
  /// Appends the rows with their columns aligned; the last of a line is not padded.
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

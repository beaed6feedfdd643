// A table on a screen: columns leave, the one that matters least first, until it fits.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/terminal_text.hpp"
#include "erm/detail/watch/screen_line.hpp"

namespace erm::detail {

class ScreenTable {
 public:
  struct Column {
    int rank = 0;  // of the columns that do not fit, those with the greatest leave; 0 stays
    bool is_right = false;
    std::size_t least = 0;  // to how many columns it may be cut; 0: it may not
  };
  struct Cell {
    std::string text;
    std::string_view style = {};
  };

  explicit ScreenTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void add_row(std::vector<Cell> cells) {
    cells.resize(columns_.size());
    rows_.push_back(std::move(cells));
  }
  /// The lines of the rows, in `width` columns.
  [[nodiscard]] std::vector<std::string> lines(std::size_t width, TerminalStyle style) const {
    std::vector<std::size_t> widths(columns_.size(), 0);
    for (const auto& row : rows_)
      for (std::size_t i = 0; i < row.size(); ++i)
        widths[i] = (std::max)(widths[i], fitted_to_terminal(row[i].text, width).width);
    fit(widths, width);
    std::vector<std::string> lines;
    for (const auto& row : rows_) {
      ScreenLine line(width, style);
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (widths[i] == 0) continue;
        if (line.width() > 0) line.fill_to(line.width() + gap);
        const std::size_t begin = line.width();
        if (columns_[i].is_right)
          line.fill_to(begin + widths[i] - (std::min)(widths[i], fitted_to_terminal(row[i].text, widths[i]).width));
        line.add(row[i].text, row[i].style, begin + widths[i] - line.width());
        line.fill_to(begin + widths[i]);
      }
      lines.push_back(line.text());
    }
    return lines;
  }

 private:
  static constexpr std::size_t gap = 2;

  void fit(std::vector<std::size_t>& widths, std::size_t width) const {
    for (;;) {
      std::size_t sum = 0;
      for (const std::size_t one : widths) sum += one == 0 ? 0 : one + (sum == 0 ? 0 : gap);
      if (sum <= width) return;
      std::size_t over = sum - width;
      for (std::size_t i = widths.size(); i-- > 0 && over > 0;) {
        if (columns_[i].least == 0 || widths[i] <= columns_[i].least) continue;
        const std::size_t less = (std::min)(over, widths[i] - columns_[i].least);
        widths[i] -= less;
        over -= less;
      }
      if (over == 0) return;
      std::size_t leaves = widths.size();
      for (std::size_t i = 0; i < widths.size(); ++i)
        if (widths[i] > 0 && columns_[i].rank > 0 && (leaves == widths.size() || columns_[i].rank >= columns_[leaves].rank))
          leaves = i;
      if (leaves == widths.size()) return;  // the lines are cut
      // What was cut for its sake gets another chance.
      for (std::size_t i = 0; i < widths.size(); ++i)
        if (i != leaves && widths[i] > 0 && columns_[i].least > 0)
          for (const auto& row : rows_)
            widths[i] = (std::max)(widths[i], fitted_to_terminal(row[i].text, width).width);
      widths[leaves] = 0;
    }
  }

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace erm::detail

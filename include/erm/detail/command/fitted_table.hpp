// A table that fits the terminal: first the columns that matter least leave, then long texts are cut.
//
//   FittedTable table(session.out);
//   const std::size_t run = table.add_column("run", FittedTable::never_leaves);
//   const std::size_t loss = table.add_column("loss", 10, FittedTable::Align::right);
//   table.begin_row();
//   table.set(run, "2026_11_23__07_30_21");
//   table.set(loss, "0.31", Style::green);
//   table.write_rows();                               // again after further rows: the widths stay
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/terminal_text.hpp"
#include "erm/detail/command/output.hpp"

namespace erm::detail::command {

class FittedTable {
 public:
  enum class Align : std::uint8_t { left, right };
  /// The rank of a column that stays. Of the others the one with the greatest rank leaves first.
  static constexpr int never_leaves = 0;

  explicit FittedTable(Output& out) : out_(out) {}

  std::size_t add_column(std::string title, int rank, Align align = Align::left) {
    Column column;
    column.title = fitted_to_terminal(title, longest_title);
    column.rank = rank;
    column.align = align;
    column.width = column.title.width;
    columns_.push_back(std::move(column));
    return columns_.size() - 1;
  }
  /// The column is at least so wide.
  void reserve(std::size_t column, std::size_t width) {
    columns_[column].width = (std::max)(columns_[column].width, width);
  }
  /// Whether the text of a cell there is shown; true until the first rows are written.
  [[nodiscard]] bool shows(std::size_t column) const { return columns_[column].is_shown; }
  void begin_row() { rows_.emplace_back(columns_.size()); }
  /// The text may be anything that was logged.
  void set(std::size_t column, std::string_view text, std::string_view style = Style::plain) {
    Cell& cell = rows_.back()[column];
    cell.text = fitted_to_terminal(text, std::string_view::npos);
    cell.style = style;
    if (!is_laid_out_) columns_[column].width = (std::max)(columns_[column].width, cell.text.width);
  }
  /// Writes the title, unless it has been written, and the rows since the last call.
  void write_rows() {
    if (!is_laid_out_) {
      lay_out();
      write_titles();
    }
    for (const std::vector<Cell>& row : rows_) write_row(row);
    rows_.clear();
  }
  /// Writes the rows without titles.
  void write_rows_alone() {
    if (!is_laid_out_) lay_out();
    write_rows();
  }
  /// The titles of the columns that have left.
  [[nodiscard]] std::vector<std::string> left_out() const {
    std::vector<std::string> titles;
    for (const Column& column : columns_)
      if (!column.is_shown) titles.push_back(column.title.text);
    return titles;
  }

 private:
  static constexpr std::size_t longest_title = 40, gap = 2, least_width = 8;

  struct Cell {
    TerminalText text;
    std::string_view style;
  };
  struct Column {
    TerminalText title;
    int rank = never_leaves;
    Align align = Align::left;
    std::size_t width = 0;
    bool is_shown = true;
  };

  [[nodiscard]] std::size_t total() const {
    std::size_t sum = 0;
    for (const Column& column : columns_)
      if (column.is_shown) sum += column.width + (sum == 0 ? 0 : gap);
    return sum;
  }

  void lay_out() {
    is_laid_out_ = true;
    if (!out_.has_width()) return;
    while (total() > out_.width()) {
      Column* last = nullptr;
      for (Column& column : columns_)
        if (column.is_shown && column.rank != never_leaves && (last == nullptr || column.rank >= last->rank))
          last = &column;
      if (last == nullptr) break;
      last->is_shown = false;
    }
    while (total() > out_.width()) {
      Column& widest = *std::max_element(columns_.begin(), columns_.end(), [](const Column& a, const Column& b) {
        return (a.is_shown ? a.width : 0) < (b.is_shown ? b.width : 0);
      });
      if (widest.width <= least_width) break;
      widest.width = (std::max)(least_width, widest.width - (std::min)(widest.width, total() - out_.width()));
    }
  }

  void write_titles() {
    std::vector<Cell> titles;
    for (const Column& column : columns_) titles.push_back({column.title, Style::bold});
    write_row(titles);
  }

  void write_row(const std::vector<Cell>& row) {
    std::size_t last = columns_.size();  // that is shown: it is not padded
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (columns_[i].is_shown && row[i].text.width > 0) last = i;
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Column& column = columns_[i];
      if (!column.is_shown) continue;
      if (last == columns_.size() || i > last) break;
      // Where nothing must fit, a longer text in a later row is not cut.
      const bool is_cut = row[i].text.width > column.width && out_.has_width();
      const TerminalText& text = is_cut ? fitted_to_terminal(row[i].text.text, column.width) : row[i].text;
      const std::size_t padding = column.width - (std::min)(column.width, text.width);
      if (!line.empty()) line.append(gap, ' ');
      if (column.align == Align::right) line.append(padding, ' ');
      line += out_.styled(text.text, row[i].style);
      if (column.align == Align::left && i != last) line.append(padding, ' ');
    }
    out_.line(line);
  }

  Output& out_;
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
  bool is_laid_out_ = false;
};

}  // namespace erm::detail::command

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
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/on_threads.hpp"
#include "erm/detail/base/terminal_text.hpp"
#include "erm/detail/command/output.hpp"

namespace erm::detail::command {

class FittedTable {
 public:
  enum class Align : std::uint8_t { left, right };
  /// The rank of a column that stays. Of the others the one with the greatest rank leaves first.
  static constexpr int never_leaves = 0;

  class Row {
   public:
    /// The text may be anything that was logged.
    void set(std::size_t column, std::string_view text, std::string_view style = Style::plain) {
      fit_to_terminal(cells_[column].text, text, std::string_view::npos);
      cells_[column].style = style;
    }

   private:
    friend class FittedTable;
    struct Cell {
      TerminalText text;
      std::string_view style;
    };

    void begin(std::size_t columns) {
      cells_.resize(columns);
      for (Cell& cell : cells_) {
        cell.text.text.clear();
        cell.text.width = 0;
        cell.style = Style::plain;
      }
    }

    std::vector<Cell> cells_;
  };

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
  Row& begin_row() {
    rows_.emplace_back();
    rows_.back().begin(columns_.size());
    return rows_.back();
  }
  /// In the row that was begun last.
  void set(std::size_t column, std::string_view text, std::string_view style = Style::plain) {
    rows_.back().set(column, text, style);
  }
  /// Writes the title, unless it has been written, and the rows since the last call.
  void write_rows() {
    if (!is_laid_out_) {
      lay_out();
      write_titles();
    }
    std::string text;
    for (const Row& row : rows_) append_row(text, row);
    rows_.clear();
    out_.write(text);
  }
  /// Writes the rows without titles.
  void write_rows_alone() {
    if (!is_laid_out_) lay_out();
    write_rows();
  }
  /// Writes rows that fill(row, i) fills, on a few threads. Only after the first rows, which make the widths.
  template <class Fill>
  void write_many(std::size_t count, const Fill& fill) {
    constexpr std::size_t in_group = 64;
    std::vector<std::string> texts((count + in_group - 1) / in_group);
    std::vector<std::exception_ptr> errors(texts.size());
    on_threads(texts.size(), usual_threads(), [&](std::size_t group) {
      try {
        Row row;
        for (std::size_t i = group * in_group; i < (std::min)(count, (group + 1) * in_group); ++i) {
          row.begin(columns_.size());
          fill(row, i);
          append_row(texts[group], row);
        }
      } catch (...) {
        errors[group] = std::current_exception();
      }
    });
    for (std::size_t group = 0; group < texts.size(); ++group) {
      if (errors[group]) std::rethrow_exception(errors[group]);
      out_.write(texts[group]);
    }
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
    for (const Row& row : rows_)
      for (std::size_t i = 0; i < columns_.size(); ++i) reserve(i, row.cells_[i].text.width);
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
    Row titles;
    titles.begin(columns_.size());
    for (std::size_t i = 0; i < columns_.size(); ++i) titles.set(i, columns_[i].title.text, Style::bold);
    std::string text;
    append_row(text, titles);
    out_.write(text);
  }

  /// A line of what is shown of the row.
  void append_row(std::string& to, const Row& row) const {
    std::size_t last = columns_.size();  // that is shown: it is not padded
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (columns_[i].is_shown && row.cells_[i].text.width > 0) last = i;
    const std::size_t begin = to.size();
    TerminalText cut;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Column& column = columns_[i];
      if (!column.is_shown) continue;
      if (last == columns_.size() || i > last) break;
      const TerminalText& whole = row.cells_[i].text;
      // Where nothing must fit, a longer text in a later row is not cut.
      const bool is_cut = whole.width > column.width && out_.has_width();
      if (is_cut) fit_to_terminal(cut, whole.text, column.width);
      const TerminalText& text = is_cut ? cut : whole;
      const std::size_t padding = column.width - (std::min)(column.width, text.width);
      if (to.size() > begin) to.append(gap, ' ');
      if (column.align == Align::right) to.append(padding, ' ');
      out_.append_styled(to, text.text, row.cells_[i].style);
      if (column.align == Align::left && i != last) to.append(padding, ' ');
    }
    to += '\n';
  }

  Output& out_;
  std::vector<Column> columns_;
  std::vector<Row> rows_;  // that are not written yet
  bool is_laid_out_ = false;
};

}  // namespace erm::detail::command

// The tables that runs logged, side by side. Their rows are known by the value in the first column; values that differ
// from the baseline's are marked.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "erm/comparison.hpp"
#include "erm/detail/base/counted.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/compare/rows.hpp"
#include "erm/detail/page/output.hpp"
#include "erm/detail/page/tables.hpp"
#include "erm/table.hpp"

namespace erm::detail {

/// The rows of a table by their keys. The nth row of a key is compared with the nth of the baseline.
class TableKeys {
 public:
  explicit TableKeys(const Table* table) {
    if (table == nullptr) return;
    for (std::size_t row = 0; row < table->size(); ++row)
      if (!table->rows()[row].empty()) rows_[table->rows()[row].front().str()].push_back(row);
  }
  /// The rows of that key.
  [[nodiscard]] const std::vector<std::size_t>& of(const std::string& key) const {
    static const std::vector<std::size_t> none;
    const auto found = rows_.find(key);
    return found == rows_.end() ? none : found->second;
  }
  [[nodiscard]] const std::map<std::string, std::vector<std::size_t>>& all() const { return rows_; }

 private:
  std::map<std::string, std::vector<std::size_t>> rows_;
};

class LoggedTableWriter {
 public:
  LoggedTableWriter(PageOutput& page, const Comparison& comparison, const CompareOptions& options,
                    const Comparison::TableRow& row)
      : page_(page),
        out_(page.text),
        comparison_(comparison),
        options_(options),
        row_(row),
        baseline_(row.tables[comparison.baseline()]),
        baseline_keys_(baseline_) {}

  /// The baseline is the first.
  void append() {
    out_ += "<h3>";
    append_html(out_, row_.name);
    out_ += "</h3><div class=logged>\n";
    append_run(comparison_.baseline());
    for (std::size_t run = 0; run < row_.tables.size(); ++run)
      if (run != comparison_.baseline()) append_run(run);
    out_ += "</div>\n";
  }

 private:
  void append_run(std::size_t run) {
    const Table* const table = row_.tables[run];
    const bool is_baseline = run == comparison_.baseline();
    out_ += "<figure class=artifact data-run=";
    append_integer(out_, run);
    out_ += "><figcaption>";
    append_run_key(out_, run);
    append_html(out_, comparison_.names()[run]);
    if (is_baseline && row_.tables.size() > 1) out_ += "<small class=of-baseline> baseline</small>";
    if (table != nullptr) out_ += "<small> " + counted(table->size(), "row") + "</small>";
    out_ += "</figcaption>";
    if (table == nullptr)
      out_ += "<p class=none>none</p>";
    else
      append_table(*table, run, is_baseline ? nullptr : baseline_);
    out_ += "</figure>\n";
    page_.pass_on();
  }

  void append_table(const Table& table, std::size_t run, const Table* compared) {
    begin_scroll_box(out_, std::string(row_.name) + " of " + comparison_.names()[run]);
    const std::size_t shown = (std::min)(table.size(), options_.max_table_rows);
    out_ += shown < table.size() ? "<table data-part><thead><tr>" : "<table><thead><tr>";
    std::vector<std::size_t> counterparts;  // the baseline's column for each
    for (const std::string& column : table.columns()) {
      std::size_t index = 0;
      while (compared != nullptr && index < compared->columns().size() && compared->columns()[index] != column) ++index;
      counterparts.push_back(index);
      out_ += "<th scope=col>";
      append_html(out_, column);
    }
    out_ += "<tbody>\n";
    std::map<std::string, std::size_t> seen;
    for (std::size_t i = 0; i < shown && !table.columns().empty(); ++i) {
      const std::vector<Value>& row = table.rows()[i];
      const std::vector<Value>* match = nullptr;
      if (compared != nullptr) {
        const std::string key = row.front().str();
        const std::vector<std::size_t>& same = baseline_keys_.of(key);
        const std::size_t nth = seen[key]++;
        if (nth < same.size()) match = &compared->rows()[same[nth]];
      }
      out_ += compared != nullptr && match == nullptr ? "<tr class=new>" : "<tr>";
      append_key(row.front(), compared != nullptr && match == nullptr);
      for (std::size_t column = 1; column < row.size(); ++column) {
        const bool has_counterpart = match != nullptr && counterparts[column] < match->size();
        append_value(row[column], has_counterpart ? &(*match)[counterparts[column]] : nullptr, compared != nullptr);
      }
      out_ += "</tr>\n";
      page_.pass_on();
    }
    out_ += "</table></div>";
    if (shown < table.size()) {
      out_ += "<p class=\"note left\">The page holds the first ";
      append_integer(out_, shown);
      out_ += " of " + counted(table.size(), "row") + "; CompareOptions::max_table_rows sets how many.</p>";
    }
    if (compared != nullptr) append_lacking(table);
  }

  void append_key(const Value& key, bool is_new) {
    TextArena texts;
    Comparison::Cell cell;
    fill_cell(cell, key, texts);
    out_ += "<th scope=row";
    if (cell.kind == Comparison::Cell::Kind::number) out_ += " class=n";
    out_ += '>';
    append_html(out_, cell.text);
    if (is_new) out_ += "<b class=q title=\"not in the baseline\">+<i> not in the baseline</i></b>";
  }

  void append_value(const Value& value, const Value* counterpart, bool is_compared) {
    TextArena texts;
    Comparison::Row row;
    row.cells.resize(2);
    fill_cell(row.cells[1], value, texts);
    if (counterpart != nullptr) fill_cell(row.cells[0], *counterpart, texts);
    row.cells[1].differs = is_compared && !same_cell(row.cells[0], row.cells[1]);
    row.is_scientific = is_scientific(row.cells[1]);
    append_cell(out_, row.cells[1], row);
  }

  /// The rows that the baseline has and this table has not.
  void append_lacking(const Table& table) {
    constexpr std::size_t most_named = 5;
    const TableKeys keys(&table);
    std::size_t lacking = 0;
    std::string names;
    for (const auto& [key, rows] : baseline_keys_.all()) {
      const std::size_t here = keys.of(key).size();
      if (here >= rows.size()) continue;
      lacking += rows.size() - here;
      if (lacking <= most_named) names += (names.empty() ? "" : ", ") + key;
    }
    if (lacking == 0) return;
    out_ += "<p class=\"note left lacking\">";
    append_html(out_, counted(lacking, "row") + " of the baseline " + (lacking == 1 ? "is" : "are") +
                          " not here: " + names + (lacking > most_named ? ", ..." : "") + ".");
    out_ += "</p>";
  }

  PageOutput& page_;
  std::string& out_;
  const Comparison& comparison_;
  const CompareOptions& options_;
  const Comparison::TableRow& row_;
  const Table* baseline_;
  TableKeys baseline_keys_;
};

inline void append_logged_tables(PageOutput& page, const Comparison& comparison, const CompareOptions& options,
                                 std::size_t number) {
  begin_section(page.text, kind_of_boxes("tables", comparison, comparison.tables().size()), number, "Tables",
                counted(comparison.tables().size(), "table"));
  for (const Comparison::TableRow& row : comparison.tables())
    LoggedTableWriter(page, comparison, options, row).append();
  page.text += "</details></section>\n";
}

}  // namespace erm::detail

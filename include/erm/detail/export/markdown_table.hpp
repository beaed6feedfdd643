// A table in Markdown, as GitHub shows it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "erm/detail/base/markdown_text.hpp"
#include "erm/detail/export/shown_table.hpp"

namespace erm::detail {

inline std::string markdown_table(const std::vector<ShownColumn>& columns) {
  std::string out = "|";
  for (const ShownColumn& column : columns) out += ' ' + markdown_cell(column.title) + " |";
  out += "\n|";
  for (const ShownColumn& column : columns) out += column.is_numeric ? " ---: |" : " --- |";
  out += '\n';
  const std::size_t rows = columns.empty() ? 0 : columns.front().cells.size();
  for (std::size_t row = 0; row < rows; ++row) {
    out += '|';
    for (const ShownColumn& column : columns) {
      const ShownCell& cell = column.cells[row];
      std::string text = cell.kind == ShownCell::Kind::missing ? "\xE2\x80\x94" : markdown_cell(cell.text);
      if (!cell.deviation.empty()) text += " \xC2\xB1 " + cell.deviation;
      out += cell.is_best ? " **" + text + "** |" : ' ' + text + " |";
    }
    out += '\n';
  }
  return out;
}

}  // namespace erm::detail

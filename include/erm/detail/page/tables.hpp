// The tables of the page: values and their marks, with runs as columns or as rows.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/base/counted.hpp"
#include "erm/detail/compare/display_names.hpp"
#include "erm/comparison.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/compare/rows.hpp"
#include "erm/detail/page/output.hpp"

namespace erm::detail {

/// A sample of the line that a run has in every chart. Its colour and its dashes are classes of page.css.
inline void append_run_key(std::string& out, std::size_t run) {
  out += "<svg class=\"key r";
  append_integer(out, run % 8);
  out += " h";
  append_integer(out, run % 5);
  out += "\" viewBox=\"0 0 24 8\" aria-hidden=\"true\"><path d=\"M0 4h24\"/></svg>";
}

/// The beginning of a cell's tag, to which a title can be added, for each kind of cell and its marks: 'd' differs from
/// the baseline, 'w' is best.
inline constexpr std::array<std::string_view, 20> cell_tags = {
    "<td class=m", "<td class=\"m d\"", "<td class=m",       "<td class=\"m d\"",   "<td class=z", "<td class=\"z d\"",
    "<td class=z", "<td class=\"z d\"", "<td class=b",       "<td class=\"b d\"",   "<td class=b", "<td class=\"b d\"",
    "<td class=n", "<td class=\"n d\"", "<td class=\"n w\"", "<td class=\"n d w\"", "<td",         "<td class=d",
    "<td",         "<td class=d"};

inline std::size_t cell_tag(const Comparison::Cell& cell, bool is_tinted) {
  return static_cast<std::size_t>(cell.kind) * 4 + (cell.differs && is_tinted ? 1 : 0) + (cell.best ? 2 : 0);
}

/// A number to the digits that tell it from others, with the exact number as its title where the two differ. It is written in one
/// piece, because a page consists mostly of numbers.
inline void append_number_cell(std::string& out, const Comparison::Cell& cell, const Comparison::Row& row,
                               bool is_tinted) {
  constexpr std::size_t room = 2 * shown_number_room + 64;
  char buffer[room];
  std::string long_text;
  char* const begin = cell.text.size() <= shown_number_room / 2
                          ? buffer
                          : (long_text.resize(2 * cell.text.size() + room), long_text.data());
  char* to = begin;
  const auto write = [&](std::string_view text) {
    std::memcpy(to, text.data(), text.size());
    to += text.size();
  };
  write(cell_tags[cell_tag(cell, is_tinted)]);
  // The shown number is written behind the place of the title, and moved to its front where it needs no title.
  constexpr std::string_view title = " title=";
  char* const shown = to + title.size() + cell.text.size() + 1;
  const auto size = static_cast<std::size_t>(write_number(shown, cell.text, row.is_scientific, cell.digits) - shown);
  if (std::string_view(shown, size) == cell.text) {
    *to++ = '>';
    std::memmove(to, shown, size);
  } else {
    write(title);
    write(cell.text);
    *to++ = '>';
  }
  to += size;
  if (cell.best) write("<i> best</i>");
  out.append(begin, static_cast<std::size_t>(to - begin));
}

/// Whether a text would make its line of the table a page of its own.
inline bool is_long(std::string_view text) {
  return text.size() > 300 || std::count(text.begin(), text.end(), '\n') > 5;
}

/// The beginning of a text, which unfolds to the whole of it.
inline void append_long_text(std::string& out, std::string_view text) {
  const std::string_view beginning = first_bytes(text, (std::min)(std::size_t{160}, text.find('\n')));
  out += "<details class=long><summary>";
  append_html(out, beginning);
  out += "\xE2\x80\xA6</summary><div>";
  append_html(out, text);
  out += "</div></details>";
}

/// One cell, without an end tag: the parser ends it where the next cell begins.
inline void append_cell(std::string& out, const Comparison::Cell& cell, const Comparison::Row& row,
                        bool is_tinted = true) {
  using Kind = Comparison::Cell::Kind;
  if (cell.kind == Kind::number) return append_number_cell(out, cell, row, is_tinted);
  constexpr std::size_t to_the_second = 19;
  if (row.is_time && cell.text.size() > to_the_second) {  // the exact time is its title
    out += "<td";
    append_html_attribute(out, "title", cell.text);
    (out += '>') += cell.text.substr(0, to_the_second);
    return;
  }
  if (cell.kind == Kind::text && cell.text.empty()) {
    out += cell.differs && is_tinted ? "<td class=\"e d\">empty" : "<td class=e>empty";
    return;
  }
  out += cell_tags[cell_tag(cell, is_tinted)];
  if (cell.kind == Kind::text && looks_like_no_text(cell.text)) {
    (((out += " title=\"") += cell.text) += "\">&quot;") += cell.text;
    out += "&quot;";
    return;
  }
  out += '>';
  if (cell.kind == Kind::missing)
    out += "\xE2\x80\x94";
  else if (cell.kind == Kind::text && is_long(cell.text))
    append_long_text(out, cell.text);
  else
    append_html(out, cell.text);
}

/// Whether lower or higher values of a metric are better.
inline void append_goal(std::string& out, const Comparison::Row& row) {
  if (!row.goal) return;
  const bool less = *row.goal == Goal::minimize;
  out += less ? "<span class=goal data-goal=min title=\"" : "<span class=goal data-goal=max title=\"";
  out += less ? "lower is better" : "higher is better";
  if (row.goal_is_guessed) out += ", guessed from the name";
  out += less ? "\">\xE2\x86\x93" : "\">\xE2\x86\x91";
  out += less ? "<i> lower is better</i>" : "<i> higher is better</i>";
  if (row.goal_is_guessed) out += "<em> guessed</em>";
  out += "</span>";
}

/// The name of a row, its goal, and whether it differs.
inline void append_row_name(std::string& out, const Comparison::Row& row) {
  append_html(out, row.name);
  append_goal(out, row);
  if (row.differs) out += "<b class=q title=\"differs between the runs\">\xE2\x89\xA0<i> differs</i></b>";
}

/// For each run the rest of its header cell, which is the same in every table: attributes, key and name.
inline std::vector<std::string> run_headers(const Comparison& comparison) {
  std::vector<std::string> headers(comparison.runs().size());
  const std::vector<std::string> labels = run_labels(comparison.names());
  for (std::size_t run = 0; run < headers.size(); ++run) {
    std::string& out = headers[run];
    out += " data-run=";
    append_integer(out, run);
    append_html_attribute(out, "title", full_run_name(*comparison.runs()[run]));
    if (labels[run] != comparison.names()[run]) append_html_attribute(out, "data-name", comparison.names()[run]);
    out += '>';
    append_run_key(out, run);
    append_html(out, labels[run]);
    if (run == comparison.baseline() && headers.size() > 1) out += "<small> baseline</small>";
  }
  return headers;
}

/// The keys and names of the runs for which `has(run)` is true.
template <class Has>
void append_legend(std::string& out, const Comparison& comparison, const Has& has) {
  const std::vector<std::string> labels = run_labels(comparison.names());
  constexpr std::size_t most = 10;  // more may have to be scrolled
  out += labels.size() > most ? "<ul class=legend tabindex=0 aria-label=Runs>" : "<ul class=legend>";
  for (std::size_t run = 0; run < comparison.runs().size(); ++run) {
    if (!has(run)) continue;
    out += "<li data-run=";
    append_integer(out, run);
    out += '>';
    append_run_key(out, run);
    append_html(out, labels[run]);
  }
  out += "</ul>";
}

/// Which values of a metric a row has, where there is more than one row of it.
enum class CurvePoint : std::uint8_t { none, only, last, least, greatest };

/// A row as it is shown.
struct TableRow {
  const Comparison::Row* row;
  CurvePoint point = CurvePoint::none;
  /// Of each value. Null where no step is shown.
  const std::vector<std::optional<std::int64_t>>* steps = nullptr;
  /// Whether the cells that differ from the baseline are tinted.
  bool is_tinted = true;
};
using TableRows = std::vector<TableRow>;

inline TableRow row_of(const Comparison::Extreme& extreme) {
  return {&extreme.row, *extreme.row.goal == Goal::minimize ? CurvePoint::least : CurvePoint::greatest, &extreme.steps};
}

/// With many runs, a row in which most of them differ from the baseline needs no tint.
inline void choose_tints(TableRows& rows) {
  constexpr std::size_t few_runs = 10;
  for (TableRow& row : rows) {
    const auto& cells = row.row->cells;
    if (cells.size() <= few_runs) continue;
    const auto differing = std::count_if(cells.begin(), cells.end(), [](const auto& cell) { return cell.differs; });
    row.is_tinted = static_cast<std::size_t>(differing) * 2 <= cells.size();
  }
}

/// The content of the header of a row, and the attributes of that header, which begin with a blank.
inline void append_row_header(std::string& out, const TableRow& row) {
  static constexpr std::string_view points[] = {"", "value", "last", "min", "max"};
  static constexpr std::string_view words[] = {"", "", "last", "min of curve", "max of curve"};
  const auto point = static_cast<std::size_t>(row.point);
  if (point > 0) (out += " data-point=") += points[point];
  out += '>';
  append_row_name(out, *row.row);
  if (!words[point].empty()) ((out += "<small> ") += words[point]) += "</small>";
}

inline void append_table_cell(std::string& out, const TableRow& row, std::size_t run) {
  append_cell(out, row.row->cells[run], *row.row, row.is_tinted);
  if (row.steps == nullptr || !(*row.steps)[run]) return;
  out += "<small> at ";
  append_integer(out, *(*row.steps)[run]);
  out += "</small>";
}

/// Begins a box in which a wide table scrolls.
inline void begin_scroll_box(std::string& out, std::string_view label) {
  out += "<div class=scroll tabindex=0 role=region";
  append_html_attribute(out, "aria-label", std::string(label) + ", table");
  out += '>';
}

/// How many lines of a table stand in it as it is. Those of a large table that follow are in a <noscript>, which costs a
/// browser that runs the script next to nothing: the script makes the cells that are in view (web/virtual_rows.js).
inline std::size_t plain_lines(std::size_t lines, std::size_t columns) {
  constexpr std::size_t most_cells = 4000, first_cells = 1500, fewest_lines = 4;
  if (lines * columns <= most_cells) return lines;
  return (std::min)(lines, (std::max)(fewest_lines, first_cells / columns));
}

/// Writes a table whose head is what `write_head()` writes, with `write_line(i)` for each line, in boxes that scroll.
template <class WriteHead, class WriteLine>
void append_table_boxes(PageOutput& page, std::string_view title, std::size_t lines, std::size_t columns,
                        const WriteHead& write_head, const WriteLine& write_line) {
  std::string& out = page.text;
  const std::size_t plain = plain_lines(lines, columns);
  const auto write_lines = [&](std::size_t from, std::size_t to) {
    write_head();
    for (std::size_t line = from; line < to; ++line) {
      write_line(line);
      page.pass_on();
    }
    out += "</table></div>";
  };
  begin_scroll_box(out, title);
  write_lines(0, plain);
  if (plain == lines) return;
  out += "<noscript>";
  begin_scroll_box(out, std::string(title) + ", from line " + std::to_string(plain + 1));
  write_lines(plain, lines);
  out += "</noscript>";
}

inline void append_columns_table(PageOutput& page, const std::vector<std::string>& headers, const TableRows& rows,
                                 std::string_view title, std::string_view corner) {
  std::string& out = page.text;
  const auto write_head = [&] {
    out += "<table data-layout=columns><thead><tr><th scope=col>";
    append_html(out, corner);
    for (const std::string& header : headers) (out += "<th scope=col") += header;
    out += "<tbody>\n";
  };
  append_table_boxes(page, title, rows.size(), headers.size(), write_head, [&](std::size_t line) {
    const TableRow& row = rows[line];
    out += row.row->differs         ? "<tr class=x><th scope=row"
           : row.row->is_incidental ? "<tr><th scope=row class=u"
                                    : "<tr><th scope=row";
    append_row_header(out, row);
    for (std::size_t run = 0; run < headers.size(); ++run) append_table_cell(out, row, run);
    out += "</tr>\n";
  });
}

/// The runs in the order of the ranking. Those that are not ranked are marked.
inline void append_rows_table(PageOutput& page, const std::vector<std::string>& headers, const TableRows& rows,
                              const Comparison::Ranking& ranking, std::string_view title) {
  using Apart = Comparison::Ranking::Apart;
  std::string& out = page.text;
  const auto write_head = [&] {
    out += "<table data-layout=rows><thead><tr><th scope=col>Run";
    for (const TableRow& row : rows) {
      out += row.row->differs         ? "<th scope=col class=x"
             : row.row->is_incidental ? "<th scope=col class=u"
                                      : "<th scope=col";
      append_row_header(out, row);
    }
    out += "<tbody>\n";
  };
  append_table_boxes(page, title, headers.size(), rows.size(), write_head, [&](std::size_t line) {
    const std::size_t run = ranking.runs[line];
    const Apart apart = ranking.apart[run];
    out += apart == Apart::no ? "<tr><th scope=row" : "<tr class=apart><th scope=row";
    if (apart == Apart::failed || apart == Apart::killed)
      (out += " data-status=") += apart == Apart::failed ? "failed" : "killed";
    out += headers[run];
    if (apart == Apart::failed) out += "<small> failed</small>";
    if (apart == Apart::killed) out += "<small> killed</small>";
    if (apart == Apart::diverged) out += "<small> diverged</small>";
    for (const TableRow& row : rows) append_table_cell(out, row, run);
    out += "</tr>\n";
  });
}

inline std::string section_title(const Comparison::Section& section) {
  return section.kind == Comparison::Kind::dict ? "Dict: " + std::string(section.name) : std::string(section.name);
}

/// Begins a section that a reader can fold. Its id is a number, so that no text of a user becomes an id.
inline void begin_section(std::string& out, std::string_view kind, std::size_t number, std::string_view title,
                          std::string_view note) {
  out += "<section class=\"part ";
  out += kind;
  out += "\" aria-labelledby=t";
  append_integer(out, number);
  out += "><details open><summary><h2 id=t";
  append_integer(out, number);
  out += '>';
  append_html(out, title);
  out += "</h2><span class=note>";
  append_html(out, note);
  out += "</span></summary>\n";
}

/// The class of a section of boxes, one for each row and run. page.css lets the browser lay out many of them when they
/// come into view.
inline std::string kind_of_boxes(std::string_view kind, const Comparison& comparison, std::size_t rows) {
  return std::string(kind) + (rows * comparison.runs().size() > 100 ? " big" : "");
}

/// Begins a section, and writes its table.
inline void begin_table_section(PageOutput& page, const std::vector<std::string>& headers,
                                const Comparison& comparison, const Comparison::Section& section, std::size_t number,
                                bool runs_as_rows) {
  static constexpr std::string_view kinds[] = {"runs",    "tags",     "notes", "params",
                                               "metrics", "features", "dict",  "provenance"};
  static constexpr std::string_view corners[] = {"", "Tag", "", "Param", "Metric", "Feature", "Entry", "Part"};
  const auto kind = static_cast<std::size_t>(section.kind);
  std::string note = counted(section.rows.size(), "row");
  if (section.kind == Comparison::Kind::runs)
    note = counted(headers.size(), "run");
  else if (headers.size() > 1)
    note += ", " + std::to_string(section.differing) + (section.differing == 1 ? " differs" : " differ");
  const std::string title = section_title(section);
  // page.css lets the browser lay out a big table when it comes into view.
  const bool is_big = section.rows.size() * headers.size() > 4000;
  begin_section(page.text, std::string(kinds[kind]) + (is_big ? " big" : ""), number, title, note);
  TableRows rows;
  auto extreme = comparison.extremes().begin();
  for (const Comparison::Row& row : section.rows) {
    rows.push_back({&row});
    if (extreme == comparison.extremes().end() || extreme->metric != &row) continue;
    rows.back().point = CurvePoint::last;
    rows.push_back(row_of(*extreme++));
  }
  choose_tints(rows);
  if (runs_as_rows)
    append_rows_table(page, headers, rows, comparison.ranking(), title);
  else
    append_columns_table(page, headers, rows, title, corners[kind]);
}

inline void append_section(PageOutput& page, const std::vector<std::string>& headers, const Comparison& comparison,
                           const Comparison::Section& section, std::size_t number, bool runs_as_rows) {
  begin_table_section(page, headers, comparison, section, number, runs_as_rows);
  page.text += "</details></section>\n";
}

}  // namespace erm::detail

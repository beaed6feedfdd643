// The bodies of erm/compare_text.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "erm/compare_text.hpp"
#include "erm/comparison.hpp"
#include "erm/detail/base/shown_number.hpp"
#include "erm/detail/base/standing.hpp"
#include "erm/detail/base/terminal_text.hpp"
#include "erm/detail/compare/groups.hpp"
#include "erm/detail/compare/rows.hpp"
#include "erm/detail/os/terminal.hpp"

namespace erm {

namespace detail {

inline constexpr std::string_view bold = "\x1B[1m", green = "\x1B[1;32m", yellow = "\x1B[33m", dim = "\x1B[2m";

inline void add_text_cell(TextTable& table, const ComparisonCell& cell, const ComparisonRow& row) {
  using Kind = ComparisonCell::Kind;
  std::string text;
  switch (cell.kind) {
    case Kind::missing:
      return table.add("\xE2\x80\x94", row.is_numeric, cell.differs ? yellow : dim);
    case Kind::number:
      append_number(text, cell.text, row.is_scientific, cell.digits);
      break;
    default:
      text = cell.text.empty() ? std::string_view("(empty)") : cell.text;
      if (cell.kind == Kind::text && looks_like_no_text(cell.text)) text = '"' + text + '"';
  }
  if (cell.best) text = "* " + text;
  table.add(text, row.is_numeric, cell.best ? green : cell.differs ? yellow : std::string_view());
}

inline std::string name_with_goal(const ComparisonRow& row) {
  std::string name(row.name);
  if (row.goal) name += *row.goal == Goal::minimize ? " (min" : " (max";
  if (row.goal) name += row.goal_is_guessed ? ", guessed)" : ")";
  return name;
}

inline std::string text_row_name(const ComparisonRow& row) {
  return (row.differs ? "\xE2\x89\xA0 " : "  ") + name_with_goal(row);
}

/// Up to ten runs are columns and more are rows, unless the options say otherwise.
inline void append_text_section(std::string& out, const Comparison& comparison, const Comparison::Section& section,
                                const CompareOptions& options, const TextTableOptions& style, bool colored) {
  std::vector<const ComparisonRow*> rows;
  for (const ComparisonRow& row : section.rows)
    if (row.differs || (!style.only_differing && section.kind != Comparison::Kind::provenance)) rows.push_back(&row);
  if (rows.empty()) return;
  if (!out.empty()) out += '\n';
  TextTable table(out, (std::max<std::size_t>)(style.max_cell_width, 8), colored);
  const std::string title =
      section.kind == Comparison::Kind::dict ? "Dict: " + std::string(section.name) : std::string(section.name);
  const bool as_rows =
      options.layout == RunLayout::rows || (options.layout == RunLayout::automatic && comparison.runs().size() > 10);
  const auto run_name = [&](std::size_t run) {
    const bool marked = run == comparison.baseline() && comparison.runs().size() > 1;
    return comparison.names()[run] + (marked ? " (baseline)" : "");
  };
  table.begin_row();
  table.add(title, false, bold);
  if (as_rows) {
    for (const ComparisonRow* row : rows) table.add(text_row_name(*row), row->is_numeric, bold);
    for (const std::size_t run : comparison.ranking().runs) {
      table.begin_row();
      table.add(run_name(run));
      for (const ComparisonRow* row : rows) add_text_cell(table, row->cells[run], *row);
    }
  } else {
    for (std::size_t run = 0; run < comparison.runs().size(); ++run) table.add(run_name(run), false, bold);
    for (const ComparisonRow* row : rows) {
      table.begin_row();
      table.add(text_row_name(*row));
      for (const ComparisonCell& cell : row->cells) add_text_cell(table, cell, *row);
    }
  }
  table.write();
}

inline void append_text_line(std::string& out, std::string_view text, std::string_view color = {}) {
  out += color;
  out += fitted_to_terminal(text, std::string_view::npos).text;
  out += color.empty() ? "\n" : "\x1B[0m\n";
}

/// Which run is the best, and how many are not ranked.
inline void append_text_winner(std::string& out, const Comparison& comparison, bool colored) {
  const Comparison::Ranking& ranking = comparison.ranking();
  if (ranking.metric == nullptr || !ranking.values()->differs) return;
  const std::string_view color = colored ? bold : std::string_view();
  if (ranking.ranked > 0) {
    const std::size_t best = ranking.runs[0];
    const auto value = [&](const ComparisonRow& row) {
      std::string text;
      append_number(text, row.cells[best].text, row.is_scientific, row.cells[best].digits);
      return text;
    };
    std::string line = "Best of " + std::to_string(ranking.runs.size()) + " runs by " +
                       name_with_goal(*ranking.metric) + ": " + comparison.names()[best] + ", " +
                       value(*ranking.values());
    if (ranking.extreme != nullptr) {
      const bool is_last = ranking.values()->cells[best].number == ranking.metric->cells[best].number;
      line += *ranking.metric->goal == Goal::minimize ? " (min of curve" : " (max of curve";
      if (is_last) line += " and last value";
      if (const auto& step = ranking.extreme->steps[best]) line += ", step " + std::to_string(*step);
      line += is_last ? ")" : "; last " + value(*ranking.metric) + ")";
    }
    append_text_line(out, line, color);
  }
  std::array<std::size_t, standings> counts = {};
  for (const Comparison::Ranking::Apart why : ranking.apart) ++counts[static_cast<std::size_t>(why)];
  if (const std::string apart = not_ranked_text(counts); !apart.empty()) append_text_line(out, "Not ranked: " + apart);
}

/// A line for each metric and group, followed by a sentence on how two groups differ.
inline void append_text_groups(std::string& out, const Comparison& comparison, const CompareOptions& options,
                               const TextTableOptions& style, bool colored) {
  if (comparison.grouped_metrics().empty()) return;
  if (!out.empty()) out += '\n';
  TextTable table(out, (std::max<std::size_t>)(style.max_cell_width, 8), colored);
  table.begin_row();
  table.add("Groups", false, bold);
  table.add("by " + fields_in_words(options.group_by.fields()), false, bold);
  for (const char* const title : {"n", "mean", "deviation", "95% low", "95% high", "least", "greatest"})
    table.add(title, true, bold);
  std::string words;
  for (const GroupedMetric& metric : comparison.grouped_metrics()) {
    for (std::size_t i = 0; i < metric.groups.size(); ++i) {
      const MetricSummary& group = metric.groups[i];
      table.begin_row();
      table.add(i == 0 ? metric.row->name : std::string_view());
      table.add(comparison.groups()[i].name);
      table.add(std::to_string(group.n), true);
      if (group.n == 0) continue;
      for (const double number : {group.mean, group.deviation, group.low, group.high, group.min, group.max})
        table.add(summary_number(number), true);
    }
    if (metric.test)
      append_text_line(words, std::string(metric.row->name) + ": " + test_in_words(metric, comparison.groups()) + ".");
  }
  table.write();
  if (const std::string all = tests_in_words(comparison.grouped_metrics(), comparison.groups()); !all.empty())
    append_text_line(words, all);
  out += words;
}

}  // namespace detail

ERM_INLINE std::string compare_runs_text(const std::vector<ExperimentRun>& runs, const CompareOptions& options,
                                         const TextTableOptions& style) {
  const Comparison comparison(runs, options);
  if (runs.empty()) return "no runs to compare\n";
  const bool colored =
      style.color == TextColor::always || (style.color == TextColor::automatic && detail::stdout_shows_color());
  std::string out;
  for (const Comparison::Warning& warning : comparison.warnings())
    detail::append_text_line(out, "! " + warning.text, colored ? detail::yellow : std::string_view());
  detail::append_text_winner(out, comparison, colored);
  for (const Comparison::Section& section : comparison.sections())
    detail::append_text_section(out, comparison, section, options, style, colored);
  detail::append_text_groups(out, comparison, options, style, colored);
  if (out.empty()) out = "the runs do not differ\n";
  return out;
}

}  // namespace erm

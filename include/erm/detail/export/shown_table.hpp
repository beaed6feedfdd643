// A table for readers, as Markdown and LaTeX write it: rounded numbers, and the best of each column.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/shown_number.hpp"
#include "erm/detail/base/standing.hpp"
#include "erm/detail/export/rows.hpp"
#include "erm/goal.hpp"

namespace erm::detail {

struct ShownCell {
  enum class Kind : std::uint8_t { missing, text, number };
  Kind kind = Kind::missing;
  std::string text = {};
  std::string deviation = {};  // of a mean, if it has one
  bool is_best = false;
};

struct ShownColumn {
  std::string title;
  bool is_numeric = false;  // all its values are numbers
  bool has_deviations = false;
  std::vector<ShownCell> cells = {};
};

/// The goal of each metric of the runs, unless they disagree; `said` overrides it.
inline std::map<std::string, Goal> goals_of(const std::vector<const RunRecord*>& runs,
                                            const std::map<std::string, Goal>& said) {
  std::map<std::string, std::optional<Goal>> found;
  for (const RunRecord* const run : runs) {
    for (const auto& [name, goal] : run->goals) {
      const auto [at, is_new] = found.emplace(name, goal);
      if (!is_new && at->second != goal) at->second.reset();
    }
  }
  std::map<std::string, Goal> goals = said;
  for (const auto& [name, goal] : found)
    if (goal) goals.emplace(name, *goal);
  return goals;
}

inline std::optional<Goal> goal_of(const ExportedColumn& column, const std::map<std::string, Goal>& goals) {
  if (!column.is_metric() && column.field.kind != RunField::Kind::named) return std::nullopt;
  const auto found = goals.find(column.field.name);
  return found == goals.end() ? std::nullopt : std::optional(found->second);
}

/// Marks the cells of the best of `numbers`, which are NaN where a cell does not count.
inline void mark_best(std::vector<ShownCell>& cells, const std::vector<double>& numbers, Goal goal) {
  std::optional<double> best;
  for (const double number : numbers) {
    if (!is_finite(number)) continue;
    if (!best || (goal == Goal::minimize ? number < *best : number > *best)) best = number;
  }
  for (std::size_t i = 0; best && i < cells.size(); ++i) cells[i].is_best = is_finite(numbers[i]) && numbers[i] == *best;
}

/// Rounds the numbers of a column. `values` are their exact texts, and empty for what is no number.
inline void round_column(std::vector<ShownCell>& cells, const std::vector<std::string>& values,
                         const std::vector<double>& numbers, std::size_t digits) {
  std::vector<std::size_t> shown(cells.size(), digits == 0 ? few_digits : digits);
  if (digits == 0) {
    DigitsFinder finder;
    finder.find(
        cells.size(), false, [&](std::size_t i) -> const std::string& { return values[i]; },
        [&](std::size_t i, std::size_t k) { return values[i] == values[k] || same_number(numbers[i], numbers[k]); },
        [&](std::size_t i, std::size_t needed) { shown[i] = needed; });
  }
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (!values[i].empty()) append_number(cells[i].text, values[i], false, shown[i]);
}

inline std::vector<ShownColumn> shown_runs(const std::vector<const RunRecord*>& runs,
                                           const std::vector<ExportedColumn>& columns,
                                           const std::map<std::string, Goal>& goals, bool marks_best,
                                           std::size_t digits) {
  std::vector<ShownColumn> table;
  for (const ExportedColumn& column : columns) {
    ShownColumn shown{column.title};
    std::vector<std::string> values(runs.size());
    std::vector<double> numbers(runs.size(), not_a_number()), ranked = numbers;
    bool has_text = false, has_number = false;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      ShownCell& cell = shown.cells.emplace_back();
      Value scratch;
      if (column.field.is_list()) {
        cell.text = joined_list(exported_list(column, *runs[i]));
        if (!cell.text.empty()) cell.kind = ShownCell::Kind::text;
        has_text = true;
      } else if (const Value* const value = exported_value(column, *runs[i], scratch)) {
        if (value->is_number()) {
          has_number = true;
          cell.kind = ShownCell::Kind::number;
          values[i] = value->str();
          numbers[i] = value->get<double>();
          if (standing_of(runs[i]->status, numbers[i]) == Standing::ranked) ranked[i] = numbers[i];
        } else {
          has_text = true;
          cell.kind = ShownCell::Kind::text;
          cell.text = value->str();
        }
      }
    }
    shown.is_numeric = has_number && !has_text;
    round_column(shown.cells, values, numbers, digits);
    if (const std::optional<Goal> goal = goal_of(column, goals); marks_best && goal)
      mark_best(shown.cells, ranked, *goal);
    table.push_back(std::move(shown));
  }
  return table;
}

}  // namespace erm::detail

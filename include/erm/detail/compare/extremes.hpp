// The least and the greatest point of each curve, and the rows of metrics whose best value is not the one logged last.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "erm/comparison_data.hpp"
#include "erm/detail/base/shown_number.hpp"
#include "erm/detail/compare/rows.hpp"
#include "erm/goal.hpp"
#include "erm/metric_history.hpp"

namespace erm::detail {

inline void add_least_and_greatest(ComparisonCurve& curve) {
  for (const MetricHistory* history : curve.histories) {
    curve.least.push_back(history == nullptr ? std::nullopt : (history->min)());
    curve.greatest.push_back(history == nullptr ? std::nullopt : (history->max)());
  }
}

/// The row of the best points of one metric. Nothing if they are the values logged last.
inline std::optional<ComparisonExtreme> extreme_of(const ComparisonRow& metric, const ComparisonCurve& curve,
                                                   TextArena& texts) {
  const auto& best = *metric.goal == Goal::minimize ? curve.least : curve.greatest;
  bool is_other = false;
  for (std::size_t run = 0; run < best.size(); ++run)
    is_other = is_other || (best[run] && !(best[run]->value == metric.cells[run].number));
  if (!is_other) return std::nullopt;
  ComparisonExtreme extreme;
  extreme.metric = &metric;
  extreme.row.name = metric.name;
  extreme.row.goal = metric.goal;
  extreme.row.goal_is_guessed = metric.goal_is_guessed;
  extreme.row.cells.resize(best.size());
  extreme.steps.resize(best.size());
  for (std::size_t run = 0; run < best.size(); ++run) {
    ComparisonCell& cell = extreme.row.cells[run];
    if (best[run]) {
      fill_number(cell, best[run]->value, texts);
      extreme.steps[run] = best[run]->step;
    } else {
      cell.kind = metric.cells[run].kind;
      cell.number = metric.cells[run].number;
      cell.text = metric.cells[run].text;
    }
  }
  return extreme;
}

/// `metrics` and `curves` are sorted by name.
inline std::vector<ComparisonExtreme> extremes_of(const std::vector<ComparisonRow>& metrics,
                                                  const std::vector<ComparisonCurve>& curves, std::size_t baseline,
                                                  TextArena& texts) {
  std::vector<ComparisonExtreme> extremes;
  DigitsFinder finder;
  auto curve = curves.begin();
  for (const ComparisonRow& metric : metrics) {
    while (curve != curves.end() && curve->metric < metric.name) ++curve;
    if (curve == curves.end()) break;
    if (!metric.goal || curve->metric != metric.name) continue;
    std::optional<ComparisonExtreme> extreme = extreme_of(metric, *curve, texts);
    if (!extreme) continue;
    finish_row(extreme->row, baseline);
    if (extreme->row.differs) find_digits(extreme->row, finder);
    extremes.push_back(std::move(*extreme));
  }
  return extremes;
}

}  // namespace erm::detail

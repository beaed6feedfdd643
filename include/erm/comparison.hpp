// Compares runs side by side, as data: the rows, each run's value in them, where the values differ, and which value is
// best. The page (erm/compare.hpp) and the table in the terminal (erm/compare_text.hpp) show this data.
//
//   const erm::Comparison comparison(runs);
//   for (const erm::Comparison::Section& section : comparison.sections())
//     for (const erm::Comparison::Row& row : section.rows)
//       if (row.differs) fmt::print("{}: {} and {}\n", row.name, row.cells[0].text, row.cells[1].text);
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "erm/compare_options.hpp"
#include "erm/comparison_data.hpp"
#include "erm/experiment_run.hpp"
#include "erm/group_by.hpp"
#include "erm/impl/linkage.hpp"

namespace erm {

namespace detail {

struct ComparisonData;

}  // namespace detail

/// Refers to the runs from which it was made: they must outlive it, unchanged. A moved-from comparison can only be
/// assigned and destroyed.
class Comparison {
 public:
  using Cell = ComparisonCell;
  using Row = ComparisonRow;
  using Section = ComparisonSection;
  using Kind = ComparisonSection::Kind;
  using Curve = ComparisonCurve;
  using Extreme = ComparisonExtreme;
  using Ranking = ComparisonRanking;
  using ArtifactRow = ComparisonArtifacts;
  using SeriesRow = ComparisonSeries;
  using HistogramRow = ComparisonHistograms;
  using TableRow = ComparisonTables;
  using Group = GroupOfRuns;
  using GroupedMetric = erm::GroupedMetric;
  using Warning = ComparisonWarning;

  /// Throws Error if options.baseline is not the index of a run (0 is allowed without runs), or if options.group_by
  /// names an unknown field.
  explicit Comparison(const std::vector<ExperimentRun>& runs, const CompareOptions& options = {});
  Comparison(std::vector<ExperimentRun>&&, const CompareOptions& = {}) = delete;
  explicit Comparison(std::vector<const ExperimentRun*> runs, const CompareOptions& options = {});
  Comparison(Comparison&& other) noexcept;
  Comparison& operator=(Comparison&& other) noexcept;
  Comparison(const Comparison&) = delete;
  Comparison& operator=(const Comparison&) = delete;
  ~Comparison();

  [[nodiscard]] const std::vector<const ExperimentRun*>& runs() const noexcept;
  /// For each run the shortest name that no other run has: its variant, its run id, or more of its path in a registry.
  [[nodiscard]] const std::vector<std::string>& names() const noexcept;
  [[nodiscard]] std::size_t baseline() const noexcept;
  /// One section of each kind, in the order of Kind; `dict` has one section for each dict.
  [[nodiscard]] const std::vector<Section>& sections() const noexcept;
  [[nodiscard]] const std::vector<Curve>& curves() const noexcept;
  [[nodiscard]] const std::vector<ArtifactRow>& artifacts() const noexcept;
  /// What was logged over the steps, and the tables, each by name. Callers include erm/series.hpp, erm/histogram.hpp or
  /// erm/table.hpp.
  [[nodiscard]] const std::vector<SeriesRow>& series() const noexcept;
  [[nodiscard]] const std::vector<HistogramRow>& histograms() const noexcept;
  [[nodiscard]] const std::vector<TableRow>& tables() const noexcept;
  /// By CompareOptions::group_by, or the groups set with set_group. Empty if there is nothing to summarize.
  [[nodiscard]] const std::vector<Group>& groups() const noexcept;
  /// Each metric that is a number in at least one run, summarized for each group.
  [[nodiscard]] const std::vector<GroupedMetric>& grouped_metrics() const noexcept;
  /// What the provenance of the runs says against comparing them, and what of them cannot be read.
  [[nodiscard]] const std::vector<Warning>& warnings() const noexcept;
  /// For each run the diff between its commit and the code it was built from. Empty if there is none.
  [[nodiscard]] const std::vector<std::string_view>& diffs() const noexcept;
  /// The number of rows of tags, params, metrics, features and dicts.
  [[nodiscard]] std::size_t row_count() const noexcept;
  /// How many of those rows differ.
  [[nodiscard]] std::size_t differing_row_count() const noexcept;
  /// The metrics to show first: CompareOptions::main_metrics, or the metric of the ranking and up to five others with a
  /// goal.
  [[nodiscard]] const std::vector<const Row*>& main_metrics() const noexcept;
  /// For each metric with a goal the best points of its curves, if they are not the values logged last.
  [[nodiscard]] const std::vector<Extreme>& extremes() const noexcept;
  /// The runs ranked by one metric: the first of CompareOptions::main_metrics that has a goal; otherwise a metric whose
  /// goal was set; otherwise one whose goal was guessed. Of several, those of validation come before those of a test and
  /// of training, losses and errors before scores, and both before times.
  [[nodiscard]] const Ranking& ranking() const noexcept;

 private:
  std::unique_ptr<const detail::ComparisonData> data_;
};

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/comparison.inl"
#endif

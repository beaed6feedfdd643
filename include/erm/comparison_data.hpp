// The parts of a comparison of runs: sections of rows and cells, curves, artifacts, groups and warnings.
//
//   const erm::Comparison comparison(runs);                                    // erm/comparison.hpp
//   for (const erm::ComparisonRow& row : comparison.sections()[3].rows)        // the params
//     if (row.differs) std::puts(std::string(row.name).c_str());
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erm/goal.hpp"
#include "erm/metric_history.hpp"
#include "erm/metric_summary.hpp"

namespace erm {

class Artifact;
class ArtifactSeries;
class Histogram;
class Table;

/// The value of one run in one row.
struct ComparisonCell {
  enum class Kind : std::uint8_t { missing, null, boolean, number, text };
  /// Text that is a number counts as a number.
  Kind kind = Kind::missing;
  /// Whether the value differs from the baseline's.
  bool differs = false;
  /// Whether the metric has a goal and no other run has a better value. Runs that failed, were killed or diverged do not
  /// count.
  bool best = false;
  /// How many significant digits tell a number from the others of its row: at least 6. More than 20 stands for all.
  std::uint8_t digits = 6;
  /// NaN if the value is not a number.
  double number = std::numeric_limits<double>::quiet_NaN();
  /// The exact value. A number is the shortest decimal that reads back as the same number.
  std::string_view text;
};

/// One param, metric, tag or the like, with the values of all runs.
struct ComparisonRow {
  /// In a dict: the keys that lead to the value, joined with dots.
  std::string_view name;
  /// One cell for each run, in the order of the runs.
  std::vector<ComparisonCell> cells;
  /// Whether the runs do not all have the same value. A run without the value differs, too.
  bool differs = false;
  /// Whether all values are numbers; some may be missing.
  bool is_numeric = false;
  /// Whether a number in the row is too long for fixed notation.
  bool is_scientific = false;
  /// Whether the row describes other rows, such as the number of features.
  bool is_summary = false;
  /// Whether the value says nothing about the experiment, such as a process id. Such a row never differs.
  bool is_incidental = false;
  /// Whether the texts are times: "2026-11-23 07:30:21.5".
  bool is_time = false;
  /// Which values of a metric are better.
  std::optional<Goal> goal;
  /// Whether the goal was guessed from the name.
  bool goal_is_guessed = false;
};

/// The rows of one kind.
struct ComparisonSection {
  /// `runs` says where and when each run took place and how it ended. Its rows never differ. `notes` has one row, or
  /// none if no run has a note. Each dict has its own section of the kind `dict`.
  enum class Kind : std::uint8_t { runs, tags, notes, params, metrics, features, dict, provenance };
  Kind kind = Kind::runs;
  /// "Params", "Metrics", ..., or the name of a dict.
  std::string_view name;
  /// Sorted by name. Features keep the order of the baseline, followed by those of the other runs.
  std::vector<ComparisonRow> rows;
  /// How many of the rows differ.
  std::size_t differing = 0;
};

/// The histories of one metric.
struct ComparisonCurve {
  std::string_view metric;
  /// One for each run; null if the run has no history of the metric.
  std::vector<const MetricHistory*> histories;
  /// The metric that is the x axis (see RunLogger::define_axis), and its history in each run that has `histories`. Empty
  /// if the axis is the step.
  std::string_view axis = {};
  std::vector<const MetricHistory*> axis_histories = {};
  /// For each run the point with the least and the one with the greatest value. Nothing if all values are NaN.
  std::vector<std::optional<MetricPoint>> least = {};
  std::vector<std::optional<MetricPoint>> greatest = {};
};

/// The best points of the curves of a metric with a goal, where the value logged last is not the best one in each run.
struct ComparisonExtreme {
  /// The row of the values logged last, in the section of metrics.
  const ComparisonRow* metric = nullptr;
  /// The least values if the goal is to minimize, otherwise the greatest. A run without a curve has its value here.
  ComparisonRow row;
  /// For each run the step of that value. Nothing for a run without a curve.
  std::vector<std::optional<std::int64_t>> steps;
};

/// Which runs did best, by one metric.
struct ComparisonRanking {
  /// Why a run is not ranked.
  enum class Apart : std::uint8_t { no, missing, diverged, failed, killed };
  /// The metric that ranks the runs, in the section of metrics. Null if no metric has a goal.
  const ComparisonRow* metric = nullptr;
  /// Set if the runs are ranked by the best point of their curves, not by the value logged last.
  const ComparisonExtreme* extreme = nullptr;
  /// All runs, the best first, and after those that are ranked the ones that are not.
  std::vector<std::size_t> runs;
  /// How many of them are ranked.
  std::size_t ranked = 0;
  /// For each run, in the order of the runs.
  std::vector<Apart> apart;
  /// The params that differ, those first that tell most about the metric; by name if there are few runs.
  std::vector<const ComparisonRow*> params;
  /// How many of them tell more than chance would. All, if there are few runs, or if none does.
  std::size_t telling = 0;

  /// The values by which the runs are ranked. Null if there is no metric.
  [[nodiscard]] const ComparisonRow* values() const noexcept { return extreme != nullptr ? &extreme->row : metric; }
};

/// The artifacts with the same id.
struct ComparisonArtifacts {
  std::string_view id;
  /// One for each run; null if the run has no such artifact.
  std::vector<const Artifact*> artifacts;
};

/// What runs logged under one id at several steps.
struct ComparisonSeries {
  std::string_view id;
  /// One for each run; null if the run has none.
  std::vector<const ArtifactSeries*> series;
};

/// The histograms with the same name.
struct ComparisonHistograms {
  std::string_view name;
  std::vector<const Histogram*> histograms;
};

/// The tables with the same name.
struct ComparisonTables {
  std::string_view name;
  std::vector<const Table*> tables;
};

/// One metric, summarized for each group of runs.
struct GroupedMetric {
  /// The metric's row in the section of metrics.
  const ComparisonRow* row = nullptr;
  /// One summary for each group. Its n is 0 if the metric is a number in no run of the group.
  std::vector<MetricSummary> groups;
  /// Set if there are two groups and both have numbers.
  std::optional<GroupTest> test;
};

/// A reason why the runs are hard to compare.
struct ComparisonWarning {
  enum class Kind : std::uint8_t {
    different_code,        // the commits or the uncommitted changes differ
    uncommitted_code,      // a run was built from uncommitted changes
    unknown_code,          // the commit is recorded for some runs, but not for others
    different_build_type,  // Debug builds and Release builds
    different_compiler,
    different_flags,     // or definitions, optimisation, C++ standard
    different_input,     // inputs with the same name but different content
    unreadable_history,  // the curves of a run are missing, because a file of its history is damaged or gone
    unreadable_series    // the same for its series, a histogram or a table
  };
  Kind kind = Kind::different_code;
  /// One line with the names of the runs.
  std::string text;
};

}  // namespace erm

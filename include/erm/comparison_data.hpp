// What a comparison of runs consists of: sections of rows and cells, curves, artifacts, groups and warnings.
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
#include "erm/metric_summary.hpp"

namespace erm {

class Artifact;
class MetricHistory;

/// The value of one run in one row.
struct ComparisonCell {
  enum class Kind : std::uint8_t { missing, null, boolean, number, text };
  /// Text that is a number counts as a number.
  Kind kind = Kind::missing;
  /// Whether the value is not the baseline's.
  bool differs = false;
  /// Whether no other run has a better value of a metric with a goal.
  bool best = false;
  /// NaN for what is not a number.
  double number = std::numeric_limits<double>::quiet_NaN();
  /// The exact value: a number as the shortest decimal that reads back as it.
  std::string_view text;
};

/// One param, metric, tag or the like, with the values of all runs.
struct ComparisonRow {
  /// In a dict: the keys that lead to the value, joined with dots.
  std::string_view name;
  /// One cell for each run, in the order of the runs.
  std::vector<ComparisonCell> cells;
  /// Whether the runs do not all have the same value; a run without the value differs.
  bool differs = false;
  /// Whether all values are numbers; some may be missing.
  bool is_numeric = false;
  /// Whether a number in the row is too long for fixed notation.
  bool is_scientific = false;
  /// Whether the row describes other rows, such as the number of features.
  bool is_summary = false;
  /// Whether the value says nothing about the run, such as a process id. Such a row never differs.
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
  /// `runs` says where and when each run took place and how it ended; its rows never differ. `notes` has one row, or
  /// none where no run has a note. `dict` is the kind of each dict's section.
  enum class Kind : std::uint8_t { runs, tags, notes, params, metrics, features, dict, provenance };
  Kind kind = Kind::runs;
  /// "Params", "Metrics", ...; of a dict its name.
  std::string_view name;
  /// Ordered by name; features as in the baseline, then as in the other runs.
  std::vector<ComparisonRow> rows;
  /// How many of the rows differ.
  std::size_t differing = 0;
};

/// The histories of one metric.
struct ComparisonCurve {
  std::string_view metric;
  /// One for each run, null where the run has no history of the metric.
  std::vector<const MetricHistory*> histories;
};

/// The artifacts of one id.
struct ComparisonArtifacts {
  std::string_view id;
  /// One for each run, null where the run has no such artifact.
  std::vector<const Artifact*> artifacts;
};

/// One metric, summarized for each group of runs.
struct GroupedMetric {
  /// The metric's row in the section of metrics.
  const ComparisonRow* row = nullptr;
  /// One summary for each group; its n is 0 where no run of the group has the metric as a number.
  std::vector<MetricSummary> groups;
  /// Where there are two groups and both have numbers.
  std::optional<GroupTest> test;
};

/// A reason why the runs are hard to compare.
struct ComparisonWarning {
  enum class Kind : std::uint8_t {
    different_code,        // the commits differ, or the changes that were not committed
    uncommitted_code,      // a run was built from changes that no commit holds
    unknown_code,          // the commit of some runs is recorded, that of others is not
    different_build_type,  // a Debug build beside a Release build
    different_compiler,
    different_flags,  // or definitions, optimisation, C++ standard
    different_input   // inputs of one name with different content
  };
  Kind kind = Kind::different_code;
  /// One line, which names the runs.
  std::string text;
};

}  // namespace erm

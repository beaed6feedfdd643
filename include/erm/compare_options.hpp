// The options of a comparison. They apply to the page (erm/compare.hpp), to the table in the terminal
// (erm/compare_text.hpp), and to the data behind both (erm/comparison.hpp).
//
//   erm::CompareOptions options;
//   options.title = "Learning rates";
//   options.goals = {{"loss", erm::Goal::minimize}, {"throughput", erm::Goal::maximize}};
//   options.main_metrics = {"loss", "accuracy"};
//   erm::write_comparison("comparison.html", runs, options);
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "erm/file_path.hpp"
#include "erm/goal.hpp"
#include "erm/group_by.hpp"

namespace erm {

/// Whether a table has a column or a row for each run. A reader of the page can switch.
enum class RunLayout : std::uint8_t { automatic, columns, rows };

struct CompareOptions {
  /// The title of the page. Empty: "Comparison of N runs".
  std::string title = {};
  /// Whether lower or higher values of a metric are better. Overrides the goals that were set with set_goal.
  std::map<std::string, Goal> goals = {};
  /// Whether to guess the goal of a metric without one from its name ("loss", "accuracy"). Guesses are marked.
  bool guess_goals = true;
  /// The index of the run that the others are compared to. Throws Error if there is no such run.
  std::size_t baseline = 0;
  /// The metrics to show first, together with the params that vary. The first of them that has a goal ranks the runs.
  /// Empty: the metrics with a goal, at most six, and Comparison::ranking says which of them ranks.
  std::vector<std::string> main_metrics = {};
  /// automatic: columns for up to ten runs, rows for more.
  RunLayout layout = RunLayout::automatic;
  /// The fields by which runs are grouped and metrics summarized: "variant", {"params.optimizer", "params.lr"}. Empty:
  /// the groups set with set_group, if there are several or two runs share one. Throws Error for an unknown field.
  GroupBy group_by = {};
  /// In bytes: how much the page shows of each diff of uncommitted code.
  std::size_t max_diff_size = std::size_t{1} << 16;
  /// In bytes: the page shows only the name, size and SHA-256 of a larger artifact.
  std::uint64_t max_artifact_size = std::uint64_t{1} << 20;
  /// Whether files that a browser cannot show, such as weights, can be downloaded from the page, and the data behind its
  /// figures and histograms. Otherwise the page has the names, sizes and hashes of such files, and does not read them.
  bool embed_files = false;
  /// A plotly.min.js, or that file compressed by gzip (a third of the size), for plotly figures that the page cannot
  /// draw itself. The page contains it once, only if such a figure needs it, and runs it when a reader asks for the
  /// figure. Empty: the file that the environment variable ERM_PLOTLY_JS names, if it is set. Throws NotFoundError or
  /// IoError if the file cannot be read; if the variable's file cannot be read, the page says so.
  FilePath plotly_js = {};
  /// Whether the page contains every point of every curve, so that a reader can zoom in without limit. Otherwise a
  /// run's curve has at most 2,000 points: the first, lowest, highest and last in each of 500 intervals of the steps.
  bool full_curves = false;
  /// How many steps of each series the page holds: the first, the last, and others evenly between them. The reader moves
  /// a slider over them.
  std::size_t max_series_steps = 50;
  /// In bytes: how much the page holds of the series with one id, of all runs together. Of larger ones it holds fewer
  /// steps.
  std::uint64_t max_series_size = std::uint64_t{1} << 24;
  /// How many rows of each logged table the page shows.
  std::size_t max_table_rows = 1000;
};

}  // namespace erm

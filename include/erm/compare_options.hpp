// The choices of a comparison: of the page (erm/compare.hpp), the table in the terminal (erm/compare_text.hpp), and the
// data behind both (erm/comparison.hpp).
//
//   erm::CompareOptions options;
//   options.title = "Learning rates";
//   options.goals = {{"loss", erm::Goal::minimize}, {"throughput", erm::Goal::maximize}};
//   options.main_metrics = {"loss", "accuracy"};
//   erm::write_comparison("comparison.html", runs, options);
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "erm/goal.hpp"
#include "erm/group_by.hpp"

namespace erm {

/// Where the runs are in a table: beside each other or below each other. A reader can switch.
enum class RunLayout : std::uint8_t { automatic, columns, rows };

struct CompareOptions {
  /// Of the page; "Comparison of N runs" where it is empty.
  std::string title = {};
  /// Which way a metric is better; comes before what a run was told by set_goal.
  std::map<std::string, Goal> goals = {};
  /// Whether a metric without a goal gets one from its name ("loss", "accuracy"), marked as guessed.
  bool guess_goals = true;
  /// The index of the run that the others are compared to. Throws Error where there is no such run.
  std::size_t baseline = 0;
  /// The metrics shown first, beside the params that vary; empty: those with a goal, at most six.
  std::vector<std::string> main_metrics = {};
  /// automatic: columns for up to ten runs, rows for more.
  RunLayout layout = RunLayout::automatic;
  /// What the runs are grouped by where their metrics are summarized: "variant", {"params.optimizer", "params.lr"}.
  /// Empty: the groups that the runs were given, where two runs share one or there are several. Throws Error for a
  /// field that is none.
  GroupBy group_by = {};
  /// In bytes: of what was not committed when a run was built, the page shows so much of each diff.
  std::size_t max_diff_size = std::size_t{1} << 16;
  /// In bytes: a larger artifact is on the page by name, size and SHA-256 alone.
  std::uint64_t max_artifact_size = std::uint64_t{1} << 20;
  /// Whether the page holds the files that a browser does not show, each to be downloaded from it; else their names,
  /// sizes and hashes alone.
  bool embed_files = true;
  /// A plotly.min.js, or that file compressed by gzip (a third of the size), for plotly figures with traces that the
  /// page does not draw itself. It is in the page once, only where such a figure is, and runs when a reader asks for a
  /// picture. Empty: what the environment variable ERM_PLOTLY_JS names, if that is set. Throws NotFoundError or IoError
  /// where the file cannot be read; where the variable's cannot, the page says so.
  std::filesystem::path plotly_js = {};
  /// Every point of every curve for the page's script to draw, zoomed in as far as one likes. Without it a run's curve
  /// has at most 2,000: of each of 500 parts of the steps the first, lowest, highest and last.
  bool full_curves = false;
};

}  // namespace erm

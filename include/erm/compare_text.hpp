// Compares runs side by side as plain text, for the terminal and for logs. Columns are aligned, a star marks the best
// value, and "≠" marks a row in which runs differ.
//
//   std::fputs(erm::compare_runs_text(runs).c_str(), stdout);
//
//   erm::TextTableOptions style;
//   style.only_differing = true;
//   std::fputs(erm::compare_runs_text(runs, {}, style).c_str(), stdout);
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "erm/compare_options.hpp"
#include "erm/experiment_run.hpp"
#include "erm/impl/linkage.hpp"

namespace erm {

/// automatic: if the standard output is a terminal and NO_COLOR is not set.
enum class TextColor : std::uint8_t { never, automatic, always };

struct TextTableOptions {
  TextColor color = TextColor::automatic;
  /// Whether to omit the rows in which all runs are the same.
  bool only_differing = false;
  /// In columns of the terminal. A longer value is shortened and ends with "…". At least 8.
  std::size_t max_cell_width = 32;
};

/// First the warnings about the comparison, then a table for each section, and last the groups. The rows, differences
/// and stars are those of the page, except that provenance rows appear only if they differ. UTF-8; each line ends with
/// a line feed; control characters become blanks. Throws Error if options.baseline is not the index of a run or
/// options.group_by names an unknown field.
[[nodiscard]] std::string compare_runs_text(const std::vector<ExperimentRun>& runs, const CompareOptions& options = {},
                                            const TextTableOptions& style = {});

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/compare_text.inl"
#endif

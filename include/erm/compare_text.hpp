// Runs side by side as plain text, for the terminal and for logs: aligned, with a star at the best value and "≠" where
// runs differ.
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

/// automatic: where the standard output is a terminal, and NO_COLOR is not set.
enum class TextColor : std::uint8_t { never, automatic, always };

struct TextTableOptions {
  TextColor color = TextColor::automatic;
  /// Whether the rows in which all runs are the same are left out.
  bool only_differing = false;
  /// In columns of the terminal; a longer value ends with "…". At least 8.
  std::size_t max_cell_width = 32;
};

/// First what warns of a comparison of the runs, then a table for each section, last the groups. The rows, differences
/// and stars are those of the page, but of the provenance only rows that differ. UTF-8; each line ends with a line
/// feed; control characters become blanks. Throws Error where options.baseline is not the index of a run, and where
/// options.group_by names an unknown field.
[[nodiscard]] std::string compare_runs_text(const std::vector<ExperimentRun>& runs, const CompareOptions& options = {},
                                            const TextTableOptions& style = {});

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/compare_text.inl"
#endif

// Comparisons and runs in a notebook: as HTML that any notebook shows, and by themselves in C++ notebooks (xeus-cpp,
// xeus-cling), where a run as the last expression of a cell shows its page.
//
//   display_html(erm::notebook_html(runs));     // whatever the notebook calls it
//   run                                         // the last line of a cell: its page
#pragma once

#include <string>
#include <vector>

#include "erm/compare_options.hpp"
#include "erm/experiment_run.hpp"
#include "erm/impl/linkage.hpp"
#include "erm/json_fwd.hpp"

namespace erm {

/// The page of compare_runs in a frame that is `height` pixels high. Its script runs; neither the script nor the style
/// reaches the notebook around it. Throws as compare_runs does.
[[nodiscard]] std::string notebook_html(const std::vector<ExperimentRun>& runs, const CompareOptions& options = {},
                                        int height = 640);

/// What a notebook shows of a run: {"text/html": its page, "text/plain": its place and last metrics}. C++ notebooks
/// find the function by argument-dependent lookup. Callers include erm/json.hpp.
[[nodiscard]] Json mime_bundle_repr(const ExperimentRun& run);
/// What a notebook shows of several runs: a page that compares them, and their number.
[[nodiscard]] Json mime_bundle_repr(const std::vector<ExperimentRun>& runs);

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/notebook.inl"
#endif

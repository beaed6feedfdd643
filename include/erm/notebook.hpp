// Shows comparisons and runs in a notebook: as HTML for any notebook, and automatically in C++ notebooks (xeus-cpp,
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

/// The page of compare_runs in a frame that is `height` pixels high. Its script runs, but neither the script nor the
/// style affects the notebook around it. Where a notebook shows no frames (it is not trusted, or is read on a web site),
/// a table of the main metrics of up to 20 runs is left. Throws like compare_runs.
[[nodiscard]] std::string notebook_html(const std::vector<ExperimentRun>& runs, const CompareOptions& options = {},
                                        int height = 640);

/// How a notebook displays a run: {"text/html": its page, "text/plain": its URI and last metrics}. C++ notebooks find
/// the function by argument-dependent lookup. Callers include erm/json.hpp.
[[nodiscard]] Json mime_bundle_repr(const ExperimentRun& run);
/// How a notebook displays several runs: a page that compares them, and their number.
[[nodiscard]] Json mime_bundle_repr(const std::vector<ExperimentRun>& runs);

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/notebook.inl"
#endif

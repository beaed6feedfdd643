// Comparisons and runs in a notebook: as HTML that any of them shows, and by themselves in C++ notebooks (xeus-cpp,
// xeus-cling), where a run as a cell's last expression shows its page.
//
//   display_html(erm::notebook_html(runs));     // whatever the notebook calls it
//   run                                         // the last line of a cell: its page
#pragma once

#include <string>
#include <vector>

#include "erm/compare.hpp"
#include "erm/compare_options.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/experiment_run.hpp"
#include "erm/json.hpp"

namespace erm {

/// The page of compare_runs in a frame `height` pixels high: its script runs, and neither it nor its style reaches the
/// notebook around it. Throws as compare_runs.
[[nodiscard]] inline std::string notebook_html(const std::vector<ExperimentRun>& runs,
                                               const CompareOptions& options = {}, int height = 640) {
  std::string out = "<iframe sandbox=\"allow-scripts allow-downloads\" width=\"100%\" height=\"" +
                    std::to_string(height) + "\" frameborder=\"0\" title=\"Comparison of runs\"";
  detail::append_html_attribute(out, "srcdoc", compare_runs(runs, options));
  return out + "></iframe>";
}

/// What a notebook shows of a run: {"text/html": its page, "text/plain": its place and last metrics}. C++ notebooks
/// find it by argument-dependent lookup.
[[nodiscard]] inline Json mime_bundle_repr(const ExperimentRun& run) {
  std::string text = detail::full_run_name(run);
  for (const auto& [name, value] : run.metrics()) text += "\n  " + name + " = " + value.str();
  Json bundle = Json::object();
  bundle["text/html"] = notebook_html({run});
  bundle["text/plain"] = text;
  return bundle;
}

/// The same for runs beside each other.
[[nodiscard]] inline Json mime_bundle_repr(const std::vector<ExperimentRun>& runs) {
  Json bundle = Json::object();
  bundle["text/html"] = notebook_html(runs);
  bundle["text/plain"] = std::to_string(runs.size()) + (runs.size() == 1 ? " run" : " runs");
  return bundle;
}

}  // namespace erm

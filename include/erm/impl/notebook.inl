// The bodies of erm/notebook.hpp.
#pragma once

#include <string>
#include <vector>

#include "erm/compare.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/compare/display_names.hpp"
#include "erm/json.hpp"
#include "erm/notebook.hpp"
#include "erm/value.hpp"

namespace erm {

ERM_INLINE std::string notebook_html(const std::vector<ExperimentRun>& runs, const CompareOptions& options,
                                     int height) {
  std::string out = "<iframe sandbox=\"allow-scripts allow-downloads\" width=\"100%\" height=\"" +
                    std::to_string(height) + "\" frameborder=\"0\" title=\"Comparison of runs\"";
  detail::append_html_attribute(out, "srcdoc", compare_runs(runs, options));
  return out + "></iframe>";
}

ERM_INLINE Json mime_bundle_repr(const ExperimentRun& run) {
  std::string text = detail::full_run_name(run);
  for (const auto& [name, value] : run.metrics()) text += "\n  " + name + " = " + value.str();
  Json bundle = Json::object();
  bundle["text/html"] = notebook_html({run});
  bundle["text/plain"] = text;
  return bundle;
}

ERM_INLINE Json mime_bundle_repr(const std::vector<ExperimentRun>& runs) {
  Json bundle = Json::object();
  bundle["text/html"] = notebook_html(runs);
  bundle["text/plain"] = std::to_string(runs.size()) + (runs.size() == 1 ? " run" : " runs");
  return bundle;
}

}  // namespace erm

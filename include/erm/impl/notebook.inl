// The bodies of erm/notebook.hpp.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "erm/comparison.hpp"
#include "erm/detail/base/counted.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/compare/display_names.hpp"
#include "erm/detail/page/output.hpp"
#include "erm/detail/page/page.hpp"
#include "erm/json.hpp"
#include "erm/notebook.hpp"
#include "erm/value.hpp"

namespace erm {

namespace detail {

/// The main metrics of the first runs, for notebooks that show no frame. Sanitisers drop a frame with all that it holds,
/// and of an element that they do not know they keep the content, without its `hidden`.
inline void append_notebook_fallback(std::string& out, const std::vector<ExperimentRun>& runs,
                                     const Comparison& comparison, const CompareOptions& options) {
  constexpr std::size_t most_runs = 20;
  out += "<erm-fallback hidden><p>";
  append_html(out, options.title.empty() ? runs.size() == 1 ? comparison.names()[0]
                                                            : "Comparison of " + std::to_string(runs.size()) + " runs"
                                         : options.title);
  out += ". This notebook does not show the page itself: trust the notebook, or write the page to a file.</p>";
  if (!runs.empty()) {
    out += "<table><tr><th>Run</th>";
    for (const ComparisonRow* const metric : comparison.main_metrics()) {
      out += "<th>";
      append_html(out, metric->name);
      out += "</th>";
    }
    out += "</tr>";
    for (std::size_t i = 0; i < runs.size() && i < most_runs; ++i) {
      const std::size_t run = comparison.ranking().runs[i];
      out += "<tr><td>";
      append_html(out, comparison.names()[run]);
      out += "</td>";
      for (const ComparisonRow* const metric : comparison.main_metrics()) {
        out += "<td>";
        append_html(out, metric->cells[run].text);
        out += "</td>";
      }
      out += "</tr>";
    }
    out += "</table>";
    if (runs.size() > most_runs) out += "<p>and " + std::to_string(runs.size() - most_runs) + " more runs</p>";
  }
  out += "</erm-fallback>";
}

}  // namespace detail

ERM_INLINE std::string notebook_html(const std::vector<ExperimentRun>& runs, const CompareOptions& options,
                                     int height) {
  std::string out = "<iframe sandbox=\"allow-scripts allow-downloads\" width=\"100%\" height=\"" +
                    std::to_string(height) + "\" frameborder=\"0\" title=\"Comparison of runs\"";
  const Comparison comparison(runs, options);
  detail::PageOutput page;
  detail::append_page(page, comparison, options);
  detail::append_html_attribute(out, "srcdoc", page.text);
  out += "></iframe>";
  detail::append_notebook_fallback(out, runs, comparison, options);
  return out;
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
  bundle["text/plain"] = detail::counted(runs.size(), "run");
  return bundle;
}

}  // namespace erm

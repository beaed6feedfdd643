// The whole page of a comparison.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "erm/compare_options.hpp"
#include "erm/comparison.hpp"
#include "erm/detail/base/counted.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/page/artifacts.hpp"
#include "erm/detail/page/assets.hpp"
#include "erm/detail/page/console.hpp"
#include "erm/detail/page/curves.hpp"
#include "erm/detail/page/groups.hpp"
#include "erm/detail/page/heatmaps.hpp"
#include "erm/detail/page/live_banner.hpp"
#include "erm/detail/page/logged_tables.hpp"
#include "erm/detail/page/notes.hpp"
#include "erm/detail/page/output.hpp"
#include "erm/detail/page/policy.hpp"
#include "erm/detail/page/provenance.hpp"
#include "erm/detail/page/run_facts.hpp"
#include "erm/detail/page/series.hpp"
#include "erm/detail/page/tables.hpp"
#include "erm/detail/page/winner.hpp"

namespace erm::detail {

inline std::string page_title(const Comparison& comparison, const CompareOptions& options) {
  if (!options.title.empty()) return repaired_utf8(options.title);
  if (comparison.runs().empty()) return "Comparison of no runs";
  return "Comparison of " + counted(comparison.runs().size(), "run");
}

inline void append_head(std::string& out, const std::string& title, const PageContents& contents, bool has_plotly,
                        bool is_live) {
  out += "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n";
  append_policy(out, contents, has_plotly, is_live);
  out +=
      "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=color-scheme content=\"light dark\">\n<title>";
  append_html(out, title);
  out += "</title>\n<style>";
  for (const std::string_view part : page_style) out += part;
  out += "</style>\n";
  if (is_live) {
    out += "<style>";
    for (const std::string_view part : page_live_style) out += part;
    out += "</style>\n";
  }
  out += "</head>\n";
}

/// "3 runs from 2026-11-23 07:30:21 to 09:12:45 UTC. 4 of 40 rows differ."
inline std::string page_summary(const Comparison& comparison) {
  const std::vector<const ExperimentRun*>& runs = comparison.runs();
  if (runs.empty()) return "No runs were given, so there is nothing to compare.";
  const auto [first, last] = std::minmax_element(
      runs.begin(), runs.end(), [](auto* a, auto* b) { return a->timestamp_utc() < b->timestamp_utc(); });
  const auto to_seconds = [](TimePoint time) { return readable_time(time).substr(0, 19); };
  const std::string from = to_seconds((*first)->timestamp_utc()), to = to_seconds((*last)->timestamp_utc());
  std::string text = counted(runs.size(), "run");
  if (from == to)
    text += " at " + from + " UTC. ";
  else
    text += " from " + from + " to " + (from.substr(0, 10) == to.substr(0, 10) ? to.substr(11) : to) + " UTC. ";
  if (runs.size() > 1) {
    const std::size_t differing = comparison.differing_row_count();
    text += std::to_string(differing) + " of " + counted(comparison.row_count(), "row") +
            (differing == 1 ? " differs." : " differ.");
  }
  return text;
}

inline void append_size_warning(std::string& out, std::uint64_t size) {
  if (size < std::uint64_t{50} << 20) return;
  out +=
      "<p class=notice>This page holds " + readable_size(size) +
      " of artifacts, which a browser may take long to open. CompareOptions::max_artifact_size and embed_files make it "
      "smaller.</p>";
}

/// About as many bytes as the page without curves and artifacts, so that the text is allocated once.
inline std::size_t expected_size(const Comparison& comparison) {
  std::size_t size = 40000;
  for (const std::string_view part : page_style) size += part.size();
  for (const std::string_view part : page_script) size += part.size();
  return size + comparison.runs().size() * (1500 + 45 * comparison.row_count());
}

/// `live`: of a page that is written again while its runs go on; null for any other.
inline void append_page(PageOutput& page, const Comparison& comparison, const CompareOptions& options,
                        const LiveBanner* live = nullptr) {
  std::string& out = page.text;
  const std::string title = page_title(comparison, options);
  const std::vector<std::string> headers = run_headers(comparison);
  page.expect(expected_size(comparison));
  const PageContents contents = contents_of(comparison, options);
  PlotlyScript plotly(options);
  append_head(out, title, contents, contents.has_figures && plotly.is_named(), live != nullptr);
  out += "<body>\n<header><h1>";
  append_html(out, title);
  out += "</h1><p class=summary>";
  append_html(out, page_summary(comparison));
  out += "</p>";
  if (live != nullptr) append_live_banner(out, comparison, *live);
  append_size_warning(out, contents.size);
  append_warnings(out, comparison);
  out += "</header>\n<main>\n";
  const bool runs_as_rows =
      options.layout == RunLayout::rows || (options.layout == RunLayout::automatic && comparison.runs().size() > 10);
  std::size_t number = 0;
  if (comparison.runs().size() > 1) {
    append_winner(page, comparison);
    append_overview(page, comparison, headers, options, number++);
  }
  for (const Comparison::Section& section : comparison.sections()) {
    const bool is_there =
        !comparison.runs().empty() && (!section.rows.empty() || section.kind == Comparison::Kind::dict);
    if (is_there && section.kind == Comparison::Kind::notes)
      append_notes(page, comparison, section, number++);
    else if (is_there && section.kind == Comparison::Kind::provenance)
      append_provenance(page, headers, comparison, section, options, number++, runs_as_rows);
    else if (is_there)
      append_section(page, headers, comparison, section, number++, runs_as_rows);
    if (section.kind == Comparison::Kind::metrics) append_extremes(page, comparison);
    if (section.kind == Comparison::Kind::metrics && !comparison.groups().empty())
      append_groups(page, comparison, options, number++);
    if (section.kind == Comparison::Kind::metrics && !comparison.curves().empty())
      append_curves(page, comparison, headers, options, number++, live);
  }
  if (!comparison.artifacts().empty()) append_artifacts(page, comparison, options, plotly, number++);
  if (!comparison.series().empty()) append_series(page, comparison, options, plotly, number++);
  if (!comparison.histograms().empty()) append_heatmaps(page, comparison, options, number++);
  if (!comparison.tables().empty()) append_logged_tables(page, comparison, options, number++);
  const std::vector<const ExperimentRun*>& runs = comparison.runs();
  if (std::any_of(runs.begin(), runs.end(), [](const ExperimentRun* run) { return has_console(*run); }))
    append_consoles(page, comparison, number++);
  if (!runs.empty()) append_run_facts(page, comparison);
  plotly.append_to(out);
  out += "</main>\n<script>";
  for (const std::string_view part : page_script) out += part;
  out += "</script>\n";
  if (live != nullptr) {
    out += "<script>";
    for (const std::string_view part : page_live_script) out += part;
    out += "</script>\n";
  }
  out += "</body>\n</html>\n";
  page.flush();
}

}  // namespace erm::detail

// The groups of runs on the page: the mean of each metric with its interval, and whether two groups differ.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "erm/compare_options.hpp"
#include "erm/comparison.hpp"
#include "erm/detail/base/counted.hpp"
#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/compare/groups.hpp"
#include "erm/detail/page/output.hpp"
#include "erm/detail/page/tables.hpp"
#include "erm/metric_summary.hpp"

namespace erm::detail {

/// The scale on which the intervals of one metric are drawn.
struct IntervalScale {
  double low = 0, high = 0;
  [[nodiscard]] bool is_drawn() const { return is_finite(low) && is_finite(high - low) && low < high; }
  /// In tenths of a pixel. Whole numbers give the same text on every machine.
  [[nodiscard]] long place(double value) const {
    return std::lround(50 + 1500 * (std::min)(1.0, (std::max)(0.0, (value - low) / (high - low))));
  }
};

inline IntervalScale interval_scale(const std::vector<MetricSummary>& groups) {
  IntervalScale scale;
  bool any = false;
  for (const MetricSummary& group : groups) {
    if (group.n == 0) continue;
    scale.low = any ? (std::min)(scale.low, group.min) : group.min;
    scale.high = any ? (std::max)(scale.high, group.max) : group.max;
    any = true;
  }
  // The interval of two or three runs can be many times as wide as the range of their values.
  const double margin = (scale.high - scale.low) / 2;
  double low = scale.low, high = scale.high;
  for (const MetricSummary& group : groups) {
    if (is_nan(group.low)) continue;
    if (group.low < low) low = (std::max)(group.low, scale.low - margin);
    if (group.high > high) high = (std::min)(group.high, scale.high + margin);
  }
  return {low, high};
}

/// Draws the range of the values as a thin line, the interval as a thick line, and the mean as a dot.
inline void append_interval(std::string& out, const MetricSummary& group, const IntervalScale& scale) {
  out += "<svg class=interval viewBox=\"0 0 1600 160\" aria-hidden=\"true\">";
  const auto line = [&](const char* kind, double from, double to) {
    out += joined({"<path class=", kind, " d=\"M", std::to_string(scale.place(from)), " 80H",
                   std::to_string(scale.place(to)), "\"/>"});
  };
  line("thin", group.min, group.max);
  if (!is_nan(group.low)) line("thick", group.low, group.high);
  out += "<circle cx=" + std::to_string(scale.place(group.mean)) + " cy=80 r=44 /></svg>";
}

inline void append_group_row(std::string& out, const Comparison::Group& group, const MetricSummary& summary,
                             const IntervalScale& scale) {
  out += "<tr><th scope=row class=deep>";
  append_html(out, group.name);
  const auto cell = [&](const std::string& text) { (out += "<td class=n>") += text; };
  cell(std::to_string(summary.n) + (summary.left_out > 0 ? " of " + std::to_string(group.runs.size()) : ""));
  if (summary.n == 0) {
    out += "<td class=m colspan=6>no run has it as a number";
    return;
  }
  cell(summary_number(summary.mean));
  cell(summary_number(summary.deviation));
  if (is_nan(summary.low))
    out += "<td class=m>\xE2\x80\x94";
  else
    cell(summary_number(summary.low) + " to " + summary_number(summary.high));
  cell(summary_number(summary.min));
  cell(summary_number(summary.max));
  out += "<td>";
  if (scale.is_drawn()) append_interval(out, summary, scale);
}

inline void append_groups(PageOutput& page, const Comparison& comparison, const CompareOptions& options,
                          std::size_t number) {
  std::string& out = page.text;
  const std::string by = fields_in_words(options.group_by.fields());
  begin_section(out, "grouped", number, "Groups", counted(comparison.groups().size(), "group") + " by " + by);
  out += "<dl class=inset>";
  for (const Comparison::Group& group : comparison.groups()) {
    constexpr std::size_t most = 12;
    out += "<dt>";
    append_html(out, group.name);
    out += "</dt><dd>" + counted(group.runs.size(), "run") + ": ";
    for (std::size_t i = 0; i < group.runs.size() && i < most; ++i)
      append_html(out, joined({i == 0 ? "" : ", ", comparison.names()[group.runs[i]]}));
    if (group.runs.size() > most) out += joined({" and ", std::to_string(group.runs.size() - most), " more"});
    out += "</dd>";
  }
  out += "</dl>";
  if (const std::string words = tests_in_words(comparison.grouped_metrics(), comparison.groups()); !words.empty()) {
    out += "<p class=inset>";
    append_html(out, words);
    out += "</p>";
  }
  if (comparison.grouped_metrics().empty()) {
    out += "<p class=\"none inset\">No run has a metric that is a number.</p></details></section>\n";
    return;
  }
  out += "<div>";
  begin_scroll_box(out, "Groups");
  out +=
      "<table><thead><tr><th scope=col>Metric and group<th scope=col>n<th scope=col>Mean<th scope=col>Deviation"
      "<th scope=col>95% interval of the mean<th scope=col>Least<th scope=col>Greatest"
      "<th scope=col>Interval, least to greatest<tbody>\n";
  for (const Comparison::GroupedMetric& metric : comparison.grouped_metrics()) {
    out += "<tr class=group><th scope=row>";
    append_html(out, metric.row->name);
    append_goal(out, *metric.row);
    out += "<td colspan=7>";
    if (metric.test) append_html(out, test_in_words(metric, comparison.groups()));
    out += "</tr>\n";
    const IntervalScale scale = interval_scale(metric.groups);
    for (std::size_t i = 0; i < metric.groups.size(); ++i)
      append_group_row(out, comparison.groups()[i], metric.groups[i], scale);
    page.pass_on();
  }
  out += "</table></div></div></details></section>\n";
}

}  // namespace erm::detail

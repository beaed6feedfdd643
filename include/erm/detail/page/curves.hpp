// The curves of the page: one chart for each metric with the curves of all runs, as SVG that needs no script, and their
// numbers for the script.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/counted.hpp"
#include "erm/detail/run/rewinds.hpp"
#include "erm/comparison.hpp"
#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/page/chart_axes.hpp"
#include "erm/detail/page/curve_numbers.hpp"
#include "erm/detail/page/curve_panels.hpp"
#include "erm/detail/page/curve_points.hpp"
#include "erm/detail/page/live_banner.hpp"
#include "erm/detail/page/output.hpp"
#include "erm/detail/page/tables.hpp"
#include "erm/detail/chart/svg_parts.hpp"
#include "erm/metric_history.hpp"

namespace erm::detail {

/// The path of a line. Its pieces between gaps that are too short to be seen are dots, a path of their own.
struct CurvePaths {
  std::string line, dots;

  CurvePaths(const ChartBox& box, const std::vector<ChartPoint>& points) {
    constexpr double shortest = 2;
    for (std::size_t begin = 0, end = 0; begin < points.size(); begin = end + 1) {
      ChartRange across, down;
      for (end = begin; end < points.size() && is_finite(points[end].y); ++end) {
        across.add(box.x_of(points[end].x));
        down.add(box.y_of(points[end].y));
      }
      for (std::size_t i = begin; end - begin > 1 && i < end; ++i) append_point_of(line, i == begin ? 'M' : 'L', box, points[i]);
      if (end == begin || across.high - across.low >= shortest || down.high - down.low >= shortest) continue;
      append_point_of(dots, 'M', box, points[begin]);
      dots += "h0";
    }
  }

 private:
  static void append_point_of(std::string& path, char command, const ChartBox& box, const ChartPoint& point) {
    path += command;
    append_coordinate(path, box.x_of(point.x));
    path += ' ';
    append_coordinate(path, box.y_of(point.y));
  }
};

inline void append_chart_line(std::string& out, const ChartBox& box, const std::vector<ChartPoint>& points,
                              std::size_t run) {
  const CurvePaths paths(box, points);
  const auto append_path = [&](std::string_view kind, std::string_view path) {
    out += "<path class=\"";
    out += kind;
    out += " r";
    append_integer(out, run % 8);
    out += " h";
    append_integer(out, run % 5);
    out += "\" data-run=\"";
    append_integer(out, run);
    out += "\" d=\"";
    out += path;
    out += "\"/>";
  };
  append_path("line", paths.line);
  if (!paths.dots.empty()) append_path("dots", paths.dots);
}

/// The points of one run for the script: how many, of the `count` of the curve if not all, and their x, seconds and values, exactly. `t0` is the time from which
/// the seconds count, in milliseconds, and `gaps` the usual distances in x and in seconds. The text is numbers and
/// base64, so nothing in it needs to be escaped.
inline void append_curve_data(std::string& out, const std::vector<ChartPoint>& all, const std::vector<ChartPoint>& points,
                              std::size_t run, TimePoint first_time, std::uint64_t count) {
  out += "{\"run\":";
  append_integer(out, run);
  out += ",\"n\":";
  append_integer(out, points.size());
  if (count > points.size()) {
    out += ",\"of\":";
    append_integer(out, count);
  }
  out += ",\"t0\":";
  append_integer(out, std::chrono::duration_cast<std::chrono::milliseconds>(first_time.time_since_epoch()).count());
  out += ",\"gaps\":[";
  append_floating(out, usual_gap(all, [](const ChartPoint& point) { return point.x; }));
  out += ',';
  append_floating(out, usual_gap(all, [](const ChartPoint& point) { return point.seconds; }));
  out += ']';
  std::vector<double> numbers(points.size());
  const auto append_column = [&](std::string_view name, const auto& get) {
    std::transform(points.begin(), points.end(), numbers.begin(), get);
    ((out += ",\"") += name) += "\":";
    append_numbers(out, numbers);
  };
  append_column("x", [](const ChartPoint& point) { return point.x; });
  append_column("t", [](const ChartPoint& point) { return point.seconds; });
  append_column("y", [](const ChartPoint& point) { return point.y; });
  out += '}';
}

/// A table of the last, least and greatest value of each run, exactly, with their steps.
inline void append_curve_summary(std::string& out, const std::vector<std::string>& headers,
                                 const Comparison::Curve& curve, const LiveBanner* live) {
  out += "<div class=scroll tabindex=0 role=region";
  append_html_attribute(out, "aria-label", std::string(curve.metric) + ": last, least and greatest");
  out +=
      "><table><thead><tr><th scope=col>Run<th scope=col>Points<th scope=col>Last<th scope=col>at step"
      "<th scope=col>Least<th scope=col>at step<th scope=col>Greatest<th scope=col>at step<tbody>\n";
  for (std::size_t run = 0; run < curve.histories.size(); ++run) {
    const MetricHistory* const history = curve.histories[run];
    if (history == nullptr || history->empty()) continue;
    out += "<tr data-first=";  // for filters
    append_floating(out, first_that_counts(*history).value);
    out += "><th scope=row";
    out += headers[run];
    out += "<td class=n>";
    append_integer(out, point_count(*history, history->size(), live));
    const auto add_point = [&](const MetricPoint& point) {
      out += "<td class=n title=";  // for filters
      append_floating(out, point.value);
      out += '>';
      if (is_finite(point.value)) out += tick_text(point.value, false);
      else out += is_nan(point.value) ? "NaN" : is_negative(point.value) ? "-\xE2\x88\x9E" : "\xE2\x88\x9E";
      out += "<td class=n>";
      append_integer(out, point.step);
    };
    add_point(history->last());
    for (const auto& extreme : {curve.least[run], curve.greatest[run]}) {
      if (extreme)
        add_point(*extreme);
      else
        out += "<td class=m>\xE2\x80\x94<td class=m>\xE2\x80\x94";
    }
    out += "</tr>\n";
  }
  out += "</table></div>";
}

/// Writes the charts. With a script most of many charts need not be there before a reader scrolls to them: beyond a number
/// of elements they are in a <noscript>, which is one element where scripts run, and the script draws them from it.
class ChartWriter {
 public:
  ChartWriter(PageOutput& page, const std::vector<std::string>& headers, const CompareOptions& options,
              const LiveBanner* live)
      : page_(page), headers_(headers), options_(options), live_(live) {}

  void append(const Comparison::Curve& curve, bool is_in_open_panel) {
    std::string& out = page_.text;
    read(curve);
    const std::string_view x_name = curve.axis.empty() ? "step" : curve.axis;
    const std::size_t elements = 30 + drawn_;
    const bool waits = !is_in_open_panel || elements > room_;
    if (!waits) room_ -= elements;
    out += waits ? "<figure class=\"chart waits\"" : "<figure class=chart";
    if (!curve.axis.empty()) append_html_attribute(out, "data-axis", curve.axis);
    out += "><figcaption>";
    append_html(out, curve.metric);
    out += "</figcaption>";
    if (!box_.y.any) out += "<p class=notice>No value of it is a finite number: there is nothing to draw.</p>";
    if (waits) out += "<noscript>";
    append_svg(curve, x_name);
    out += "<details class=figures><summary>Last, least and greatest</summary>";
    if (!waits) out += "<noscript>";
    append_curve_summary(out, headers_, curve, live_);
    if (!waits) out += "</noscript>";
    out += "</details>";
    append_data(curve);
    if (waits) out += "</noscript>";
    out += "</figure>\n";
    page_.pass_on();
  }

 private:
  /// The points of each run, and their ranges.
  void read(const Comparison::Curve& curve) {
    lines_.assign(curve.histories.size(), {});
    box_ = {};
    drawn_ = 0;
    for (std::size_t run = 0; run < lines_.size(); ++run) {
      if (curve.histories[run] == nullptr) continue;
      lines_[run] = chart_points(*curve.histories[run], curve.axis.empty() ? nullptr : curve.axis_histories[run]);
      for (const ChartPoint& point : lines_[run]) {
        box_.x.add(point.x);
        box_.y.add(point.y);
      }
      if (!lines_[run].empty()) ++drawn_;
    }
  }

  void append_svg(const Comparison::Curve& curve, std::string_view x_name) {
    std::string& out = page_.text;
    out += "<svg viewBox=\"0 0 640 280\" role=img";
    append_html_attribute(out, "aria-label", joined({curve.metric, " by ", x_name, ", ", counted(drawn_, "run")}));
    out += '>';
    ChartBox box = box_;
    box.x.widen();
    box.y.widen();
    if (box.y.any) append_chart_axes(out, box, x_name);
    constexpr std::size_t columns = 281;
    for (std::size_t run = 0; run < lines_.size(); ++run) {
      if (lines_[run].empty()) continue;
      append_chart_line(out, box, thinned_points(lines_[run], box.x.low, box.x.high, columns), run);
      page_.pass_on();
    }
    out += "</svg>";
  }

  void append_data(const Comparison::Curve& curve) {
    std::string& out = page_.text;
    out += "<script type=\"application/json\">[";
    bool is_first = true;
    for (std::size_t run = 0; run < lines_.size(); ++run) {
      if (lines_[run].empty()) continue;
      if (!is_first) out += ',';
      is_first = false;
      const std::size_t columns = options_.full_curves ? lines_[run].size() : std::size_t{500};
      append_curve_data(out, lines_[run], thinned_points(lines_[run], box_.x.low, box_.x.high, columns), run,
                        earliest_time(*curve.histories[run]), point_count(*curve.histories[run], lines_[run].size(), live_));
      page_.pass_on();
    }
    out += "]</script>";
  }

  PageOutput& page_;
  const std::vector<std::string>& headers_;
  const CompareOptions& options_;
  const LiveBanner* live_;
  std::size_t room_ = 8000;  // for elements
  std::vector<std::vector<ChartPoint>> lines_;
  ChartBox box_;
  std::size_t drawn_ = 0;
};

inline void append_curves(PageOutput& page, const Comparison& comparison, const std::vector<std::string>& headers,
                          const CompareOptions& options, std::size_t number, const LiveBanner* live = nullptr) {
  begin_section(page.text, "curves", number, "Curves", counted(comparison.curves().size(), "metric") + " by step");
  append_legend(page.text, comparison, [](std::size_t) { return true; });
  ChartWriter writer(page, headers, options, live);
  for (const CurvePanel& panel : curve_panels(comparison)) {
    begin_curve_panel(page.text, panel);
    for (const Comparison::Curve* curve : panel.curves) writer.append(*curve, panel.is_open);
    end_curve_panel(page.text, panel);
  }
  page.text += "</details></section>\n";
}

}  // namespace erm::detail

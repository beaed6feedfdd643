// The curves of the page: one chart for each metric with the curves of all runs, as SVG that needs no script.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/comparison.hpp"
#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/page/output.hpp"
#include "erm/detail/page/tables.hpp"
#include "erm/detail/plotly/axis.hpp"
#include "erm/detail/plotly/svg_parts.hpp"
#include "erm/metric_history.hpp"

namespace erm::detail {

struct ChartPoint {
  double x = 0, y = 0;
  double seconds = 0;  // since the earliest point of its history
};

/// The range of values that are finite.
struct ChartRange {
  double low = 0, high = 0;
  bool any = false;

  void add(double value) {
    if (!is_finite(value)) return;
    low = any ? (std::min)(low, value) : value;
    high = any ? (std::max)(high, value) : value;
    any = true;
  }
  /// Makes an empty range wider, so that its width can be a divisor.
  void widen() {
    if (!any) high = 1;
    const double room = (std::max)(std::fabs(low), std::fabs(high));
    if (high - low > room * 1e-12) return;
    low -= room > 0 ? room * 0.1 : 1;
    high += room > 0 ? room * 0.1 : 1;
  }
};

/// The x of each step: the step itself, or the value of `axis` that was logged last at that step or before it. NaN
/// before its first value.
class ChartAxis {
 public:
  explicit ChartAxis(const MetricHistory* axis) : has_axis_(axis != nullptr) {
    if (!has_axis_) return;
    for (const MetricPoint& point : axis->points()) points_.emplace_back(point.step, point.value);
    std::stable_sort(points_.begin(), points_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  }
  [[nodiscard]] double x_of(std::int64_t step) const {
    if (!has_axis_) return static_cast<double>(step);
    const auto after = std::upper_bound(points_.begin(), points_.end(), step,
                                        [](std::int64_t wanted, const auto& point) { return wanted < point.first; });
    return after == points_.begin() ? not_a_number() : std::prev(after)->second;
  }

 private:
  bool has_axis_;
  std::vector<std::pair<std::int64_t, double>> points_;
};

/// From which the time of each point counts. Not always that of the first point: a clock may be set back, and points of
/// several writers follow one another.
inline TimePoint earliest_time(const MetricHistory& history) {
  TimePoint earliest = history.first().time;
  for (const MetricPoint& point : history.points()) earliest = (std::min)(earliest, point.time);
  return earliest;
}

/// The points of a history that count, ordered by x. A point without an x is left out.
inline std::vector<ChartPoint> chart_points(const MetricHistory& history, const MetricHistory* axis = nullptr) {
  if (history.repeats_steps()) return chart_points(history.counted(), axis);
  const ChartAxis axis_values(axis);
  std::vector<ChartPoint> points;
  points.reserve(history.size());
  bool sorted = true;
  const TimePoint earliest = history.empty() ? TimePoint() : earliest_time(history);
  for (const MetricPoint& point : history.points()) {
    const double x = axis_values.x_of(point.step);
    if (!is_finite(x)) continue;
    sorted = sorted && (points.empty() || points.back().x <= x);
    points.push_back({x, point.value, std::chrono::duration<double>(point.time - earliest).count()});
  }
  if (!sorted)
    std::stable_sort(points.begin(), points.end(), [](const ChartPoint& a, const ChartPoint& b) { return a.x < b.x; });
  return points;
}

/// The first, lowest, highest and last point in each of `columns` equal parts of [low, high], and one NaN for each gap.
/// The line through these points looks like the line through all.
inline std::vector<ChartPoint> thinned_points(const std::vector<ChartPoint>& points, double low, double high,
                                              std::size_t columns) {
  if (points.size() <= columns * 4 || !(high > low)) return points;
  std::vector<ChartPoint> out;
  const double scale = static_cast<double>(columns) / (high - low);
  for (std::size_t i = 0; i < points.size();) {
    if (is_nan(points[i].y)) {
      if (!out.empty() && !is_nan(out.back().y)) out.push_back(points[i]);
      ++i;
      continue;
    }
    const double column = std::floor((points[i].x - low) * scale);
    const double column_end = low + (column + 1) / scale;
    std::size_t least = i, greatest = i, end = i + 1;
    for (; end < points.size() && points[end].x < column_end && !is_nan(points[end].y); ++end) {
      if (points[end].y < points[least].y) least = end;
      if (points[end].y > points[greatest].y) greatest = end;
    }
    std::size_t chosen[] = {i, (std::min)(least, greatest), (std::max)(least, greatest), end - 1};
    for (std::size_t k = 0; k < 4; ++k)
      if (k == 0 || chosen[k] != chosen[k - 1]) out.push_back(points[chosen[k]]);
    i = end;
  }
  return out;
}

/// The areas of a chart, in pixels of its viewBox.
struct ChartBox {
  static constexpr double width = 640, height = 280, left = 64, right = 14, top = 10, bottom = 34;
  ChartRange x, y;

  [[nodiscard]] double x_of(double value) const {
    return left + (value - x.low) / (x.high - x.low) * (width - left - right);
  }
  [[nodiscard]] double y_of(double value) const {
    return top + (y.high - value) / (y.high - y.low) * (height - top - bottom);
  }
};

inline void append_chart_text(std::string& out, double x, double y, std::string_view anchor, std::string_view text) {
  out += "<text";
  append_attribute(out, "x", x);
  append_attribute(out, "y", y);
  out += " text-anchor=\"";
  out += anchor;
  out += "\">";
  append_html(out, text);
  out += "</text>";
}

/// Draws the grid, the numbers of both axes, and the name of the x axis below them.
inline void append_chart_axes(std::string& out, const ChartBox& box, std::string_view x_name) {
  const auto each_tick = [](const ChartRange& range, int wanted, auto&& draw) {
    const double step = nice_step((range.high - range.low) / wanted);
    const double last = range.high + step * 1e-9;
    if (!(step > 0) || !is_finite(step) || range.low + step == range.low) return;
    for (double i = std::ceil(range.low / step - 1e-9); i * step <= last; ++i)
      draw(i * step, tick_label(i * step, step));
  };
  out += "<g class=\"grid\">";
  each_tick(box.y, 5, [&](double value, std::string_view label) {
    const double y = box.y_of(value);
    out += "<path d=\"M";
    append_coordinate(out, ChartBox::left);
    out += ' ';
    append_coordinate(out, y);
    out += 'H';
    append_coordinate(out, ChartBox::width - ChartBox::right);
    out += "\"/>";
    append_chart_text(out, ChartBox::left - 8, y + 4, "end", label);
  });
  each_tick(box.x, 7, [&](double value, std::string_view label) {
    append_chart_text(out, box.x_of(value), ChartBox::height - ChartBox::bottom + 16, "middle", label);
  });
  append_chart_text(out, (ChartBox::left + ChartBox::width - ChartBox::right) / 2, ChartBox::height - 4, "middle",
                    x_name);
  out += "</g>";
}

/// Draws the line of one run; a single point between gaps becomes a dot.
inline void append_chart_line(std::string& out, const ChartBox& box, const std::vector<ChartPoint>& points,
                              std::size_t run) {
  out += "<path class=\"line r";
  append_integer(out, run % 8);
  out += " h";
  append_integer(out, run % 5);
  out += "\" data-run=\"";
  append_integer(out, run);
  out += "\" d=\"";
  bool pen_down = false;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!is_finite(points[i].y)) {
      pen_down = false;
      continue;
    }
    out += pen_down ? 'L' : 'M';
    append_coordinate(out, box.x_of(points[i].x));
    out += ' ';
    append_coordinate(out, box.y_of(points[i].y));
    const bool ends = i + 1 == points.size() || !is_finite(points[i + 1].y);
    if (!pen_down && ends) out += "h0";
    pen_down = true;
  }
  out += "\"/>";
}

/// Appends the base64 of the numbers as little-endian 32-bit floats, which the page's script reads fastest.
template <class Get>
void append_float32(std::string& out, const std::vector<ChartPoint>& points, const Get& get) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(points.size() * 4);
  for (const ChartPoint& point : points) {
    const auto number = static_cast<float>(get(point));
    std::uint32_t bits = 0;
    std::memcpy(&bits, &number, sizeof bits);
    for (unsigned shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::uint8_t>(bits >> shift));
  }
  out += '"';
  append_base64(out, bytes.data(), bytes.size());
  out += '"';
}

/// The points of one run for the script. Regular steps are written as a start and a stride, others as offsets from the
/// start. The text is numbers and base64, so nothing in it needs to be escaped.
inline void append_curve_data(std::string& out, const std::vector<ChartPoint>& points, std::size_t run,
                              TimePoint first_time) {
  out += "{\"run\":";
  append_integer(out, run);
  out += ",\"t0\":";
  append_integer(out, std::chrono::duration_cast<std::chrono::milliseconds>(first_time.time_since_epoch()).count());
  out += ",\"x0\":";
  append_floating(out, points[0].x);
  const double stride = points.size() > 1 ? points[1].x - points[0].x : 1;
  bool regular = true;
  for (std::size_t i = 1; i < points.size() && regular; ++i) regular = points[i].x - points[i - 1].x == stride;
  if (regular) {
    out += ",\"dx\":";
    append_floating(out, stride);
  } else {
    out += ",\"x\":";
    append_float32(out, points, [&](const ChartPoint& point) { return point.x - points[0].x; });
  }
  out += ",\"t\":";
  append_float32(out, points, [](const ChartPoint& point) { return point.seconds; });
  out += ",\"y\":";
  append_float32(out, points, [](const ChartPoint& point) { return point.y; });
  out += '}';
}

/// A table of the last, least and greatest value of each run, with their steps.
inline void append_curve_summary(std::string& out, const std::vector<std::string>& headers,
                                 const Comparison::Curve& curve) {
  out += "<details class=figures><summary>Last, least and greatest</summary><div class=scroll tabindex=0 role=region";
  append_html_attribute(out, "aria-label", std::string(curve.metric) + ": last, least and greatest");
  out +=
      "><table><thead><tr><th scope=col>Run<th scope=col>Points<th scope=col>Last<th scope=col>at step"
      "<th scope=col>Least<th scope=col>at step<th scope=col>Greatest<th scope=col>at step<tbody>\n";
  for (std::size_t run = 0; run < curve.histories.size(); ++run) {
    const MetricHistory* const history = curve.histories[run];
    if (history == nullptr || history->empty()) continue;
    out += "<tr><th scope=row";
    out += headers[run];
    out += "<td class=n>";
    append_integer(out, history->size());
    const auto add_point = [&](const MetricPoint& point) {
      std::string exact;
      append_floating(exact, point.value);
      out += "<td class=n title=" + exact + ">";
      const double size = std::fabs(point.value);
      append_six_digits(out, exact, point.value != 0 && (size < 1e-4 || size >= 1e6));
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
  out += "</table></div></details>";
}

inline void append_chart(PageOutput& page, const std::vector<std::string>& headers, const Comparison::Curve& curve,
                         const CompareOptions& options) {
  std::string& out = page.text;
  std::vector<std::vector<ChartPoint>> lines(curve.histories.size());
  ChartBox box;
  std::size_t drawn = 0;
  for (std::size_t run = 0; run < lines.size(); ++run) {
    if (curve.histories[run] == nullptr) continue;
    lines[run] = chart_points(*curve.histories[run], curve.axis.empty() ? nullptr : curve.axis_histories[run]);
    for (const ChartPoint& point : lines[run]) {
      box.x.add(point.x);
      box.y.add(point.y);
    }
    if (!lines[run].empty()) ++drawn;
  }
  const bool has_values = box.y.any;
  box.x.widen();
  box.y.widen();
  const std::string_view x_name = curve.axis.empty() ? "step" : curve.axis;
  out += "<figure class=chart";
  if (!curve.axis.empty()) append_html_attribute(out, "data-axis", curve.axis);
  out += "><figcaption>";
  append_html(out, curve.metric);
  out += "</figcaption>";
  if (!has_values) out += "<p class=notice>No value of it is a finite number: there is nothing to draw.</p>";
  out += "<svg viewBox=\"0 0 640 280\" role=img";
  append_html_attribute(out, "aria-label", std::string(curve.metric) + " by " + std::string(x_name) + ", " + counted(drawn, "run"));
  out += '>';
  if (has_values) append_chart_axes(out, box, x_name);
  for (std::size_t run = 0; run < lines.size(); ++run) {
    if (lines[run].empty()) continue;
    append_chart_line(out, box, thinned_points(lines[run], box.x.low, box.x.high, 281), run);
    page.pass_on();
  }
  out += "</svg>";
  append_curve_summary(out, headers, curve);
  out += "<script type=\"application/json\">[";
  bool is_first = true;
  for (std::size_t run = 0; run < lines.size(); ++run) {
    if (lines[run].empty()) continue;
    if (!is_first) out += ',';
    is_first = false;
    const std::size_t columns = options.full_curves ? lines[run].size() : std::size_t{500};
    append_curve_data(out, thinned_points(lines[run], box.x.low, box.x.high, columns), run,
                      earliest_time(*curve.histories[run]));
    page.pass_on();
  }
  out += "]</script>";
  out += "</figure>\n";
  page.pass_on();
}

inline void append_curves(PageOutput& page, const Comparison& comparison, const std::vector<std::string>& headers,
                          const CompareOptions& options, std::size_t number) {
  begin_section(page.text, "curves", number, "Curves", counted(comparison.curves().size(), "metric") + " by step");
  append_legend(page.text, comparison, [](std::size_t) { return true; });
  page.text += "<div class=charts>\n";
  for (const Comparison::Curve& curve : comparison.curves()) append_chart(page, headers, curve, options);
  page.text += "</div></details></section>\n";
}

}  // namespace erm::detail

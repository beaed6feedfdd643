// Reads boxes, violins, candlesticks and pies.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/chart/dash.hpp"
#include "erm/detail/plotly/read_bars.hpp"

namespace erm::detail {

/// The columns of boxes: the values, and what they stand at, whose texts or numbers may be missing.
inline void read_box(PlotlyTrace& trace, const PlotlyAttributes& attributes, PlotlyLeftOut& left_out) {
  const bool is_violin = trace.kind == PlotlyTrace::Kind::violin;
  const std::string_view orientation = attributes.text("orientation");
  const auto list = [&](const char* name) { return attributes.numbers(name).values; };
  if (!is_violin) {
    trace.q1 = list("q1");
    trace.median = list("median");
    trace.q3 = list("q3");
    trace.low_fence = list("lowerfence");
    trace.high_fence = list("upperfence");
    trace.mean = list("mean");
    trace.has_statistics = !trace.q1.empty() && !trace.median.empty() && !trace.q3.empty();
    for (const char* const name : {"sd", "notchspan"})
      if (!attributes.numbers(name).empty()) left_out.add(std::string(name) + " of a box");
    if (attributes.flag("notched") ||
        (attributes.peek("notchwidth") != nullptr && attributes.peek("notched") == nullptr))
      left_out.add("notched");
    attributes.ignore("notchwidth");
    const std::string_view method = attributes.text("quartilemethod");
    if (!method.empty()) trace.quartile_method = method;
    const Json* const mean = attributes.at("boxmean");
    trace.shows_mean = is_true(mean) || text_of(mean) == "sd" || (mean == nullptr && !trace.mean.empty());
    if (text_of(mean) == "sd") left_out.add("boxmean 'sd'");
    trace.whisker_width = attributes.number("whiskerwidth", 0.5, 0, 1);
    if (attributes.at("showwhiskers") != nullptr && is_false(attributes.at("showwhiskers")))
      left_out.add("showwhiskers");
    if (attributes.text("sizemode") == "sd") left_out.add("sizemode 'sd'");
    attributes.ignore("sdmultiple");
  } else {
    trace.bandwidth = attributes.number("bandwidth");
    if (const std::string_view mode = attributes.text("spanmode"); !mode.empty()) trace.span_mode = mode;
    const std::vector<double> span = list("span");
    if (span.size() == 2) {
      trace.span_low = span[0];
      trace.span_high = span[1];
      if (attributes.peek("spanmode") == nullptr) trace.span_mode = "manual";
    }
    if (const std::string_view side = attributes.text("side"); !side.empty()) trace.side = side;
    trace.scales_by_count = attributes.text("scalemode") == "count";
    trace.scale_group = attributes.text("scalegroup");
    trace.shows_box = attributes.flag("box.visible");
    attributes.ignore("box");
    trace.shows_mean = attributes.flag("meanline.visible");
    attributes.ignore("meanline");
    const std::string_view method = attributes.text("quartilemethod");
    if (!method.empty()) trace.quartile_method = method;
  }
  trace.is_horizontal =
      orientation == "h" || (orientation.empty() && trace.y.size() == 0 && trace.x.size() > 0 && !trace.has_statistics);
  if (trace.has_statistics && orientation.empty()) trace.is_horizontal = trace.x.size() == 0 && trace.y.size() > 0;
  read_groups(trace, attributes);
  const char* const key = is_violin ? "points" : "boxpoints";
  const Json* const points = attributes.at(key);
  trace.points = is_false(points)                           ? "none"
                 : points != nullptr && points->is_string() ? std::string(text_of(points))
                                                            : "outliers";
  if (trace.points == "suspectedoutliers") trace.points = "outliers";
  trace.jitter = attributes.number("jitter");
  trace.point_place = attributes.number("pointpos");
  trace.box_width = attributes.number("width");
  if (trace.box_width && !(*trace.box_width > 0)) trace.box_width.reset();
  const char* const at = trace.is_horizontal ? "y0" : "x0";
  PlotlyColumn& along = trace.is_horizontal ? trace.y : trace.x;
  const std::size_t size = trace.has_statistics  ? trace.median.size()
                           : trace.is_horizontal ? trace.x.size()
                                                 : trace.y.size();
  if (const Json* const place = attributes.at(at); place != nullptr && along.size() == 0 && !place->is_structured()) {
    const auto number = number_of(place);
    along.numbers.assign(size, number.value_or(no_number()));
    if (place->is_string()) along.texts.assign(size, label_of(*place));
  }
  if (along.size() == 0) {  // a box without a place stands at the name of its trace
    const std::string& name = trace.name.empty() ? trace.default_name : trace.name;
    along.numbers.assign(size, parse_number(name).value_or(no_number()));
    along.texts.assign(size, name);
  }
  if (trace.has_statistics && attributes.at(trace.is_horizontal ? "dy" : "dx") != nullptr)
    left_out.add("the step between boxes");
  trace.line_width = attributes.number("line.width", 2, 0, 20);
  const std::string line = attributes.color("line.color");
  if (!line.empty()) trace.color = line;
  trace.fill_color = attributes.color("fillcolor");
  trace.marker_size = attributes.number("marker.size", 6, 0, 100);
  trace.marker_line_color = attributes.color("marker.color");
  for (const char* const name : {"outliercolor", "line.outliercolor", "line.outlierwidth", "opacity"})
    attributes.ignore(std::string("marker.") + name);
  if (trace.points != "none") trace.symbols = attributes.texts("marker.symbol");
  attributes.ignore("marker.symbol");
  if (attributes.number("marker.line.width").value_or(0) == 0) attributes.ignore("marker.line");
  attributes.ignore("text");  // of points, shown by the mouse
}

inline void read_candles(PlotlyTrace& trace, const PlotlyAttributes& attributes) {
  trace.open = attributes.column("open").numbers;
  trace.high = attributes.column("high").numbers;
  trace.low = attributes.column("low").numbers;
  trace.close = attributes.column("close").numbers;
  const auto color = [&](const char* name, const char* otherwise) {
    const std::string own = attributes.color(name);
    return own.empty() ? std::string(otherwise) : own;
  };
  trace.rising_color = color("increasing.line.color", "#3D9970");
  trace.falling_color = color("decreasing.line.color", "#FF4136");
  for (const char* const name : {"increasing.fillcolor", "decreasing.fillcolor", "text"}) attributes.ignore(name);
  trace.line_width = attributes.number("line.width", 2, 0, 20);
  trace.dash = dash_of(attributes.text("line.dash"));
  if (trace.kind == PlotlyTrace::Kind::ohlc)
    trace.tick_width = attributes.number("tickwidth", 0.3, 0, 0.5);
  else
    trace.whisker_width = attributes.number("whiskerwidth", 0, 0, 1);
}

inline void read_pie(PlotlyTrace& trace, const PlotlyAttributes& attributes, const Json* layout,
                     PlotlyLeftOut& left_out) {
  const PlotlyPerPoint<std::string> labels = attributes.texts("labels"), texts = attributes.texts("text");
  const Json* const list = attributes.at("values");
  PlotlyColumn values = column_of(list, "values");
  const double first = attributes.number("label0").value_or(0), step = attributes.number("dlabel").value_or(1);
  const std::size_t size = list == nullptr  ? labels.values.size()
                           : labels.empty() ? values.size()
                                            : (std::min)(values.size(), labels.values.size());
  const PlotlyPerPoint<std::string> colors = attributes.texts("marker.colors");
  const PlotlyPerPoint<double> pulls = attributes.numbers("pull");
  std::vector<std::string> of_layout;
  for (const Json* const way :
       {member(layout, "piecolorway"), member(layout, "colorway"), member(layout, "template", "layout", "colorway")}) {
    if (way == nullptr || !way->is_array() || way->empty()) continue;
    for (const Json& color : *way)
      of_layout.push_back(is_color(text_of(&color)) ? std::string(text_of(&color)) : "#888");
    break;
  }
  if (of_layout.empty())
    of_layout = {"#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd",
                 "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"};
  std::vector<std::string> hidden;
  if (const Json* const names = member(layout, "hiddenlabels"); names != nullptr && names->is_array())
    for (const Json& name : *names) hidden.push_back(label_of(name));
  std::map<std::string, std::size_t> known;
  std::vector<std::string> own_texts;
  for (std::size_t i = 0; i < size; ++i) {
    const double value = list == nullptr ? 1 : values.numbers[i];
    if (!is_finite(value) || value < 0) continue;
    std::string label = labels.empty() ? std::string() : labels.at(i, {});
    if (labels.empty()) append_floating(label, first + static_cast<double>(i) * step);
    if (label.empty()) append_integer(label, i);
    const auto [found, is_new] = known.try_emplace(label, trace.labels.size());
    if (!is_new) {
      trace.values[found->second] += value;
      continue;
    }
    if (trace.labels.size() >= 2000) {
      left_out.add("the slices after the first 2,000");
      break;
    }
    trace.labels.push_back(label);
    trace.values.push_back(value);
    trace.pulls.push_back(std::clamp(pulls.at(i, 0), 0.0, 1.0));
    const std::string color = colors.at(i, {});
    trace.point_colors.push_back(is_color(color) ? color : of_layout[found->second % of_layout.size()]);
    own_texts.push_back(texts.at(i, {}));
  }
  for (const std::string& name : hidden)
    if (const auto found = known.find(name); found != known.end()) trace.values[found->second] = 0;
  trace.is_sorted = attributes.flag("sort", true);
  trace.is_clockwise = attributes.text("direction") == "clockwise";
  trace.hole = attributes.number("hole", 0, 0, 1);
  trace.rotation = attributes.number("rotation", 0, -360, 360);
  const char* const sides[] = {"domain.x", "domain.y"};
  for (std::size_t i = 0; i < 2; ++i) {
    const std::vector<double> part = attributes.numbers(sides[i]).values;
    if (part.size() != 2 || !(part[0] < part[1])) continue;
    trace.domain[2 * i] = std::clamp(part[0], 0.0, 1.0);
    trace.domain[2 * i + 1] = std::clamp(part[1], 0.0, 1.0);
  }
  attributes.ignore("domain.row");
  attributes.ignore("domain.column");
  if (attributes.is_own("domain.row") || attributes.is_own("domain.column")) left_out.add("the grid place of a pie");
  if (!attributes.text("scalegroup").empty()) left_out.add("scalegroup of a pie");
  if (!title_of(attributes.at("title")).empty()) left_out.add("the title of a pie");
  for (const char* const name :
       {"title.position", "insidetextorientation", "automargin", "marker.line", "textposition"})
    attributes.ignore(name);

  std::string info(attributes.text("textinfo"));
  const std::string pattern = repaired_utf8(attributes.text("texttemplate"));
  if (attributes.peek("textinfo") == nullptr) info = texts.empty() ? "percent" : "text+percent";
  double sum = 0;
  for (const double value : trace.values) sum += value;
  if (!is_finite(sum)) throw UndrawableFigure("its numbers are too large to be drawn");
  bool is_whole = true;
  for (std::size_t i = 0; i < trace.values.size(); ++i) {
    const double share = sum > 0 ? trace.values[i] / sum : 0;
    const std::string percent =
        without_last_zeros(fixed_text(share * 100, 2 - decimal_exponent((std::max)(share * 100, 1e-3)))) + "%";
    const auto value_of = [&](std::string_view name, std::string_view format) -> std::optional<std::string> {
      if (!format.empty() && !formatted_number(1, format)) return std::nullopt;
      if (name == "label") return trace.labels[i];
      if (name == "text") return own_texts[i];
      if (name == "value")
        return format.empty() ? short_number(trace.values[i]) : *formatted_number(trace.values[i], format);
      if (name == "percent") return format.empty() ? percent : *formatted_number(share, format);
      return std::nullopt;
    };
    std::string text;
    if (!pattern.empty()) {
      text = filled_template(pattern, value_of, is_whole);
    } else {
      for (const std::string_view part : {"label", "text", "value", "percent"}) {
        if (info.find(part) == std::string::npos) continue;
        const std::string value = value_of(part, {}).value_or("");
        if (!value.empty()) text += (text.empty() ? "" : "\n") + value;
      }
    }
    trace.texts.push_back(title_of_text(text));
  }
  if (!is_whole) left_out.add("a part of texttemplate");
}

}  // namespace erm::detail

// The shapes of a layout: lines, rectangles, ellipses and paths, each on axes or on shares of the plot. Those that plotly
// for Python calls hline, vline, hrect and vrect are of these.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/chart/dash.hpp"
#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/plotly/axes.hpp"
#include "erm/detail/plotly/figure.hpp"
#include "erm/detail/plotly/layout_keys.hpp"

namespace erm::detail {

inline constexpr std::size_t max_shapes = 500;  // and as many annotations

/// Where `ref` ("x2", "paper", "y domain") puts `value`; nothing where the figure has no such axis or value.
inline std::optional<PlotlyCoordinate> read_coordinate(const PlotlyAxes& axes, const Json* value, std::string_view ref,
                                                       char letter) {
  PlotlyCoordinate out;
  if (ref == "paper") {
    out.is_share = true;
    out.value = number_of(value).value_or(no_number());
  } else {
    const std::size_t blank = ref.find(' ');
    out.is_share = blank != std::string_view::npos && ref.substr(blank) == " domain";
    ref = ref.substr(0, blank);
    const std::string_view number = ref.substr((std::min<std::size_t>)(1, ref.size()));
    if (!ref.empty() && (ref[0] != letter || number.find_first_not_of("0123456789") != std::string_view::npos))
      return std::nullopt;
    out.axis = axis_id(ref, letter);
    const PlotlyAxis* axis = axes.find(out.axis);
    if (axis == nullptr) return std::nullopt;
    out.value = out.is_share ? number_of(value).value_or(no_number()) : axis->place_of(value);
  }
  if (!is_finite(out.value)) return std::nullopt;
  return out;
}

/// The commands of a path on the axes, of which all have absolute places; nothing where it has others.
inline std::optional<std::vector<std::pair<char, std::vector<double>>>> read_path(std::string_view text,
                                                                                const PlotlyAxis* x, const PlotlyAxis* y) {
  std::vector<std::pair<char, std::vector<double>>> commands;
  if (text.size() > 20000) return std::nullopt;
  const auto is_command = [](char c) { return std::string_view("MLHVQCTSZ").find(c) != std::string_view::npos; };
  std::size_t i = 0;
  while (i < text.size()) {
    const char c = text[i];
    if (c == ' ' || c == ',' || c == '\n') {
      ++i;
    } else if (is_command(c) && (c != 'T' || i == 0 || text[i - 1] < '0' || text[i - 1] > '9')) {
      commands.emplace_back(c, std::vector<double>());
      ++i;
    } else if (commands.empty()) {
      return std::nullopt;
    } else {
      // A value: a number, or a date with "_" for the blank. T is a part of a date behind a digit.
      std::size_t end = i;
      while (end < text.size() && text[end] != ' ' && text[end] != ',' &&
             (!is_command(text[end]) || (text[end] == 'T' && end > i && text[end - 1] >= '0' && text[end - 1] <= '9')))
        ++end;
      if (end == i) return std::nullopt;
      auto& [command, values] = commands.back();
      const bool is_x = command == 'H' || (command != 'V' && values.size() % 2 == 0);
      std::string value(text.substr(i, end - i));
      std::replace(value.begin(), value.end(), '_', ' ');
      const PlotlyAxis* const axis = is_x ? x : y;
      const auto number = parse_number(value);
      const double place = axis == nullptr ? number.value_or(no_number())
                           : number        ? axis->place(*number)
                                           : axis->place_of_text(value);
      if (!is_finite(place)) return std::nullopt;
      values.push_back(place);
      i = end;
    }
  }
  static constexpr std::string_view letters = "MLHVQCTSZ";
  static constexpr std::size_t counts[] = {2, 2, 1, 1, 4, 6, 2, 4, 0};
  for (const auto& [command, values] : commands) {
    const std::size_t count = counts[letters.find(command)];
    if (count == 0 ? !values.empty() : values.empty() || values.size() % count != 0) return std::nullopt;
  }
  if (commands.empty() || commands[0].first != 'M') return std::nullopt;
  return commands;
}

inline void widen_by_shape(PlotlyFigure& figure, const PlotlyCoordinate& at, double value, double line_width) {
  if (at.axis.empty() || at.is_share) return;
  const auto widen = [&](PlotlyFigure& panel) {
    for (PlotlyAxis* axis : {&panel.x, &panel.y})
      if (axis->id == at.axis) axis->widen(value, PlotlyRoom{line_width / 2, false});
  };
  widen(figure);
  for (PlotlyFigure& panel : figure.panels) widen(panel);
}

inline std::optional<PlotlyShape> read_shape(PlotlyFigure& figure, const PlotlyAxes& axes, const Json* json) {
  PlotlyShape shape;
  const std::string_view type = text_of(member(json, "type")), path = text_of(member(json, "path"));
  using Kind = PlotlyShape::Kind;
  shape.kind = type == "line"                                      ? Kind::line
               : type == "circle"                                  ? Kind::ellipse
               : type == "path" || (type.empty() && !path.empty()) ? Kind::path
                                                                   : Kind::rectangle;
  const std::string_view x_ref = text_of(member(json, "xref")), y_ref = text_of(member(json, "yref"));
  const auto at = [&](const char* key, std::string_view ref, char letter) {
    return read_coordinate(axes, member(json, key), ref, letter);
  };
  if (text_of(member(json, "xsizemode")) == "pixel" || text_of(member(json, "ysizemode")) == "pixel") return std::nullopt;
  shape.line_width = std::clamp(number_of(member(json, "line", "width")).value_or(2), 0.0, 40.0);
  shape.dash = dash_of(text_of(member(json, "line", "dash")));
  shape.color = read_color(member(json, "line", "color"));
  shape.fill = read_color(member(json, "fillcolor"));
  if (shape.kind == Kind::line) shape.fill.clear();
  shape.opacity = std::clamp(number_of(member(json, "opacity")).value_or(1), 0.0, 1.0);
  const std::string_view layer = text_of(member(json, "layer"));
  shape.is_below = layer == "below" || layer == "between";
  if (shape.kind == Kind::path) {
    const Json zero = 0;
    const auto x = read_coordinate(axes, &zero, x_ref.empty() ? "x" : x_ref, 'x');
    const auto y = read_coordinate(axes, &zero, y_ref.empty() ? "y" : y_ref, 'y');
    PlotlyCoordinate x_at, y_at;  // zero may have no place, so that the axes are looked up by themselves
    x_at.axis = x ? x->axis : axis_id(x_ref, 'x');
    y_at.axis = y ? y->axis : axis_id(y_ref, 'y');
    x_at.is_share = x && x->is_share;
    y_at.is_share = y && y->is_share;
    shape.x0 = shape.x1 = x_at;
    shape.y0 = shape.y1 = y_at;
    const PlotlyAxis *x_axis = x_at.is_share ? nullptr : axes.find(x_at.axis), *y_axis = y_at.is_share ? nullptr : axes.find(y_at.axis);
    if ((!x_at.is_share && x_axis == nullptr) || (!y_at.is_share && y_axis == nullptr)) return std::nullopt;
    auto commands = read_path(path, x_axis, y_axis);
    if (!commands) return std::nullopt;
    shape.commands = std::move(*commands);
    for (const auto& [command, values] : shape.commands)
      for (std::size_t i = 0; i < values.size(); ++i) {
        const bool is_x = command == 'H' || (command != 'V' && i % 2 == 0);
        widen_by_shape(figure, is_x ? shape.x0 : shape.y0, values[i], shape.line_width);
      }
    return shape;
  }
  const auto x0 = at("x0", x_ref, 'x'), x1 = at("x1", x_ref, 'x'), y0 = at("y0", y_ref, 'y'), y1 = at("y1", y_ref, 'y');
  if (!x0 || !x1 || !y0 || !y1) return std::nullopt;
  shape.x0 = *x0;
  shape.x1 = *x1;
  shape.y0 = *y0;
  shape.y1 = *y1;
  for (const PlotlyCoordinate* end : {&shape.x0, &shape.x1, &shape.y0, &shape.y1})
    widen_by_shape(figure, *end, end->value, shape.line_width);
  return shape;
}

inline void read_shapes(PlotlyFigure& figure, const PlotlyAxes& axes, const Json* layout) {
  const Json* shapes = member(layout, "shapes");
  if (shapes == nullptr || !shapes->is_array()) return;
  for (const Json& json : *shapes) {
    if (!json.is_object() || is_false(member(&json, "visible"))) continue;
    if (figure.shapes.size() == max_shapes) {
      figure.leave_out("shapes beyond the first " + std::to_string(max_shapes));
      return;
    }
    auto shape = read_shape(figure, axes, &json);
    if (shape)
      figure.shapes.push_back(std::move(*shape));
    else
      figure.leave_out("a shape");
    each_unknown(&json,
                 "type x0 x1 y0 y1 xref yref path line fillcolor opacity layer xsizemode ysizemode xanchor yanchor "
                 "name templateitemname editable fillrule legend legendgroup legendgrouptitle legendrank legendwidth",
                 [&](const std::string& key, const Json&) {
                   figure.leave_out(key == "label" ? "the labels of shapes"
                                                   : "'" + repaired_utf8(std::string_view(key).substr(0, 40)) + "' of shapes");
                 });
  }
}

}  // namespace erm::detail

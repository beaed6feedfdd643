// The shapes of markers: the common ones of plotly, filled or open.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/base/number_text.hpp"
#include "erm/detail/chart/svg_parts.hpp"

namespace erm::detail {

struct PlotlySymbol {
  std::string_view name = "circle";
  bool is_open = false;  // only its outline is drawn
  bool is_known = true;  // otherwise it is drawn as a circle
  [[nodiscard]] bool is_lines() const {
    return name == "cross-thin" || name == "x-thin" || name == "asterisk" || name == "line-ew" || name == "line-ns";
  }
};

/// The symbol with plotly's name or number: "square-open", 101, "101".
inline PlotlySymbol symbol_named(std::string_view name) {
  static constexpr std::string_view names[] = {
      "circle",        "square",         "diamond",  "cross",    "x",        "triangle-up", "triangle-down",
      "triangle-left", "triangle-right", "pentagon", "hexagon",  "hexagon2", "star",        "diamond-tall",
      "diamond-wide",  "cross-thin",     "x-thin",   "asterisk", "line-ew",  "line-ns"};
  static constexpr int numbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 13, 14, 15, 17, 23, 24, 33, 34, 35, 41, 42};
  PlotlySymbol symbol;
  if (name.empty()) return symbol;
  if (const auto number = parse_number(name); number && *number >= 0 && *number < 400) {
    const int code = static_cast<int>(*number);
    symbol.is_open = code / 100 % 2 == 1;
    symbol.is_known = false;
    for (std::size_t i = 0; i < std::size(numbers); ++i)
      if (numbers[i] == code % 100) {
        symbol.name = names[i];
        symbol.is_known = code < 200;
      }
    return symbol;
  }
  constexpr std::string_view dot = "-dot", open = "-open";
  if (name.size() > dot.size() && name.substr(name.size() - dot.size()) == dot) {
    name.remove_suffix(dot.size());
    symbol.is_known = false;
  }
  if (name.size() > open.size() && name.substr(name.size() - open.size()) == open) {
    name.remove_suffix(open.size());
    symbol.is_open = true;
  }
  for (const std::string_view known : names)
    if (known == name) {
      symbol.name = known;
      return symbol;
    }
  symbol.is_known = false;
  return symbol;
}

/// Appends the outline of a symbol of radius `r` around `center`. A path begins with the centre, where nothing is
/// drawn.
inline void append_symbol(std::string& path, std::string_view name, const SvgPoint& center, double r) {
  const auto number = [&](double value) { append_coordinate(path, value); };
  append_point(path, 'M', center);
  if (name == "circle") {
    path += 'm';
    number(-r);
    path += " 0a";
    number(r);
    path += ' ';
    number(r);
    path += " 0 1 0 ";
    number(2 * r);
    path += " 0a";
    number(r);
    path += ' ';
    number(r);
    path += " 0 1 0 ";
    number(-2 * r);
    path += " 0z";
    return;
  }
  using Points = std::vector<SvgPoint>;
  const auto add = [&](const Points& points, bool is_closed) {
    for (std::size_t i = 0; i < points.size(); ++i)
      append_point(path, i == 0 ? 'M' : 'L', {center.x + points[i].x * r, center.y + points[i].y * r});
    if (is_closed) path += 'Z';
  };
  constexpr double third = 1.1547, half_root = 0.866;
  if (name == "square") add({{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}, true);
  if (name == "diamond") add({{1.3, 0}, {0, 1.3}, {-1.3, 0}, {0, -1.3}}, true);
  if (name == "diamond-tall") add({{0, 1.4}, {0.7, 0}, {0, -1.4}, {-0.7, 0}}, true);
  if (name == "diamond-wide") add({{0, 0.7}, {1.4, 0}, {0, -0.7}, {-1.4, 0}}, true);
  if (name == "cross")
    add({{1.2, 0.4},
         {0.4, 0.4},
         {0.4, 1.2},
         {-0.4, 1.2},
         {-0.4, 0.4},
         {-1.2, 0.4},
         {-1.2, -0.4},
         {-0.4, -0.4},
         {-0.4, -1.2},
         {0.4, -1.2},
         {0.4, -0.4},
         {1.2, -0.4}},
        true);
  if (name == "x") {
    constexpr double a = 0.5657;
    add({{0, a},
         {a, 2 * a},
         {2 * a, a},
         {a, 0},
         {2 * a, -a},
         {a, -2 * a},
         {0, -a},
         {-a, -2 * a},
         {-2 * a, -a},
         {-a, 0},
         {-2 * a, a},
         {-a, 2 * a}},
        true);
  }
  if (name == "triangle-up") add({{-third, 0.5}, {third, 0.5}, {0, -1}}, true);
  if (name == "triangle-down") add({{-third, -0.5}, {third, -0.5}, {0, 1}}, true);
  if (name == "triangle-left") add({{0.5, -third}, {0.5, third}, {-1, 0}}, true);
  if (name == "triangle-right") add({{-0.5, -third}, {-0.5, third}, {1, 0}}, true);
  if (name == "pentagon") add({{0.951, -0.309}, {0.588, 0.809}, {-0.588, 0.809}, {-0.951, -0.309}, {0, -1}}, true);
  if (name == "hexagon")
    add({{half_root, -0.5}, {half_root, 0.5}, {0, 1}, {-half_root, 0.5}, {-half_root, -0.5}, {0, -1}}, true);
  if (name == "hexagon2")
    add({{-0.5, half_root}, {0.5, half_root}, {1, 0}, {0.5, -half_root}, {-0.5, -half_root}, {-1, 0}}, true);
  if (name == "star")
    add({{0.315, -0.433},
         {1.331, -0.433},
         {0.508, 0.165},
         {0.823, 1.133},
         {0, 0.535},
         {-0.823, 1.133},
         {-0.508, 0.165},
         {-1.331, -0.433},
         {-0.315, -0.433},
         {0, -1.4}},
        true);
  const bool is_asterisk = name == "asterisk";
  if (name == "cross-thin" || is_asterisk) {
    const double a = is_asterisk ? 1.2 : 1.4;
    add({{0, a}, {0, -a}}, false);
    add({{a, 0}, {-a, 0}}, false);
  }
  if (name == "x-thin" || is_asterisk) {
    const double a = is_asterisk ? 0.85 : 1;
    add({{a, a}, {-a, -a}}, false);
    add({{a, -a}, {-a, a}}, false);
  }
  if (name == "line-ew") add({{1.4, 0}, {-1.4, 0}}, false);
  if (name == "line-ns") add({{0, 1.4}, {0, -1.4}}, false);
}

}  // namespace erm::detail

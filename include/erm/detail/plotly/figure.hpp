// A plotly figure as plain data: the part of its JSON that ERM can draw, checked and with defaults filled in.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/chart/axis.hpp"
#include "erm/detail/chart/color.hpp"
#include "erm/detail/chart/data.hpp"
#include "erm/detail/plotly/trace.hpp"
#include "erm/json.hpp"

namespace erm::detail {

/// A place in a figure: on an axis, or as a share of an axis or of the whole plot.
struct PlotlyCoordinate {
  std::string axis;        // its id; empty: of the plot
  bool is_share = false;   // of the axis
  double value = 0;
};

struct PlotlyShape {
  enum class Kind { line, rectangle, ellipse, path };
  Kind kind = Kind::line;
  PlotlyCoordinate x0, x1, y0, y1;
  std::vector<std::pair<char, std::vector<double>>> commands;  // of a path: x and y in turns, on the axes of x0 and y0
  std::string color, fill;  // empty: that of the text; no fill
  std::string_view dash;
  double line_width = 2, opacity = 1;
  bool is_below = false;    // the traces
};

struct PlotlyAnnotation {
  std::string text;
  PlotlyCoordinate x, y;
  bool has_arrow = true;
  double arrow_x = -10, arrow_y = -30;  // from the place to the text, in pixels
  double shift_x = 0, shift_y = 0;
  std::string x_anchor, y_anchor;       // left, center, right; top, middle, bottom; empty: as its place is
  double angle = 0, size = 12;
  std::string color;
};

struct PlotlyDomain {
  double left = 0, right = 1, bottom = 0, top = 1;  // of the plot
};

/// A figure, or one pair of axes of a figure that has several.
struct PlotlyFigure {
  std::string title;
  PlotlyAxis x, y;
  PlotlyDomain domain;
  bool draws_x = true, draws_y = true;  // another panel draws an axis that they share
  bool is_overlaying = false;           // drawn over another panel in the same place
  std::vector<PlotlyFigure> panels;     // where there are several pairs of axes; then these have the traces
  std::vector<PlotlyShape> shapes;
  std::vector<PlotlyAnnotation> annotations;
  std::vector<PlotlyTrace> traces;
  std::vector<PlotlyTrace> pies;  // which have no axes
  PlotlyGroupStyle groups;
  bool shows_legend = false, reverses_legend = false;
  std::optional<PlotlyColorBar> color_bar;
  std::vector<std::string> left_out;  // what of the figure is not drawn; a line below it says so

  /// Notes that the figure is drawn without `what` ("the symbols of markers").
  void leave_out(std::string what) {
    if (std::find(left_out.begin(), left_out.end(), what) == left_out.end()) left_out.push_back(std::move(what));
  }
};

}  // namespace erm::detail

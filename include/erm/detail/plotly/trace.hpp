// One trace of a plotly figure as plain data: what its layout and its drawing need.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/chart/attributes.hpp"
#include "erm/detail/chart/color.hpp"
#include "erm/detail/chart/data.hpp"

namespace erm::detail {

/// The colour scale of a heatmap, a contour plot, or of coloured points and bars.
struct PlotlyColorBar {
  ColorScale scale;
  std::vector<ColorScale> by_sign;  // one of these is the scale: for numbers above zero, of both signs, below zero
  bool is_reversed = false;
  std::optional<double> low, high;
  std::string title;
  bool is_shown = true;

  /// From 0 to 1 on the scale, whose limits are known.
  [[nodiscard]] double place(double value) const {
    return *high > *low ? std::clamp((value - *low) / (*high - *low), 0.0, 1.0) : 0.5;
  }
};

/// How far the error bars of one direction reach; NaN where a point has none.
struct PlotlyErrors {
  std::vector<double> plus, minus;
  std::string color;
  double line_width = 2, cap_width = 4;

  [[nodiscard]] bool empty() const { return plus.empty() && minus.empty(); }
};

/// The statistics of one box or violin.
struct PlotlyBoxStatistics {
  double q1 = 0, median = 0, q3 = 0, low_fence = 0, high_fence = 0;
  std::optional<double> mean;
};

/// How bars, boxes and violins of a figure stand beside each other.
struct PlotlyGroupStyle {
  std::string bar_mode = "group", bar_norm, box_mode = "overlay", violin_mode = "overlay";
  std::optional<double> bar_gap;
  double bar_group_gap = 0, box_gap = 0.3, box_group_gap = 0.3, violin_gap = 0.3, violin_group_gap = 0.3;
};

struct PlotlyTrace {
  enum class Kind { scatter, bar, histogram, heatmap, contour, box, violin, candlestick, ohlc, pie };

  Kind kind = Kind::scatter;
  std::string name;
  std::string default_name;  // "trace 0", where the figure gives it none
  std::size_t index = 0;     // among all traces of the figure
  bool in_legend = false;
  PlotlyColumn x, y;
  std::string color;
  double opacity = 1;
  std::optional<std::size_t> run;  // the run that the trace is from, in a figure with traces of several runs
  std::string alignment_group, offset_group;
  bool is_horizontal = false;
  PlotlyErrors error_x, error_y;
  std::vector<std::string> texts;  // one for each point or bar, or empty
  PlotlyPerPoint<std::string> text_places;

  // scatter
  bool has_line = false, has_markers = false, has_texts = false, connects_gaps = false;
  double line_width = 2, marker_size = 6, smoothing = 1, marker_line_width = 0, marker_opacity = 1;
  std::string_view dash;  // a value of stroke-dasharray
  std::string shape;      // linear, spline, hv, vh, hvh, vhv
  std::string fill;       // "", tozeroy, tonexty, tozerox, tonextx, toself
  std::string fill_color, marker_line_color;
  std::vector<std::string> point_colors;  // one for each point or bar, or empty
  std::vector<double> color_values;       // the numbers that the scale gives colours
  std::optional<PlotlyColorBar> color_bar;
  std::optional<double> color_middle;
  std::string color_axis;     // which the colour scale is shared by, or empty
  std::vector<double> sizes;  // the diameters of the markers, one for each, or empty
  PlotlyPerPoint<std::string> symbols;
  std::string stack, stack_norm;
  bool interpolates_stack = false;

  // bar and histogram
  PlotlyColumn base;
  PlotlyPerPoint<double> widths, offset;
  std::size_t bins = 0;
  std::optional<double> bin_start, bin_end, bin_size;
  std::string histogram_norm, histogram_function, bin_group, accumulates;  // the last: "", increasing or decreasing
  std::string current_bin = "include";

  // heatmap and contour
  std::vector<std::vector<double>> z;
  std::vector<std::vector<std::string>> cell_texts;
  double x_gap = 0, y_gap = 0;
  std::string coloring = "fill";
  bool shows_lines = true;
  std::optional<double> level_start, level_end, level_size;
  std::size_t level_count = 15;

  // box and violin: the values are those of x or y across, or given as statistics
  std::string quartile_method = "linear", points = "outliers", scale_group, side = "both", span_mode = "soft";
  std::optional<double> jitter, point_place, bandwidth, span_low, span_high, box_width;
  double whisker_width = 0.5;
  bool shows_mean = false, shows_box = false, scales_by_count = false, has_statistics = false;
  std::vector<double> q1, median, q3, low_fence, high_fence, mean;

  // candlestick and ohlc
  std::vector<double> open, high, low, close;
  double tick_width = 0.3;
  std::string rising_color, falling_color;

  // pie
  std::vector<std::string> labels;
  std::vector<double> values, pulls;
  bool is_sorted = true, is_clockwise = false;
  double hole = 0, rotation = 0;
  double domain[4] = {0, 1, 0, 1};  // left, right, bottom, top, as shares of the picture

  [[nodiscard]] bool is_matrix() const { return kind == Kind::heatmap || kind == Kind::contour; }
};

inline bool is_bar(const PlotlyTrace& trace) {
  return trace.kind == PlotlyTrace::Kind::bar || trace.kind == PlotlyTrace::Kind::histogram;
}

}  // namespace erm::detail

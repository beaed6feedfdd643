// Draws a pair of axes: their lines, grid, ticks, texts and titles.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "erm/detail/plotly/margins.hpp"
#include "erm/detail/chart/svg_parts.hpp"

namespace erm::detail {

class AxesDrawing {
 public:
  AxesDrawing(const PlotlyLayout& pair, std::string& out)
      : pair_(pair),
        figure_(pair.figure),
        out_(out),
        left_(pair.left),
        top_(pair.top),
        right_(pair.left + pair.plot_width),
        bottom_(pair.top + pair.plot_height) {}

  void draw() {
    out_ += "<g fill=\"none\">";
    draw_lines();
    out_ += "</g>";
    if (figure_.draws_x && figure_.x.is_visible) draw_x();
    if (figure_.draws_y && figure_.y.is_visible) draw_y();
  }

 private:
  [[nodiscard]] double x_at(double place) const { return left_ + pair_.x_pixel(place); }
  [[nodiscard]] double y_at(double place) const { return top_ + pair_.y_pixel(place); }
  [[nodiscard]] double x_line() const { return figure_.x.is_opposite ? top_ : bottom_; }
  [[nodiscard]] double y_line() const { return figure_.y.is_opposite ? right_ : left_; }

  void draw_lines() {
    const bool has_cells = std::any_of(figure_.traces.begin(), figure_.traces.end(), [](const PlotlyTrace& trace) {
      return trace.kind == PlotlyTrace::Kind::heatmap;
    });
    const bool has_grid = !has_cells && !figure_.is_overlaying;
    const double down = figure_.x.is_opposite ? -4 : 4, out = figure_.y.is_opposite ? 4 : -4;
    for (const PlotlyTick& tick : pair_.x_ticks) {
      const double x = x_at(tick.place);
      if (has_grid && figure_.x.shows_grid && !figure_.x.is_category())
        append_line(out_, {x, top_}, {x, bottom_}, "0.14");
      if (figure_.draws_x) append_line(out_, {x, x_line()}, {x, x_line() + down}, "0.5");
    }
    for (const PlotlyTick& tick : pair_.y_ticks) {
      const double y = y_at(tick.place);
      if (has_grid && figure_.y.shows_grid && !figure_.y.is_category())
        append_line(out_, {left_, y}, {right_, y}, "0.14");
      if (figure_.draws_y) append_line(out_, {y_line(), y}, {y_line() + out, y}, "0.5");
    }
    if (figure_.x.is_visible) append_line(out_, {left_, x_line()}, {right_, x_line()}, "0.5");
    if (figure_.y.is_visible) append_line(out_, {y_line(), top_}, {y_line(), bottom_}, "0.5");
    const PlotlyAxis& y = figure_.y;
    if (y.kind == PlotlyAxis::Kind::linear && y.low < 0 && y.high > 0 && y.is_visible && !figure_.is_overlaying)
      append_line(out_, {left_, y_at(0)}, {right_, y_at(0)}, "0.5");
  }

  void draw_x() {
    const bool is_opposite = figure_.x.is_opposite;
    double y = is_opposite ? top_ - 8 : bottom_ + 18;
    out_ += "<g data-axis=\"" + figure_.x.id + "\">";
    for (const PlotlyTick& tick : pair_.x_ticks) {
      const double x = x_at(tick.place);
      if (!pair_.slants_x_labels) {
        append_text(out_, x, is_opposite && !tick.below.empty() ? y - tick_line_height : y, tick.label, "middle", {});
        append_text(out_, x, is_opposite ? y : y + tick_line_height, tick.below, "middle", " data-part=\"below\"");
        continue;
      }
      std::string turn = is_opposite ? " transform=\"rotate(-35 " : " transform=\"rotate(-35 ";
      append_coordinate(turn, x + 4);
      turn += ' ';
      append_coordinate(turn, y - 3);
      append_text(out_, x + 4, y - 3, tick.label, is_opposite ? "start" : "end", turn + ")\"");
    }
    out_ += "</g>";
    const double edge = is_opposite ? top_ - height_of_x() + 4 : bottom_ + height_of_x();
    draw_groups(figure_.x, [&](double place, const std::string& name) {
      const double at = is_opposite ? y - tick_line_height : edge - (figure_.x.title.empty() ? 12 : 34) + 2;
      append_text(out_, x_at(place), at, fitted_text(name, 16), "middle", " data-part=\"x-group\"");
    });
    append_text(out_, (left_ + right_) / 2, is_opposite ? edge + 8 : edge - 10,
                fitted_text(figure_.x.title, pair_.plot_width / svg_font_size), "middle", " data-part=\"x-title\"");
  }

  [[nodiscard]] double height_of_x() const { return PlotlyMargins::x_axis_height(pair_); }

  void draw_y() {
    const bool is_opposite = figure_.y.is_opposite;
    out_ += "<g data-axis=\"" + figure_.y.id + "\">";
    for (const PlotlyTick& tick : pair_.y_ticks) {
      const std::string label = tick.below.empty() ? tick.label : tick.label + " " + tick.below;
      append_text(out_, is_opposite ? right_ + 8 : left_ - 8, y_at(tick.place) + 4, label, is_opposite ? "start" : "end", {});
    }
    out_ += "</g>";
    const double labels = widest(pair_.y_ticks) * svg_font_size + 16;
    draw_groups(figure_.y, [&](double place, const std::string& name) {
      append_text(out_, is_opposite ? right_ + labels : left_ - labels, y_at(place) + 4, fitted_text(name, 12),
                  is_opposite ? "start" : "end", " data-part=\"y-group\"");
    });
    if (figure_.y.title.empty()) return;
    const double width = PlotlyMargins::y_axis_width(pair_);
    const double x = is_opposite ? right_ + width - 6 : left_ - width + 16, middle = (top_ + bottom_) / 2;
    std::string turn = " transform=\"rotate(-90 ";
    append_coordinate(turn, x);
    turn += ' ';
    append_coordinate(turn, middle);
    append_text(out_, x, middle, fitted_text(figure_.y.title, pair_.plot_height / svg_font_size), "middle",
                turn + ")\" data-part=\"y-title\"");
  }

  /// Draws the name of each group of categories once, in the middle of those of its categories that are shown.
  template <class Draw>
  static void draw_groups(const PlotlyAxis& axis, const Draw& draw) {
    if (!axis.shows_labels) return;
    for (std::size_t begin = 0, end = 0; begin < axis.category_groups.size(); begin = end) {
      for (end = begin; end < axis.category_groups.size() && axis.category_groups[end] == axis.category_groups[begin];) ++end;
      const double first = (std::max)(static_cast<double>(begin), axis.low), last = (std::min)(static_cast<double>(end) - 1, axis.high);
      if (first <= last) draw((first + last) / 2, axis.category_groups[begin]);
    }
  }

  const PlotlyLayout& pair_;
  const PlotlyFigure& figure_;
  std::string& out_;
  const double left_, top_, right_, bottom_;
};

}  // namespace erm::detail

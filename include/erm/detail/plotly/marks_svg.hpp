// Draws the shapes and annotations of a figure.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>

#include "erm/detail/plotly/annotations.hpp"
#include "erm/detail/plotly/margins.hpp"
#include "erm/detail/chart/svg_parts.hpp"

namespace erm::detail {

class MarksDrawing {
 public:
  MarksDrawing(const PlotlyLayout& layout, std::string& out) : layout_(layout), out_(out) {}

  void draw_shapes(bool below) {
    for (const PlotlyShape& shape : layout_.figure.shapes)
      if (shape.is_below == below) draw_shape(shape);
  }
  void draw_annotations() {
    for (const PlotlyAnnotation& annotation : layout_.figure.annotations) draw_annotation(annotation);
  }

 private:
  /// The pair of axes that has an axis; null for the whole plot.
  [[nodiscard]] const PlotlyLayout* pair_of(const PlotlyCoordinate& at) const {
    for (const PlotlyLayout* pair : layout_.pairs())
      if (!at.axis.empty() && (pair->figure.x.id == at.axis || pair->figure.y.id == at.axis)) return pair;
    return nullptr;
  }
  [[nodiscard]] double x_of(const PlotlyCoordinate& at, double value) const {
    const PlotlyLayout* const pair = pair_of(at);
    if (pair == nullptr) return layout_.whole_left + value * layout_.whole_width;
    return pair->left + (at.is_share ? value * pair->plot_width : pair->x_pixel(value));
  }
  [[nodiscard]] double y_of(const PlotlyCoordinate& at, double value) const {
    const PlotlyLayout* const pair = pair_of(at);
    if (pair == nullptr) return layout_.whole_top + (1 - value) * layout_.whole_height;
    return pair->top + (at.is_share ? (1 - value) * pair->plot_height : pair->y_pixel(value));
  }

  void draw_shape(const PlotlyShape& shape) {
    // What is on axes ends where these end.
    const PlotlyLayout *const x_pair = pair_of(shape.x0), *const y_pair = pair_of(shape.y0);
    const double left = x_pair != nullptr ? x_pair->left : 0, top = y_pair != nullptr ? y_pair->top : 0;
    const double width = x_pair != nullptr ? x_pair->plot_width : layout_.width;
    const double height = y_pair != nullptr ? y_pair->plot_height : layout_.height;
    out_ += "<svg";
    append_attribute(out_, "x", left);
    append_attribute(out_, "y", top);
    append_attribute(out_, "width", width);
    append_attribute(out_, "height", height);
    out_ += "><path data-part=\"shape\" stroke=\"" + (shape.color.empty() ? "currentColor" : shape.color) + "\" fill=\"" +
            (shape.fill.empty() ? "none" : shape.fill) + '"';
    append_attribute(out_, "stroke-width", shape.line_width);
    if (shape.opacity < 1) append_attribute(out_, "opacity", shape.opacity);
    if (!shape.dash.empty()) ((out_ += " stroke-dasharray=\"") += shape.dash) += '"';
    out_ += " d=\"";
    const auto point = [&](double x, double y) {
      // A corner far outside would lose its digits.
      return SvgPoint{std::clamp(x - left, -1e4, 1e4), std::clamp(y - top, -1e4, 1e4)};
    };
    if (shape.kind == PlotlyShape::Kind::path) {
      append_path(shape, point);
    } else {
      const SvgPoint a = point(x_of(shape.x0, shape.x0.value), y_of(shape.y0, shape.y0.value));
      const SvgPoint b = point(x_of(shape.x1, shape.x1.value), y_of(shape.y1, shape.y1.value));
      if (shape.kind == PlotlyShape::Kind::line) {
        append_point(out_, 'M', a);
        append_point(out_, 'L', b);
      } else if (shape.kind == PlotlyShape::Kind::rectangle) {
        append_rectangle(out_, a, b);
      } else {
        append_ellipse(a, b);
      }
    }
    out_ += "\"/></svg>";
  }

  template <class Point>
  void append_path(const PlotlyShape& shape, const Point& point) {
    for (const auto& [command, values] : shape.commands) {
      out_ += command;
      for (std::size_t i = 0; i < values.size(); ++i) {
        const bool is_x = command == 'H' || (command != 'V' && i % 2 == 0);
        const SvgPoint at = point(is_x ? x_of(shape.x0, values[i]) : 0, is_x ? 0 : y_of(shape.y0, values[i]));
        if (i > 0) out_ += ' ';
        append_coordinate(out_, is_x ? at.x : at.y);
      }
    }
  }

  void append_ellipse(const SvgPoint& a, const SvgPoint& b) {
    const double x = (a.x + b.x) / 2, y = (a.y + b.y) / 2, wide = std::fabs(a.x - b.x) / 2, high = std::fabs(a.y - b.y) / 2;
    append_point(out_, 'M', {x - wide, y});
    for (const double side : {1.0, -1.0}) {
      out_ += 'A';
      for (const double number : {wide, high, 0.0, 1.0, 1.0, x + side * wide}) {
        append_coordinate(out_, number);
        out_ += ' ';
      }
      append_coordinate(out_, y);
    }
    out_ += 'Z';
  }

  void draw_annotation(const PlotlyAnnotation& annotation) {
    const double x = x_of(annotation.x, annotation.x.value) + annotation.shift_x;
    const double y = y_of(annotation.y, annotation.y.value) - annotation.shift_y;
    const PlotlyLayout* const x_pair = pair_of(annotation.x);
    const PlotlyLayout* const y_pair = pair_of(annotation.y);
    // plotly draws none whose place on an axis is outside of the range.
    const auto is_outside = [](double place, double from, double size) { return place < from - 0.5 || place > from + size + 0.5; };
    if (x_pair != nullptr && !annotation.x.is_share && is_outside(x - annotation.shift_x, x_pair->left, x_pair->plot_width)) return;
    if (y_pair != nullptr && !annotation.y.is_share && is_outside(y + annotation.shift_y, y_pair->top, y_pair->plot_height)) return;
    const std::string color = annotation.color.empty() ? "currentColor" : annotation.color;
    double middle_x = x, middle_y = y;
    const auto share = [&](const PlotlyCoordinate& at) {
      return annotation.has_arrow || (!at.axis.empty() && !at.is_share) ? 0.5 : at.value;
    };
    if (annotation.has_arrow) {
      middle_x += annotation.arrow_x;
      middle_y += annotation.arrow_y;
    }
    middle_x += anchor_shift(annotation.x_anchor, share(annotation.x)) * (annotation_width(annotation) + 4);
    middle_y -= anchor_shift(annotation.y_anchor, share(annotation.y)) * (annotation.size * annotation_line + 4);
    if (annotation.has_arrow) draw_arrow({middle_x, middle_y}, {x, y}, annotation);
    std::string more = " data-part=\"annotation\" fill=\"" + color + '"';
    append_attribute(more, "font-size", annotation.size);
    const double baseline = middle_y + annotation.size * 0.35;
    if (annotation.angle != 0) {
      more += " transform=\"rotate(";
      append_coordinate(more, annotation.angle);
      more += ' ';
      append_coordinate(more, middle_x);
      more += ' ';
      append_coordinate(more, middle_y);
      more += ")\"";
    }
    append_text(out_, middle_x, baseline, fitted_text(annotation.text, 60), "middle", more);
  }

  /// From the edge of the text to the place.
  void draw_arrow(const SvgPoint& text, const SvgPoint& place, const PlotlyAnnotation& annotation) {
    const double dx = place.x - text.x, dy = place.y - text.y;
    const double half_width = annotation_width(annotation) / 2 + 2, half_height = annotation.size * annotation_line / 2 + 1;
    const double part = (std::min)(dx == 0 ? 1e9 : half_width / std::fabs(dx), dy == 0 ? 1e9 : half_height / std::fabs(dy));
    const double length = std::hypot(dx, dy);
    if (!(part < 1) || !(length > 1)) return;
    append_line(out_, {text.x + dx * part, text.y + dy * part}, place, "0.8");
    const double ux = dx / length, uy = dy / length;
    out_ += "<path fill-opacity=\"0.8\" d=\"";
    append_point(out_, 'M', place);
    append_point(out_, 'L', {place.x - 7 * ux + 3 * uy, place.y - 7 * uy - 3 * ux});
    append_point(out_, 'L', {place.x - 7 * ux - 3 * uy, place.y - 7 * uy + 3 * ux});
    out_ += "Z\"/>";
  }

  const PlotlyLayout& layout_;
  std::string& out_;
};

}  // namespace erm::detail

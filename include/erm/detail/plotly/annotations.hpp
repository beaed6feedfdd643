// The annotations of a layout: texts at a place of the axes or of the plot, with or without an arrow.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "erm/detail/plotly/axes.hpp"
#include "erm/detail/plotly/figure.hpp"
#include "erm/detail/plotly/layout_keys.hpp"
#include "erm/detail/plotly/shapes.hpp"
#include "erm/detail/chart/svg_parts.hpp"

namespace erm::detail {

inline constexpr double annotation_line = 1.3;  // font sizes from one line of text to the next

inline double annotation_width(const PlotlyAnnotation& annotation) {
  return text_width(annotation.text) * annotation.size;
}

/// How far left of (or below) its place the middle of a text is, in its own size; `share` is its place on the plot.
inline double anchor_shift(const std::string& anchor, double share) {
  if (anchor == "left" || anchor == "bottom") return 0.5;
  if (anchor == "right" || anchor == "top") return -0.5;
  if (!anchor.empty() && anchor != "auto") return 0;
  return share < 1.0 / 3 ? 0.5 : share > 2.0 / 3 ? -0.5 : 0;
}

/// The ranges of the axes have room for the annotations on them.
inline void widen_by_annotation(PlotlyFigure& figure, const PlotlyAnnotation& annotation) {
  const auto widen = [&](PlotlyAxis& axis, const PlotlyCoordinate& at, double size, const std::string& anchor, double shift,
                         double arrow, bool points_down) {
    if (at.axis != axis.id || at.is_share || at.axis.empty()) return;
    double middle = shift + anchor_shift(anchor, 0.5) * size;
    if (annotation.has_arrow) middle += points_down ? -arrow : arrow;
    const double head = annotation.has_arrow ? 3 : 0;
    axis.widen_between(at.value, (std::max)(head, size / 2 - middle), (std::max)(head, size / 2 + middle));
  };
  const auto widen_panel = [&](PlotlyFigure& panel) {
    widen(panel.x, annotation.x, annotation_width(annotation) + 4, annotation.x_anchor, annotation.shift_x, annotation.arrow_x,
          false);
    widen(panel.y, annotation.y, annotation.size * annotation_line + 2.4, annotation.y_anchor, annotation.shift_y,
          annotation.arrow_y, true);
  };
  widen_panel(figure);
  for (PlotlyFigure& panel : figure.panels) widen_panel(panel);
}

inline std::optional<PlotlyAnnotation> read_annotation(const PlotlyAxes& axes, const Json* json) {
  PlotlyAnnotation out;
  const std::string_view x_ref = text_of(member(json, "xref")), y_ref = text_of(member(json, "yref"));
  out.text = title_of(member(json, "text"));
  out.has_arrow = !is_false(member(json, "showarrow"));
  const auto number = [&](const char* key, double otherwise) {
    return std::clamp(number_of(member(json, key)).value_or(otherwise), -2000.0, 2000.0);
  };
  const Json zero = 0;
  const auto place = [&](const char* key, std::string_view ref, char letter) {
    const Json* value = member(json, key);
    // plotly's logarithmic axes have annotations in powers of ten, unlike shapes.
    auto at = read_coordinate(axes, value, ref, letter);
    const PlotlyAxis* const axis = axes.find(ref.empty() ? std::string(1, letter) : std::string(ref));
    if (axis == nullptr || axis->kind != PlotlyAxis::Kind::logarithmic) return at;
    const auto power = number_of(value);
    if (!power) return std::optional<PlotlyCoordinate>();
    return std::optional(PlotlyCoordinate{axis->id, false, *power});
  };
  const auto x = place("x", x_ref, 'x'), y = place("y", y_ref, 'y');
  if (!x || !y) return std::nullopt;
  out.x = *x;
  out.y = *y;
  out.arrow_x = number("ax", -10);
  out.arrow_y = number("ay", -30);
  const auto is_in_pixels = [&](const char* key) {
    const std::string_view ref = text_of(member(json, key));
    return ref.empty() || ref == "pixel";
  };
  if (out.has_arrow && (!is_in_pixels("axref") || !is_in_pixels("ayref"))) return std::nullopt;
  out.shift_x = number("xshift", 0);
  out.shift_y = number("yshift", 0);
  out.x_anchor = text_of(member(json, "xanchor"));
  out.y_anchor = text_of(member(json, "yanchor"));
  out.angle = number("textangle", 0);
  out.size = std::clamp(number_of(member(json, "font", "size")).value_or(12), 6.0, 24.0);
  out.color = read_color(member(json, "font", "color"));
  return out;
}

inline void read_annotations(PlotlyFigure& figure, const PlotlyAxes& axes, const Json* layout) {
  const Json* annotations = member(layout, "annotations");
  if (annotations == nullptr || !annotations->is_array()) return;
  for (const Json& json : *annotations) {
    if (!json.is_object() || is_false(member(&json, "visible"))) continue;
    if (figure.annotations.size() == max_shapes) {
      figure.leave_out("annotations beyond the first " + std::to_string(max_shapes));
      return;
    }
    auto annotation = read_annotation(axes, &json);
    if (annotation && (!annotation->text.empty() || annotation->has_arrow)) {
      widen_by_annotation(figure, *annotation);
      figure.annotations.push_back(std::move(*annotation));
    } else if (!annotation) {
      figure.leave_out("an annotation");
    }
    each_unknown(&json,
                 "text x y xref yref showarrow ax ay axref ayref xanchor yanchor xshift yshift textangle font visible "
                 "bgcolor bordercolor borderwidth borderpad arrowhead arrowsize arrowwidth arrowcolor arrowside standoff "
                 "startarrowhead startarrowsize startstandoff align valign width height hovertext hoverlabel opacity "
                 "captureevents name templateitemname xclick yclick",
                 [&](const std::string& key, const Json&) {
                   figure.leave_out("'" + repaired_utf8(std::string_view(key).substr(0, 40)) + "' of annotations");
                 });
  }
}

}  // namespace erm::detail

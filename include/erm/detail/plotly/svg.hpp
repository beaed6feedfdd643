// Draws a plotly figure as one static SVG, which needs no script and loads nothing: scatter, line, bar, histogram and
// heatmap traces with their axes, legend and colour scale. Its text has the colour of the text around it.
//
//   std::string why_not;
//   if (const auto svg = erm::detail::plotly_svg(figure, &why_not)) page += *svg;
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/plotly/axes_svg.hpp"
#include "erm/detail/plotly/draw_bars.hpp"
#include "erm/detail/plotly/draw_heatmap.hpp"
#include "erm/detail/plotly/draw_points.hpp"
#include "erm/detail/plotly/layout.hpp"
#include "erm/detail/chart/marks.hpp"
#include "erm/detail/plotly/marks_svg.hpp"
#include "erm/detail/plotly/pies.hpp"
#include "erm/detail/plotly/read_figure.hpp"
#include "erm/detail/chart/svg_parts.hpp"

namespace erm::detail {

class PlotlyDrawing {
 public:
  explicit PlotlyDrawing(PlotlyLayout layout) : layout_(std::move(layout)) {}
  PlotlyDrawing(const PlotlyDrawing&) = delete;
  PlotlyDrawing& operator=(const PlotlyDrawing&) = delete;
  std::string svg();
  /// The traces of this pair of axes, clipped at the axes.
  std::string traces_svg();

 private:
  void begin_trace(const PlotlyTrace& trace);
  void draw_traces();
  void draw_trace(std::size_t index, const PlotlyPlane& plane);
  void draw_pies();
  void draw_legend();
  void draw_color_bar();
  void draw_left_out();

  void add_text(double x, double y, std::string_view text, std::string_view anchor, std::string_view more = {}) {
    append_text(out_, x, y, text, anchor, more);
  }
  void add_line(const SvgPoint& from, const SvgPoint& to, std::string_view opacity) {
    append_line(out_, from, to, opacity);
  }
  [[nodiscard]] std::string description() const;

  const PlotlyLayout layout_;
  const PlotlyFigure& figure_ = layout_.figure;
  std::map<std::string, std::vector<SvgPoint>> previous_lines_;  // of the traces before, by stack: areas reach to them
  std::string out_;
};

/// Throws UndrawableFigure where the figure's numbers are too large or too close to each other.
inline std::string plotly_svg_of(PlotlyFigure figure) { return PlotlyDrawing(lay_out_plotly(std::move(figure))).svg(); }

/// The figure as SVG; or nothing, and in `why_not` the reason as the end of a sentence ("it has more than one pair of
/// axes"). Throws nothing but std::bad_alloc, whatever `figure` is. The same figure gives the same SVG.
inline std::optional<std::string> plotly_svg(const Json& figure, std::string* why_not = nullptr) {
  try {
    return plotly_svg_of(read_plotly(figure));
  } catch (const UndrawableFigure& reason) {
    if (why_not != nullptr) *why_not = reason.what();
    return std::nullopt;
  }
}

inline std::string PlotlyDrawing::description() const {
  struct NamedKind {
    PlotlyTrace::Kind kind;
    const char* name;
  };
  static constexpr NamedKind names[] = {{PlotlyTrace::Kind::scatter, "lines or points"},
                                        {PlotlyTrace::Kind::bar, "bars"},
                                        {PlotlyTrace::Kind::histogram, "histogram"},
                                        {PlotlyTrace::Kind::heatmap, "heatmap"},
                                        {PlotlyTrace::Kind::contour, "contours"},
                                        {PlotlyTrace::Kind::box, "boxes"},
                                        {PlotlyTrace::Kind::violin, "violins"},
                                        {PlotlyTrace::Kind::candlestick, "candlesticks"},
                                        {PlotlyTrace::Kind::ohlc, "prices"}};
  const std::vector<const PlotlyTrace*> traces = layout_.all_traces();
  std::string text = figure_.title.empty() ? "Figure" : figure_.title;
  const char* separator = ": ";
  for (const auto& [kind, name] : names) {
    const auto is_kind = [wanted = kind](const PlotlyTrace* trace) { return trace->kind == wanted; };
    if (std::none_of(traces.begin(), traces.end(), is_kind)) continue;
    text += separator;
    text += name;
    separator = ", ";
  }
  if (!figure_.pies.empty()) text += std::string(separator) + "pie";
  if (!figure_.y.title.empty()) text += " of " + figure_.y.title;
  if (!figure_.x.title.empty()) text += " over " + figure_.x.title;
  std::size_t named = 0;
  for (const PlotlyTrace* trace : traces) {
    if (trace->name.empty() || ++named > 10) continue;
    text += named == 1 ? "; " : ", ";
    text += fitted_text(trace->name, 20);
  }
  for (const std::string& line : layout_.left_out) text += (line == layout_.left_out.front() ? ". " : " ") + line;
  return text;
}

inline std::string PlotlyDrawing::svg() {
  out_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"erm-figure\" role=\"img\" aria-label=\"";
  append_html(out_, description());
  out_ += '"';
  append_attribute(out_, "width", layout_.width);
  const double height = layout_.height + left_out_line_height * static_cast<double>(layout_.left_out.size());
  append_attribute(out_, "height", height);
  out_ += " viewBox=\"0 0 ";
  append_coordinate(out_, layout_.width);
  out_ += ' ';
  append_coordinate(out_, height);
  out_ += "\" fill=\"currentColor\" font-family=\"system-ui, sans-serif\"";
  append_attribute(out_, "font-size", svg_font_size);
  out_ += '>';
  if (!figure_.title.empty())
    add_text(layout_.width / 2, 24, fitted_text(figure_.title, 38), "middle",
             " data-part=\"title\" font-size=\"16\" font-weight=\"600\"");
  for (const PlotlyLayout* pair : layout_.pairs()) AxesDrawing(*pair, out_).draw();
  MarksDrawing marks(layout_, out_);
  marks.draw_shapes(true);
  for (const PlotlyLayout& panel : layout_.panels) out_ += PlotlyDrawing(panel).traces_svg();
  if (layout_.panels.empty()) out_ += traces_svg();
  draw_pies();
  marks.draw_shapes(false);
  marks.draw_annotations();
  draw_legend();
  draw_color_bar();
  draw_left_out();
  out_ += "</svg>";
  return std::move(out_);
}

inline std::string PlotlyDrawing::traces_svg() {
  std::string whole = std::move(out_);
  out_ = "<svg fill=\"none\" data-axes=\"" + figure_.x.id + " " + figure_.y.id + '"';
  append_attribute(out_, "x", layout_.left);
  append_attribute(out_, "y", layout_.top);
  append_attribute(out_, "width", layout_.plot_width);
  append_attribute(out_, "height", layout_.plot_height);
  out_ += '>';
  draw_traces();
  out_ += "</svg>";
  std::swap(out_, whole);
  return whole;
}

/// Draws the kinds in plotly's order: lines and points are over bars, and these over matrices.
inline void PlotlyDrawing::draw_traces() {
  using Kind = PlotlyTrace::Kind;
  const PlotlyPlane plane{figure_.x, figure_.y, layout_.plot_width, layout_.plot_height};
  for (const auto& kinds : {std::pair{Kind::heatmap, Kind::heatmap}, std::pair{Kind::contour, Kind::contour},
                            std::pair{Kind::bar, Kind::histogram}, std::pair{Kind::violin, Kind::violin},
                            std::pair{Kind::box, Kind::candlestick}, std::pair{Kind::ohlc, Kind::ohlc},
                            std::pair{Kind::scatter, Kind::scatter}}) {
    for (std::size_t i = 0; i < figure_.traces.size(); ++i) {
      if (figure_.traces[i].kind != kinds.first && figure_.traces[i].kind != kinds.second) continue;
      begin_trace(figure_.traces[i]);
      draw_trace(i, plane);
      out_ += "</g>";
    }
  }
}

inline void PlotlyDrawing::draw_trace(std::size_t index, const PlotlyPlane& plane) {
  const PlotlyTrace& trace = figure_.traces[index];
  switch (trace.kind) {
    case PlotlyTrace::Kind::scatter:
      PlotlyPointsDrawing(out_, trace, layout_.drawn.points[index], plane).draw(previous_lines_[trace.stack]);
      break;
    case PlotlyTrace::Kind::bar:
    case PlotlyTrace::Kind::histogram: PlotlyBarsDrawing(out_, trace, layout_.drawn.bars[index], plane).draw(); break;
    case PlotlyTrace::Kind::heatmap:
      append_heatmap(out_, trace, layout_.drawn.xs[index], layout_.drawn.ys[index], plane);
      break;
    default: append_marks(out_, layout_.drawn.marks[index], plane, trace.opacity);
  }
}

inline void PlotlyDrawing::draw_pies() {
  for (const PlotlyTrace& pie : figure_.pies) {
    begin_trace(pie);
    PlotlyPieDrawing(out_, pie, {layout_.whole_left, layout_.whole_top, layout_.whole_width, layout_.whole_height}).draw();
    out_ += "</g>";
  }
}

/// Begins the group of a trace, in which the page's script finds the run that it is from.
inline void PlotlyDrawing::begin_trace(const PlotlyTrace& trace) {
  out_ += "<g data-trace=\"";
  append_integer(out_, trace.index);
  if (trace.run) {
    out_ += "\" data-run=\"";
    append_integer(out_, *trace.run);
  }
  out_ += "\">";
}

inline void PlotlyDrawing::draw_left_out() {
  double y = layout_.height + left_out_line_height - 8;
  for (const std::string& line : layout_.left_out) {
    add_text(12, y, line, "start", " data-part=\"left-out\" font-style=\"italic\"");
    y += left_out_line_height;
  }
}

inline void PlotlyDrawing::draw_legend() {
  if (!figure_.shows_legend) return;
  const double x = layout_.width - layout_.legend_width - layout_.color_bar_width - 6;
  double y = layout_.whole_top + 12;
  std::size_t shown = 0, all = 0;
  for (const PlotlyLegendEntry& entry : layout_.legend()) {
    if (++all > max_legend_entries) continue;
    ++shown;
    const PlotlyTrace& trace = *entry.trace;
    const bool is_line = trace.kind == PlotlyTrace::Kind::scatter && trace.has_line;
    const bool is_marker = trace.kind == PlotlyTrace::Kind::scatter && !trace.has_line;
    out_ += "<path fill=\"none\" stroke=\"" + entry.color + '"';
    if (trace.opacity < 1) append_attribute(out_, "stroke-opacity", trace.opacity);
    if (is_line && !trace.dash.empty() && !trace.run) ((out_ += " stroke-dasharray=\"") += trace.dash) += '"';
    append_attribute(out_, "stroke-width", is_line ? (std::min)(trace.line_width, 4.0) : is_marker ? 8 : 11);
    if (is_marker) out_ += " stroke-linecap=\"round\"";
    out_ += " d=\"";
    append_point(out_, 'M', {is_line ? x : is_marker ? x + 11 : x + 5, y});
    out_ += is_line ? "h22" : is_marker ? "h0" : "h12";
    out_ += "\"/>";
    add_text(x + 28, y + 4, fitted_text(entry.name, 14), "start", " data-part=\"legend\"");
    y += 19;
  }
  if (all > shown) add_text(x, y + 4, "and " + std::to_string(all - shown) + " more", "start");
}

inline void PlotlyDrawing::draw_color_bar() {
  if (layout_.color_bar_width == 0) return;
  const PlotlyColorBar& bar = *figure_.color_bar;
  constexpr int steps = 48;
  const double x = layout_.width - layout_.color_bar_width + 4, height = layout_.whole_height / steps;
  for (int i = 0; i < steps; ++i) {
    out_ += "<rect shape-rendering=\"crispEdges\" width=\"14\"";
    append_attribute(out_, "x", x);
    append_attribute(out_, "y", layout_.whole_top + layout_.whole_height - (i + 1) * height);
    append_attribute(out_, "height", height + 0.5);
    out_ += " fill=\"" + hex_color(bar.scale.at((i + 0.5) / steps)) + "\"/>";
  }
  PlotlyAxis axis;
  axis.widen(*bar.low);
  axis.widen(*bar.high);
  axis.settle_range(layout_.whole_height);
  for (const PlotlyTick& tick : plotly_ticks(axis, layout_.whole_height, true))
    add_text(x + 19, layout_.whole_top + (1 - axis.fraction(tick.place)) * layout_.whole_height + 4,
             fitted_text(tick.label, 4.5), "start");
  if (!bar.title.empty()) add_text(layout_.width - 6, layout_.whole_top - 4, fitted_text(bar.title, 12), "end");
}

}  // namespace erm::detail

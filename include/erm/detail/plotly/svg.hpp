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
#include "erm/detail/plotly/draw_bars.hpp"
#include "erm/detail/plotly/draw_points.hpp"
#include "erm/detail/plotly/layout.hpp"
#include "erm/detail/plotly/marks.hpp"
#include "erm/detail/plotly/pies.hpp"
#include "erm/detail/plotly/svg_parts.hpp"

namespace erm::detail {

class PlotlyDrawing {
 public:
  explicit PlotlyDrawing(PlotlyLayout layout) : layout_(std::move(layout)) {}
  PlotlyDrawing(const PlotlyDrawing&) = delete;
  PlotlyDrawing& operator=(const PlotlyDrawing&) = delete;
  std::string svg();

 private:
  void begin_trace(std::size_t index);
  void draw_axes();
  void draw_traces();
  void draw_trace(std::size_t index, const PlotlyPlane& plane);
  void draw_heatmap(std::size_t index);
  void draw_cell_texts(std::size_t index);
  void draw_legend();
  void draw_color_bar();
  void draw_left_out();

  void add_text(double x, double y, std::string_view text, std::string_view anchor, std::string_view more = {}) {
    append_text(out_, x, y, text, anchor, more);
  }
  void add_line(const SvgPoint& from, const SvgPoint& to, std::string_view opacity) {
    append_line(out_, from, to, opacity);
  }
  void add_rectangle(std::string& path, SvgPoint corner, SvgPoint opposite) const {
    append_rectangle(path, layout_.near_plot(corner), layout_.near_plot(opposite));
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
                                        {PlotlyTrace::Kind::ohlc, "prices"},
                                        {PlotlyTrace::Kind::pie, "pie"}};
  std::string text = figure_.title.empty() ? "Figure" : figure_.title;
  const char* separator = ": ";
  for (const auto& [kind, name] : names) {
    const auto is_kind = [wanted = kind](const PlotlyTrace& trace) { return trace.kind == wanted; };
    if (std::none_of(figure_.traces.begin(), figure_.traces.end(), is_kind)) continue;
    text += separator;
    text += name;
    separator = ", ";
  }
  if (!figure_.y.title.empty()) text += " of " + figure_.y.title;
  if (!figure_.x.title.empty()) text += " over " + figure_.x.title;
  std::size_t named = 0;
  for (const PlotlyTrace& trace : figure_.traces) {
    if (trace.name.empty() || ++named > 10) continue;
    text += named == 1 ? "; " : ", ";
    text += fitted_text(trace.name, 20);
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
  draw_axes();
  out_ += "<svg fill=\"none\" data-axes=\"x y\"";  // clips the traces at the axes
  append_attribute(out_, "x", layout_.left);
  append_attribute(out_, "y", layout_.top);
  append_attribute(out_, "width", layout_.plot_width);
  append_attribute(out_, "height", layout_.plot_height);
  out_ += '>';
  draw_traces();
  out_ += "</svg>";
  draw_legend();
  draw_color_bar();
  draw_left_out();
  out_ += "</svg>";
  return std::move(out_);
}

/// Draws the kinds in plotly's order: lines and points are over bars, and these over matrices.
inline void PlotlyDrawing::draw_traces() {
  using Kind = PlotlyTrace::Kind;
  const PlotlyPlane plane{figure_.x, figure_.y, layout_.plot_width, layout_.plot_height};
  for (const auto& kinds : {std::pair{Kind::heatmap, Kind::heatmap}, std::pair{Kind::contour, Kind::contour},
                            std::pair{Kind::bar, Kind::histogram}, std::pair{Kind::violin, Kind::violin},
                            std::pair{Kind::box, Kind::candlestick}, std::pair{Kind::ohlc, Kind::ohlc},
                            std::pair{Kind::scatter, Kind::scatter}, std::pair{Kind::pie, Kind::pie}}) {
    for (std::size_t i = 0; i < figure_.traces.size(); ++i) {
      if (figure_.traces[i].kind != kinds.first && figure_.traces[i].kind != kinds.second) continue;
      begin_trace(i);
      draw_trace(i, plane);
      out_ += "</g>";
    }
  }
}

inline void PlotlyDrawing::draw_trace(std::size_t index, const PlotlyPlane& plane) {
  const PlotlyTrace& trace = figure_.traces[index];
  switch (trace.kind) {
    case PlotlyTrace::Kind::scatter:
      PlotlyPointsDrawing(out_, trace, layout_.traces.points[index], plane).draw(previous_lines_[trace.stack]);
      break;
    case PlotlyTrace::Kind::bar:
    case PlotlyTrace::Kind::histogram: PlotlyBarsDrawing(out_, trace, layout_.traces.bars[index], plane).draw(); break;
    case PlotlyTrace::Kind::heatmap: draw_heatmap(index); break;
    case PlotlyTrace::Kind::pie:
      PlotlyPieDrawing(out_, trace, {0, 0, plane.width, plane.height}).draw();
      break;
    default: append_marks(out_, layout_.traces.marks[index], plane, trace.opacity);
  }
}

/// Begins the group of a trace, in which the page's script finds the run that it is from.
inline void PlotlyDrawing::begin_trace(std::size_t index) {
  out_ += "<g data-trace=\"";
  append_integer(out_, index);
  if (const auto run = figure_.traces[index].run) {
    out_ += "\" data-run=\"";
    append_integer(out_, *run);
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

inline void PlotlyDrawing::draw_axes() {
  const double left = layout_.left, top = layout_.top, right = left + layout_.plot_width,
               bottom = top + layout_.plot_height;
  const bool has_cells = std::any_of(figure_.traces.begin(), figure_.traces.end(),
                                     [](const PlotlyTrace& trace) { return trace.kind == PlotlyTrace::Kind::heatmap; });
  out_ += "<g fill=\"none\">";
  for (const PlotlyTick& tick : layout_.x_ticks) {
    const double x = left + layout_.x_pixel(tick.place);
    if (!has_cells && figure_.x.kind != PlotlyAxis::Kind::category) add_line({x, top}, {x, bottom}, "0.14");
    add_line({x, bottom}, {x, bottom + 4}, "0.5");
  }
  for (const PlotlyTick& tick : layout_.y_ticks) {
    const double y = top + layout_.y_pixel(tick.place);
    if (!has_cells && figure_.y.kind != PlotlyAxis::Kind::category) add_line({left, y}, {right, y}, "0.14");
    add_line({left - 4, y}, {left, y}, "0.5");
  }
  add_line({left, bottom}, {right, bottom}, "0.5");
  add_line({left, top}, {left, bottom}, "0.5");
  if (figure_.y.kind == PlotlyAxis::Kind::linear && figure_.y.low < 0 && figure_.y.high > 0)
    add_line({left, top + layout_.y_pixel(0)}, {right, top + layout_.y_pixel(0)}, "0.5");
  out_ += "</g>";

  out_ += "<g data-axis=\"x\">";
  for (const PlotlyTick& tick : layout_.x_ticks) {
    const double x = left + layout_.x_pixel(tick.place), y = bottom + 18;
    if (!layout_.slants_x_labels) {
      add_text(x, y, tick.label, "middle");
      continue;
    }
    std::string turn = " transform=\"rotate(-35 ";
    append_coordinate(turn, x + 4);
    turn += ' ';
    append_coordinate(turn, y - 3);
    add_text(x + 4, y - 3, tick.label, "end", turn + ")\"");
  }
  out_ += "</g><g data-axis=\"y\">";
  for (const PlotlyTick& tick : layout_.y_ticks)
    add_text(left - 8, top + layout_.y_pixel(tick.place) + 4, tick.label, "end");
  out_ += "</g>";
  add_text((left + right) / 2, layout_.height - 10, fitted_text(figure_.x.title, layout_.plot_width / svg_font_size),
           "middle", " data-part=\"x-title\"");
  if (figure_.y.title.empty()) return;
  std::string turn = " transform=\"rotate(-90 16 ";
  append_coordinate(turn, (top + bottom) / 2);
  add_text(16, (top + bottom) / 2, fitted_text(figure_.y.title, layout_.plot_height / svg_font_size), "middle",
           turn + ")\" data-part=\"y-title\"");
}

inline void PlotlyDrawing::draw_heatmap(std::size_t index) {
  const PlotlyTrace& trace = figure_.traces[index];
  const std::vector<double>&x = layout_.traces.xs[index], &y = layout_.traces.ys[index];
  const bool many =
      trace.z.size() * x.size() > 2000;  // then in 64 colours, and neighbours of one colour are one rectangle
  std::map<std::string, std::string> paths;
  const auto color_of = [&](double value) {
    if (!is_finite(value)) return std::string();
    const double place = trace.color_bar->place(value);
    return hex_color(trace.color_bar->scale.at(many ? std::round(place * 63) / 63 : place));
  };
  for (std::size_t r = 0; r < trace.z.size(); ++r) {
    const std::vector<double>& row = trace.z[r];
    for (std::size_t c = 0, end = 0; c < row.size(); c = end) {
      const std::string color = color_of(row[c]);
      for (end = c + 1; end < row.size() && many && color_of(row[end]) == color;) ++end;
      const double left = layout_.x_pixel(x[c]), right = layout_.x_pixel(x[end]), top = layout_.y_pixel(y[r]),
                   bottom = layout_.y_pixel(y[r + 1]);
      if (!color.empty() && is_finite(left + right + top + bottom))
        add_rectangle(paths[color], {left, top}, {right, bottom});
    }
  }
  out_ += "<g shape-rendering=\"crispEdges\">";
  for (const auto& [color, path] : paths) out_ += "<path fill=\"" + color + "\" d=\"" + path + "\"/>";
  out_ += "</g>";
  draw_cell_texts(index);
}

inline void PlotlyDrawing::draw_cell_texts(std::size_t index) {
  const PlotlyTrace& trace = figure_.traces[index];
  const std::vector<double>&x = layout_.traces.xs[index], &y = layout_.traces.ys[index];
  if ((trace.cell_texts.empty() && !trace.shows_values) || trace.z.size() * x.size() > 4000) return;
  for (std::size_t r = 0; r < trace.z.size(); ++r) {
    for (std::size_t c = 0; c < trace.z[r].size(); ++c) {
      std::string text;
      if (trace.shows_values && is_finite(trace.z[r][c])) {
        const double magnitude = (std::max)(std::fabs(trace.z[r][c]), 1e-290);
        text = tick_label(trace.z[r][c], std::pow(10.0, std::floor(std::log10(magnitude)) - 2));
      } else if (r < trace.cell_texts.size() && c < trace.cell_texts[r].size()) {
        text = trace.cell_texts[r][c];
      }
      const double left = layout_.x_pixel(x[c]), right = layout_.x_pixel(x[c + 1]), top = layout_.y_pixel(y[r]),
                   bottom = layout_.y_pixel(y[r + 1]);
      if (!(std::fabs(bottom - top) >= 11) || std::fabs(top) > 1e4 ||
          !(text_width(text) * 11 < std::fabs(right - left)))
        continue;
      const Rgb color = is_finite(trace.z[r][c]) ? trace.color_bar->scale.at(trace.color_bar->place(trace.z[r][c]))
                                                 : Rgb{128, 128, 128};
      add_text((left + right) / 2, (top + bottom) / 2 + 4, text, "middle",
               std::string(" font-size=\"11\" fill=\"") + text_color_on(color) + '"');
    }
  }
}

inline void PlotlyDrawing::draw_legend() {
  if (!figure_.shows_legend) return;
  const double x = layout_.width - layout_.legend_width - layout_.color_bar_width - 6;
  double y = layout_.top + 12;
  std::size_t shown = 0, all = 0;
  for (const PlotlyTrace& trace : figure_.traces) {
    if (!trace.in_legend || ++all > max_legend_entries) continue;
    ++shown;
    const bool is_line = trace.kind == PlotlyTrace::Kind::scatter && trace.has_line;
    const bool is_marker = trace.kind == PlotlyTrace::Kind::scatter && !trace.has_line;
    out_ += "<path fill=\"none\" stroke=\"" + (trace.run ? "currentColor" : trace.color) + '"';
    if (trace.opacity < 1) append_attribute(out_, "stroke-opacity", trace.opacity);
    if (is_line && !trace.dash.empty() && !trace.run) ((out_ += " stroke-dasharray=\"") += trace.dash) += '"';
    append_attribute(out_, "stroke-width", is_line ? (std::min)(trace.line_width, 4.0) : is_marker ? 8 : 11);
    if (is_marker) out_ += " stroke-linecap=\"round\"";
    out_ += " d=\"";
    append_point(out_, 'M', {is_line ? x : is_marker ? x + 11 : x + 5, y});
    out_ += is_line ? "h22" : is_marker ? "h0" : "h12";
    out_ += "\"/>";
    add_text(x + 28, y + 4, fitted_text(trace.name, 14), "start", " data-part=\"legend\"");
    y += 19;
  }
  if (all > shown) add_text(x, y + 4, "and " + std::to_string(all - shown) + " more", "start");
}

inline void PlotlyDrawing::draw_color_bar() {
  if (layout_.color_bar_width == 0) return;
  const PlotlyColorBar& bar = *figure_.color_bar;
  constexpr int steps = 48;
  const double x = layout_.width - layout_.color_bar_width + 4, height = layout_.plot_height / steps;
  for (int i = 0; i < steps; ++i) {
    out_ += "<rect shape-rendering=\"crispEdges\" width=\"14\"";
    append_attribute(out_, "x", x);
    append_attribute(out_, "y", layout_.top + layout_.plot_height - (i + 1) * height);
    append_attribute(out_, "height", height + 0.5);
    out_ += " fill=\"" + hex_color(bar.scale.at((i + 0.5) / steps)) + "\"/>";
  }
  PlotlyAxis axis;
  axis.widen(*bar.low);
  axis.widen(*bar.high);
  axis.settle_range();
  for (const PlotlyTick& tick : axis.ticks(6))
    add_text(x + 19, layout_.top + (1 - axis.fraction(tick.place)) * layout_.plot_height + 4,
             fitted_text(tick.label, 4.5), "start");
  if (!bar.title.empty()) add_text(layout_.width - 6, layout_.top - 4, fitted_text(bar.title, 12), "end");
}

}  // namespace erm::detail

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
#include "erm/detail/plotly/layout.hpp"
#include "erm/detail/plotly/marks_svg.hpp"
#include "erm/detail/plotly/read_figure.hpp"
#include "erm/detail/plotly/svg_parts.hpp"

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
  void begin_trace(std::size_t index);
  void draw_scatter(std::size_t index);
  void draw_fill(const PlotlyTrace& trace, const std::vector<SvgPoint>& line);
  void draw_markers(const PlotlyTrace& trace, const std::vector<SvgPoint>& points);
  void draw_bars(std::size_t index);
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
  void add_paths(const std::map<std::string, std::string>& path_of_color, const PlotlyTrace& trace,
                 std::string_view attributes);
  [[nodiscard]] std::string description() const;

  const PlotlyLayout layout_;
  const PlotlyFigure& figure_ = layout_.figure;
  std::vector<SvgPoint> previous_line_;  // of the previous trace; "tonexty" fills the area to it
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
                                        {PlotlyTrace::Kind::heatmap, "heatmap"}};
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
  for (const PlotlyLayout* pair : layout_.pairs()) AxesDrawing(*pair, layout_, out_).draw();
  MarksDrawing marks(layout_, out_);
  marks.draw_shapes(true);
  for (const PlotlyLayout& panel : layout_.panels) out_ += PlotlyDrawing(panel).traces_svg();
  if (layout_.panels.empty()) out_ += traces_svg();
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
  for (const auto kind :
       {PlotlyTrace::Kind::heatmap, PlotlyTrace::Kind::histogram, PlotlyTrace::Kind::bar, PlotlyTrace::Kind::scatter}) {
    for (std::size_t i = 0; i < figure_.traces.size(); ++i) {
      if (figure_.traces[i].kind != kind) continue;
      begin_trace(i);
      if (kind == PlotlyTrace::Kind::scatter)
        draw_scatter(i);
      else if (kind == PlotlyTrace::Kind::heatmap)
        draw_heatmap(i);
      else
        draw_bars(i);
      out_ += "</g>";
    }
  }
  out_ += "</svg>";
  std::swap(out_, whole);
  return whole;
}

/// Begins the group of a trace, in which the page's script finds the run that it is from.
inline void PlotlyDrawing::begin_trace(std::size_t index) {
  out_ += "<g data-trace=\"";
  append_integer(out_, figure_.traces[index].index);
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

inline void PlotlyDrawing::draw_scatter(std::size_t index) {
  const PlotlyTrace& trace = figure_.traces[index];
  std::vector<SvgPoint> points;
  for (std::size_t i = 0; i < layout_.xs[index].size(); ++i)
    points.push_back({layout_.x_pixel(layout_.xs[index][i]), layout_.y_pixel(layout_.ys[index][i])});
  std::vector<SvgPoint> line = points;
  if (trace.connects_gaps)
    line.erase(std::remove_if(line.begin(), line.end(), [](const SvgPoint& point) { return point.is_gap(); }),
               line.end());
  line = stepped(thinned(line), trace.shape);
  draw_fill(trace, line);
  if (trace.has_line) {
    std::string path;
    bool is_apart = true;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i].is_gap()) {
        is_apart = true;
        continue;
      }
      append_point(path, is_apart ? 'M' : 'L', line[i]);
      if (is_apart && (i + 1 == line.size() || line[i + 1].is_gap())) path += "h0";  // a point between gaps is a dot
      is_apart = false;
    }
    std::string attributes = " stroke-linecap=\"round\" stroke-linejoin=\"round\"";
    append_attribute(attributes, "stroke-width", trace.line_width);
    if (!trace.dash.empty()) ((attributes += " stroke-dasharray=\"") += trace.dash) += '"';
    if (!path.empty()) add_paths({{trace.color, path}}, trace, attributes);
  }
  if (trace.has_markers) draw_markers(trace, points);
  previous_line_ = std::move(line);
}

inline void PlotlyDrawing::draw_fill(const PlotlyTrace& trace, const std::vector<SvgPoint>& line) {
  if (trace.fill != "tozeroy" && trace.fill != "tonexty") return;
  std::vector<SvgPoint> area;
  for (const SvgPoint& point : line)
    if (!point.is_gap()) area.push_back(point);
  if (area.empty()) return;
  if (trace.fill == "tonexty" && !previous_line_.empty()) {
    for (auto point = previous_line_.rbegin(); point != previous_line_.rend(); ++point)
      if (!point->is_gap()) area.push_back(*point);
  } else {
    const double zero = layout_.y_pixel(figure_.y.place(0));
    const double ground = is_finite(zero) ? zero : layout_.plot_height;
    const double last = area.back().x, first = area.front().x;
    area.push_back({last, ground});
    area.push_back({first, ground});
  }
  out_ += "<path fill=\"" + (trace.fill_color.empty() ? trace.color + "\" fill-opacity=\"0.25" : trace.fill_color) +
          "\" d=\"";
  for (std::size_t i = 0; i < area.size(); ++i) append_point(out_, i == 0 ? 'M' : 'L', area[i]);
  out_ += "Z\"/>";
}

/// Draws markers as lines of no length with round ends: all of one colour are one path. Of markers that coincide, one
/// is drawn.
inline void PlotlyDrawing::draw_markers(const PlotlyTrace& trace, const std::vector<SvgPoint>& points) {
  const double cell = points.size() > 5000 ? 2 : 0.1;  // in pixels
  std::map<std::string, std::string> paths;
  std::map<std::pair<double, double>, std::string> taken;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const SvgPoint& point = points[i];
    if (point.is_gap() || std::fabs(point.x) > 1e4 || std::fabs(point.y) > 1e4) continue;
    const std::string& color = i < trace.point_colors.size() ? trace.point_colors[i] : trace.color;
    const SvgPoint snapped{std::round(point.x / cell) * cell, std::round(point.y / cell) * cell};
    const auto [place, is_new] = taken.try_emplace({snapped.x, snapped.y}, color);
    if (!is_new && place->second == color) continue;
    place->second = color;
    std::string& path = paths[color];
    append_point(path, 'M', snapped);
    path += "h0";
  }
  std::string attributes = " stroke-linecap=\"round\"";
  append_attribute(attributes, "stroke-width", trace.marker_size);
  add_paths(paths, trace, attributes);
}

inline void PlotlyDrawing::add_paths(const std::map<std::string, std::string>& path_of_color, const PlotlyTrace& trace,
                                     std::string_view attributes) {
  for (const auto& [color, path] : path_of_color) {
    out_ += "<path stroke=\"" + color + '"';
    out_ += attributes;
    if (trace.opacity < 1) append_attribute(out_, "opacity", trace.opacity);
    out_ += " d=\"" + path + "\"/>";
  }
}

inline void PlotlyDrawing::draw_bars(std::size_t index) {
  const PlotlyTrace& trace = figure_.traces[index];
  const PlotlyAxis& across = trace.is_horizontal ? figure_.x : figure_.y;
  std::map<std::string, std::string> paths;
  std::map<std::string, PlotlyExtents> thin;  // of bars narrower than half a pixel, by colour
  for (const PlotlyBar& bar : layout_.bars[index]) {
    const auto along = [&](double place) {
      return trace.is_horizontal ? layout_.y_pixel(place) : layout_.x_pixel(place);
    };
    const auto value = [&](double place) {
      return trace.is_horizontal ? layout_.x_pixel(place) : layout_.y_pixel(place);
    };
    const double foot = value(is_finite(bar.foot) ? bar.foot : across.low), head = value(bar.head);
    const double begin = along(bar.begin), end = along(bar.end);
    const std::string& color = bar.point < trace.point_colors.size() ? trace.point_colors[bar.point] : trace.color;
    if (std::fabs(end - begin) < 0.5) {
      const double column = std::floor((std::min)(begin, end) * 2) / 2;
      const double low = (std::min)(foot, head), high = (std::max)(foot, head);
      PlotlyExtents& extents = thin[color];
      if (const auto known = extents.find(column); known != extents.end())
        known->second = {(std::min)(known->second.first, low), (std::max)(known->second.second, high)};
      else
        extents[column] = {low, high};
      continue;
    }
    if (trace.is_horizontal)
      add_rectangle(paths[color], {foot, begin}, {head, end});
    else
      add_rectangle(paths[color], {begin, foot}, {end, head});
  }
  for (const auto& [color, extents] : thin) {
    std::string& path = paths[color];
    for (const auto& [begin, extent] : extents) {
      if (trace.is_horizontal)
        add_rectangle(path, {extent.first, begin}, {extent.second, begin + 0.5});
      else
        add_rectangle(path, {begin, extent.first}, {begin + 0.5, extent.second});
    }
  }
  for (const auto& [color, path] : paths) {
    out_ += "<path fill=\"" + color + '"';
    if (trace.opacity < 1) append_attribute(out_, "fill-opacity", trace.opacity);
    out_ += " d=\"" + path + "\"/>";
  }
}

inline void PlotlyDrawing::draw_heatmap(std::size_t index) {
  const PlotlyTrace& trace = figure_.traces[index];
  const std::vector<double>&x = layout_.xs[index], &y = layout_.ys[index];
  const bool many =
      trace.z.size() * x.size() > 2000;  // then in 64 colours, and neighbours of one colour are one rectangle
  std::map<std::string, std::string> paths;
  const auto color_of = [&](double value) {
    if (!is_finite(value)) return std::string();
    const double place = layout_.color_place(value);
    return hex_color(figure_.color_bar->scale.at(many ? std::round(place * 63) / 63 : place));
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
  const std::vector<double>&x = layout_.xs[index], &y = layout_.ys[index];
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
      const Rgb color = is_finite(trace.z[r][c]) ? figure_.color_bar->scale.at(layout_.color_place(trace.z[r][c]))
                                                 : Rgb{128, 128, 128};
      add_text((left + right) / 2, (top + bottom) / 2 + 4, text, "middle",
               std::string(" font-size=\"11\" fill=\"") + text_color_on(color) + '"');
    }
  }
}

inline void PlotlyDrawing::draw_legend() {
  if (!figure_.shows_legend) return;
  const double x = layout_.width - layout_.legend_width - layout_.color_bar_width - 6;
  double y = layout_.whole_top + 12;
  std::size_t shown = 0, all = 0;
  for (const PlotlyTrace* const one : layout_.legend_traces()) {
    const PlotlyTrace& trace = *one;
    if (++all > max_legend_entries) continue;
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

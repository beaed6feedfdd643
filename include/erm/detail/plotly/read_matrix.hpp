// Reads heatmaps and contour plots.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/chart/dash.hpp"
#include "erm/detail/plotly/read_colors.hpp"
#include "erm/detail/plotly/read_points.hpp"

namespace erm::detail {

/// The matrix of columns in `x`, `y` and `z` of the same length: the value of each pair of coordinates.
inline void read_matrix_of_points(PlotlyTrace& trace, const PlotlyAttributes& attributes) {
  const PlotlyColumn z = attributes.column("z");
  const auto distinct = [](const PlotlyColumn& all, std::vector<std::size_t>& places) {
    PlotlyColumn out;
    std::map<std::string, std::size_t> known;
    const bool is_numeric = all.is_numeric();
    std::vector<double> sorted;
    if (is_numeric) {
      for (const double value : all.numbers)
        if (is_finite(value)) sorted.push_back(value);
      std::sort(sorted.begin(), sorted.end());
      sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
      out.numbers = sorted;
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (is_numeric) {
        places.push_back(
            static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), all.numbers[i]) - sorted.begin()));
        continue;
      }
      const auto [found, is_new] = known.try_emplace(all.text(i), out.texts.size());
      if (is_new) {
        out.texts.push_back(all.text(i));
        out.numbers.push_back(all.numbers[i]);
      }
      places.push_back(found->second);
    }
    return out;
  };
  std::vector<std::size_t> columns, rows;
  PlotlyColumn x = distinct(trace.x, columns), y = distinct(trace.y, rows);
  if (x.size() * y.size() > 4000000) throw UndrawableFigure("its heatmap has too many cells");
  trace.z.assign(y.size(), std::vector<double>(x.size(), no_number()));
  for (std::size_t i = 0; i < z.size() && i < columns.size() && i < rows.size(); ++i)
    if (rows[i] < y.size() && columns[i] < x.size()) trace.z[rows[i]][columns[i]] = z.numbers[i];
  trace.x = std::move(x);
  trace.y = std::move(y);
}

inline void read_cell_texts(PlotlyTrace& trace, const PlotlyAttributes& attributes, PlotlyLeftOut& left_out) {
  const std::string pattern = repaired_utf8(attributes.text("texttemplate"));
  const Json* const text = attributes.at("text");
  if (pattern.empty()) return;
  bool is_whole = true;
  std::size_t cells = 0;
  for (std::size_t r = 0; r < trace.z.size(); ++r) {
    trace.cell_texts.emplace_back();
    for (std::size_t c = 0; c < trace.z[r].size() && cells < 4000; ++c, ++cells) {
      const auto value_of = [&](std::string_view name, std::string_view format) -> std::optional<std::string> {
        if (!format.empty() && !formatted_number(1, format)) return std::nullopt;
        if (name == "z")
          return is_finite(trace.z[r][c])
                     ? formatted_number(trace.z[r][c], format).value_or(short_number(trace.z[r][c]))
                     : std::string();
        if (name == "text") {
          if (text == nullptr || !text->is_array() || r >= text->size() || !(*text)[r].is_array() ||
              c >= (*text)[r].size())
            return std::string();
          return label_of((*text)[r][c]);
        }
        if (name == "x" && c < trace.x.size()) return trace.x.text(c);
        if (name == "y" && r < trace.y.size()) return trace.y.text(r);
        return std::nullopt;
      };
      trace.cell_texts.back().push_back(title_of_text(filled_template(pattern, value_of, is_whole)));
    }
  }
  if (!is_whole) left_out.add("a part of texttemplate");
}

inline void read_heatmap(PlotlyTrace& trace, const PlotlyAttributes& attributes, const Json* layout,
                         PlotlyLeftOut& left_out) {
  const Json* const z = attributes.at("z");
  const bool is_column = z != nullptr && z->is_array() && !z->empty() && !z->front().is_array() &&
                         !is_typed_array(&z->front()) && trace.x.size() > 0 && trace.y.size() > 0;
  const bool is_typed_column = is_typed_array(z) && member(z, "shape") == nullptr;
  if (is_column || is_typed_column)
    read_matrix_of_points(trace, attributes);
  else
    trace.z = matrix_of(z, "z");
  if (attributes.flag("transpose")) {
    std::size_t columns = 0;
    for (const auto& row : trace.z) columns = (std::max)(columns, row.size());
    std::vector<std::vector<double>> turned(columns, std::vector<double>(trace.z.size(), no_number()));
    for (std::size_t r = 0; r < trace.z.size(); ++r)
      for (std::size_t c = 0; c < trace.z[r].size(); ++c) turned[c][r] = trace.z[r][c];
    trace.z = std::move(turned);
  }
  read_color_bar(trace, attributes, layout, {'z', ""});
  const auto first = [&](const char* start, const char* step, PlotlyColumn& column, std::size_t count) {
    const auto from = attributes.number(start), by = attributes.number(step);
    if (column.size() > 0 || (!from && !by)) return;
    for (std::size_t i = 0; i < count; ++i)
      column.numbers.push_back(from.value_or(0) + static_cast<double>(i) * by.value_or(1));
  };
  std::size_t columns = 0;
  for (const auto& row : trace.z) columns = (std::max)(columns, row.size());
  first("x0", "dx", trace.x, columns);
  first("y0", "dy", trace.y, trace.z.size());
  for (const char* const name : {"xtype", "ytype", "connectgaps", "hoverongaps"})
    if (std::string_view(name) != "connectgaps") attributes.ignore(name);
  const std::string_view smoothing = attributes.text("zsmooth");
  if (trace.kind == PlotlyTrace::Kind::heatmap) {
    read_cell_texts(trace, attributes, left_out);
    trace.x_gap = attributes.number("xgap", 0, 0, 100);
    trace.y_gap = attributes.number("ygap", 0, 0, 100);
    if (!smoothing.empty()) left_out.add("zsmooth: the cells have one colour each");
    return;
  }
  const std::string_view coloring = attributes.text("contours.coloring");
  if (!coloring.empty()) trace.coloring = coloring;
  if (trace.coloring == "heatmap") left_out.add("contours.coloring 'heatmap': the areas between the lines are filled");
  trace.shows_lines = attributes.flag("contours.showlines", true);
  if (attributes.text("contours.type") == "constraint") left_out.add("contours.type 'constraint'");
  const bool is_automatic = attributes.at("autocontour") != nullptr && is_true(attributes.at("autocontour"));
  trace.level_start = attributes.number("contours.start");
  trace.level_end = attributes.number("contours.end");
  trace.level_size = attributes.number("contours.size");
  if (is_automatic) trace.level_start = trace.level_end = trace.level_size = std::nullopt;
  trace.level_count = static_cast<std::size_t>(attributes.number("ncontours", 15, 1, 100));
  trace.line_width = attributes.number("line.width", trace.coloring == "lines" ? 2 : 0.5, 0, 20);
  trace.color = attributes.color("line.color");
  if (trace.color.empty()) trace.color = "#444444";
  trace.dash = dash_of(attributes.text("line.dash"));
  if (attributes.number("line.smoothing").value_or(1) > 0) left_out.add("the smoothing of contours");
}

}  // namespace erm::detail

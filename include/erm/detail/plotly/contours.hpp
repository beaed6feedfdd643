// The areas and lines of contour plots, by marching squares: each cell between four values is cut where the plane
// through them has the height of a level.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/chart/axis.hpp"
#include "erm/detail/chart/marks.hpp"
#include "erm/detail/plotly/histogram.hpp"
#include "erm/detail/plotly/trace.hpp"

namespace erm::detail {

struct PlotlyLevels {
  double start = 0, size = 1;
  std::size_t count = 1;
  [[nodiscard]] double at(std::size_t i) const { return start + static_cast<double>(i) * size; }
};

/// The heights of the lines: those of the figure, or about as many round ones as it wants.
inline PlotlyLevels contour_levels(const PlotlyTrace& trace, double low, double high) {
  PlotlyLevels levels;
  if (!(high > low)) {
    levels.start = low;
    return levels;
  }
  double start = 0, end = 0, size = trace.level_size.value_or(0);
  if (!(size > 0) || !trace.level_start || !trace.level_end) {
    const double step = rounded_up_step((high - low) / static_cast<double>(trace.level_count));
    if (!(size > 0)) size = step;
    const double noise = (high - low) * 1e-4;
    start = std::ceil((low - noise) / step) * step;
    end = std::floor((high + noise) / step) * step;
    if (std::fabs(start - low) < step * 1e-9) start += step;
    if (std::fabs(end - high) < step * 1e-9) end -= step;
    if (start > end) start = end = (start + end) / 2;
  }
  levels.start = trace.level_start.value_or(start);
  levels.size = size;
  const double count = std::floor((trace.level_end.value_or(end) - levels.start) / size + 1 + 1e-6);
  if (!(count < 200)) throw UndrawableFigure("it has more than 200 contours");
  levels.count = static_cast<std::size_t>((std::max)(count, 1.0));
  return levels;
}

class PlotlyContours {
 public:
  PlotlyContours(const PlotlyTrace& trace, const std::vector<double>& x, const std::vector<double>& y)
      : trace_(trace), z_(trace.z), x_(x), y_(y) {}

  void add_to(PlotlyMarks& marks) {
    const PlotlyColorBar& bar = *trace_.color_bar;
    double low = infinity(), high = infinity(true);
    for (const auto& row : z_)
      for (const double value : row)
        if (is_finite(value)) {
          low = (std::min)(low, value);
          high = (std::max)(high, value);
        }
    if (!is_finite(low)) return;
    const PlotlyLevels levels = contour_levels(trace_, low, high);
    const auto count = static_cast<double>(levels.count);
    const bool is_filled = trace_.coloring == "fill" || trace_.coloring == "heatmap";
    // The colours of the areas are those of the heights in their middle, from half a step below the first line.
    const auto color = [&](double height) {
      const double bottom = levels.start - (is_filled ? levels.size / 2 : 0);
      const double span = levels.size * (is_filled ? count : (std::max)(count - 1, 1.0));
      return hex_color(bar.scale.at(std::clamp((height - bottom) / span, 0.0, 1.0)));
    };
    // Each area covers what is higher, too: so there is no gap between two.
    for (std::size_t i = 0; is_filled && i <= levels.count; ++i) {
      PlotlyMark area;
      area.part = "level";
      area.fill = color(levels.at(i) - levels.size / 2);
      area.is_closed = true;
      add_area(i == 0 ? infinity(true) : levels.at(i - 1), area.points);
      if (!area.points.empty()) marks.marks.push_back(std::move(area));
    }
    const bool has_lines = trace_.shows_lines || trace_.coloring == "lines";
    for (std::size_t i = 0; has_lines && i < levels.count; ++i) {
      PlotlyMark line;
      line.part = "contours";
      line.stroke = trace_.coloring == "lines" ? color(levels.at(i)) : trace_.color;
      line.line_width = trace_.line_width;
      line.dash = trace_.dash;
      add_lines(levels.at(i), line.points);
      if (!line.points.empty()) marks.marks.push_back(std::move(line));
    }
  }

 private:
  struct Corner {
    double x, y, z;
  };
  static SvgPoint between(const Corner& a, const Corner& b, double height) {
    const double part = (height - a.z) / (b.z - a.z);
    return {a.x + part * (b.x - a.x), a.y + part * (b.y - a.y)};
  }
  static SvgPoint gap() { return {no_number(), no_number()}; }

  /// Calls `use(corners, row, column)` for each cell whose four values are known.
  template <class Use>
  void for_each_cell(const Use& use) const {
    for (std::size_t r = 0; r + 1 < z_.size(); ++r)
      for (std::size_t c = 0; c + 1 < (std::min)(z_[r].size(), z_[r + 1].size()); ++c) {
        const Corner corners[4] = {{x_[c], y_[r], z_[r][c]},
                                   {x_[c + 1], y_[r], z_[r][c + 1]},
                                   {x_[c + 1], y_[r + 1], z_[r + 1][c + 1]},
                                   {x_[c], y_[r + 1], z_[r + 1][c]}};
        if (is_finite(corners[0].z + corners[1].z + corners[2].z + corners[3].z)) use(corners, r, c);
      }
  }

  /// The part of each cell that is above `height`; whole cells beside each other are one rectangle.
  void add_area(double height, std::vector<SvgPoint>& out) const {
    std::size_t run_row = z_.size(), run_end = 0;
    std::vector<SvgPoint> rectangle;
    const auto end_run = [&] {
      if (rectangle.empty()) return;
      out.insert(out.end(), rectangle.begin(), rectangle.end());
      out.push_back(gap());
      rectangle.clear();
    };
    for_each_cell([&](const Corner* corners, std::size_t row, std::size_t column) {
      const bool is_whole = std::all_of(corners, corners + 4, [&](const Corner& corner) { return corner.z > height; });
      if (!is_whole) {
        add_part(corners, height, out);
        return;
      }
      if (rectangle.empty() || run_row != row || run_end != column) {
        end_run();
        rectangle = {{corners[0].x, corners[0].y},
                     {corners[1].x, corners[1].y},
                     {corners[2].x, corners[2].y},
                     {corners[3].x, corners[3].y}};
      }
      rectangle[1] = {corners[1].x, corners[1].y};
      rectangle[2] = {corners[2].x, corners[2].y};
      run_row = row;
      run_end = column + 1;
    });
    end_run();
  }
  static void add_part(const Corner* corners, double height, std::vector<SvgPoint>& out) {
    std::vector<SvgPoint> part;
    for (int i = 0; i < 4; ++i) {
      const Corner &a = corners[i], &b = corners[(i + 1) % 4];
      if (a.z > height) part.push_back({a.x, a.y});
      if ((a.z > height) != (b.z > height)) part.push_back(between(a, b, height));
    }
    if (part.size() < 3) return;
    // Two opposite corners above and the middle below: two triangles.
    const bool is_saddle =
        (corners[0].z > height) == (corners[2].z > height) && (corners[1].z > height) == (corners[3].z > height);
    const double middle = (corners[0].z + corners[1].z + corners[2].z + corners[3].z) / 4;
    if (is_saddle && middle < height && part.size() == 6) {
      const bool first = corners[0].z > height;
      const std::size_t order[2][6] = {{5, 0, 1, 2, 3, 4}, {0, 1, 2, 3, 4, 5}};
      for (std::size_t k = 0; k < 6; ++k) {
        out.push_back(part[order[first ? 0 : 1][k]]);
        if (k % 3 == 2) out.push_back(gap());
      }
      return;
    }
    out.insert(out.end(), part.begin(), part.end());
    out.push_back(gap());
  }

  void add_lines(double height, std::vector<SvgPoint>& out) const {
    for_each_cell([&](const Corner* corners, std::size_t, std::size_t) {
      SvgPoint cuts[4];
      int count = 0;
      for (int i = 0; i < 4; ++i) {
        const Corner &a = corners[i], &b = corners[(i + 1) % 4];
        if ((a.z > height) != (b.z > height)) cuts[count++] = between(a, b, height);
      }
      if (count < 2) return;
      const double middle = (corners[0].z + corners[1].z + corners[2].z + corners[3].z) / 4;
      const bool is_turned = count == 4 && (middle > height) == (corners[0].z > height);
      const int order[2][4] = {{3, 0, 1, 2}, {0, 1, 2, 3}};
      for (int k = 0; k < count; ++k) {
        out.push_back(count == 2 ? cuts[k] : cuts[order[is_turned ? 1 : 0][k]]);
        if (k % 2 == 1) out.push_back(gap());
      }
    });
  }

  const PlotlyTrace& trace_;
  const std::vector<std::vector<double>>& z_;
  const std::vector<double>&x_, &y_;
};

}  // namespace erm::detail

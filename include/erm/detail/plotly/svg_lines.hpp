// Lines as points in pixels: few enough to be written, and so many that no one sees the difference.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "erm/detail/plotly/svg_text.hpp"

namespace erm::detail {

/// Appends the points of [begin, end), in which x never falls, with at most four to a column of pixels: its first,
/// lowest, highest and last.
inline void append_thinned(std::vector<SvgPoint>& out, const SvgPoint* begin, const SvgPoint* end) {
  while (begin != end) {
    const double column = std::floor(begin->x);
    const SvgPoint *low = begin, *high = begin, *last = begin;
    for (const SvgPoint* point = begin; point != end && std::floor(point->x) == column; ++point) {
      if (point->y < low->y) low = point;
      if (point->y > high->y) high = point;
      last = point;
    }
    out.push_back(*begin);
    const auto [first_extreme, second_extreme] = std::minmax(low, high);
    if (first_extreme != begin) out.push_back(*first_extreme);
    if (second_extreme != first_extreme && second_extreme != last) out.push_back(*second_extreme);
    if (last != begin && last != first_extreme) out.push_back(*last);
    begin = last + 1;
  }
}

/// A line of which no one sees that points are missing; gaps stay.
inline std::vector<SvgPoint> thinned(const std::vector<SvgPoint>& points) {
  std::vector<SvgPoint> out;
  for (std::size_t i = 0; i < points.size();) {
    if (points[i].is_gap()) {
      out.push_back(points[i++]);
      continue;
    }
    std::size_t end = i + 1;
    bool forward = true;
    for (; end < points.size() && !points[end].is_gap(); ++end) forward = forward && points[end].x >= points[end - 1].x;
    if (end - i < 500) {
      out.insert(out.end(), points.begin() + static_cast<std::ptrdiff_t>(i),
                 points.begin() + static_cast<std::ptrdiff_t>(end));
    } else if (forward) {
      append_thinned(out, points.data() + i, points.data() + end);
    } else {
      out.push_back(points[i]);
      for (std::size_t k = i + 1; k < end; ++k) {
        const bool moves = std::fabs(points[k].x - out.back().x) + std::fabs(points[k].y - out.back().y) >= 0.7;
        if (moves || k + 1 == end) out.push_back(points[k]);
      }
    }
    i = end;
  }
  return out;
}

/// The corners that a step shape ("hv", "vh", "hvh", "vhv") puts between points.
inline std::vector<SvgPoint> stepped(const std::vector<SvgPoint>& points, const std::string& shape) {
  if (shape != "hv" && shape != "vh" && shape != "hvh" && shape != "vhv") return points;
  std::vector<SvgPoint> out;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i > 0 && !points[i].is_gap() && !points[i - 1].is_gap()) {
      const SvgPoint &a = points[i - 1], &b = points[i];
      if (shape == "hv") out.push_back({b.x, a.y});
      if (shape == "vh") out.push_back({a.x, b.y});
      if (shape == "hvh") out.insert(out.end(), {{(a.x + b.x) / 2, a.y}, {(a.x + b.x) / 2, b.y}});
      if (shape == "vhv") out.insert(out.end(), {{a.x, (a.y + b.y) / 2}, {b.x, (a.y + b.y) / 2}});
    }
    out.push_back(points[i]);
  }
  return out;
}

}  // namespace erm::detail

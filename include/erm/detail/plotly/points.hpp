// The places of the points of scatter traces, their stacks, and the room that they need on their axes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/chart/axis.hpp"
#include "erm/detail/plotly/trace.hpp"

namespace erm::detail {

/// The places of a scatter trace's points, and the ends of its error bars.
struct PlotlyPoints {
  std::vector<double> x, y;
  std::vector<bool> is_added;  // to a stack, where other traces of it have a point; not drawn as a marker
  bool is_first = true;        // of its kind on its axes: there is no line before it that an area could reach
};

/// The place of `value` moved by `by`; beyond the axis where that has no place on a logarithmic one.
inline double moved_place(const PlotlyAxis& axis, double place, double by) {
  if (axis.kind != PlotlyAxis::Kind::logarithmic) return place + by;
  return axis.place(std::pow(10.0, place) + by);
}

/// Stacks the traces of one stack group: each has a point wherever one of them has one.
inline void stack_points(const std::vector<PlotlyTrace>& traces, const std::vector<std::size_t>& members,
                         std::vector<PlotlyPoints>& points) {
  const bool is_horizontal = traces[members[0]].is_horizontal, interpolates = traces[members[0]].interpolates_stack;
  std::map<double, double> sums;  // at each place
  std::vector<std::map<double, double>> values(members.size());
  for (std::size_t m = 0; m < members.size(); ++m) {
    const PlotlyPoints& own = points[members[m]];
    const std::vector<double>&at = is_horizontal ? own.y : own.x, &value = is_horizontal ? own.x : own.y;
    for (std::size_t i = 0; i < at.size(); ++i) {
      if (!is_finite(at[i])) continue;
      sums.try_emplace(at[i], 0);
      if (is_finite(value[i])) values[m][at[i]] += value[i];
    }
  }
  const std::string norm = traces[members[0]].stack_norm;
  std::vector<std::vector<double>> rows(members.size());
  for (std::size_t m = 0; m < members.size(); ++m) {
    const auto& own = values[m];
    for (auto& [at, sum] : sums) {
      double value = 0;
      const auto next = own.lower_bound(at);
      if (next != own.end() && next->first == at) {
        value = next->second;
      } else if (interpolates && next != own.end() && next != own.begin()) {
        const auto last = std::prev(next);
        value = last->second + (next->second - last->second) * (at - last->first) / (next->first - last->first);
      }
      rows[m].push_back(value);
      sum += value;
    }
  }
  std::vector<double> totals, base(sums.size());
  for (const auto& [at, sum] : sums) totals.push_back(sum);
  for (std::size_t m = 0; m < members.size(); ++m) {
    PlotlyPoints& own = points[members[m]];
    std::vector<double> at_all, value_all;
    own.is_added.clear();
    std::size_t i = 0;
    for (const auto& [at, sum] : sums) {
      const double scale = norm == "fraction" || norm == "percent" ? (norm == "percent" ? 100 : 1) / totals[i] : 1;
      base[i] += rows[m][i] * (is_finite(scale) ? scale : 0);
      at_all.push_back(at);
      value_all.push_back(base[i]);
      own.is_added.push_back(values[m].count(at) == 0);
      ++i;
    }
    own.x = is_horizontal ? value_all : at_all;
    own.y = is_horizontal ? std::move(at_all) : std::move(value_all);
  }
}

/// Widens the axes to hold the points of a trace, their markers and their error bars.
inline void widen_for_points(const PlotlyTrace& trace, const PlotlyPoints& points, PlotlyAxis& x, PlotlyAxis& y) {
  const std::size_t size = points.x.size();
  if (size == 0) return;
  for (PlotlyAxis* const axis : {&x, &y}) axis->least_step = 0;  // lines need ticks between bars
  const auto is_same = [](double a, double b) { return a == b; };
  const bool is_open =
      size < 2 || !is_same(points.x[0], points.x[size - 1]) || !is_same(points.y[0], points.y[size - 1]);
  const std::string& fill = trace.fill;
  const bool is_stacked = !trace.stack.empty();
  const bool x_to_zero = is_open && (fill == "tozerox" || (fill == "tonextx" && (points.is_first || is_stacked)));
  const bool y_to_zero = is_open && (fill == "tozeroy" || (fill == "tonexty" && (points.is_first || is_stacked)));
  const bool has_room = trace.has_markers || trace.has_texts;
  const bool x_is_tight = !x_to_zero && trace.error_y.empty() && (fill == "tonexty" || fill == "tozeroy" || !has_room);
  const bool y_is_tight = !y_to_zero && (fill == "tonextx" || fill == "tozerox");
  for (std::size_t i = 0; i < size; ++i) {
    const double marker = i < trace.sizes.size() ? trace.sizes[i] : trace.marker_size;
    const double pixels = trace.has_markers ? (std::max)(marker / 1.6, 3.0) : 0;
    const auto widen = [&](PlotlyAxis& axis, double place, bool is_to_zero, bool is_tight) {
      const double ground = axis.place(0);
      const PlotlyRoom room = is_tight ? PlotlyRoom{} : PlotlyRoom{pixels, true};
      if (is_to_zero && is_finite(ground) && is_finite(place))
        axis.widen_from(ground, place, room);
      else
        axis.widen(place, room);
    };
    widen(x, points.x[i], x_to_zero, x_is_tight);
    widen(y, points.y[i], y_to_zero, y_is_tight);
    if (!is_finite(points.x[i]) || !is_finite(points.y[i])) continue;
    const auto reach = [&](const PlotlyErrors& errors, PlotlyAxis& axis, double place) {
      if (i < errors.plus.size() && is_finite(errors.plus[i]))
        axis.widen(moved_place(axis, place, errors.plus[i]), {0, true});
      if (i < errors.minus.size() && is_finite(errors.minus[i]))
        axis.widen(moved_place(axis, place, -errors.minus[i]), {0, true});
    };
    reach(trace.error_x, x, points.x[i]);
    reach(trace.error_y, y, points.y[i]);
  }
}

/// Lays out the scatter traces among `which`, the traces of one pair of axes.
inline void lay_out_points(const std::vector<PlotlyTrace>& traces, const std::vector<std::size_t>& which, PlotlyAxis& x,
                           PlotlyAxis& y, std::vector<PlotlyPoints>& points) {
  points.resize(traces.size());
  std::map<std::string, std::vector<std::size_t>> stacks;
  bool any = false;
  for (const std::size_t i : which) {
    const PlotlyTrace& trace = traces[i];
    if (trace.kind != PlotlyTrace::Kind::scatter) continue;
    PlotlyPoints& own = points[i];
    own.x = x.places(trace.x);
    own.y = y.places(trace.y);
    const std::size_t size = (std::min)(own.x.size(), own.y.size());
    own.x.resize(size);
    own.y.resize(size);
    if (trace.stack.empty()) {
      own.is_first = !any;
      any = true;
    } else {
      own.is_first = stacks[trace.stack].empty();
      stacks[trace.stack].push_back(i);
    }
  }
  for (const auto& [name, members] : stacks) stack_points(traces, members, points);
  for (const std::size_t i : which)
    if (traces[i].kind == PlotlyTrace::Kind::scatter) widen_for_points(traces[i], points[i], x, y);
}

}  // namespace erm::detail

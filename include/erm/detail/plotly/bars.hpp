// The bars of a figure, of bar traces and of histograms, and their places.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/plotly/axis.hpp"
#include "erm/detail/plotly/figure.hpp"

namespace erm::detail {

/// The ends of what is drawn at each place.
using PlotlyExtents = std::map<double, std::pair<double, double>>;

/// A bar that extends from `begin` to `end` on the axis that it stands on, and from `foot` to `head` on the other axis,
/// all in places.
struct PlotlyBar {
  double begin = 0, end = 0, foot = 0, head = 0;
  std::size_t point = 0;  // the index of its point in the trace
};

/// The middle and the value of a bar, whose width depends on its neighbours.
struct PlotlyCount {
  double middle = 0, value = 0, base = 0;
  std::size_t point = 0;
};

struct PlotlyBins {
  double first = 0, size = 1;
  std::size_t count = 1;
};

/// Intervals of a round size that cover `values`, at most `wanted` unless that is 0. `values` are finite and not empty.
inline PlotlyBins round_bins(const std::vector<double>& values, std::size_t wanted) {
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  PlotlyBins bins;
  const double span = *greatest - *least;
  if (!is_finite(span)) throw UndrawableFigure("its numbers are too large to be counted in intervals");
  if (!(span > (std::max)(std::fabs(*greatest), std::fabs(*least)) * 1e-13) || span < 1e-290) {
    bins.size = (std::max)(std::fabs(*least) * 0.1, 1e-12);
    bins.first = *least - bins.size / 2;
    return bins;
  }
  const bool whole = std::all_of(values.begin(), values.end(), [](double v) { return std::floor(v) == v; });
  const auto most = static_cast<double>(
      wanted > 0 ? wanted : std::clamp<std::size_t>(static_cast<std::size_t>(2 * std::cbrt(values.size())), 5, 60));
  bins.size = nice_step(span / most);
  if (whole) bins.size = (std::max)(bins.size, 1.0);
  for (;;) {
    // Intervals of size 1 have whole numbers in their middle.
    const double shift = whole && bins.size == 1 ? 0.5 : 0;
    bins.first = std::floor(*least / bins.size + shift) * bins.size - shift;
    const double count = std::floor((*greatest - bins.first) / bins.size) + 1;
    if (count <= (std::max)(most, 1.0) || wanted == 0) {
      bins.count = static_cast<std::size_t>(std::clamp(count, 1.0, 2000.0));
      return bins;
    }
    bins.size = nice_step(bins.size * 1.5);
  }
}

inline std::vector<PlotlyCount> count_histogram(const PlotlyTrace& trace, const std::vector<double>& places,
                                                PlotlyBins bins, bool is_category) {
  std::vector<PlotlyCount> out;
  if (!is_category && trace.bin_size && *trace.bin_size > 0) {
    bins.first = trace.bin_start.value_or(bins.first);
    const double greatest = places.empty() ? bins.first : *std::max_element(places.begin(), places.end());
    const double end = trace.bin_end.value_or(greatest), count = std::ceil((end - bins.first) / *trace.bin_size);
    if (!(count <= 2000)) throw UndrawableFigure("its histogram has more than 2,000 intervals");
    bins.size = *trace.bin_size;
    bins.count = static_cast<std::size_t>((std::max)(count, 1.0));
  }
  for (std::size_t i = 0; i < bins.count; ++i)
    out.push_back({bins.first + (static_cast<double>(i) + 0.5) * bins.size, 0, 0, i});
  for (const double place : places) {
    const double at = std::floor((place - bins.first) / bins.size);
    if (at >= 0 && at < static_cast<double>(bins.count)) ++out[static_cast<std::size_t>(at)].value;
  }
  const auto total = static_cast<double>((std::max<std::size_t>)(places.size(), 1));
  const std::string& norm = trace.histogram_norm;
  for (PlotlyCount& count : out) {
    if (norm == "percent") count.value *= 100 / total;
    if (norm == "probability" || norm == "probability density") count.value /= total;
    if (norm == "density" || norm == "probability density") count.value /= bins.size;
  }
  return out;
}

inline bool is_bar(const PlotlyTrace& trace) {
  return trace.kind == PlotlyTrace::Kind::bar || trace.kind == PlotlyTrace::Kind::histogram;
}

/// The bars of each trace, in the order of the traces; none for traces of other kinds.
inline std::vector<std::vector<PlotlyCount>> count_bars(PlotlyFigure& figure) {
  std::vector<std::vector<PlotlyCount>> counts(figure.traces.size());
  std::vector<std::vector<double>> places(figure.traces.size());
  std::vector<double> all;
  std::size_t wanted = 0;
  for (std::size_t t = 0; t < figure.traces.size(); ++t) {
    PlotlyTrace& trace = figure.traces[t];
    if (!is_bar(trace)) continue;
    PlotlyAxis& axis = trace.is_horizontal ? figure.y : figure.x;
    const std::vector<double> at = axis.places(trace.is_horizontal ? trace.y : trace.x);
    if ((trace.is_horizontal ? figure.x : figure.y).kind == PlotlyAxis::Kind::category)
      throw UndrawableFigure("the values of its bars are not numbers");
    if (trace.kind == PlotlyTrace::Kind::bar) {
      const PlotlyColumn& values = trace.is_horizontal ? trace.x : trace.y;
      for (std::size_t i = 0; i < (std::min)(at.size(), values.size()); ++i) {
        const double base = i < trace.base.size() ? trace.base.numbers[i] : 0;
        if (is_finite(at[i]) && is_finite(values.numbers[i]) && is_finite(base))
          counts[t].push_back({at[i], values.numbers[i], base, i});
      }
      continue;
    }
    wanted = (std::max)(wanted, trace.bins);
    for (const double place : at)
      if (is_finite(place)) places[t].push_back(place);
    all.insert(all.end(), places[t].begin(), places[t].end());
  }
  for (std::size_t t = 0; t < figure.traces.size(); ++t) {
    const PlotlyTrace& trace = figure.traces[t];
    if (trace.kind != PlotlyTrace::Kind::histogram || all.empty()) continue;
    const PlotlyAxis& axis = trace.is_horizontal ? figure.y : figure.x;
    const bool is_category = axis.kind == PlotlyAxis::Kind::category;
    const PlotlyBins bins =
        is_category ? PlotlyBins{-0.5, 1, (std::max<std::size_t>)(axis.categories.size(), 1)} : round_bins(all, wanted);
    counts[t] = count_histogram(trace, places[t], bins, is_category);
  }
  return counts;
}

/// Places the bars of all traces, and widens the axes to hold them.
inline std::vector<std::vector<PlotlyBar>> lay_out_bars(PlotlyFigure& figure) {
  const std::vector<std::vector<PlotlyCount>> counts = count_bars(figure);
  std::vector<std::vector<PlotlyBar>> bars(counts.size());
  std::vector<double> middles;
  std::size_t beside = 0;
  bool any_histogram = false;
  for (std::size_t t = 0; t < counts.size(); ++t) {
    if (!is_bar(figure.traces[t])) continue;
    ++beside;
    any_histogram = any_histogram || figure.traces[t].kind == PlotlyTrace::Kind::histogram;
    for (const PlotlyCount& count : counts[t]) middles.push_back(count.middle);
  }
  if (middles.empty()) return bars;
  std::sort(middles.begin(), middles.end());
  double distance = 0;
  for (std::size_t i = 1; i < middles.size(); ++i) {
    const double to_next = middles[i] - middles[i - 1];
    if (to_next > std::fabs(middles[i]) * 1e-9 && (distance == 0 || to_next < distance)) distance = to_next;
  }
  if (distance == 0) distance = 1;
  const bool is_group = figure.bar_mode == "group", is_stack = figure.bar_mode == "stack";
  const double gap = std::clamp(figure.bar_gap.value_or(any_histogram ? 0.04 : 0.2), 0.0, 0.95);
  const double all_width = distance * (1 - gap);

  PlotlyExtents stacks;  // the upper and lower end of the stack at each place
  std::size_t position = 0;
  for (std::size_t t = 0; t < counts.size(); ++t) {
    const PlotlyTrace& trace = figure.traces[t];
    if (!is_bar(trace)) continue;
    PlotlyAxis& along = trace.is_horizontal ? figure.y : figure.x;
    PlotlyAxis& across = trace.is_horizontal ? figure.x : figure.y;
    const double width = trace.bar_width > 0 ? trace.bar_width
                         : is_group          ? all_width / static_cast<double>(beside)
                                             : all_width;
    const double shift =
        is_group && trace.bar_width == 0 ? (static_cast<double>(position) + 0.5) * width - all_width / 2 : 0;
    for (const PlotlyCount& count : counts[t]) {
      double foot = count.base, head = count.base + count.value;
      if (is_stack) {
        auto& [up, down] = stacks[count.middle];
        double& end = count.value >= 0 ? up : down;
        foot = end;
        head = end += count.value;
      }
      const double middle = count.middle + shift;
      PlotlyBar bar{middle - width / 2, middle + width / 2, across.place(foot), across.place(head), count.point};
      if (!is_finite(bar.head)) continue;  // it has no place on a logarithmic axis
      along.widen(bar.begin);
      along.widen(bar.end);
      across.widen(bar.foot);
      across.widen(bar.head);
      bars[t].push_back(bar);
    }
    across.keeps_zero = true;
    across.room = 0.05;
    ++position;
  }
  return bars;
}

}  // namespace erm::detail

// The bars of a pair of axes, of bar traces and of histograms: in groups, in stacks or over each other, as plotly
// places them.
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
#include "erm/detail/plotly/histogram.hpp"
#include "erm/detail/plotly/trace.hpp"

namespace erm::detail {

/// The ends of what is drawn at each place.
using PlotlyExtents = std::map<double, std::pair<double, double>>;

/// A bar that extends from `begin` to `end` on the axis that it stands on, and from `foot` to `head` on the other axis,
/// all in places.
struct PlotlyBar {
  double begin = 0, end = 0, foot = 0, head = 0;
  std::size_t point = 0;  // the index of its point in the trace
};

/// The place of a trace among `count` traces that stand beside each other.
struct PlotlyOffset {
  std::size_t index = 0, count = 0;
};

/// The places of the traces that name an offset group, in the order in which the groups first occur. A count of 0: the
/// trace names none.
inline std::vector<PlotlyOffset> offset_groups(const std::vector<const PlotlyTrace*>& traces) {
  std::map<std::string, std::vector<std::string>> groups;  // of each alignment group
  std::vector<PlotlyOffset> out(traces.size());
  for (std::size_t i = 0; i < traces.size(); ++i) {
    const std::string& group = traces[i]->offset_group;
    if (group.empty()) continue;
    std::vector<std::string>& known = groups[traces[i]->alignment_group];
    out[i].index = static_cast<std::size_t>(std::find(known.begin(), known.end(), group) - known.begin());
    if (out[i].index == known.size()) known.push_back(group);
  }
  for (std::size_t i = 0; i < traces.size(); ++i)
    if (!traces[i]->offset_group.empty()) out[i].count = groups[traces[i]->alignment_group].size();
  return out;
}

/// The least distance between two different places.
inline double least_distance(std::vector<double> places) {
  std::sort(places.begin(), places.end());
  if (places.empty() || !(places.back() - places.front() > 0)) return 1;
  const double span = places.back() - places.front(), noise = span / static_cast<double>(places.size()) / 10000;
  double least = span, last = places[0];
  for (const double place : places) {
    if (!(place - last > noise)) continue;
    least = (std::min)(least, place - last);
    last = place;
  }
  return least;
}

/// The sums of what is stacked at each place; above and below zero apart where `is_split`.
class PlotlyStacks {
 public:
  explicit PlotlyStacks(bool is_split) : is_split_(is_split) {}
  double& at(double place, double value) { return sums_[{place, is_split_ && value < 0}]; }

 private:
  bool is_split_;
  std::map<std::pair<double, bool>, double> sums_;
};

/// Lays out the bars of one direction on one pair of axes.
class PlotlyBarLayout {
 public:
  PlotlyBarLayout(std::vector<PlotlyTrace>& traces, PlotlyAxis& x, PlotlyAxis& y, const PlotlyGroupStyle& style)
      : traces_(traces), x_(x), y_(y), style_(style) {}

  /// The bars of the traces `which`, which all are horizontal or all are not; each in `bars`, by its trace.
  void lay_out(const std::vector<std::size_t>& which, std::vector<std::vector<PlotlyBar>>& bars) {
    which_ = which;
    is_horizontal_ = traces_[which[0]].is_horizontal;
    count();
    choose_gap();
    std::vector<std::size_t> together, apart;
    const bool is_group = style_.bar_mode == "group",
               is_stack = style_.bar_mode == "stack" || style_.bar_mode == "relative";
    for (std::size_t i = 0; i < which_.size(); ++i) {
      if (counts_[i].empty()) continue;
      const PlotlyTrace& trace = traces_[which_[i]];
      const bool is_own = is_group ? !trace.offset.empty() : is_stack ? trace.base.size() > 0 : true;
      (is_own ? apart : together).push_back(i);
    }
    if (!together.empty()) place(together, is_group, is_stack);
    for (const std::size_t i : apart) place({i}, false, false);
    for (std::size_t i = 0; i < which_.size(); ++i) finish(i, bars[which_[i]]);
  }

 private:
  [[nodiscard]] PlotlyAxis& along() const { return is_horizontal_ ? y_ : x_; }
  [[nodiscard]] PlotlyAxis& across() const { return is_horizontal_ ? x_ : y_; }
  [[nodiscard]] bool is_category() const { return along().kind == PlotlyAxis::Kind::category; }

  void count() {
    counts_.resize(which_.size());
    shapes_.resize(which_.size());
    std::vector<std::vector<double>> places(which_.size());
    if (across().kind == PlotlyAxis::Kind::category) throw UndrawableFigure("the values of its bars are not numbers");
    for (std::size_t i = 0; i < which_.size(); ++i) {
      const PlotlyTrace& trace = traces_[which_[i]];
      places[i] = along().places(is_horizontal_ ? trace.y : trace.x);
      if (trace.kind == PlotlyTrace::Kind::histogram) continue;
      const PlotlyColumn& values = is_horizontal_ ? trace.x : trace.y;
      for (std::size_t k = 0; k < (std::min)(places[i].size(), values.size()); ++k) {
        const double base = k < trace.base.size() && is_finite(trace.base.numbers[k]) ? trace.base.numbers[k] : 0;
        if (is_finite(places[i][k]) && is_finite(values.numbers[k]))
          counts_[i].push_back({places[i][k], values.numbers[k], base, k});
      }
    }
    count_histograms(places);
  }

  /// Histograms have intervals in common, unless they are over each other.
  void count_histograms(const std::vector<std::vector<double>>& places) {
    std::map<std::string, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < which_.size(); ++i) {
      const PlotlyTrace& trace = traces_[which_[i]];
      if (trace.kind != PlotlyTrace::Kind::histogram) continue;
      std::string group = trace.bin_group.empty() ? std::string() : "g" + trace.bin_group;
      if (style_.bar_mode == "overlay" && group.empty()) group = "t" + std::to_string(i);
      groups[style_.bar_mode == "overlay" ? group : std::string()].push_back(i);
    }
    for (const auto& [name, members] : groups) {
      std::vector<double> all;
      double wanted = 0;
      PlotlyTrace given;
      for (const std::size_t i : members) {
        const PlotlyTrace& trace = traces_[which_[i]];
        for (const double place : places[i])
          if (is_finite(place)) all.push_back(place);
        if (wanted == 0) wanted = static_cast<double>(trace.bins);
        if (!given.bin_size) given.bin_size = trace.bin_size;
        if (!given.bin_start) given.bin_start = trace.bin_start;
        if (!given.bin_end) given.bin_end = trace.bin_end;
      }
      if (all.empty()) continue;
      PlotlyBins bins = automatic_bins(all, wanted, given.bin_size.value_or(0), is_category());
      if (!traces_[which_[members[0]]].accumulates.empty() && traces_[which_[members[0]]].current_bin != "include") {
        if (traces_[which_[members[0]]].accumulates == "decreasing")
          bins.first -= bins.size;
        else
          bins.end += bins.size;
      }
      if (given.bin_start) bins.first = *given.bin_start;
      if (given.bin_end) bins.end = *given.bin_end;
      for (const std::size_t i : members) {
        const PlotlyTrace& trace = traces_[which_[i]];
        PlotlyBins own = bins;
        // Intervals before the one that holds the first number begin where the common ones do.
        const auto first =
            std::min_element(places[i].begin(), places[i].end(), [](double a, double b) { return a < b; });
        if (given.bin_start && !trace.bin_start && first != places[i].end() && is_finite(*first) &&
            std::fabs((*first - bins.first) / bins.size) < 1e9)
          own.first = bins.first + std::floor((*first - bins.first) / bins.size) * bins.size;
        if (given.bin_end && !trace.bin_end)
          for (const double place : places[i])
            if (is_finite(place)) own.end = (std::max)(own.end, place);
        const PlotlyColumn& weights = is_horizontal_ ? trace.x : trace.y;
        counts_[i] = count_histogram(trace, places[i], weights.numbers, own);
        if (counts_[i].size() == 1) single_width_ = (std::min)(single_width_, own.size);
      }
    }
  }

  void choose_gap() {
    bool has_histogram = false, has_bar = which_.size() > 1 && style_.bar_mode == "group";
    for (const std::size_t i : which_)
      has_histogram = has_histogram || (traces_[i].kind == PlotlyTrace::Kind::histogram && !is_category());
    gap_ = std::clamp(style_.bar_gap.value_or(has_histogram && !has_bar ? 0 : 0.2), 0.0, 1.0);
  }

  /// Gives the bars of `members` their widths and offsets, and their feet and heads.
  void place(const std::vector<std::size_t>& members, bool is_group, bool is_stack) {
    std::vector<double> middles;
    std::vector<const PlotlyTrace*> traces;
    for (const std::size_t i : members) {
      traces.push_back(&traces_[which_[i]]);
      for (const PlotlyCount& count : counts_[i]) middles.push_back(count.middle);
    }
    std::vector<double> sorted = middles;
    std::sort(sorted.begin(), sorted.end());
    const double noise = (sorted.back() - sorted.front()) / static_cast<double>(sorted.size()) / 10000;
    bool overlap = false;
    for (std::size_t i = 1; i < sorted.size(); ++i) overlap = overlap || !(sorted[i] - sorted[i - 1] > noise);
    double distance = least_distance(middles);
    if (single_width_ < 1e300)
      distance = sorted.back() > sorted.front() ? (std::min)(distance, single_width_) : single_width_;
    if (is_category()) distance = 1;
    if (overlap)
      along().limit_ticks(distance, sorted.front());
    else
      along().least_step = 0;
    const double whole = distance * (1 - gap_);
    const auto beside = static_cast<double>(members.size());
    const std::vector<PlotlyOffset> offsets = offset_groups(traces);
    for (std::size_t m = 0; m < members.size(); ++m) {
      double slot = whole, shift = 0;
      if (is_group && offsets[m].count > 0) {
        slot = whole / static_cast<double>(offsets[m].count);
        shift = (2 * static_cast<double>(offsets[m].index) + 1 - static_cast<double>(offsets[m].count)) * slot / 2;
      } else if (is_group && overlap) {
        slot = whole / beside;
        shift = (2 * static_cast<double>(m) + 1 - beside) * slot / 2;
      }
      shapes_[members[m]] = {slot * (1 - style_.bar_group_gap), shift, distance};
    }
    if (is_group)
      for (const std::size_t i : members) stack_within(i);
    if (is_stack) stack(members);
    if (style_.bar_norm == "fraction" || style_.bar_norm == "percent") normalize(members, is_stack);
  }

  /// Bars of one trace at one place stand on each other.
  void stack_within(std::size_t i) {
    if (traces_[which_[i]].base.size() > 0) return;
    PlotlyStacks sums(true);
    for (PlotlyCount& count : counts_[i]) {
      double& sum = sums.at(count.middle, count.value);
      count.base = sum;
      sum += count.value;
    }
  }
  void stack(const std::vector<std::size_t>& members) {
    PlotlyStacks sums(style_.bar_mode == "relative");
    for (const std::size_t i : members)
      for (PlotlyCount& count : counts_[i]) {
        double& sum = sums.at(count.middle, count.value);
        count.base = sum;
        sum += count.value;
      }
  }
  void normalize(const std::vector<std::size_t>& members, bool is_stack) {
    PlotlyStacks sums(is_stack && style_.bar_mode == "relative");
    for (const std::size_t i : members)
      for (const PlotlyCount& count : counts_[i]) sums.at(count.middle, count.value) += count.value;
    for (const std::size_t i : members)
      for (PlotlyCount& count : counts_[i]) {
        const double sum = std::fabs(sums.at(count.middle, count.value));
        const double scale = sum > 0 ? (style_.bar_norm == "percent" ? 100 : 1) / sum : 0;
        count.base *= scale;
        count.value *= scale;
      }
  }

  /// The final bars of a trace; widens the axes to hold them.
  void finish(std::size_t i, std::vector<PlotlyBar>& bars) {
    const PlotlyTrace& trace = traces_[which_[i]];
    const Shape& shape = shapes_[i];
    for (const PlotlyCount& count : counts_[i]) {
      const double width = trace.widths.at(count.point, shape.width);
      const double offset = trace.offset.empty() ? shape.shift - width / 2 : trace.offset.at(count.point, 0);
      const double begin = count.middle + offset, head = count.base + count.value;
      const bool has_own_base = count.base != 0;
      PlotlyBar bar{begin, begin + width, across().place(count.base), across().place(head), count.point};
      if (!is_finite(bar.head)) continue;  // it has no place on a logarithmic axis
      along().widen(count.middle - shape.distance / 2);
      along().widen(count.middle + shape.distance / 2);
      if (!trace.widths.empty() || !trace.offset.empty()) {
        along().widen(bar.begin);
        along().widen(bar.end);
      }
      widen_across(trace, bar, has_own_base);
      bars.push_back(bar);
    }
  }

  /// Bars stand on zero, but where each has a base of its own. Shares of a whole end exactly there.
  void widen_across(const PlotlyTrace& trace, const PlotlyBar& bar, bool has_own_base) {
    const double ground = across().place(0), whole = style_.bar_norm == "percent" ? 100 : 1;
    const bool is_share =
        !style_.bar_norm.empty() && style_.bar_mode == "stack" && bar.head >= 0 && bar.head <= whole * (1 + 1e-9);
    const bool has_text_beyond =
        !is_horizontal_ && !trace.texts.empty() && trace.text_places.is_one && trace.text_places.values[0] == "outside";
    const PlotlyRoom room{has_text_beyond ? 18.6 : 0, !is_share};
    if (is_finite(ground) && (!has_own_base || style_.bar_mode == "stack" || style_.bar_mode == "relative")) {
      across().widen_from(ground, bar.head, room);
      if (has_own_base) across().widen_from(ground, bar.foot, room);
      return;
    }
    across().widen(bar.head, room);
    if (has_own_base) across().widen(bar.foot, room);
  }

  struct Shape {
    double width = 0, shift = 0, distance = 1;
  };

  std::vector<PlotlyTrace>& traces_;
  PlotlyAxis &x_, &y_;
  const PlotlyGroupStyle& style_;
  std::vector<std::size_t> which_;
  bool is_horizontal_ = false;
  std::vector<std::vector<PlotlyCount>> counts_;
  std::vector<Shape> shapes_;
  double gap_ = 0.2, single_width_ = 1e301;
};

/// The bars of each trace, in the order of the traces; none for traces of other kinds. `which` are the traces of one
/// pair of axes.
inline void lay_out_bars(std::vector<PlotlyTrace>& traces, const std::vector<std::size_t>& which, PlotlyAxis& x,
                         PlotlyAxis& y, const PlotlyGroupStyle& style, std::vector<std::vector<PlotlyBar>>& bars) {
  bars.resize(traces.size());
  for (const bool is_horizontal : {false, true}) {
    std::vector<std::size_t> same;
    for (const std::size_t i : which)
      if (is_bar(traces[i]) && traces[i].is_horizontal == is_horizontal) same.push_back(i);
    if (!same.empty()) PlotlyBarLayout(traces, x, y, style).lay_out(same, bars);
  }
}

}  // namespace erm::detail

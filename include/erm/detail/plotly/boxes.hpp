// Boxes, violins and candlesticks: what they show of the values at each place, and where they stand.
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
#include "erm/detail/chart/marks.hpp"
#include "erm/detail/plotly/bars.hpp"
#include "erm/detail/plotly/trace.hpp"

namespace erm::detail {

/// The value below which a share of the sorted `values` lies, between two of them where it must be.
inline double quantile_of(const std::vector<double>& values, double share) {
  const auto size = static_cast<double>(values.size());
  const double at = size * share - 0.5;
  if (at < 0) return values.front();
  if (at > size - 1) return values.back();
  const auto low = static_cast<std::size_t>(std::floor(at)), high = static_cast<std::size_t>(std::ceil(at));
  return values[low] + (values[high] - values[low]) * (at - std::floor(at));
}

/// Of sorted values, which are not empty, by plotly's quartile method "linear", "exclusive" or "inclusive".
inline PlotlyBoxStatistics box_statistics(const std::vector<double>& values, const std::string& method) {
  PlotlyBoxStatistics box;
  box.median = quantile_of(values, 0.5);
  const std::size_t size = values.size(), half = size / 2;
  if (method == "linear" || size < 2) {
    box.q1 = quantile_of(values, 0.25);
    box.q3 = quantile_of(values, 0.75);
  } else {
    // The medians of the halves; the middle value belongs to both or to none.
    const std::size_t lower = size % 2 == 1 && method == "inclusive" ? half + 1 : half;
    const auto step = static_cast<std::ptrdiff_t>(lower);
    box.q1 = quantile_of({values.begin(), values.begin() + step}, 0.5);
    box.q3 = quantile_of({values.end() - step, values.end()}, 0.5);
  }
  const double reach = 1.5 * (box.q3 - box.q1);
  const auto low = std::lower_bound(values.begin(), values.end(), box.q1 - reach);
  const auto high = std::upper_bound(values.begin(), values.end(), box.q3 + reach);
  box.low_fence = (std::min)(box.q1, low == values.end() ? values.back() : *low);
  box.high_fence = (std::max)(box.q3, high == values.begin() ? values.front() : *(high - 1));
  double mean = 0;
  for (const double value : values) mean += value / static_cast<double>(size);
  box.mean = mean;
  return box;
}

/// plotly's random numbers, which are the same each time: how far points are moved aside.
class PlotlyRandom {
 public:
  double next() {
    for (;;) {
      const double last = seed_;
      seed_ = std::fmod(69069 * seed_ + 1, 4294967296.0);
      if (std::fabs(seed_ - last) >= 429496729) return seed_ / 4294967296.0;
    }
  }

 private:
  double seed_ = 2000000000;
};

/// How wide a violin is at each of its values.
struct PlotlyDensity {
  std::vector<double> at, density;
};

/// The Gaussian kernel density of sorted values, with the bandwidth and the span of plotly.
inline PlotlyDensity kernel_density(const std::vector<double>& values, const PlotlyBoxStatistics& box,
                                    const PlotlyTrace& trace) {
  PlotlyDensity out;
  const double span = values.back() - values.front();
  const auto size = static_cast<double>(values.size());
  if (!(span > 0) || !is_finite(span)) return out;
  double squares = 0;
  for (const double value : values) squares += (value - *box.mean) * (value - *box.mean);
  const double deviation = std::sqrt(squares / (std::max)(size - 1, 1.0));
  const double rule = 1.059 * (std::min)(deviation, (box.q3 - box.q1) / 1.349) * std::pow(size, -0.2);
  const double bandwidth =
      trace.bandwidth && *trace.bandwidth > 0 ? (std::max)(*trace.bandwidth, span / 1e4) : (std::max)(rule, span / 100);
  double low = values.front() - 2 * bandwidth, high = values.back() + 2 * bandwidth;
  if (trace.span_mode == "hard" || trace.span_mode == "manual") {
    low = trace.span_mode == "manual" ? trace.span_low.value_or(values.front()) : values.front();
    high = trace.span_mode == "manual" ? trace.span_high.value_or(values.back()) : values.back();
  }
  if (!(high > low) || !is_finite((high - low) / bandwidth)) return out;
  const double steps = std::clamp(std::ceil((high - low) / (bandwidth / 3)), 2.0, 2000.0), step = (high - low) / steps;
  for (double i = 0; i <= steps; ++i) {
    const double at = low + i * step;
    double sum = 0;  // values farther away than six bandwidths add nothing that is seen
    for (auto value = std::lower_bound(values.begin(), values.end(), at - 6 * bandwidth);
         value != values.end() && *value <= at + 6 * bandwidth; ++value) {
      const double away = (at - *value) / bandwidth;
      sum += std::exp(-0.5 * away * away);
    }
    out.at.push_back(at);
    out.density.push_back(sum / (size * bandwidth * std::sqrt(2 * 3.14159265358979323846)));
  }
  return out;
}

/// Where the boxes of one trace stand: their half distance and half width, and how far they are beside their place.
struct PlotlyBoxPlace {
  double half_slot = 0.5, half_width = 0.2, shift = 0;
};

/// Lays out the boxes, violins or candlesticks of one pair of axes and of one direction.
class PlotlyBoxLayout {
 public:
  using Kind = PlotlyTrace::Kind;
  PlotlyBoxLayout(std::vector<PlotlyTrace>& traces, PlotlyAxis& x, PlotlyAxis& y, const PlotlyGroupStyle& style)
      : traces_(traces), x_(x), y_(y), style_(style) {}

  /// `which` are of one kind, but for boxes and candlesticks, which share their places.
  void lay_out(const std::vector<std::size_t>& which, std::vector<PlotlyMarks>& marks) {
    which_ = which;
    is_horizontal_ = traces_[which[0]].is_horizontal;
    if (across().kind == PlotlyAxis::Kind::category) throw UndrawableFigure("the values of its boxes are not numbers");
    read_groups_of_values();
    place_boxes();
    for (std::size_t i = 0; i < which_.size(); ++i) {
      const PlotlyTrace& trace = traces_[which_[i]];
      if (trace.kind == Kind::candlestick || trace.kind == Kind::ohlc)
        draw_candles(i, marks[which_[i]]);
      else
        draw_boxes(i, marks[which_[i]]);
    }
  }

 private:
  [[nodiscard]] PlotlyAxis& along() const { return is_horizontal_ ? y_ : x_; }
  [[nodiscard]] PlotlyAxis& across() const { return is_horizontal_ ? x_ : y_; }
  [[nodiscard]] SvgPoint at(double place, double value) const {
    const double other = across().place(value);
    return is_horizontal_ ? SvgPoint{other, place} : SvgPoint{place, other};
  }
  static SvgPoint gap() { return {no_number(), no_number()}; }

  /// The values at each place, sorted; and the places of candlesticks and of boxes that are given as statistics.
  void read_groups_of_values() {
    groups_.resize(which_.size());
    places_.resize(which_.size());
    for (std::size_t i = 0; i < which_.size(); ++i) {
      const PlotlyTrace& trace = traces_[which_[i]];
      const PlotlyColumn& values = is_horizontal_ ? trace.x : trace.y;
      places_[i] = along().places(is_horizontal_ ? trace.y : trace.x);
      if (!has_values(trace)) continue;
      for (std::size_t k = 0; k < (std::min)(places_[i].size(), values.size()); ++k)
        if (is_finite(places_[i][k]) && is_finite(values.numbers[k]))
          groups_[i][places_[i][k]].push_back(values.numbers[k]);
      for (auto& [place, group] : groups_[i]) std::sort(group.begin(), group.end());
    }
  }
  static bool has_values(const PlotlyTrace& trace) {
    return !trace.has_statistics && trace.kind != Kind::candlestick && trace.kind != Kind::ohlc;
  }

  void place_boxes() {
    std::vector<double> all;
    std::vector<const PlotlyTrace*> members;
    for (std::size_t i = 0; i < which_.size(); ++i) {
      members.push_back(&traces_[which_[i]]);
      for (const double place : places_[i])
        if (is_finite(place)) all.push_back(place);
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    const bool is_category = along().kind == PlotlyAxis::Kind::category;
    const double half = (is_category ? 1 : least_distance(all)) / 2;
    if (!all.empty() && traces_[which_[0]].kind != Kind::ohlc) along().limit_ticks(2 * half, all.front());
    const bool is_violin = traces_[which_[0]].kind == Kind::violin;
    const double part = 1 - (is_violin ? style_.violin_gap : style_.box_gap);
    const double group_part = 1 - (is_violin ? style_.violin_group_gap : style_.box_group_gap);
    const bool is_group = (is_violin ? style_.violin_mode : style_.box_mode) == "group" && which_.size() > 1;
    const std::vector<PlotlyOffset> offsets = offset_groups(members);
    for (std::size_t i = 0; i < which_.size(); ++i) {
      PlotlyBoxPlace box{half, half * part * group_part * (members[i]->side == "both" ? 1 : 2), 0};
      if (members[i]->box_width) {
        box.half_slot = box.half_width = *members[i]->box_width / 2;
      } else if (is_group) {
        const bool is_named = offsets[i].count > 0;
        const auto count = static_cast<double>(is_named ? offsets[i].count : which_.size());
        const auto index = static_cast<double>(is_named ? offsets[i].index : i);
        box.half_width /= count;
        box.shift = 2 * half * (-0.5 + (index + 0.5) / count) * part;
      }
      boxes_.push_back(box);
      for (const double place : places_[i]) {
        const PlotlyRoom room{0, members[i]->box_width.has_value()};
        along().widen(members[i]->side == "positive" ? place : place - box.half_slot, room);
        along().widen(members[i]->side == "negative" ? place : place + box.half_slot, room);
      }
    }
  }

  [[nodiscard]] PlotlyMark mark_of(const PlotlyTrace& trace, std::string_view part) const {
    PlotlyMark mark;
    mark.stroke = trace.color;
    mark.line_width = trace.line_width;
    mark.fill = trace.fill_color.empty() ? trace.color : trace.fill_color;
    mark.fill_opacity = trace.fill_color.empty() ? 0.5 : 1;
    mark.part = part;
    return mark;
  }

  void draw_boxes(std::size_t i, PlotlyMarks& marks) {
    const PlotlyTrace& trace = traces_[which_[i]];
    marks.dot_size = trace.marker_size;
    marks.dot_color = trace.marker_line_color.empty() ? trace.color : trace.marker_line_color;
    if (trace.has_statistics) {
      const auto value = [](const std::vector<double>& list, std::size_t k, double otherwise) {
        return k < list.size() && is_finite(list[k]) ? list[k] : otherwise;
      };
      for (std::size_t k = 0;
           k < (std::min)({trace.q1.size(), trace.q3.size(), trace.median.size(), places_[i].size()}); ++k) {
        PlotlyBoxStatistics box{trace.q1[k],
                                trace.median[k],
                                trace.q3[k],
                                value(trace.low_fence, k, trace.q1[k]),
                                value(trace.high_fence, k, trace.q3[k]),
                                {}};
        if (!is_finite(places_[i][k]) || !is_finite(box.q1 + box.q3 + box.median)) continue;
        if (k < trace.mean.size() && is_finite(trace.mean[k])) box.mean = trace.mean[k];
        add_box(trace, boxes_[i], places_[i][k], box, marks, boxes_[i].half_width);
        for (const double end : {box.low_fence, box.high_fence}) across().widen(across().place(end), {0, true});
      }
      return;
    }
    for (const auto& [place, values] : groups_[i]) {
      PlotlyBoxStatistics box = box_statistics(values, trace.quartile_method);
      const double low_fence = box.low_fence, high_fence = box.high_fence;
      if (trace.points == "none" && trace.kind == Kind::box) {
        box.low_fence = values.front();
        box.high_fence = values.back();
      }
      for (const double end : {values.front(), values.back()}) across().widen(across().place(end), {0, true});
      if (trace.kind == Kind::violin)
        add_violin(i, place, values, box, marks);
      else
        add_box(trace, boxes_[i], place, box, marks, boxes_[i].half_width);
      if (trace.points != "none") add_points(i, place, values, low_fence, high_fence, box, marks);
    }
  }

  void add_box(const PlotlyTrace& trace, const PlotlyBoxPlace& box, double place, const PlotlyBoxStatistics& of,
               PlotlyMarks& marks, double half_width) {
    const double middle = place + box.shift, begin = middle - half_width, end = middle + half_width;
    PlotlyMark mark = mark_of(trace, "boxes");
    mark.points = {at(begin, of.q1), at(end, of.q1), at(end, of.q3),       at(begin, of.q3),
                   at(begin, of.q1), gap(),          at(begin, of.median), at(end, of.median)};
    const double cap = half_width * trace.whisker_width;
    for (const auto& [from, to] : {std::pair{of.q1, of.low_fence}, std::pair{of.q3, of.high_fence}}) {
      for (const SvgPoint& point : {gap(), at(middle, from), at(middle, to)}) mark.points.push_back(point);
      if (cap > 0)
        for (const SvgPoint& point : {gap(), at(middle - cap, to), at(middle + cap, to)}) mark.points.push_back(point);
    }
    if (trace.kind == Kind::candlestick) mark.points.erase(mark.points.begin() + 6, mark.points.begin() + 8);
    marks.marks.push_back(std::move(mark));
    if (trace.shows_mean && of.mean) add_mean(trace, begin, end, *of.mean, marks);
  }
  void add_mean(const PlotlyTrace& trace, double begin, double end, double mean, PlotlyMarks& marks) {
    PlotlyMark line;
    line.stroke = trace.color;
    line.line_width = trace.line_width;
    line.dash = "4 2";
    line.part = "mean";
    line.points = {at(begin, mean), at(end, mean)};
    marks.marks.push_back(std::move(line));
  }

  void add_violin(std::size_t i, double place, const std::vector<double>& values, const PlotlyBoxStatistics& box,
                  PlotlyMarks& marks) {
    const PlotlyTrace& trace = traces_[which_[i]];
    const PlotlyDensity density = kernel_density(values, box, trace);
    const double middle = place + boxes_[i].shift, half = boxes_[i].half_width;
    PlotlyMark mark = mark_of(trace, "violins");
    if (density.at.empty()) {
      mark.points = {at(middle - half, values[0]), at(middle + half, values[0])};
      marks.marks.push_back(std::move(mark));
      return;
    }
    const auto [greatest, count] = greatest_density(trace);
    double scale = greatest > 0 ? half / greatest : 0;
    if (trace.scales_by_count && count > 0) scale *= static_cast<double>(values.size()) / count;
    mark.is_closed = true;
    const std::size_t size = density.at.size();
    const bool has_right = trace.side != "negative", has_left = trace.side != "positive";
    for (std::size_t k = 0; k < size; ++k)
      mark.points.push_back(at(middle + (has_right ? density.density[k] * scale : 0), density.at[k]));
    for (std::size_t k = size; k-- > 0;)
      mark.points.push_back(at(middle - (has_left ? density.density[k] * scale : 0), density.at[k]));
    for (const double end : {density.at.front(), density.at.back()}) across().widen(across().place(end), {0, true});
    marks.marks.push_back(std::move(mark));
    if (trace.shows_box) {
      PlotlyTrace inner = trace;  // a box of a quarter of the width
      inner.whisker_width = 0;
      inner.shows_mean = false;
      add_box(inner, boxes_[i], place, box, marks, half * 0.25);
    }
    if (trace.shows_mean) {
      const auto next = std::lower_bound(density.at.begin(), density.at.end(), *box.mean);
      const double wide =
          next == density.at.end() ? 0 : density.density[static_cast<std::size_t>(next - density.at.begin())] * scale;
      add_mean(trace, middle - (has_left ? wide : 0), middle + (has_right ? wide : 0), *box.mean, marks);
    }
  }
  /// The greatest density and the greatest number of values of the violins that are scaled together.
  std::pair<double, double> greatest_density(const PlotlyTrace& of) {
    const std::string key = of.scale_group.empty() ? of.name : of.scale_group;
    const auto [known, is_new] = greatest_.try_emplace(key, 0, 0);
    if (!is_new) return known->second;
    for (std::size_t i = 0; i < which_.size(); ++i) {
      const PlotlyTrace& trace = traces_[which_[i]];
      if ((trace.scale_group.empty() ? trace.name : trace.scale_group) != key) continue;
      for (const auto& [place, values] : groups_[i]) {
        const PlotlyDensity density = kernel_density(values, box_statistics(values, trace.quartile_method), trace);
        for (const double value : density.density) known->second.first = (std::max)(known->second.first, value);
        known->second.second = (std::max)(known->second.second, static_cast<double>(values.size()));
      }
    }
    return known->second;
  }

  /// The values that lie outside of the fences, or all, beside the box as far as plotly moves them.
  void add_points(std::size_t i, double place, const std::vector<double>& values, double low, double high,
                  const PlotlyBoxStatistics& box, PlotlyMarks& marks) {
    const PlotlyTrace& trace = traces_[which_[i]];
    const bool is_all = trace.points == "all";
    std::vector<double> shown;
    for (const double value : values)
      if (is_all || value < low || value > high) shown.push_back(value);
    const double jitter = std::clamp(trace.jitter.value_or(is_all ? 0.3 : 0), 0.0, 1.0);
    const double beside = std::clamp(trace.point_place.value_or(is_all ? -1.5 : 0), -2.0, 2.0);
    const double typical = (std::max)((values.back() - values.front()) / 10, box.q3 - box.q1);
    std::vector<double> factors;
    double greatest = 0;
    for (std::size_t k = 0; jitter > 0 && k < shown.size(); ++k) {
      const std::size_t first = k > 5 ? k - 5 : 0, last = (std::min)(k + 5, shown.size() - 1);
      double least = shown[first], most = shown[last];
      if (!is_all)
        (shown[k] < box.median ? most : least) =
            shown[k] < box.median ? (std::min)(most, box.median) : (std::max)(least, box.median);
      const double factor =
          typical > 0 ? std::sqrt(typical * 0.01 * static_cast<double>(last - first) / (most - least + typical * 1e-9))
                      : 1;
      factors.push_back(is_finite(factor) ? std::clamp(factor, 0.0, 1.0) : 0);
      greatest = (std::max)(greatest, factors.back());
    }
    const double reach = greatest > 0 ? jitter * 2 / greatest : 0;
    const double middle = place + boxes_[i].shift;
    for (std::size_t k = 0; k < shown.size() && marks.dots.size() < 20000; ++k) {
      const double moved = factors.empty() ? 0 : reach * factors[k] * (random_.next() - 0.5);
      const double there = middle + boxes_[i].half_width * (beside + moved);
      marks.dots.push_back(at(there, shown[k]));
      if (beside != 0 || jitter > 0) along().widen(there, {trace.marker_size / 2, true});
    }
  }

  void draw_candles(std::size_t i, PlotlyMarks& marks) {
    const PlotlyTrace& trace = traces_[which_[i]];
    const std::size_t size =
        (std::min)({trace.open.size(), trace.close.size(), trace.high.size(), trace.low.size(), places_[i].size()});
    bool was_rising = true;
    double last_close = no_number();
    for (std::size_t k = 0; k < size && k < 20000; ++k) {
      const double open = trace.open[k], close = trace.close[k];
      if (!is_finite(open + close + trace.low[k] + trace.high[k]) || !is_finite(places_[i][k])) continue;
      const bool is_rising = close != open                                  ? close > open
                             : is_finite(last_close) && close != last_close ? close > last_close
                                                                            : was_rising;
      was_rising = is_rising;
      last_close = close;
      PlotlyTrace colored;
      colored.kind = trace.kind;
      colored.color = trace.run ? trace.color : is_rising ? trace.rising_color : trace.falling_color;
      colored.line_width = trace.line_width;
      colored.whisker_width = trace.whisker_width;
      const double place = places_[i][k], tick = 2 * boxes_[i].half_slot * trace.tick_width;
      if (trace.kind == Kind::candlestick) {
        const PlotlyBoxStatistics box{(std::min)(open, close), open, (std::max)(open, close), trace.low[k],
                                      trace.high[k],           {}};
        add_box(colored, boxes_[i], place, box, marks, boxes_[i].half_width);
      } else {
        PlotlyMark mark = mark_of(colored, "prices");
        mark.fill.clear();
        mark.dash = trace.dash;
        mark.points = {at(place - tick, open),   at(place, open),         gap(),
                       at(place, trace.high[k]), at(place, trace.low[k]), gap(),
                       at(place, close),         at(place + tick, close)};
        marks.marks.push_back(std::move(mark));
      }
      for (const double end : {trace.low[k], trace.high[k]}) across().widen(across().place(end), {0, true});
    }
  }

  std::vector<PlotlyTrace>& traces_;
  PlotlyAxis &x_, &y_;
  const PlotlyGroupStyle& style_;
  std::vector<std::size_t> which_;
  bool is_horizontal_ = false;
  std::vector<std::map<double, std::vector<double>>> groups_;
  std::vector<std::vector<double>> places_;
  std::vector<PlotlyBoxPlace> boxes_;
  std::map<std::string, std::pair<double, double>> greatest_;
  PlotlyRandom random_;
};

inline void lay_out_boxes(std::vector<PlotlyTrace>& traces, const std::vector<std::size_t>& which, PlotlyAxis& x,
                          PlotlyAxis& y, const PlotlyGroupStyle& style, std::vector<PlotlyMarks>& marks) {
  using Kind = PlotlyTrace::Kind;
  marks.resize(traces.size());
  for (const auto& kinds : {std::pair{Kind::box, Kind::candlestick}, std::pair{Kind::violin, Kind::violin},
                            std::pair{Kind::ohlc, Kind::ohlc}})
    for (const bool is_horizontal : {false, true}) {
      std::vector<std::size_t> same;
      for (const std::size_t i : which)
        if ((traces[i].kind == kinds.first || traces[i].kind == kinds.second) &&
            traces[i].is_horizontal == is_horizontal)
          same.push_back(i);
      if (!same.empty()) PlotlyBoxLayout(traces, x, y, style).lay_out(same, marks);
    }
}

}  // namespace erm::detail

// The intervals of a histogram, which are those that plotly chooses, and what it counts in them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/chart/axis.hpp"
#include "erm/detail/plotly/trace.hpp"

namespace erm::detail {

/// The middle and the value of a bar, whose width depends on its neighbours.
struct PlotlyCount {
  double middle = 0, value = 0, base = 0;
  std::size_t point = 0;
};

struct PlotlyBins {
  double first = 0, size = 1, end = 1;
};

inline constexpr double most_bins = 20000;

/// The least of 2, 5 and 10 times a power of ten that is more than `rough`.
inline double rounded_up_step(double rough) {
  const double base = ten_to_the(std::floor(std::log10(rough))), part = rough / base;
  return base * (part < 2 ? 2 : part < 5 ? 5 : 10);
}

/// A size of intervals from how the numbers spread; it is not below the rounded least difference between two of them.
inline double rough_bin_size(std::vector<double> values) {
  const auto count = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double value : values) sum += value / count;
  for (const double value : values) squares += (value - sum) * (value - sum) / count;
  std::sort(values.begin(), values.end());
  const double span = values.back() - values.front(), noise = (span > 0 ? span : 1) / count / 10000;
  double least = span > 0 ? span : 1, last = values[0];
  for (const double value : values) {
    if (!(value - last > noise)) continue;
    least = (std::min)(least, value - last);
    last = value;
  }
  const double base = ten_to_the(std::floor(std::log10(least))), part = least / base;
  const double rounded = base * (part >= 9.9 ? 9.9 : part >= 4.9 ? 4.9 : part >= 1.9 ? 1.9 : 0.9);
  const double size = (std::max)(rounded, 2 * std::sqrt(squares) / std::pow(count, 0.4));
  return is_finite(size) && size > 0 ? size : 1;
}

/// Moves the beginning of the intervals where whole numbers, or many numbers, would lie on their edges.
inline double shifted_start(double start, double size, const std::vector<double>& values, double least,
                            double greatest) {
  std::size_t at_edge = 0, in_middle = 0, whole = 0;
  const auto is_at_edge = [&](double value) {  // within a hundredth of an interval
    return std::fmod(1 + (value - start) * 100 / size, 100) < 2;
  };
  for (const double value : values) {
    if (std::floor(value) == value) ++whole;
    if (is_at_edge(value)) ++at_edge;
    if (is_at_edge(value + size / 2)) ++in_middle;
  }
  const auto count = static_cast<double>(values.size());
  if (whole == values.size()) {
    if (size < 1) return least - 0.5 * size;
    start -= 0.5;
    return start + size < least ? start + size : start;
  }
  if (static_cast<double>(in_middle) < count * 0.1 &&
      (static_cast<double>(at_edge) > count * 0.3 || is_at_edge(least) || is_at_edge(greatest)))
    start += start + size / 2 < least ? size / 2 : -size / 2;
  return start;
}

/// The intervals that plotly chooses; `values` are finite and not empty. `wanted` and `given_size` are 0 where the
/// figure does not name them.
inline PlotlyBins automatic_bins(const std::vector<double>& values, double wanted, double given_size,
                                 bool is_category) {
  const auto [first, last] = std::minmax_element(values.begin(), values.end());
  const double least = *first, greatest = *last;
  if (is_category) return {least - 0.5, (std::max)(1.0, std::round(given_size)), greatest + 0.5};
  if (!is_finite((greatest - least) * 100))
    throw UndrawableFigure("its numbers are too large to be counted in intervals");
  double size = given_size;
  if (!(size > 0)) {
    const double rough = wanted > 0 ? (greatest - least) / wanted : rough_bin_size(values);
    size = rounded_up_step(rough > 1e-300 ? rough : 1);
  }
  const double reach = (std::max)(std::fabs(greatest), std::fabs(least)) / size;
  if (!(reach < 1e15) || !((greatest - least) / size < most_bins))
    throw UndrawableFigure("its histogram has more intervals than can be drawn");
  double start = (std::ceil((least * 1.0001 - greatest * 0.0001) / size) - 1) * size;
  start = shifted_start(start, size, values, least, greatest);
  return {start, size, start + (1 + std::floor((greatest - start) / size)) * size};
}

inline void accumulate_counts(std::vector<PlotlyCount>& counts, const PlotlyTrace& trace) {
  const bool is_half = trace.current_bin == "half", is_excluded = trace.current_bin == "exclude";
  const auto add_up = [&](auto begin, auto end) {
    double sum = 0;
    for (auto at = begin; at != end; ++at) {
      const double own = at->value;
      at->value = is_half ? sum + own / 2 : is_excluded ? sum : sum + own;
      sum += own;
    }
  };
  if (trace.accumulates == "decreasing")
    add_up(counts.rbegin(), counts.rend());
  else
    add_up(counts.begin(), counts.end());
}

/// The bars of a histogram. `places` are those of its values; `weights` the values on the other axis, which "histfunc"
/// adds up, or empty.
inline std::vector<PlotlyCount> count_histogram(const PlotlyTrace& trace, const std::vector<double>& places,
                                                const std::vector<double>& weights, const PlotlyBins& bins) {
  std::vector<PlotlyCount> counts;
  const double end = bins.end - bins.size / 1e6;
  if (!((end - bins.first) / bins.size < most_bins))
    throw UndrawableFigure("its histogram has more intervals than can be drawn");
  for (std::size_t i = 0; bins.first + static_cast<double>(i) * bins.size < end; ++i)
    counts.push_back({bins.first + (static_cast<double>(i) + 0.5) * bins.size, 0, 0, i});
  const std::string& function = trace.histogram_function;
  const bool is_least = function == "min", is_greatest = function == "max", is_mean = function == "avg";
  const bool is_weighted = is_least || is_greatest || is_mean || function == "sum";
  std::vector<double> numbers(counts.size());
  double total = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!is_finite(places[i])) continue;
    const double at = std::floor((places[i] - bins.first) / bins.size + 1e-9);
    if (!(at >= 0 && at < static_cast<double>(counts.size()))) continue;
    const auto bin = static_cast<std::size_t>(at);
    double& value = counts[bin].value;
    if (!is_weighted) {
      ++value;
      ++total;
      continue;
    }
    if (i >= weights.size() || !is_finite(weights[i])) continue;
    const double weight = weights[i];
    const bool is_first = numbers[bin]++ == 0;
    value = is_least      ? (is_first ? weight : (std::min)(value, weight))
            : is_greatest ? (is_first ? weight : (std::max)(value, weight))
                          : value + weight;
    total += weight;
  }
  if (is_mean) {
    total = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (numbers[i] > 0) counts[i].value /= numbers[i];
      total += counts[i].value;
    }
  }
  std::string norm = trace.histogram_norm;
  const bool accumulates = !trace.accumulates.empty();
  if (accumulates && norm == "density") norm.clear();
  if (accumulates && norm == "probability density") norm = "probability";
  for (PlotlyCount& count : counts) {
    if (norm == "percent") count.value *= total != 0 ? 100 / total : 0;
    if ((norm == "probability" || norm == "probability density") && total != 0) count.value /= total;
    if (norm == "density" || norm == "probability density") count.value /= bins.size;
  }
  if (accumulates) accumulate_counts(counts, trace);
  // Empty intervals at the ends are no bars.
  while (!counts.empty() && counts.back().value == 0 && counts.size() > 1) counts.pop_back();
  const auto full =
      std::find_if(counts.begin(), counts.end(), [](const PlotlyCount& count) { return count.value != 0; });
  if (full != counts.end()) counts.erase(counts.begin(), full);
  return counts;
}

}  // namespace erm::detail

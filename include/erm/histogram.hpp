// The distributions that a run logged under one name, one for each step, all in the same bins.
//
//   const erm::Histogram& weights = run.histogram("weights/fc1");
//   for (const erm::HistogramStep& at : weights.steps())
//     for (std::size_t bin = 0; bin < weights.bins(); ++bin)
//       std::printf("%lld: %llu in [%g, %g)\n", at.step, at.counts[bin], weights.edges()[bin], weights.edges()[bin +
//       1]);
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "erm/impl/linkage.hpp"
#include "erm/metric_history.hpp"

namespace erm {

/// The distribution at one step.
struct HistogramStep {
  std::int64_t step = 0;
  TimePoint time;                     // to the millisecond
  std::vector<std::uint64_t> counts;  // one for each bin
  std::uint64_t below = 0;            // finite values below the first bin
  std::uint64_t above = 0;            // finite values above the last bin
  std::uint64_t nans = 0;
  std::uint64_t positive_infinities = 0;
  std::uint64_t negative_infinities = 0;
  // Of the finite values; NaN if there are none.
  double smallest = 0;
  double largest = 0;
  double sum = 0;

  /// The number of finite values.
  [[nodiscard]] std::uint64_t finite_values() const noexcept;
  /// The mean of the finite values; NaN if there are none.
  [[nodiscard]] double mean() const noexcept;
};

class Histogram {
 public:
  Histogram() = default;
  Histogram(std::vector<double> edges, std::vector<HistogramStep> steps)
      : edges_(std::move(edges)), steps_(std::move(steps)) {}

  [[nodiscard]] std::size_t bins() const noexcept { return edges_.empty() ? 0 : edges_.size() - 1; }
  /// One more than there are bins, ascending. The bin i holds the values from edges()[i] up to edges()[i + 1]. A value
  /// on an edge belongs to the bin above it; among logarithmic bins, to the one farther from zero. The last of other
  /// bins includes both of its edges.
  [[nodiscard]] const std::vector<double>& edges() const noexcept { return edges_; }
  /// Each step once, ascending.
  [[nodiscard]] const std::vector<HistogramStep>& steps() const noexcept { return steps_; }
  [[nodiscard]] std::size_t size() const noexcept { return steps_.size(); }
  /// The distribution at that step. Throws NotFoundError if none was logged there.
  [[nodiscard]] const HistogramStep& at_step(std::int64_t step) const;
  /// The one of the greatest step. Throws NotFoundError if there is none.
  [[nodiscard]] const HistogramStep& last() const;

 private:
  std::vector<double> edges_;
  std::vector<HistogramStep> steps_;
};

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/series.inl"
#endif

// Into which bins log_histogram counts its values.
//
//   run.log_histogram("weights/fc1", weights, step);                                   // logarithmic, for any size of
//   value erm::HistogramOptions options; options.bins = 100; options.range = {0.0, 1.0}; // 100 bins of one width
//   run.log_histogram("confidence", probabilities, step, options);
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace erm {

/// A histogram has the same bins at all steps. The first step that is logged under a name chooses them. Later calls may
/// leave the options out; other options than the first throw Error.
///
/// Without options the bins are logarithmic: four of them for each doubling of the magnitude, on both sides of zero.
/// They need no range, so neither a gradient that vanishes nor one that explodes leaves them.
struct HistogramOptions {
  /// Bins of one width. Without a range, about so many cover the values of the first step; the width is a power of two,
  /// and more bins of that width follow on both sides as later values need them, up to eight times as many on each
  /// side. 0: logarithmic bins, or 64 of them if there is a range. At most 65,536.
  std::size_t bins = 0;
  /// From where to where the bins reach. Values outside of them are counted apart, as below and above.
  std::optional<std::pair<double, double>> range = {};
  /// The edges of the bins, from the least to the greatest, in place of `bins` and `range`. A bin includes its lower
  /// edge; the last one includes both.
  std::vector<double> edges = {};
};

}  // namespace erm

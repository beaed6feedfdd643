// The mean of the values up to each point, as the page smooths curves.
#pragma once

#include <algorithm>
#include <cmath>

#include "erm/detail/base/float_bits.hpp"

namespace erm::detail {

/// A value weighs less by `factor` for each usual distance of points that it lies back, so that irregular points and runs
/// that log at different rates are smoothed alike. The first values weigh no more than others.
class Smoothing {
 public:
  /// `factor`: 0 changes nothing, and 0.99 is much. `gap`: the usual distance of points, more than 0.
  Smoothing(double factor, double gap) : factor_(factor), gap_(gap) {}

  /// NaN and the infinities stay what they are, and do not count.
  double next(double x, double y) {
    if (!(factor_ > 0) || !is_finite(y)) return y;
    if (weight_ > 0) weight_ *= std::pow(factor_, (std::max)(0.0, (x - before_) / gap_));
    weight_ += 1;
    before_ = x;
    mean_ = mean_ * (1 - 1 / weight_) + y / weight_;
    return mean_;
  }

 private:
  double factor_, gap_;
  double mean_ = 0, weight_ = 0, before_ = 0;
};

}  // namespace erm::detail

// How well the scores of a binary classifier rank its examples: the counts above each threshold.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/figure/data.hpp"
#include "erm/error.hpp"

namespace erm::detail {

/// Among the examples whose score reaches a threshold: how many are positive, and how many negative.
struct AboveThreshold {
  std::int64_t positive = 0;
  std::int64_t negative = 0;
};

struct Curve {
  std::vector<double> x, y;
};

/// The counts from no example to all of them, one step for each distinct score, so that equal scores stay together.
struct Ranking {
  std::vector<AboveThreshold> steps;
  std::int64_t positives = 0;
  std::int64_t negatives = 0;

  [[nodiscard]] double roc_auc() const {
    std::int64_t twice_area = 0;
    for (std::size_t i = 1; i < steps.size(); ++i)
      twice_area += (steps[i].negative - steps[i - 1].negative) * (steps[i].positive + steps[i - 1].positive);
    return static_cast<double>(twice_area) / 2 / static_cast<double>(positives) / static_cast<double>(negatives);
  }

  [[nodiscard]] static double precision(const AboveThreshold& step) {
    return static_cast<double>(step.positive) / static_cast<double>(step.positive + step.negative);
  }
  [[nodiscard]] double average_precision() const {
    double sum = 0;
    for (std::size_t i = 1; i < steps.size(); ++i)
      sum += static_cast<double>(steps[i].positive - steps[i - 1].positive) * precision(steps[i]);
    return sum / static_cast<double>(positives);
  }

  /// True positive rate over false positive rate, without points that lie on a straight line between others.
  [[nodiscard]] Curve roc_curve() const {
    Curve curve;
    const AboveThreshold* kept = &steps.front();
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (i > 0 && i + 1 < steps.size()) {
        const AboveThreshold &at = steps[i], &next = steps[i + 1];
        if ((at.positive - kept->positive) * (next.negative - at.negative) ==
            (next.positive - at.positive) * (at.negative - kept->negative))
          continue;
      }
      kept = &steps[i];
      curve.x.push_back(static_cast<double>(kept->negative) / static_cast<double>(negatives));
      curve.y.push_back(static_cast<double>(kept->positive) / static_cast<double>(positives));
    }
    return curve;
  }

  /// Precision over recall, to be drawn as steps, without the thresholds that do not increase recall.
  [[nodiscard]] Curve precision_recall_curve() const {
    Curve curve;
    for (std::size_t i = 1; i < steps.size(); ++i) {
      if (i + 1 < steps.size() && steps[i].positive == steps[i - 1].positive) continue;
      const double recall = static_cast<double>(steps[i].positive) / static_cast<double>(positives);
      if (curve.x.empty()) {
        curve.x.push_back(0);
        curve.y.push_back(precision(steps[i]));
      }
      curve.x.push_back(recall);
      curve.y.push_back(precision(steps[i]));
    }
    return curve;
  }
};

/// Throws Error if the lists differ in size, for labels other than 0 and 1 (or -1 and 1), for NaN scores, and if a
/// class has no example.
inline Ranking rank(const char* operation, const std::vector<double>& labels, const std::vector<double>& scores) {
  const std::string what = operation;

  std::vector<std::pair<double, bool>> examples;
  for (const double score : scores) {
    examples.emplace_back(score, false);
    if (is_nan(score))
      throw Error(what + ": score " + std::to_string(examples.size() - 1) + " is NaN, which has no rank; leave it out");
  }
  Ranking ranking;
  std::size_t count = 0;
  for (const double number : labels) {
    if (is_nan(number) || !(number == 0 || number == 1 || number == -1)) {
      std::string text;
      append_floating(text, number);
      throw Error(what + ": label " + std::to_string(count) + " is " + text +
                  ", and a label is true or false, 1 or 0, or 1 or -1");
    }
    if (count < examples.size()) examples[count].second = number == 1;
    ++(number == 1 ? ranking.positives : ranking.negatives);
    ++count;
  }
  check_same_size(operation, "labels", count, "scores", examples.size());
  if (ranking.positives == 0 || ranking.negatives == 0) {
    throw Error(what + ": of " + std::to_string(count) + " labels " + std::to_string(ranking.positives) +
                " are positive and " + std::to_string(ranking.negatives) + " negative; it needs both");
  }

  std::sort(examples.begin(), examples.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  ranking.steps.emplace_back();
  AboveThreshold above;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    ++(examples[i].second ? above.positive : above.negative);
    if (i + 1 == examples.size() || examples[i + 1].first != examples[i].first) ranking.steps.push_back(above);
  }
  return ranking;
}

}  // namespace erm::detail

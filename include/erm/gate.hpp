// A gate for CI: is the candidate worse than the baseline, by more than is allowed and by more than chance?
//
//   const auto before = erm::find_runs("erm-registry", "tags.commit = main");         // ten runs of each
//   const auto after = erm::find_runs("erm-registry", "tags.commit = pull-request");
//   erm::GateOptions options;
//   options.goals = {{"time", erm::Goal::minimize}};
//   options.max_regression = 0.02;                                                    // up to 2 % worse passes
//   const erm::GateResult result = erm::gate(before, after, options);
//   std::fputs(erm::to_text(result).c_str(), stdout);
//   return result.exit_code();                                                        // 0, 1 or 2
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "erm/experiment_run.hpp"
#include "erm/goal.hpp"
#include "erm/impl/linkage.hpp"
#include "erm/metric_summary.hpp"

namespace erm {

struct GateOptions {
  /// The metrics to test. Empty: those with a goal.
  std::vector<std::string> metrics = {};
  /// Whether lower or higher values of a metric are better. Overrides the goals that were set with set_goal.
  std::map<std::string, Goal> goals = {};
  /// How much worse a metric may be, as a share of the baseline's median: 0.02 is 2 %. At least 0.
  double max_regression = 0;
  /// A difference counts if chance alone makes one as large with a smaller probability. Between 0 and 1.
  double significance = 0.05;
};

/// `cannot_tell`: the gate could not have found a regression. There are no runs or too few, a metric is missing, is no
/// number or is NaN in a run, or has no goal.
enum class GateVerdict : std::uint8_t { pass, regression, cannot_tell };

/// What the gate found of one metric.
struct GatedMetric {
  std::string name;
  Goal goal = Goal::minimize;
  MetricSummary baseline, candidate;
  double baseline_median = std::numeric_limits<double>::quiet_NaN();
  /// Of the candidate beside the baseline. Its corrected_p decides.
  GroupTest test;
  /// By how much the candidate is greater, in the metric's unit, with the 95% interval: that of the pairs of seeds if
  /// they decide.
  MetricShift shift;
  /// The same as a share of the baseline's median; NaN if that is 0.
  MetricShift change;
  GateVerdict verdict = GateVerdict::cannot_tell;
  /// Why nothing can be told; empty otherwise.
  std::string reason;
};

struct GateResult {
  /// A regression of any metric; otherwise cannot_tell of any metric; otherwise pass.
  GateVerdict verdict = GateVerdict::cannot_tell;
  std::vector<GatedMetric> metrics;
  /// Why no metric could be tested; empty otherwise.
  std::string reason;
  double max_regression = 0;

  /// 0: it passes. 1: a metric is worse. 2: nothing can be told.
  [[nodiscard]] int exit_code() const noexcept {
    return verdict == GateVerdict::pass ? 0 : verdict == GateVerdict::regression ? 1 : 2;
  }
};

/// A metric is a regression if its difference is significant and its estimate is worse than max_regression. Tests by
/// Mann-Whitney, or by Wilcoxon in pairs of seeds where both groups have them, corrected for all metrics (Holm). Never
/// passes what it could not have refused. Throws Error for options out of their range.
[[nodiscard]] GateResult gate(const std::vector<ExperimentRun>& baseline, const std::vector<ExperimentRun>& candidate,
                              const GateOptions& options = {});

/// A table for the terminal, and the verdict in words.
[[nodiscard]] std::string to_text(const GateResult& result);
/// The same in Markdown: for a comment on a pull request, or the summary of a CI job.
[[nodiscard]] std::string to_markdown(const GateResult& result);

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/gate.inl"
#endif

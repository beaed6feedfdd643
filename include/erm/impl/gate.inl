// The bodies of erm/gate.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/markdown_text.hpp"
#include "erm/detail/base/metric_statistics.hpp"
#include "erm/detail/base/near_names.hpp"
#include "erm/detail/base/terminal_text.hpp"
#include "erm/detail/base/test_text.hpp"
#include "erm/detail/run/seeded_numbers.hpp"
#include "erm/error.hpp"
#include "erm/gate.hpp"
#include "erm/value.hpp"

namespace erm {

namespace detail {

/// Both groups of a gate, and what they say of one metric.
class GateRuns {
 public:
  GateRuns(const std::vector<ExperimentRun>& baseline, const std::vector<ExperimentRun>& candidate,
           const GateOptions& options)
      : baseline_(baseline),
        candidate_(candidate),
        options_(options),
        baseline_seeds_(seeds_of(baseline)),
        candidate_seeds_(seeds_of(candidate)) {
    for (const std::vector<ExperimentRun>* const runs : {&baseline, &candidate}) {
      for (const ExperimentRun& run : *runs) {
        goals_.insert(run.goals().begin(), run.goals().end());
        for (const auto& [name, value] : run.metrics()) names_.insert(name);
      }
    }
    for (const auto& [name, goal] : options.goals) goals_[name] = goal;
  }

  /// The metrics to test: those that were asked for, or those with a goal.
  [[nodiscard]] std::vector<std::string> metrics() const {
    if (!options_.metrics.empty()) return options_.metrics;
    std::vector<std::string> metrics;
    for (const auto& [name, goal] : goals_)
      if (names_.count(name) > 0 || options_.goals.count(name) > 0) metrics.push_back(name);
    return metrics;
  }

  /// The test of a metric, without a verdict but for what cannot be told.
  [[nodiscard]] GatedMetric tested(const std::string& name, MannWhitneyTable& table) const {
    GatedMetric metric;
    metric.name = name;
    const auto goal = goals_.find(name);
    if (goal == goals_.end()) {
      metric.reason = "it has no goal: say whether lower or higher is better";
      return metric;
    }
    metric.goal = goal->second;
    const std::vector<SeededNumber> before = numbers(baseline_, baseline_seeds_, name, "baseline", metric.reason);
    const std::vector<SeededNumber> after = numbers(candidate_, candidate_seeds_, name, "candidate", metric.reason);
    if (!metric.reason.empty()) return metric;
    std::vector<double> values = numbers_of(before);
    metric.baseline = summary_of(values, values.size());
    metric.candidate = summary_of(numbers_of(after), after.size());
    const std::size_t middle = values.size() / 2;
    std::sort(values.begin(), values.end());
    metric.baseline_median = values.size() % 2 == 1 ? values[middle] : values[middle - 1] / 2 + values[middle] / 2;
    metric.test = test_of(after, before, table);
    metric.shift = deciding(metric.test).shift;
    const double size = std::abs(metric.baseline_median);
    if (size > 0) metric.change = {metric.shift.estimate / size, metric.shift.low / size, metric.shift.high / size};
    return metric;
  }

 private:
  /// The metric of each run. Sets `reason` if one has no number: to leave it out would hide a run that failed.
  std::vector<SeededNumber> numbers(const std::vector<ExperimentRun>& runs, const std::vector<std::string>& seeds,
                                    const std::string& name, const char* group, std::string& reason) const {
    std::vector<SeededNumber> numbers;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const auto found = runs[i].metrics().find(name);
      const std::optional<double> number =
          found == runs[i].metrics().end() ? std::nullopt : found->second.number();
      if (number && is_finite(*number)) {
        numbers.push_back({seeds[i], *number});
        continue;
      }
      if (reason.empty())
        reason = fmt::format("run {} of the {} has {}", runs[i].run_id(), group,
                             found == runs[i].metrics().end() ? "no such metric" + near_names_of(name)
                                                              : "the value " + found->second.str());
    }
    return numbers;
  }

  [[nodiscard]] std::string near_names_of(const std::string& name) const {
    if (names_.count(name) > 0) return {};
    return near_names_text(name, {names_.begin(), names_.end()});
  }

  const std::vector<ExperimentRun>& baseline_;
  const std::vector<ExperimentRun>& candidate_;
  const GateOptions& options_;
  std::vector<std::string> baseline_seeds_, candidate_seeds_;
  std::map<std::string, Goal> goals_;
  std::set<std::string> names_;
};

/// Whether the candidate is worse than is allowed, or why that cannot be told. The p values are corrected.
inline void judge(GatedMetric& metric, const GateOptions& options) {
  const bool is_constant = metric.test.corrected_for == 0;
  const double least = least_p_of(metric.test, metric.candidate.n, metric.baseline.n) *
                       static_cast<double>((std::max<std::size_t>)(1, metric.test.corrected_for));
  if (least >= options.significance) {
    metric.reason = fmt::format("too few runs: with {} and {}{}, p is {:.2g} at the least, and {:g} is asked for",
                                metric.baseline.n, metric.candidate.n,
                                metric.test.corrected_for > 1
                                    ? fmt::format(" and {} metrics", metric.test.corrected_for)
                                    : std::string(),
                                (std::min)(1.0, least), options.significance);
    return;
  }
  const double worse = metric.goal == Goal::minimize ? metric.shift.estimate : -metric.shift.estimate;
  if (!is_constant && options.max_regression > 0 && !(metric.baseline_median != 0)) {
    metric.reason = "the baseline's median is 0, of which nothing is a share; set max_regression to 0";
    return;
  }
  const double allowed = options.max_regression * std::abs(metric.baseline_median);
  const bool is_regression = !is_constant && metric.test.corrected_p < options.significance && worse > allowed;
  metric.verdict = is_regression ? GateVerdict::regression : GateVerdict::pass;
}

inline std::string gate_percent(double share) {
  return is_nan(share) ? "\xE2\x80\x94" : fmt::format("{:+.2f} %", 100 * share);
}

inline std::string gate_interval(const GatedMetric& metric) {
  if (is_nan(metric.change.low)) return "\xE2\x80\x94";
  return fmt::format("{:+.2f} to {:+.2f} %", 100 * metric.change.low, 100 * metric.change.high);
}

inline std::string gate_p(const GatedMetric& metric) {
  if (metric.baseline.n == 0) return "\xE2\x80\x94";
  return plain_p_text(metric.test.corrected_p, deciding(metric.test).is_exact);
}

inline std::string gate_change(const GatedMetric& metric) {
  if (metric.baseline.n == 0) return "\xE2\x80\x94";
  return is_nan(metric.change.estimate) && !is_nan(metric.shift.estimate)
             ? fmt::format("{:+.6g}", metric.shift.estimate)
             : gate_percent(metric.change.estimate);
}

inline std::string gate_verdict(const GatedMetric& metric) {
  if (metric.verdict == GateVerdict::cannot_tell) return "cannot tell: " + metric.reason;
  if (metric.verdict == GateVerdict::regression) return "worse";
  const double better = metric.goal == Goal::minimize ? -metric.shift.estimate : metric.shift.estimate;
  if (metric.test.corrected_for > 0 && metric.test.corrected_p < 0.05) return better > 0 ? "better" : "worse, within the bound";
  return metric.test.corrected_for == 0 ? "the same" : "no difference";
}

/// The verdict of all in one sentence.
inline std::string gate_sentence(const GateResult& result) {
  const auto names_with = [&](GateVerdict verdict) {
    std::string names;
    for (const GatedMetric& metric : result.metrics)
      if (metric.verdict == verdict) names += (names.empty() ? "" : ", ") + metric.name;
    return names;
  };
  const std::string bound =
      result.max_regression > 0 ? fmt::format(" by more than {:g} %", 100 * result.max_regression) : std::string();
  switch (result.verdict) {
    case GateVerdict::regression:
      return "Worse" + bound + ": " + names_with(GateVerdict::regression) + ".";
    case GateVerdict::pass:
      return "Not worse" + bound + ": " + names_with(GateVerdict::pass) + ".";
    case GateVerdict::cannot_tell:
      break;
  }
  return "Nothing can be told: " +
         (result.reason.empty() ? names_with(GateVerdict::cannot_tell) : result.reason) + ".";
}

}  // namespace detail

ERM_INLINE GateResult gate(const std::vector<ExperimentRun>& baseline, const std::vector<ExperimentRun>& candidate,
                           const GateOptions& options) {
  if (!(options.max_regression >= 0))
    throw Error(fmt::format("cannot gate: max_regression is {}, and it is a share of at least 0", options.max_regression));
  if (!(options.significance > 0 && options.significance < 1))
    throw Error(fmt::format("cannot gate: significance is {}, and it lies between 0 and 1", options.significance));
  GateResult result;
  result.max_regression = options.max_regression;
  if (baseline.empty() || candidate.empty()) {
    result.reason = baseline.empty() ? "there are no runs of the baseline" : "there are no runs of the candidate";
    return result;
  }
  const detail::GateRuns runs(baseline, candidate, options);
  detail::MannWhitneyTable table;
  for (const std::string& name : runs.metrics()) result.metrics.push_back(runs.tested(name, table));
  if (result.metrics.empty()) {
    result.reason = "no metric has a goal: name metrics with their goals";
    return result;
  }
  std::vector<GroupTest*> tests;
  for (GatedMetric& metric : result.metrics)
    if (metric.reason.empty()) tests.push_back(&metric.test);
  detail::correct(tests);
  result.verdict = GateVerdict::pass;
  for (GatedMetric& metric : result.metrics) {
    if (metric.reason.empty()) detail::judge(metric, options);
    if (metric.verdict == GateVerdict::regression ||
        (metric.verdict == GateVerdict::cannot_tell && result.verdict == GateVerdict::pass))
      result.verdict = metric.verdict;
  }
  return result;
}

ERM_INLINE std::string to_text(const GateResult& result) {
  std::string out;
  if (!result.metrics.empty()) {
    detail::TextTable table(out, 160, false);
    table.begin_row();
    for (const char* const title : {"metric", "baseline", "candidate", "change", "95% interval", "p", "verdict"})
      table.add(title);
    for (const GatedMetric& metric : result.metrics) {
      table.begin_row();
      table.add(metric.name);
      const bool is_tested = metric.baseline.n > 0;
      table.add(is_tested ? detail::summary_number(metric.baseline.mean) : "\xE2\x80\x94", true);
      table.add(is_tested ? detail::summary_number(metric.candidate.mean) : "\xE2\x80\x94", true);
      table.add(detail::gate_change(metric), true);
      table.add(detail::gate_interval(metric), true);
      table.add(detail::gate_p(metric), true);
      table.add(detail::gate_verdict(metric));
    }
    table.write();
  }
  return out + detail::gate_sentence(result) + "\n";
}

ERM_INLINE std::string to_markdown(const GateResult& result) {
  const char* const mark = result.verdict == GateVerdict::pass         ? "\xE2\x9C\x85 "
                           : result.verdict == GateVerdict::regression ? "\xE2\x9D\x8C "
                                                                       : "\xE2\x9A\xA0\xEF\xB8\x8F ";
  std::string out = std::string("**") + mark + detail::markdown_cell(detail::gate_sentence(result)) + "**\n";
  if (result.metrics.empty()) return out;
  out += "\n| metric | baseline | candidate | change | 95% interval | p | verdict |\n| --- | ---: | ---: | ---: | ---: | ---: | --- |\n";
  for (const GatedMetric& metric : result.metrics) {
    const bool is_tested = metric.baseline.n > 0;
    out += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", detail::markdown_cell(metric.name),
                       is_tested ? detail::summary_number(metric.baseline.mean) : "\xE2\x80\x94",
                       is_tested ? detail::summary_number(metric.candidate.mean) : "\xE2\x80\x94",
                       detail::gate_change(metric), detail::gate_interval(metric), detail::markdown_cell(detail::gate_p(metric)),
                       detail::markdown_cell(detail::gate_verdict(metric)));
  }
  return out;
}

}  // namespace erm

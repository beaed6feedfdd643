#include "erm/gate.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "thrown.hpp"

namespace gate_test {

using erm::ExperimentRun;
using erm::gate;
using erm::GateOptions;
using erm::GateResult;
using erm::GateVerdict;
using erm_test::thrown;
using Runs = std::vector<ExperimentRun>;

namespace {

ExperimentRun run_of(const std::string& run_id) {
  erm::RunOptions options;
  options.run_id = run_id;
  return ExperimentRun("benchmark", options);
}

/// A run for each value of a metric.
Runs runs_of(const std::string& metric, const std::vector<double>& values) {
  Runs runs;
  for (const double value : values) {
    runs.push_back(run_of("run-" + std::to_string(runs.size())));
    runs.back().log_metric(metric, value);
  }
  return runs;
}

GateOptions options_of(erm::Goal goal = erm::Goal::minimize, double max_regression = 0) {
  GateOptions options;
  options.goals = {{"time", goal}};
  options.max_regression = max_regression;
  return options;
}

const std::vector<double> ten = {100, 101, 102, 103, 104, 105, 106, 107, 108, 109};

std::vector<double> times(double factor) {
  std::vector<double> values;
  for (const double value : ten) values.push_back(value * factor);
  return values;
}

/// Ten values around `mean` with 1 % of noise.
std::vector<double> noisy(std::mt19937_64& random, double mean) {
  std::normal_distribution<double> noise(mean, mean * 0.01);
  std::vector<double> values(10);
  for (double& value : values) value = noise(random);
  return values;
}

/// The reason for which nothing can be told of the first metric.
std::string reason_of(const Runs& baseline, const Runs& candidate, const GateOptions& options = options_of()) {
  const GateResult result = gate(baseline, candidate, options);
  CHECK(result.verdict == GateVerdict::cannot_tell);
  CHECK(result.exit_code() == 2);
  return result.metrics.empty() ? result.reason : result.metrics[0].reason;
}

}  // namespace

TEST_CASE("A candidate that is worse by more than the bound is refused, and one within it passes") {
  const Runs before = runs_of("time", ten), after = runs_of("time", times(1.2));
  const GateResult worse = gate(before, after, options_of(erm::Goal::minimize, 0.1));
  CHECK(worse.verdict == GateVerdict::regression);
  CHECK(worse.exit_code() == 1);
  REQUIRE(worse.metrics.size() == 1);
  CHECK(worse.metrics[0].baseline_median == 104.5);
  CHECK(std::abs(worse.metrics[0].change.estimate - 0.2) < 0.01);
  CHECK(worse.metrics[0].change.low > 0.1);
  CHECK(gate(before, after, options_of(erm::Goal::minimize, 0.25)).exit_code() == 0);
  CHECK(gate(before, after, options_of(erm::Goal::maximize)).exit_code() == 0);
  CHECK(gate(after, before, options_of(erm::Goal::maximize, 0.1)).exit_code() == 1);
  CHECK(gate(before, before, options_of()).exit_code() == 0);
}

TEST_CASE("A gate that could not refuse anything never passes") {
  const Runs good = runs_of("time", ten);
  CHECK(reason_of({}, good) == "there are no runs of the baseline");
  CHECK(reason_of(good, {}) == "there are no runs of the candidate");
  CHECK(reason_of(runs_of("time", {1, 2, 3}), runs_of("time", {4, 5, 6})) ==
        "too few runs: with 3 and 3, p is 0.1 at the least, and 0.05 is asked for");
  CHECK(reason_of(good, good, {}) == "no metric has a goal: name metrics with their goals");
  GateOptions without_goal;
  without_goal.metrics = {"time"};
  CHECK(reason_of(good, good, without_goal) == "it has no goal: say whether lower or higher is better");
  CHECK(reason_of(good, runs_of("tiem", ten)) == "run run-0 of the candidate has no such metric");
  GateOptions misspelt;
  misspelt.goals = {{"tine", erm::Goal::minimize}};
  CHECK(reason_of(good, good, misspelt) == "run run-0 of the baseline has no such metric; near: time");
  for (const double bad : {std::nan(""), HUGE_VAL}) {
    std::vector<double> values = ten;
    values[7] = bad;
    CHECK(reason_of(good, runs_of("time", values)) ==
          "run run-7 of the candidate has the value " + std::string(std::isnan(bad) ? "nan" : "inf"));
  }
  Runs text = good;
  text[2].log_metric("time", "fast");
  CHECK(reason_of(text, good) == "run run-2 of the baseline has the value fast");
  CHECK(reason_of(runs_of("time", {-5, -4, -3, -2, -1, 1, 2, 3, 4, 5}), good, options_of(erm::Goal::minimize, 0.02)) ==
        "the baseline's median is 0, of which nothing is a share; set max_regression to 0");
}

TEST_CASE("So many metrics that no p can be small enough need more runs") {
  Runs before = runs_of("time", {1, 2, 3, 4, 5}), after = runs_of("time", {11, 12, 13, 14, 15});
  GateOptions options = options_of();
  for (int i = 0; i < 7; ++i) {
    const std::string name = "m" + std::to_string(i);
    options.goals[name] = erm::Goal::minimize;
    for (Runs* const runs : {&before, &after})
      for (std::size_t k = 0; k < runs->size(); ++k) (*runs)[k].log_metric(name, static_cast<double>(k));
  }
  const GateResult result = gate(before, after, options);
  CHECK(result.exit_code() == 2);
  CHECK(result.metrics.back().reason == "too few runs: with 5 and 5 and 8 metrics, p is 0.063 at the least, and 0.05 is asked for");
  options.goals.erase("m0");
  options.goals.erase("m1");
  CHECK(gate(before, after, options).exit_code() == 1);
}

TEST_CASE("A regression counts even where another metric cannot be told") {
  Runs before = runs_of("time", ten), after = runs_of("time", times(1.5));
  GateOptions options = options_of();
  options.metrics = {"time", "memory"};
  options.goals["memory"] = erm::Goal::minimize;
  const GateResult result = gate(before, after, options);
  CHECK(result.exit_code() == 1);
  CHECK(result.metrics[1].verdict == GateVerdict::cannot_tell);
  CHECK(gate(before, before, options).exit_code() == 2);
}

TEST_CASE("Goals come from the runs, and those of the options go first") {
  Runs before = runs_of("time", ten), after = runs_of("time", times(1.5));
  before[0].set_goal("time", erm::Goal::minimize);
  CHECK(gate(before, after).exit_code() == 1);
  CHECK(gate(before, after, options_of(erm::Goal::maximize)).exit_code() == 0);
}

TEST_CASE("Runs with the same seeds are gated in pairs") {
  Runs before, after;
  for (int seed = 0; seed < 8; ++seed) {
    for (Runs* const runs : {&before, &after}) {
      runs->push_back(run_of("run-" + std::to_string(seed)));
      runs->back().log_param("seed", seed);
      runs->back().log_metric("time", 100.0 * (seed + 1) + (runs == &after ? 5 + 0.1 * seed : 0));
    }
  }
  const GateResult result = gate(before, after, options_of());
  CHECK(result.exit_code() == 1);
  CHECK(result.metrics[0].test.goes_by_pairs());
  CHECK(result.metrics[0].shift.estimate == result.metrics[0].test.paired->shift.estimate);
  CHECK(result.metrics[0].test.p > 0.5);
}

TEST_CASE("Of 2,000 gates without a change at most 5 percent refuse, and a shift of 3 percent is found in 95") {
  std::mt19937_64 random(20261128);
  int false_alarms = 0, found = 0;
  for (int i = 0; i < 2000; ++i) {
    const Runs before = runs_of("time", noisy(random, 100));
    false_alarms += gate(before, runs_of("time", noisy(random, 100)), options_of()).exit_code() == 1 ? 1 : 0;
    found += gate(before, runs_of("time", noisy(random, 103)), options_of(erm::Goal::minimize, 0.02)).exit_code() == 1 ? 1 : 0;
  }
  CHECK(false_alarms <= 100);
  CHECK(false_alarms > 0);  // a gate that never refuses would be none
  CHECK(found >= 1900);
}

TEST_CASE("Options out of their range are refused") {
  GateOptions options = options_of();
  options.max_regression = -0.1;
  CHECK(thrown<erm::Error>([&] { static_cast<void>(gate({}, {}, options)); }) ==
        "cannot gate: max_regression is -0.1, and it is a share of at least 0");
  options = options_of();
  options.significance = 1;
  CHECK(thrown<erm::Error>([&] { static_cast<void>(gate({}, {}, options)); }) == "cannot gate: significance is 1, and it lies between 0 and 1");
}

TEST_CASE("A gate is told as a table for the terminal and for a pull request") {
  Runs before = runs_of("time", ten), after = runs_of("time", times(1.2));
  for (std::size_t i = 0; i < ten.size(); ++i) {
    before[i].log_metric("a|b", 1.0);
    after[i].log_metric("a|b", 1.0);
  }
  GateOptions options = options_of(erm::Goal::minimize, 0.02);
  options.goals["a|b"] = erm::Goal::maximize;
  options.goals["lost"] = erm::Goal::maximize;
  const GateResult result = gate(before, after, options);
  CHECK(to_text(result) ==
        "metric  baseline  candidate  change    95% interval        p         verdict\n"
        "a|b            1          1   +0.00 %    +0.00 to +0.00 %       \xE2\x89\x88 1  the same\n"
        "lost           \xE2\x80\x94          \xE2\x80\x94         \xE2\x80\x94                   \xE2\x80\x94         \xE2\x80\x94  "
        "cannot tell: run run-0 of the baseline has no such metric\n"
        "time       104.5      125.4  +20.00 %  +16.65 to +23.35 %  < 0.0001  worse\n"
        "Worse by more than 2 %: time.\n");
  CHECK(to_markdown(result) ==
        "**\xE2\x9D\x8C Worse by more than 2 %: time.**\n\n"
        "| metric | baseline | candidate | change | 95% interval | p | verdict |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |\n"
        "| a\\|b | 1 | 1 | +0.00 % | +0.00 to +0.00 % | \xE2\x89\x88 1 | the same |\n"
        "| lost | \xE2\x80\x94 | \xE2\x80\x94 | \xE2\x80\x94 | \xE2\x80\x94 | \xE2\x80\x94 | cannot tell: run run-0 of the "
        "baseline has no such metric |\n"
        "| time | 104.5 | 125.4 | +20.00 % | +16.65 to +23.35 % | \\< 0.0001 | worse |\n");
  CHECK(to_text(gate({}, before)) == "Nothing can be told: there are no runs of the baseline.\n");
  CHECK(to_markdown(gate(before, before, options_of())) ==
        "**\xE2\x9C\x85 Not worse: time.**\n\n"
        "| metric | baseline | candidate | change | 95% interval | p | verdict |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |\n"
        "| time | 104.5 | 104.5 | +0.00 % | -2.87 to +2.87 % | \xE2\x89\x88 1 | no difference |\n");
}

}  // namespace gate_test

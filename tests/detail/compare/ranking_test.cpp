#include "erm/detail/compare/ranking.hpp"

#include <chrono>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/comparison.hpp"
#include "erm/detail/run/record.hpp"

namespace ranking_test {

namespace {

using erm::Comparison;
using erm::ExperimentRun;
using erm::Goal;
using Apart = Comparison::Ranking::Apart;
using Order = std::vector<std::size_t>;

ExperimentRun run_number(std::size_t number, erm::RunStatus status = erm::RunStatus::finished) {
  erm::RunOptions options;
  options.run_id = "run-" + std::to_string(number);
  const ExperimentRun run("sweep", options);
  erm::detail::RunRecord record = erm::detail::RunAccess::record(run);
  record.status = status;
  return erm::detail::RunAccess::make(std::move(record));
}

std::vector<ExperimentRun> runs_with(const std::string& metric, const std::vector<double>& values) {
  std::vector<ExperimentRun> runs;
  for (const double value : values) {
    runs.push_back(run_number(runs.size()));
    runs.back().log_metric(metric, value);
  }
  return runs;
}

std::string main_metric(const std::vector<std::string>& metrics, const erm::CompareOptions& options = {}) {
  std::vector<ExperimentRun> runs = {run_number(0), run_number(1)};
  for (ExperimentRun& run : runs)
    for (const std::string& metric : metrics) run.log_metric(metric, 1.0);
  const Comparison comparison(runs, options);
  return comparison.ranking().metric == nullptr ? "" : std::string(comparison.ranking().metric->name);
}

std::vector<std::string> params_of(const std::vector<ExperimentRun>& runs) {
  std::vector<std::string> names;
  const Comparison comparison(runs);
  for (const Comparison::Row* row : comparison.ranking().params) names.emplace_back(row->name);
  return names;
}

}  // namespace

TEST_CASE("The main metric is guessed: validation before test before training, losses before scores, cost last") {
  CHECK(main_metric({"train/loss", "test/loss", "val/loss", "loss"}) == "val/loss");
  CHECK(main_metric({"train/loss", "test/loss"}) == "test/loss");
  CHECK(main_metric({"train/loss", "accuracy"}) == "accuracy");
  CHECK(main_metric({"val/accuracy", "val/loss", "val/error"}) == "val/loss");
  CHECK(main_metric({"eval_accuracy", "eval_error"}) == "eval_error");
  CHECK(main_metric({"val/seconds", "train/loss"}) == "train/loss");
  CHECK(main_metric({"params", "energy"}).empty());
}

TEST_CASE("A metric in the options comes before a goal that was set, and that before a guess") {
  erm::CompareOptions options;
  options.goals = {{"energy", Goal::maximize}};
  CHECK(main_metric({"energy", "val/loss"}, options) == "energy");
  options.main_metrics = {"params", "train/loss"};
  CHECK(main_metric({"energy", "params", "train/loss", "val/loss"}, options) == "train/loss");
  options = {};
  options.guess_goals = false;
  CHECK(main_metric({"val/loss"}, options).empty());
}

TEST_CASE("A metric that most runs lack does not rank them") {
  std::vector<ExperimentRun> runs = runs_with("train/loss", {3, 1, 2});
  runs[0].log_metric("val/loss", 0.5);
  CHECK(Comparison(runs).ranking().metric->name == "train/loss");
}

TEST_CASE("Runs are ranked by their values, the earlier of two equal ones first") {
  const std::vector<ExperimentRun> runs = runs_with("loss", {3, 1, 2, 1});
  CHECK(Comparison(runs).ranking().runs == Order{1, 3, 2, 0});
  erm::CompareOptions options;
  options.goals = {{"loss", Goal::maximize}};
  CHECK(Comparison(runs, options).ranking().runs == Order{0, 2, 1, 3});
}

TEST_CASE("Runs that failed, were killed, diverged or have no value are not ranked, however good they were") {
  std::vector<ExperimentRun> runs = {run_number(0, erm::RunStatus::failed), run_number(1, erm::RunStatus::killed),
                                     run_number(2), run_number(3), run_number(4), run_number(5)};
  const double values[] = {0.1, 0.2, std::nan(""), INFINITY, 0.5};
  for (std::size_t i = 0; i < 5; ++i) runs[i].log_metric("loss", values[i]);
  const Comparison comparison(runs);
  const Comparison::Ranking& ranking = comparison.ranking();
  CHECK(ranking.runs == Order{4, 5, 3, 2, 0, 1});
  CHECK(ranking.ranked == 1);
  CHECK_FALSE(ranking.metric->cells[0].best);
  CHECK(ranking.apart == std::vector<Apart>{Apart::failed, Apart::killed, Apart::diverged, Apart::diverged, Apart::no,
                                            Apart::missing});
}

TEST_CASE("A metric with a goal ranks by the best points of its curves, and the value logged last stays what it is") {
  std::vector<ExperimentRun> runs = {run_number(0), run_number(1)};
  const double losses[2][3] = {{3, 1, 2.5}, {3, 2, 2}};
  for (std::size_t i = 0; i < 2; ++i)
    for (int step = 0; step < 3; ++step) runs[i].log_metric("loss", losses[i][step], 10 * step);
  const Comparison comparison(runs);
  const Comparison::Ranking& ranking = comparison.ranking();
  CHECK(ranking.runs == Order{0, 1});
  REQUIRE(ranking.extreme != nullptr);
  CHECK(ranking.extreme->row.cells[0].text == "1");
  CHECK(ranking.extreme->row.cells[0].best);
  CHECK(ranking.extreme->steps[0] == 10);
  CHECK(ranking.metric->cells[0].text == "2.5");
  CHECK(ranking.metric->cells[1].best);
  CHECK(comparison.extremes().size() == 1);
  CHECK(comparison.row_count() == 1);

  // Where every run ended at its best, there is one row of values, and no other to confuse it with.
  std::vector<ExperimentRun> falling = {run_number(0), run_number(1)};
  for (ExperimentRun& run : falling)
    for (int step = 0; step < 3; ++step) run.log_metric("loss", 3.0 - step, step);
  CHECK(Comparison(falling).extremes().empty());
  CHECK(Comparison(falling).ranking().extreme == nullptr);
}

TEST_CASE("The params that tell most about the metric come first, those that are chance last") {
  std::vector<ExperimentRun> runs;
  for (std::size_t i = 0; i < 60; ++i) {
    runs.push_back(run_number(i));
    const double lr = std::pow(10.0, -5 + static_cast<double>(i * 7 % 60) / 15);
    const bool is_wide = i % 2 == 0;
    runs.back().log_params({{"a seed", i * 37 % 60}, {"b name", "trial " + std::to_string(i)}, {"lr", lr}, {"wide", is_wide}});
    // Best in the middle: no straight line through it tells anything.
    runs.back().log_metric("val/loss", std::pow(std::log10(lr) + 3, 2) + (is_wide ? 0 : 2));
  }
  CHECK(params_of(runs) == std::vector<std::string>{"lr", "wide", "a seed", "b name"});
  CHECK(Comparison(runs).ranking().telling == 2);
  runs.resize(5, runs[0]);
  CHECK(params_of(runs) == std::vector<std::string>{"a seed", "b name", "lr", "wide"});
}

}  // namespace ranking_test

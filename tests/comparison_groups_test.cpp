#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/comparison.hpp"
#include "erm/detail/compare/groups.hpp"
#include "erm/summary.hpp"
#include "thrown.hpp"

namespace comparison_groups_test {

using erm::Comparison;
using erm::ExperimentRun;
using erm_test::thrown;

namespace {

/// Runs of two optimizers, adam being better in accuracy by far, their loss all the same.
std::vector<ExperimentRun> sweep(int each) {
  std::vector<ExperimentRun> runs;
  for (int i = 0; i < 2 * each; ++i) {
    erm::RunOptions options;
    options.run_id = "run-" + std::to_string(i);
    ExperimentRun run("digits", options);
    run.log_param("optimizer", i < each ? "sgd" : "adam");
    run.log_metric("accuracy", i < each ? 0.5 + 0.01 * i : 0.9 + 0.01 * i);
    run.log_metric("loss", 1);
    run.log_metric("mode", "text");
    runs.push_back(run);
  }
  return runs;
}

/// Runs of two optimizers with the same seeds, which matter far more than the optimizer.
std::vector<ExperimentRun> seeded_sweep(int each) {
  std::vector<ExperimentRun> runs = sweep(each);
  for (int i = 0; i < 2 * each; ++i) {
    const int seed = i % each;
    ExperimentRun& run = runs[static_cast<std::size_t>(i)];
    run.log_param("train.seed", seed);
    run.log_metric("accuracy", 0.1 * seed + (i < each ? 0 : 0.01 + 0.001 * seed));
  }
  return runs;
}

erm::CompareOptions by(erm::GroupBy fields) {
  erm::CompareOptions options;
  options.group_by = std::move(fields);
  return options;
}

std::vector<std::string> names_of(const Comparison& comparison) {
  std::vector<std::string> names;
  for (const Comparison::Group& group : comparison.groups()) names.push_back(group.name);
  return names;
}

std::string words_of(const std::vector<ExperimentRun>& runs, std::size_t metric = 0) {
  const Comparison comparison(runs, by("params.optimizer"));
  return erm::detail::test_in_words(comparison.grouped_metrics().at(metric), comparison.groups());
}

std::string words_below(const Comparison& comparison) {
  return erm::detail::tests_in_words(comparison.grouped_metrics(), comparison.groups());
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("Runs are not grouped if no two share a group and there is only one group") {
  std::vector<ExperimentRun> runs = sweep(2);
  CHECK(Comparison(runs).groups().empty());
  runs[0].set_group("alone");
  CHECK(Comparison(runs).groups().empty());
  CHECK(Comparison(runs).grouped_metrics().empty());
  runs[1].set_group("alone");
  CHECK(names_of(Comparison(runs)) == Texts{"alone", "(none)"});
  runs[1].set_group("other");
  CHECK(names_of(Comparison(runs)) == Texts{"alone", "other", "(none)"});
}

TEST_CASE("Groups set with set_group appear like groups in the options") {
  std::vector<ExperimentRun> runs = sweep(4);
  const char* const groups[] = {"b", "10", "9", "", "b", "a", "9", "-1"};
  for (std::size_t i = 0; i < runs.size(); ++i)
    if (*groups[i] != '\0') runs[i].set_group(groups[i]);
  const Comparison given(runs), asked(runs, by("group"));
  CHECK(names_of(given) == Texts{"-1", "9", "10", "a", "b", "(none)"});
  CHECK(names_of(asked) == names_of(given));
  for (std::size_t i = 0; i < given.groups().size(); ++i) CHECK(given.groups()[i].runs == asked.groups()[i].runs);
  CHECK(given.groups()[1].runs == std::vector<std::size_t>{2, 6});
}

TEST_CASE("Each numeric metric is summarized like summarize() does") {
  const std::vector<ExperimentRun> runs = sweep(5);
  const Comparison comparison(runs, by("params.optimizer"));
  const erm::RunSummary summary = erm::summarize(runs, "params.optimizer");
  CHECK(names_of(comparison) == Texts{"adam", "sgd"});
  REQUIRE(comparison.grouped_metrics().size() == 2);
  const Comparison::GroupedMetric& accuracy = comparison.grouped_metrics()[0];
  CHECK(accuracy.row->name == "accuracy");
  for (std::size_t i = 0; i < 2; ++i) {
    const erm::MetricSummary& expected = summary.groups[i].metrics.at("accuracy");
    CHECK(accuracy.groups[i].n == 5);
    CHECK(accuracy.groups[i].mean == expected.mean);
    CHECK(accuracy.groups[i].deviation == expected.deviation);
    CHECK(accuracy.groups[i].low == expected.low);
    CHECK(accuracy.groups[i].high == expected.high);
  }
  REQUIRE(accuracy.test);
  CHECK(accuracy.test->p == summary.tests.at("accuracy").p);
  CHECK(accuracy.test->u == 25);
}

TEST_CASE("Runs without a number and NaN are left out of a group and counted") {
  std::vector<ExperimentRun> runs = sweep(3);
  runs[0].log_metric("accuracy", std::nan(""));
  runs[1].log_metric("accuracy", "bad");
  runs[5].log_metric("only adam", 1);
  const Comparison comparison(runs, by("params.optimizer"));
  const Comparison::GroupedMetric& accuracy = comparison.grouped_metrics().at(0);
  CHECK(accuracy.groups[1].n == 1);
  CHECK(accuracy.groups[1].left_out == 2);
  CHECK(std::isnan(accuracy.groups[1].low));
  const Comparison::GroupedMetric& rare = comparison.grouped_metrics().at(2);
  CHECK(rare.row->name == "only adam");
  CHECK(rare.groups[1].n == 0);
  CHECK_FALSE(rare.test);
}

TEST_CASE("An unknown field to group by is an error, even without runs") {
  const std::vector<ExperimentRun> none;
  const std::string fault = thrown<erm::Error>([&] { const Comparison comparison(none, by("optimizer")); });
  CHECK(fault.find("cannot read the field to group by: expected a field (params.NAME") == 0);
  CHECK(Comparison(none, by({"params.lr", "variant"})).groups().empty());
}

TEST_CASE("A sentence gives the p value, the better group and by how much") {
  CHECK(words_of(sweep(5)) ==
        "adam and sgd differ: p = 0.0079, by Mann-Whitney; adam is mostly higher, by 0.45 (0.42 to 0.48), which is "
        "better");
  CHECK(words_of(sweep(5), 1) == "the same in all runs");
  CHECK(words_of(sweep(4)) ==
        "adam and sgd differ: p = 0.029, by Mann-Whitney; adam is mostly higher, by 0.44 (0.41 to 0.47), which is "
        "better; few runs: 4 and 4");
  std::vector<ExperimentRun> runs = sweep(20);
  for (ExperimentRun& run : runs) run.set_goal("accuracy", erm::Goal::minimize);
  CHECK(words_of(runs) ==
        "adam and sgd differ: p < 0.0001, by Mann-Whitney; adam is mostly higher, by 0.6 (0.56 to 0.64), which is worse");
}

TEST_CASE("A sentence says if there are too few runs, whatever their values") {
  CHECK(words_of(sweep(3)) ==
        "too few runs to tell adam from sgd: with 3 and 3, p is 0.1 at the least; p = 0.1, by Mann-Whitney");
  CHECK(words_of(sweep(1)) ==
        "too few runs to tell adam from sgd: with 1 and 1, p is 1 at the least; p = 1, by Mann-Whitney");
  CHECK(erm::detail::least_p(4, 4) == 2.0 / 70);
  CHECK(erm::detail::least_p(8, 2) == 2.0 / 45);
  CHECK(erm::detail::least_p(100, 100) < 1e-8);
}

TEST_CASE("Runs with the same seeds are compared in pairs, which tells what the spread of the seeds hides") {
  // Every seed is 0.01 better with adam, while the seeds are up to 0.7 apart.
  const std::vector<ExperimentRun> runs = seeded_sweep(8);
  CHECK(words_of(runs) ==
        "adam and sgd differ: p = 0.0078, by Wilcoxon over 8 seeds; adam is mostly higher, by 0.0135 (0.011 to 0.016), "
        "which is better; of all runs p = 0.72, by Mann-Whitney");
  const erm::RunSummary summary = erm::summarize(runs, "params.optimizer");
  const erm::GroupTest& test = summary.tests.at("accuracy");
  REQUIRE(test.paired);
  CHECK(test.paired->pairs == 8);
  CHECK(test.paired->unpaired == 0);
  CHECK(test.goes_by_pairs());
  CHECK(test.corrected_p == test.paired->p);
  CHECK(test.paired->p == 2.0 / 256);
}

TEST_CASE("Few common seeds say by how much, and leave the test to all runs") {
  std::vector<ExperimentRun> runs = seeded_sweep(5);
  CHECK(words_of(runs) ==
        "chance alone may make adam and sgd differ so: p = 0.69, by Mann-Whitney; the difference is 0.012 (-0.289 "
        "to 0.313); over 5 common seeds the difference is 0.012, too few for a test");
  // One seed for all is no pair.
  for (ExperimentRun& run : runs) run.log_param("seed", 42);
  CHECK_FALSE(erm::summarize(runs, "params.optimizer").tests.at("accuracy").paired);
}

TEST_CASE("Of many metrics each p is corrected, and those that never change do not count") {
  std::vector<ExperimentRun> runs = sweep(5);
  for (std::size_t i = 0; i < runs.size(); ++i)
    for (const char* const name : {"m1", "m2", "m3", "m4"}) runs[i].log_metric(name, static_cast<double>(i * 7 % 10));
  CHECK(words_of(runs) ==
        "adam and sgd differ: p = 0.04 over 5 metrics (0.0079 by itself), by Mann-Whitney; adam is mostly higher, by 0.45 "
        "(0.42 to 0.48), which is better");
  for (std::size_t i = 0; i < runs.size(); ++i)
    for (const char* const name : {"m5", "m6"}) runs[i].log_metric(name, static_cast<double>(i * 7 % 10));
  CHECK(words_of(runs) ==
        "chance alone may make adam and sgd differ so in one of so many metrics: p = 0.056 over 7 metrics (0.0079 by "
        "itself), by Mann-Whitney; the difference is 0.45 (0.42 to 0.48)");
  CHECK(erm::summarize(runs, "params.optimizer").tests.at("loss").corrected_for == 0);
  CHECK(erm::summarize(runs, "params.optimizer").tests.at("m1").corrected_for == 7);
}

TEST_CASE("A sentence below says what a difference is, and that more than two groups are not tested") {
  const std::vector<ExperimentRun> runs = seeded_sweep(2);
  CHECK(words_below(Comparison(runs, by("params.optimizer"))) ==
        "A difference is that of adam from sgd: the median of all, with its 95% interval.");
  std::vector<ExperimentRun> two = runs;
  for (std::size_t i = 0; i < two.size(); ++i) two[i].log_metric("other", static_cast<double>(i));
  CHECK(words_below(Comparison(two, by("params.optimizer"))) ==
        "A difference is that of adam from sgd: the median of all, with its 95% interval. Each p is corrected for 2 "
        "metrics (Holm).");
  CHECK(words_below(Comparison(runs, by("run"))) == "The tests are of two groups; here are 4.");
  CHECK(words_below(Comparison(runs, by("variant"))).empty());
}

}  // namespace comparison_groups_test

#include "erm/summary.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "thrown.hpp"

namespace summary_test {

using erm::ExperimentRun;
using erm::summarize;
using erm_test::thrown;

namespace {

ExperimentRun run(const std::string& optimizer, double lr, double accuracy) {
  ExperimentRun made("exp");
  if (!optimizer.empty()) made.log_param("optimizer", optimizer);
  made.log_param("lr", lr);
  made.log_metric("acc", accuracy);
  return made;
}

std::vector<ExperimentRun> example() {
  return {run("sgd", 0.1, 0.5),   run("adam", 0.1, 0.9), run("sgd", 0.01, 0.6),
          run("adam", 0.01, 0.8), run("sgd", 0.1, 0.55), run("adam", 0.1, 0.85)};
}

bool near(double a, double b) { return std::abs(a - b) < 1e-4; }

}  // namespace

TEST_CASE("A summary by a param has the mean, deviation, extremes and the 95% interval of the mean") {
  const erm::RunSummary summary = summarize(example(), "params.optimizer");
  CHECK(summary.by == std::vector<std::string>{"params.optimizer"});
  REQUIRE(summary.groups.size() == 2);
  CHECK(summary.groups[0].name == "adam");
  CHECK(summary.groups[0].values.at("params.optimizer") == "adam");
  CHECK(summary.groups[0].runs == std::vector<std::size_t>{1, 3, 5});
  const erm::MetricSummary& adam = summary.groups[0].metrics.at("acc");
  CHECK(adam.n == 3);
  CHECK(adam.left_out == 0);
  CHECK(near(adam.mean, 0.85));
  CHECK(near(adam.deviation, 0.05));
  CHECK(adam.min == 0.8);
  CHECK(adam.max == 0.9);
  // 0.85 -+ 4.3027 * 0.05 / sqrt(3)
  CHECK(near(adam.low, 0.72579));
  CHECK(near(adam.high, 0.97421));
  CHECK(summary.tests.at("acc").u == 9);
  CHECK(near(summary.tests.at("acc").p, 0.1));
  CHECK(summary.tests.at("acc").is_exact);
}

TEST_CASE("Runs are summarized by several fields, in the order of their values") {
  const erm::RunSummary summary = summarize(example(), {"params.lr", "params.optimizer"});
  std::string names;
  for (const erm::RunGroup& group : summary.groups) names += group.name + "; ";
  CHECK(names == "0.01, adam; 0.01, sgd; 0.1, adam; 0.1, sgd; ");
  CHECK(summary.tests.empty());
  CHECK(std::isnan(summary.groups[0].metrics.at("acc").deviation));
  CHECK(std::isnan(summary.groups[0].metrics.at("acc").low));
  CHECK(summary.groups[0].metrics.at("acc").mean == 0.8);
}

TEST_CASE("Runs are summarized by their group, and runs without a group come last") {
  std::vector<ExperimentRun> runs = example();
  runs[1].set_group("sweep 2");
  runs[2].set_group("sweep 10");
  const erm::RunSummary summary = summarize(runs);
  REQUIRE(summary.groups.size() == 3);
  CHECK(summary.groups[0].name == "sweep 10");
  CHECK(summary.groups[2].name == "(none)");
  CHECK(summary.groups[2].values.empty());
  CHECK(summary.groups[2].runs == std::vector<std::size_t>{0, 3, 4, 5});
  CHECK(summarize(runs, std::vector<std::string>{"variant"}).groups.at(0).name == "main");
}

TEST_CASE("A number and a text that is that number make one group") {
  std::vector<ExperimentRun> runs(2, ExperimentRun("exp"));
  runs[0].log_param("lr", 0.1);
  runs[1].log_param("lr", "0.10");
  CHECK(summarize(runs, "params.lr").groups.size() == 1);
}

TEST_CASE("Runs without a number are counted separately") {
  std::vector<ExperimentRun> runs = {run("a", 1, 0.5), run("a", 1, std::nan("")), run("a", 1, 0.7), run("a", 1, 0)};
  runs[3].log_metric("acc", "0.9");
  runs.push_back(run("a", 1, 0));
  runs[4].log_metric("acc", "bad");
  const erm::MetricSummary acc = summarize(runs, "params.optimizer").groups.at(0).metrics.at("acc");
  CHECK(acc.n == 3);
  CHECK(acc.left_out == 2);
  CHECK(near(acc.mean, 0.7));
}

TEST_CASE("Large numbers neither overflow nor lose precision") {
  const erm::RunSummary summary = summarize({run("a", 1, 1.5e308), run("a", 1, 1.7e308)}, "params.lr");
  CHECK(summary.groups[0].metrics.at("acc").mean == 1.6e308);
}

TEST_CASE("Equal numbers have no deviation, however they are rounded") {
  const erm::RunSummary summary = summarize({run("a", 1, 0.9), run("a", 1, 0.9), run("a", 1, 0.9)}, "params.lr");
  CHECK(summary.groups[0].metrics.at("acc").mean == 0.9);
  CHECK(summary.groups[0].metrics.at("acc").deviation == 0);
  CHECK(summary.groups[0].metrics.at("acc").low == 0.9);
}

TEST_CASE("Without runs there are no groups, and without fields there is one") {
  CHECK(summarize({}, "group").groups.empty());
  CHECK(summarize(example(), std::vector<std::string>{}).groups.size() == 1);
}

TEST_CASE("An unknown field to group by is an error that shows it") {
  const auto fault_of = [](const char* field) {
    return thrown<erm::Error>([&] { static_cast<void>(summarize({}, field)); });
  };
  CHECK(fault_of("optimizer") ==
        "cannot read the field to group by: expected a field (params.NAME, metrics.NAME, dicts.NAME.KEY, tags.NAME, "
        "status, experiment, variant, run, time, duration, group, note, failure, features or artifacts), found "
        "'optimizer'\n  optimizer\n  ^");
  CHECK(fault_of("features") ==
        "cannot read the field to group by: 'features' is a list, by which runs are not grouped\n  features\n  ^");
  CHECK(fault_of("params.a desc") ==
        "cannot read the field to group by: expected the end, found 'desc'\n"
        "  params.a desc\n"
        "           ^");
}

TEST_CASE("A summary is shown as a table") {
  CHECK(to_text(summarize(example(), "params.optimizer")) ==
        "metric  params.optimizer  n  mean  deviation  min  max   95% low  95% high    p  corrected  shift  shift low  shift high\n"
        "acc     adam              3  0.85       0.05  0.8  0.9  0.725793  0.974207  0.1        0.1    0.3\n"
        "        sgd               3  0.55       0.05  0.5  0.6  0.425793  0.674207\n");
  CHECK(to_text(summarize({run("a", 1, 1)}, "variant")) ==
        "metric  variant  n  mean  deviation  min  max  95% low  95% high\n"
        "acc     main     1     1        nan    1    1      nan       nan\n");
}

}  // namespace summary_test

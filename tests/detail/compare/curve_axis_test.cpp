#include "erm/detail/compare/curve_axis.hpp"

#include <map>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/compare.hpp"
#include "erm/comparison.hpp"
#include "erm/json.hpp"

namespace curve_axis_test {

using erm::detail::axis_of;
using erm::detail::matches_pattern;

TEST_CASE("A star of a pattern stands for any text") {
  CHECK(matches_pattern("val/loss", "val/*"));
  CHECK(matches_pattern("val/loss", "*loss"));
  CHECK(matches_pattern("val/loss", "v*l*s"));
  CHECK(matches_pattern("val/", "val/*"));
  CHECK(matches_pattern("", "*"));
  CHECK(matches_pattern("aaab", "*ab"));
  CHECK_FALSE(matches_pattern("train/loss", "val/*"));
  CHECK_FALSE(matches_pattern("val", "val/*"));
  CHECK_FALSE(matches_pattern("loss", "los"));
  CHECK_FALSE(matches_pattern("los", "loss"));
}

TEST_CASE("The longest pattern that matches names the axis, and no metric is its own") {
  const std::map<std::string, std::string> axes = {{"*", "tokens"}, {"val/*", "epoch"}, {"val/loss", "hours"}};
  CHECK(axis_of(axes, "loss") == "tokens");
  CHECK(axis_of(axes, "val/acc") == "epoch");
  CHECK(axis_of(axes, "val/loss") == "hours");
  CHECK(axis_of(axes, "tokens").empty());
  CHECK(axis_of({}, "loss").empty());
}

erm::ExperimentRun run_over(const std::string& axis) {
  erm::ExperimentRun run("e");
  for (int step = 0; step < 4; ++step) {
    if (step != 0) run.log_metric("epoch", step / 2.0, step);
    run.log_metric("hours", 10.0 * step, step);
    run.log_metric("val/loss", 1.0 / (1 + step), step);
  }
  if (!axis.empty()) run.define_axis("val/*", axis);
  return run;
}

std::string axis_of_curve(const std::vector<erm::ExperimentRun>& runs, const std::string& metric) {
  const erm::Comparison comparison(runs);
  for (const erm::ComparisonCurve& curve : comparison.curves())
    if (curve.metric == metric) return std::string(curve.axis);
  return "no such curve";
}

TEST_CASE("A curve has the axis on which its runs agree") {
  const erm::ExperimentRun by_epoch = run_over("epoch"), by_hours = run_over("hours"), by_step = run_over("");
  CHECK(axis_of_curve({by_epoch, by_step}, "val/loss") == "epoch");
  CHECK(axis_of_curve({by_epoch, by_step}, "hours").empty());
  CHECK(axis_of_curve({by_epoch, by_hours}, "val/loss").empty());
  erm::ExperimentRun without_epochs("e");
  without_epochs.log_metric("val/loss", 0.5, 1);
  CHECK(axis_of_curve({by_epoch, without_epochs}, "val/loss").empty());
}

TEST_CASE("The page plots a metric over its axis, and leaves out points before the axis begins") {
  const std::string page = erm::compare_runs(run_over("epoch"), run_over("epoch"));
  CHECK(page.find("data-axis=\"epoch\"") != std::string::npos);
  CHECK(page.find("val/loss by epoch, 2 runs") != std::string::npos);
  // Three of the four points: at the epochs 0.5, 1 and 1.5.
  CHECK(page.find("\"x\":[10,5,5]") != std::string::npos);
}

}  // namespace curve_axis_test

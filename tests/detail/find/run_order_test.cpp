#include "erm/detail/find/run_order.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/experiment_run.hpp"
#include "thrown.hpp"

namespace run_order_test {

using erm::detail::RunOrder;
using erm_test::thrown;

namespace {

/// The ids of some runs in that order.
std::string sorted(const std::vector<erm::ExperimentRun>& runs, const std::string& text) {
  const RunOrder order(text);
  std::vector<const erm::ExperimentRun*> all;
  for (const auto& run : runs) all.push_back(&run);
  std::stable_sort(all.begin(), all.end(), [&](const auto* a, const auto* b) {
    return order.compare(order.key_of(erm::detail::RunAccess::record(*a)),
                         order.key_of(erm::detail::RunAccess::record(*b))) < 0;
  });
  std::string ids;
  for (const auto* run : all) ids += run->run_id();
  return ids;
}

erm::ExperimentRun run(const std::string& id, const erm::Value& loss, int second = 0) {
  erm::RunOptions options;
  options.run_id = id;
  options.timestamp_utc = erm::TimePoint(std::chrono::seconds(1000000 + second));
  erm::ExperimentRun made("exp", options);
  made.log_metric("loss", loss);
  return made;
}

}  // namespace

TEST_CASE("Runs are ordered by a field, ascending or descending, with missing values and NaN last") {
  std::vector<erm::ExperimentRun> runs = {run("a", 0.5), run("b", std::nan("")), run("c", 0.1), run("d", "0.3")};
  runs.emplace_back("exp");
  const std::string generated = runs.back().run_id();
  CHECK(sorted(runs, "metrics.loss") == "cdab" + generated);
  CHECK(sorted(runs, "metrics.loss asc") == "cdab" + generated);
  CHECK(sorted(runs, "metrics.loss DESC") == "adcb" + generated);
}

TEST_CASE("Booleans come before numbers, and numbers before text") {
  const std::vector<erm::ExperimentRun> runs = {run("a", "x"), run("b", 1), run("c", true), run("d", "X")};
  CHECK(sorted(runs, "metrics.loss") == "cbda");
  CHECK(sorted(runs, "metrics.loss desc") == "adbc");
}

TEST_CASE("The second term orders what is equal by the first") {
  const std::vector<erm::ExperimentRun> runs = {run("a", 1, 3), run("b", 0, 2), run("c", 1, 1)};
  CHECK(sorted(runs, "metrics.loss desc, time asc") == "cab");
  CHECK(sorted(runs, "metrics.loss desc, time desc") == "acb");
  CHECK(sorted(runs, "run desc") == "cba");
}

TEST_CASE("A name alone orders by the metric of that name, or else by the param") {
  std::vector<erm::ExperimentRun> runs = {run("a", 3, 1), run("b", 1, 2), run("c", 2, 3)};
  CHECK(sorted(runs, "loss") == "bca");
  CHECK(sorted(runs, "loss.max desc, time") == "acb");
  CHECK(sorted(runs, "`loss` DESC") == "acb");
  runs[0].log_param("lr", 0.2);
  runs[1].log_param("lr", 0.1);
  CHECK(sorted(runs, "lr desc") == "abc");
  runs[2].log_param("time", 5);
  CHECK(sorted(runs, "time desc") == "cba");  // the field, not the param
  CHECK(sorted(runs, "nowhere, run desc") == "cba");
}

TEST_CASE("Without a text the newest runs come first") {
  CHECK(sorted({run("a", 1, 1), run("b", 1, 3), run("c", 1, 2)}, "") == "bca");
}

TEST_CASE("An invalid order is shown with a caret under the position") {
  const auto fault_of = [](const std::string& text) {
    return thrown<erm::Error>([&] { static_cast<void>(RunOrder(text)); });
  };
  CHECK(fault_of("time down") ==
        "cannot read the order: expected 'asc', 'desc', ',' or the end, found 'down'\n"
        "  time down\n"
        "       ^");
  CHECK(fault_of("metrics.loss,") ==
        "cannot read the order: expected a field (a metric, a param, params.NAME, metrics.NAME, dicts.NAME.KEY, "
        "tags.NAME, status, experiment, variant, run, time, duration, group, note, failure, features or artifacts), "
        "found the end\n"
        "  metrics.loss,\n"
        "               ^");
  CHECK(fault_of("lr upwards") ==
        "cannot read the order: expected 'asc', 'desc', ',' or the end, found 'upwards'\n"
        "  lr upwards\n"
        "     ^");
  for (const char* const no_name : {"desc", "loss, asc", "1", "'loss'", "metric.loss", "params."})
    CHECK(fault_of(no_name).rfind("cannot read the order: expected a field (a metric, a param, ", 0) == 0);
  CHECK(fault_of("features") ==
        "cannot read the order: 'features' is a list, which has no order\n"
        "  features\n"
        "  ^");
}

}  // namespace run_order_test

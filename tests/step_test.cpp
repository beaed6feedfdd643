#include "erm/step.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/experiment_run.hpp"
#include "thrown.hpp"

namespace step_test {

TEST_CASE("A step is any integer type") {
  erm::ExperimentRun run("e");
  run.log_metric("m", 1.0, std::size_t{5});
  run.log_metric("m", 2.0f, static_cast<short>(-6));
  run.log_metric("m", 3, 7LL);
  run.log_metrics({{"m", 4.0}}, std::uint32_t{8});
  run.log_metrics(std::map<std::string, double>{{"m", 5.0}}, 9UL);
  std::vector<std::int64_t> steps;
  for (const erm::MetricPoint& point : run.curve("m").points()) steps.push_back(point.step);
  CHECK(steps == std::vector<std::int64_t>{5, -6, 7, 8, 9});
}

TEST_CASE("Braces and types that convert to an integer remain steps") {
  struct Counter {
    operator int() const { return 3; }
  };
  erm::ExperimentRun run("e");
  run.log_metric("m", 1.0, Counter());
  CHECK(run.last_step("m") == 3);
  run.log_metric("m", 1.0, {});
  CHECK(run.last_step("m") == 0);
}

TEST_CASE("A step above 2^63 - 1 is an error") {
  erm::ExperimentRun run("e");
  const std::uint64_t greatest = 9223372036854775807u;
  run.log_metric("m", 1.0, greatest);
  CHECK(run.last_step("m") == 9223372036854775807);
  CHECK(erm_test::thrown<erm::Error>([&] { run.log_metric("m", 1.0, greatest + 1); }) ==
        "a step of 9223372036854775808 is too large; the greatest is 9223372036854775807");
  CHECK(run.curve("m").size() == 1);
}

}  // namespace step_test

#include "erm/detail/find/filter_parser.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include "catch.hpp"
#include "erm/experiment_run.hpp"
#include "filter_cases.hpp"
#include "thrown.hpp"

namespace filter_parser_test {

using erm::detail::read_filter;
using erm_test::thrown;

namespace {

const erm::detail::RunRecord& example() {
  static const erm::ExperimentRun run = erm_test::filter_example();
  return erm::detail::RunAccess::record(run);
}

/// The text of the error, whole.
std::string fault_of(const std::string& filter) {
  return thrown<erm::Error>([&] { static_cast<void>(read_filter(filter)); });
}

}  // namespace

TEST_CASE("Each filter accepts or rejects the run according to its condition") {
  for (const auto& [filter, expected] : erm_test::filter_cases) {
    INFO(filter);
    CHECK(read_filter(filter).matches(example()) == expected);
  }
}

TEST_CASE("A duration has a unit") {
  erm::detail::RunRecord run = example();
  run.finished_utc = run.timestamp_utc + std::chrono::seconds(90);
  for (const char* const filter : {"duration = 90", "duration = 90s", "duration = 1.5m", "duration < 1h",
                                   "duration < 1d", "1m < duration", "duration in (90s, 2h)"}) {
    INFO(filter);
    CHECK(read_filter(filter).matches(run));
  }
  CHECK_FALSE(read_filter("duration > 2m").matches(run));
}

TEST_CASE("An invalid filter is shown with a caret under the position, and with what was expected") {
  for (const auto& [filter, fault, at] : erm_test::filter_faults) {
    INFO(filter);
    std::string line = filter;
    std::replace(line.begin(), line.end(), '\t', ' ');
    CHECK(fault_of(filter) ==
          "cannot read the filter: " + std::string(fault) + "\n  " + line + "\n  " + std::string(at, ' ') + "^");
  }
  CHECK(fault_of("params.a = \xFF") == "cannot read the filter: it is not UTF-8; encode it so");
}

TEST_CASE("The depth of a filter is limited, but not its length") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '(') + "tags.candidate" + std::string(depth, ')');
  };
  CHECK(read_filter(nested(99)).matches(example()));
  CHECK(erm_test::contains(fault_of(nested(100)), "'not' and parentheses nest deeper than 100; simplify it\n  (((("));
  std::string nots;
  for (int i = 0; i < 100000; ++i) nots += "not ";
  CHECK(erm_test::contains(fault_of(nots + "tags.x"), "nest deeper than 100"));
  std::string ors = "tags.candidate";
  for (int i = 0; i < 100000; ++i) ors += " or tags.x and tags.y";
  CHECK(read_filter(ors).matches(example()));
}

}  // namespace filter_parser_test

#include "erm/metric_history.hpp"

#include <chrono>
#include <cmath>
#include <limits>

#include "catch.hpp"
#include "thrown.hpp"

namespace metric_history_test {

using erm::MetricHistory;
using erm::MetricPoint;
using erm_test::thrown;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

MetricPoint point(std::int64_t step, double value) {
  MetricPoint made;
  made.step = step;
  made.time = erm::TimePoint(std::chrono::milliseconds(step));
  made.value = value;
  return made;
}

}  // namespace

TEST_CASE("A history keeps its points in the order in which they were logged") {
  MetricHistory history;
  CHECK(history.empty());
  history.append(point(3, 1));
  history.append(point(1, 2));
  history.append(point(1, 3));
  CHECK(history.size() == 3);
  CHECK(history.first() == point(3, 1));
  CHECK(history.last() == point(1, 3));
  CHECK(history.at(1).value() == 3);
  CHECK(history.at(3).value() == 1);
  CHECK_FALSE(history.at(2));
  CHECK(history == MetricHistory({point(3, 1), point(1, 2), point(1, 3)}));
  CHECK(history != MetricHistory({point(1, 2), point(3, 1), point(1, 3)}));
}

TEST_CASE("The least and the greatest are the earliest of equal points, and never NaN") {
  const MetricHistory history({point(1, not_a_number), point(2, 5), point(3, -1), point(4, 5), point(5, -1)});
  CHECK(history.min().value().step == 3);
  CHECK(history.max().value().step == 2);
  CHECK(history.mean() == 2);
  const MetricHistory infinite({point(1, infinity), point(2, -infinity), point(3, 0)});
  CHECK(infinite.min().value().step == 2);
  CHECK(infinite.max().value().step == 1);
}

TEST_CASE("A history with only NaN has no extremes and no mean") {
  const MetricHistory nothing, nan({point(1, not_a_number)});
  for (const MetricHistory& history : {nothing, nan}) {
    CHECK_FALSE(history.min());
    CHECK_FALSE(history.max());
    CHECK(std::isnan(history.mean()));
  }
  const std::string text = "the history of a metric without points has no first or last; ask empty() before";
  CHECK(thrown<erm::Error>([&] { (void)nothing.first(); }) == text);
  CHECK(thrown<erm::Error>([&] { (void)nothing.last(); }) == text);
  CHECK(std::isnan(nan.last().value));
}

TEST_CASE("Points are equal if step, time and value are, and NaN equals NaN") {
  CHECK(point(1, not_a_number) == point(1, not_a_number));
  CHECK(point(1, 1) != point(1, not_a_number));
  CHECK(point(1, 1) != point(2, 1));
  MetricPoint later = point(1, 1);
  later.time += std::chrono::milliseconds(1);
  CHECK(later != point(1, 1));
}

}  // namespace metric_history_test

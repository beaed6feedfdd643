#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/detail/follow/thinned_curve.hpp"
#include "erm/metric_history.hpp"
#include "thrown.hpp"

namespace thinned_curve_test {

using erm::MetricHistory;
using erm::MetricPoint;
using erm::TimePoint;
using erm::detail::ThinnedCurve;

namespace {

MetricPoint point_of(std::int64_t step, std::size_t place, double value) {
  return {step, TimePoint(std::chrono::milliseconds(place)), value};
}

bool has(const MetricHistory& history, const MetricPoint& point) {
  return std::find(history.points().begin(), history.points().end(), point) != history.points().end();
}

/// Whether the points of `kept` lie in `all` in the same order.
bool is_part_of(const MetricHistory& kept, const MetricHistory& all) {
  auto at = all.points().begin();
  for (const MetricPoint& point : kept.points()) {
    at = std::find(at, all.points().end(), point);
    if (at == all.points().end()) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("a curve of ascending steps keeps its ends and its extremes, of every writer") {
  std::mt19937_64 random(1);
  for (int round = 0; round < 2000; ++round) {
    const std::size_t buckets = 2 + random() % 40;
    ThinnedCurve curve(buckets);
    std::vector<std::vector<MetricPoint>> parts(1 + random() % 3);
    const auto stride = static_cast<std::int64_t>(1 + random() % 100);
    const bool repeats = random() % 3 == 0;  // a step is logged several times, and the last counts
    std::int64_t step = static_cast<std::int64_t>(random() % 7) - 3;
    for (std::size_t i = 0, n = random() % 600; i < n; ++i) {
      if (!repeats || random() % 2 == 0) step += 1 + static_cast<std::int64_t>(random()) % stride;
      step = (std::max<std::int64_t>)(step, parts[0].empty() ? step : parts[0].back().step);
      const std::size_t writer = random() % parts.size();
      if (!parts[writer].empty()) step = (std::max)(step, parts[writer].back().step);
      const double value = random() % 20 == 0 ? std::nan("") : static_cast<double>(random() % 1000) / 7;
      parts[writer].push_back(point_of(step, i, value));
      curve.add(parts[writer].back(), writer);
    }
    std::vector<MetricPoint> points;
    std::vector<std::size_t> writers;
    for (const std::vector<MetricPoint>& part : parts) {
      if (!points.empty() && !part.empty()) writers.push_back(points.size());
      points.insert(points.end(), part.begin(), part.end());
    }
    const MetricHistory all(points, writers), kept = curve.history();
    INFO("round " << round);
    REQUIRE(curve.count() == all.size());
    REQUIRE(curve.empty() == all.empty());
    REQUIRE(kept.size() <= 4 * buckets * parts.size());
    if (!curve.is_thinned()) {
      REQUIRE(kept == all);
      REQUIRE(kept.writers() == all.writers());
    }
    if (all.empty()) continue;
    REQUIRE(is_part_of(kept, all));
    REQUIRE(kept.writers().size() == all.writers().size());
    REQUIRE(curve.least() == (all.min)());
    REQUIRE(curve.greatest() == (all.max)());
    REQUIRE((kept.min)() == (all.min)());
    REQUIRE((kept.max)() == (all.max)());
    REQUIRE(curve.last() == all.last());
    REQUIRE(kept.last() == all.last());
    REQUIRE(kept.counted().first() == all.counted().first());
    const MetricHistory counted = all.counted(), kept_counted = kept.counted();
    for (const MetricPoint& point : kept_counted.points()) REQUIRE(has(counted, point));
  }
}

TEST_CASE("a curve that goes back and logs steps again keeps only points that count, in their order") {
  std::mt19937_64 random(2);
  int inexact = 0;
  for (int round = 0; round < 1000; ++round) {
    const std::size_t buckets = 2 + random() % 40;
    ThinnedCurve curve(buckets);
    std::vector<MetricPoint> points;
    std::int64_t step = 0;
    for (int pass = 0; pass < 4; ++pass) {
      if (pass > 0) step = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(step + 1));
      for (std::size_t n = random() % 400; n > 0; --n) {
        points.push_back(point_of(step++, points.size(), static_cast<double>(random() % 100'000)));
        curve.add(points.back());
      }
    }
    if (points.empty()) continue;
    const MetricHistory all(points), counted = all.counted(), kept = curve.history();
    INFO("round " << round);
    REQUIRE(is_part_of(kept, all));
    REQUIRE(kept.last() == all.last());
    if (!curve.is_thinned()) REQUIRE(kept == all);
    if (curve.is_thinned()) REQUIRE(is_part_of(kept, counted));
    if (curve.least() != (all.min)() || curve.greatest() != (all.max)()) ++inexact;
  }
  CHECK(inexact < 50);  // where a pass ends inside a range whose extreme it logged again
}

TEST_CASE("a curve takes steps in any order and of any size") {
  std::mt19937_64 random(3);
  for (int round = 0; round < 300; ++round) {
    const std::size_t buckets = 2 + random() % 40;
    ThinnedCurve curve(buckets);
    std::vector<MetricPoint> points;
    for (std::size_t n = 1 + random() % 500; n > 0; --n) {
      const auto step = static_cast<std::int64_t>(random() >> (random() % 64));
      points.push_back(point_of(random() % 2 == 0 ? step : -1 - step, points.size(), static_cast<double>(n)));
      curve.add(points.back());
    }
    const MetricHistory all(points), kept = curve.history();
    REQUIRE(is_part_of(kept, all));
    REQUIRE(kept.size() <= 12 * buckets);
    REQUIRE(kept.last() == all.last());
  }
}

TEST_CASE("an interleaved curve of two sources keeps the extremes of both") {
  ThinnedCurve curve(64);
  std::vector<MetricPoint> points;
  for (std::int64_t i = 0; i < 20'000; ++i) {
    const std::int64_t step = i % 2 == 0 ? i : 100'001 + i;
    points.push_back(point_of(step, points.size(), static_cast<double>(i * 7919 % 100'003)));
    curve.add(points.back());
  }
  const MetricHistory all(points);
  CHECK(curve.is_thinned());
  CHECK(curve.least() == (all.min)());
  CHECK(curve.greatest() == (all.max)());
  CHECK(curve.history().size() < 12 * 64);
}

TEST_CASE("many writers share the room of eight") {
  ThinnedCurve curve(128);
  for (std::size_t i = 0; i < 2000; ++i)
    for (std::size_t writer = 0; writer < 64; ++writer)
      curve.add(point_of(static_cast<std::int64_t>(i), i, static_cast<double>(i % 17)), writer);
  CHECK(curve.count() == 128'000);
  const MetricHistory kept = curve.history();
  CHECK(kept.writers().size() == 63);
  CHECK(kept.size() <= 4 * 8 * 128 + 64);
}

TEST_CASE("a writer that comes before another is inserted") {
  ThinnedCurve curve;
  curve.add(point_of(0, 0, 1));
  curve.insert_writer(0);
  curve.insert_writer(7);  // behind all: nothing to do
  curve.add(point_of(0, 1, 2), 0);
  CHECK(curve.history().points() == std::vector<MetricPoint>{point_of(0, 1, 2), point_of(0, 0, 1)});
  CHECK(curve.history().writers() == std::vector<std::size_t>{1});
  CHECK(curve.last() == point_of(0, 0, 1));
  ThinnedCurve copy = curve;
  curve.clear();
  CHECK(curve.empty());
  CHECK_FALSE(curve.least());
  CHECK(copy.count() == 2);
  CHECK(erm_test::thrown<erm::Error>([&] { static_cast<void>(curve.last()); }) ==
        "a curve without points has no last one; ask empty() before");
}

TEST_CASE("a curve of NaN alone has no extremes") {
  ThinnedCurve curve(2);
  for (std::int64_t i = 0; i < 100; ++i) curve.add(point_of(i, 0, std::nan("")));
  CHECK_FALSE(curve.least());
  CHECK_FALSE(curve.greatest());
  CHECK(curve.history().first().step == 0);
  CHECK(curve.history().last().step == 99);
}

}  // namespace thinned_curve_test

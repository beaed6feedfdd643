#include "erm/detail/base/shift.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

#include "catch.hpp"

namespace shift_test {

using erm::MetricShift;
using erm::detail::shift_of;
using erm::detail::shift_of_pairs;

namespace {

bool near(double a, double b, double distance = 1e-9) { return std::abs(a - b) <= distance; }

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/// 60 values, and 60 others: more than the exact distribution is used for.
std::vector<double> many(double factor, double shift, bool of_sine) {
  std::vector<double> values;
  for (int i = 0; i < 60; ++i) values.push_back((of_sine ? std::sin(i * factor) : std::cos(i * factor)) * 3 + shift);
  return values;
}

}  // namespace

TEST_CASE("The shift of two samples and its interval are those that R's wilcox.test documents") {
  // Hollander and Wolfe 1973, p. 69.
  const MetricShift shift = shift_of({0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46}, {1.15, 0.88, 0.90, 0.74, 1.21});
  CHECK(near(shift.estimate, 0.305));
  CHECK(near(shift.low, -0.15));
  CHECK(near(shift.high, 0.76));
}

TEST_CASE("The shift of pairs and its interval are those that R's wilcox.test documents") {
  // Hollander and Wolfe 1973, p. 29: depression scale factors before and after a therapy.
  const std::vector<double> before = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
  const std::vector<double> after = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
  std::vector<double> differences;
  for (std::size_t i = 0; i < before.size(); ++i) differences.push_back(before[i] - after[i]);
  const MetricShift shift = shift_of_pairs(differences);
  CHECK(near(shift.estimate, 0.46));
  CHECK(near(shift.low, 0.01));
  CHECK(near(shift.high, 0.786));
}

TEST_CASE("Of many values the interval is by the normal distribution, next to the exact one of R 4.2") {
  const MetricShift shift = shift_of(many(1.7, 0.4, true), many(2.3, 0, false));
  CHECK(near(shift.estimate, 0.40105655, 1e-8));
  CHECK(near(shift.low, -0.26018747, 2e-3));
  CHECK(near(shift.high, 1.08386821, 2e-3));
  std::vector<double> differences = many(1.7, 0.4, true);
  const std::vector<double> others = many(2.3, 0, false);
  for (std::size_t i = 0; i < differences.size(); ++i) differences[i] -= others[i];
  const MetricShift of_pairs = shift_of_pairs(differences);
  CHECK(near(of_pairs.estimate, 0.27423068, 1e-8));
  CHECK(near(of_pairs.low, -0.55806930, 2e-3));
  CHECK(near(of_pairs.high, 1.16751093, 2e-3));
}

TEST_CASE("The shift is the median of all differences, and swaps its sign with the samples") {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> a(1 + random() % 9), b(1 + random() % 9), differences;
    for (double& value : a) value = static_cast<double>(random() % 20) / 4;
    for (double& value : b) value = static_cast<double>(random() % 20) / 4;
    for (const double x : a)
      for (const double y : b) differences.push_back(x - y);
    const MetricShift shift = shift_of(a, b), other = shift_of(b, a);
    REQUIRE(shift.estimate == median_of(differences));
    REQUIRE(other.estimate == -shift.estimate);
    REQUIRE((std::isnan(shift.low) || (other.low == -shift.high && other.high == -shift.low)));
    REQUIRE_FALSE(shift.low > shift.estimate);
    REQUIRE_FALSE(shift.high < shift.estimate);
    std::vector<double> means;
    for (std::size_t i = 0; i < a.size(); ++i)
      for (std::size_t k = i; k < a.size(); ++k) means.push_back((a[i] + a[k]) / 2);
    REQUIRE(shift_of_pairs(a).estimate == median_of(means));
  }
}

TEST_CASE("Too few values have a shift without an interval") {
  CHECK(shift_of({5}, {3}).estimate == 2);
  CHECK(std::isnan(shift_of({5, 6, 7}, {1, 2, 3}).low));
  CHECK(shift_of({5, 6, 7, 8}, {1, 2, 3, 4}).low == 1);
  CHECK(shift_of({5, 6, 7, 8}, {1, 2, 3, 4}).high == 7);
  CHECK(std::isnan(shift_of_pairs({1, 2, 3, 4, 5}).low));
  CHECK(shift_of_pairs({1, 2, 3, 4, 5, 6}).low == 1);
  CHECK(shift_of_pairs({1, 2, 3, 4, 5, 6}).high == 6);
}

TEST_CASE("No value and infinite values have no shift; the greatest have one") {
  const double infinite = std::numeric_limits<double>::infinity(), greatest = (std::numeric_limits<double>::max)();
  CHECK(std::isnan(shift_of({}, {1}).estimate));
  CHECK(std::isnan(shift_of({1, infinite}, {1, infinite}).estimate));
  CHECK(std::isnan(shift_of_pairs({}).estimate));
  CHECK(std::isnan(shift_of_pairs({-infinite, 1}).estimate));
  CHECK(shift_of({greatest, greatest}, {0, 0}).estimate == greatest);
  CHECK(shift_of_pairs({greatest, greatest}).estimate == greatest);
}

}  // namespace shift_test

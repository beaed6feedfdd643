#include "erm/detail/terminal/number_label.hpp"

#include <cmath>
#include <limits>

#include "catch.hpp"
#include "erm/detail/terminal/smoothing.hpp"

namespace number_label_test {

using erm::detail::duration_label;
using erm::detail::number_label;
using erm::detail::NumberLabels;
using erm::detail::Smoothing;
using erm::detail::time_label;

TEST_CASE("The numbers of an axis have the digits that tell its ticks apart") {
  CHECK(NumberLabels(1, 0.25).text(0.75) == "0.75");
  CHECK(NumberLabels(0.05, 0.01).text(0.05) == "0.05");
  CHECK(NumberLabels(9000, 1000).text(9000) == "9000");
  CHECK(NumberLabels(50000, 10000).text(50000) == "50k");
  CHECK(NumberLabels(1200000, 200000).text(1200000) == "1.2M");
  CHECK(NumberLabels(-1, 0.5).text(0) == "0");
  CHECK(NumberLabels(2e-5, 1e-5).text(2e-5) == "2e-5");
  CHECK(NumberLabels(1e300, 5e299).text(5e299) == "5e299");
  CHECK(NumberLabels(1000000.5, 0.5).text(1000000.5) == "1000000.5");  // no M: its ticks are too near
}

TEST_CASE("Numbers whose ticks are too close or too far apart for a double have texts") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  CHECK(NumberLabels(0.5, 0).text(0.5) == "0.5");
  CHECK(NumberLabels(1e308, infinity).text(1e308) == "1e308");
  CHECK(NumberLabels(infinity, infinity).text(infinity) == "∞");
}

TEST_CASE("A duration has at most two units") {
  CHECK(duration_label(0) == "0s");
  CHECK(duration_label(0.25) == "0.25s");
  CHECK(duration_label(45) == "45s");
  CHECK(duration_label(90) == "1m30s");
  CHECK(duration_label(3600) == "1h");
  CHECK(duration_label(3601) == "1h");
  CHECK(duration_label(93784) == "1d2h");
  CHECK(duration_label(-90) == "-1m30s");
  CHECK(duration_label(59.9999) == "1m");
  CHECK(duration_label(1e15) == "1000000000000000s");
  CHECK(duration_label(std::nan("")) == number_label(std::nan("")) + "s");
}

TEST_CASE("A time is as exact as its ticks need, and far times are numbers") {
  CHECK(time_label(1763596800, 86400) == "11-20");
  CHECK(time_label(1763596860, 60) == "00:01");
  CHECK(time_label(1763596861, 1) == "00:01:01");
  CHECK(time_label(1763596861.25, 0.25) == "01:01.250");
  CHECK(time_label(1e300, 1) == "1e300");
}

TEST_CASE("Smoothing is a mean in which the first values weigh no more than others") {
  Smoothing none(0, 1), half(0.5, 1);
  CHECK(none.next(0, 4) == 4);
  CHECK(none.next(1, 8) == 8);
  CHECK(half.next(0, 4) == 4);
  CHECK(half.next(1, 8) == Approx((8 + 0.5 * 4) / 1.5));
  CHECK(half.next(2, 8) == Approx((8 + 0.5 * 8 + 0.25 * 4) / 1.75));

  Smoothing every_second(0.5, 1), two_apart(0.5, 2);  // a usual distance of points smooths alike
  for (int i = 0; i < 5; ++i) {
    const double one = Smoothing(0.5, 1).next(i, i);
    CHECK(one == i);
  }
  two_apart.next(0, 4);
  CHECK(two_apart.next(2, 8) == Approx((8 + 0.5 * 4) / 1.5));
  every_second.next(0, 4);
  CHECK(every_second.next(2, 8) == Approx((8 + 0.25 * 4) / 1.25));

  Smoothing gaps(0.9, 1);
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(gaps.next(0, 1) == 1);
  CHECK(std::isnan(gaps.next(1, std::nan(""))));
  CHECK(gaps.next(2, inf) == inf);
  CHECK(gaps.next(3, 1) == Approx(1));
  CHECK(Smoothing(0.9999, 1).next(0, 5e-324) == 5e-324);
}

}  // namespace number_label_test

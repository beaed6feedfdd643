#include "erm/detail/plotly/axis.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"

namespace axis_test {

using erm::detail::PlotlyAxis;

namespace {

PlotlyAxis axis_from(double low, double high, PlotlyAxis::Kind kind = PlotlyAxis::Kind::linear) {
  PlotlyAxis axis;
  axis.kind = kind;
  axis.widen(low);
  axis.widen(high);
  axis.settle_range();
  return axis;
}

std::vector<std::string> labels(const PlotlyAxis& axis, int wanted) {
  std::vector<std::string> texts;
  for (const auto& tick : axis.ticks(wanted)) texts.push_back(tick.label);
  return texts;
}

using Labels = std::vector<std::string>;

}  // namespace

TEST_CASE("Ticks are at round numbers, with the shortest labels that differ") {
  CHECK(labels(axis_from(0, 1), 6) == Labels{"0", "0.2", "0.4", "0.6", "0.8", "1"});
  CHECK(labels(axis_from(-3, 7), 5) == Labels{"-2", "0", "2", "4", "6"});
  CHECK(labels(axis_from(0.1001, 0.1005), 5) == Labels{"0.1001", "0.1002", "0.1003", "0.1004", "0.1005"});
  CHECK(labels(axis_from(0, 4e6), 4) == Labels{"0", "1e6", "2e6", "3e6", "4e6"});
  CHECK(labels(axis_from(0, 3e-7), 3) == Labels{"0", "1e-7", "2e-7", "3e-7"});
  CHECK(labels(axis_from(1e300, 3e300), 2) == Labels{"1e300", "2e300", "3e300"});
}

TEST_CASE("A logarithmic axis has ticks at powers of ten, with 2 and 5 in between if there are few") {
  const auto logarithmic = PlotlyAxis::Kind::logarithmic;
  CHECK(labels(axis_from(0, 2, logarithmic), 7) == Labels{"1", "2", "5", "10", "20", "50", "100"});
  CHECK(labels(axis_from(-2, 4, logarithmic), 7) == Labels{"0.01", "0.1", "1", "10", "100", "1000", "10000"});
  CHECK(labels(axis_from(-10, 10, logarithmic), 4) == Labels{"1e-10", "1e-5", "1", "100000", "1e10"});
  CHECK(labels(axis_from(std::log10(2.0), std::log10(2.4), logarithmic), 4) == Labels{"2", "2.1", "2.2", "2.3", "2.4"});
}

TEST_CASE("Every range has at least two ticks with different labels, and never too many") {
  for (const double low : {0.0, 1.0, -7.5, 123456789.0, 1e15, -1e-9, 3e-200}) {
    for (const double span : {1e-12, 1e-3, 0.7, 1.0, 33.0, 1e9, 1e200}) {
      const PlotlyAxis axis = axis_from(low, low + span);
      for (const int wanted : {0, 2, 5, 12, 1000000}) {
        const auto texts = labels(axis, wanted);
        CAPTURE(low, span, wanted);
        CHECK(texts.size() >= 2);
        CHECK(texts.size() <= 122);
        CHECK(texts.front() != texts.back());
        for (const auto& tick : axis.ticks(wanted)) CHECK((tick.place >= axis.low && tick.place <= axis.high));
      }
    }
  }
}

TEST_CASE("A single position gets an axis around it") {
  CHECK(axis_from(5, 5).low == Approx(4.5));
  CHECK(axis_from(0, 0).high == 1);
  CHECK(axis_from(0, 0, PlotlyAxis::Kind::logarithmic).low == -0.5);
  PlotlyAxis empty;
  empty.settle_range();
  CHECK(empty.high == 1);
}

TEST_CASE("Categories are numbered in the order of their first use, and unknown text has no position") {
  PlotlyAxis axis;
  axis.kind = PlotlyAxis::Kind::category;
  const auto places = axis.places({{std::nan(""), std::nan(""), std::nan(""), std::nan("")}, {"b", "a", "", "b"}});
  CHECK(places[0] == 0);
  CHECK(places[1] == 1);
  CHECK(std::isnan(places[2]));
  CHECK(places[3] == 0);
  axis.settle_range();
  CHECK(axis.fraction(0) == Approx(0.25));
  CHECK(labels(axis, 10) == Labels{"b", "a"});
}

TEST_CASE("A range that no double can hold is refused") {
  CHECK_THROWS_AS(axis_from(-1e308, 1e308), erm::detail::UndrawableFigure);
  CHECK_THROWS_AS(axis_from(-500, 500, PlotlyAxis::Kind::logarithmic), erm::detail::UndrawableFigure);
}

}  // namespace axis_test

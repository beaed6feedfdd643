#include "erm/detail/chart/axis.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/detail/chart/tick_text.hpp"

namespace axis_test {

using erm::detail::PlotlyAxis;
using erm::detail::PlotlyRoom;

namespace {

PlotlyAxis axis_from(double low, double high, PlotlyAxis::Kind kind = PlotlyAxis::Kind::linear) {
  PlotlyAxis axis;
  axis.kind = kind;
  axis.widen(low);
  axis.widen(high);
  axis.settle_range();
  return axis;
}

/// The texts of the ticks of a y axis of `length` pixels: of one that is 280 long, about seven.
std::vector<std::string> labels(const PlotlyAxis& axis, double length = 280) {
  std::vector<std::string> texts;
  for (const auto& tick : erm::detail::plotly_ticks(axis, length, true))
    texts.push_back(tick.below.empty() ? tick.label : tick.label + " / " + tick.below);
  return texts;
}

using Labels = std::vector<std::string>;

}  // namespace

TEST_CASE("Ticks are at round numbers, with texts as plotly writes them") {
  CHECK(labels(axis_from(0, 1)) == Labels{"0", "0.2", "0.4", "0.6", "0.8", "1"});
  CHECK(labels(axis_from(-3, 7)) == Labels{"\xE2\x88\x92" "2", "0", "2", "4", "6"});
  CHECK(labels(axis_from(0.1001, 0.1005)) == Labels{"0.1001", "0.1002", "0.1003", "0.1004", "0.1005"});
  CHECK(labels(axis_from(0, 4e6)) == Labels{"0", "1M", "2M", "3M", "4M"});
  CHECK(labels(axis_from(0, 50000)) == Labels{"0", "10k", "20k", "30k", "40k", "50k"});
  CHECK(labels(axis_from(0, 3e9)) == Labels{"0", "0.5B", "1B", "1.5B", "2B", "2.5B", "3B"});
}

TEST_CASE("A logarithmic axis has ticks at powers of ten, with digits in between if there are few") {
  const auto logarithmic = PlotlyAxis::Kind::logarithmic;
  CHECK(labels(axis_from(0, 2, logarithmic), 160) == Labels{"1", "2", "5", "10", "2", "5", "100"});
  CHECK(labels(axis_from(-2, 4, logarithmic)) == Labels{"0.01", "0.1", "1", "10", "100", "1000", "10k"});
  CHECK(labels(axis_from(std::log10(2.0), std::log10(2.4), logarithmic), 160) == Labels{"2", "2.1", "2.2", "2.3", "2.4"});
}

TEST_CASE("A date axis has ticks at whole units of the calendar, and names the year or day once") {
  const auto dates = [](const char* from, const char* to, double length = 280) {
    return labels(axis_from(*erm::detail::place_of_date(from), *erm::detail::place_of_date(to), PlotlyAxis::Kind::date), length);
  };
  CHECK(dates("2024-11-20", "2025-03-05", 160) == Labels{"Dec 2024", "Jan 2025", "Feb 2025", "Mar 2025"});
  CHECK(dates("2024-12-30", "2025-01-04") == Labels{"Dec 30 / 2024", "Dec 31", "Jan 1 / 2025", "Jan 2", "Jan 3", "Jan 4"});
  CHECK(dates("2025-01-01 22:00", "2025-01-02 02:00", 160) ==
        Labels{"22:00 / Jan 1, 2025", "23:00", "00:00 / Jan 2, 2025", "01:00", "02:00"});
  CHECK(dates("2025-01-01 00:00:00", "2025-01-01 00:00:04") ==
        Labels{"00:00:00 / Jan 1, 2025", "00:00:01", "00:00:02", "00:00:03", "00:00:04"});
  CHECK(dates("1990", "2020") == Labels{"1990", "1995", "2000", "2005", "2010", "2015", "2020"});
}

TEST_CASE("Every range has at most hundreds of ticks, all of them within it") {
  for (const double low : {0.0, 1.0, -7.5, 123456789.0, 1e15, -1e-9, 3e-200}) {
    for (const double span : {1e-12, 1e-3, 0.7, 1.0, 33.0, 1e9, 1e200}) {
      for (const auto kind : {PlotlyAxis::Kind::linear, PlotlyAxis::Kind::date}) {
        if (kind == PlotlyAxis::Kind::date && !(low + span < 1e14 && span > 10)) continue;
        PlotlyAxis axis = axis_from(low, low + span, kind);
        for (const char* step : {"", "1e-300", "1e300", "M1", "L1", "D1", "-1", "x"}) {
          axis.style.is_linear = *step != '\0';
          axis.style.step = step;
          const auto ticks = erm::detail::plotly_ticks(axis, 400, true);
          CAPTURE(low, span, step);
          CHECK(ticks.size() <= erm::detail::max_ticks + 3);
          const double beyond = (axis.high - axis.low) * 2e-4;
          for (const auto& tick : ticks) CHECK((tick.place >= axis.low - beyond && tick.place <= axis.high + beyond));
        }
      }
    }
  }
}

TEST_CASE("A single place gets an axis around it") {
  CHECK(axis_from(5, 5).low == 4);
  CHECK(axis_from(0, 0).high == 1);
  CHECK(axis_from(0, 0, PlotlyAxis::Kind::logarithmic).low == -1);
  PlotlyAxis empty;
  empty.settle_range();
  CHECK(empty.high == 4);
}

TEST_CASE("A range has room for markers and a share of the axis, as plotly gives it") {
  PlotlyAxis axis;
  axis.widen(0, PlotlyRoom{10, false});
  axis.widen(80, PlotlyRoom{10, false});
  axis.settle_range(100);  // 80 pixels are left for a range of 80
  CHECK(axis.low == Approx(-10));
  CHECK(axis.high == Approx(90));
  axis.widen(40, PlotlyRoom{20, true});  // in the middle it needs no more
  axis.settle_range(100);
  CHECK(axis.low == Approx(-10));
  axis.range_mode = "tozero";
  axis.settle_range(100);
  CHECK(axis.low == 0);
}

TEST_CASE("Categories are numbered in the order of their first use, and unknown text has no place") {
  PlotlyAxis axis;
  axis.kind = PlotlyAxis::Kind::category;
  const auto places = axis.places({{std::nan(""), std::nan(""), std::nan(""), std::nan("")}, {"b", "a", "", "b"}, {}, {}});
  CHECK(places[0] == 0);
  CHECK(places[1] == 1);
  CHECK(std::isnan(places[2]));
  CHECK(places[3] == 0);
  axis.settle_range();
  CHECK(axis.fraction(0) == Approx(0.25));
  CHECK(labels(axis) == Labels{"b", "a"});
}

TEST_CASE("A range that no double can hold is refused") {
  CHECK_THROWS_AS(axis_from(-1e308, 1e308), erm::detail::UndrawableFigure);
  CHECK_THROWS_AS(axis_from(-500, 500, PlotlyAxis::Kind::logarithmic), erm::detail::UndrawableFigure);
}

}  // namespace axis_test

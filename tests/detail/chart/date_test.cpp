#include "erm/detail/chart/date.hpp"

#include <string>

#include "catch.hpp"

namespace date_test {

using erm::detail::formatted_date;
using erm::detail::place_of_date;

namespace {

/// The text of a place with all of its parts.
std::string read(const char* text) {
  const auto place = place_of_date(text);
  return place ? *formatted_date(*place, "%Y-%m-%d %H:%M:%S.%f") : "none";
}

}  // namespace

TEST_CASE("A date is read as plotly reads it, and its time zone changes nothing") {
  CHECK(read("2025") == "2025-01-01 00:00:00.0");
  CHECK(read("2025-3-9") == "2025-03-09 00:00:00.0");
  CHECK(read("2024-02-29T12") == "2024-02-29 12:00:00.0");
  CHECK(read("2025-01-31 12:30") == "2025-01-31 12:30:00.0");
  CHECK(read(" 2025-01-31T12:30:15.25Z ") == "2025-01-31 12:30:15.25");
  CHECK(read("2025-01-31T12:30:15.000100+02:00") == "2025-01-31 12:30:15.0001");
  CHECK(read("1969-12-31 23:59:59.5") == "1969-12-31 23:59:59.5");
  for (const char* text : {"", "x", "2025-", "2025-13-01", "2025-02-29", "2025-00-01", "2025-01-32", "2025-01-01T24:00",
                           "2025-01-01T1:2", "2025-01-01 10:00:61", "2025-01-01T10:00:00+2", "20250101", "2025-01-01x",
                           "12025-01-01", "a.b", "1e5"})
    CHECK(read(text) == "none");
}

TEST_CASE("Dates are written in the formats of d3, and an unknown part of a format is told") {
  const double place = *place_of_date("2025-03-09 15:04:05.0678");
  CHECK(*formatted_date(place, "%A %a %B %b %-d %e %j %q %p %I %y %L %3f %%") == "Sunday Sun March Mar 9  9 068 1 PM 03 25 067 068 %");
  CHECK(*formatted_date(place, "%x, %X") == "3/9/2025, 3:04:05 PM");
  CHECK(*formatted_date(place, "%d.%m.%Y") == "09.03.2025");
  for (const char* format : {"%", "%k", "%-", "%Y %"}) CHECK_FALSE(formatted_date(place, format));
  CHECK(formatted_date(1e300, "%Y") == std::string("9999"));
  CHECK(formatted_date(-1e300, "%Y").has_value());
}

}  // namespace date_test

#include "erm/detail/base/time_text.hpp"

#include <chrono>
#include <ctime>
#include <string>

#include "catch.hpp"

namespace time_text_test {

using erm::TimePoint;
using erm::detail::parse_time;
using erm::detail::time_of_generated_id;
using erm::detail::time_text;

namespace {

TimePoint at(std::int64_t microseconds) { return TimePoint(std::chrono::microseconds(microseconds)); }

constexpr std::int64_t first = -62135596800000000;  // 0001-01-01
constexpr std::int64_t last = 253402300799999999;   // 9999-12-31T23:59:59.999999

}  // namespace

TEST_CASE("A time is written in UTC with its microseconds, and read back") {
  CHECK(time_text(at(0)) == "1970-01-01T00:00:00.000000");
  CHECK(time_text(at(1795419021128931)) == "2026-11-23T07:30:21.128931");
  CHECK(time_text(at(-1)) == "1969-12-31T23:59:59.999999");
  CHECK(time_text(at(951782400000000)) == "2000-02-29T00:00:00.000000");
  CHECK(time_text(at(first)) == "0001-01-01T00:00:00.000000");
  CHECK(time_text(at(last)) == "9999-12-31T23:59:59.999999");
}

TEST_CASE("Every day of 9999 years matches the calendar, and reads back") {
  int day = 1, month = 1, year = 1;
  const auto days_of = [&] {
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 ? (leap ? 29 : 28) : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  };
  bool same = true;
  for (std::int64_t t = first; t <= last; t += 86400000000) {
    const erm::detail::DateTime found = erm::detail::date_time(at(t));
    same = same && found.year == year && found.month == month && found.day == day && found.hour == 0;
    same = same && erm::detail::time_of(found) == at(t);
    if (++day > days_of()) day = 1, ++month;
    if (month > 12) month = 1, ++year;
  }
  CHECK(same);
  CHECK(year == 10000);
}

TEST_CASE("Text that is not a time is not read") {
  for (const char* text :
       {"", "2026", "2026-11-23", "2026-11-23T07:30", "2026-11-23T07:30:21.", "2026-11-23T07:30:21,5", "2026-1-23T07:30:21",
        "2026-11-23T24:00:00", "2026-11-23T07:60:00", "2026-11-23T07:30:60", "2026-13-01T00:00:00", "2026-00-01T00:00:00",
        "2026-11-31T00:00:00", "2025-02-29T00:00:00", "1900-02-29T00:00:00", "0000-01-01T00:00:00", "-001-01-01T00:00:00",
        "10000-01-01T00:00:00", "2026-11-23T07:30:21+24:00", "2026-11-23T07:30:21+1", "2026-11-23T07:30:21+01:60",
        "2026-11-23T07:30:21ZZ", " 2026-11-23T07:30:21", "2026-11-23T07:30:21 ", "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01", "2026-11-23T07:30:21x"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time(text));
  }
  CHECK(parse_time("0001-01-01T00:00:00-00:01") == at(first + 60000000));
}

TEST_CASE("A generated id gives its second, and so do the same id with _002 and with _1000") {
  const TimePoint second = at(1795419021000000);
  CHECK(erm::detail::generated_run_id(at(1795419021999999)) == "2026_11_23__07_30_21");
  CHECK(time_of_generated_id("2026_11_23__07_30_21") == second);
  CHECK(time_of_generated_id("2026_11_23__07_30_21_002") == second);
  CHECK(time_of_generated_id("2026_11_23__07_30_21_1000") == second);
  for (const char* id : {"", "best", "2026_11_23__07_30_21_", "2026_11_23__07_30_21_02", "2026_11_23__07_30_21_00x",
                         "2026_11_23__07_30_60", "2026_02_30__07_30_21", "2026_11_23_07_30_21", "x2026_11_23__07_30_21",
                         "2026_11_23__07_30_21_best", "2026_11_23__07_30_21/a"}) {
    CAPTURE(id);
    CHECK_FALSE(time_of_generated_id(id));
  }
}

}  // namespace time_text_test

// Converts times to text and back: ISO 8601 in UTC for erm_metadata.json, and generated run ids. Uses the proleptic
// Gregorian calendar for the years 1 to 9999.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "erm/error.hpp"
#include "erm/metric_history.hpp"

namespace erm::detail {

inline TimePoint now_utc() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

inline constexpr std::int64_t microseconds_per_day = 86400LL * 1000000;

/// Days from 1970-01-01 to a date. Years start in March, so that a leap day is the last day of its year.
inline std::int64_t days_from_date(std::int64_t year, int month, int day) {
  const std::int64_t y = month > 2 ? year : year - 1;
  const int m = month > 2 ? month - 3 : month + 9;
  return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + (day - 1) - 719468;
}

inline constexpr std::int64_t first_day = -719162;  // 0001-01-01
inline constexpr std::int64_t last_day = 2932896;   // 9999-12-31

struct DateTime {
  int year, month, day, hour, minute, second, microsecond;
};

inline bool is_writable(TimePoint time) {
  const std::int64_t t = time.time_since_epoch().count();
  return t >= first_day * microseconds_per_day && t < (last_day + 1) * microseconds_per_day;
}

/// Throws Error if the year of the time is not 1 to 9999.
inline DateTime date_time(TimePoint time) {
  if (!is_writable(time))
    throw Error("a time outside the years 1 to 9999 cannot be written; check the clock it is from");
  const std::int64_t t = time.time_since_epoch().count();
  std::int64_t days = t / microseconds_per_day;
  if (t % microseconds_per_day < 0) --days;
  const std::int64_t in_day = t - days * microseconds_per_day;
  // Estimates the year and corrects it by at most one: 400 years have 146,097 days.
  std::int64_t year = (days + 719468) * 400 / 146097;
  while (days_from_date(year + 1, 1, 1) <= days) ++year;
  while (days_from_date(year, 1, 1) > days) --year;
  int month = 12;
  while (days_from_date(year, month, 1) > days) --month;
  DateTime out{};
  out.year = static_cast<int>(year);
  out.month = month;
  out.day = static_cast<int>(days - days_from_date(year, month, 1)) + 1;
  out.hour = static_cast<int>(in_day / 3600000000LL);
  out.minute = static_cast<int>(in_day / 60000000 % 60);
  out.second = static_cast<int>(in_day / 1000000 % 60);
  out.microsecond = static_cast<int>(in_day % 1000000);
  return out;
}

inline void append_padded(std::string& out, int number, std::size_t width) {
  const std::string digits = std::to_string(number);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

/// "2026-11-23T07:30:21.128931"
inline std::string time_text(TimePoint time) {
  const DateTime at = date_time(time);
  std::string out;
  append_padded(out, at.year, 4);
  append_padded(out += '-', at.month, 2);
  append_padded(out += '-', at.day, 2);
  append_padded(out += 'T', at.hour, 2);
  append_padded(out += ':', at.minute, 2);
  append_padded(out += ':', at.second, 2);
  append_padded(out += '.', at.microsecond, 6);
  return out;
}

/// "2026_11_23__07_30_21"
inline std::string generated_run_id(TimePoint time) {
  const DateTime at = date_time(time);
  std::string out;
  append_padded(out, at.year, 4);
  append_padded(out += '_', at.month, 2);
  append_padded(out += '_', at.day, 2);
  append_padded(out += "__", at.hour, 2);
  append_padded(out += '_', at.minute, 2);
  append_padded(out += '_', at.second, 2);
  return out;
}

/// "2026_11_23__07_30_21_128931"
inline std::string filename_time(TimePoint time) {
  std::string out = generated_run_id(time) + "_";
  append_padded(out, date_time(time).microsecond, 6);
  return out;
}

/// Reads numbers and separators from the front of a text. After the first mismatch `ok` is false.
struct TextScanner {
  std::string_view rest;
  bool ok = true;

  int digits(std::size_t count) {
    int number = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest.size() <= i || rest[i] < '0' || rest[i] > '9') {
        ok = false;
        return 0;
      }
      number = number * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(count);
    return number;
  }
  bool skip(std::string_view mark) {
    if (rest.substr(0, mark.size()) != mark) return false;
    rest.remove_prefix(mark.size());
    return true;
  }
  void expect(std::string_view mark) { ok = skip(mark) && ok; }
};

inline std::optional<TimePoint> time_of(const DateTime& at) {
  if (at.year < 1 || at.month < 1 || at.month > 12 || at.day < 1 || at.hour > 23 || at.minute > 59 || at.second > 59)
    return std::nullopt;
  const std::int64_t days = days_from_date(at.year, at.month, at.day);
  const std::int64_t next_month = at.month == 12 ? days_from_date(at.year + 1, 1, 1)
                                                 : days_from_date(at.year, at.month + 1, 1);
  if (days >= next_month) return std::nullopt;
  const std::int64_t seconds = ((days * 24 + at.hour) * 60 + at.minute) * 60 + at.second;
  return TimePoint(std::chrono::microseconds(seconds * 1000000 + at.microsecond));
}

/// Reads the output of time_text, also with fewer or no fraction digits, 'Z' or an offset. Nothing for other text.
inline std::optional<TimePoint> parse_time(std::string_view text) {
  TextScanner scan{text};
  DateTime at{};
  at.year = scan.digits(4);
  scan.expect("-");
  at.month = scan.digits(2);
  scan.expect("-");
  at.day = scan.digits(2);
  if (!scan.skip(" ")) scan.expect("T");
  at.hour = scan.digits(2);
  scan.expect(":");
  at.minute = scan.digits(2);
  scan.expect(":");
  at.second = scan.digits(2);
  if (scan.ok && scan.skip(".")) {
    int scale = 100000;
    const std::size_t before = scan.rest.size();
    for (; !scan.rest.empty() && scan.rest[0] >= '0' && scan.rest[0] <= '9'; scan.rest.remove_prefix(1)) {
      at.microsecond += (scan.rest[0] - '0') * scale;
      scale /= 10;
    }
    scan.ok = scan.rest.size() < before;
  }
  std::int64_t offset_minutes = 0;
  if (scan.ok && !scan.skip("Z") && !scan.rest.empty()) {
    const bool west = scan.skip("-");
    if (!west) scan.expect("+");
    const int hours = scan.digits(2);
    scan.skip(":");
    const int minutes = scan.digits(2);
    scan.ok = scan.ok && hours < 24 && minutes < 60;
    offset_minutes = (west ? -1 : 1) * (hours * 60 + minutes);
  }
  if (!scan.ok || !scan.rest.empty()) return std::nullopt;
  std::optional<TimePoint> time = time_of(at);
  if (time) *time -= std::chrono::minutes(offset_minutes);
  if (time && !is_writable(*time)) return std::nullopt;
  return time;
}

/// The second in a generated run id, with or without a suffix such as "_002". Nothing for other ids.
inline std::optional<TimePoint> time_of_generated_id(std::string_view run_id) {
  TextScanner scan{run_id};
  DateTime at{};
  at.year = scan.digits(4);
  scan.expect("_");
  at.month = scan.digits(2);
  scan.expect("_");
  at.day = scan.digits(2);
  scan.expect("__");
  at.hour = scan.digits(2);
  scan.expect("_");
  at.minute = scan.digits(2);
  scan.expect("_");
  at.second = scan.digits(2);
  if (scan.ok && scan.skip("_")) {
    const std::size_t size = scan.rest.size();
    scan.digits(size);
    scan.ok = scan.ok && size >= 3 && size <= 9;
  }
  if (!scan.ok || !scan.rest.empty()) return std::nullopt;
  return time_of(at);
}

}  // namespace erm::detail

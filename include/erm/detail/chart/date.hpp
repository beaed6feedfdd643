// Dates of figures: texts as places on an axis (milliseconds since 1970), and places as texts.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/time_text.hpp"

namespace erm::detail {

inline constexpr double ms_per_second = 1000, ms_per_minute = 60000, ms_per_hour = 3600000, ms_per_day = 86400000,
                        ms_per_month = 365.2425 / 12 * ms_per_day, ms_per_year = 365.2425 * ms_per_day;
inline constexpr double latest_date = 253402300800000;  // the first millisecond of the year 10000

/// A date and time of day, to a tenth of a millisecond.
struct PlotlyDate {
  std::int64_t year = 1970;
  int month = 1, day = 1, hour = 0, minute = 0, second = 0;
  int tenths = 0;  // tenths of milliseconds within the second
  std::int64_t days = 0;  // since 1970

  /// The date of a place; that of the nearest year that can be written, where the place is outside of these.
  explicit PlotlyDate(double ms) {
    const double whole = std::floor(std::clamp(ms, -latest_date, latest_date - 1) * 10 + 0.5);
    days = static_cast<std::int64_t>(std::floor(whole / (ms_per_day * 10)));
    std::int64_t rest = static_cast<std::int64_t>(whole - static_cast<double>(days) * ms_per_day * 10);
    tenths = static_cast<int>(rest % 10000);
    rest /= 10000;
    second = static_cast<int>(rest % 60);
    minute = static_cast<int>(rest / 60 % 60);
    hour = static_cast<int>(rest / 3600);
    year = 1970 + static_cast<std::int64_t>(std::floor(static_cast<double>(days) / 365.2425));
    while (days_from_date(year + 1, 1, 1) <= days) ++year;
    while (days_from_date(year, 1, 1) > days) --year;
    month = 12;
    while (days_from_date(year, month, 1) > days) --month;
    day = static_cast<int>(days - days_from_date(year, month, 1)) + 1;
  }
};

inline double ms_of_date(std::int64_t year, int month, int day) {
  return static_cast<double>(days_from_date(year, month, day)) * ms_per_day;
}

/// Takes numbers and signs from the front of a text.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : text_(text) {}
  [[nodiscard]] bool is_at_end() const { return text_.empty(); }
  [[nodiscard]] bool is_at(std::string_view signs) const {
    return !text_.empty() && signs.find(text_[0]) != std::string_view::npos;
  }
  [[nodiscard]] bool take(std::string_view signs) {
    if (!is_at(signs)) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// A number of `least` to `most` digits.
  [[nodiscard]] std::optional<int> number(std::size_t least, std::size_t most) {
    std::size_t count = 0;
    int value = 0;
    while (count < most && count < text_.size() && text_[count] >= '0' && text_[count] <= '9')
      value = value * 10 + (text_[count++] - '0');
    if (count < least) return std::nullopt;
    text_.remove_prefix(count);
    return value;
  }
  /// The digits behind a point, as a part of 1.
  double fraction() {
    double value = 0, scale = 0.1;
    for (; !text_.empty() && text_[0] >= '0' && text_[0] <= '9'; text_.remove_prefix(1), scale /= 10)
      value += (text_[0] - '0') * scale;
    return value;
  }

 private:
  std::string_view text_;
};

/// The place of a text that plotly takes for a date: "2025", "2025-01", "2025-01-31", with "T12", "T12:30", "T12:30:15.25"
/// or a blank for the T, and a time zone, which changes nothing.
inline std::optional<double> place_of_date(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  DateReader reader(text);
  const bool is_before = reader.take("-");
  const std::size_t digits = text.substr(is_before ? 1 : 0).find_first_not_of("0123456789");
  const bool is_short = digits == 2 || (digits == std::string_view::npos && text.size() == 2);
  const auto year_number = is_short && !is_before ? reader.number(2, 2) : reader.number(4, 4);
  if (!year_number) return std::nullopt;
  std::int64_t year = is_before ? -*year_number : *year_number;
  if (is_short && !is_before) year += year < 55 ? 2000 : 1900;
  int month = 1, day = 1;
  double in_day = 0;
  const auto result = [&]() -> std::optional<double> {
    static constexpr int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (!reader.is_at_end() || month < 1 || month > 12 || day < 1 || day > lengths[month - 1]) return std::nullopt;
    if (month == 2 && day == 29 && days_from_date(year, 3, 1) - days_from_date(year, 2, 1) == 28) return std::nullopt;
    return ms_of_date(year, month, day) + in_day;
  };
  if (!reader.take("-")) return result();
  month = reader.number(1, 2).value_or(0);
  if (!reader.take("-")) return result();
  day = reader.number(1, 2).value_or(0);
  if (!reader.take(" tT")) return result();
  const auto hour = reader.number(1, 2);
  if (!hour || *hour > 23) return std::nullopt;
  in_day = *hour * ms_per_hour;
  if (reader.take(":")) {
    const auto minute = reader.number(2, 2);
    if (!minute || *minute > 59) return std::nullopt;
    in_day += *minute * ms_per_minute;
    if (reader.take(":")) {
      const auto second = reader.number(2, 2);
      if (!second || *second > 59) return std::nullopt;
      in_day += *second * ms_per_second;
      if (reader.take(".")) in_day += reader.fraction() * ms_per_second;
    }
  }
  if (reader.take("zZ")) return result();
  if (reader.take("+-")) {
    if (!reader.number(2, 2)) return std::nullopt;
    if (reader.take(":") && !reader.number(2, 2)) return std::nullopt;
    if (!reader.is_at_end() && !reader.number(2, 2)) return std::nullopt;
  }
  return result();
}

inline std::string padded(std::int64_t number, std::size_t width, char fill = '0') {
  std::string digits = std::to_string(number);
  if (fill != '\0' && digits.size() < width) digits.insert(0, width - digits.size(), fill);
  return digits;
}

inline constexpr std::string_view month_names[] = {"January", "February", "March",     "April",   "May",      "June",
                                                   "July",    "August",   "September", "October", "November", "December"};
inline constexpr std::string_view day_names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                 "Thursday", "Friday", "Saturday"};

/// Appends the part of a date that the letter of a d3 format stands for; false for a letter that is not known.
inline bool append_date_part(std::string& out, const PlotlyDate& date, char letter, std::optional<char> pad, int digits) {
  const auto number = [&](std::int64_t value, std::size_t width, char fill = '0') {
    out += padded(value, width, pad.value_or(fill));
    return true;
  };
  const auto weekday = static_cast<std::size_t>(((date.days + 4) % 7 + 7) % 7);
  const std::string_view month = month_names[date.month - 1];
  switch (letter) {
    case 'Y': return number(date.year, 4);
    case 'y': return number(date.year % 100, 2);
    case 'm': return number(date.month, 2);
    case 'd': return number(date.day, 2);
    case 'e': return number(date.day, 2, ' ');
    case 'H': return number(date.hour, 2);
    case 'I': return number((date.hour + 11) % 12 + 1, 2);
    case 'M': return number(date.minute, 2);
    case 'S': return number(date.second, 2);
    case 'L': return number(date.tenths / 10, 3);
    case 'j': return number(date.days - days_from_date(date.year, 1, 1) + 1, 3);
    case 'q': return number((date.month + 2) / 3, 1);
    case 'h': return number(date.month <= 6 ? 1 : 2, 1);
    case 'w': return number(static_cast<std::int64_t>(weekday), 1);
    case 'u': return number(weekday == 0 ? 7 : static_cast<std::int64_t>(weekday), 1);
    case 'p': out += date.hour < 12 ? "AM" : "PM"; return true;
    case 'b': out += month.substr(0, 3); return true;
    case 'B': out += month; return true;
    case 'a': out += day_names[weekday].substr(0, 3); return true;
    case 'A': out += day_names[weekday]; return true;
    case 'Z': out += "+0000"; return true;
    case '%': out += '%'; return true;
    case 'f': {  // plotly's own: the fraction of the second without the zeros at its end
      int scale = 1, all = 10000;
      for (int i = digits; i < 4; ++i) scale *= 10, all /= 10;
      std::string fraction = padded((date.tenths + scale / 2) / scale % all, static_cast<std::size_t>((std::min)(digits, 4)));
      while (fraction.size() > 1 && fraction.back() == '0') fraction.pop_back();
      out += fraction;
      return true;
    }
    default: return false;
  }
}

/// The date at a place in a format of d3 ("%b %d, %Y"); nothing where a part of the format is not known.
inline std::optional<std::string> formatted_date(double ms, std::string_view format) {
  const PlotlyDate date(ms);
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      out += format[i];
      continue;
    }
    if (++i == format.size()) return std::nullopt;
    std::optional<char> pad;
    int digits = 6;
    if (format[i] == '-' || format[i] == '_' || format[i] == '0') {
      pad = format[i] == '-' ? '\0' : format[i] == '_' ? ' ' : '0';
      if (++i == format.size()) return std::nullopt;
    } else if (format[i] >= '1' && format[i] <= '6' && i + 1 < format.size() && format[i + 1] == 'f') {
      digits = format[i++] - '0';
    }
    const char letter = format[i];
    const std::string_view whole = letter == 'X' ? "%-I:%M:%S %p" : letter == 'x' ? "%-m/%-d/%Y" : "";
    if (!whole.empty())
      out += *formatted_date(ms, whole);
    else if (!append_date_part(out, date, letter, pad, digits))
      return std::nullopt;
  }
  return out;
}

}  // namespace erm::detail

// The ticks of an axis where plotly sets them: about one for each 80 pixels of an x axis and 40 of a y axis, at multiples
// of 1, 2 or 5, at whole units of a calendar, or where the layout says.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/chart/axis.hpp"
#include "erm/detail/chart/date.hpp"

namespace erm::detail {

inline constexpr std::size_t max_ticks = 400;  // on one axis; more are no help to a reader

/// The distance of ticks: `size` in places; or so many months; or on a logarithmic axis so many units of the value, or
/// each digit of a decade (1), or 2 and 5 of it (2).
struct TickStep {
  enum class Kind { places, months, values, digits };
  Kind kind = Kind::places;
  double size = 1;
};

/// The first of `sizes` that is greater than `wanted`, or the last.
inline double rounded_up(double wanted, std::initializer_list<double> sizes) {
  for (const double size : sizes)
    if (size > wanted) return size;
  return *(sizes.end() - 1);
}

inline double round_step(double wanted) {
  const double power = std::pow(10.0, std::floor(std::log10(wanted)));
  return power * rounded_up(wanted / power, {2, 5, 10});
}

inline TickStep date_step(double wanted) {
  using Kind = TickStep::Kind;
  const double twice = 2 * wanted;
  if (twice > ms_per_year) return {Kind::months, 12 * round_step(wanted / ms_per_year)};
  if (twice > ms_per_month) return {Kind::months, rounded_up(wanted / ms_per_month, {1, 2, 3, 6, 12})};
  if (twice > ms_per_day) return {Kind::places, ms_per_day * rounded_up(wanted / ms_per_day, {1, 2, 3, 7, 14})};
  if (twice > ms_per_hour) return {Kind::places, ms_per_hour * rounded_up(wanted / ms_per_hour, {1, 2, 3, 6, 12})};
  if (twice > ms_per_minute)
    return {Kind::places, ms_per_minute * rounded_up(wanted / ms_per_minute, {1, 2, 5, 10, 15, 30})};
  if (twice > ms_per_second)
    return {Kind::places, ms_per_second * rounded_up(wanted / ms_per_second, {1, 2, 5, 10, 15, 30})};
  return {Kind::places, (std::max)(round_step(wanted), 0.1)};
}

/// The step that plotly chooses where there is to be a tick about every `wanted`.
inline TickStep chosen_step(const PlotlyAxis& axis, double wanted) {
  using Kind = TickStep::Kind;
  switch (axis.kind) {
    case PlotlyAxis::Kind::category: return {Kind::places, std::ceil((std::max)(wanted, 1.0))};
    case PlotlyAxis::Kind::date: return date_step(wanted);
    case PlotlyAxis::Kind::logarithmic: break;
    default: return {Kind::places, round_step(wanted)};
  }
  if (wanted > 0.7) return {Kind::places, std::ceil(wanted)};
  const double decades = axis.high - axis.low;
  if (decades >= 1) return {Kind::digits, wanted > 0.3 ? 2.0 : 1.0};
  return {Kind::values, round_step((std::pow(10.0, axis.high) - std::pow(10.0, axis.low)) / (1.5 * decades / wanted))};
}

/// The step that a layout asks for; nothing for a text that is none.
inline std::optional<TickStep> asked_step(const PlotlyAxis& axis, const std::string& text) {
  using Kind = TickStep::Kind;
  std::string number = text;
  Kind kind = Kind::places;
  if (text.size() > 1 && text[0] == 'M' && axis.kind == PlotlyAxis::Kind::date) kind = Kind::months;
  if (text.size() > 1 && text[0] == 'L' && axis.kind == PlotlyAxis::Kind::logarithmic) kind = Kind::values;
  if ((text == "D1" || text == "D2") && axis.kind == PlotlyAxis::Kind::logarithmic) kind = Kind::digits;
  if (kind != Kind::places) number.erase(0, 1);
  const auto size = parse_number(number);
  if (!size || !is_finite(*size) || !(*size > 0)) return std::nullopt;
  if (kind == Kind::months) return TickStep{kind, (std::max)(std::round(*size), 1.0)};
  if (axis.is_category()) return TickStep{kind, (std::max)(std::round(*size), 1.0)};
  return TickStep{kind, axis.kind == PlotlyAxis::Kind::date ? (std::max)(*size, 0.1) : *size};
}

/// A place `months` months later; a day that the month does not have becomes its last.
inline double months_later(double place, double months) {
  const PlotlyDate date(place);
  const double all = static_cast<double>(date.year) * 12 + date.month - 1 + months;
  const auto year = static_cast<std::int64_t>(std::floor(all / 12));
  const int month = static_cast<int>(all - static_cast<double>(year) * 12) + 1;
  const double begin = ms_of_date(year, month, 1);
  const double next = month == 12 ? ms_of_date(year + 1, 1, 1) : ms_of_date(year, month + 1, 1);
  return (std::min)(begin + (date.day - 1) * ms_per_day, next - ms_per_day) +
         (place - static_cast<double>(date.days) * ms_per_day);
}

class TickPlaces {
 public:
  TickPlaces(const PlotlyAxis& axis, double length, bool is_y) : axis_(axis) {
    double most = axis.style.most;
    if (!(most >= 1))
      most = axis.is_category() ? length / 14.4 : std::clamp(length / (is_y ? 40.0 : 80.0), 4.0, 9.0) + 1;
    wanted_ = (axis.high - axis.low) / (std::max)(most, 0.5);
    step_ = chosen_step(axis, wanted_);
    first_ = axis.kind == PlotlyAxis::Kind::date ? first_date() : 0;
    if (axis.style.is_linear && axis.style.step) {
      if (const auto asked = asked_step(axis, *axis.style.step)) {
        step_ = *asked;
        first_ = axis.style.first.value_or(axis.kind == PlotlyAxis::Kind::date ? ms_of_date(2000, 1, 1) : 0);
      }
    } else if (axis.least_step > 0 && step_.kind == TickStep::Kind::places && step_.size < axis.least_step * 2) {
      step_.size = axis.least_step;
      first_ = axis.least_step_from;
    }
  }

  [[nodiscard]] const TickStep& step() const { return step_; }
  [[nodiscard]] double first() const { return first_; }
  /// In ascending order.
  [[nodiscard]] std::vector<double> places() const {
    std::vector<double> out;
    const double beyond = (axis_.high - axis_.low) * 1e-4;
    double low = axis_.low - beyond, high = axis_.high + beyond;
    if (axis_.is_category()) {
      low = (std::max)(low, -0.001);
      high = (std::min)(high, static_cast<double>(axis_.categories.size()) - 0.5);
    }
    switch (step_.kind) {
      case TickStep::Kind::months: add_months(out, low, high); break;
      case TickStep::Kind::digits: add_digits(out, low, high); break;
      case TickStep::Kind::values: add_values(out, low, high); break;
      default: add_multiples(out, low, high);
    }
    return out;
  }

 private:
  /// Weeks begin on Sundays, all else with the year 2000.
  [[nodiscard]] double first_date() const {
    const bool is_of_days = 2 * wanted_ > ms_per_day && step_.kind == TickStep::Kind::places;
    return ms_of_date(2000, 1, is_of_days ? 2 : 1);
  }
  void add_multiples(std::vector<double>& out, double low, double high) const {
    const double begin = std::ceil((low - first_) / step_.size), end = std::floor((high - first_) / step_.size);
    if (!(std::fabs(begin) < 4e15) || !(std::fabs(end) < 4e15)) return;
    // Of too many every second, third and so on is left.
    const double every = (std::max)(1.0, std::ceil((end - begin + 1) / static_cast<double>(max_ticks)));
    for (double i = begin; i <= end; i += every) out.push_back(first_ + i * step_.size);
  }
  void add_months(std::vector<double>& out, double low, double high) const {
    const double steps = std::floor((low - first_) / (step_.size * ms_per_month)) - 1;
    const double count = (high - low) / (step_.size * ms_per_month);
    const double every = (std::max)(1.0, std::ceil(count / static_cast<double>(max_ticks)));
    for (double i = steps; i < steps + count + 4; i += every) {
      const double place = months_later(first_, i * step_.size);
      if (place >= low && place <= high) out.push_back(place);
    }
  }
  void add_digits(std::vector<double>& out, double low, double high) const {
    for (double decade = std::floor(low); decade <= high && out.size() < max_ticks; ++decade)
      for (double digit = 1; digit < 10; ++digit) {
        const double place = decade + std::log10(digit);
        const bool is_wanted = step_.size == 1 || digit == 1 || digit == 2 || digit == 5;
        if (is_wanted && place >= low && place <= high) out.push_back(place);
      }
  }
  void add_values(std::vector<double>& out, double low, double high) const {
    const double from = std::pow(10.0, low), to = std::pow(10.0, high);
    const double begin = std::ceil((from - first_) / step_.size), end = std::floor((to - first_) / step_.size);
    if (!(end - begin < 1e6)) return;
    const double every = (std::max)(1.0, std::ceil((end - begin + 1) / static_cast<double>(max_ticks)));
    for (double i = begin; i <= end; i += every)
      if (const double value = first_ + i * step_.size; value > 0) out.push_back(std::log10(value));
  }

  const PlotlyAxis& axis_;
  double wanted_ = 1, first_ = 0;
  TickStep step_;
};

}  // namespace erm::detail

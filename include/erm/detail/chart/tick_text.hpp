// The texts of ticks as plotly writes them: "20k", "0.5", "Jan 5" over "2025", "08:00", or in the format of the layout.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/base/number_text.hpp"
#include "erm/detail/chart/axis.hpp"
#include "erm/detail/chart/date.hpp"
#include "erm/detail/chart/number_format.hpp"
#include "erm/detail/chart/ticks.hpp"

namespace erm::detail {

/// The digits that the texts of an axis have: up to 10 to the power of -`round`, in units of 10 to the power of `exponent`.
struct NumberDigits {
  int round = 0, exponent = 0;

  NumberDigits(double step, double greatest, const PlotlyTickStyle& style) {
    round = 2 - power_of(step);
    const int power = power_of(greatest);
    if (!(std::abs(power) > style.least_exponent)) return;
    exponent = has_unit(style.exponents, power) ? 3 * static_cast<int>(std::lround((power - 1) / 3.0)) : power;
  }
  /// Whether plotly writes a letter for the power.
  static bool has_unit(std::string_view exponents, int power) {
    return (exponents == "SI" || exponents == "B") && power <= 14 && power >= -15;
  }

 private:
  static int power_of(double value) {
    const double power = std::floor(std::log10(value) + 0.01);
    return std::fabs(power) < 400 ? static_cast<int>(power) : 0;
  }
};

/// What stands for the power of ten behind a number ("k", "e+6", "×10⁶").
inline std::string exponent_text(int exponent, const std::string& exponents) {
  static constexpr std::string_view units[] = {"f", "p", "n", "\xCE\xBC", "m", "", "k", "M", "G", "T"};
  static constexpr std::string_view raised[] = {"\xE2\x81\xB0", "\xC2\xB9",     "\xC2\xB2",     "\xC2\xB3",     "\xE2\x81\xB4",
                                                "\xE2\x81\xB5", "\xE2\x81\xB6", "\xE2\x81\xB7", "\xE2\x81\xB8", "\xE2\x81\xB9"};
  const std::string digits = std::to_string(std::abs(exponent));
  if (exponents == "e" || exponents == "E")
    return exponents + (exponent < 0 ? std::string(minus_sign) : std::string("+")) + digits;
  if (exponents != "power" && NumberDigits::has_unit(exponents, exponent))
    return exponents == "B" && exponent == 9 ? "B" : std::string(units[static_cast<std::size_t>(exponent / 3 + 5)]);
  std::string out = "\xC3\x97" "10";
  if (exponent < 0) out += "\xE2\x81\xBB";
  for (const char digit : digits) out += raised[digit - '0'];
  return out;
}

class TickTexts {
 public:
  /// `is_of_layout`: the ticks are at places that the layout names, so that their texts need digits of their own.
  TickTexts(const PlotlyAxis& axis, const TickPlaces& places, bool is_of_layout)
      : axis_(axis), style_(axis.style), step_(places.step()), is_of_layout_(is_of_layout) {
    if (axis.kind == PlotlyAxis::Kind::date) settle_date(places);
    if (!style_.format.empty() && axis.kind != PlotlyAxis::Kind::date) format_ = NumberFormat::parse(style_.format);
  }

  [[nodiscard]] PlotlyTick tick(double place, bool is_first, bool is_last) {
    PlotlyTick out{place, {}, {}};
    const auto is_hidden = [&](const std::string& shown) {
      return shown == "none" || (shown == "first" && !is_first) || (shown == "last" && !is_last);
    };
    if (axis_.kind == PlotlyAxis::Kind::date) {
      add_date(out);
    } else if (axis_.is_category()) {
      const double index = std::round(place);
      if (index >= 0 && index < static_cast<double>(axis_.categories.size()))
        out.label = axis_.categories[static_cast<std::size_t>(index)];
    } else {
      const bool hides_exponent = style_.exponents != "none" && is_hidden(style_.shows_exponent);
      out.label = axis_.kind == PlotlyAxis::Kind::logarithmic ? logarithmic(place, hides_exponent)
                                                              : number(place, step_.size, hides_exponent, is_of_layout_);
    }
    if (!is_hidden(style_.shows_prefix)) out.label.insert(0, style_.prefix);
    if (!is_hidden(style_.shows_suffix)) out.label += style_.suffix;
    return out;
  }

 private:
  /// `is_alone`: with digits for the value itself, not for the distance of the ticks.
  [[nodiscard]] std::string number(double value, double step, bool hides_exponent, bool is_alone) const {
    if (format_) return format_->text(value);
    double greatest = (std::max)(std::fabs(axis_.low), std::fabs(axis_.high));
    if (axis_.kind == PlotlyAxis::Kind::logarithmic) greatest = std::pow(10.0, (std::max)(axis_.low, axis_.high));
    if (is_alone) {
      step = value == 0 ? 1 : std::fabs(value);
      greatest = step;
    } else if (style_.shows_exponent == "all" && std::fabs(value / step) < 1e-6) {
      hides_exponent = true;
    }
    NumberDigits digits(step, greatest, style_);
    if (is_alone) digits.round += 4;
    if (style_.exponents == "none") digits.exponent = 0;
    const bool is_zero = std::fabs(value) < std::pow(10.0, -digits.round) / 2;
    std::string out = is_zero ? "0" : magnitude(std::fabs(value), digits);
    if (digits.exponent != 0 && !hides_exponent) out += exponent_text(digits.exponent, style_.exponents);
    return value < 0 && !is_zero ? std::string(minus_sign) + out : out;
  }

  [[nodiscard]] std::string magnitude(double value, const NumberDigits& digits) const {
    int round = digits.round;
    if (digits.exponent != 0) {
      value *= std::pow(10.0, -digits.exponent);
      round += digits.exponent;
    }
    if (round < 0) {
      const double unit = std::pow(10.0, -round);
      value = std::round(value / unit) * unit;
    }
    std::string out = fixed_digits(value, std::clamp(round, 0, 20));
    if (out.find('.') != std::string::npos) {
      while (out.back() == '0') out.pop_back();
      if (out.back() == '.') out.pop_back();
    }
    const bool is_long = out.find('.') != std::string::npos || out.size() > 4;
    if ((is_long || style_.has_commas) && out.find('e') == std::string::npos) NumberFormat::separate(out);
    return out;
  }

  [[nodiscard]] std::string logarithmic(double place, bool hides_exponent) const {
    const double value = std::pow(10.0, place);
    if (format_ || is_of_layout_ || step_.kind == TickStep::Kind::values)
      return number(value, is_of_layout_ ? 3 : step_.size, hides_exponent, is_of_layout_);
    const double decade = std::floor(place + 0.01);
    const bool is_decade = place + 0.01 - decade < 0.1;
    if (step_.kind == TickStep::Kind::digits && !is_decade)
      return std::to_string(std::lround(std::pow(10.0, place - std::floor(place))));
    const int exponent = static_cast<int>(decade);
    const DecimalDigits digit(value, 1);
    if (style_.exponents == "power" || (style_.exponents != "e" && style_.exponents != "E" && style_.exponents != "none" &&
                                        !NumberDigits::has_unit(style_.exponents, exponent)))
      return power(digit);
    if ((style_.exponents == "e" || style_.exponents == "E") && std::abs(digit.exponent) > 2)
      return digit.digits + exponent_text(digit.exponent, style_.exponents);
    return number(value, 1, false, true);
  }
  [[nodiscard]] static std::string power(const DecimalDigits& digit) {
    if (digit.exponent == 0) return digit.digits;
    std::string text = digit.exponent == 1 ? std::string("\xC3\x97" "10") : exponent_text(digit.exponent, "power");
    return digit.digits == "1" ? text.substr(2) : digit.digits + text;
  }

  /// How much of a date is written: y, m, d, M, S for years to seconds; a digit for parts of a second.
  void settle_date(const TickPlaces& places) {
    const auto length = [](double place) {
      const PlotlyDate date(place);
      if (date.tenths != 0) {
        std::string fraction = padded(date.tenths, 4);
        while (fraction.back() == '0') fraction.pop_back();
        return 20 + static_cast<int>(fraction.size());
      }
      return date.second != 0 ? 19 : date.hour != 0 || date.minute != 0 ? 16 : 10;
    };
    const int first = length(places.first());
    if (step_.kind == TickStep::Kind::months) {
      const PlotlyDate date(places.first());
      const bool is_of_years = std::fmod(step_.size, 12) == 0;
      detail_ = first > 10 || date.month != 1 || date.day != 1 ? 'd' : is_of_years ? 'y' : 'm';
    } else if ((step_.size >= ms_per_day && first <= 10) || step_.size >= ms_per_day * 15) {
      detail_ = 'd';
    } else if ((step_.size >= ms_per_minute && first <= 16) || step_.size >= ms_per_hour) {
      detail_ = 'M';
    } else if ((step_.size >= ms_per_second && first <= 19) || step_.size >= ms_per_minute) {
      detail_ = 'S';
    } else {
      detail_ = '4';
      fraction_ = (std::max)(first, length(places.first() + step_.size)) - 20;
      if (fraction_ < 0) fraction_ = 4;
    }
    if (!is_of_layout_ || !style_.format.empty()) return;
    detail_ = detail_ == 'y' ? 'm' : detail_ == 'm' ? 'd' : detail_ == 'd' ? 'M' : detail_ == 'M' ? 'S' : '4';
    if (detail_ == '4') fraction_ = 4;
  }

  void add_date(PlotlyTick& tick) {
    if (!style_.format.empty()) {
      tick.label = formatted_date(tick.place, style_.format).value_or(std::string());
      if (const std::size_t line = tick.label.find('\n'); line != std::string::npos) {
        tick.below = tick.label.substr(line + 1);
        tick.label.resize(line);
      }
    } else if (detail_ == 'y') {
      tick.label = *formatted_date(tick.place, "%Y");
    } else if (detail_ == 'm') {
      tick.label = *formatted_date(tick.place, "%b %Y");
    } else if (detail_ == 'd') {
      tick.label = *formatted_date(tick.place, "%b %-d");
      tick.below = *formatted_date(tick.place, "%Y");
    } else {
      tick.label = *formatted_date(tick.place, detail_ == 'M' ? "%H:%M" : "%H:%M:%S");
      tick.below = *formatted_date(tick.place, "%b %-d, %Y");
      if (detail_ == '4') tick.label += fraction(tick.place);
      if (is_of_layout_ && (tick.label == "00:00:00" || tick.label == "00:00")) {
        tick.label = std::move(tick.below);
        tick.below.clear();
      } else if (is_of_layout_ && tick.label.size() == 8 && tick.label.substr(5) == ":00") {
        tick.label.resize(5);
      }
    }
    if (tick.below.empty()) return;
    if (tick.below == last_below_)
      tick.below.clear();
    else
      last_below_ = tick.below;
  }
  [[nodiscard]] std::string fraction(double place) const {
    std::string digits = padded(PlotlyDate(place).tenths, 4);
    digits.resize(static_cast<std::size_t>(std::clamp(fraction_, 0, 4)));
    while (!digits.empty() && digits.back() == '0') digits.pop_back();
    return digits.empty() ? digits : "." + digits;
  }

  const PlotlyAxis& axis_;
  const PlotlyTickStyle& style_;
  TickStep step_;
  bool is_of_layout_;
  std::optional<NumberFormat> format_;
  char detail_ = 'd';
  int fraction_ = 0;
  std::string last_below_;
};

/// The ticks of an axis at the places of those of the axis below it.
inline std::vector<PlotlyTick> ticks_beside(const PlotlyAxis& axis, const PlotlyAxis& below, const std::vector<PlotlyTick>& ticks,
                                            double length, bool is_y) {
  const TickPlaces chosen(axis, length, is_y);
  TickTexts texts(axis, chosen, false);
  std::vector<PlotlyTick> out;
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    const double part = below.fraction(ticks[i].place);
    const double place = axis.low + (axis.reversed ? 1 - part : part) * (axis.high - axis.low);
    out.push_back(texts.tick(place, i == 0, i + 1 == ticks.size()));
  }
  return out;
}

/// The ticks of an axis that is `length` pixels long, in ascending order of their places.
inline std::vector<PlotlyTick> plotly_ticks(const PlotlyAxis& axis, double length, bool is_y) {
  std::vector<PlotlyTick> ticks;
  if (axis.has_own_ticks) {
    PlotlyAxis fine = axis;
    const double most = axis.is_category() ? length / 14.4 : std::clamp(length / (is_y ? 40.0 : 80.0), 4.0, 9.0) + 1;
    fine.style.most = 100 * (axis.style.most >= 1 ? axis.style.most : most);
    const TickPlaces places(fine, length, is_y);
    TickTexts texts(axis, places, true);
    std::vector<const PlotlyTick*> shown;
    const double beyond = (axis.high - axis.low) * 1e-4;
    for (const PlotlyTick& tick : axis.fixed_ticks)
      if (tick.place > axis.low - beyond && tick.place < axis.high + beyond) shown.push_back(&tick);
    const std::size_t every = shown.size() / max_ticks + 1;
    for (std::size_t i = 0; i < shown.size(); i += every) {
      if (!shown[i]->label.empty())
        ticks.push_back(*shown[i]);
      else
        ticks.push_back(texts.tick(shown[i]->place, i == 0, i + every >= shown.size()));
    }
    return ticks;
  }
  const TickPlaces chosen(axis, length, is_y);
  TickTexts texts(axis, chosen, false);
  std::vector<double> places = chosen.places();
  if (axis.reversed) std::reverse(places.begin(), places.end());  // plotly begins at the start of the axis
  for (std::size_t i = 0; i < places.size(); ++i)
    ticks.push_back(texts.tick(places[i], i == 0, i + 1 == places.size()));
  return ticks;
}

}  // namespace erm::detail

// Short texts about a watched run: its state, its step, its rate, the time that is left, its numbers.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/shown_number.hpp"
#include "erm/detail/terminal/canvas.hpp"
#include "erm/detail/terminal/number_label.hpp"
#include "erm/detail/watch/scene.hpp"
#include "erm/detail/watch/screen_line.hpp"

namespace erm::detail {

inline std::string_view state_style(WatchedState state) {
  switch (state) {
    case WatchedState::running:
      return ScreenStyle::green;
    case WatchedState::failed:
      return ScreenStyle::red;
    case WatchedState::killed:
    case WatchedState::deleted:
      return ScreenStyle::yellow;
    case WatchedState::finished:
      break;
  }
  return ScreenStyle::plain;
}

/// "3 s ago", "4m20s ago".
inline std::string ago_text(double seconds) {
  const double whole = std::floor((std::max)(seconds, 0.0));
  return (whole < 60 ? std::to_string(static_cast<int>(whole)) + " s" : duration_label(whole)) + " ago";
}

/// "● running", "finished", "finished, replaced".
inline std::string state_text(const WatchedRun& run, TerminalStyle style) {
  std::string text(state_word(run.state));
  if (run.state == WatchedState::running && style.is_unicode) text = "\xE2\x97\x8F " + text;
  return run.was_replaced ? text + ", replaced" : text;
}

/// "3 s ago": since the last sign of life of a running run.
inline std::string age_text(const WatchedRun& run) {
  if (run.state != WatchedState::running || !run.silent_s || !is_finite(*run.silent_s)) return {};
  return ago_text(*run.silent_s);
}

/// "step 1200/2000".
inline std::string step_text(const WatchedRun& run) {
  if (!run.step) return {};
  return "step " + std::to_string(*run.step) + (run.left ? "/" + std::to_string(run.left->last_step) : "");
}

inline std::string number_of_digits(double value, std::size_t digits) {
  std::string all, out;
  append_floating(all, value);
  append_number(out, all, false, digits);
  return out;
}

/// "35.2/s".
inline std::string rate_text(const WatchedRun& run) {
  if (run.state != WatchedState::running || !run.steps_per_s || !is_finite(*run.steps_per_s)) return {};
  return number_of_digits(*run.steps_per_s, 3) + "/s";
}

/// "4m20s left".
inline std::string left_text(const WatchedRun& run) {
  if (!run.left || !is_finite(run.left->seconds)) return {};
  const double seconds = run.left->seconds;
  return duration_label(seconds < 60 ? std::ceil(seconds) : std::round(seconds)) + " left";
}
/// "(max_steps)": what says so.
inline std::string left_param_text(const WatchedRun& run) {
  return run.state == WatchedState::running && run.left ? "(" + run.left->param + ")" : std::string();
}

/// A number with six significant digits.
inline std::string watched_number(double value, TerminalStyle style) {
  std::string text = number_label(value);
  if (!style.is_unicode)
    if (const std::size_t at = text.find("\xE2\x88\x9E"); at != std::string::npos) text.replace(at, 3, "inf");
  return text;
}

/// A step that a plot holds as a number.
inline std::string step_label(double step) {
  return std::fabs(step) < 9e15 ? std::to_string(static_cast<std::int64_t>(step)) : number_label(step);
}

/// "cpu 97%", "memory 1.4 GiB": a metric "system/..." with what its name says about its unit.
inline std::string system_text(std::string_view metric, double value, TerminalStyle style) {
  std::string name(metric.substr((std::min<std::size_t>)(metric.size(), 7)));
  std::string text = is_finite(value) && std::fabs(value) >= 1e-3 && std::fabs(value) < 1e6 ? number_of_digits(value, 3)
                                                                                           : watched_number(value, style);
  const auto take_end = [&](std::string_view end) {
    if (!ends_with(name, end)) return false;
    name.resize(name.size() - end.size());
    return true;
  };
  if (is_finite(value) && value >= 0 && value < 9e15 && take_end("_bytes"))
    text = readable_size(static_cast<std::uint64_t>(value));
  else if (is_finite(value) && std::fabs(value) < 1e6 && take_end("_share"))
    text = number_of_digits(std::round(value * 100), 9) + "%";
  std::replace(name.begin(), name.end(), '_', ' ');
  return name + " " + text;
}

}  // namespace erm::detail

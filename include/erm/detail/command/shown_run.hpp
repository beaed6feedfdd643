// Parts of a run as a person reads them in the terminal: its status, its times, its values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "erm/detail/base/shown_number.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/command/output.hpp"
#include "erm/detail/compare/rows.hpp"
#include "erm/experiment_run.hpp"
#include "erm/run_status.hpp"
#include "erm/value.hpp"

namespace erm::detail::command {

/// A live run is marked by a dot that is no colour only.
inline std::string status_text(RunStatus status) {
  return (status == RunStatus::running ? "\xE2\x97\x8F " : "") + std::string(to_text(status));
}

inline std::string_view status_style(RunStatus status) {
  switch (status) {
    case RunStatus::running:
      return Style::green;
    case RunStatus::failed:
      return Style::red;
    case RunStatus::killed:
      return Style::yellow;
    case RunStatus::finished:
      break;
  }
  return Style::plain;
}

/// "2026-11-23 07:30", UTC as in run ids.
inline std::string minute_text(TimePoint time) {
  std::string text = time_text(time).substr(0, 16);
  text[10] = ' ';
  return text;
}

/// "0.4 s", "12 s", "5m 03s", "2h 05m", "3d 04h".
inline std::string duration_text(std::chrono::microseconds duration) {
  const double seconds = static_cast<double>(duration.count()) / 1e6;
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  const std::int64_t whole = duration.count() / 1000000;
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}m {:02}s", whole / 60, whole % 60);
  if (whole < 86400) return fmt::format("{}h {:02}m", whole / 3600, whole / 60 % 60);
  return fmt::format("{}d {:02}h", whole / 86400, whole / 3600 % 24);
}

inline std::string duration_text(const ExperimentRun& run) {
  const auto duration = run.duration();
  return duration ? duration_text(*duration) : std::string();
}

/// A number with six significant digits, any other value as it is.
inline std::string value_text(const Value& value) {
  const bool is_number = !value.is_text() && !value.is_bool();
  const std::string text = value.str();
  if (!is_number) return text;
  std::string out;
  append_six_digits(out, text, text.find('e') != std::string::npos);
  return out;
}

}  // namespace erm::detail::command

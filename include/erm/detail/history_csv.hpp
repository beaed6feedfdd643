// history/<writer>.csv: the points of a run, RFC 4180 text, appended to while the run lives.
//
//   metric,step,unix_ms,value
//   loss,1200,1763883021123,0.53125
//   "precision, recall",1200,1763883021123,nan
#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/number_text.hpp"
#include "erm/detail/time_text.hpp"
#include "erm/detail/utf8.hpp"
#include "erm/error.hpp"
#include "erm/metric_history.hpp"

namespace erm::detail {

inline constexpr std::string_view history_header = "metric,step,unix_ms,value\n";

/// Appends a field, in quotes where it needs them.
inline void append_csv_field(std::string& out, std::string_view field) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += field;
    return;
  }
  out += '"';
  for (const char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

inline std::int64_t unix_milliseconds(TimePoint time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

inline void append_point(std::string& out, std::string_view csv_metric, const MetricPoint& point) {
  out += csv_metric;
  append_integer(out += ',', point.step);
  append_integer(out += ',', unix_milliseconds(point.time));
  append_floating(out += ',', point.value);
  out += '\n';
}

inline std::string history_csv(const std::map<std::string, MetricHistory>& history) {
  std::string out(history_header);
  for (const auto& [metric, points] : history) {
    std::string field;
    append_csv_field(field, metric);
    for (const MetricPoint& point : points.points()) append_point(out, field, point);
  }
  return out;
}

/// Reads history files, one after the other, into one history a metric.
class HistoryReader {
 public:
  /// Adds the points of one file. A last line without its end was cut off by a crash and is left out; any other
  /// line that is not a point is a FormatError naming `path` and the line.
  void read(std::string_view text, const std::string& path) {
    path_ = &path;
    rest_ = text;
    line_ = 1;
    if (rest_.size() < history_header.size()) {
      if (history_header.substr(0, rest_.size()) == rest_) return;  // cut off within the header
      fail("the header is not 'metric,step,unix_ms,value'");
    }
    if (rest_.substr(0, history_header.size() - 1) != history_header.substr(0, history_header.size() - 1))
      fail("the header is not 'metric,step,unix_ms,value'");
    rest_.remove_prefix(history_header.size() - 1);
    if (!end_line()) fail("the header is followed by more fields");
    ++line_;
    current_ = nullptr;
    while (!rest_.empty()) {
      const std::size_t before = rest_.size();
      if (!read_line()) {
        if (is_last_and_cut(text.substr(text.size() - before))) return;
        fail("it is not metric,step,unix_ms,value");
      }
      ++line_;
    }
  }

  /// What was read, each metric in the order of the lines.
  [[nodiscard]] std::map<std::string, MetricHistory> take() {
    std::map<std::string, MetricHistory> history;
    for (auto& [metric, points] : points_)
      if (!points.empty()) history.emplace(metric, MetricHistory(std::move(points)));
    return history;
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    throw FormatError("history file '" + *path_ + "', line " + std::to_string(line_) + ": " + what +
                      "; mend or remove the line");
  }

  bool skip(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool end_line() {
    if (skip('\n')) return true;
    if (rest_.size() < 2 || rest_[0] != '\r' || rest_[1] != '\n') return false;
    rest_.remove_prefix(2);
    return true;
  }
  bool integer(std::int64_t& number) {
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    if (error != std::errc()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return true;
  }

  /// Leaves rest_ anywhere where the line is no point.
  bool read_line() {
    if (!rest_.empty() && rest_.front() == '"') {
      if (!quoted_field()) return false;
    } else {
      const std::size_t comma = rest_.find(',');
      if (comma == std::string_view::npos) return false;
      const std::string_view metric = rest_.substr(0, comma);
      if (metric.find_first_of("\"\n") != std::string_view::npos) return false;
      if (current_ == nullptr || metric != name_) choose(metric);
      rest_.remove_prefix(comma);
    }
    MetricPoint point;
    std::int64_t milliseconds = 0;
    if (!skip(',') || !integer(point.step) || !skip(',') || !integer(milliseconds) || !skip(',')) return false;
    const char* const end = read_double(rest_.data(), rest_.data() + rest_.size(), point.value);
    if (end == rest_.data()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    if (!end_line()) return false;
    if (milliseconds < first_day * 86400000 || milliseconds >= (last_day + 1) * 86400000) return false;
    point.time = TimePoint(std::chrono::milliseconds(milliseconds));
    current_->push_back(point);
    return true;
  }

  bool quoted_field() {
    rest_.remove_prefix(1);
    std::string field;
    for (;;) {
      const std::size_t quote = rest_.find('"');
      if (quote == std::string_view::npos) return false;
      field += rest_.substr(0, quote);
      rest_.remove_prefix(quote + 1);
      if (!skip('"')) break;
      field += '"';
    }
    if (current_ == nullptr || field != name_) choose(field);
    return true;
  }

  void choose(std::string_view metric) {
    name_ = std::string(metric);
    current_ = &points_[repaired_utf8(metric)];
  }

  /// Whether what begins with the bad line is a last line without its end; a quoted name may hold line ends.
  static bool is_last_and_cut(std::string_view from) {
    bool quoted = false;
    for (const char c : from) {
      if (c == '"') quoted = !quoted;
      if (c == '\n' && !quoted) return false;
    }
    return true;
  }

  const std::string* path_ = nullptr;
  std::string_view rest_;
  std::size_t line_ = 1;
  std::map<std::string, std::vector<MetricPoint>> points_;
  std::string name_;
  std::vector<MetricPoint>* current_ = nullptr;
};

}  // namespace erm::detail

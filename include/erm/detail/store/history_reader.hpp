// Reads history/<writer>.csv (history_csv.hpp) into the history of each metric.
//
//   HistoryReader reader;
//   reader.read(view(fs.read(path)), path);
//   const std::map<std::string, MetricHistory> history = reader.take();
#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/run/rewinds.hpp"
#include "erm/detail/store/history_csv.hpp"
#include "erm/error.hpp"
#include "erm/metric_history.hpp"

namespace erm::detail {

/// Reads history files, one after the other, into one history for each metric. A program logs its metrics in turns, so
/// the reader guesses the metric of a line from the line before and only compares names. It looks a metric up only if
/// the guess is wrong. It does the same with milliseconds.
class HistoryReader {
 public:
  /// Adds the points of one file. Ignores a last line without a line end: a crash cut it off. Throws FormatError, which
  /// names `path` and the line, for any other line that is not a point.
  void read(std::string_view text, const std::string& path) {
    begin(path, text.size());
    consume(text);
  }

  /// Reads from now on without the points that these reach; abandoned() has them. The files of a saved run are named.
  void leave_out(const std::vector<Rewind>& rewinds, bool is_named) {
    rewinds_ = &rewinds;
    is_named_ = is_named;
  }
  /// Passes over the points of all other metrics from now on. Their lines are not checked.
  void read_only(const std::string& metric) {
    only_ = metric;
    only_field_.clear();
    // Text that was not UTF-8 is in the file as it was logged.
    if (metric.find("\xEF\xBF\xBD") == std::string::npos) append_csv_field(only_field_, metric);
    if (!only_field_.empty()) only_field_ += ',';
    // Names often differ at their end only, as those of one layer do: that is compared first.
    const std::size_t size = (std::min)(only_field_.size(), sizeof only_end_);
    only_end_at_ = only_field_.size() - size;
    only_end_ = end_mask_ = 0;
    std::memcpy(&only_end_, only_field_.data() + only_end_at_, size);
    std::memset(&end_mask_, 0xFF, size);
  }
  /// The same in pieces: begin(), then consume() until the end of the file.
  void begin(const std::string& path, std::uint64_t file_size) {
    if (path_ != nullptr) note_writer(path);
    path_ = &path;
    writer_ = std::string(writer_of_history(last_part(path)));
    file_size_ = file_size;
    offset_ = 0;
    choose_rewinds();
    line_ = 1;
    is_hole_ = false;
    last_ = nullptr;
  }
  /// Reads the complete lines at the front of `text`, and returns their length.
  std::size_t consume(std::string_view text) {
    begin_of_piece_ = text.data();
    const std::size_t used = consume_lines(text);
    offset_ += used;
    return used;
  }
  /// Called after the first piece: reserves room for the points of the file, estimated from that piece. Without
  /// this a vector that grows by doubling would hold the points of a long run twice.
  void expect_more_of_the_same(std::size_t consumed) {
    const double times = static_cast<double>(file_size_) / static_cast<double>(consumed) * 1.02;
    for (auto& [metric, points] : points_)
      points.reserve(points.size() + static_cast<std::size_t>(static_cast<double>(points.size()) * (times - 1)) + 16);
  }

  /// The points that were read, for each metric in file order. The reader is empty afterwards.
  [[nodiscard]] std::map<std::string, MetricHistory> take() {
    std::map<std::string, MetricHistory> history;
    for (auto& [metric, points] : points_) {
      if (points.empty()) continue;
      std::vector<std::size_t> writers = writers_of(metric, points.size());  // before the points are moved
      history.emplace(metric, MetricHistory(std::move(points), std::move(writers)));
    }
    return history;
  }
  /// For a reader that does not hold the points: calls visit(metric, points) for each metric of which points were read
  /// since the last call, in file order, and forgets these points. take() has none of them.
  template <class Visit>
  void drain(Visit&& visit) {
    constexpr std::size_t kept_room = 1024;
    for (auto& [metric, points] : points_) {
      if (points.empty()) continue;
      visit(metric, static_cast<const std::vector<MetricPoint>&>(points));
      if (points.capacity() > kept_room)
        std::vector<MetricPoint>().swap(points);
      else
        points.clear();
    }
  }
  /// The points that were left out. The reader has none afterwards.
  [[nodiscard]] AbandonedPoints take_abandoned() { return std::exchange(abandoned_, {}); }

 private:
  std::size_t consume_lines(std::string_view text) {
    rest_ = text;
    if (line_ == 1 && skip_hole()) {
      if (rest_.size() < history_header.size() && rest_ == history_header.substr(0, rest_.size()))
        return text.size() - rest_.size();
      if (rest_.substr(0, history_header.size()) == history_header) rest_.remove_prefix(history_header.size());
      line_ = 2;
    } else if (line_ == 1 && !read_header()) {
      return 0;
    }
    for (;;) {
      if (!only_field_.empty()) skip_others();
      if (rest_.empty()) break;
      const std::string_view line = rest_;
      if (!read_line()) {
        if (is_cut(line)) return text.size() - line.size();
        fail("it is not metric,step,unix_ms,value");
      }
      ++line_;
    }
    return text.size();
  }

  /// A metric, and the text with which its lines begin.
  struct Series {
    std::string field;  // as in the file, with the comma
    const std::string* metric;
    std::vector<MetricPoint>* points;
    Series* next = nullptr;  // the series of the line that last followed a line of this one
  };

  /// The rewinds that reach the file, and up to where.
  void choose_rewinds() {
    here_.clear();
    left_out_until_ = 0;
    if (rewinds_ == nullptr) return;
    place_ = history_place(last_part(*path_));
    for (const Rewind& one : *rewinds_) {
      const auto end = one.reach.find(place_);
      if (end == one.reach.end()) continue;
      // Another program that copied the run kept the metadata, and wrote other files.
      if (is_named_ ? one.size != file_size_ : one.size > file_size_) continue;
      here_.push_back(&one);
      left_out_until_ = (std::max)(left_out_until_, end->second);
    }
  }
  [[nodiscard]] bool is_left_out(const std::string& metric, std::int64_t step, const char* line) const {
    const std::uint64_t offset = offset_ + static_cast<std::uint64_t>(line - begin_of_piece_);
    if (offset >= left_out_until_) return false;
    return std::any_of(here_.begin(), here_.end(), [&](const Rewind* one) {
      return step >= one->step && one->is_of(metric) && one->reaches(place_, offset);
    });
  }
  /// Notes where the points of the next file begin, if that is of another writer.
  void note_writer(const std::string& path) {
    if (writer_of_history(last_part(path)) == writer_) return;
    for (const auto& [metric, points] : points_)
      if (!points.empty()) writers_[metric].push_back(points.size());
  }
  [[nodiscard]] std::vector<std::size_t> writers_of(const std::string& metric, std::size_t size) {
    const auto found = writers_.find(metric);
    if (found == writers_.end()) return {};
    std::vector<std::size_t>& writers = found->second;
    writers.erase(std::unique(writers.begin(), writers.end()), writers.end());
    if (writers.back() == size) writers.pop_back();
    return std::move(writers);
  }

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
    if (rest_.size() >= 8) {
      if (const char* const end = read_few_digits(rest_.data(), number)) {
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return true;
      }
    }
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    if (error != std::errc()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return true;
  }
  bool starts_with(const std::string& text) const {
    return rest_.size() >= text.size() && std::memcmp(rest_.data(), text.data(), text.size()) == 0;
  }

  /// A file may begin with NULs in place of its header and its first points: another program emptied it, and ERM 0.1 went
  /// on where it had been. Returns whether there are some, or were in the piece before.
  bool skip_hole() {
    if (!is_hole_ && (rest_.empty() || rest_.front() != '\0')) return false;
    rest_.remove_prefix((std::min)(rest_.find_first_not_of('\0'), rest_.size()));
    return is_hole_ = true;
  }

  /// Returns false if the text ends inside the header.
  bool read_header() {
    const std::string_view names = history_header.substr(0, history_header.size() - 1);
    if (rest_.substr(0, names.size()) != names.substr(0, rest_.size()))
      fail("the header is not 'metric,step,unix_ms,value'");
    if (rest_.size() < history_header.size()) return false;
    rest_.remove_prefix(names.size());
    if (!end_line()) {
      if (rest_ == "\r") return false;
      fail("the header is followed by more fields");
    }
    ++line_;
    return true;
  }

  /// Returns false if the line is not a point; rest_ is then somewhere inside it.
  bool read_line() {
    const char* const line = rest_.data();
    // A quoted name may hold the end of a line, and is read.
    if (!only_field_.empty() && rest_.front() != '"' && !starts_with(only_field_)) return skip_line();
    Series* series = last_ == nullptr ? nullptr : last_->next;
    if (series != nullptr && starts_with(series->field))
      rest_.remove_prefix(series->field.size());
    else if ((series = read_metric()) == nullptr)
      return false;
    MetricPoint point;
    if (!integer(point.step) || !skip(',') || !read_time(point.time)) return false;
    const char* const end = read_double(rest_.data(), rest_.data() + rest_.size(), point.value);
    if (end == rest_.data()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    if (!end_line()) return false;
    if (only_ && *series->metric != *only_) return true;
    if (left_out_until_ != 0 && is_left_out(*series->metric, point.step, line))
      abandoned_[*series->metric].push_back({series->points->size(), point});
    else
      series->points->push_back(point);
    if (last_ != nullptr) last_->next = series;
    last_ = series;
    return true;
  }

  /// Passes over lines that begin otherwise than those of the only metric. Most lines are skipped here.
  void skip_others() {
    const char* at = rest_.data();
    const char* const end = at + rest_.size();
    const auto least = static_cast<std::ptrdiff_t>(only_end_at_ + sizeof only_end_);
    for (std::uint64_t there = 0; end - at >= least; ++line_) {
      std::memcpy(&there, at + only_end_at_, sizeof there);
      if (*at == '"') break;
      if ((there & end_mask_) == only_end_ && std::memcmp(at, only_field_.data(), only_field_.size()) == 0) break;
      const void* const found = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
      if (found == nullptr) break;
      at = static_cast<const char*>(found) + 1;
    }
    rest_.remove_prefix(static_cast<std::size_t>(at - rest_.data()));
  }
  bool skip_line() {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) return false;
    rest_.remove_prefix(end + 1);
    return true;
  }

  /// The series of the next field, or null if there is no field.
  Series* read_metric() {
    const std::string_view line = rest_;
    std::string metric;
    if (skip('"')) {
      for (;;) {
        const std::size_t quote = rest_.find('"');
        if (quote == std::string_view::npos) return nullptr;
        metric += rest_.substr(0, quote);
        rest_.remove_prefix(quote + 1);
        if (!skip('"')) break;
        metric += '"';
      }
    } else {
      metric = rest_.substr(0, rest_.find_first_of(",\"\n"));
      rest_.remove_prefix(metric.size());
    }
    if (!skip(',')) return nullptr;
    std::string field(line.substr(0, line.size() - rest_.size()));
    const auto known = series_.find(field);
    if (known != series_.end()) return &known->second;
    Series& series = series_[field];
    const auto entry = points_.try_emplace(repaired_utf8(metric)).first;
    series.metric = &entry->first;
    series.points = &entry->second;
    series.field = std::move(field);
    return &series;
  }

  bool read_time(TimePoint& time) {
    if (!starts_with(time_text_) || time_text_.empty()) {
      const std::string_view before = rest_;
      std::int64_t milliseconds = 0;
      if (!integer(milliseconds) || !skip(',')) return false;
      if (milliseconds < first_day * 86400000 || milliseconds >= (last_day + 1) * 86400000) return false;
      time_text_ = before.substr(0, before.size() - rest_.size());
      time_ = TimePoint(std::chrono::milliseconds(milliseconds));
    } else {
      rest_.remove_prefix(time_text_.size());
    }
    time = time_;
    return true;
  }

  /// Whether the text ends before the end of the line; a quoted name may hold line ends.
  static bool is_cut(std::string_view line) {
    if (!line.empty() && line.front() == '"') {
      line.remove_prefix(1);
      // Skips to the quote that ends the name: the first quote that is not doubled.
      for (bool ended = false; !ended;) {
        const std::size_t quote = line.find('"');
        if (quote == std::string_view::npos) return true;
        ended = line.substr(quote + 1, 1) != "\"";
        line.remove_prefix(quote + (ended ? 1 : 2));
      }
    }
    return line.find('\n') == std::string_view::npos;
  }

  std::optional<std::string> only_;  // the metric to read
  std::string only_field_;           // with which its lines begin; empty if that is not certain
  std::size_t only_end_at_ = 0;
  std::uint64_t only_end_ = 0, end_mask_ = 0;  // its last bytes, from there
  const std::string* path_ = nullptr;
  std::string writer_;
  std::uint64_t file_size_ = 0;
  const std::vector<Rewind>* rewinds_ = nullptr;
  bool is_named_ = false;
  std::string place_;                  // of the file in the run's folder
  std::vector<const Rewind*> here_;    // those that reach the file
  std::uint64_t left_out_until_ = 0;
  std::uint64_t offset_ = 0;           // of the next piece in the file
  const char* begin_of_piece_ = nullptr;
  std::string_view rest_;
  std::size_t line_ = 1;
  bool is_hole_ = false;
  std::map<std::string, std::vector<MetricPoint>> points_;
  AbandonedPoints abandoned_;
  std::map<std::string, std::vector<std::size_t>> writers_;
  std::unordered_map<std::string, Series> series_;  // keyed by field
  Series* last_ = nullptr;
  std::string time_text_;
  TimePoint time_;
};

}  // namespace erm::detail

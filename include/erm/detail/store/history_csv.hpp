// history/<writer>.csv, the points of a run: RFC 4180 text, to which a live run appends.
//
//   metric,step,unix_ms,value
//   loss,1200,1763883021123,0.53125
//   "precision, recall",1200,1763883021123,NaN
#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/number_text.hpp"
#include "erm/detail/run/rewinds.hpp"
#include "erm/metric_history.hpp"

namespace erm::detail {

inline constexpr std::string_view history_header = "metric,step,unix_ms,value\n";

/// Appends a field, in quotes if it needs them.
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

/// Writes points as lines. Most points of a program come in groups with the same step and millisecond, so both texts
/// are made once and copied. The rest of the cost is the shortest text of each value.
class PointWriter {
 public:
  /// Appends "field,step,milliseconds,value\n" to text().
  template <class Float>
  void add(std::string_view field, std::int64_t step, std::int64_t milliseconds, Float value) {
    constexpr std::size_t numbers = 24 + 24 + 32;
    if (text_.size() - size_ < field.size() + numbers) text_.resize(2 * text_.size() + field.size() + numbers);
    char* at = text_.data() + size_;
    at = copy_short(at, field);
    if (step != step_ || step_text_.size == 0) {
      if (step <= 0 || step - 1 != step_ || !step_text_.count_up()) step_text_.set(step);
      step_ = step;
    }
    at = step_text_.copy_to(at);
    if (milliseconds != milliseconds_ || time_text_.size == 0) {
      milliseconds_ = milliseconds;
      time_text_.set(milliseconds);
    }
    at = time_text_.copy_to(at);
    *at++ = ',';
    at = put_floating(at, value);
    *at++ = '\n';
    size_ = static_cast<std::size_t>(at - text_.data());
  }

  void add_header() {
    text_.resize(size_);
    text_ += history_header;
    size_ = text_.size();
  }

  [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }
  /// Moves the text out. Do not use the writer after this.
  [[nodiscard]] std::string release() {
    text_.resize(size_);
    return std::move(text_);
  }
  void clear() { size_ = 0; }

 private:
  /// A copy without a call of the library, for the length of most names.
  static char* copy_short(char* at, std::string_view text) {
    const std::size_t size = text.size();
    const auto copy_ends = [&](auto piece) {  // which may overlap
      std::memcpy(&piece, text.data(), sizeof piece);
      auto end = piece;
      std::memcpy(&end, text.data() + size - sizeof piece, sizeof piece);
      std::memcpy(at, &piece, sizeof piece);
      std::memcpy(at + size - sizeof piece, &end, sizeof piece);
    };
    struct Sixteen {
      std::uint64_t front, back;
    };
    if (size > 32 || size < 4)
      std::memcpy(at, text.data(), size);
    else if (size >= 16)
      copy_ends(Sixteen{});
    else if (size >= 8)
      copy_ends(std::uint64_t{});
    else
      copy_ends(std::uint32_t{});
    return at + size;
  }

  /// ",1200"
  struct IntegerText {
    char text[24];
    std::size_t size = 0;
    char last = 0;
    /// To the number after one that is not negative. Returns false if more than the last digit changes. That digit is
    /// kept apart: a copy of many bytes would wait for one that was just written.
    bool count_up() {
      if (size == 0 || last == '9') return false;
      ++last;
      return true;
    }
    void set(std::int64_t number) {
      text[0] = ',';
      size = static_cast<std::size_t>(std::to_chars(text + 1, text + sizeof text, number).ptr - text);
      last = text[size - 1];
    }
    char* copy_to(char* at) const {
      std::memcpy(at, text, sizeof text);  // copying a fixed size is fast; the next field overwrites the excess
      at += size;
      at[-1] = last;
      return at;
    }
  };

  std::string text_;
  std::size_t size_ = 0;
  std::int64_t step_ = 0;
  IntegerText step_text_;
  std::int64_t milliseconds_ = 0;
  IntegerText time_text_;
};

/// The complete file.
inline std::string history_csv(const std::map<std::string, MetricHistory>& history) {
  PointWriter writer;
  writer.add_header();
  for (const auto& [metric, points] : history) {
    std::string field;
    append_csv_field(field, metric);
    for (const MetricPoint& point : points.points())
      writer.add(field, point.step, unix_milliseconds(point.time), point.value);
  }
  return writer.release();
}

/// The files of a run that was saved: what each writer of a metric logged lies in a file of its own, since of one writer
/// only the last point of a step counts. What does not count lies between `from` and `reach`.
struct SavedHistory {
  struct Left {
    std::string metric;
    std::int64_t step;
    std::uint64_t from, reach;
  };
  struct File {
    PointWriter text;
    std::vector<Left> left;
  };
  std::vector<File> files;

  SavedHistory(const Histories& history, const AbandonedPoints& abandoned) {
    for (const auto& [metric, points] : history) {
      const auto left = abandoned.find(metric);
      add(metric, points, left == abandoned.end() ? nullptr : &left->second);
    }
    for (const auto& [metric, left] : abandoned)
      if (history.count(metric) == 0) add(metric, {}, &left);
  }
  /// For the metadata; `names` are those of the files.
  [[nodiscard]] std::vector<Rewind> rewinds(const std::vector<std::string>& names) const {
    std::vector<Rewind> all;
    for (std::size_t i = 0; i < files.size(); ++i) {
      const std::string place = history_place(names[i]);
      for (const Left& one : files[i].left)
        all.push_back({one.step, one.metric, {{place, one.from}}, {{place, one.reach}}, files[i].text.text().size()});
    }
    return all;
  }

 private:
  void add(const std::string& metric, const MetricHistory& history, const std::vector<AbandonedPoint>* abandoned) {
    std::string field;
    append_csv_field(field, metric);
    auto left = abandoned ? abandoned->begin() : std::vector<AbandonedPoint>::const_iterator();
    const auto ends = abandoned ? abandoned->end() : left;
    auto writer = history.writers().begin();
    std::size_t file = 0;
    bool is_used = false;
    const auto put = [&](const MetricPoint& point) {
      if (file == files.size()) files.emplace_back().text.add_header();
      files[file].text.add(field, point.step, unix_milliseconds(point.time), point.value);
      is_used = true;
    };
    for (std::size_t i = 0; i <= history.size(); ++i) {
      for (; writer != history.writers().end() && *writer == i; ++writer) {
        if (is_used) ++file;
        is_used = false;
      }
      if (left != ends && left->before == i) {
        const std::uint64_t from = file == files.size() ? history_header.size() : files[file].text.text().size();
        std::int64_t step = left->point.step;
        for (; left != ends && left->before == i; ++left) {
          step = (std::min)(step, left->point.step);
          put(left->point);
        }
        files[file].left.push_back({metric, step, from, files[file].text.text().size()});
      }
      if (i < history.size()) put(history.points()[i]);
    }
  }
};

/// The writer of a file in history/: "main" for "main.csv", and for "main-<time>.csv", which an overwrite wrote.
inline std::string_view writer_of_history(std::string_view file) {
  std::string_view stem = file.substr(0, file.rfind('.'));
  const std::size_t mark = stem.rfind("-2");  // the time of an overwrite: "-2026_11_23__07_30_21_123456"
  if (mark != std::string_view::npos && mark + 28 <= stem.size() &&
      stem.find_first_not_of("0123456789_-", mark) == std::string_view::npos)
    stem = stem.substr(0, mark);
  return stem;
}

}  // namespace erm::detail

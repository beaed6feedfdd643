// The series, histograms and tables of a live run. Content is on disk when a call returns; the lines and records that
// name it wait for the next round of the writing thread, as points do.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/detail/live/callers_lock.hpp"
#include "erm/detail/live/folder.hpp"
#include "erm/detail/os/quick_clock.hpp"
#include "erm/detail/run/contents.hpp"
#include "erm/detail/run/histogram_records.hpp"
#include "erm/detail/run/series_data.hpp"
#include "erm/detail/store/histogram_file.hpp"
#include "erm/detail/store/history_file.hpp"
#include "erm/detail/store/series_csv.hpp"
#include "erm/detail/store/stored_names.hpp"
#include "erm/detail/store/table_csv.hpp"
#include "erm/table.hpp"

namespace erm::detail {

/// A file that grows: callers add to `waiting`, and the writing thread appends it.
class SeriesList {
 public:
  /// `name` is below series/.
  SeriesList(const LiveFolder& folder, std::string name, std::string_view header)
      : folder_(folder), name_(std::move(name)), path_(folder.path_below_series(name_)), header_(header) {}

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// The whole file; nothing if there is none.
  [[nodiscard]] Bytes read() const {
    const FileKind kind = folder_.fs().info(path_).kind;
    if (kind == FileKind::missing) return {};
    if (kind != FileKind::link) return folder_.fs().read(path_);
    throw FormatError("cannot go on with '" + path_ +
                      "': it is a symbolic link, which may lead out of the run's folder; put the file itself there");
  }
  /// Goes on after the first `size` bytes of the file; 0: it has no header yet.
  void go_on(std::size_t size) { size_ = size; }

  /// For callers, which hold the lock.
  [[nodiscard]] std::string& waiting() noexcept { return waiting_; }
  /// For the writing thread, which holds the lock.
  void take() {
    text_ += waiting_;
    waiting_.clear();
  }

  /// For the writing thread, without the lock: if it throws, the text comes again with the next.
  void write() {
    if (text_.empty()) return;
    if (!file_) {
      if (size_ == 0) {
        static_cast<void>(folder_.put_series_file(name_, BytesContent(to_bytes(header_)), true));
        size_ = header_.size();
      }
      file_ = std::make_unique<HistoryFile>(folder_.fs(), path_, size_, false);
    }
    file_->append(text_);
    size_ += text_.size();
    text_.clear();
  }
  /// How many bytes the writing thread has written.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  void sync() {
    if (file_) file_->sync();
  }
  [[nodiscard]] bool is_staged() const { return file_ && file_->is_staged(); }
  void store() {
    if (is_staged()) file_->store(folder_.durability());
  }

 private:
  const LiveFolder& folder_;
  std::string name_;
  std::string path_;
  std::string_view header_;
  std::uint64_t size_ = 0;
  std::string waiting_;
  std::string text_;
  std::unique_ptr<HistoryFile> file_;
};

/// Any thread may log; one thread writes.
class LiveSeries {
 public:
  explicit LiveSeries(const LiveFolder& folder)
      : folder_(folder),
        lines_(folder, folder.writer() + ".csv", series_header),
        histograms_(folder, folder.writer() + ".hist", histogram_header) {}

  void add_artifact(std::int64_t step, const Artifact& artifact);
  template <class Float>
  void add_histogram(const std::string& name, const Float* values, std::size_t size, std::int64_t step,
                     const HistogramOptions& options);
  void add_table(const std::string& name, const Table& table);

  [[nodiscard]] bool has_waiting() const noexcept { return has_waiting_; }
  /// Appends what waits to the files. For the writing thread, like the rest.
  void drain();
  void sync();
  [[nodiscard]] bool is_staged() const { return lines_.is_staged() || histograms_.is_staged(); }
  void store();

  /// Held during a fork.
  std::mutex& mutex() { return mutex_; }

 private:
  struct Known {
    std::uint64_t number;
    HistogramBins bins;
  };

  void open_lines();
  void open_histograms();
  void add_line(const SeriesLine& line);

  const LiveFolder& folder_;
  std::mutex mutex_;
  std::atomic<bool> has_waiting_{false};
  SeriesList lines_;
  SeriesList histograms_;
  bool lines_are_open_ = false;
  bool histograms_are_open_ = false;
  std::map<std::string, std::string> tables_;  // the file of each
  StoredNames table_names_;
  std::map<std::string, Known> known_;
  std::uint64_t count_ = 0;  // of histograms in the file
};

// ---- bodies ----

/// What an earlier process of this writer wrote stays.
inline void LiveSeries::open_lines() {
  if (lines_are_open_) return;
  const Bytes text = lines_.read();
  lines_.go_on(read_series_csv(view(text), lines_.path(), [&](const SeriesLine& line, std::size_t) {
    if (line.is_table()) tables_[line.id] = line.file;
  }));
  const std::string tables = folder_.path_below_series("tables");
  for (const std::string& file : folder_.fs().files_below(tables)) table_names_.take(file);
  lines_are_open_ = true;
}

inline void LiveSeries::open_histograms() {
  if (histograms_are_open_) return;
  const Bytes text = histograms_.read();
  if (!text.empty()) {
    histograms_.go_on(read_histogram_file(
        view(text), histograms_.path(),
        [&](const std::string& name, HistogramBins bins) {
          known_.try_emplace(name, Known{count_++, std::move(bins)});
        },
        [](std::size_t, std::string_view, std::size_t) {}));
  }
  histograms_are_open_ = true;
}

inline void LiveSeries::add_line(const SeriesLine& line) {
  append_series_line(lines_.waiting(), line);
  has_waiting_ = true;
}

inline void LiveSeries::add_artifact(std::int64_t step, const Artifact& artifact) {
  SeriesLine line{artifact.id(),
                  step,
                  os::quick_milliseconds(),
                  series_file(sha256_of(*artifact.content()), artifact.filename()),
                  artifact.size(),
                  artifact.type(),
                  artifact.media_type(),
                  artifact.filename()};
  static_cast<void>(folder_.put_series_file(line.file, *artifact.content(), false));
  const CallersLock lock(mutex_);
  open_lines();
  line.milliseconds = os::quick_milliseconds();  // lines come in the order of their times
  add_line(line);
}

inline void LiveSeries::add_table(const std::string& name, const Table& table) {
  const BytesContent content(to_bytes(table_csv(table)));
  const CallersLock lock(mutex_);
  open_lines();
  const auto known = tables_.find(name);
  if (known != tables_.end()) {
    static_cast<void>(folder_.put_series_file(known->second, content, true));
    return;
  }
  const std::string filename = name + (folder_.writer() == "main" ? "" : "-" + folder_.writer()) + ".csv";
  const std::string file = "tables/" + table_names_.choose(filename);
  static_cast<void>(folder_.put_series_file(file, content, true));
  tables_[name] = file;
  add_line({name, std::nullopt, os::quick_milliseconds(), file, std::nullopt, ArtifactType::binary, "text/csv",
            name + ".csv"});
}

template <class Float>
void LiveSeries::add_histogram(const std::string& name, const Float* values, std::size_t size, std::int64_t step,
                               const HistogramOptions& options) {
  check_histogram_options(shown(name), options);
  HistogramCounts counts;
  add_statistics(values, size, counts);
  HistogramBins bins;
  std::uint64_t number = 0;
  {
    const CallersLock lock(mutex_);
    open_histograms();
    auto known = known_.find(name);
    if (known == known_.end()) {
      known = known_.emplace(name, Known{count_++, chosen_bins(options, counts)}).first;
      append_histogram_bins(histograms_.waiting(), name, known->second.bins);
    } else if (!fits(options, known->second.bins)) {
      throw_other_bins(name);
    }
    bins = known->second.bins;
    number = known->second.number;
  }
  count_values(values, size, bins, counts);  // the work, without the lock
  const CallersLock lock(mutex_);
  append_histogram_step(histograms_.waiting(), number, step_record(bins, step, os::quick_milliseconds(), counts));
  has_waiting_ = true;
}

inline void LiveSeries::drain() {
  {
    const CallersLock lock(mutex_);
    lines_.take();
    histograms_.take();
  }
  lines_.write();
  histograms_.write();
  const CallersLock lock(mutex_);
  has_waiting_ = !lines_.waiting().empty() || !histograms_.waiting().empty();
}

inline void LiveSeries::sync() {
  lines_.sync();
  histograms_.sync();
}

inline void LiveSeries::store() {
  lines_.store();
  histograms_.store();
}

}  // namespace erm::detail

// Reads the series, histograms and tables of a run from series/ in its folder.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/run/rewinds.hpp"
#include "erm/detail/run/series_data.hpp"
#include "erm/detail/store/histogram_file.hpp"
#include "erm/detail/store/metadata.hpp"
#include "erm/detail/store/series_csv.hpp"
#include "erm/detail/store/table_csv.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

inline std::string series_folder(const std::string& folder) { return joined(folder, "series"); }

/// A file below series/. It may change if it is a table, and never if it is the content of an artifact.
class SeriesContent final : public Content {
 public:
  SeriesContent(std::shared_ptr<FileSystem> fs, std::string path, std::optional<std::uint64_t> size)
      : fs_(std::move(fs)), path_(std::move(path)), size_(size) {}
  [[nodiscard]] std::uint64_t size() const override {
    if (size_) return *size_;
    const FileInfo found = fs_->info(path_);
    if (found.kind == FileKind::file) return found.size;
    if (found.kind == FileKind::link) throw_link();
    throw NotFoundError("there is no file '" + path_ + "', which its run's series name; it was moved or removed");
  }
  std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t size) const override {
    if (offset == 0 && fs_->has_folders() && fs_->info(path_).kind == FileKind::link) throw_link();
    return fs_->read_at(path_, offset, into, size);
  }
  [[nodiscard]] std::size_t read_size() const noexcept override { return fs_->read_size(); }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  [[noreturn]] void throw_link() const {
    throw FormatError("cannot read '" + path_ +
                      "': it is a symbolic link, which may lead out of the run's folder; put the file itself there");
  }

  std::shared_ptr<FileSystem> fs_;
  std::string path_;
  std::optional<std::uint64_t> size_;
};

class StoredTable final : public UnreadTable {
 public:
  StoredTable(std::shared_ptr<FileSystem> fs, std::string path) : content_(std::move(fs), std::move(path), {}) {}
  [[nodiscard]] Table table() const override { return read_table_csv(view(csv()), content_.path()); }
  [[nodiscard]] Bytes csv() const override { return whole_content(content_); }

 private:
  SeriesContent content_;
};

/// The names of the files in series/ that list the entries: of "main" first, then by name.
inline std::vector<std::string> series_lists(const FileSystem& fs, const std::string& folder) {
  std::vector<std::string> names;
  for (FolderEntry& entry : fs.list(series_folder(folder)))
    if (entry.kind == FileKind::file && (ends_with(entry.name, ".csv") || ends_with(entry.name, ".hist")))
      names.push_back(std::move(entry.name));
  std::sort(names.begin(), names.end());
  return names;
}

/// The writer of a file in series/: "main" for "main.csv", and for "main-<time>.csv", which an overwrite wrote.
inline std::string writer_of_series(const std::string& file) {
  const std::string stem = file.substr(0, file.rfind('.'));
  return stem.rfind("main-", 0) == 0 ? "main" : stem;
}

/// Puts together what several files say. Of one writer the last entry of a step counts; of several, the entry of the
/// first.
class SeriesBuilder {
 public:
  /// Leaves out what `rewinds` reach.
  SeriesBuilder(std::shared_ptr<FileSystem> fs, std::string folder, std::vector<Rewind> rewinds = {})
      : fs_(std::move(fs)), folder_(std::move(folder)), rewinds_(std::move(rewinds)) {}

  void read(const std::string& name, std::string_view text) {
    const std::string path = joined(series_folder(folder_), name);
    const std::string writer = writer_of_series(name);
    if (writer != writer_) {
      writer_ = writer;
      earlier_series_ = steps_of_series();
      for (const auto& [id, table] : data_->tables) earlier_tables_.insert(id);
      chains_.clear();
    }
    place_ = series_place(name);
    if (ends_with(name, ".hist"))
      read_histograms(text, path);
    else
      read_series_csv(text, path, [&](const SeriesLine& line, std::size_t offset) {
        if (line.is_table() || !is_left_out(line.id, *line.step, offset)) add(line);
      });
  }
  [[nodiscard]] std::unique_ptr<SeriesData> take() { return std::move(data_); }

 private:
  void add(const SeriesLine& line) {
    const TimePoint time{std::chrono::milliseconds(line.milliseconds)};
    const std::string path = joined(series_folder(folder_), line.file);
    if (line.is_table()) {
      if (earlier_tables_.count(line.id) == 0)
        data_->tables[line.id] = {time, std::nullopt, std::make_shared<const StoredTable>(fs_, path)};
      return;
    }
    auto content = std::make_shared<const SeriesContent>(fs_, path, line.size);
    if (earlier_series_.count({line.id, *line.step}) != 0) return;
    data_->series[line.id].put(
        *line.step, Artifact(line.id, line.name, line.type, std::move(content), line.media_type, line.sha256()), time);
  }

  void read_histograms(std::string_view text, const std::string& path) {
    std::vector<std::pair<std::string, std::size_t>> numbered;  // the name and the chain of each number
    read_histogram_file(
        text, path,
        [&](std::string name, HistogramBins bins) {
          std::vector<HistogramChain>& chains = data_->histograms[name];
          std::size_t chain = chains.size();
          // A run that was overwritten and goes on has two files of one writer.
          for (const auto& [known, index] : chains_)
            if (known == name && chains[index].bins == bins) chain = index;
          if (chain == chains.size()) chains.push_back({std::move(bins), {}});
          numbered.emplace_back(std::move(name), chain);
        },
        [&](std::size_t number, std::string_view record, std::size_t offset) {
          const auto& [name, chain] = numbered[number];
          if (is_left_out(name, ByteReader(record).signed_varint(), offset)) return;
          data_->histograms[name][chain].add(record);
        });
    chains_.insert(chains_.end(), numbered.begin(), numbered.end());
  }

  [[nodiscard]] std::set<std::pair<std::string, std::int64_t>> steps_of_series() const {
    std::set<std::pair<std::string, std::int64_t>> steps;
    for (const auto& [id, series] : data_->series)
      for (const SeriesEntry& entry : series) steps.emplace(id, entry.step);
    return steps;
  }

  [[nodiscard]] bool is_left_out(const std::string& id, std::int64_t step, std::uint64_t offset) const {
    return std::any_of(rewinds_.begin(), rewinds_.end(), [&](const Rewind& one) {
      return step >= one.step && one.is_of(id) && one.reaches(place_, offset);
    });
  }

  std::shared_ptr<FileSystem> fs_;
  std::string folder_;
  std::vector<Rewind> rewinds_;
  std::string place_;  // of the file in the run's folder
  std::unique_ptr<SeriesData> data_ = std::make_unique<SeriesData>();
  std::string writer_;
  std::set<std::pair<std::string, std::int64_t>> earlier_series_;  // of the writers before
  std::set<std::string> earlier_tables_;
  std::vector<std::pair<std::string, std::size_t>> chains_;  // of this writer
};

/// Reads those files, the ones of "main" first.
inline std::unique_ptr<SeriesData> read_series_files(const std::shared_ptr<FileSystem>& fs, const std::string& folder,
                                                     std::vector<std::string> names,
                                                     const std::vector<Rewind>& rewinds = {}) {
  std::stable_sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    const std::string of_a = writer_of_series(a), of_b = writer_of_series(b);
    return (of_a != "main" ? of_a : std::string()) < (of_b != "main" ? of_b : std::string());
  });
  std::vector<std::string> paths;
  for (const std::string& name : names) paths.push_back(joined(series_folder(folder), name));
  const std::vector<Bytes> contents = fs->read_many(paths);
  SeriesBuilder builder(fs, folder, rewinds);
  for (std::size_t i = 0; i < names.size(); ++i) builder.read(names[i], view(contents[i]));
  std::unique_ptr<SeriesData> data = builder.take();
  for (auto at = data->histograms.begin(); at != data->histograms.end();) {
    std::vector<HistogramChain>& chains = at->second;
    // One of which no step counts has bins only.
    const auto is_empty = [](const HistogramChain& chain) { return chain.records.empty(); };
    if (!rewinds.empty()) chains.erase(std::remove_if(chains.begin(), chains.end(), is_empty), chains.end());
    at = chains.empty() ? data->histograms.erase(at) : std::next(at);
  }
  return data;
}

/// How many bytes of a file in series/ are whole lines or records. A writer that goes on cuts off the rest.
inline std::uint64_t whole_size_of_series(const FileSystem& fs, const std::string& path) {
  const Bytes text = fs.read(path);
  if (ends_with(path, ".csv")) return read_series_csv(view(text), path, [](const SeriesLine&, std::size_t) {});
  return read_histogram_file(
      view(text), path, [](const std::string&, const HistogramBins&) {},
      [](std::size_t, std::string_view, std::size_t) {});
}

/// The files below series/ that the metadata name, and those that they name in turn. Nothing if one cannot be read.
inline std::optional<std::set<std::string>> named_series_files(const FileSystem& fs, const std::string& folder,
                                                               const std::vector<std::string>& names) {
  std::set<std::string> files(names.begin(), names.end());
  for (const std::string& name : names) {
    if (!ends_with(name, ".csv")) continue;
    try {
      const std::string path = joined(series_folder(folder), name);
      const Bytes text = fs.read(path);
      read_series_csv(view(text), path, [&](const SeriesLine& line, std::size_t) { files.insert(line.file); });
    } catch (const Error&) {
      return std::nullopt;
    }
  }
  return files;
}

/// The series of a run whose metadata have been read. `read_run_again` reads them again, and throws NotFoundError if
/// the run is gone.
class StoredSeries final : public UnreadSeries {
 public:
  using ReadAgain = MetadataFile (*)(const FileSystem& fs, const std::string& folder);

  StoredSeries(std::shared_ptr<FileSystem> fs, std::string folder, const MetadataFile& run, ReadAgain read_again)
      : fs_(std::move(fs)),
        folder_(std::move(folder)),
        are_named_(run.history_files.has_value()),
        names_(run.series_files),
        rewinds_(run.record.rewinds),
        timestamp_(run.record.timestamp_utc),
        finished_(run.record.finished_utc),
        read_again_(read_again) {}

  [[nodiscard]] const SeriesData& read() const override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (data_) return *data_;
    constexpr int attempts = 10;
    for (int i = 1;; ++i) {
      try {
        std::unique_ptr<SeriesData> read =
            read_series_files(fs_, folder_, are_named_ ? names_ : series_lists(*fs_, folder_), rewinds_);
        expect_same_run();
        data_ = std::move(read);
        return *data_;
      } catch (const NotFoundError&) {
        expect_same_run();
        // An older version of ERM copies the metadata, but not the files that it does not know.
        if (are_named_ && fs_->files_below(series_folder(folder_)).empty()) {
          data_ = std::make_unique<SeriesData>();
          return *data_;
        }
        if (i == attempts) throw;  // the run may have been on its way to the trash and back
      }
    }
  }

 private:
  void expect_same_run() const {
    const MetadataFile now = read_again_(*fs_, folder_);
    if (now.record.timestamp_utc == timestamp_ && (!finished_ || now.record.finished_utc == finished_)) return;
    throw NotFoundError("cannot read the series of the run '" + folder_ +
                        "': another run took its place since it was loaded; load it again");
  }

  std::shared_ptr<FileSystem> fs_;
  std::string folder_;
  bool are_named_;
  std::vector<std::string> names_;
  std::vector<Rewind> rewinds_;
  TimePoint timestamp_;
  std::optional<TimePoint> finished_;
  ReadAgain read_again_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<SeriesData> data_;
};

}  // namespace erm::detail

// Reads a run's folder: its metadata, its history, and the files of other writers and editors.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/detail/run/provenance_merge.hpp"
#include "erm/detail/run/read_ahead.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/detail/store/console_reader.hpp"
#include "erm/detail/store/history_reader.hpp"
#include "erm/detail/store/metadata.hpp"
#include "erm/detail/store/metadata_reader.hpp"
#include "erm/detail/store/run_edits.hpp"
#include "erm/detail/store/run_life.hpp"
#include "erm/detail/store/series_reader.hpp"
#include "erm/detail/store/stored_content.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

inline Bytes metadata_bytes(const FileSystem& fs, const std::string& folder) {
  try {
    return fs.read_bounded(metadata_path(folder));
  } catch (const NotFoundError&) {
    throw NotFoundError("there is no run at '" + folder + "': it has no " + std::string(metadata_filename) +
                        "; check the path, or list_runs");
  }
}

/// Throws Error if `size` bytes of metadata are more than the store's readers accept.
inline void refuse_oversized(const FileSystem& fs, const std::string& operation, std::uint64_t size) {
  if (size <= fs.max_metadata_size()) return;
  throw Error("cannot " + operation + ": its metadata have " + std::to_string(size) +
              " bytes, and readers accept at most " + std::to_string(fs.max_metadata_size()) +
              "; log long texts, lists and dicts as artifacts, or allow more with set_max_metadata_size of the " +
              "FileSystem, which its readers then need, too");
}

/// Reads `bytes`, which metadata_bytes() has given. Also returns them if `content` is not null.
inline MetadataFile read_metadata(const FileSystem& fs, const std::string& folder, Bytes bytes, Bytes* content) {
  const std::string path = metadata_path(folder);
  for (;;) {
    try {
      MetadataFile metadata = MetadataReader::read(view(bytes), path);
      if (content != nullptr) *content = std::move(bytes);
      return metadata;
    } catch (const FormatError&) {
      // A network file system may mix what was there with what has replaced it.
      Bytes again = metadata_bytes(fs, folder);
      if (again == bytes) throw;
      bytes = std::move(again);
    }
  }
}
inline MetadataFile read_metadata(const FileSystem& fs, const std::string& folder, Bytes* content = nullptr) {
  return read_metadata(fs, folder, metadata_bytes(fs, folder), content);
}

/// FileSystem::read_bounded() of each path, in one call if the store is on another machine.
inline std::vector<Bytes> read_many_bounded(const FileSystem& fs, const std::vector<std::string>& paths) {
  std::vector<Bytes> contents;
  if (fs.has_folders()) {
    contents.reserve(paths.size());
    for (const std::string& path : paths) contents.push_back(fs.read_bounded(path));
    return contents;
  }
  contents = fs.read_many(paths);
  for (std::size_t i = 0; i < paths.size(); ++i) fs.expect_bounded(paths[i], contents[i].size());
  return contents;
}

inline void expect_more_of_the_same(HistoryReader& reader, std::size_t used) {
  try {
    reader.expect_more_of_the_same(used);
  } catch (const std::exception&) {
    // The memory for all of a damaged file's size is not there. Without the hint, reading takes a little longer.
  }
}

/// Reads the file in pieces, because the file of a long run needs more memory than its points.
inline void read_history_file(const FileSystem& fs, const std::string& path, HistoryReader& reader) {
  const FileInfo found = fs.info(path);
  if (found.kind != FileKind::file)
    throw NotFoundError("there is no history file '" + path + "'; check the run's folder");
  constexpr std::size_t of_one_request = std::size_t{4} << 20;
  // On another machine every piece, and the empty piece after the end, would be a request.
  if (!fs.has_folders() && found.size <= of_one_request) return reader.read(view(fs.read(path)), path);
  reader.begin(path, found.size);
  const std::uint64_t longest = (std::max<std::uint64_t>)(of_one_request, fs.max_metadata_size());
  ReadAhead pieces(fs, path, found.size);
  std::size_t used = 0;
  bool is_first = true;
  for (std::string_view text = pieces.next(0); !text.empty(); text = pieces.next(used)) {
    used = reader.consume(text);
    // If the piece ends with a hole of the file, it says nothing about the rest.
    if (std::exchange(is_first, false) && used > text.size() / 2 && used < found.size)
      expect_more_of_the_same(reader, used);
    if (used == 0 && text.size() >= longest && pieces.offset() < found.size)
      throw FormatError("cannot read the history file '" + path + "': after " +
                        std::to_string(pieces.offset() - text.size()) + " bytes it has a line of more than " +
                        std::to_string(longest) + " bytes, which ERM never writes; it was damaged, or is another file");
  }
}

/// The same in one piece if the file is not large.
inline void read_whole_history_file(const FileSystem& fs, const std::string& path, HistoryReader& reader) {
  Bytes content;
  try {
    content = fs.read_bounded(path);
  } catch (const FormatError&) {
    return read_history_file(fs, path, reader);  // it is large
  }
  reader.read(view(content), path);
}

/// The entries of history/, for a run whose metadata do not list its files. If there are none, the run may be moving to
/// the trash or back. So reads the folder again, after checking that the metadata exist.
inline std::vector<FolderEntry> unnamed_history(const FileSystem& fs, const std::string& folder) {
  std::vector<FolderEntry> entries = fs.list(joined(folder, "history"));
  if (!entries.empty()) return entries;
  static_cast<void>(metadata_bytes(fs, folder));  // throws if the run is gone
  return fs.list(joined(folder, "history"));
}

/// The paths of a run's history files.
inline std::vector<std::string> history_paths(const FileSystem& fs, const std::string& folder,
                                              const MetadataFile& metadata) {
  if (!metadata.written_by_erm) return {};  // the Python package overwrote the run: its history files remain
  const std::string history = joined(folder, "history");
  std::vector<std::string> files;
  if (metadata.history_files) {
    files = *metadata.history_files;
  } else {
    for (FolderEntry& entry : unnamed_history(fs, folder))
      if (entry.kind == FileKind::file && ends_with(entry.name, ".csv")) files.push_back(std::move(entry.name));
    std::sort(files.begin(), files.end());
  }
  for (std::string& file : files) file = joined(history, file);
  return files;
}

/// What the writers of a live run other than "main" logged, each in history/<writer>.json.
inline std::vector<MetadataFile> read_other_writers(const FileSystem& fs, const std::string& folder) {
  std::vector<std::string> paths;
  for (const FolderEntry& entry : unnamed_history(fs, folder))
    if (entry.kind == FileKind::file && ends_with(entry.name, ".json"))
      paths.push_back(joined(folder, "history/" + entry.name));
  std::sort(paths.begin(), paths.end());
  std::vector<MetadataFile> writers;
  for (const std::string& path : paths) {
    MetadataFile& read = writers.emplace_back(MetadataReader::read(view(fs.read_bounded(path)), path));
    const std::string_view name = std::string_view(path).substr(joined(folder, "history/").size());
    read.writer = name.substr(0, name.size() - 5);
  }
  return writers;
}

/// The rewinds of all writers of a run, for the files that history_paths() returned. Keeps what it has read of other
/// writers for settle().
inline std::vector<Rewind> rewinds_of(const FileSystem& fs, const std::string& folder, MetadataFile& metadata,
                                      const std::vector<std::string>& paths) {
  std::vector<Rewind> rewinds = metadata.record.rewinds;
  const bool is_alone = paths.empty() || (paths.size() == 1 && last_part(paths.front()) == "main.csv");
  if (metadata.history_files || is_alone) return rewinds;
  if (!metadata.other_writers) metadata.other_writers = read_other_writers(fs, folder);
  for (const MetadataFile& writer : *metadata.other_writers) add_rewinds(rewinds, writer.record.rewinds);
  return rewinds;
}

/// The same rewinds for metadata that list the history files.
inline std::vector<Rewind> rewinds_of_named(const FileSystem& fs, const std::string& folder,
                                            const std::vector<Rewind>& rewinds) {
  std::vector<Rewind> named;
  for (const Rewind& one : rewinds) {
    for (const auto& [file, end] : one.reach) {
      Rewind& here = named.emplace_back(Rewind{one.step, one.metric, {}, {{file, end}}, one.size});
      if (const auto begin = one.from.find(file); begin != one.from.end()) here.from.insert(*begin);
      if (here.size == 0) here.size = fs.info(joined(folder, file)).size;
    }
  }
  return named;
}

/// The same rewinds for metadata that no longer list the history files, since the run goes on.
inline std::vector<Rewind> rewinds_of_unnamed(const FileSystem& fs, const std::string& folder,
                                              std::vector<Rewind> rewinds) {
  const auto is_of_another = [&](const Rewind& one) {
    return one.reach.empty() || one.size != fs.info(joined(folder, one.reach.begin()->first)).size;
  };
  rewinds.erase(std::remove_if(rewinds.begin(), rewinds.end(), is_of_another), rewinds.end());
  for (Rewind& one : rewinds) one.size = 0;
  return rewinds;
}

/// Reads the history of a run into its record, or that of `only` one metric.
inline void read_history(const FileSystem& fs, const std::string& folder, MetadataFile& metadata,
                         const std::string* only = nullptr) {
  const std::vector<std::string> paths = history_paths(fs, folder, metadata);
  const std::vector<Rewind> rewinds = rewinds_of(fs, folder, metadata, paths);
  HistoryReader reader;
  reader.leave_out(rewinds, metadata.history_files.has_value());
  if (only != nullptr) reader.read_only(*only);
  for (const std::string& path : paths) read_history_file(fs, path, reader);
  metadata.record.history = reader.take();
  metadata.record.abandoned = reader.take_abandoned();
}

/// The metadata and the history that belongs to them. Reads both again if an overwrite removes the files meanwhile.
inline MetadataFile read_metadata_and_history(const FileSystem& fs, const std::string& folder,
                                              const std::string* only = nullptr) {
  for (;;) {
    Bytes bytes;
    MetadataFile metadata = read_metadata(fs, folder, &bytes);
    const bool is_named = metadata.history_files && !metadata.history_files->empty();
    try {
      read_history(fs, folder, metadata, only);
      if (!is_named || metadata_bytes(fs, folder) == bytes) return metadata;
    } catch (const Error&) {
      if (!is_named || metadata_bytes(fs, folder) == bytes) throw;
    }
  }
}

/// Points may be newer than the metadata, so the last value of each history becomes the metric. A metric whose value is
/// not in its history was logged without a step after the last point, and does not change.
inline void update_metrics_from_history(RunRecord& record) {
  drop_abandoned_values(record.metrics, record.history, record.abandoned);
  for (const auto& [metric, history] : record.history) {
    const auto known = record.metrics.find(metric);
    const auto& points = history.points();
    const bool is_point = known == record.metrics.end() ||
                          std::any_of(points.rbegin(), points.rend(),
                                      [&](const MetricPoint& point) { return known->second == Value(point.value); });
    if (is_point) record.metrics[metric] = history.last().value;
  }
}

/// Adds to a run what another of its writers logged. The run's own values stay.
inline void add_record(RunRecord& run, RunRecord other, const std::string& writer) {
  add_provenance_of_writer(run, other, writer);
  add_rewinds(run.rewinds, other.rewinds);
  for (std::string& feature : other.features)
    if (std::find(run.features.begin(), run.features.end(), feature) == run.features.end())
      run.features.push_back(std::move(feature));
  for (auto& [param, unit] : other.param_units)
    if (run.params.count(param) == 0) run.param_units[param] = std::move(unit);
  run.params.merge(other.params);
  run.metrics.merge(other.metrics);
  run.goals.merge(other.goals);
  run.axes.merge(other.axes);
  run.has_console = run.has_console || other.has_console;
  run.tags.merge(other.tags);
  if (run.note.empty()) run.note = std::move(other.note);
  if (run.group.empty()) run.group = std::move(other.group);
  for (auto& [name, dict] : other.own_dicts()) {
    Json& whole = run.own_dicts()[name];
    if (whole.is_null()) whole = Json::object();
    dict.update(whole);
    whole = std::move(dict);
  }
}

/// Applies the edits that are stored next to a run's metadata. If there is no such file, the run may be moving to the
/// trash or back. So looks for the file again, after checking that the metadata exist.
inline void apply_edits_of(const FileSystem& fs, const std::string& folder, RunRecord& record) {
  if (record.edits_lie_beside && !fs.are_files({edits_path(folder)})) static_cast<void>(metadata_bytes(fs, folder));
  apply_edits_beside(fs, folder, record);
}

/// Throws NotFoundError if the run was replaced. Call it after reading files that the metadata do not list, because
/// those may have belonged to another run.
inline void expect_same_run(const FileSystem& fs, const std::string& folder, const RunRecord& found) {
  const MetadataFile now = read_metadata(fs, folder);
  if (now.history_files || now.record.timestamp_utc != found.timestamp_utc)
    throw NotFoundError("the run '" + folder + "' was replaced while it was read; read it again");
}

/// Adds what other writers and editors logged to a run's metadata, and finds out whether the run was killed. Throws
/// NotFoundError if the run was moved or replaced meanwhile.
inline void settle(const FileSystem& fs, const std::string& folder, MetadataFile& metadata) {
  const bool has_unnamed_files = metadata.written_by_erm && !metadata.history_files;
  if (has_unnamed_files) {
    if (!metadata.other_writers) metadata.other_writers = read_other_writers(fs, folder);
    for (MetadataFile& writer : *metadata.other_writers) {
      add_record(metadata.record, std::move(writer.record), writer.writer);
      for (StoredArtifact& artifact : writer.artifacts) metadata.artifacts.push_back(std::move(artifact));
    }
  }
  RunRecord& record = metadata.record;
  apply_edits_of(fs, folder, record);
  if (has_unnamed_files) expect_same_run(fs, folder, record);
  drop_abandoned_values(record.metrics, record.history, record.abandoned);
  if (record.status != RunStatus::running) return;
  update_metrics_from_history(record);
  if (is_dead(fs, metadata_path(folder), record)) record.status = RunStatus::killed;
}

/// Adds the artifacts of a run, and its console. Their content is read on demand.
inline void add_artifacts(const std::shared_ptr<FileSystem>& fs, const std::string& folder, MetadataFile& metadata) {
  if (metadata.record.has_console) {
    metadata.record.console = std::make_shared<const StoredConsole>(
        fs, folder, metadata.record,
        [](const FileSystem& store, const std::string& run_folder) { return read_metadata(store, run_folder); });
  }
  std::set<std::string> checked;
  for (StoredArtifact& artifact : metadata.artifacts) {
    if (fs->has_folders()) refuse_links(*fs, folder, artifact.stored_filename, checked);
    auto content = std::make_shared<const StoredContent>(fs, folder, artifact.stored_filename, artifact.size);
    std::string id = artifact.id;
    metadata.record.artifacts.emplace(
        std::move(id), Artifact(artifact.id, std::move(artifact.filename), artifact.type, std::move(content),
                                std::move(artifact.media_type), std::move(artifact.sha256)));
  }
}

/// Lets the run read its series when a program asks for them.
inline void add_series(const std::shared_ptr<FileSystem>& fs, const std::string& folder, MetadataFile& metadata) {
  if (!metadata.written_by_erm || (metadata.history_files && metadata.series_files.empty())) return;
  metadata.record.unread_series = std::make_shared<const StoredSeries>(
      fs, folder, metadata,
      [](const FileSystem& store, const std::string& run_folder) { return read_metadata(store, run_folder); });
}

/// The run for its metadata and history.
inline RunRecord record_of(const std::shared_ptr<FileSystem>& fs, const std::string& folder, MetadataFile&& metadata) {
  settle(*fs, folder, metadata);
  add_artifacts(fs, folder, metadata);
  add_series(fs, folder, metadata);
  return std::move(metadata.record);
}

/// Returns the result of `read`. Calls it again if the run was replaced, or moved to the trash and back, meanwhile.
template <class Read>
auto read_until_whole(const FileSystem& fs, const std::string& folder, Read&& read) {
  constexpr int attempts = 10;
  for (int i = 1;; ++i) {
    try {
      return read();
    } catch (const NotFoundError&) {
      if (i == attempts) throw;
      if (!fs.are_files({metadata_path(folder)}))
        static_cast<void>(metadata_bytes(fs, folder));  // throws: there is no run
    }
  }
}

inline RunRecord read_run(const std::shared_ptr<FileSystem>& fs, const std::string& folder) {
  return read_until_whole(*fs, folder, [&] { return record_of(fs, folder, read_metadata_and_history(*fs, folder)); });
}

/// The metadata and the history that belongs to them, without what settle() adds.
inline MetadataFile read_whole_metadata_and_history(const FileSystem& fs, const std::string& folder,
                                                    const std::string* only = nullptr) {
  return read_until_whole(fs, folder, [&] {
    MetadataFile metadata = read_metadata_and_history(fs, folder, only);
    if (metadata.written_by_erm && !metadata.history_files) expect_same_run(fs, folder, metadata.record);
    return metadata;
  });
}

/// The metadata files of several runs, read with one call.
inline std::vector<Bytes> metadata_bytes_of(const FileSystem& fs, const std::vector<std::string>& folders) {
  std::vector<std::string> paths;
  for (const std::string& folder : folders) paths.push_back(metadata_path(folder));
  try {
    return read_many_bounded(fs, paths);
  } catch (const NotFoundError&) {
    for (const std::string& folder : folders)
      static_cast<void>(metadata_bytes(fs, folder));  // throws for the missing one
    throw;
  }
}

inline std::vector<MetadataFile> read_metadata_of(const FileSystem& fs, const std::vector<std::string>& folders) {
  const std::vector<Bytes> contents = metadata_bytes_of(fs, folders);
  std::vector<MetadataFile> metadata;
  metadata.reserve(folders.size());
  for (std::size_t i = 0; i < folders.size(); ++i)
    metadata.push_back(MetadataReader::read(view(contents[i]), metadata_path(folders[i])));
  return metadata;
}

/// read_metadata_and_history() of several runs, with few calls.
inline std::vector<MetadataFile> read_metadata_and_history_of(const FileSystem& fs,
                                                              const std::vector<std::string>& folders) {
  std::vector<MetadataFile> metadata = read_metadata_of(fs, folders);
  std::vector<std::string> paths;
  std::vector<std::size_t> ends;  // the end of each run's paths in `paths`
  for (std::size_t i = 0; i < folders.size(); ++i) {
    for (std::string& path : history_paths(fs, folders[i], metadata[i])) paths.push_back(std::move(path));
    ends.push_back(paths.size());
  }
  const std::vector<Bytes> histories = fs.has_folders() ? std::vector<Bytes>() : fs.read_many(paths);
  for (std::size_t i = 0, next = 0; i < folders.size(); ++i) {
    const std::vector<std::string> own(paths.begin() + static_cast<std::ptrdiff_t>(next),
                                       paths.begin() + static_cast<std::ptrdiff_t>(ends[i]));
    const std::vector<Rewind> rewinds = rewinds_of(fs, folders[i], metadata[i], own);
    HistoryReader reader;
    reader.leave_out(rewinds, metadata[i].history_files.has_value());
    for (; next < ends[i]; ++next) {
      if (fs.has_folders())
        read_whole_history_file(fs, paths[next], reader);
      else
        reader.read(view(histories[next]), paths[next]);
    }
    metadata[i].record.history = reader.take();
    metadata[i].record.abandoned = reader.take_abandoned();
  }
  return metadata;
}

/// read_run() for each folder. Reads many files in one call, for a store on another machine.
inline std::vector<RunRecord> read_runs(const std::shared_ptr<FileSystem>& fs,
                                        const std::vector<std::string>& folders) {
  constexpr std::size_t at_once = 128;  // the files of this many runs are in memory at the same time
  std::vector<RunRecord> records;
  records.reserve(folders.size());
  for (auto first = folders.begin(); first != folders.end();) {
    const auto last = first + std::min<std::ptrdiff_t>(at_once, folders.end() - first);
    const std::vector<std::string> some(first, last);
    try {
      std::vector<MetadataFile> metadata = read_metadata_and_history_of(*fs, some);
      for (std::size_t i = 0; i < some.size(); ++i) records.push_back(record_of(fs, some[i], std::move(metadata[i])));
    } catch (const NotFoundError&) {
      // An overwrite may have removed a history meanwhile. Read each run separately, which reads again if necessary.
      records.resize(static_cast<std::size_t>(first - folders.begin()));
      for (const std::string& folder : some) records.push_back(read_run(fs, folder));
    }
    first = last;
  }
  return records;
}

}  // namespace erm::detail

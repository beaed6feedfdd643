// One run's folder: written, so that whoever looks sees the whole run or none, and read.
//
// A save claims the run's name ("<parent>/.erm_tmp/<name>", see Claim), puts artifacts and history into the
// run's folder, and commits the metadata last: the claim's own file becomes erm_metadata.json in one rename.
// An overwrite puts new files beside the old ones, commits, and then, under a new claim, removes what no metadata
// names any more; an artifact that is in the folder already stays where it is. What a killed save left is known by its
// abandoned claim, and removed by the next save to the same parent folder.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/detail/history_csv.hpp"
#include "erm/detail/metadata_reader.hpp"
#include "erm/detail/metadata_writer.hpp"
#include "erm/detail/owner.hpp"
#include "erm/detail/run_record.hpp"
#include "erm/detail/stored_names.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

inline std::string metadata_path(const std::string& folder) { return joined(folder, std::string(metadata_filename)); }

/// An artifact's content where a registry has it.
class StoredContent final : public Content {
 public:
  StoredContent(std::shared_ptr<FileSystem> fs, std::string folder, std::string stored_filename,
                std::optional<std::uint64_t> size)
      : fs_(std::move(fs)), folder_(std::move(folder)), stored_filename_(std::move(stored_filename)), size_(size) {}

  [[nodiscard]] std::uint64_t size() const override {
    if (size_) return *size_;
    const FileInfo found = fs_->info(path());
    if (found.kind == FileKind::file) return found.size;
    throw NotFoundError("there is no file '" + path() + "', which its run's metadata names; it was moved or removed");
  }
  std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t size) const override {
    return fs_->read_at(path(), offset, into, size);
  }
  [[nodiscard]] std::size_t read_size() const noexcept override { return fs_->read_size(); }
  [[nodiscard]] std::string path() const { return joined(folder_, "artifacts/" + stored_filename_); }
  [[nodiscard]] const std::string& stored_filename() const noexcept { return stored_filename_; }
  [[nodiscard]] bool lies_in(const FileSystem& fs, const std::string& folder) const {
    return fs_.get() == &fs && folder_ == folder;
  }

 private:
  std::shared_ptr<FileSystem> fs_;
  std::string folder_;  // the run's
  std::string stored_filename_;
  std::optional<std::uint64_t> size_;
};

// ---- reading ----

/// Throws FormatError where a stored artifact is a symbolic link, or lies behind one: it could lead anywhere.
inline void refuse_links(const FileSystem& fs, const std::string& folder, const std::string& stored_filename,
                         std::set<std::string>& checked) {
  const std::string inside = "artifacts/" + stored_filename;
  for (std::size_t end = inside.find('/'); end != std::string::npos + 1; end = inside.find('/', end + 1)) {
    const bool whole = end == std::string::npos;
    const std::string part = inside.substr(0, end);
    if ((whole || checked.insert(part).second) && fs.info(joined(folder, part)).kind == FileKind::link) {
      throw FormatError("cannot read the run '" + metadata_path(folder) + "': '" + part +
                        "' is a symbolic link, which may lead out of the run's folder; put the file itself there");
    }
    if (whole) return;
  }
}

inline Bytes metadata_bytes(const FileSystem& fs, const std::string& folder) {
  try {
    return fs.read(metadata_path(folder));
  } catch (const NotFoundError&) {
    throw NotFoundError("there is no run at '" + folder + "': it has no " + std::string(metadata_filename) +
                        "; check the path, or list_runs");
  }
}

inline MetadataFile read_metadata(const FileSystem& fs, const std::string& folder) {
  const std::string path = metadata_path(folder);
  const Bytes bytes = metadata_bytes(fs, folder);
  return MetadataReader::read(view(bytes), path);
}

/// In pieces: a long run's file would take more memory than its points.
inline void read_history_file(const FileSystem& fs, const std::string& path, HistoryReader& reader) {
  const FileInfo found = fs.info(path);
  if (found.kind != FileKind::file) throw NotFoundError("there is no history file '" + path + "'; check the run's folder");
  std::size_t room = std::size_t{4} << 20;
  // Of a store that is far away each piece, and the end behind it, would be a request.
  if (!fs.has_folders() && found.size <= room) return reader.read(view(fs.read(path)), path);
  reader.begin(path, found.size);
  Bytes piece(static_cast<std::size_t>(std::min<std::uint64_t>(room, found.size)));
  std::size_t kept = 0;  // the begin of a line that the last piece cut
  for (std::uint64_t at = 0;;) {
    const std::size_t got = fs.read_at(path, at, piece.data() + kept, piece.size() - kept);
    if (got == 0) return;
    const std::size_t used = reader.consume(view(piece).substr(0, kept + got));
    if (at == 0 && used > 0 && used < found.size) reader.expect_more_of_the_same(used);
    at += got;
    kept += got;
    if (used == 0 && kept == piece.size()) {
      if (at >= found.size) return;
      room *= 2;
      piece.resize(room);
    }
    kept -= used;
    std::memmove(piece.data(), piece.data() + used, kept);
  }
}

/// The paths of a run's history files.
inline std::vector<std::string> history_paths(const FileSystem& fs, const std::string& folder,
                                              const MetadataFile& metadata) {
  if (!metadata.written_by_erm) return {};  // the Python package leaves the files of a run that it overwrites
  const std::string history = joined(folder, "history");
  std::vector<std::string> files;
  if (metadata.history_files) {
    files = *metadata.history_files;
  } else {
    for (FolderEntry& entry : fs.list(history))
      if (entry.kind == FileKind::file && ends_with(entry.name, ".csv")) files.push_back(std::move(entry.name));
    std::sort(files.begin(), files.end());
  }
  for (std::string& file : files) file = joined(history, file);
  return files;
}

inline std::map<std::string, MetricHistory> read_history(const FileSystem& fs, const std::string& folder,
                                                         const MetadataFile& metadata) {
  HistoryReader reader;
  for (const std::string& path : history_paths(fs, folder, metadata)) read_history_file(fs, path, reader);
  return reader.take();
}

/// The metadata and the history that belongs to it: where an overwrite takes the files away meanwhile, the new ones.
inline MetadataFile read_metadata_and_history(const FileSystem& fs, const std::string& folder) {
  const std::string path = metadata_path(folder);
  for (;;) {
    const Bytes bytes = metadata_bytes(fs, folder);
    MetadataFile metadata = MetadataReader::read(view(bytes), path);
    const bool is_named = metadata.history_files && !metadata.history_files->empty();
    try {
      metadata.record.history = read_history(fs, folder, metadata);
      if (!is_named || metadata_bytes(fs, folder) == bytes) return metadata;
    } catch (const Error&) {
      if (!is_named || metadata_bytes(fs, folder) == bytes) throw;
    }
  }
}

/// Whether a run that says it is running is not: its process was on this machine and is gone, or it was silent for
/// four heartbeats.
inline bool is_dead(const RunRecord& record) {
  const Owner owner = Owner::of(record.owner);
  const Owner reader = Owner::this_process();
  const auto boot = [](const Owner& one) { return one.started.substr(0, one.started.find(' ')); };
  // Machines may share a name; of another boot the process may be one of another machine.
  if (owner.host == reader.host && boot(owner) == boot(reader)) return owner.is_gone();
  const TimePoint last_seen = record.heartbeat_utc.value_or(record.timestamp_utc);
  constexpr std::int64_t century = std::int64_t{100} * 366 * 86400;  // a file may say anything
  return now_utc() - last_seen > std::chrono::seconds(4 * std::clamp<std::int64_t>(record.heartbeat_seconds, 0, century));
}

/// Throws RunExistsError where a live process has the run open.
inline void refuse_if_alive(const RunRecord& found, const std::string& cannot) {
  if (found.status != RunStatus::running || is_dead(found)) return;
  const Owner owner = Owner::of(found.owner);
  throw RunExistsError(cannot + ": the process " + owner.process + " on " + owner.host +
                       " has it open, last heard of at " +
                       time_text(found.heartbeat_utc.value_or(found.timestamp_utc)) + "; end that process, or take " +
                       "another id");
}

/// Points may be newer than the metadata: their last values become the metrics, but for a metric that was logged
/// without a step since, whose value is no point's.
inline void take_newer_metrics(RunRecord& record) {
  for (const auto& [metric, history] : record.history) {
    const auto known = record.metrics.find(metric);
    const auto& points = history.points();
    const bool is_point = known == record.metrics.end() ||
                          std::any_of(points.rbegin(), points.rend(), [&](const MetricPoint& point) {
                            return known->second == Value(point.value);
                          });
    if (is_point) record.metrics[metric] = history.last().value;
  }
}

/// What the writers of a live run other than "main" logged, each in history/<writer>.json.
inline std::vector<MetadataFile> read_other_writers(const FileSystem& fs, const std::string& folder) {
  std::vector<std::string> paths;
  for (const FolderEntry& entry : fs.list(joined(folder, "history")))
    if (entry.kind == FileKind::file && ends_with(entry.name, ".json"))
      paths.push_back(joined(folder, "history/" + entry.name));
  std::sort(paths.begin(), paths.end());
  std::vector<MetadataFile> writers;
  for (const std::string& path : paths) writers.push_back(MetadataReader::read(view(fs.read(path)), path));
  return writers;
}

/// Adds to a run what another of its writers logged; what the run has itself stays.
inline void add_record(RunRecord& run, RunRecord other) {
  for (std::string& feature : other.features)
    if (std::find(run.features.begin(), run.features.end(), feature) == run.features.end())
      run.features.push_back(std::move(feature));
  run.params.merge(other.params);
  run.metrics.merge(other.metrics);
  run.goals.merge(other.goals);
  for (auto& [name, dict] : other.own_dicts()) {
    Json& whole = run.own_dicts()[name];
    if (whole.is_null()) whole = Json::object();
    dict.update(whole);
    whole = std::move(dict);
  }
}

/// A run of its metadata and history.
inline RunRecord record_of(const std::shared_ptr<FileSystem>& fs, const std::string& folder, MetadataFile&& metadata) {
  if (metadata.written_by_erm && !metadata.history_files) {
    for (MetadataFile& writer : read_other_writers(*fs, folder)) {
      add_record(metadata.record, std::move(writer.record));
      for (StoredArtifact& artifact : writer.artifacts) metadata.artifacts.push_back(std::move(artifact));
    }
  }
  RunRecord record = std::move(metadata.record);
  if (record.status == RunStatus::running) {
    take_newer_metrics(record);
    if (is_dead(record)) record.status = RunStatus::killed;
  }
  std::set<std::string> checked;
  for (StoredArtifact& artifact : metadata.artifacts) {
    if (fs->has_folders()) refuse_links(*fs, folder, artifact.stored_filename, checked);
    auto content = std::make_shared<const StoredContent>(fs, folder, artifact.stored_filename, artifact.size);
    std::string id = artifact.id;
    record.artifacts.emplace(std::move(id), Artifact(artifact.id, std::move(artifact.filename), artifact.type,
                                                     std::move(content), std::move(artifact.media_type),
                                                     std::move(artifact.sha256)));
  }
  return record;
}

inline RunRecord read_run(const std::shared_ptr<FileSystem>& fs, const std::string& folder) {
  return record_of(fs, folder, read_metadata_and_history(*fs, folder));
}

/// The metadata files of several runs, asked for together.
inline std::vector<Bytes> metadata_bytes_of(const FileSystem& fs, const std::vector<std::string>& folders) {
  std::vector<std::string> paths;
  for (const std::string& folder : folders) paths.push_back(metadata_path(folder));
  try {
    return fs.read_many(paths);
  } catch (const NotFoundError&) {
    for (const std::string& folder : folders) static_cast<void>(metadata_bytes(fs, folder));  // says which
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

/// read_metadata_and_history() of several runs, asked for together.
inline std::vector<MetadataFile> read_metadata_and_history_of(const FileSystem& fs,
                                                              const std::vector<std::string>& folders) {
  std::vector<MetadataFile> metadata = read_metadata_of(fs, folders);
  std::vector<std::string> paths;
  std::vector<std::size_t> ends;  // of each run's, in paths
  for (std::size_t i = 0; i < folders.size(); ++i) {
    for (std::string& path : history_paths(fs, folders[i], metadata[i])) paths.push_back(std::move(path));
    ends.push_back(paths.size());
  }
  const std::vector<Bytes> histories = fs.read_many(paths);
  for (std::size_t i = 0, next = 0; i < folders.size(); ++i) {
    HistoryReader reader;
    for (; next < ends[i]; ++next) reader.read(view(histories[next]), paths[next]);
    metadata[i].record.history = reader.take();
  }
  return metadata;
}

/// read_run() of each folder; a store that is far away is asked for many files at once.
inline std::vector<RunRecord> read_runs(const std::shared_ptr<FileSystem>& fs,
                                        const std::vector<std::string>& folders) {
  constexpr std::size_t at_once = 128;  // what is read and not yet taken apart is held in memory
  std::vector<RunRecord> records;
  records.reserve(folders.size());
  for (auto first = folders.begin(); first != folders.end();) {
    const auto last = first + std::min<std::ptrdiff_t>(at_once, folders.end() - first);
    const std::vector<std::string> some(first, last);
    try {
      std::vector<MetadataFile> metadata = read_metadata_and_history_of(*fs, some);
      for (std::size_t i = 0; i < some.size(); ++i) records.push_back(record_of(fs, some[i], std::move(metadata[i])));
    } catch (const NotFoundError&) {
      // An overwrite may have taken a history away meanwhile: each run by itself looks again.
      records.resize(static_cast<std::size_t>(first - folders.begin()));
      for (const std::string& folder : some) records.push_back(read_run(fs, folder));
    }
    first = last;
  }
  return records;
}

// ---- writing ----

/// Removes the files of a run's folder that its metadata does not name.
inline void remove_unnamed(FileSystem& fs, const std::string& folder, const std::set<std::string>& artifacts,
                           const std::set<std::string>& history) {
  for (const auto& [part, named] : {std::pair("artifacts", &artifacts), std::pair("history", &history)}) {
    const std::string inside = joined(folder, part);
    std::set<std::string> emptied;
    std::vector<std::string> unnamed;
    for (const std::string& file : fs.files_below(inside)) {
      if (named->count(file) != 0) continue;
      unnamed.push_back(joined(inside, file));
      for (std::size_t slash = file.rfind('/'); slash != std::string::npos && slash > 0;
           slash = file.rfind('/', slash - 1))
        emptied.insert(file.substr(0, slash));
    }
    fs.remove_many(unnamed);
    for (auto i = emptied.rbegin(); i != emptied.rend(); ++i) fs.remove_if_empty(joined(inside, *i));
    fs.remove_if_empty(inside);
  }
}

/// Removes what a killed save left in a run's folder, whose claim is held. A run that was there before stays.
inline void remove_leftovers(FileSystem& fs, const std::string& folder) {
  if (fs.info(folder).kind != FileKind::folder) return;
  if (fs.info(metadata_path(folder)).kind == FileKind::missing) {
    fs.remove(joined(folder, "artifacts"));
    fs.remove(joined(folder, "history"));
    fs.remove_if_empty(folder);
    return;
  }
  MetadataFile metadata;
  try {
    metadata = read_metadata(fs, folder);
  } catch (const FormatError&) {
    return;  // nobody knows which files are a damaged run's
  }
  if (!metadata.history_files) return;  // a live run's: its writers' files are named nowhere
  std::set<std::string> artifacts;
  for (const StoredArtifact& artifact : metadata.artifacts) artifacts.insert(artifact.stored_filename);
  remove_unnamed(fs, folder, artifacts, {metadata.history_files->begin(), metadata.history_files->end()});
}

/// Removes what killed saves left in `parent`.
inline void sweep(FileSystem& fs, const std::string& parent, const std::string& own_name) {
  const std::string claims = joined(parent, claims_folder);
  for (const std::string& name : fs.old_claims(claims)) {
    if (name == own_name) continue;
    try {
      const std::unique_ptr<Claim> claim = fs.claim(joined(claims, name));
      if (!claim) continue;
      if (claim->was_abandoned())
        remove_leftovers(fs, joined(parent, name));
      else
        fs.remove_if_empty(joined(parent, name));  // killed between making the folder and begin()
    } catch (const IoError&) {
      // Another user's, who alone may remove it; it stands in nobody's way.
    }
  }
}

/// In hexadecimal digits.
inline std::string sha256_of(const Content& content) {
  Sha256 hash;
  if (const auto* const held = dynamic_cast<const BytesContent*>(&content)) {
    hash.update(held->bytes().data(), held->bytes().size());
    return hash.hex();
  }
  Bytes chunk(content.read_size());
  std::uint64_t done = 0;
  while (const std::size_t got = content.read_at(done, chunk.data(), chunk.size())) {
    hash.update(chunk.data(), got);
    done += got;
  }
  return hash.hex();
}

enum class SaveOutcome { saved, exists, is_being_saved, holds_other_files };

/// Saves a run to one folder.
class RunSaver {
 public:
  RunSaver(FileSystem& fs, const RunRecord& record, std::string run_id, std::string folder, Durability durability)
      : fs_(fs), record_(record), run_id_(std::move(run_id)), folder_(std::move(folder)), durability_(durability) {
    while (folder_.size() > 1 && folder_.back() == '/') folder_.pop_back();
  }

  /// A run's files may be replaced, others never: `holds_other_files` says that the folder has some and no run.
  SaveOutcome save(bool overwrite) {
    const std::string parent = folder_of(folder_);
    const std::string name = last_part(folder_);
    const std::string claimed = joined(joined(parent, claims_folder), name);
    if (durability_ == Durability::durable && fs_.has_folders()) make_folders(parent);
    std::unique_ptr<Claim> claim = fs_.claim(claimed);
    if (!claim) return SaveOutcome::is_being_saved;
    if (claim->may_have_neighbours()) sweep(fs_, parent, name);
    if (claim->was_abandoned()) remove_leftovers(fs_, folder_);
    is_new_ = fs_.make_folder(folder_);
    if (!is_new_) {
      if (fs_.are_files({metadata_path(folder_)})) {
        if (!overwrite) return SaveOutcome::exists;
        look_at_replaced();
      } else {
        check_is_folder();
        if (!fs_.list(folder_).empty()) return SaveOutcome::holds_other_files;
      }
    }
    claim->begin();
    std::string text;
    try {
      name_artifacts();
      write_files();
      sync();
      const bool ends_now = record_.status == RunStatus::finished && !record_.finished_utc;
      text = MetadataWriter::text(record_, run_id_, artifacts_, history_, ends_now ? now_utc() : record_.finished_utc);
      claim->commit(metadata_path(folder_), text, durability_);
    } catch (...) {
      undo(text);
      throw;
    }
    if (!is_new_) {
      claim.reset();
      remove_replaced(claimed);
    }
    return SaveOutcome::saved;
  }

 private:
  /// Makes a folder and those above it, each on the disk before what is in it.
  void make_folders(const std::string& path) {
    if (path == "." || path == "/" || path.empty() || fs_.info(path).kind != FileKind::missing) return;
    const std::string parent = folder_of(path);
    make_folders(parent);
    if (fs_.make_folder(path) && fs_.info(path).kind == FileKind::folder) fs_.sync_folder(parent);
  }

  void check_is_folder() const {
    const FileKind kind = fs_.info(folder_).kind;
    if (kind == FileKind::file || kind == FileKind::other)
      throw IoError::failed_to("save a run to", folder_, std::make_error_code(std::errc::not_a_directory));
  }

  /// What is in the folder already: names not to be used, and files that may stay.
  void look_at_replaced() {
    for (const char* const part : {"artifacts", "history"}) {
      // Through a link the files of another folder would be taken for those of the run, and removed.
      if (fs_.info(joined(folder_, part)).kind == FileKind::link) {
        throw FormatError("cannot replace the run '" + metadata_path(folder_) + "': '" + part +
                          "' is a symbolic link, which may lead out of the run's folder; remove the link");
      }
    }
    for (const std::string& file : fs_.files_below(joined(folder_, "artifacts"))) {
      names_.take(file);
      there_.insert(file);
    }
    for (const std::string& file : fs_.files_below(joined(folder_, "history"))) histories_there_.insert(file);
    try {
      MetadataFile replaced = read_metadata(fs_, folder_);
      refuse_if_alive(replaced.record, "cannot replace the run '" + folder_ + "'");
      for (StoredArtifact& artifact : replaced.artifacts) replaced_.emplace(artifact.id, std::move(artifact));
    } catch (const FormatError&) {
      // A run that cannot be read may be replaced all the same; then none of its files stays.
    }
  }

  /// A file that is yet to be written: an artifact's, or the history's.
  struct Pending {
    const Content* content;
    const Artifact* artifact;  // null for the history
    std::size_t entry;         // in artifacts_
  };

  /// Tells which artifacts are there already.
  void name_artifacts() {
    for (const auto& [id, artifact] : record_.artifacts) {
      StoredArtifact entry = {id,         {},
                              artifact.filename(), artifact.type(),
                              artifact.media_type(), artifact.size(),
                              artifact.sha256()};
      const auto* const stored = dynamic_cast<const StoredContent*>(artifact.content().get());
      entry.is_as_loaded = stored != nullptr;
      if (stored != nullptr && !is_new_ && stored->lies_in(fs_, folder_) && is_named(id, stored->stored_filename())) {
        entry.stored_filename = stored->stored_filename();
      } else {
        std::uint8_t first = 0;
        if (stored != nullptr) stored->read_at(0, &first, 1);  // throws where it is lost, before its name is anew
        if (!entry.sha256) entry.sha256 = sha256_of(*artifact.content());
        if (stays(entry))
          entry.stored_filename = replaced_.at(id).stored_filename;
        else
          pending_.push_back({artifact.content().get(), &artifact, artifacts_.size()});
      }
      artifacts_.push_back(std::move(entry));
    }
  }

  /// Whether the run that is replaced names that file for that artifact, be it there or lost.
  [[nodiscard]] bool is_named(const std::string& id, const std::string& stored_filename) const {
    const auto same = replaced_.find(id);
    return same != replaced_.end() && same->second.stored_filename == stored_filename;
  }

  /// Whether the run that is replaced has the same artifact with the same content.
  [[nodiscard]] bool stays(const StoredArtifact& entry) const {
    const auto same = replaced_.find(entry.id);
    return same != replaced_.end() && same->second.sha256 == entry.sha256 && same->second.size == entry.size &&
           same->second.filename == entry.filename && there_.count(same->second.stored_filename) != 0;
  }

  /// Stores what is pending under names that are free.
  void write_files() {
    std::optional<BytesContent> history;
    if (!record_.history.empty()) {
      history.emplace(to_bytes(history_csv(record_.history)));
      pending_.push_back({&*history, nullptr, 0});
    }
    while (!pending_.empty()) {
      std::vector<NewFile> files;
      std::vector<std::string> names;
      for (const Pending& each : pending_) {
        names.push_back(each.artifact ? names_.choose(each.artifact->filename()) : free_history_name());
        files.push_back({joined(folder_, (each.artifact ? "artifacts/" : "history/") + names.back()), each.content});
      }
      const std::vector<bool> created = create_files(files);
      std::vector<Pending> taken;
      for (std::size_t i = 0; i < files.size(); ++i) {
        if (!created[i]) {
          taken.push_back(pending_[i]);
        } else if (pending_[i].artifact) {
          artifacts_[pending_[i].entry].stored_filename = std::move(names[i]);
        } else {
          history_.push_back(std::move(names[i]));
        }
      }
      pending_ = std::move(taken);
    }
  }

  /// No file that is there may be among those that a failed save removes.
  std::string free_history_name() {
    for (int i = 1;; ++i) {
      std::string name = i == 1 ? "main.csv" : "main-" + std::to_string(i) + ".csv";
      if (histories_there_.insert(name).second) return name;
    }
  }

  std::vector<bool> create_files(const std::vector<NewFile>& files) {
    // A failure may leave any of them, so that all are removed then; else only what was made is this save's.
    const std::size_t before = written_.size();
    for (const NewFile& file : files) written_.push_back(file.path);
    std::vector<bool> created = fs_.create_many(files, durability_);
    written_.resize(before);
    for (std::size_t i = 0; i < files.size(); ++i)
      if (created[i]) written_.push_back(files[i].path);
    return created;
  }

  /// The names of all that was written, before the metadata makes it a run.
  void sync() {
    if (durability_ != Durability::durable || !fs_.has_folders()) return;
    std::set<std::string> folders = {folder_};
    for (const std::string& path : written_)
      for (std::string at = folder_of(path); at.size() > folder_.size(); at = folder_of(at)) folders.insert(at);
    for (auto i = folders.rbegin(); i != folders.rend(); ++i) fs_.sync_folder(*i);
    if (is_new_) fs_.sync_folder(folder_of(folder_));
  }

  void remove_replaced(const std::string& claimed) {
    try {
      // Another save may have begun since the commit: then it does this.
      if (const std::unique_ptr<Claim> claim = fs_.claim(claimed)) remove_leftovers(fs_, folder_);
    } catch (const Error&) {
      // The run is saved, and no reader looks at what stays; the next overwrite tries again.
    }
  }

  void undo(const std::string& text) noexcept {
    try {
      // A commit may fail after the metadata is in its place: then this is a run.
      if (!text.empty() && fs_.info(metadata_path(folder_)).kind == FileKind::file &&
          view(fs_.read(metadata_path(folder_))) == text)
        return;
      fs_.remove_many(written_);
      for (const std::string& path : written_)
        for (std::string at = folder_of(path); at.size() > folder_.size(); at = folder_of(at)) fs_.remove_if_empty(at);
      if (is_new_) remove_leftovers(fs_, folder_);
    } catch (const std::exception&) {
      // The first error is on its way to the caller; what stays is removed by the next save.
    }
  }

  FileSystem& fs_;
  const RunRecord& record_;
  std::string run_id_;
  std::string folder_;
  Durability durability_;
  bool is_new_ = false;
  std::map<std::string, StoredArtifact> replaced_;  // of the run that is overwritten, by artifact id
  std::set<std::string> there_;                     // its artifacts' files
  std::set<std::string> histories_there_;           // its history's, and those that were tried
  StoredNames names_;
  std::vector<Pending> pending_;
  std::vector<StoredArtifact> artifacts_;
  std::vector<std::string> history_;
  std::vector<std::string> written_;
};

}  // namespace erm::detail

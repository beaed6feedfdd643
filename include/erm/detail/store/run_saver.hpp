// Writes a run's folder atomically: a reader sees the complete run or none.
//
// A save claims the run's name ("<parent>/.erm_tmp/<name>", see Claim), writes artifacts and history to the run's
// folder, and commits the metadata last: one rename turns the file of the claim into erm_metadata.json.
//
// An overwrite writes new files next to the old ones and commits. Then, under a new claim, it removes the files that
// the metadata no longer list. An artifact that is in the folder already stays where it is. The names of new files
// contain the time of the overwrite, so that no name is used twice: a reader with older metadata finds the files that
// they list, or none, but never newer ones.
//
// The claim of a killed save is abandoned. The next save to the same parent folder removes what it left.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/run/contents.hpp"
#include "erm/detail/run/record_json.hpp"
#include "erm/detail/store/console_file.hpp"
#include "erm/detail/store/history_csv.hpp"
#include "erm/detail/store/metadata_writer.hpp"
#include "erm/detail/store/run_claim.hpp"
#include "erm/detail/store/run_reader.hpp"
#include "erm/detail/store/series_writer.hpp"
#include "erm/detail/store/stored_content.hpp"
#include "erm/detail/store/stored_names.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

enum class SaveOutcome { saved, exists, is_being_saved, holds_other_files };

/// Saves a run to one folder.
class RunSaver {
 public:
  /// save() calls `make_place` while it holds the claim on the run's name; see RegistryVariant.
  RunSaver(FileSystem& fs, const RunRecord& record, std::string run_id, std::string folder, Durability durability,
           std::function<void()> make_place = {})
      : fs_(fs),
        record_(record),
        run_id_(std::move(run_id)),
        folder_(std::move(folder)),
        durability_(durability),
        make_place_(std::move(make_place)) {
    while (folder_.size() > 1 && folder_.back() == '/') folder_.pop_back();
  }

  /// Replaces only the files of a run. `holds_other_files`: the folder has files, but no run.
  SaveOutcome save(bool overwrite) {
    const std::string parent = folder_of(folder_);
    const std::string name = last_part(folder_);
    const std::string claimed = claim_path(folder_);
    if (durability_ == Durability::durable && fs_.has_folders()) make_folders(parent);
    std::unique_ptr<Claim> claim = fs_.claim(claimed);
    if (!claim) return SaveOutcome::is_being_saved;
    if (claim->may_have_neighbours()) sweep(fs_, parent, name);
    clean_up_abandoned(fs_, *claim, folder_);
    if (make_place_) make_place_();
    is_new_ = fs_.make_folder(folder_);
    if (!is_new_) {
      refuse_linked_folder();
      if (fs_.are_files({metadata_path(folder_)})) {
        if (!overwrite) return SaveOutcome::exists;
        read_replaced();
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
      write_series();
      write_consoles();
      sync();
      const bool ends_now = record_.status == RunStatus::finished && !record_.finished_utc;
      text = MetadataWriter::text(record_, run_id_, artifacts_, history_, ends_now ? now_utc() : record_.finished_utc,
                                  series_, rewinds_, &consoles_);
      refuse_oversized(fs_, "save the run '" + run_id_ + "' to '" + folder_ + "'", text.size());
      claim->commit(metadata_path(folder_), text, durability_);
    } catch (...) {
      if (!undo(text)) claim->abandon();  // tells the next save to clean up
      throw;
    }
    if (!is_new_) {
      claim.reset();
      remove_replaced(claimed);
    }
    return SaveOutcome::saved;
  }

 private:
  /// Creates a folder and the folders above it, and brings each to disk before its content.
  void make_folders(const std::string& path) {
    if (path == "." || path == "/" || path.empty() || fs_.info(path).kind != FileKind::missing) return;
    const std::string parent = folder_of(path);
    make_folders(parent);
    if (fs_.make_folder(path) && fs_.info(path).kind == FileKind::folder) fs_.sync_folder(parent);
  }

  /// In a registry a link could lead to anyone's folder. Whoever gives a path of their own may give a link.
  void refuse_linked_folder() const {
    if (make_place_ && fs_.has_folders() && fs_.info(folder_).kind == FileKind::link)
      throw FormatError("cannot save the run to '" + folder_ +
                        "': it is a symbolic link, which may lead out of the registry; remove the link");
  }

  void check_is_folder() const {
    const FileKind kind = fs_.info(folder_).kind;
    if (kind == FileKind::file || kind == FileKind::other)
      throw IoError::failed_to("save a run to", folder_, std::make_error_code(std::errc::not_a_directory));
  }

  /// Reads what is in the folder: used names, and files that can be kept.
  void read_replaced() {
    const std::string mark = filename_time(now_utc());
    names_ = StoredNames(mark);
    history_mark_ = "-" + mark;
    for (const char* const part : {"artifacts", "history", "series", "console"}) {
      // Behind a link the files of another folder would count as files of the run, and would be removed.
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
    table_names_ = StoredNames(mark);
    for (const std::string& file : fs_.files_below(series_folder(folder_))) {
      series_there_.insert(file);
      if (file.rfind("tables/", 0) == 0) table_names_.take(file.substr(7));
    }
    try {
      MetadataFile replaced = read_metadata(fs_, folder_);
      refuse_if_alive(fs_, metadata_path(folder_), replaced.record, {"cannot replace the run '" + folder_ + "'"});
      if (replaced.written_by_erm && !replaced.history_files) name_files_of(replaced);
      for (StoredArtifact& artifact : replaced.artifacts) replaced_.emplace(artifact.id, std::move(artifact));
    } catch (const FormatError&) {
      // A damaged run may be replaced, too. Then none of its files is kept.
    }
  }

  /// An ended live run owns every file in history/, so it would own the file that this save writes. This changes its
  /// metadata to list its own files.
  void name_files_of(MetadataFile& run) {
    for (MetadataFile& writer : read_other_writers(fs_, folder_)) {
      add_record(run.record, std::move(writer.record), writer.writer);
      for (StoredArtifact& artifact : writer.artifacts) {
        const auto same = [&](const StoredArtifact& one) { return one.id == artifact.id; };
        if (std::none_of(run.artifacts.begin(), run.artifacts.end(), same))
          run.artifacts.push_back(std::move(artifact));
      }
    }
    apply_edits_beside(fs_, folder_, run.record);
    std::vector<std::string> names;
    for (const std::string& path : history_paths(fs_, folder_, run)) names.push_back(last_part(path));
    run.history_files = std::move(names);
    run.record.rewinds = rewinds_of_named(fs_, folder_, run.record.rewinds);
    run.series_files = series_lists(fs_, folder_);
    if (run.record.has_console && run.record.console_files.empty()) run.record.console_files = console_logs(fs_, folder_);
    run.record.has_console = !run.record.console_files.empty();
    fs_.write(
        metadata_path(folder_),
        MetadataWriter::text(run.record, run.record.run_id, run.artifacts, run.history_files, run.record.finished_utc,
                             run.series_files),
        durability_);
    fs_.remove(edits_path(folder_));
  }

  /// A file to write: an artifact or the history.
  struct Pending {
    const Content* content;
    const Artifact* artifact;  // null for a history
    std::size_t entry;         // an index in artifacts_, or of the history
  };

  /// Creates the entries of the artifacts, and finds those that are in the folder already.
  void name_artifacts() {
    for (const auto& [id, artifact] : record_.artifacts) {
      StoredArtifact entry = {
          id, {}, artifact.filename(), artifact.type(), artifact.media_type(), artifact.size(), artifact.sha256()};
      const StoredContent* const stored = artifact.content()->stored();
      entry.is_as_loaded = stored != nullptr;
      if (stored != nullptr && !is_new_ && stored->lies_in(fs_, folder_) && is_named(id, stored->stored_filename())) {
        entry.stored_filename = stored->stored_filename();
      } else {
        std::uint8_t first = 0;
        if (stored != nullptr)
          stored->read_at(0, &first, 1);  // throws if the file is lost, before its name is used again
        if (!entry.sha256) entry.sha256 = sha256_of(*artifact.content());
        if (stays(entry))
          entry.stored_filename = replaced_.at(id).stored_filename;
        else
          pending_.push_back({artifact.content().get(), &artifact, artifacts_.size()});
      }
      artifacts_.push_back(std::move(entry));
    }
  }

  /// Whether the replaced run lists that file for that artifact. The file may be lost.
  [[nodiscard]] bool is_named(const std::string& id, const std::string& stored_filename) const {
    const auto same = replaced_.find(id);
    return same != replaced_.end() && same->second.stored_filename == stored_filename;
  }

  /// Whether the replaced run has the same artifact with the same content.
  [[nodiscard]] bool stays(const StoredArtifact& entry) const {
    const auto same = replaced_.find(entry.id);
    return same != replaced_.end() && same->second.sha256 == entry.sha256 && same->second.size == entry.size &&
           same->second.filename == entry.filename && there_.count(same->second.stored_filename) != 0;
  }

  /// An overwrite gives the files new names, like those of the history.
  void write_consoles() {
    if (!record_.console) return;
    std::vector<std::unique_ptr<BytesContent>> contents;
    std::vector<NewFile> files;
    for (auto& [name, content] : record_.console->read()) {
      const std::string stem = console_writer(view(content)) + history_mark_;
      std::string free = stem + ".log";
      for (int i = 2; std::find(consoles_.begin(), consoles_.end(), free) != consoles_.end(); ++i)
        free = stem + "-" + std::to_string(i) + ".log";
      contents.push_back(std::make_unique<BytesContent>(std::move(content)));
      files.push_back({joined(console_folder(folder_), free), contents.back().get()});
      consoles_.push_back(std::move(free));
    }
    const std::vector<bool> created = create_files(files);
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (!created[i])
        throw IoError::failed_to("save a console to", files[i].path, std::make_error_code(std::errc::file_exists));
    }
  }

  /// Writes the pending files under free names.
  void write_files() {
    const SavedHistory saved(record_.whole_history(), record_.whole_abandoned());
    std::vector<std::unique_ptr<BytesContent>> histories;
    for (const SavedHistory::File& file : saved.files) {
      histories.push_back(std::make_unique<BytesContent>(to_bytes(file.text.text())));
      pending_.push_back({histories.back().get(), nullptr, history_.size()});
      history_.emplace_back();
    }
    while (!pending_.empty()) {
      std::vector<NewFile> files;
      std::vector<std::string> names;
      for (const Pending& each : pending_) {
        names.push_back(each.artifact ? names_.choose(each.artifact->filename()) : free_history_name(each.entry));
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
          history_[pending_[i].entry] = std::move(names[i]);
        }
      }
      pending_ = std::move(taken);
    }
    rewinds_ = saved.rewinds(history_);
  }

  /// Content that is there already stays: its name is that of its bytes.
  void write_series() {
    const SeriesData& data = series_of(record_);
    if (data.empty()) return;
    const std::string writer = "main" + history_mark_;
    std::string stem = writer;
    for (int i = 2; series_there_.count(stem + ".csv") != 0 || series_there_.count(stem + ".hist") != 0; ++i)
      stem = writer + "-" + std::to_string(i);
    const SeriesFiles series(data, stem, table_names_);
    std::vector<NewFile> files;
    for (const SeriesFiles::File& file : series.files())
      if (series_there_.count(file.name) == 0)
        files.push_back({joined(series_folder(folder_), file.name), file.content.get()});
    const std::vector<bool> created = create_files(files);
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (!created[i])
        throw IoError::failed_to("save a series to", files[i].path, std::make_error_code(std::errc::file_exists));
    }
    series_ = series.lists();
  }

  /// Never the name of an existing file, which undo() would remove if the save fails.
  std::string free_history_name(std::size_t writer) {
    const std::string stem = (writer == 0 ? "main" : "writer" + std::to_string(writer + 1)) + history_mark_;
    for (int i = 1;; ++i) {
      std::string name = stem + (i == 1 ? "" : "-" + std::to_string(i)) + ".csv";
      if (histories_there_.insert(name).second) return name;
    }
  }

  std::vector<bool> create_files(const std::vector<NewFile>& files) {
    // If this throws, any of them may exist, so undo() removes all. Otherwise only the files that it created are ours.
    const std::size_t before = written_.size();
    for (const NewFile& file : files) written_.push_back(file.path);
    std::vector<bool> created = fs_.create_many(files, durability_);
    written_.resize(before);
    for (std::size_t i = 0; i < files.size(); ++i)
      if (created[i]) written_.push_back(files[i].path);
    return created;
  }

  /// Brings the names of all new files to disk, before the metadata make them a run.
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
      // If another save has begun since the commit, it removes them.
      if (const std::unique_ptr<Claim> claim = fs_.claim(claimed)) remove_leftovers(fs_, folder_);
    } catch (const Error&) {
      // The run is saved, and no reader uses the old files. The next overwrite tries again.
    }
  }

  /// Returns false if that fails, too.
  bool undo(const std::string& text) noexcept {
    try {
      // If the commit failed after the metadata were written, this is a complete run.
      if (!text.empty() && fs_.info(metadata_path(folder_)).kind == FileKind::file &&
          view(fs_.read(metadata_path(folder_))) == text)
        return true;
      fs_.remove_many(written_);
      for (const std::string& path : written_)
        for (std::string at = folder_of(path); at.size() > folder_.size(); at = folder_of(at)) fs_.remove_if_empty(at);
      if (is_new_) remove_leftovers(fs_, folder_);
      return true;
    } catch (const std::exception&) {
      return false;  // the caller gets the first error
    }
  }

  FileSystem& fs_;
  const RunRecord& record_;
  std::string run_id_;
  std::string folder_;
  Durability durability_;
  std::function<void()> make_place_;
  bool is_new_ = false;
  std::map<std::string, StoredArtifact> replaced_;  // the artifacts of the replaced run, by id
  std::set<std::string> there_;                     // the files of its artifacts
  std::set<std::string> histories_there_;           // its history files, and names that were tried
  StoredNames names_;
  std::string history_mark_;
  std::vector<Pending> pending_;
  std::vector<StoredArtifact> artifacts_;
  std::vector<std::string> history_;
  std::vector<Rewind> rewinds_;
  std::set<std::string> series_there_;  // the files below series/
  StoredNames table_names_;
  std::vector<std::string> series_;
  std::vector<std::string> consoles_;
  std::vector<std::string> written_;
};

}  // namespace erm::detail

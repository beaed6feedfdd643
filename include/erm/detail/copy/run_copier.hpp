// Copies one run after the other into a registry.
//
// A copy claims the run's name in the target as a save does, creates the files, and commits the metadata last. What a
// killed copy left there stays if it is what belongs there.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "erm/copy.hpp"
#include "erm/detail/base/sha256.hpp"
#include "erm/detail/copy/source_content.hpp"
#include "erm/detail/copy/run_to_copy.hpp"
#include "erm/detail/run/contents.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/run_claim.hpp"
#include "erm/detail/store/trash_store.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// A registry that is copied from or to.
struct CopySide {
  std::shared_ptr<FileSystem> fs;
  std::string root;
  std::string uri;

  [[nodiscard]] std::string uri_of(const RunIds& ids) const { return uri_below(uri, ids.folder({})); }
};

/// A run to copy, and its files in both registries where one listing has told those of many runs.
struct CopyTask {
  RunIds ids;
  std::optional<std::vector<FoundFile>> source_files = {}, target_files = {};
};

struct CopyOutcome {
  enum class Kind { none, copied, there_already, left_out };
  Kind kind = Kind::none;
  std::string reason = {};  // why it was left out
  std::uint64_t bytes = 0;
};

class RunCopier {
 public:
  RunCopier(const CopySide& from, const CopySide& to, const CopyOptions& options, CopyMeter& meter)
      : from_(from),
        to_(to),
        options_(options),
        meter_(meter),
        durability_(options.durable ? Durability::durable : Durability::buffered),
        layout_{*to.fs, to.root} {}

  /// What a thread keeps from one run to the next.
  struct Kept {
    /// The claim of the last run, which is committed. With it the folder of the claims stays, and need not be made for
    /// each run.
    std::unique_ptr<Claim> claim;
  };

  /// Called by several threads. Throws IoError if the target fails, and CopyStopped.
  CopyOutcome copy(const CopyTask& task, Kept& kept) {
    constexpr int attempts = 4;
    try {
      for (const auto& [what, id] : {std::pair("experiment id", &task.ids.experiment_id),
                                     std::pair("variant id", &task.ids.variant_id),
                                     std::pair("run id", &task.ids.run_id)})
        check_name(what, *id);
      for (int attempt = 1;; ++attempt) {
        std::optional<RunToCopy> run;
        try {
          run.emplace(*from_.fs, task.ids.folder(from_.root),
                      attempt == 1 && task.source_files ? &*task.source_files : nullptr);
          if (std::optional<CopyOutcome> outcome = copy_once(task, *run, attempt > 1, kept)) return *outcome;
          if (attempt == attempts) return left_out("another process is writing it in the target; copy again");
        } catch (const SourceFault&) {
          // It may have been edited, replaced or finished since it was read first.
          if (attempt == attempts || !run || !run->has_changed()) throw;
        }
      }
    } catch (const SourceFault& fault) {
      return left_out(fault.reason);
    } catch (const IoError& error) {
      if (!is_of_one_run(error)) throw;
      return left_out(error.what());
    } catch (const Error& error) {
      return left_out(error.what());
    }
  }

  /// Makes a variant again that another process may have deleted while its first run was copied. Needed where that was
  /// not looked at for each run.
  void end() {
    if (to_.fs->has_folders()) return;
    for (const auto& [variant, texts] : made_) layout_.make_variant(variant.first, variant.second, durability_, texts);
  }

 private:
  static CopyOutcome left_out(std::string reason) { return {CopyOutcome::Kind::left_out, std::move(reason), 0}; }

  /// Whether an error of the target is about the names of this run, and others may do better.
  static bool is_of_one_run(const IoError& error) {
    for (const std::errc code : {std::errc::filename_too_long, std::errc::not_a_directory, std::errc::is_a_directory,
                                 std::errc::invalid_argument, std::errc::illegal_byte_sequence,
                                 std::errc::device_or_resource_busy})
      if (error.code() == code) return true;
    return false;
  }

  /// Nothing if the target has changed meanwhile.
  std::optional<CopyOutcome> copy_once(const CopyTask& task, RunToCopy& run, bool again, Kept& kept) {
    const std::string folder = task.ids.folder(to_.root);
    std::optional<std::vector<FoundFile>> there;
    if (!again) there = task.target_files;
    // In a store with folders a look at one file is quick; elsewhere it takes as long as the listing.
    if (!there && (!to_.fs->has_folders() || to_.fs->are_files({metadata_path(folder)})))
      there = to_.fs->find_files(folder);
    bool is_taken = false;
    if (there)
      for (const FoundFile& file : *there) is_taken = is_taken || file.path == metadata_filename;
    if (is_taken && has_same(run, folder, *there)) return CopyOutcome{CopyOutcome::Kind::there_already};
    if (is_taken && !options_.overwrite)
      return left_out("the target has another run of these ids, or another state of it; with overwrite that one goes " +
                      std::string("to the trash"));
    run.examine(options_.live_runs);
    const CopyOutcome copied{CopyOutcome::Kind::copied, {}, run.bytes()};
    if (options_.dry_run) return copied;
    refuse_oversized(*to_.fs, "copy the run '" + run.folder() + "'", run.metadata().size());
    layout_.check_run(task.ids.experiment_id, task.ids.variant_id, task.ids.run_id);
    const bool has_files = there && !there->empty();
    if (!is_taken) return write(task.ids, run, folder, has_files, kept) ? std::optional(copied) : std::nullopt;
    kept.claim.reset();
    TrashStore trash(layout_);
    const auto open = is_earlier_copy(run, folder) ? TrashStore::OpenRuns::deleted : TrashStore::OpenRuns::refused;
    if (!trash.delete_run(task.ids, {"run", {}}, open)) return std::nullopt;
    try {
      if (write(task.ids, run, folder, false, kept)) return copied;
    } catch (...) {
      bring_back(trash, task.ids);
      throw;
    }
    return std::nullopt;
  }

  /// Whether the target has an earlier state of the run. The process that may have the run open then writes to the
  /// source, and not to the target.
  [[nodiscard]] bool is_earlier_copy(const RunToCopy& run, const std::string& folder) const {
    try {
      const RunRecord record = read_metadata(*to_.fs, folder).record;
      return record.timestamp_utc == MetadataReader::read(view(run.metadata()), run.folder()).record.timestamp_utc;
    } catch (const FormatError&) {
      return false;
    }
  }

  /// Restores the run that was moved to the trash a moment ago.
  static void bring_back(TrashStore& trash, const RunIds& ids) noexcept {
    try {
      const std::vector<TrashEntry> entries = trash.list();
      for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
        if (entry->is_run() && entry->ids == ids) return trash.restore(*entry);
    } catch (const std::exception&) {
      // The caller gets the first error. The run stays in the trash.
    }
  }

  [[nodiscard]] bool has_same(const RunToCopy& run, const std::string& folder, const std::vector<FoundFile>& there) const {
    std::size_t known = 0;
    for (const FoundFile& file : there) {
      if (file.path == metadata_filename || is_passing_file(file.path)) continue;
      const auto same = run.files().find(file.path);
      if (same == run.files().end() || file.info.kind != FileKind::file || file.info.size != same->second.size)
        return false;
      ++known;
    }
    if (known != run.files().size()) return false;
    try {
      return to_.fs->read_bounded(metadata_path(folder)) == run.metadata();
    } catch (const NotFoundError&) {
      return false;  // deleted since it was listed
    }
  }

  // ---- the place of the run ----

  /// The marker files of the source, for a variant that the target does not have yet.
  [[nodiscard]] MarkerTexts texts_of(const RunIds& ids) const {
    const auto read = [&](const std::string& folder, std::string_view marker) {
      return from_source([&] {
        try {
          return to_text(from_.fs->read_bounded(joined(folder, std::string(marker))));
        } catch (const NotFoundError&) {
          return std::string();  // only its runs were brought here
        }
      });
    };
    const std::string experiment = joined(from_.root, ids.experiment_id);
    return {read(experiment, experiment_marker), read(joined(experiment, ids.variant_id), variant_marker)};
  }

  /// For each run in a store with folders, where that is quick; otherwise once.
  void make_variant(const RunIds& ids) {
    const std::pair<std::string, std::string> variant(ids.experiment_id, ids.variant_id);
    const MarkerTexts* texts = nullptr;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      const auto made = made_.find(variant);
      if (made == made_.end()) {
        const MarkerTexts& read = made_.emplace(variant, texts_of(ids)).first->second;
        try {
          layout_.make_variant(ids.experiment_id, ids.variant_id, durability_, read);
        } catch (...) {
          made_.erase(variant);
          throw;
        }
        return;
      }
      texts = &made->second;
    }
    if (!to_.fs->has_folders()) return;
    const std::string marker = joined(ids.variant_id, std::string(variant_marker));
    if (to_.fs->are_files({joined(joined(to_.root, ids.experiment_id), marker)})) return;  // so the others are, too
    layout_.make_variant(ids.experiment_id, ids.variant_id, durability_, *texts);
  }

  [[nodiscard]] bool is_made(const RunIds& ids) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return made_.count({ids.experiment_id, ids.variant_id}) != 0;
  }

  /// Creates the folders above the run, and brings each to disk before its content.
  void make_folders(const std::string& path) const {
    if (path.size() <= to_.root.size() || to_.fs->info(path).kind != FileKind::missing) return;
    make_folders(folder_of(path));
    if (to_.fs->make_folder(path) && to_.fs->info(path).kind == FileKind::folder) to_.fs->sync_folder(folder_of(path));
  }

  /// Returns false if something has changed in the target, so that it must be looked at again.
  bool write(const RunIds& ids, const RunToCopy& run, const std::string& folder, bool has_files, Kept& kept) {
    FileSystem& fs = *to_.fs;
    if (!is_made(ids)) make_variant(ids);
    if (durability_ == Durability::durable && fs.has_folders()) make_folders(folder_of(folder));
    std::unique_ptr<Claim> claim = fs.claim(claim_path(folder));
    if (!claim) {
      if (fs.are_files({metadata_path(folder)})) return false;
      claim = claim_patiently([&] { return fs.claim(claim_path(folder)); });
      kept.claim.reset();
      if (!claim) throw RunExistsError("another process is writing a run there in the target; copy again when it has ended");
    }
    kept.claim.reset();
    if (fs.has_folders()) {
      make_variant(ids);
      has_files = !fs.make_folder(folder);
      if (has_files) refuse_odd_folder(folder);
    }
    if ((has_files || !fs.has_folders()) && fs.are_files({metadata_path(folder)})) return false;
    RunFiles files(*this, run, folder);
    if (!has_files && fs.has_folders()) files.make_folders();
    if (has_files && !files.look_at_rest(claim->was_abandoned())) {
      claim.reset();
      return finish_deletion(ids);
    }
    claim->begin();
    try {
      files.create();
      if (meter_.is_stopped()) throw CopyStopped{};
      claim->commit(metadata_path(folder), view(run.metadata()), durability_);
      if (options_.verify && !fs.verifies_writes()) expect_written(metadata_path(folder), run.metadata());
    } catch (...) {
      files.undo();
      throw;
    }
    if (fs.has_folders()) kept.claim = std::move(claim);
    return true;
  }

  void refuse_odd_folder(const std::string& folder) const {
    const FileKind kind = to_.fs->info(folder).kind;
    if (kind == FileKind::link)
      throw FormatError("cannot copy the run to '" + folder +
                        "': it is a symbolic link, which may lead out of the registry; remove the link");
    if (kind == FileKind::file || kind == FileKind::other)
      throw IoError::failed_to("copy a run to", folder, std::make_error_code(std::errc::not_a_directory));
  }

  /// Finishes a deletion that was interrupted, so that the id is free. Returns false: look again.
  bool finish_deletion(const RunIds& ids) {
    if (!TrashStore(layout_).finish(ids))
      throw RunExistsError("a run of these ids is being deleted in the target; copy again");
    return false;
  }

  void expect_written(const std::string& path, const Bytes& bytes) const {
    if (to_.fs->read(path) != bytes) throw differs(path);
  }
  static IoError differs(const std::string& path) {
    return IoError("cannot copy to '" + path + "': the store gives back other content than was written; check the disk",
                   std::make_error_code(std::errc::io_error));
  }

  // ---- the files of the run ----

  /// Creates the files of one run under its claim.
  class RunFiles {
   public:
    RunFiles(const RunCopier& copier, const RunToCopy& run, const std::string& folder)
        : copier_(copier), fs_(*copier.to_.fs), run_(run), folder_(folder) {}

    /// Looks at files that are there without a run, as a killed copy leaves them: keeps what is whole and removes the
    /// rest. Returns false if a deletion was interrupted. Throws RunExistsError if they are other files; `are_ours`:
    /// whoever wrote them was killed.
    bool look_at_rest(bool are_ours) {
      if (!deleted_entry_in(fs_, folder_).empty()) return false;
      std::vector<std::string> others, torn;
      for (const FoundFile& file : fs_.find_files(folder_)) {
        if (is_passing_file(file.path) && file.info.kind == FileKind::file) continue;
        const auto known = run_.files().find(file.path);
        const bool is_ours = are_ours && file.info.kind == FileKind::file && is_of_run(file.path);
        if (known == run_.files().end() || file.info.kind != FileKind::file)
          (is_ours ? torn : others).push_back(joined(folder_, file.path));
        else if (is_whole(known->first, known->second, file.info.size))
          kept_.insert(file.path);
        else
          torn.push_back(joined(folder_, file.path));
      }
      if (!others.empty())
        throw RunExistsError("the target has other files and no run there, as '" + others.front() + "'; move them away");
      fs_.remove_many(torn);
      return true;
    }

    /// The folders of a new run. A store makes missing ones by itself, but first tries without.
    void make_folders() {
      std::string last;
      for (const Entry& entry : run_.files()) {
        const std::string folder = folder_of(joined(folder_, entry.first));
        if (folder.size() <= folder_.size() || folder == last) continue;
        if (folder.find('/', folder_.size() + 1) == std::string::npos) fs_.make_folder(folder);
        last = folder;
      }
    }

    void create() {
      std::vector<const Entry*> some;
      std::uint64_t size = 0;
      for (const Entry& entry : run_.files()) {
        if (kept_.count(entry.first) != 0) continue;
        if (entry.second.size > small_file) {
          create_large(entry.first, entry.second);
          continue;
        }
        some.push_back(&entry);
        if ((size += entry.second.size) < at_once) continue;
        create_small(some);
        some.clear();
        size = 0;
      }
      create_small(some);
      sync();
    }

    /// Removes what is there, unless the run is complete.
    void undo() noexcept {
      try {
        if (fs_.are_files({metadata_path(folder_)})) {
          if (fs_.read(metadata_path(folder_)) == run_.metadata() && is_synced_) return;
          fs_.remove(metadata_path(folder_));
        }
        std::vector<std::string> paths;
        for (const std::set<std::string>* const set : {&created_, &kept_})
          for (const std::string& path : *set) paths.push_back(joined(folder_, path));
        fs_.remove_many(paths);
        if (!fs_.has_folders()) return;
        std::set<std::string> folders = {folder_};
        for (const Entry& entry : run_.files()) add_folders(folders, joined(folder_, entry.first));
        for (auto i = folders.rbegin(); i != folders.rend(); ++i) fs_.remove_if_empty(*i);
      } catch (const std::exception&) {
        // The caller gets the first error. The next copy, or the next save, removes the remaining files.
      }
    }

   private:
    using Entry = CopiedFiles::value_type;
    static constexpr std::uint64_t small_file = std::uint64_t{1} << 20, at_once = std::uint64_t{4} << 20;

    static bool is_of_run(const std::string& path) {
      for (const char* const part : {"artifacts/", "history/", "series/", "console/"})
        if (path.rfind(part, 0) == 0) return true;
      return false;
    }

    [[nodiscard]] std::string source_path(const std::string& path) const { return joined(run_.folder(), path); }
    [[nodiscard]] const FileSystem& source() const { return *copier_.from_.fs; }
    [[nodiscard]] bool verifies() const { return copier_.options_.verify; }
    [[nodiscard]] bool reads_back() const { return verifies() && !fs_.verifies_writes(); }

    /// Whether a file of the target is that of the source.
    [[nodiscard]] bool is_whole(const std::string& path, const CopiedFile& file, std::uint64_t size) const {
      if (size != file.size) return false;
      if (!verifies()) return true;
      const std::string is = sha256_in_store(fs_, joined(folder_, path));
      if (!file.sha256.empty()) return is == file.sha256;
      SourceContent content(source(), source_path(path), file.size, file.is_whole, SourceContent::Hashing::while_read,
                            copier_.meter_);
      return is == content.sha256();
    }

    [[nodiscard]] SourceFault damaged(const std::string& path, const CopiedFile& file, const std::string& is) const {
      return SourceFault{"'" + source_path(path) + "' is damaged: its SHA-256 is " + is + ", and the run was saved with " +
                         file.sha256};
    }

    /// Reads the files at once, because each may be a request.
    [[nodiscard]] std::vector<Bytes> read_small(const std::vector<const Entry*>& entries) const {
      std::vector<std::string> paths;
      for (const Entry* const entry : entries)
        if (!entry->second.text) paths.push_back(source_path(entry->first));
      std::vector<Bytes> read = from_source([&] { return source().read_many(paths); });
      std::vector<Bytes> contents;
      std::size_t next = 0;
      for (const Entry* const entry : entries) {
        const auto& [path, file] = *entry;
        Bytes bytes = file.text ? *file.text : std::move(read[next++]);
        if (bytes.size() > file.size && !file.is_whole) bytes.resize(to_size(file.size));
        if (bytes.size() != file.size)
          throw SourceFault{"'" + source_path(path) + "' changed while it was copied; copy again"};
        if (verifies() && !file.sha256.empty())
          if (const std::string is = sha256_of(view(bytes)); is != file.sha256) throw damaged(path, file, is);
        copier_.meter_.add(bytes.size());
        contents.push_back(std::move(bytes));
      }
      return contents;
    }

    void create_small(const std::vector<const Entry*>& entries) {
      if (entries.empty()) return;
      std::vector<BytesContent> contents;
      contents.reserve(entries.size());
      for (Bytes& bytes : read_small(entries)) contents.emplace_back(std::move(bytes));
      std::vector<NewFile> files;
      for (std::size_t i = 0; i < entries.size(); ++i) {
        files.push_back({joined(folder_, entries[i]->first), &contents[i]});
        created_.insert(entries[i]->first);
      }
      const std::vector<bool> created = fs_.create_many(files, copier_.durability_);
      for (std::size_t i = 0; i < entries.size(); ++i) {
        if (!created[i]) {
          expect_free(files[i].path, entries[i]->first, entries[i]->second);
          if (kept_.count(entries[i]->first) != 0) continue;
          if (!fs_.create_from(files[i].path, contents[i], copier_.durability_)) throw exists(files[i].path);
        }
        if (reads_back()) copier_.expect_written(files[i].path, contents[i].bytes());
      }
    }

    void create_large(const std::string& path, const CopiedFile& file) {
      // If the target is read back, that tells the hash: then the content is only to be hashed if no hash is known.
      const bool hashes = verifies() && reads_back() == file.sha256.empty();
      SourceContent content(source(), source_path(path), file.size, file.is_whole,
                            hashes ? SourceContent::Hashing::while_read : SourceContent::Hashing::none, copier_.meter_);
      const std::string target = joined(folder_, path);
      created_.insert(path);
      if (!fs_.create_from(target, content, copier_.durability_)) {
        expect_free(target, path, file);
        if (kept_.count(path) != 0) return;
        if (!fs_.create_from(target, content, copier_.durability_)) throw exists(target);
      }
      if (fs_.is_local() && content.local_file() != nullptr && fs_.info(target).size != file.size)
        throw SourceFault{"'" + source_path(path) + "' changed while it was copied; copy again"};
      if (!verifies()) return;
      if (!reads_back()) {
        if (file.sha256.empty()) return;
        if (const std::string is = content.sha256(); is != file.sha256) throw damaged(path, file, is);
        return;
      }
      const std::string written = sha256_in_store(fs_, target);
      if (written == (file.sha256.empty() ? content.sha256() : file.sha256)) return;
      // Either of the two may be damaged.
      const std::string is = from_source([&] { return sha256_in_store(source(), source_path(path)); });
      if (!file.sha256.empty() && is != file.sha256) throw damaged(path, file, is);
      throw differs(target);
    }

    /// A file is there that the listing did not have: keeps it if it is whole, and removes it otherwise.
    void expect_free(const std::string& target, const std::string& path, const CopiedFile& file) {
      const FileInfo found = fs_.info(target);
      if (found.kind == FileKind::link || found.kind == FileKind::folder || found.kind == FileKind::other) {
        created_.erase(path);
        throw exists(target);
      }
      if (found.kind == FileKind::file && is_whole(path, file, found.size))
        kept_.insert(path);
      else
        fs_.remove(target);
    }
    static RunExistsError exists(const std::string& target) {
      return RunExistsError("another process is writing '" + target + "' in the target; copy again");
    }

    void add_folders(std::set<std::string>& folders, const std::string& path) const {
      for (std::string at = folder_of(path); at.size() > folder_.size(); at = folder_of(at)) folders.insert(at);
    }

    /// Brings the names of all new files to disk, before the metadata make them a run.
    void sync() {
      if (copier_.durability_ == Durability::durable && fs_.has_folders()) {
        std::set<std::string> folders = {folder_};
        for (const std::string& path : created_) add_folders(folders, joined(folder_, path));
        for (auto i = folders.rbegin(); i != folders.rend(); ++i) fs_.sync_folder(*i);
        fs_.sync_folder(folder_of(folder_));
      }
      is_synced_ = true;
    }

    const RunCopier& copier_;
    FileSystem& fs_;
    const RunToCopy& run_;
    const std::string& folder_;
    std::set<std::string> created_, kept_;  // below the folder
    bool is_synced_ = false;                // all files are there
  };

  const CopySide& from_;
  const CopySide& to_;
  const CopyOptions& options_;
  CopyMeter& meter_;
  Durability durability_;
  RegistryLayout layout_;
  std::mutex mutex_;  // guards made_, whose nodes stay
  std::map<std::pair<std::string, std::string>, MarkerTexts> made_;
};

}  // namespace erm::detail

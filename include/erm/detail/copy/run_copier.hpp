// Copies one run after the other into a registry.
//
// A copy claims the run's name in the target as a save does, creates the files, and commits the metadata last. What a
// killed copy left there stays if it is what belongs there. Files of someone else are never replaced.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "erm/copy_options.hpp"
#include "erm/detail/copy/copied_run_files.hpp"
#include "erm/detail/copy/run_to_copy.hpp"
#include "erm/detail/copy/source_content.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/run_claim.hpp"
#include "erm/detail/store/trash_store.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

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
        tools_{from, to, options.verify, durability_, meter},
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
      return left_out("'" + folder + "' is another run of these ids, or another state of this one; with overwrite that " +
                      "one goes to the trash");
    run.examine(options_.live_runs);
    const CopyOutcome copied{CopyOutcome::Kind::copied, {}, run.bytes()};
    if (options_.dry_run) {
      if (!is_taken) expect_own_files(run, folder);
      return copied;
    }
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
    CopiedRunFiles files(tools_, run, folder, claim->was_abandoned());
    if (!has_files && fs.has_folders()) files.make_folders();
    if (has_files && !look_at_rest(files, *claim)) {
      claim.reset();
      return finish_deletion(ids);
    }
    claim->begin();
    try {
      files.remove_torn();
      files.create();
      if (meter_.is_stopped()) throw CopyStopped{};
      claim->commit(metadata_path(folder), view(run.metadata()), durability_);
      if (options_.verify && !fs.verifies_writes()) expect_written(fs, metadata_path(folder), run.metadata());
    } catch (...) {
      if (!files.undo()) claim->abandon();  // tells the next copy, or the next save, that the rest is no one's
      throw;
    }
    if (fs.has_folders()) kept.claim = std::move(claim);
    return true;
  }

  /// If that fails, what a killed process left counts as such for the next copy, too.
  static bool look_at_rest(CopiedRunFiles& files, Claim& claim) {
    try {
      return files.look_at_rest();
    } catch (...) {
      if (claim.was_abandoned()) claim.abandon();
      throw;
    }
  }

  /// As write() does, for a copy that writes nothing. A claim without a run tells of a killed process, or of one that
  /// is writing there now.
  void expect_own_files(const RunToCopy& run, const std::string& folder) const {
    if (to_.fs->has_folders()) {
      if (to_.fs->info(folder).kind == FileKind::missing) return;
      refuse_odd_folder(folder);
    }
    const FileInfo claim = to_.fs->info(claim_path(folder));
    CopiedRunFiles(tools_, run, folder, claim.kind == FileKind::file && claim.size > 0).look_at_rest();
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

  const CopySide& from_;
  const CopySide& to_;
  const CopyOptions& options_;
  CopyMeter& meter_;
  Durability durability_;
  CopyTools tools_;
  RegistryLayout layout_;
  std::mutex mutex_;  // guards made_, whose nodes stay
  std::map<std::pair<std::string, std::string>, MarkerTexts> made_;
};

}  // namespace erm::detail

// Moves runs, variants and experiments to the trash of their registry and back.
//
// A run is deleted in two steps. First its metadata are renamed in place, so that it disappears for every reader. Then
// its folder moves. A restore does the reverse. So a killed process leaves the run, or the run in the trash, or a
// folder whose metadata's filename names the trash entry to which it belongs. The next process that deletes, restores,
// empties or saves there finishes the move.
//
// A process that changes a run's folder holds the claim on the run, like a save. A process that changes an entry of the
// trash holds the entry.
#pragma once

#include <algorithm>
#include <exception>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "erm/detail/store/failures.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/run_claim.hpp"
#include "erm/detail/store/run_reader.hpp"
#include "erm/detail/store/trash_entries.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

class TrashStore {
 public:
  explicit TrashStore(const RegistryLayout& layout)
      : fs_(layout.fs), layout_(layout), entries_(layout.fs, layout.root) {}

  enum class OpenRuns { refused, deleted };

  /// Moves a run to the trash. Returns false if there is no such run.
  bool delete_run(const RunIds& ids, const Deletion& deletion, OpenRuns open = OpenRuns::refused) {
    const std::string folder = folder_of_ids(ids);
    refuse_links(ids, "delete the run '" + folder + "'");
    const std::string variant = folder_of_ids({ids.experiment_id, ids.variant_id, ""});
    if (!fs_.are_files({metadata_path(folder)})) {
      if (finish(ids)) return true;
      sweep(fs_, folder_of(folder), "");  // a deletion that was interrupted at the very end left its claim
      remove_empty_folders(folder_of(folder), variant);
      return false;
    }
    {
      const std::unique_ptr<Claim> claim = claim_run(fs_, folder, "delete");
      if (!fs_.are_files({metadata_path(folder)})) return false;
      if (open == OpenRuns::refused) refuse_if_open(ids);
      remove_stale_names(folder);
      const TrashEntries::Held held = entries_.make(ids, deletion);
      const std::string renamed = joined(folder, deleted_filename(held.entry.name));
      try {
        fs_.move(metadata_path(folder), renamed, Durability::durable);
        fs_.move(folder, entries_.run_of(held.entry.name), Durability::durable);
      } catch (...) {
        undo_delete(held.entry, renamed);
        throw;
      }
    }
    remove_empty_folders(folder_of(folder), variant);
    return true;
  }

  /// Finishes an interrupted deletion of the run. Returns false if there is none, or a live process is deleting it.
  bool finish(const RunIds& ids) {
    const std::string folder = folder_of_ids(ids);
    TrashEntry entry{deleted_entry_in(fs_, folder), ids, {"run", {}}, now_utc()};
    if (entry.name.empty()) return false;
    entries_.expect_no_link();
    const auto held = entries_.hold(entry.name);
    if (!held || !finish_held(entry)) return false;
    return true;
  }

  /// Throws RunExistsError if a live process writes the run.
  void refuse_if_open(const RunIds& ids) const {
    const std::string folder = folder_of_ids(ids);
    const Refusal refusal = {"cannot delete the run '" + folder + "'", "try again then", "end that process first"};
    try {
      const MetadataFile metadata = read_metadata(fs_, folder);
      refuse_if_alive(fs_, metadata_path(folder), metadata.record, refusal);
      if (metadata.history_files) return;
      for (const MetadataFile& writer : read_other_writers(fs_, folder))
        refuse_if_alive(fs_, joined(folder, "history/" + writer.writer + ".json"), writer.record, refusal);
    } catch (const FormatError&) {
      // A damaged run may be deleted, and comes back unchanged.
    }
  }

  /// Moves a variant, or an experiment if `ids` has no variant, with all of its runs. If another process saves a run
  /// there meanwhile, that run stays, and so do its variant and experiment.
  void delete_all(const RunIds& ids) {
    const std::string folder = folder_of_ids(ids);
    refuse_links(ids, "delete '" + folder + "'");
    const Deletion deletion = deletion_of(ids);
    Failures failures;
    std::vector<PassedOver> passed_over;
    std::vector<RunIds> variants, runs;
    if (ids.variant_id.empty()) {
      for (std::string& variant : sorted_ids(fs_, folder, variant_marker, &passed_over))
        variants.push_back({ids.experiment_id, std::move(variant), ""});
    } else {
      variants.push_back(ids);
    }
    for (const RunIds& variant : variants) {
      failures.going_on(folder_of_ids(variant), [&] {
        for (std::string& run : sorted_ids(fs_, folder_of_ids(variant), metadata_filename, &passed_over))
          runs.push_back({variant.experiment_id, variant.variant_id, std::move(run)});
      });
    }
    for (const RunIds& run : runs) {
      try {
        refuse_if_open(run);
      } catch (const RunExistsError&) {
        throw;
      } catch (const Error&) {
        // Another process has just deleted it, or it cannot be read, which delete_run reports.
      }
    }
    for (const RunIds& run : runs) failures.going_on(folder_of_ids(run), [&] { delete_run(run, deletion); });
    for (const RunIds& variant : variants)
      failures.going_on(folder_of_ids(variant), [&] { delete_marker(variant, variant_marker, deletion); });
    if (ids.variant_id.empty()) failures.going_on(folder, [&] { delete_marker(ids, experiment_marker, deletion); });
    // Something is left. It may be in a folder that could not be read for a moment.
    if (!passed_over.empty() && has_marker(ids))
      for (const PassedOver& one : passed_over) failures.add(one.path, one.reason);
    failures.throw_if_any("cannot delete all of '" + folder + "': the rest is in the trash, and this is left: ");
  }

  /// The entries of the trash, in the order of their deletion. Adds to `damaged` each that is passed over.
  [[nodiscard]] std::vector<TrashEntry> list(std::vector<TrashDamage>* damaged = nullptr) const {
    return entries_.list([&](const TrashDamage& damage) {
      if (damaged != nullptr) damaged->push_back(damage);
    });
  }

  /// Restores a run. Throws RunExistsError if another run has its id now, and NotFoundError if it is no longer in the
  /// trash.
  void restore(const TrashEntry& entry) {
    const std::string folder = folder_of_ids(entry.ids);
    refuse_links(entry.ids, "restore the run '" + folder + "'");
    const auto held = wait_for(entry, cannot_restore(entry.ids));
    if (entries_.is_on_its_way(entry)) finish_held(entry);
    if (!is_whole(entry))
      throw NotFoundError(cannot_restore(entry.ids) + "it is not in the trash any more; list_trash tells what is");
    refuse_run(entry.ids);
    layout_.check_run(entry.ids.experiment_id, entry.ids.variant_id, entry.ids.run_id);
    layout_.make_variant(entry.ids.experiment_id, entry.ids.variant_id, Durability::durable);
    {
      const std::unique_ptr<Claim> claim = claim_run(fs_, folder, "restore");
      layout_.make_variant(entry.ids.experiment_id, entry.ids.variant_id, Durability::durable);
      refuse_run(entry.ids);
      if (fs_.has_folders()) fs_.remove_if_empty(folder);
      if (fs_.info(folder).kind != FileKind::missing && !are_copies(entry))
        throw RunExistsError(cannot_restore(entry.ids) + "other files are there; move them away first");
      fs_.move(entries_.run_of(entry.name), folder, Durability::durable);
      fs_.move(joined(folder, deleted_filename(entry.name)), metadata_path(folder), Durability::durable);
    }
    entries_.remove(entry);
  }

  /// Throws RunExistsError if a run has the id.
  void refuse_run(const RunIds& ids) const {
    if (fs_.are_files({metadata_path(folder_of_ids(ids))}))
      throw RunExistsError(cannot_restore(ids) + "a run is there; delete that one first");
  }

  /// Restores the marker file of a variant or experiment, which contains the time of its creation.
  void restore_marker(const TrashEntry& entry) {
    const auto held = wait_for(entry, "cannot restore '" + folder_of_ids(entry.ids) + "': ");
    if (!is_whole(entry)) return;
    if (entry.ids.variant_id.empty())
      layout_.make_experiment(entry.ids.experiment_id, Durability::durable);
    else
      layout_.make_variant(entry.ids.experiment_id, entry.ids.variant_id, Durability::durable);
    fs_.move(entries_.marker_of(entry.name), marker_path(entry.ids), Durability::durable);
    entries_.remove(entry);
  }

  [[nodiscard]] bool is_on_its_way(const TrashEntry& entry) const { return entries_.is_on_its_way(entry); }

  [[nodiscard]] bool has_marker(const RunIds& ids) const { return fs_.are_files({marker_path(ids)}); }

  /// Permanently removes what was deleted at `limit` or before, finishes interrupted deletions, and removes incomplete
  /// entries. Returns the number of runs removed.
  std::size_t empty(TimePoint limit) {
    std::size_t removed = 0;
    for (const std::string& name : fs_.old_claims(joined(entries_.folder(), claims_folder)))
      static_cast<void>(entries_.hold(name));  // ends the claim of a process that is gone
    const auto remove_nameless = [&](const std::string& name, bool has_content) {
      // Without its entry.json a deleted run has no known age. An entry without content is a leftover.
      if (has_content) return;
      if (const auto held = entries_.hold(name)) entries_.remove(name);
    };
    // The age of what cannot be read is not known, so it stays. list_trash tells of it.
    Failures failures;
    const auto keep_damaged = [&](const TrashDamage& damage) {
      if (damage.is_of_disk()) failures.add(entries_.path_of(damage.name), damage.reason, damage.code);
    };
    for (const TrashEntries::Found& found : entries_.find(remove_nameless, keep_damaged)) {
      const auto held = entries_.hold(found.entry.name);
      if (!held) continue;  // a live process holds it
      finish_held(found.entry);
      if (entries_.is_on_its_way(found.entry)) continue;
      const bool is_there = is_whole(found.entry);
      if (is_there && found.entry.deleted_utc > limit) continue;
      if (is_there && found.entry.is_run()) ++removed;
      entries_.remove(found.entry);
    }
    if (fs_.has_folders()) {
      fs_.remove_if_empty(joined(entries_.folder(), claims_folder));
      fs_.remove_if_empty(entries_.folder());
    }
    failures.throw_if_any("cannot look at all of the trash '" + entries_.folder() +
                          "': the rest is done, and this stays: ");
    return removed;
  }

 private:
  [[nodiscard]] std::string folder_of_ids(const RunIds& ids) const { return ids.folder(layout_.root); }

  [[nodiscard]] std::string marker_path(const RunIds& ids) const {
    return joined(folder_of_ids(ids), std::string(ids.variant_id.empty() ? experiment_marker : variant_marker));
  }

  [[nodiscard]] std::string cannot_restore(const RunIds& ids) const {
    return "cannot restore the run '" + ids.run_id + "' to '" + folder_of_ids(ids) + "': ";
  }

  /// Whether the files at a run's place are copies from an interrupted restore, in a store that cannot rename.
  [[nodiscard]] bool are_copies(const TrashEntry& entry) const {
    if (fs_.has_folders()) return false;
    const std::vector<std::string> in_trash = fs_.files_below(entries_.run_of(entry.name));
    const std::set<std::string> known(in_trash.begin(), in_trash.end());
    const std::vector<std::string> there = fs_.files_below(folder_of_ids(entry.ids));
    return std::all_of(there.begin(), there.end(), [&](const std::string& file) { return known.count(file) != 0; });
  }

  /// Whether the content of an entry is in the trash.
  [[nodiscard]] bool is_whole(const TrashEntry& entry) const {
    return fs_.are_files({entry.is_run() ? joined(entries_.run_of(entry.name), deleted_filename(entry.name))
                                         : entries_.marker_of(entry.name)});
  }

  [[nodiscard]] std::unique_ptr<TrashEntries::Hold> wait_for(const TrashEntry& entry, const std::string& cannot) const {
    if (auto hold = claim_patiently([&] { return entries_.hold(entry.name); })) return hold;
    throw IoError(cannot + "another process works on it in the trash for ten seconds now; wait for it, or end it",
                  std::make_error_code(std::errc::device_or_resource_busy));
  }

  /// Restores the run after a failure, unless all of it is in the trash.
  void undo_delete(const TrashEntry& entry, const std::string& renamed) noexcept {
    try {
      if (is_whole(entry)) return;
      if (entries_.is_on_its_way(entry)) fs_.move(renamed, metadata_path(folder_of(renamed)), Durability::durable);
      entries_.remove(entry);
    } catch (const std::exception&) {
      // The caller gets the first error. The next process finishes the move.
    }
  }

  /// finish() for an entry that the caller holds.
  bool finish_held(const TrashEntry& entry) {
    if (!entries_.is_on_its_way(entry)) return false;
    const std::string folder = folder_of_ids(entry.ids);
    {
      const std::unique_ptr<Claim> claim = fs_.claim(claim_path(folder));
      if (!claim || !entries_.is_on_its_way(entry)) return false;
      entries_.write(entry);  // a user may have removed it
      fs_.move(folder, entries_.run_of(entry.name), Durability::durable);
    }
    remove_empty_folders(folder_of(folder), folder_of_ids({entry.ids.experiment_id, entry.ids.variant_id, ""}));
    return true;
  }

  /// Removes renamed metadata that are next to the metadata: a store that copies instead of renaming may leave both.
  void remove_stale_names(const std::string& folder) {
    for (std::string name = deleted_entry_in(fs_, folder); !name.empty(); name = deleted_entry_in(fs_, folder))
      fs_.remove(joined(folder, deleted_filename(name)));
  }

  /// Throws FormatError if a part of the path below the registry is a link.
  void refuse_links(const RunIds& ids, const std::string& operation) const {
    if (!fs_.has_folders()) return;
    const std::string folder = folder_of_ids(ids);
    for (std::size_t end = layout_.root.size(); end != std::string::npos;) {
      end = folder.find('/', end + 1);
      const std::string part = folder.substr(0, end);
      if (fs_.info(part).kind == FileKind::link)
        throw FormatError("cannot " + operation + ": '" + part + "' is a symbolic link, and what it leads to may " +
                          "belong elsewhere; remove the link itself");
    }
  }

  /// Removes `folder` and the folders above it as long as they are empty, up to `last`, which stays.
  void remove_empty_folders(std::string folder, const std::string& last) {
    if (!fs_.has_folders()) return;
    for (; folder.size() > last.size(); folder = folder_of(folder)) {
      fs_.remove_if_empty(joined(folder, claims_folder));
      fs_.remove_if_empty(folder);
    }
  }

  /// Whether the marker is in the trash and in its place, because a store that cannot rename was interrupted.
  [[nodiscard]] bool is_copy_of_marker(const TrashEntry& entry) const {
    try {
      return fs_.read_bounded(marker_path(entry.ids)) == fs_.read_bounded(entries_.marker_of(entry.name));
    } catch (const NotFoundError&) {
      return false;
    }
  }

  /// A new deletion of a variant or experiment, or an interrupted one that has not moved the marker yet.
  [[nodiscard]] Deletion deletion_of(const RunIds& ids) {
    const Deletion fresh{ids.variant_id.empty() ? "experiment" : "variant", TrashEntries::new_name(now_utc())};
    std::set<std::string> ended;
    const std::vector<TrashEntry> entries = list();
    for (const TrashEntry& entry : entries) {
      if (entry.ids == ids && !is_copy_of_marker(entry)) ended.insert(entry.deletion.name);
      if (entries_.is_on_its_way(entry)) finish(entry.ids);
    }
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      const bool is_of_it = entry->ids.experiment_id == ids.experiment_id && entry->deletion.what == fresh.what &&
                            (ids.variant_id.empty() || entry->ids.variant_id == ids.variant_id);
      if (is_of_it && ended.count(entry->deletion.name) == 0) return entry->deletion;
    }
    return fresh;
  }

  /// Moves the marker of a variant or experiment that has no runs left.
  void delete_marker(const RunIds& ids, std::string_view marker, const Deletion& deletion) {
    const std::string folder = folder_of_ids(ids);
    if (!has_marker(ids) || is_in_use(folder)) return;
    {
      const TrashEntries::Held held = entries_.make(ids, deletion);
      if (!move_marker(ids, held.entry)) return entries_.remove(held.entry);
      // A save checks the marker while it holds its claim: either it finds no marker, or this finds its claim.
      if (is_in_use(folder)) {
        fs_.move(entries_.marker_of(held.entry.name), marker_path(ids), Durability::durable);
        return entries_.remove(held.entry);
      }
    }
    const std::string above = marker == experiment_marker ? layout_.root : folder_of_ids({ids.experiment_id, "", ""});
    remove_empty_folders(folder, above);
  }

  /// Returns false if another process has just moved it.
  bool move_marker(const RunIds& ids, const TrashEntry& entry) {
    try {
      fs_.move(marker_path(ids), entries_.marker_of(entry.name), Durability::durable);
    } catch (const NotFoundError&) {
      return false;
    } catch (const IoError& error) {
      if (error.code() != std::errc::no_such_file_or_directory || has_marker(ids)) throw;
      return false;
    }
    return true;
  }

  /// Whether there are runs or variants below a folder, or a live process is about to save one there.
  [[nodiscard]] bool is_in_use(const std::string& folder) {
    for (const std::string& file : fs_.files_below(folder)) {
      const std::string name = last_part(file);
      if (name == metadata_filename || (name == variant_marker && file != name)) return true;
      const std::string path = joined(folder, file), holder = folder_of(path);
      if (last_part(holder) != claims_folder) continue;
      const std::unique_ptr<Claim> claim = fs_.claim(path);
      if (!claim) return true;
      const std::string claimed = joined(folder_of(holder), name);
      clean_up_abandoned(fs_, *claim, claimed);
      fs_.remove_if_empty(claimed);
    }
    return false;
  }

  FileSystem& fs_;
  const RegistryLayout& layout_;
  TrashEntries entries_;
};

}  // namespace erm::detail

// The bodies of erm/trash.hpp.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/time_text.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/store/copied_runs.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/trash_entries.hpp"
#include "erm/detail/store/trash_store.hpp"
#include "erm/trash.hpp"

namespace erm {

namespace detail {

/// The trash of one registry.
class RegistryTrash {
 public:
  RegistryTrash(const std::string& registry_uri, const std::shared_ptr<FileSystem>& fs)
      : uri_(registry_uri),
        registry_(locate(registry_uri, fs)),
        layout_{*registry_.fs, without_end_slash(registry_.path)},
        store_(layout_) {
    place().expect_registry();
  }
  RegistryTrash(const RegistryTrash&) = delete;
  RegistryTrash& operator=(const RegistryTrash&) = delete;

  /// Throws InvalidIdError unless the ids are valid. The run id, or both the run id and the variant id, may be empty.
  static void expect_valid(const RunIds& ids) {
    check_name("experiment id", ids.experiment_id);
    if (!ids.variant_id.empty() || !ids.run_id.empty()) check_name("variant id", ids.variant_id);
    if (!ids.run_id.empty()) check_name("run id", ids.run_id);
  }

  void delete_run(const RunIds& ids) {
    if (store_.delete_run(ids, {"run", {}})) return;
    place().expect_variant(ids.experiment_id, ids.variant_id);
    throw NotFoundError("there is no run " + words(ids) + "; list_runs tells which there are");
  }

  void delete_all(const RunIds& ids) {
    if (ids.variant_id.empty())
      place().expect_experiment(ids.experiment_id);
    else
      place().expect_variant(ids.experiment_id, ids.variant_id);
    store_.delete_all(ids);
  }

  [[nodiscard]] std::vector<TrashEntry> list(std::vector<TrashDamage>* damaged = nullptr) const {
    return store_.list(damaged);
  }
  /// The end of a message that something is not in the trash.
  [[nodiscard]] static std::string words_of_damage(const std::vector<TrashDamage>& damaged) {
    std::string text;
    for (const TrashDamage& damage : damaged) text += "; passed over: " + damage.reason;
    return text;
  }

  /// The entry with that name or, if the name is empty, the last entry with those ids; null if there is none.
  [[nodiscard]] static const TrashEntry* find(const std::vector<TrashEntry>& entries, const RunIds& ids,
                                              const std::string& name) {
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
      if (name.empty() ? entry->ids == ids : entry->name == name) return &*entry;
    return nullptr;
  }

  std::string restore_run(const RunIds& ids, const std::string& name) {
    std::vector<TrashDamage> damaged;
    const std::vector<TrashEntry> entries = list(&damaged);
    const TrashEntry* const entry = find(entries, ids, name);
    if (entry == nullptr)
      throw NotFoundError("there is no run " + words(ids) + " in its trash; list_trash tells which there are" +
                          words_of_damage(damaged));
    for (const TrashDamage& damage : damaged)
      if (name.empty() && damage.is_of_disk() && damage.name > entry->name)
        throw IoError("cannot restore the run " + words(ids) + ": it may have been deleted again later, but " +
                          damage.reason + "; pass a TrashedRun of list_trash to restore an earlier one",
                      damage.code);
    // If the variant or the experiment was deleted, too, their markers come back with the run.
    const RunIds experiment{entry->ids.experiment_id, {}, {}},
        variant{entry->ids.experiment_id, entry->ids.variant_id, {}};
    std::vector<const TrashEntry*> markers;
    for (const RunIds& above : {experiment, variant})
      if (const TrashEntry* const marker = find(entries, above, {}); marker && !store_.has_marker(above))
        markers.push_back(marker);
    store_.restore(*entry);
    for (const TrashEntry* const marker : markers) store_.restore_marker(*marker);
    return uri_of(entry->ids);
  }

  std::vector<std::string> restore_all(const RunIds& ids) {
    std::vector<TrashDamage> damaged;
    const std::vector<TrashEntry> entries = list(&damaged);
    const auto is_of_it = [&](const TrashEntry& entry) {
      if (ids.variant_id.empty())
        return entry.deletion.what == "experiment" && entry.ids.experiment_id == ids.experiment_id;
      return entry.deletion.what != "run" && entry.ids.experiment_id == ids.experiment_id &&
             entry.ids.variant_id == ids.variant_id;
    };
    const auto last = std::find_if(entries.rbegin(), entries.rend(), is_of_it);
    if (last == entries.rend()) {
      throw NotFoundError(std::string("there is no deleted ") +
                          (ids.variant_id.empty()
                               ? "experiment '" + ids.experiment_id
                               : "variant '" + ids.variant_id + "' of experiment '" + ids.experiment_id) +
                          "' in the trash of the registry '" + uri_ + "'; list_trash tells which runs there are" +
                          words_of_damage(damaged));
    }
    std::vector<const TrashEntry*> runs, markers;
    std::set<std::string> uris;
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      if (!is_of_it(*entry) || !(entry->deletion == last->deletion)) continue;
      if (!entry->is_run())
        markers.push_back(&*entry);
      else if (uris.insert(uri_of(entry->ids)).second)  // if several runs have the same id, the last one
        runs.push_back(&*entry);
    }
    for (const TrashEntry* const run : runs) store_.refuse_run(run->ids);
    for (const TrashEntry* const run : runs) store_.restore(*run);
    // Markers come last, so that an interrupted call can be repeated. An experiment comes before its variants.
    std::sort(markers.begin(), markers.end(),
              [](const auto* a, const auto* b) { return a->ids.variant_id < b->ids.variant_id; });
    for (const TrashEntry* const marker : markers) store_.restore_marker(*marker);
    // The names of entries begin with their time: the name of a deletion comes before those of its entries, and the
    // marker of what was deleted is the last of them.
    const TrashEntry* end = nullptr;
    for (const TrashEntry* const marker : markers)
      if (marker->ids == ids) end = marker;
    for (const TrashDamage& damage : damaged) {
      if (damage.name < last->deletion.name || (end != nullptr && damage.name > end->name)) continue;
      const std::string text =
          "cannot restore all of '" + uri_of(ids) + "': the rest is back, and this may belong to it: " + damage.reason;
      if (damage.code) throw IoError(text, damage.code);
      throw FormatError(text);
    }
    return {uris.begin(), uris.end()};
  }

  std::size_t empty(std::chrono::seconds older_than) {
    // The default is everything, even what a machine with a fast clock deleted "in the future".
    const TimePoint now = now_utc();
    if (older_than <= std::chrono::seconds(0)) return store_.empty((TimePoint::max)());
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
    return store_.empty(older_than > age ? TimePoint() : now - older_than);
  }

 private:
  [[nodiscard]] VariantPlace place() const { return {*registry_.fs, uri_, layout_.root}; }

  [[nodiscard]] std::string words(const RunIds& ids) const {
    return "'" + ids.run_id + "' of variant '" + ids.variant_id + "' of experiment '" + ids.experiment_id +
           "' in the registry '" + uri_ + "'";
  }
  [[nodiscard]] std::string uri_of(const RunIds& ids) const { return uri_below(lasting_uri(uri_, registry_), ids.folder({})); }

  const std::string& uri_;
  Location registry_;
  RegistryLayout layout_;
  TrashStore store_;
};

/// The closest folder above `path` that holds the marker file, or an empty text.
inline std::string folder_above(const FileSystem& fs, std::string path, std::string_view marker) {
  while (path != folder_of(path) && folder_of(path) != ".") {
    path = folder_of(path);
    if (fs.are_files({joined(path, std::string(marker))})) return path;
  }
  return fs.are_files({std::string(marker)}) ? "." : "";
}

}  // namespace detail

ERM_INLINE void delete_run(const std::string& registry_uri, const std::string& experiment_id,
                           const std::string& variant_id, const std::string& run_id, std::shared_ptr<FileSystem> fs) {
  detail::check_name("run id", run_id);
  const detail::RunIds ids{experiment_id, variant_id, run_id};
  detail::RegistryTrash::expect_valid(ids);
  detail::RegistryTrash(registry_uri, fs).delete_run(ids);
}

ERM_INLINE void delete_run(const std::string& run_uri, std::shared_ptr<FileSystem> fs) {
  const Location run = detail::locate(run_uri, fs);
  const std::string path = detail::without_end_slash(run.path);
  const std::string variant = detail::folder_above(*run.fs, path, detail::variant_marker);
  const std::string experiment =
      variant.empty() ? "" : detail::folder_above(*run.fs, variant, detail::experiment_marker);
  std::string root = experiment.empty() ? "" : detail::folder_above(*run.fs, experiment, detail::registry_marker);
  const auto below = [](const std::string& path_of, const std::string& above) {
    return above == "." ? path_of : path_of.substr(above.size() + (above.back() != '/'));
  };
  if (root.empty()) {
    // Somebody may have copied only the run, without the markers above it.
    root = detail::folder_above(*run.fs, path, detail::registry_marker);
    const std::string inside = root.empty() ? "" : below(path, root);
    const std::string its_experiment = inside.empty() ? "" : detail::holder_of(*run.fs, root, inside, false);
    if (!its_experiment.empty()) {
      const std::string rest = below(inside, its_experiment);
      const std::string its_variant =
          detail::holder_of(*run.fs, detail::joined(root, its_experiment), rest, true);
      if (!its_variant.empty()) return delete_run(root, its_experiment, its_variant, below(rest, its_variant), run.fs);
    }
    throw Error("cannot delete the run '" + run_uri + "': no folder above it has " + std::string(detail::registry_marker) +
                ", so it lies in no registry, which would have a trash; remove the folder itself, or call delete_run " +
                "with the registry and the ids");
  }
  delete_run(root, below(experiment, root), below(variant, experiment), below(path, variant), run.fs);
}

ERM_INLINE void delete_variant(const std::string& registry_uri, const std::string& experiment_id,
                               const std::string& variant_id, std::shared_ptr<FileSystem> fs) {
  detail::check_name("variant id", variant_id);
  detail::RegistryTrash::expect_valid({experiment_id, variant_id, {}});
  detail::RegistryTrash(registry_uri, fs).delete_all({experiment_id, variant_id, {}});
}

ERM_INLINE void delete_experiment(const std::string& registry_uri, const std::string& experiment_id,
                                  std::shared_ptr<FileSystem> fs) {
  detail::RegistryTrash::expect_valid({experiment_id, {}, {}});
  detail::RegistryTrash(registry_uri, fs).delete_all({experiment_id, {}, {}});
}

ERM_INLINE std::vector<TrashedRun> list_trash(const std::string& registry_uri, std::shared_ptr<FileSystem> fs) {
  std::vector<TrashedRun> runs;
  std::vector<detail::TrashDamage> damaged;
  std::vector<detail::TrashEntry> entries = detail::RegistryTrash(registry_uri, fs).list(&damaged);
  for (const detail::TrashDamage& damage : damaged)
    std::fprintf(stderr, "erm: left out of the trash: %s\n", damage.reason.c_str());
  for (detail::TrashEntry& entry : entries) {
    if (!entry.is_run()) continue;
    runs.push_back({std::move(entry.name), std::move(entry.ids.experiment_id), std::move(entry.ids.variant_id),
                    std::move(entry.ids.run_id), entry.deleted_utc});
  }
  return runs;
}

ERM_INLINE std::string restore_run(const std::string& registry_uri, const std::string& experiment_id,
                                   const std::string& variant_id, const std::string& run_id,
                                   std::shared_ptr<FileSystem> fs) {
  detail::check_name("run id", run_id);
  const detail::RunIds ids{experiment_id, variant_id, run_id};
  detail::RegistryTrash::expect_valid(ids);
  return detail::RegistryTrash(registry_uri, fs).restore_run(ids, {});
}

ERM_INLINE std::string restore_run(const std::string& registry_uri, const TrashedRun& run,
                                   std::shared_ptr<FileSystem> fs) {
  return detail::RegistryTrash(registry_uri, fs)
      .restore_run({run.experiment_id, run.variant_id, run.run_id}, run.trash_id);
}

ERM_INLINE std::vector<std::string> restore_variant(const std::string& registry_uri, const std::string& experiment_id,
                                                    const std::string& variant_id, std::shared_ptr<FileSystem> fs) {
  detail::check_name("variant id", variant_id);
  detail::RegistryTrash::expect_valid({experiment_id, variant_id, {}});
  return detail::RegistryTrash(registry_uri, fs).restore_all({experiment_id, variant_id, {}});
}

ERM_INLINE std::vector<std::string> restore_experiment(const std::string& registry_uri,
                                                       const std::string& experiment_id,
                                                       std::shared_ptr<FileSystem> fs) {
  detail::RegistryTrash::expect_valid({experiment_id, {}, {}});
  return detail::RegistryTrash(registry_uri, fs).restore_all({experiment_id, {}, {}});
}

ERM_INLINE std::size_t empty_trash(const std::string& registry_uri, std::chrono::seconds older_than,
                                   std::shared_ptr<FileSystem> fs) {
  return detail::RegistryTrash(registry_uri, fs).empty(older_than);
}

}  // namespace erm

// The bodies of erm/registry.hpp.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/detail/run/saved_places.hpp"
#include "erm/detail/store/copied_runs.hpp"
#include "erm/detail/store/free_run_ids.hpp"
#include "erm/detail/store/latest_run.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/run_reader.hpp"
#include "erm/detail/store/run_saver.hpp"
#include "erm/detail/store/trash_store.hpp"
#include "erm/registry.hpp"

namespace erm {

namespace detail {

/// Runs of a variant that the caller did not name. Passes over each that cannot be read, with a line on stderr. Throws
/// NotFoundError if one has been deleted since it was listed.
inline std::vector<ExperimentRun> load_readable_runs(const std::string& registry_uri, const std::string& experiment_id,
                                                     const std::string& variant_id,
                                                     const std::vector<std::string>& run_ids,
                                                     const std::shared_ptr<FileSystem>& fs) {
  try {
    return load_runs_from_registry(registry_uri, experiment_id, variant_id, run_ids, fs);
  } catch (const NotFoundError&) {
    throw;
  } catch (const Error&) {
    // One is damaged: each is read separately below.
  }
  std::vector<ExperimentRun> runs;
  std::vector<std::string> left_out;
  for (const std::string& run_id : run_ids) {
    try {
      runs.push_back(load_run_from_registry(registry_uri, experiment_id, variant_id, run_id, fs));
    } catch (const NotFoundError&) {
      throw;
    } catch (const Error& error) {
      const std::string folder = RunIds{experiment_id, variant_id, run_id}.folder({});
      left_out.push_back("left out the run '" + uri_below(registry_uri, folder) + "': " + error.what());
    }
  }
  for (const std::string& line : left_out) std::fprintf(stderr, "erm: %s\n", line.c_str());
  return runs;
}

/// The variant to which a run is saved.
struct RegistryVariant {
  const RegistryLayout& layout;
  const std::string& experiment_id;
  const std::string& variant_id;
  Durability durability;

  [[nodiscard]] std::string folder() const { return joined(joined(layout.root, experiment_id), variant_id); }
  /// Creates the variant if it is missing, and returns a function that does so again. The save calls that function
  /// while it holds the claim on the run's name, because then no process deletes the variant. The first time matters
  /// only for stores with folders: there a save to a wrong place would otherwise leave folders behind.
  [[nodiscard]] std::function<void()> maker() const {
    const auto make = [this] { layout.make_variant(experiment_id, variant_id, durability); };
    if (layout.fs.has_folders()) make();
    return make;
  }
  /// Finishes an interrupted deletion of a run in the variant. Returns false if there is none.
  [[nodiscard]] bool finish_delete(const std::string& run_id) const {
    return TrashStore(layout).finish({experiment_id, variant_id, run_id});
  }
};

/// Saves to the given folder, which is in `variant` unless that is null. If another save holds the folder, waits at
/// most ten seconds: a save takes milliseconds, while a live run holds its folder for hours.
inline void save_to_folder(const RunRecord& record, const std::string& run_id, FileSystem& fs,
                           const std::string& folder, bool overwrite, Durability durability,
                           const RegistryVariant* variant = nullptr) {
  using std::chrono::milliseconds;
  const std::string cannot = "cannot save the run '" + run_id + "' to '" + folder + "': ";
  const std::function<void()> make_variant = variant ? variant->maker() : nullptr;
  const auto begin = std::chrono::steady_clock::now();
  for (milliseconds pause(1);; pause = (std::min)(2 * pause, milliseconds(50))) {
    SaveOutcome outcome = RunSaver(fs, record, run_id, folder, durability, make_variant).save(overwrite);
    if (outcome == SaveOutcome::is_being_saved && !overwrite && fs.are_files({metadata_path(folder)}))
      outcome = SaveOutcome::exists;
    switch (outcome) {
      case SaveOutcome::saved:
        return;
      case SaveOutcome::exists:
        throw RunExistsError(cannot + "a run is there; choose another id or place, or set SaveOptions::overwrite");
      case SaveOutcome::holds_other_files:
        if (variant && variant->finish_delete(run_id)) break;
        if (const std::vector<std::string> runs = sorted_ids(fs, folder, metadata_filename); !runs.empty())
          throw InvalidIdError(cannot + "it would hold the run '" + runs.front() + "'; choose another id or place");
        throw RunExistsError(cannot + "the folder holds files and no run, and ERM replaces only runs; choose another " +
                             "id or place, or empty it");
      case SaveOutcome::is_being_saved:
        if (std::chrono::steady_clock::now() - begin > std::chrono::seconds(10))
          throw RunExistsError(cannot + "another process is writing a run there; choose another id or place");
        std::this_thread::sleep_for(pause);
    }
  }
}

/// Saves under the run's own id or, if that was generated, under the next free one. Returns the id.
inline std::string save_under_free_id(const ExperimentRun& run, const std::shared_ptr<FileSystem>& fs,
                                      const RegistryVariant& variant, bool overwrite) {
  const RunRecord& record = RunAccess::record(run);
  SavedPlaces& places = RunAccess::saved_places(run);
  const std::string folder = variant.folder();
  if (!record.run_id_was_generated) {
    save_to_folder(record, record.run_id, *fs, joined(folder, record.run_id), overwrite, variant.durability, &variant);
    return record.run_id;
  }
  if (overwrite) {
    if (const std::optional<std::string> mine = places.run_id_in(fs, folder)) {
      save_to_folder(record, *mine, *fs, joined(folder, *mine), true, variant.durability, &variant);
      return *mine;
    }
  }
  const std::function<void()> make_variant = variant.maker();
  for (FreeRunIds ids(*fs, folder, record.run_id);;) {
    std::string run_id = ids.next();
    RunSaver saver(*fs, record, run_id, joined(folder, run_id), variant.durability, make_variant);
    if (saver.save(false) != SaveOutcome::saved) continue;
    places.remember(fs, folder, run_id);
    return run_id;
  }
}

/// Throws InvalidIdError if a folder lies inside a run: it would disappear with that run.
inline void refuse_place_in_run(const FileSystem& fs, const std::string& folder, const std::string& run_uri) {
  for (std::size_t slash = folder.rfind('/'); slash != std::string::npos && slash > 0;
       slash = folder.rfind('/', slash - 1)) {
    const std::string above = folder.substr(0, slash);
    if (fs.are_files({metadata_path(above)}))
      throw InvalidIdError("cannot save a run to '" + run_uri + "': it would lie inside the run '" + above +
                           "'; choose another place");
  }
}

}  // namespace detail

ERM_INLINE void save_run_to_path(const ExperimentRun& run, const std::string& run_uri, SaveOptions options) {
  const Location place = detail::locate(run_uri, options.fs);
  const std::string folder = detail::without_end_slash(place.path);
  const bool is_current = detail::without_end_slash(run_uri) == ".";
  const std::string reserved = detail::fault_of_part(is_current ? "." : detail::last_part(folder));
  if (!reserved.empty()) throw InvalidIdError("cannot save a run to '" + run_uri + "': its name " + reserved);
  detail::refuse_place_in_run(*place.fs, folder, run_uri);
  detail::save_to_folder(detail::RunAccess::record(run), run.run_id(), *place.fs, folder, options.overwrite,
                         options.durable ? Durability::durable : Durability::buffered);
}

ERM_INLINE std::string save_run_to_registry(const ExperimentRun& run, const std::string& registry_uri,
                                            SaveOptions options) {
  const Location registry = detail::locate(registry_uri, options.fs);
  const detail::RegistryLayout layout{*registry.fs, detail::without_end_slash(registry.path)};
  layout.check_run(run.experiment_id(), run.variant_id(), run.run_id());
  const detail::RegistryVariant variant{layout, run.experiment_id(), run.variant_id(),
                                        options.durable ? Durability::durable : Durability::buffered};
  const std::string run_id = detail::save_under_free_id(run, registry.fs, variant, options.overwrite);
  return detail::uri_below(detail::lasting_uri(registry_uri, registry),
                           detail::RunIds{run.experiment_id(), run.variant_id(), run_id}.folder({}));
}

ERM_INLINE ExperimentRun load_run_from_path(const std::string& run_uri, std::shared_ptr<FileSystem> fs) {
  const Location place = detail::locate(run_uri, fs);
  return detail::RunAccess::make(detail::read_run(place.fs, detail::without_end_slash(place.path)));
}

ERM_INLINE ExperimentRun load_run_from_registry(const std::string& registry_uri, const std::string& experiment_id,
                                                const std::string& variant_id, std::optional<std::string> run_id,
                                                std::shared_ptr<FileSystem> fs) {
  detail::check_name("experiment id", experiment_id);
  detail::check_name("variant id", variant_id);
  if (run_id) detail::check_name("run id", *run_id);
  const Location registry = detail::locate(registry_uri, fs);
  const std::string variant =
      detail::joined(detail::joined(detail::without_end_slash(registry.path), experiment_id), variant_id);
  const std::shared_ptr<FileSystem>& store = registry.fs;
  const auto load = [&](std::string id) {
    detail::RunRecord record = detail::read_run(store, detail::joined(variant, id));
    record.experiment_id = experiment_id;
    record.variant_id = variant_id;
    record.run_id = std::move(id);
    return detail::RunAccess::make(std::move(record));
  };
  if (run_id) {
    try {
      return load(std::move(*run_id));
    } catch (const NotFoundError&) {
      // If the registry, the experiment or the variant is missing, throws an error that names it.
      const std::string root = detail::without_end_slash(registry.path);
      detail::VariantPlace{*store, registry_uri, root}.expect_variant(experiment_id, variant_id);
      throw;
    }
  }
  for (;;) {
    std::vector<std::string> ids = list_runs(registry_uri, experiment_id, variant_id, fs);
    if (ids.empty()) {
      throw NotFoundError("there is no run of variant '" + variant_id + "' of experiment '" + experiment_id +
                          "' in the registry '" + registry_uri + "'; save one first");
    }
    std::string latest;
    try {
      latest = detail::latest_of(*store, variant, ids);
      return load(latest);
    } catch (const NotFoundError&) {
      // If the list has changed, one of the runs has just been deleted. Try again.
      if (ids == list_runs(registry_uri, experiment_id, variant_id, fs)) throw;
    } catch (const Error&) {
      if (latest.empty()) throw;
      detail::refuse_latest(latest, variant, std::current_exception());
    }
  }
}

ERM_INLINE std::vector<ExperimentRun> load_runs_from_registry(const std::string& registry_uri,
                                                              const std::string& experiment_id,
                                                              const std::string& variant_id,
                                                              std::optional<std::vector<std::string>> run_ids,
                                                              std::shared_ptr<FileSystem> fs) {
  if (!run_ids) {
    for (;;) {
      std::vector<std::string> ids = list_runs(registry_uri, experiment_id, variant_id, fs);
      try {
        return detail::load_readable_runs(registry_uri, experiment_id, variant_id, ids, fs);
      } catch (const NotFoundError&) {
        // If the list has changed, one of the runs has just been deleted. Try again.
        if (ids == list_runs(registry_uri, experiment_id, variant_id, fs)) throw;
      }
    }
  }
  detail::check_name("experiment id", experiment_id);
  detail::check_name("variant id", variant_id);
  const Location registry = detail::locate(registry_uri, fs);
  const std::string variant =
      detail::joined(detail::joined(detail::without_end_slash(registry.path), experiment_id), variant_id);
  std::vector<std::string> folders;
  for (const std::string& run_id : *run_ids) {
    detail::check_name("run id", run_id);
    folders.push_back(detail::joined(variant, run_id));
  }
  std::vector<detail::RunRecord> records = detail::read_runs(registry.fs, folders);
  std::vector<ExperimentRun> runs;
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i].experiment_id = experiment_id;
    records[i].variant_id = variant_id;
    records[i].run_id = std::move((*run_ids)[i]);
    runs.push_back(detail::RunAccess::make(std::move(records[i])));
  }
  return runs;
}

ERM_INLINE std::vector<std::string> list_experiments(const std::string& registry_uri, std::shared_ptr<FileSystem> fs) {
  const Location registry = detail::locate(registry_uri, fs);
  const std::string root = detail::without_end_slash(registry.path);
  detail::VariantPlace{*registry.fs, registry_uri, root}.expect_registry();
  return detail::marked_or_copied_ids(*registry.fs, root, false);
}

ERM_INLINE std::vector<std::string> list_variants(const std::string& registry_uri, const std::string& experiment_id,
                                                  std::shared_ptr<FileSystem> fs) {
  detail::check_name("experiment id", experiment_id);
  const Location registry = detail::locate(registry_uri, fs);
  const std::string root = detail::without_end_slash(registry.path);
  detail::VariantPlace{*registry.fs, registry_uri, root}.expect_experiment(experiment_id);
  return detail::marked_or_copied_ids(*registry.fs, detail::joined(root, experiment_id), true);
}

ERM_INLINE std::vector<std::string> list_runs(const std::string& registry_uri, const std::string& experiment_id,
                                              const std::string& variant_id, std::shared_ptr<FileSystem> fs) {
  detail::check_name("experiment id", experiment_id);
  detail::check_name("variant id", variant_id);
  const Location registry = detail::locate(registry_uri, fs);
  const std::string root = detail::without_end_slash(registry.path);
  detail::VariantPlace{*registry.fs, registry_uri, root}.expect_variant(experiment_id, variant_id);
  return detail::sorted_ids(*registry.fs, detail::joined(detail::joined(root, experiment_id), variant_id),
                            detail::metadata_filename);
}

}  // namespace erm

// Deleted runs, and how they come back: a deleted run moves to the trash of its registry, and stays there until the
// trash is emptied.
//
//   erm::delete_run("erm-registry", "digits", "main", "2026_11_23__07_30_21");
//   for (const erm::TrashedRun& run : erm::list_trash("erm-registry")) std::puts(run.run_id.c_str());
//   erm::restore_run("erm-registry", "digits", "main", "2026_11_23__07_30_21");
//   erm::empty_trash("erm-registry", std::chrono::hours(24 * 30));
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "erm/experiment_run.hpp"
#include "erm/file_system.hpp"
#include "erm/impl/linkage.hpp"

namespace erm {

// For readers a run disappears in one step, and comes back in one step. Its id is free meanwhile. If a process is
// killed in between, the run is in its place or in the trash. Nothing outside the registry is changed: a symbolic link
// above a run is a FormatError, and a link inside a run moves with the run and is not followed. Every function throws
// NotFoundError if the registry does not exist, and IoError if the store refuses or another process holds a run for ten
// seconds.

/// Moves a run to the trash. Throws NotFoundError if there is no such run, and RunExistsError while a live process
/// writes it. The experiment and the variant stay, even without runs.
void delete_run(const std::string& registry_uri, const std::string& experiment_id, const std::string& variant_id,
                const std::string& run_id, std::shared_ptr<FileSystem> fs = nullptr);

/// The same by the URI that save_run_to_registry returned. Throws Error if the run is not in a registry.
void delete_run(const std::string& run_uri, std::shared_ptr<FileSystem> fs = nullptr);

/// Moves a variant or an experiment to the trash: its runs one by one, then itself. Throws RunExistsError, and deletes
/// nothing, if a live process writes one of the runs. A run that another process saves there meanwhile stays. If a call
/// was interrupted, the next call continues it.
void delete_variant(const std::string& registry_uri, const std::string& experiment_id, const std::string& variant_id,
                    std::shared_ptr<FileSystem> fs = nullptr);
void delete_experiment(const std::string& registry_uri, const std::string& experiment_id,
                       std::shared_ptr<FileSystem> fs = nullptr);

/// A run in the trash. Several may have the same run id.
struct TrashedRun {
  std::string trash_id;  // unique in this trash
  std::string experiment_id;
  std::string variant_id;
  std::string run_id;
  TimePoint deleted_utc;
};

/// The runs in the trash, in the order of their deletion.
[[nodiscard]] std::vector<TrashedRun> list_trash(const std::string& registry_uri,
                                                 std::shared_ptr<FileSystem> fs = nullptr);

/// Brings a run back with everything that it had, and returns its URI. Of several runs with that id it is the one that
/// was deleted last. Throws NotFoundError if the trash has no such run, and RunExistsError if another run has its id
/// now.
std::string restore_run(const std::string& registry_uri, const std::string& experiment_id,
                        const std::string& variant_id, const std::string& run_id,
                        std::shared_ptr<FileSystem> fs = nullptr);
/// Brings back this one run.
std::string restore_run(const std::string& registry_uri, const TrashedRun& run,
                        std::shared_ptr<FileSystem> fs = nullptr);

/// Brings back what the last delete_variant or delete_experiment of that id moved, and returns the URIs of the runs. A
/// run that was deleted alone before stays in the trash. Throws as restore_run, and then restores nothing.
std::vector<std::string> restore_variant(const std::string& registry_uri, const std::string& experiment_id,
                                         const std::string& variant_id, std::shared_ptr<FileSystem> fs = nullptr);
std::vector<std::string> restore_experiment(const std::string& registry_uri, const std::string& experiment_id,
                                            std::shared_ptr<FileSystem> fs = nullptr);

/// Removes for good every run that was deleted at least `older_than` ago, by default all. Returns the number of runs
/// removed.
std::size_t empty_trash(const std::string& registry_uri, std::chrono::seconds older_than = std::chrono::seconds(0),
                        std::shared_ptr<FileSystem> fs = nullptr);

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/trash.inl"
#endif

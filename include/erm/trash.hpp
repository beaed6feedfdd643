// Deletes runs, and restores them. A deleted run moves to the trash of its registry, and stays there until the trash is
// emptied.
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

// For readers a run disappears and comes back atomically. Its id is free meanwhile. If the process is killed during the
// move, the run is in its old folder or in the trash. Nothing outside the registry changes: a symbolic link above a run
// is a FormatError, and a link inside a run moves with the run and is not followed. Every function throws NotFoundError
// if the registry does not exist, and IoError if the store refuses or another process holds a run for ten seconds.

/// Moves a run to the trash. Throws NotFoundError if there is no such run, and RunExistsError while a live process
/// writes to it. The experiment and the variant stay, even if they have no more runs.
void delete_run(const std::string& registry_uri, const std::string& experiment_id, const std::string& variant_id,
                const std::string& run_id, std::shared_ptr<FileSystem> fs = nullptr);

/// The same by the URI that save_run_to_registry returned. Throws Error if the run is not in a registry.
void delete_run(const std::string& run_uri, std::shared_ptr<FileSystem> fs = nullptr);

/// Moves a variant or an experiment to the trash: its runs one by one, then itself. Throws RunExistsError, and deletes
/// nothing, if a live process writes to one of the runs. A run that another process saves there meanwhile stays. The
/// next call continues an interrupted one. What cannot be deleted, as a folder without permission, hides nothing: the
/// rest is deleted, and the error, of the first one's type, names all that is left.
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

/// The runs in the trash, in the order of their deletion. One that cannot be read is left out, with a line on stderr.
[[nodiscard]] std::vector<TrashedRun> list_trash(const std::string& registry_uri,
                                                 std::shared_ptr<FileSystem> fs = nullptr);

/// Restores a run with everything it had, and returns its URI. If several runs have that id, restores the one that was
/// deleted last. Throws NotFoundError if the trash has no such run, RunExistsError if another run has its id now, and
/// IoError if the disk failed at a later entry, which may be the last one.
std::string restore_run(const std::string& registry_uri, const std::string& experiment_id,
                        const std::string& variant_id, const std::string& run_id,
                        std::shared_ptr<FileSystem> fs = nullptr);
/// Restores exactly this run.
std::string restore_run(const std::string& registry_uri, const TrashedRun& run,
                        std::shared_ptr<FileSystem> fs = nullptr);

/// Restores what the last delete_variant or delete_experiment of that id deleted, and returns the URIs of the runs. A
/// run that was deleted separately before stays in the trash. Throws like restore_run, and then restores nothing; but
/// if the trash has an entry of that time that cannot be read, restores the rest and then throws: IoError if the system
/// refuses, FormatError if the entry is damaged. Call it again when that is mended.
std::vector<std::string> restore_variant(const std::string& registry_uri, const std::string& experiment_id,
                                         const std::string& variant_id, std::shared_ptr<FileSystem> fs = nullptr);
std::vector<std::string> restore_experiment(const std::string& registry_uri, const std::string& experiment_id,
                                            std::shared_ptr<FileSystem> fs = nullptr);

/// Permanently removes every run that was deleted at least `older_than` ago, by default all. Returns the number of runs
/// removed. Keeps an entry that cannot be read, whose age is not known; if the disk failed there, removes the rest and
/// throws IoError.
std::size_t empty_trash(const std::string& registry_uri, std::chrono::seconds older_than = std::chrono::seconds(0),
                        std::shared_ptr<FileSystem> fs = nullptr);

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/trash.inl"
#endif

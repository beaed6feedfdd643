// Runs that are thrown away, and can come back: they move to the trash of their registry, and stay there until it is
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

#include "erm/artifact.hpp"
#include "erm/experiment_run.hpp"
#include "erm/file_system.hpp"

namespace erm {

// A deleted run is gone for readers in one step, and so it comes back; its id can be used again. A process that is
// killed leaves it there or in the trash. Nothing outside the registry is touched: symbolic links are refused with a
// FormatError, and a link inside of a run moves with it and is not followed. Each function throws NotFoundError where
// the registry is not there, and IoError where a store refuses or another process holds a run for ten seconds.

/// Moves a run to the trash. Throws NotFoundError where there is none, and RunExistsError while a live process writes
/// it. Its experiment and variant stay, also without runs.
void delete_run(const std::string& registry_uri, const std::string& experiment_id, const std::string& variant_id,
                const std::string& run_id, std::shared_ptr<FileSystem> fs = nullptr);

/// The same by the URI that save_run_to_registry gave. Throws Error where it lies in no registry.
void delete_run(const std::string& run_uri, std::shared_ptr<FileSystem> fs = nullptr);

/// Moves a variant or an experiment with its runs, one run after the other and itself last. Throws RunExistsError, and
/// deletes nothing, where a live process writes one of them. What another process saves there meanwhile stays. One that
/// was cut off is continued by the next call.
void delete_variant(const std::string& registry_uri, const std::string& experiment_id, const std::string& variant_id,
                    std::shared_ptr<FileSystem> fs = nullptr);
void delete_experiment(const std::string& registry_uri, const std::string& experiment_id,
                       std::shared_ptr<FileSystem> fs = nullptr);

/// A run in the trash. One id may be there several times.
struct TrashedRun {
  std::string trash_id;  // what no other run in this trash has
  std::string experiment_id;
  std::string variant_id;
  std::string run_id;
  TimePoint deleted_utc;
};

/// The runs in the trash, the one that was deleted first at the front.
[[nodiscard]] std::vector<TrashedRun> list_trash(const std::string& registry_uri,
                                                 std::shared_ptr<FileSystem> fs = nullptr);

/// Brings a run back with all that it had, and gives its URI: of several of that id the one that was deleted last.
/// Throws NotFoundError where there is none in the trash, and RunExistsError where its id was taken meanwhile.
std::string restore_run(const std::string& registry_uri, const std::string& experiment_id,
                        const std::string& variant_id, const std::string& run_id,
                        std::shared_ptr<FileSystem> fs = nullptr);
/// Brings that very run back.
std::string restore_run(const std::string& registry_uri, const TrashedRun& run,
                        std::shared_ptr<FileSystem> fs = nullptr);

/// Brings back what the last delete_variant or delete_experiment of that id moved, and gives the runs' URIs; not the
/// runs that were deleted before by themselves. Throws as restore_run, and then restores nothing.
std::vector<std::string> restore_variant(const std::string& registry_uri, const std::string& experiment_id,
                                         const std::string& variant_id, std::shared_ptr<FileSystem> fs = nullptr);
std::vector<std::string> restore_experiment(const std::string& registry_uri, const std::string& experiment_id,
                                            std::shared_ptr<FileSystem> fs = nullptr);

/// Removes for good what was deleted that long ago or longer, by default all, and gives the number of the runs.
std::size_t empty_trash(const std::string& registry_uri, std::chrono::seconds older_than = std::chrono::seconds(0),
                        std::shared_ptr<FileSystem> fs = nullptr);

}  // namespace erm

#include "erm/impl/trash.hpp"

// Runs on disk: saving, listing and loading. A registry is a plain directory tree,
// <registry>/<experiment>/<variant>/<run>/, which the Python package experiment-results-manager reads and writes, too.
//
//   std::string uri = erm::save_run_to_registry(run, "erm-registry");       // "erm-registry/digits/main/2026_..."
//   erm::ExperimentRun again = erm::load_run_from_path(uri);
//   erm::ExperimentRun latest = erm::load_run_from_registry("erm-registry", "digits");
//   for (const std::string& id : erm::list_runs("erm-registry", "digits")) std::puts(id.c_str());
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "erm/experiment_run.hpp"
#include "erm/file_system.hpp"
#include "erm/histogram.hpp"
#include "erm/impl/linkage.hpp"
#include "erm/series.hpp"
#include "erm/table.hpp"

namespace erm {

struct SaveOptions {
  /// Replace an existing run. If the run id was generated, replaces only the run that this same object saved before.
  bool overwrite = false;
  /// Write everything to disk (fsync) before the run becomes visible, so that it survives a power cut.
  bool durable = true;
  /// A store of your own. The URI is then a path in it.
  std::shared_ptr<FileSystem> fs = nullptr;
};

/// Saves a run to the folder `run_uri`, and creates the missing folders above it. At any moment a reader sees the
/// complete run or none; with `overwrite` the old run or the new one. Throws RunExistsError if the folder has a run
/// already, and Error if the metadata would be larger than FileSystem::max_metadata_size() (64 MiB).
void save_run_to_path(const ExperimentRun& run, const std::string& run_uri, SaveOptions options = {});

/// Saves a run to a registry, creates the registry if it is missing, and returns the URI of the run. If the run id was
/// generated and another run has it, the run gets the next free id ("..._002"), in the URI and in its metadata. Throws
/// RunExistsError if you chose the id and another run has it, and InvalidIdError if an experiment, a variant or a run
/// would lie inside another of its kind. Throws Error for metadata that are too large, like save_run_to_path.
std::string save_run_to_registry(const ExperimentRun& run, const std::string& registry_uri, SaveOptions options = {});

/// Loads a run. Artifacts are read on demand. Throws NotFoundError if there is no run, and FormatError if its files are
/// damaged.
[[nodiscard]] ExperimentRun load_run_from_path(const std::string& run_uri, std::shared_ptr<FileSystem> fs = nullptr);

/// Loads the run `run_id`, or without one the latest: by timestamp_utc, then by id. Throws like load_run_from_path. The
/// loaded run has the ids of the call, even if its folder was copied or renamed. A damaged run that may be the latest,
/// by the time in its generated id or else by the time at which its metadata were written, is an error that names it.
/// One that cannot be is passed over, with a line on stderr.
[[nodiscard]] ExperimentRun load_run_from_registry(const std::string& registry_uri, const std::string& experiment_id,
                                                   const std::string& variant_id = "main",
                                                   std::optional<std::string> run_id = {},
                                                   std::shared_ptr<FileSystem> fs = nullptr);

/// Loads several runs of a variant. Reads many at once if the store is on another machine. Throws like
/// load_run_from_path. Without `run_ids` loads all runs that can be read, passes over the others with a line on stderr
/// each, and throws like list_runs.
[[nodiscard]] std::vector<ExperimentRun> load_runs_from_registry(const std::string& registry_uri,
                                                                 const std::string& experiment_id,
                                                                 const std::string& variant_id = "main",
                                                                 std::optional<std::vector<std::string>> run_ids = {},
                                                                 std::shared_ptr<FileSystem> fs = nullptr);

/// The ids in a registry, sorted. Each function throws NotFoundError if the registry, the experiment or the variant
/// does not exist. A folder that cannot be read, as lost+found in the root of a volume, is passed over without a word;
/// find_runs tells of it.
[[nodiscard]] std::vector<std::string> list_experiments(const std::string& registry_uri,
                                                        std::shared_ptr<FileSystem> fs = nullptr);
[[nodiscard]] std::vector<std::string> list_variants(const std::string& registry_uri, const std::string& experiment_id,
                                                     std::shared_ptr<FileSystem> fs = nullptr);
[[nodiscard]] std::vector<std::string> list_runs(const std::string& registry_uri, const std::string& experiment_id,
                                                 const std::string& variant_id = "main",
                                                 std::shared_ptr<FileSystem> fs = nullptr);

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/registry.inl"
#endif

// Runs on disk: saved to a registry, listed, and loaded back. A registry is a plain directory tree,
// <registry>/<experiment>/<variant>/<run>/, which the Python package experiment-results-manager shares.
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

namespace erm {

struct SaveOptions {
  /// Replace a run that is there. Where the id was generated, only the run that this very object saved before.
  bool overwrite = false;
  /// Bring all to the disk (fsync) before the run is visible, so that it survives a power cut.
  bool durable = true;
  /// A store of your own, in which the URI is a path.
  std::shared_ptr<FileSystem> fs = nullptr;
};

/// Saves a run to the folder that `run_uri` names; its parent folders are made. Whoever looks at any moment sees
/// the whole run or none, the old run or the new one. Throws RunExistsError where a run is there already.
void save_run_to_path(const ExperimentRun& run, const std::string& run_uri, SaveOptions options = {});

/// Saves a run to its place in a registry, which is made where it is not there, and gives the run's URI. Where an
/// id was generated and another run has it, the next free one is taken ("..._002"), as the URI and the metadata then
/// say. Throws RunExistsError where an id was chosen and is taken, InvalidIdError where an experiment, variant or
/// run would come to lie inside another of its kind.
std::string save_run_to_registry(const ExperimentRun& run, const std::string& registry_uri, SaveOptions options = {});

/// Loads a run; its artifacts are read when they are asked for. Throws NotFoundError where there is none, and
/// FormatError where its files are not what they should be.
[[nodiscard]] ExperimentRun load_run_from_path(const std::string& run_uri, std::shared_ptr<FileSystem> fs = nullptr);

/// Without a `run_id` the latest: by timestamp_utc, then by id. Throws as load_run_from_path. The run has the ids
/// it was asked for by, also where its folder was copied or renamed.
[[nodiscard]] ExperimentRun load_run_from_registry(const std::string& registry_uri, const std::string& experiment_id,
                                                   const std::string& variant_id = "main",
                                                   std::optional<std::string> run_id = {},
                                                   std::shared_ptr<FileSystem> fs = nullptr);

/// Several runs of a variant, or all of them: of a store that is far away, many are asked for at once. Throws as
/// load_run_from_path, and as list_runs where no ids were given.
[[nodiscard]] std::vector<ExperimentRun> load_runs_from_registry(const std::string& registry_uri,
                                                                 const std::string& experiment_id,
                                                                 const std::string& variant_id = "main",
                                                                 std::optional<std::vector<std::string>> run_ids = {},
                                                                 std::shared_ptr<FileSystem> fs = nullptr);

/// The ids in a registry, sorted. Each throws NotFoundError where the registry, the experiment or the variant is not
/// there.
[[nodiscard]] std::vector<std::string> list_experiments(const std::string& registry_uri,
                                                        std::shared_ptr<FileSystem> fs = nullptr);
[[nodiscard]] std::vector<std::string> list_variants(const std::string& registry_uri, const std::string& experiment_id,
                                                     std::shared_ptr<FileSystem> fs = nullptr);
[[nodiscard]] std::vector<std::string> list_runs(const std::string& registry_uri, const std::string& experiment_id,
                                                 const std::string& variant_id = "main",
                                                 std::shared_ptr<FileSystem> fs = nullptr);

}  // namespace erm

#include "erm/impl/registry.hpp"

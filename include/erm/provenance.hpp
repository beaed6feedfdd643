// Where a run came from: which program on which machine made it, how that was built and from which code, what it
// read, and by which seeds. A LiveRun records its process by itself; the rest is one call each.
//
//   erm::ExperimentRun run("digits", "baseline");
//   run.capture_provenance();                                    // program, machine, job, build, code
//   run.log_input("train set", "digits.csv");                    // size and SHA-256
//   run.log_seed(42);
//   run.log_rng("shuffle", random);                              // run.restore_rng("shuffle", random)
//   if (auto maker = erm::run_that_made("erm-registry", "model.bin")) std::puts(maker->run_id().c_str());
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "erm/impl/provenance_calls.hpp"
#include "erm/experiment_run.hpp"
#include "erm/file_system.hpp"
#include "erm/provenance_options.hpp"

namespace erm {

/// The run of the registry that has an artifact with the content of that file, wherever the file lies and whatever it
/// is called; of several the one with the earliest timestamp_utc. Looks at all experiments and variants, and opens the
/// artifacts of those runs alone that keep no SHA-256 (written by the Python package, or without
/// LiveOptions::hash_artifacts). Throws NotFoundError where there is no such file or registry.
[[nodiscard]] std::optional<ExperimentRun> run_that_made(const std::string& registry_uri,
                                                         const std::filesystem::path& file,
                                                         std::shared_ptr<FileSystem> fs = nullptr);

}  // namespace erm

#include "erm/impl/run_that_made.hpp"

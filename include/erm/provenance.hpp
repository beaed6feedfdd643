// Where a run came from: which program made it on which machine, how and from which code the program was built, its
// inputs and its seeds. A LiveRun records its process automatically; the rest is one call each.
//
//   erm::ExperimentRun run("digits", "baseline");
//   run.capture_provenance();                                    // program, machine, job, build, code
//   run.log_input("train set", "digits.csv");                    // size and SHA-256
//   run.log_seed(42);
//   run.log_rng("shuffle", random);                              // run.restore_rng("shuffle", random)
//   if (auto maker = erm::run_that_made("erm-registry", "model.bin")) std::puts(maker->run_id().c_str());
#pragma once

#include <locale>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "erm/experiment_run.hpp"
#include "erm/file_path.hpp"
#include "erm/impl/linkage.hpp"
#include "erm/provenance_options.hpp"
#include "erm/run_logger.hpp"

namespace erm {

class FileSystem;

/// The run in the registry with an artifact whose content equals that of the file, whatever the file's path and name.
/// If there are several, the one with the earliest timestamp_utc. Searches all experiments and variants. Reads
/// artifacts only if they have no SHA-256 (written by the Python package, or without LiveOptions::hash_artifacts).
/// Throws NotFoundError if the file or the registry does not exist. A run that cannot be read hides no other; if no run is
/// found, its error is thrown, because it may be the one.
[[nodiscard]] std::optional<ExperimentRun> run_that_made(const std::string& registry_uri, const FilePath& file,
                                                         std::shared_ptr<FileSystem> fs = nullptr);

template <class Engine>
void RunLogger::log_rng(std::string_view name, const Engine& engine) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << engine;
  log_rng_state(name, text.str());
}

template <class Engine>
bool RunLogger::restore_rng(std::string_view name, Engine& engine) const {
  const std::optional<std::string> state = rng_state(name);
  if (!state) return false;
  std::istringstream text(*state);
  text.imbue(std::locale::classic());
  Engine restored = engine;
  text >> restored;
  if (text.fail() || !(text >> std::ws).eof()) throw_wrong_rng(name, *state);
  engine = std::move(restored);
  return true;
}

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/provenance.inl"
#endif

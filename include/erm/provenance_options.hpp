// What the provenance of a run records; every field has a default.
//
//   erm::ProvenanceOptions options;
//   options.environment = {"MY_SOLVER_MODE"};      // beside those of the default list
//   options.secret_arguments = {"-p"};             // beside those that look like secrets
//   run.capture_provenance(options);               // or LiveOptions::provenance_options
#pragma once

#include <string>
#include <vector>

namespace erm {

struct ProvenanceOptions {
  /// Environment variables beside the default ones (threads, devices, libraries, locale: docs/provenance.md). A name
  /// that looks like a secret's is refused.
  std::vector<std::string> environment = {};
  /// Options of the command line whose values are masked, beside those whose names look like secrets.
  std::vector<std::string> secret_arguments = {};
  bool arguments = true;
  /// User, host, system, processor, memory, container.
  bool machine = true;
  /// Asks NVML, which may take a second to start.
  bool gpus = true;
  /// The build id or hash of the executable, and the shared libraries that are loaded.
  bool libraries = true;
  /// The commit, and whether the code was changed since. Without erm_record_build(target) git tells.
  bool code = true;
  /// The diff against that commit.
  bool diff = true;
};

/// How much of an input is hashed. `automatic`: all of what has up to 256 MiB, a fingerprint of what is larger.
enum class InputHash { automatic, whole, fingerprint };

}  // namespace erm

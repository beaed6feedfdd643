// What the provenance of a run records. Every field has a default.
//
//   erm::ProvenanceOptions options;
//   options.environment = {"MY_SOLVER_MODE"};      // in addition to the default list
//   options.secret_arguments = {"-p"};             // in addition to those that look like secrets
//   run.capture_provenance(options);               // or LiveOptions::provenance_options
#pragma once

#include <string>
#include <vector>

namespace erm {

struct ProvenanceOptions {
  /// Environment variables in addition to the default ones (threads, devices, libraries, locale: docs/provenance.md). A
  /// name that looks like the name of a secret is refused.
  std::vector<std::string> environment = {};
  /// Command-line options whose values are masked, in addition to those whose names look like secrets.
  std::vector<std::string> secret_arguments = {};
  bool arguments = true;
  /// User, host, system, processor, memory, container.
  bool machine = true;
  /// Queries NVML, which may take a second to start.
  bool gpus = true;
  /// The build id or hash of the executable, and the loaded shared libraries.
  bool libraries = true;
  /// The commit, and whether the code has changed since. Without erm_record_build(target) this asks git.
  bool code = true;
  /// The diff against that commit.
  bool diff = true;
};

/// How much of an input is hashed. `automatic`: everything up to 256 MiB, a fingerprint of larger inputs.
enum class InputHash { automatic, whole, fingerprint };

}  // namespace erm

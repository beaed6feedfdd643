// What a check of a registry may do, and what it finds.
//
//   erm::CheckOptions options;
//   options.repair = true;
//   for (const erm::CheckProblem& problem : erm::check_registry("erm-registry", options).problems)
//     if (problem.repair != erm::CheckRepair::done) std::puts(problem.what.c_str());
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace erm {

enum class CheckKind : std::uint8_t {
  missing_marker,    // of a registry, an experiment or a variant
  damaged_marker,
  misplaced,         // a run, a variant or an experiment where none may be
  other_ids,         // a folder that was renamed: its ids are those of its path
  damaged_metadata,
  missing_metadata,  // a folder with the files of a run, and no run
  later_version,     // written by a later version of ERM, and not checked further
  missing_file,      // that metadata name
  wrong_size,
  wrong_hash,
  damaged_file,      // a history, a series, a table, a console or edits that cannot be read
  torn_file,         // its end is cut off
  unlisted_file,     // that no metadata name
  killed_run,
  abandoned_claim,   // of a process that died while it changed a run
  temporary_file,    // that such a process left
  half_deleted,      // a run whose move to the trash, or back, was interrupted
  damaged_trash,
  link,              // ERM follows none in a run's folder
  not_a_file,        // a device, a pipe or a socket
  unreadable,        // the system refuses
  in_use             // a process changed the run again and again, so that it could not be judged
};

/// The name of a kind, as "missing_file".
[[nodiscard]] std::string_view to_text(CheckKind kind);

enum class CheckSeverity : std::uint8_t {
  error,    // something is lost or cannot be read
  warning,  // nothing is lost, but something is not as it should be
  notice    // all is well: for your information
};

[[nodiscard]] std::string_view to_text(CheckSeverity severity);

enum class CheckRepair : std::uint8_t {
  by_hand,   // only a person can tell what to do
  possible,  // by CheckOptions::repair
  done,
  refused    // it was tried; the advice says what prevented it
};

[[nodiscard]] std::string_view to_text(CheckRepair repair);

struct CheckProblem {
  CheckKind kind = CheckKind::unreadable;
  CheckSeverity severity = CheckSeverity::error;
  std::string run;     // the path of the run below the registry; empty if it is no run's
  std::string path;    // what is meant, below the registry; empty for the registry itself
  std::string what;    // "is missing"
  std::string advice;  // "put it back, or remove the run"
  CheckRepair repair = CheckRepair::by_hand;
};

struct CheckProgress {
  std::size_t runs = 0;
  std::size_t artifacts = 0;
  std::uint64_t bytes = 0;  // that were hashed
};

struct CheckOptions {
  /// Whether to read artifacts and compare their SHA-256. Otherwise only their sizes are compared.
  bool hashes = true;
  /// Whether to repair what can be repaired without any loss:
  ///  - writes marker files anew where the runs below tell what they said
  ///  - cuts off the torn last line of a history or a series that its run's metadata do not list
  ///  - ends the claims of processes that died, as the next save would do, and removes their temporary files
  ///  - finishes the interrupted move of a run to the trash, and removes entries of the trash that hold nothing
  /// A process changes a run only while it holds the run's claim, so that others may save meanwhile.
  bool repair = false;
  /// The paths of the runs to check, as "digits/main/2026_11_23__07_30_21"; empty: everything.
  std::vector<std::string> runs = {};
  /// How many threads read. 0: one for each processor, at most four; 16 for a store on another machine.
  unsigned threads = 0;
  /// Called again and again on the calling thread. What it throws ends the check, and nothing is left half done.
  std::function<void(const CheckProgress&)> on_progress = {};
};

struct CheckReport {
  /// Those of one run together, the most serious first, and the runs with the most serious ones first.
  std::vector<CheckProblem> problems;
  std::size_t runs = 0;       // that were checked, those in the trash included
  std::size_t artifacts = 0;  // that they name, without those that could not be read
  std::uint64_t bytes = 0;    // of these artifacts

  /// Whether nothing is left to do: there are only notices and what was repaired.
  [[nodiscard]] bool is_sound() const noexcept {
    for (const CheckProblem& problem : problems)
      if (problem.severity != CheckSeverity::notice && problem.repair != CheckRepair::done) return false;
    return true;
  }
};

}  // namespace erm

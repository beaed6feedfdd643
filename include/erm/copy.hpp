// Copies runs from one registry to another: between folders, memory and object storage, byte for byte.
//
//   erm::CopyOptions options;
//   options.filter = "tags.keep";                            // without it: all runs
//   const erm::CopyReport report = erm::copy_runs("erm-registry", "s3://team-bucket/experiments", options);
//   std::printf("%zu copied, %zu there already\n", report.copied.size(), report.there_already.size());
//   for (const auto& [uri, reason] : report.left_out) std::printf("%s: %s\n", uri.c_str(), reason.c_str());
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "erm/error.hpp"
#include "erm/experiment_run.hpp"
#include "erm/file_system.hpp"
#include "erm/impl/linkage.hpp"

namespace erm {

// All files of a run are copied as they are, and so are the marker files of new experiments and variants; the trash is
// not. A run appears in the target when all of it is there. A copy that was interrupted may be repeated, and copies only
// what is missing: a killed process even leaves the files of the run at which it was, and the next copy keeps them if
// they are whole. Other files that lie where a run belongs are never replaced.

struct CopyProgress {
  std::size_t runs_done = 0;  // copied, there already or left out
  std::size_t runs = 0;
  std::uint64_t bytes = 0;  // copied so far
};

struct CopyOptions {
  /// Which runs, in the language of find_runs. Empty: all.
  std::string filter = {};
  /// One experiment or one variant. Empty: all.
  std::string experiment = {};
  std::string variant = {};
  /// Only these, by their paths in the registry: "EXPERIMENT/VARIANT/RUN". Empty: all.
  std::vector<std::string> runs = {};
  /// A condition in C++: called on the calling thread with each run that the filter accepts.
  std::function<bool(const ExperimentRun& run)> where = {};
  /// Moves a run of the target that has the same ids and differs to the trash of the target, and copies the new one.
  /// Without it, the new one is left out. If the copy fails, the old run comes back.
  bool overwrite = false;
  /// Copies also runs that are still being written, as they are at that moment. Otherwise they are left out.
  bool live_runs = false;
  /// Checks each file whose SHA-256 the run knows, and that the target has the bytes that were read. Without it, only
  /// sizes are compared.
  bool verify = true;
  /// Bring each run to disk (fsync) before it becomes visible, so that it survives a power cut.
  bool durable = true;
  /// Compares and writes nothing. The report is what a copy would give, unless a file turns out to be damaged.
  bool dry_run = false;
  /// How many runs are copied at once. 0: as many as the stores are quick with.
  unsigned threads = 0;
  /// Called on the calling thread while runs are copied, and at the end. If it throws, the copy ends with that: what
  /// was copied is whole, and the runs that were not finished are taken back.
  std::function<void(const CopyProgress&)> on_progress = {};
  /// Called with each param, metric, tag or dict entry of the filter that no run has. Empty: one line on stderr.
  std::function<void(const std::string& warning)> on_warning = {};
  /// Stores of your own, of which the URIs are then paths.
  std::shared_ptr<FileSystem> from_fs = nullptr;
  std::shared_ptr<FileSystem> to_fs = nullptr;
};

/// What a copy did. The order is that of the ids.
struct CopyReport {
  struct LeftOut {
    std::string uri;     // of the run in the source, or of a folder that could not be read
    std::string reason;  // a sentence
  };

  std::vector<std::string> copied;         // the URIs of the new runs in the target
  std::vector<std::string> there_already;  // of those that the target had with the same content
  std::vector<LeftOut> left_out;
  std::uint64_t bytes = 0;  // of all files that were copied
};

/// Thrown if the target fails: a full disk, a server that cannot be reached. What was copied until then is whole.
class CopyError : public IoError {
 public:
  CopyError(const std::string& message, std::error_code code, CopyReport report)
      : IoError(message, code), report_(std::make_shared<const CopyReport>(std::move(report))) {}

  [[nodiscard]] const CopyReport& report() const noexcept { return *report_; }

 private:
  std::shared_ptr<const CopyReport> report_;
};

/// Copies the runs of one registry that the options select to another registry, which is created if it does not exist.
/// A run that cannot be copied is left out and named, and hides no other: one that cannot be read, that is damaged, has
/// links in its folder, is another run than the one of these ids in the target, or belongs where the target has other
/// files and no run. Throws CopyError if the target fails; NotFoundError if the source, or an experiment, a variant or a
/// run in the options, does not exist; and Error if the filter cannot be parsed, or if one of the registries is the
/// other or lies in it.
CopyReport copy_runs(const std::string& from_registry_uri, const std::string& to_registry_uri,
                     const CopyOptions& options = {});

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/copy.inl"
#endif

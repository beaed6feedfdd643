// What a copy of runs may do, and what it has done.
//
//   erm::CopyOptions options;
//   options.experiment = "mnist";
//   options.overwrite = true;                                // the old run goes to the trash
//   const erm::CopyReport report = erm::copy_runs("erm-registry", "backup", options);
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

namespace erm {

class ExperimentRun;
class FileSystem;

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

}  // namespace erm

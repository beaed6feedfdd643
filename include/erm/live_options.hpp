// How a live run behaves; every field has a default.
//
//   erm::LiveOptions options;
//   options.run_id = "job-4711";
//   options.resume = true;                  // the job may be stopped and begun again
//   erm::LiveRun run("erm-registry", "mnist", options);
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "erm/provenance_options.hpp"

namespace erm {

class FileSystem;

struct LiveOptions {
  /// A kind of run within the experiment.
  std::string variant_id = "main";
  /// Unique within the variant; made from the time where it is not given.
  std::optional<std::string> run_id = {};
  /// Continue the run of that id if it exists; begin it if it does not.
  bool resume = false;
  /// How long a point may stay in memory; at most a heartbeat.
  std::chrono::milliseconds flush_interval = std::chrono::milliseconds(1000);
  /// Bring each flush to the disk (fsync): it survives a power cut, not only the end of the process.
  bool sync = false;
  /// Each process that shares a run has an id. "main" creates the run and writes its metadata; any other waits for the
  /// run, at most `join_wait`, and keeps what it logs in files of its own.
  std::string writer = "main";
  std::chrono::seconds join_wait = std::chrono::seconds(60);
  /// How many points may wait to be written, 24 bytes each. A caller waits while there are more.
  std::size_t buffer_points = std::size_t{1} << 20;
  /// Compute the SHA-256 of artifacts while they are copied.
  bool hash_artifacts = true;
  /// How often the run notes that it is alive, at least a second. Readers take a run for killed after four intervals of
  /// silence.
  std::chrono::seconds heartbeat = std::chrono::seconds(15);
  /// How often the whole history is stored where the store cannot append (S3).
  std::chrono::seconds store_interval = std::chrono::seconds(30);
  /// Record where the run comes from (docs/provenance.md), in a thread beside the program.
  bool provenance = true;
  ProvenanceOptions provenance_options = {};
  /// Log what the process and its machine use, as histories named "system/...": memory, processors, disk, network,
  /// GPUs.
  bool system_metrics = false;
  std::chrono::milliseconds system_metrics_interval = std::chrono::seconds(10);
  /// Called once when writing begins to fail, from the writing thread, so that it must not flush the run; also for each
  /// artifact that is lost, and for a destructor that cannot end the run. It may log to the run; what fails meanwhile
  /// is reported on stderr. Where it is empty, each message is a line on stderr.
  std::function<void(const std::string& message)> on_error = {};
  /// Let the log_ calls throw after a failure to write.
  bool throw_errors = false;
  /// Save what is buffered when a signal ends the process (SIGTERM, SIGINT, SIGHUP, SIGABRT, SIGSEGV, ...), unless
  /// the program handles it itself.
  bool handle_signals = true;
  /// A store of your own, in which the URI of the registry is a path.
  std::shared_ptr<FileSystem> fs = nullptr;
};

}  // namespace erm

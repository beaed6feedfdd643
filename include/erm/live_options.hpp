// The options of a live run. Every field has a default.
//
//   erm::LiveOptions options;
//   options.run_id = "job-4711";
//   options.resume = true;                  // the job may be stopped and restarted
//   erm::LiveRun run("erm-registry", "mnist", options);
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "erm/provenance_options.hpp"

namespace erm {

class FileSystem;
class LiveObserver;

struct LiveOptions {
  /// A kind of run within the experiment.
  std::string variant_id = "main";
  /// Unique within the variant. Generated from the time if empty.
  std::optional<std::string> run_id = {};
  /// Continue the run with that id if it exists, otherwise begin it.
  bool resume = false;
  /// The step of the checkpoint from which `resume` goes on: as LiveRun::rewind, before anything is logged. Does nothing
  /// for a run that begins.
  std::optional<std::int64_t> resume_at_step = {};
  /// How long `resume` waits for a run that another machine or container has open. Only heartbeats tell whether its
  /// owner still lives. If four of them are missing by the clock of the store, the run is free at once. Otherwise
  /// resuming throws RunExistsError, which says in how many seconds it will be free; or it waits for so long as this,
  /// and throws as soon as a heartbeat comes. A minute suffices for runs with the default heartbeat.
  std::optional<std::chrono::seconds> takeover_wait = {};
  /// How long a point may stay in memory. Never longer than one heartbeat.
  std::chrono::milliseconds flush_interval = std::chrono::milliseconds(1000);
  /// Write each flush through to disk (fsync), so that it survives a power cut and not only a crash of the process.
  bool sync = false;
  /// Each process that shares a run has a writer id. "main" creates the run and writes its metadata. Any other waits
  /// for the run, at most `join_wait`, and stores what it logs in its own files.
  std::string writer = "main";
  std::chrono::seconds join_wait = std::chrono::seconds(60);
  /// How many points may wait to be written, at 24 bytes each. When the buffer is full, callers wait.
  std::size_t buffer_points = std::size_t{1} << 20;
  /// Compute the SHA-256 of artifacts while copying them.
  bool hash_artifacts = true;
  /// The interval of the heartbeats, at least a second. Readers regard a run as killed after four missed heartbeats.
  std::chrono::seconds heartbeat = std::chrono::seconds(15);
  /// How often to store the complete history in a store that cannot append (S3).
  std::chrono::seconds store_interval = std::chrono::seconds(30);
  /// Record the provenance (docs/provenance.md) in a background thread.
  bool provenance = true;
  ProvenanceOptions provenance_options = {};
  /// Log what the process and its machine use, as histories named "system/...": memory, processors, disk, network,
  /// GPUs.
  bool system_metrics = false;
  std::chrono::milliseconds system_metrics_interval = std::chrono::seconds(10);
  /// Keep what the process and its children write to stdout and stderr (docs/live.md). One run of a process at a time
  /// can. Throws Error on Windows.
  bool capture_console = false;
  /// How many bytes of it to keep, in the run's folder: the first half of them from the beginning, the rest from the
  /// end.
  std::size_t console_size = std::size_t{16} << 20;
  /// Called on the writing thread when writes begin to fail; so it must not flush the run. Also called for each lost
  /// artifact, and by a destructor that cannot end the run. It may log to the run; further failures during the call go
  /// to stderr. If empty, each message is a line on stderr.
  std::function<void(const std::string& message)> on_error = {};
  /// Let the log_ functions throw after a failure to write.
  bool throw_errors = false;
  /// Save what is buffered when a signal ends the process (SIGTERM, SIGINT, SIGHUP, SIGABRT, SIGSEGV, ...). A signal that
  /// the program handles itself is left to it, except for faults (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT): then the
  /// program's handler is called after the run is saved. If it returns, the run goes on.
  bool handle_signals = true;
  /// Told when the run begins, is written, and ends (erm/live_observer.hpp): erm::live_page("progress.html").
  std::vector<std::shared_ptr<LiveObserver>> observers = {};
  /// A store of your own. The URI of the registry is then a path in it.
  std::shared_ptr<FileSystem> fs = nullptr;
};

}  // namespace erm

// Is told what happens to a live run while it happens: LiveOptions::observers. live_page.hpp has one, which keeps a page
// up to date.
//
//   struct Told : erm::LiveObserver {
//     void run_began(const erm::ObservedRun& run) override { std::puts(run.uri.c_str()); }
//   };
//   erm::LiveOptions options;
//   options.observers = {std::make_shared<Told>()};
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace erm {

class FileSystem;

/// The run that an observer is told about.
struct ObservedRun {
  /// load_run_from_path(uri, fs) opens it. `fs` is LiveOptions::fs, null without one.
  std::string uri = {};
  std::shared_ptr<FileSystem> fs = nullptr;
  std::string registry_uri = {}, experiment_id = {};
  /// LiveOptions::writer: "main", or the process of several that this is.
  std::string writer = {};
  /// Tells the run's LiveOptions::on_error. Any thread may call it until run_ended has returned. Never throws.
  std::function<void(const std::string& message)> report = {};
};

/// Several runs may have one observer; their threads then call it at once. What it throws is reported to the run's
/// on_error, and is no failure of the run. The child of a fork tells nothing, unless it continues the run: then
/// run_began comes again.
class LiveObserver {
 public:
  LiveObserver() = default;
  LiveObserver(const LiveObserver&) = delete;
  LiveObserver& operator=(const LiveObserver&) = delete;
  virtual ~LiveObserver() = default;

  /// The run is on disk, or is resumed. Called by the constructor of the run.
  virtual void run_began(const ObservedRun& run) { static_cast<void>(run); }
  /// Something that was logged is now in the files. Called on the writing thread, often once a second: must return at
  /// once, and not use the LiveRun.
  virtual void run_written(const ObservedRun& run) { static_cast<void>(run); }
  /// The run has ended, and its files are complete. Called by finish(), fail() and the destructor, by exit(), and before
  /// a signal ends the process; in the last case on the writing thread, and a few seconds later the process is gone.
  /// Not called if the process is killed.
  virtual void run_ended(const ObservedRun& run) { static_cast<void>(run); }
};

}  // namespace erm

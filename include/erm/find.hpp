// Finds runs in a registry: "the best five with adam and lr under 0.01".
//
//   erm::FindOptions options;
//   options.filter = "params.optimizer = \"adam\" and params.lr < 0.01 and not tags.failed";
//   options.order_by = "metrics.val/acc desc";
//   options.limit = 5;
//   for (const erm::ExperimentRun& run : erm::find_runs("erm-registry", options)) std::puts(run.run_id().c_str());
//   erm::ExperimentRun best = erm::best_run("erm-registry", "val/acc", erm::Goal::maximize);
//
// A filter consists of conditions, `and`, `or`, `not` and parentheses. A condition is
//   FIELD = VALUE, also !=, <, <=, > and >=; either side may be a field
//   FIELD in (VALUE, ...), FIELD not in (VALUE, ...)
//   FIELD contains "part of a text"; for features and artifacts "one of them"
//   FIELD is missing, FIELD is nan; also with `is not`
//   FIELD alone: it exists and is not false, 0, NaN or empty; a tag without a value: it exists
// A VALUE is a number, a text in quotes (" or ') or of one word, true or false. A FIELD is
//   params.NAME, tags.NAME, dicts.NAME.KEY, metrics.NAME, and metrics.NAME.min, .max, .first and .last of its history,
//   status, experiment, variant, run, group, note, failure, features, artifacts,
//   time ("2026-11-23" or "2026-11-23T07:30:21", UTC), duration (seconds, or 90s, 5m, 2h, 1d)
// A name alone, in a comparison or in an order, is the metric of that name, or else the param: val/loss < 0.4 and
// optimizer = adam.
// Names that contain spaces or signs go in backquotes: params.`learning rate`. A text that is a number compares as a
// number. A comparison with a field that the run lacks is false, and so is every comparison with NaN.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "erm/error.hpp"
#include "erm/experiment_run.hpp"
#include "erm/file_system.hpp"
#include "erm/goal.hpp"
#include "erm/impl/linkage.hpp"

namespace erm {

struct FindOptions {
  /// Which runs, in the language described above. Empty: all.
  std::string filter = {};
  /// Fields between commas, each with `asc` (the default) or `desc`: "val/acc desc, time". Empty: the newest run first.
  /// Runs that lack the field, or have NaN there, come last; runs with equal values are ordered by their run ids.
  std::string order_by = {};
  /// At most this many runs. 0: all.
  std::size_t limit = 0;
  /// One experiment or one variant. Empty: all.
  std::string experiment = {};
  std::string variant = {};
  /// A condition in C++: called on the calling thread with each run that the filter accepts.
  std::function<bool(const ExperimentRun& run)> where = {};
  /// Called with each run that cannot be read and is therefore left out. Empty: one line on stderr.
  std::function<void(const std::string& run_uri, const Error& error)> on_broken = {};
  /// How many threads read. 0: one for each processor, at most four.
  unsigned threads = 0;
  /// Whether to keep, for later searches, what this one reads of each run, and to use what earlier ones kept, so that
  /// only runs that have changed are read: in the folder of the environment variable ERM_CACHE, else in
  /// $XDG_CACHE_HOME/erm, ~/.cache/erm or %LOCALAPPDATA%\erm. Deleting that folder costs only time. A run that is being
  /// written, or that was changed within the last seconds, is always read. Has no effect where a store does not tell
  /// that a file has not changed, as on a network mount; see docs/many-runs.md.
  bool cache = false;
  /// Called once with each folder that cannot be read and is therefore passed over: one without permission, or a link
  /// to itself. Not with lost+found, which every volume has. Also called once with each param, metric, tag or dict
  /// entry that the filter or the order asks for and that no run has, with similar names that some run has. Conditions
  /// that such a run meets (`is missing`, `not params.lr = 0.1`) do not count. Empty: one line on stderr.
  std::function<void(const std::string& warning)> on_warning = {};
};

/// The runs that the options select. One that cannot be read hides no other: see on_broken and on_warning. Histories
/// and artifacts are read on demand: history() of a run throws NotFoundError if the run has been deleted or replaced
/// since. The metrics of a run that is still being written may be a few seconds old. Throws Error if the filter or the
/// order cannot be parsed (the message shows it, with a caret under the position), and NotFoundError if the registry,
/// or the experiment or variant in the options, does not exist.
[[nodiscard]] std::vector<ExperimentRun> find_runs(const std::string& registry_uri, const FindOptions& options = {},
                                                   std::shared_ptr<FileSystem> fs = nullptr);

/// The run with the best value of a metric, as it was logged last, among those that the options select; of equal runs
/// the first by id. As on the page of a comparison, a run that failed, was killed or diverged (NaN or infinite) is not
/// ranked. `order_by` and `limit` have no effect. The goal of the metric (set_goal) decides whether less or more is
/// better. Throws Error if no run has a goal or the goals differ, and NotFoundError if no run with a number is ranked.
[[nodiscard]] ExperimentRun best_run(const std::string& registry_uri, const std::string& metric,
                                     const FindOptions& options = {}, std::shared_ptr<FileSystem> fs = nullptr);
/// The same with a goal from the caller.
[[nodiscard]] ExperimentRun best_run(const std::string& registry_uri, const std::string& metric, Goal goal,
                                     const FindOptions& options = {}, std::shared_ptr<FileSystem> fs = nullptr);

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/find.inl"
#endif

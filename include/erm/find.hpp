// The runs of a registry that a person asks for: "the best five with adam and lr under 0.01".
//
//   erm::FindOptions options;
//   options.filter = "params.optimizer = \"adam\" and params.lr < 0.01 and not tags.failed";
//   options.order_by = "metrics.val/acc desc";
//   options.limit = 5;
//   for (const erm::ExperimentRun& run : erm::find_runs("erm-registry", options)) std::puts(run.run_id().c_str());
//   erm::ExperimentRun best = erm::best_run("erm-registry", "val/acc", erm::Goal::maximize);
//
// A filter is made of conditions, `and`, `or`, `not` and parentheses. A condition is
//   FIELD = VALUE, also !=, <, <=, > and >=; either side may be a field
//   FIELD in (VALUE, ...), FIELD not in (VALUE, ...)
//   FIELD contains "part of a text", for features and artifacts "one of them"
//   FIELD is missing, FIELD is nan, and with `is not`
//   FIELD alone: it is there and is not false, 0, NaN or empty; of a tag without a value: it is there
// A VALUE is a number, a text in quotes (" or '), true or false. A FIELD is
//   params.NAME, tags.NAME, dicts.NAME.KEY, metrics.NAME, metrics.NAME.min, .max, .first and .last of its history,
//   status, experiment, variant, run, group, note, failure, features, artifacts,
//   time ("2026-11-23" or "2026-11-23T07:30:21", UTC), duration (seconds, or 90s, 5m, 2h, 1d)
// with names that hold blanks or signs in backquotes: params.`learning rate`. A text that is a number compares as one,
// a comparison with what a run has not is false, and so is each with NaN.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "erm/detail/find/filter_parser.hpp"
#include "erm/detail/find/run_order.hpp"
#include "erm/detail/find/run_scan.hpp"
#include "erm/experiment_run.hpp"
#include "erm/file_system.hpp"
#include "erm/goal.hpp"

namespace erm {

struct FindOptions {
  /// Which runs, in the language above; all where it is empty.
  std::string filter = {};
  /// Fields, each with `asc` (where neither is said) or `desc`, between commas; the newest first where it is empty.
  /// Runs that lack the field come last, as those with NaN do, and equal ones by their run id.
  std::string order_by = {};
  /// How many runs at most; 0: all.
  std::size_t limit = 0;
  /// One experiment or variant; all where it is empty.
  std::string experiment = {};
  std::string variant = {};
  /// What no filter says: asked of each run that the filter takes, on the calling thread.
  std::function<bool(const ExperimentRun& run)> where = {};
  /// Told of each run that cannot be read, which is then left out. One line on stderr where it is empty.
  std::function<void(const std::string& run_uri, const Error& error)> on_broken = {};
  /// How many threads read; 0: one a processor, at most four.
  unsigned threads = 0;
};

/// The runs that the options ask for. Histories and artifacts are not read before they are asked for: a run's
/// history() throws NotFoundError where the run was deleted or replaced meanwhile. Of a run that is still written,
/// metrics are as old as its metadata, which are seconds. Throws Error where the filter or the order cannot be read
/// (the message shows it, with a caret under the place), and NotFoundError where the registry, or the experiment or
/// variant that is named, is not there.
[[nodiscard]] std::vector<ExperimentRun> find_runs(const std::string& registry_uri, const FindOptions& options = {},
                                                   std::shared_ptr<FileSystem> fs = nullptr);

/// The run with the least or the greatest value of a metric among those that the options ask for, the first by id of
/// equals; `order_by` and `limit` are of no weight. Which of both is best is what the runs say (set_goal). Throws Error
/// where they say nothing or contradict each other, and NotFoundError where no run has a number there.
[[nodiscard]] ExperimentRun best_run(const std::string& registry_uri, const std::string& metric,
                                     const FindOptions& options = {}, std::shared_ptr<FileSystem> fs = nullptr);
/// The same where the caller says what is best.
[[nodiscard]] ExperimentRun best_run(const std::string& registry_uri, const std::string& metric, Goal goal,
                                     const FindOptions& options = {}, std::shared_ptr<FileSystem> fs = nullptr);

// ---- bodies ----

namespace detail {

/// Calls `take(ExperimentRun)` for each run that the options ask for, in the order of their ids.
template <class Take>
void for_each_found(const std::string& registry_uri, const FindOptions& options, const std::shared_ptr<FileSystem>& fs,
                    Take&& take) {
  const RunFilter filter = read_filter(options.filter);
  const RunScan scan(locate(registry_uri, fs), registry_uri, options.experiment, options.variant);
  const unsigned processors = std::max(std::thread::hardware_concurrency(), 1U);
  scan.each(
      filter, options.threads != 0 ? options.threads : std::min(processors, 4U),
      [&](RunRecord&& record) {
        ExperimentRun run = RunAccess::make(std::move(record));
        if (!options.where || options.where(run)) take(std::move(run));
      },
      [&](const std::string& run_uri, const Error& error) {
        if (options.on_broken)
          options.on_broken(run_uri, error);
        else
          std::fprintf(stderr, "erm: left out the run '%s': %s\n", run_uri.c_str(), error.what());
      });
}

/// The first `limit` runs of an order, or all of them.
class FirstRuns {
 public:
  FirstRuns(const std::string& order, std::size_t limit) : order_(order), limit_(limit) {}

  void add(ExperimentRun run) {
    OrderKey key = order_.key_of(RunAccess::record(run));
    found_.push_back({std::move(key), std::move(run)});
    // Twice as many as are wanted are sorted out at once: memory stays bounded, at the cost of one sort in all.
    if (limit_ != 0 && found_.size() >= 2 * limit_ + 1024) cut();
  }
  std::vector<ExperimentRun> take() {
    cut();
    std::vector<ExperimentRun> runs;
    runs.reserve(found_.size());
    for (Found& one : found_) runs.push_back(std::move(one.run));
    return runs;
  }

 private:
  struct Found {
    OrderKey key;
    ExperimentRun run;
  };

  void cut() {
    std::stable_sort(found_.begin(), found_.end(), [&](const Found& a, const Found& b) {
      const int order = order_.compare(a.key, b.key);
      const auto ids = [](const ExperimentRun& run) {
        return std::tie(run.run_id(), run.experiment_id(), run.variant_id());
      };
      return order != 0 ? order < 0 : ids(a.run) < ids(b.run);
    });
    if (limit_ != 0 && found_.size() > limit_)
      found_.erase(found_.begin() + static_cast<std::ptrdiff_t>(limit_), found_.end());
  }

  RunOrder order_;
  std::size_t limit_;
  std::vector<Found> found_;
};

inline ExperimentRun best_of(const std::string& registry_uri, const std::string& metric, std::optional<Goal> goal,
                             const FindOptions& options, const std::shared_ptr<FileSystem>& fs) {
  // The goal may be known only when the last run was read.
  std::optional<std::pair<double, ExperimentRun>> least, greatest;
  bool some_minimize = false, some_maximize = false;
  for_each_found(registry_uri, options, fs, [&](ExperimentRun run) {
    if (const auto said = run.goals().find(metric); said != run.goals().end())
      (said->second == Goal::minimize ? some_minimize : some_maximize) = true;
    const auto found = run.metrics().find(metric);
    const std::optional<double> value = found == run.metrics().end() ? std::nullopt : found->second.number();
    if (!value || std::isnan(*value)) return;
    const auto comes_before = [&](const ExperimentRun& other) {
      return std::tie(run.run_id(), run.experiment_id(), run.variant_id()) <
             std::tie(other.run_id(), other.experiment_id(), other.variant_id());
    };
    if (!least || *value < least->first || (*value == least->first && comes_before(least->second)))
      least.emplace(*value, run);
    if (!greatest || *value > greatest->first || (*value == greatest->first && comes_before(greatest->second)))
      greatest.emplace(*value, std::move(run));
  });
  const std::string cannot =
      "cannot tell the best run of the metric '" + metric + "' in the registry '" + registry_uri + "': ";
  if (!least)
    throw NotFoundError(cannot + "no run that was asked for has a number there; check the name and the filter");
  if (!goal) {
    if (some_minimize == some_maximize)
      throw Error(cannot +
                  (some_minimize ? "some runs say that less is better and some that more is"
                                 : "no run says whether less or more is better") +
                  "; give Goal::minimize or Goal::maximize" +
                  (some_minimize ? "" : ", or set_goal in the program that logs it"));
    goal = some_minimize ? Goal::minimize : Goal::maximize;
  }
  return std::move((*goal == Goal::minimize ? least : greatest)->second);
}

}  // namespace detail

inline std::vector<ExperimentRun> find_runs(const std::string& registry_uri, const FindOptions& options,
                                            std::shared_ptr<FileSystem> fs) {
  detail::FirstRuns first(options.order_by, options.limit);
  detail::for_each_found(registry_uri, options, fs, [&](ExperimentRun run) { first.add(std::move(run)); });
  return first.take();
}

inline ExperimentRun best_run(const std::string& registry_uri, const std::string& metric, const FindOptions& options,
                              std::shared_ptr<FileSystem> fs) {
  return detail::best_of(registry_uri, metric, std::nullopt, options, fs);
}

inline ExperimentRun best_run(const std::string& registry_uri, const std::string& metric, Goal goal,
                              const FindOptions& options, std::shared_ptr<FileSystem> fs) {
  return detail::best_of(registry_uri, metric, goal, options, fs);
}

}  // namespace erm

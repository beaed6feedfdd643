// The bodies of erm/find.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/find/found_runs.hpp"
#include "erm/detail/find/run_field.hpp"
#include "erm/detail/find/run_order.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/find.hpp"

namespace erm {

namespace detail {

inline bool ids_come_before(const ExperimentRun& a, const ExperimentRun& b) {
  const auto ids = [](const ExperimentRun& run) {
    return std::tie(run.run_id(), run.experiment_id(), run.variant_id());
  };
  return ids(a) < ids(b);
}

/// The first `limit` runs in an order, or all of them.
class FirstRuns {
 public:
  FirstRuns(const std::string& order, std::size_t limit) : order_(order), limit_(limit) {}

  [[nodiscard]] std::vector<RunField> fields() const { return order_.fields(); }
  /// Whether two readings of a run have the same place in the order.
  [[nodiscard]] bool the_same(const ExperimentRun& a, const ExperimentRun& b) const {
    return order_.compare(order_.key_of(RunAccess::record(a)), order_.key_of(RunAccess::record(b))) == 0;
  }

  void add(ExperimentRun&& run) {
    OrderKey key = order_.key_of(RunAccess::record(run));
    found_.push_back({std::move(key), std::move(run)});
    // Sorting only now and then keeps memory bounded, and costs about as much as one sort at the end.
    if (limit_ != 0 && found_.size() >= 2 * limit_ + 1024) cut();
  }
  [[nodiscard]] std::vector<ExperimentRun> sorted() {
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
      return order != 0 ? order < 0 : ids_come_before(a.run, b.run);
    });
    if (limit_ != 0 && found_.size() > limit_)
      found_.erase(found_.begin() + static_cast<std::ptrdiff_t>(limit_), found_.end());
  }

  RunOrder order_;
  std::size_t limit_;
  std::vector<Found> found_;
};

/// Nothing if a run has changed since the cache told of it.
inline std::optional<ExperimentRun> best_of_once(const std::string& registry_uri, const std::string& metric,
                                                 std::optional<Goal> goal, const FindOptions& options,
                                                 const std::shared_ptr<FileSystem>& fs) {
  RunField field;
  field.kind = RunField::Kind::metric;
  field.name = metric;
  const LookedAt looked_at{{field}, metric};
  // Keeps the candidates for both goals, because the goal may come with the last run.
  std::optional<std::pair<double, ExperimentRun>> least, greatest;
  bool some_minimize = false, some_maximize = false;
  const auto look = [&](ExperimentRun&& run) {
    if (const auto said = run.goals().find(metric); said != run.goals().end())
      (said->second == Goal::minimize ? some_minimize : some_maximize) = true;
    const auto found = run.metrics().find(metric);
    const std::optional<double> value = found == run.metrics().end() ? std::nullopt : found->second.number();
    if (!value || is_nan(*value)) return;
    if (!least || *value < least->first || (*value == least->first && ids_come_before(run, least->second)))
      least.emplace(*value, run);
    if (!greatest || *value > greatest->first || (*value == greatest->first && ids_come_before(run, greatest->second)))
      greatest.emplace(*value, std::move(run));
  };
  for_each_found(registry_uri, options, fs, {}, look, nullptr, true, options.cache ? &looked_at : nullptr);
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
  std::vector<ExperimentRun> best = {std::move((*goal == Goal::minimize ? least : greatest)->second)};
  const auto same = [&](const ExperimentRun& a, const ExperimentRun& b) {
    return a.metrics().at(metric) == b.metrics().at(metric);
  };
  if (options.cache && !make_whole(best, registry_uri, options, fs, same)) return std::nullopt;
  return std::move(best.front());
}

inline ExperimentRun best_of(const std::string& registry_uri, const std::string& metric, std::optional<Goal> goal,
                             const FindOptions& options, const std::shared_ptr<FileSystem>& fs) {
  return search_until_whole(options, [&](const FindOptions& once) {
    return best_of_once(registry_uri, metric, goal, once, fs);
  });
}

}  // namespace detail

ERM_INLINE std::vector<ExperimentRun> find_runs(const std::string& registry_uri, const FindOptions& options,
                                                std::shared_ptr<FileSystem> fs) {
  using Runs = std::vector<ExperimentRun>;
  return detail::search_until_whole(options, [&](const FindOptions& once) -> std::optional<Runs> {
    detail::FirstRuns first(once.order_by, once.limit);
    const detail::LookedAt looked_at{first.fields(), {}};
    const bool takes_parts = once.cache && once.limit != 0;
    detail::for_each_found(
        registry_uri, once, fs, first.fields(), [&](ExperimentRun&& run) { first.add(std::move(run)); }, nullptr, true,
        takes_parts ? &looked_at : nullptr);
    Runs runs = first.sorted();
    const auto same = [&](const ExperimentRun& a, const ExperimentRun& b) { return first.the_same(a, b); };
    if (takes_parts && !detail::make_whole(runs, registry_uri, once, fs, same)) return std::nullopt;
    return runs;
  });
}

ERM_INLINE ExperimentRun best_run(const std::string& registry_uri, const std::string& metric,
                                  const FindOptions& options, std::shared_ptr<FileSystem> fs) {
  return detail::best_of(registry_uri, metric, std::nullopt, options, fs);
}

ERM_INLINE ExperimentRun best_run(const std::string& registry_uri, const std::string& metric, Goal goal,
                                  const FindOptions& options, std::shared_ptr<FileSystem> fs) {
  return detail::best_of(registry_uri, metric, goal, options, fs);
}

}  // namespace erm

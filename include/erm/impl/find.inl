// The bodies of erm/find.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/find/best_runs.hpp"
#include "erm/detail/find/found_runs.hpp"
#include "erm/detail/find/run_field.hpp"
#include "erm/detail/find/run_order.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/find.hpp"

namespace erm {

namespace detail {

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
  BestRuns best(metric, 1);
  const LookedAt looked_at = looked_at_by_best(metric);
  for_each_found(
      registry_uri, options, fs, {}, [&](ExperimentRun&& run) { best.add(std::move(run)); }, nullptr, true,
      options.cache ? &looked_at : nullptr);
  const std::string cannot =
      "cannot tell the best run of the metric '" + metric + "' in the registry '" + registry_uri + "': ";
  if (best.ranked() == 0) {
    const std::string left_out = best.not_ranked();
    if (!left_out.empty())
      throw NotFoundError(cannot + "no run that has it is ranked (" + left_out +
                          "); find_runs with an order_by finds those, too");
    throw NotFoundError(cannot + "no run that was asked for has a number there; check the name and the filter");
  }
  if (!goal) goal = best.said_goal();
  if (!goal)
    throw Error(cannot +
                (best.goals_differ() ? "some runs say that less is better and some that more is"
                                     : "no run says whether less or more is better") +
                "; give Goal::minimize or Goal::maximize" +
                (best.goals_differ() ? "" : ", or set_goal in the program that logs it"));
  std::vector<ExperimentRun> first = best.first(*goal);
  const auto same = [&](const ExperimentRun& a, const ExperimentRun& b) { return best.the_same(a, b); };
  if (options.cache && !make_whole(first, registry_uri, options, fs, same)) return std::nullopt;
  return std::move(first.front());
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

// The runs with the best values of a metric, which are found one after the other.
//
//   BestRuns best("val/loss", 1);
//   best.add(std::move(run));                        // each run
//   best.first(best.said_goal().value());            // the best one
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "erm/detail/base/standing.hpp"
#include "erm/experiment_run.hpp"
#include "erm/goal.hpp"
#include "erm/value.hpp"

namespace erm::detail {

inline bool ids_come_before(const ExperimentRun& a, const ExperimentRun& b) {
  const auto ids = [](const ExperimentRun& run) {
    return std::tie(run.run_id(), run.experiment_id(), run.variant_id());
  };
  return ids(a) < ids(b);
}

/// Keeps the best runs for both goals, because the goal may come with the last run.
class BestRuns {
 public:
  /// At most `limit` runs are asked for. 0: all.
  BestRuns(std::string metric, std::size_t limit) : metric_(std::move(metric)), limit_(limit) {}

  void add(ExperimentRun&& run) {
    ++looked_at_;
    if (const auto said = run.goals().find(metric_); said != run.goals().end())
      (said->second == Goal::minimize ? some_minimize_ : some_maximize_) = true;
    const auto found = run.metrics().find(metric_);
    if (found == run.metrics().end()) {
      for (const auto& [name, value] : run.metrics()) names_.insert(name);
      return;
    }
    const std::optional<double> value = found->second.number();
    const Standing standing = standing_of(run.status(), value);
    ++counts_[static_cast<std::size_t>(standing)];
    if (standing != Standing::ranked) return;
    runs_.push_back({*value, std::move(run)});
    if (limit_ != 0 && runs_.size() >= 4 * limit_ + 1024) cut();
  }

  /// Whether two readings of a run have the same place among the others.
  [[nodiscard]] bool the_same(const ExperimentRun& a, const ExperimentRun& b) const {
    const auto place = [&](const ExperimentRun& run) {
      const auto value = run.metrics().find(metric_);
      const auto goal = run.goals().find(metric_);
      return std::tuple(run.status(), value == run.metrics().end() ? std::optional<Value>() : value->second,
                        goal == run.goals().end() ? std::optional<Goal>() : goal->second);
    };
    return place(a) == place(b);
  }

  /// How many runs were added.
  [[nodiscard]] std::size_t looked_at() const { return looked_at_; }
  /// How many runs have the metric and are ranked.
  [[nodiscard]] std::size_t ranked() const { return counts_[0]; }
  /// Those that have the metric and are not: "2 failed, 1 diverged".
  [[nodiscard]] std::string not_ranked() const { return not_ranked_text(counts_); }
  [[nodiscard]] const std::array<std::size_t, standings>& counts() const { return counts_; }
  /// The metrics of the runs without this one: those that may have been meant.
  [[nodiscard]] const std::set<std::string>& metrics() const { return names_; }
  /// Whether some runs say that less is better and some that more is.
  [[nodiscard]] bool goals_differ() const { return some_minimize_ && some_maximize_; }
  /// What the runs say; nothing if none does, or if they differ.
  [[nodiscard]] std::optional<Goal> said_goal() const {
    if (some_minimize_ == some_maximize_) return std::nullopt;
    return some_minimize_ ? Goal::minimize : Goal::maximize;
  }

  /// The best runs, the best first; of equal runs the first by id.
  [[nodiscard]] std::vector<ExperimentRun> first(Goal goal) {
    sort(runs_.begin(), goal);
    std::vector<ExperimentRun> best;
    for (Ranked& one : runs_)
      if (limit_ == 0 || best.size() < limit_) best.push_back(std::move(one.run));
    runs_.clear();
    return best;
  }

 private:
  struct Ranked {
    double value;
    ExperimentRun run;
  };
  using Place = std::vector<Ranked>::iterator;

  void sort(Place from, Goal goal) {
    std::sort(from, runs_.end(), [goal](const Ranked& a, const Ranked& b) {
      if (a.value != b.value) return (a.value < b.value) == (goal == Goal::minimize);
      return ids_come_before(a.run, b.run);
    });
  }
  void cut() {
    const auto count = static_cast<std::ptrdiff_t>(limit_);
    sort(runs_.begin(), Goal::minimize);
    sort(runs_.begin() + count, Goal::maximize);
    runs_.erase(runs_.begin() + 2 * count, runs_.end());
  }

  std::string metric_;
  std::size_t limit_, looked_at_ = 0;
  std::vector<Ranked> runs_;
  std::array<std::size_t, standings> counts_ = {};
  std::set<std::string> names_;
  bool some_minimize_ = false, some_maximize_ = false;
};

}  // namespace erm::detail

// Which run did best: the metric that says so, the runs in its order, and the params that tell most about it.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "erm/comparison_data.hpp"
#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/standing.hpp"
#include "erm/detail/compare/rows.hpp"
#include "erm/experiment_run.hpp"
#include "erm/goal.hpp"

namespace erm::detail {

/// How little a metric's name says that it is what an experiment is about; less is better. Validation comes before a
/// test and that before training, a loss or an error before a score, and both before what a run costs.
inline std::array<int, 2> main_metric_rank(const ComparisonRow& metric) {
  static constexpr std::string_view costs[] = {"latency", "duration", "time", "seconds", "throughput", "speedup"};
  static constexpr std::string_view validation[] = {"val", "valid", "validation", "dev", "eval"};
  static constexpr std::string_view test[] = {"test"}, training[] = {"train", "training"}, loss[] = {"loss"};
  const std::vector<std::string> words = words_of(metric.name);
  const auto has = [&](const auto& known) {
    return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
      return std::find(std::begin(known), std::end(known), word) != std::end(known);
    });
  };
  const int split = has(validation) ? 0 : has(test) ? 1 : has(training) ? 3 : 2;
  const int kind = has(loss) ? 0 : metric.goal == Goal::minimize ? 1 : 2;
  return {has(costs) ? 1 : 0, split * 4 + kind};
}

/// The metrics with a goal and a number, those first that have the best claim to rank the runs: a goal that was set
/// comes before one that was guessed, and a metric that at least half of the runs have before one that they lack.
inline std::vector<const ComparisonRow*> metrics_by_rank(const std::vector<ComparisonRow>& metrics) {
  struct Claim {
    bool is_guessed, is_rare;
    std::array<int, 2> rank;
    const ComparisonRow* row;
  };
  std::vector<Claim> claims;
  for (const ComparisonRow& row : metrics) {
    if (!row.goal) continue;
    std::size_t numbers = 0;
    for (const ComparisonCell& cell : row.cells) numbers += is_finite(cell.number) ? 1U : 0U;
    if (numbers > 0) claims.push_back({row.goal_is_guessed, numbers * 2 < row.cells.size(), main_metric_rank(row), &row});
  }
  std::stable_sort(claims.begin(), claims.end(), [](const Claim& a, const Claim& b) {
    return std::tie(a.is_guessed, a.is_rare, a.rank) < std::tie(b.is_guessed, b.is_rare, b.rank);
  });
  std::vector<const ComparisonRow*> rows;
  for (const Claim& claim : claims) rows.push_back(claim.row);
  return rows;
}

inline ComparisonRanking::Apart apart_of(const ExperimentRun& run, const ComparisonCell& last) {
  using Apart = ComparisonRanking::Apart;
  static_assert(static_cast<int>(Apart::missing) == static_cast<int>(Standing::missing) &&
                static_cast<int>(Apart::killed) == static_cast<int>(Standing::killed));
  const bool is_number = last.kind == ComparisonCell::Kind::number;
  return static_cast<Apart>(standing_of(run.status(), is_number ? std::optional(last.number) : std::nullopt));
}

/// Whether `a` is better than `b`. A number is better than none.
inline bool is_better(double a, double b, Goal goal) {
  if (is_nan(a) || is_nan(b)) return !is_nan(a) && is_nan(b);
  return goal == Goal::minimize ? a < b : a > b;
}

/// Sets all of `ranking` but its metric, which is set already, and its params. Runs of equal value keep their order.
inline void rank_by_metric(ComparisonRanking& ranking, const std::vector<const ExperimentRun*>& runs,
                           const std::vector<ComparisonExtreme>& extremes) {
  using Apart = ComparisonRanking::Apart;
  for (std::size_t run = 0; run < runs.size(); ++run) ranking.runs.push_back(run);
  ranking.apart.assign(runs.size(), Apart::no);
  if (ranking.metric == nullptr) return;
  for (const ComparisonExtreme& extreme : extremes)
    if (extreme.metric == ranking.metric) ranking.extreme = &extreme;
  for (std::size_t run = 0; run < runs.size(); ++run)
    ranking.apart[run] = apart_of(*runs[run], ranking.metric->cells[run]);
  const ComparisonRow& values = *ranking.values();
  const Goal goal = *ranking.metric->goal;
  std::stable_sort(ranking.runs.begin(), ranking.runs.end(), [&](std::size_t a, std::size_t b) {
    if (ranking.apart[a] != ranking.apart[b]) return ranking.apart[a] < ranking.apart[b];
    return is_better(values.cells[a].number, values.cells[b].number, goal);
  });
  ranking.ranked = static_cast<std::size_t>(std::count(ranking.apart.begin(), ranking.apart.end(), Apart::no));
}

/// For each of the ranked runs a number of the class that its value of a param falls in: equal values, or one of eight
/// parts of the numbers that hold equally many. `count` becomes the number of classes.
inline std::vector<std::size_t> classes_of(const ComparisonRow& param, const std::vector<std::size_t>& runs,
                                           std::size_t& count) {
  constexpr std::size_t parts = 8;
  std::vector<std::size_t> classes;
  if (param.is_numeric) {
    std::vector<double> numbers;
    for (const std::size_t run : runs)
      if (!is_nan(param.cells[run].number)) numbers.push_back(param.cells[run].number);
    std::sort(numbers.begin(), numbers.end());
    std::vector<double> different;
    std::unique_copy(numbers.begin(), numbers.end(), std::back_inserter(different));
    const std::vector<double>& from = different.size() <= parts ? different : numbers;
    for (const std::size_t run : runs) {
      const double number = param.cells[run].number;
      const auto place = static_cast<std::size_t>(std::lower_bound(from.begin(), from.end(), number) - from.begin());
      classes.push_back(is_nan(number) ? parts : different.size() <= parts ? place : place * parts / numbers.size());
    }
    count = parts + 1;
    return classes;
  }
  std::unordered_map<std::string_view, std::size_t> class_of;
  for (const std::size_t run : runs)
    classes.push_back(class_of.emplace(param.cells[run].text, class_of.size()).first->second);
  count = class_of.size();
  return classes;
}

/// How much of the differences between the places of the runs a param explains.
struct ExplainedPart {
  /// 1 all, 0 or less nothing: the adjusted share of the variance that lies between classes of its values. Less than
  /// 0 if nearly each run has a text of its own.
  double part = -1;
  /// Whether chance seldom makes it so large.
  bool is_telling = false;
};

inline ExplainedPart explained_part(const ComparisonRow& param, const std::vector<std::size_t>& runs) {
  std::size_t count = 0;
  const std::vector<std::size_t> classes = classes_of(param, runs, count);
  if (!param.is_numeric && count * 2 > runs.size()) return {};
  std::vector<double> sums(count), sizes(count);
  const auto n = static_cast<double>(runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    sums[classes[i]] += static_cast<double>(i) - (n - 1) / 2;
    sizes[classes[i]] += 1;
  }
  double between = 0, used = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (sizes[i] == 0) continue;
    between += sums[i] * sums[i] / sizes[i];
    used += 1;
  }
  if (used >= n) return {};
  const double all = n * (n * n - 1) / 12;
  const double part = 1 - (all - between) / all * (n - 1) / (n - used);
  return {part, part > 2 * std::sqrt(2 * used) / n};
}

/// Sets the params that differ. With fewer than twelve ranked runs, chance decides what they seem to explain.
inline void order_params(ComparisonRanking& ranking, const std::vector<ComparisonRow>& params) {
  constexpr std::size_t few_runs = 12;
  for (const ComparisonRow& param : params)
    if (param.differs) ranking.params.push_back(&param);
  ranking.telling = ranking.params.size();
  if (ranking.ranked < few_runs) return;
  const std::vector<std::size_t> ranked(ranking.runs.begin(),
                                        ranking.runs.begin() + static_cast<std::ptrdiff_t>(ranking.ranked));
  std::unordered_map<const ComparisonRow*, ExplainedPart> explained;
  for (const ComparisonRow* param : ranking.params) explained[param] = explained_part(*param, ranked);
  std::stable_sort(ranking.params.begin(), ranking.params.end(),
                   [&](const auto* a, const auto* b) { return explained[a].part > explained[b].part; });
  const auto telling = std::count_if(ranking.params.begin(), ranking.params.end(),
                                     [&](const auto* param) { return explained[param].is_telling; });
  if (telling > 0) ranking.telling = static_cast<std::size_t>(telling);
}

}  // namespace erm::detail

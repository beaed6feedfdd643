// What the screen of `erm watch` shows: the watched runs at one moment. Drawing it needs nothing else.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/base/system_metric.hpp"
#include "erm/detail/compare/rows.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/terminal/plot.hpp"
#include "erm/goal.hpp"

namespace erm::detail {

enum class WatchedState : std::uint8_t { running, finished, failed, killed, deleted };

/// The word of the screen and of --json.
inline std::string_view state_word(WatchedState state) {
  static constexpr std::string_view words[] = {"running", "finished", "failed", "killed", "deleted"};
  return words[static_cast<std::size_t>(state)];
}

struct WatchedCurve {
  /// By step, thinned; never null in a scene. Empty for a metric that was logged without steps.
  std::shared_ptr<const std::vector<PlotPoint>> points;
  double gap = 1;                                        // the usual distance of steps
  CurveExtremes extremes;                                // of all points; x is the step
  std::int64_t last_step = 0;
};

/// When the last step will be reached, if the run goes on at its rate.
struct TimeLeft {
  double seconds = 0;
  std::string param;  // which says what the last step is
  std::int64_t last_step = 0;
};

/// Every text may be anything that was logged.
struct WatchedRun {
  std::string key;   // its URI: no other run has it, and it stays
  std::string experiment, variant, id;
  std::string name;  // as short as tells the runs apart
  WatchedState state = WatchedState::running;
  bool was_replaced = false;  // it is another one than at first, of the same name
  std::string failure;
  std::optional<double> silent_s;  // since the last sign of life, of a running one
  std::optional<std::int64_t> step;
  std::optional<double> steps_per_s;
  std::optional<TimeLeft> left;
  std::map<std::string, WatchedCurve> curves;
  std::map<std::string, Goal> goals;  // as the run says
  std::vector<std::string> console;   // its last lines
};

struct WatchedScene {
  std::string registry;
  std::string clock;  // the time of day; may be empty
  std::chrono::steady_clock::time_point made_at = {};
  std::vector<WatchedRun> runs;
  std::string notice;  // why there are no runs, or what could not be read
};

/// All metrics, or those of `only`: first those for which a run says a goal, then other curves, values without steps, and
/// those of the system.
inline std::vector<std::string> watched_metrics(const WatchedScene& scene, const WatchedRun* only = nullptr) {
  std::map<std::string, int> ranks;
  for (const WatchedRun& run : scene.runs) {
    if (only != nullptr && only != &run) continue;
    for (const auto& [name, curve] : run.curves) {
      const int rank = is_system_metric(name) ? 3 : curve.points->empty() ? 2 : run.goals.count(name) != 0 ? 0 : 1;
      const auto [found, is_new] = ranks.emplace(name, rank);
      if (!is_new) found->second = (std::min)(found->second, rank);
    }
  }
  std::vector<std::string> names;
  for (int rank = 0; rank < 4; ++rank)
    for (const auto& [name, of_name] : ranks)
      if (of_name == rank) names.push_back(name);
  return names;
}

/// Why the metric that was asked for is not shown; empty if a run has it, if none is asked for, and without runs.
inline std::string metric_notice(const WatchedScene& scene, const std::string& metric) {
  const auto has_it = [&](const WatchedRun& run) { return run.curves.count(metric) != 0; };
  if (metric.empty() || scene.runs.empty() || std::any_of(scene.runs.begin(), scene.runs.end(), has_it)) return {};
  return "no run has a metric " + shown(metric) + " yet";
}

/// Which way the metric is better: as the first run says that says it, or else as its name tells.
inline std::optional<Goal> watched_goal(const WatchedScene& scene, const std::string& metric) {
  for (const WatchedRun& run : scene.runs)
    if (const auto found = run.goals.find(metric); found != run.goals.end()) return found->second;
  return is_system_metric(metric) ? std::nullopt : guessed_goal(metric);
}

}  // namespace erm::detail

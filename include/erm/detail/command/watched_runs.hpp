// The runs that `erm watch` looks at: which they are, and what the screen shows of them.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/time_text.hpp"
#include "erm/detail/command/run_names.hpp"
#include "erm/detail/command/session.hpp"
#include "erm/detail/compare/display_names.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/run/names_instead.hpp"
#include "erm/detail/store/uri.hpp"
#include "erm/detail/watch/followed_scene.hpp"
#include "erm/detail/watch/scene.hpp"
#include "erm/experiment_run.hpp"
#include "erm/find.hpp"
#include "erm/registry.hpp"

namespace erm::detail::command {

/// The time of day, as in run ids.
inline std::string watch_clock() { return time_text(now_utc()).substr(11, 8) + " UTC"; }

class WatchedRuns {
 public:
  /// `names` as of RunNames; of a filter the runs count that fit at any time. Without names: the runs that are running
  /// and the newest others. Throws NotFoundError for a name that no run has.
  WatchedRuns(Session& session, Scope scope, const std::vector<std::string>& names,
              std::chrono::milliseconds store_interval);

  /// Reads on. A registry or a run that is not there yet is no error, but a notice.
  [[nodiscard]] WatchedScene look();
  /// The URIs of the runs that are watched now. Reads none of them.
  [[nodiscard]] std::vector<std::string> uris() {
    select(std::string::npos);
    std::vector<std::string> all;
    for (const auto& run : runs_) all.push_back(run->uri());
    return all;
  }
  /// Whether runs may come that are not there yet.
  [[nodiscard]] bool may_grow() const { return is_default_ || !filters_.empty(); }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t fewest = 4, most = 24;

  /// At most so many runs are watched if they were not named.
  void select(std::size_t limit);
  void add(const std::string& uri, std::size_t limit);
  [[nodiscard]] std::vector<std::string> found(const std::string& filter, std::size_t limit);
  [[nodiscard]] std::vector<std::string> names_now();
  [[nodiscard]] std::string why_nothing_is_found();

  Session& session_;
  Scope scope_;
  bool is_default_;
  std::chrono::milliseconds store_interval_, select_interval_ = std::chrono::seconds(1);
  std::vector<std::unique_ptr<WatchedRunReader>> runs_;  // in the order of the screen
  std::vector<std::string> filters_;
  std::vector<std::string> names_seen_;
  std::string notice_;
  Clock::time_point next_select_ = {}, next_search_ = {};
};

// ---- bodies ----

inline WatchedRuns::WatchedRuns(Session& session, Scope scope, const std::vector<std::string>& names,
                                std::chrono::milliseconds store_interval)
    : session_(session), scope_(std::move(scope)), is_default_(names.empty()), store_interval_(store_interval) {
  const std::string& registry = is_default_ ? session.registry_to_make() : session.registry();
  try {
    if (!open_file_system(registry).fs->has_folders()) select_interval_ = store_interval;
  } catch (const NotFoundError&) {
    // It may come.
  }
  RunNames all(session, scope_);
  const auto is_name = [&](const std::string& name) {
    try {
      return all.is_name(name);
    } catch (const NotFoundError&) {  // there is no registry yet
      return false;
    }
  };
  for (const std::string& name : names) {
    const bool may_be_filter = name.find_first_of(" =<>!") != std::string::npos && !is_name(name);
    try {
      for (const RunPlace& place : all.places(name)) add(place.uri, most);
    } catch (const NotFoundError&) {
      if (!may_be_filter) throw;
    }
    if (may_be_filter) filters_.push_back(name);
  }
}

inline void WatchedRuns::add(const std::string& uri, std::size_t limit) {
  const auto is_it = [&](const std::unique_ptr<WatchedRunReader>& run) { return run->uri() == uri; };
  if (std::any_of(runs_.begin(), runs_.end(), is_it)) return;
  if (is_default_ && runs_.size() >= limit) {  // one that has ended makes room
    const auto has_ended = [](const auto& run) { return run->is_known() && !run->is_running(); };
    const auto ended = std::find_if(runs_.begin(), runs_.end(), has_ended);
    if (ended == runs_.end()) return;
    runs_.erase(ended);
  }
  const Location place = open_file_system(uri);
  runs_.push_back(std::make_unique<WatchedRunReader>(place.fs, place.path, uri, store_interval_));
}

inline std::vector<std::string> WatchedRuns::found(const std::string& filter, std::size_t limit) {
  FindOptions options;
  options.filter = filter;
  options.limit = limit;
  options.cache = !session_.common().no_cache;
  options.experiment = scope_.experiment;
  options.variant = scope_.variant;
  options.on_broken = [](const std::string&, const Error&) {};
  options.on_warning = [](const std::string&) {};
  std::vector<std::string> uris;
  const std::string& registry = session_.registry();
  for (const ExperimentRun& run : find_runs(registry, options)) uris.push_back(uri_of_run(registry, run));
  return uris;
}

inline std::vector<std::string> WatchedRuns::names_now() {
  std::vector<std::string> names;
  const auto add_names = [&](const auto& experiment, const auto& variant, const auto& run_ids) {
    for (const std::string& run : run_ids) names.push_back(joined(joined(experiment, variant), run));
  };
  session_.each_variant(scope_, add_names, [](const std::string&) {});
  return names;
}

inline std::string WatchedRuns::why_nothing_is_found() {
  const std::string& registry = session_.registry();
  const auto has = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  try {
    const std::vector<std::string> experiments = list_experiments(registry);
    const std::string& experiment = scope_.experiment;
    if (!experiment.empty() && !has(experiments, experiment))
      return "the registry has no experiment " + shown(experiment) + " yet" + names_instead(experiment, experiments);
    if (scope_.variant.empty()) return {};
    std::vector<std::string> variants;
    const auto add = [&](const std::string&, const std::string& variant, const auto&) {
      if (!has(variants, variant)) variants.push_back(variant);
    };
    session_.each_variant({experiment, {}}, add, [](const std::string&) {});
    if (has(variants, scope_.variant)) return {};
    return (experiment.empty() ? "the registry" : "the experiment " + shown(experiment)) + " has no variant " +
           shown(scope_.variant) + " yet" + names_instead(scope_.variant, variants);
  } catch (const NotFoundError&) {
    return "there is no registry '" + registry + "' yet";
  }
}

/// Looks for runs that belong to those that are watched. To list the names is quick; all runs are read only when there are
/// new names, and once a minute.
inline void WatchedRuns::select(std::size_t limit) {
  const Clock::time_point now = Clock::now();
  if (now < next_select_ || (!is_default_ && filters_.empty())) return;
  notice_.clear();
  try {
    std::vector<std::string> names = names_now();
    if (names.empty()) notice_ = why_nothing_is_found();
    if (names == names_seen_ && now < next_search_) {
      next_select_ = Clock::now() + select_interval_;
      return;
    }
    for (const std::string& filter : filters_)
      for (const std::string& uri : found(filter, 0)) add(uri, limit);
    if (is_default_) {
      for (const std::string& uri : found("status = \"running\"", 0)) add(uri, limit);
      if (runs_.size() < fewest)
        for (const std::string& uri : found("", fewest))
          if (runs_.size() < fewest) add(uri, limit);
    }
    names_seen_ = std::move(names);
    next_search_ = Clock::now() + std::chrono::minutes(1);
  } catch (const NotFoundError&) {
    notice_ = why_nothing_is_found();
  }
  // Not more than a twentieth of the time.
  const Clock::time_point end = Clock::now();
  next_select_ = end + (std::max<Clock::duration>)(20 * (end - now), select_interval_);
}

inline WatchedScene WatchedRuns::look() {
  select(most);
  WatchedScene scene;
  scene.registry = session_.registry();
  scene.clock = watch_clock();
  scene.made_at = Clock::now();
  scene.notice = notice_;
  std::vector<const ExperimentRun*> known;
  for (const std::unique_ptr<WatchedRunReader>& run : runs_) {
    run->refresh();
    if (run->is_known()) known.push_back(&run->run());
    if (!run->problem().empty() && scene.notice.empty()) scene.notice = run->problem();
  }
  const std::vector<std::string> names = short_run_names(known);
  std::size_t at = 0;
  for (const std::unique_ptr<WatchedRunReader>& run : runs_)
    if (run->is_known()) scene.runs.push_back(run->shown(names[at++]));
  if (scene.runs.empty() && scene.notice.empty())
    scene.notice = filters_.empty() ? "no run yet" : "no run fits the filter yet";
  return scene;
}

}  // namespace erm::detail::command

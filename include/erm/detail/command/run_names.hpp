// The runs that an argument names: a URI, a run id or the beginning of one, @latest, @best:METRIC, or a filter.
//
//   RunNames names(session, scope);
//   const ExperimentRun run = names.one_run("2026_11_23");
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

#include "erm/detail/base/standing.hpp"
#include "erm/detail/command/session.hpp"
#include "erm/detail/compare/rows.hpp"
#include "erm/detail/find/best_runs.hpp"
#include "erm/detail/find/found_runs.hpp"
#include "erm/detail/find/run_filter.hpp"
#include "erm/detail/find/run_scan.hpp"
#include "erm/detail/run/names_instead.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/uri.hpp"
#include "erm/experiment_run.hpp"
#include "erm/find.hpp"
#include "erm/goal.hpp"
#include "erm/registry.hpp"
#include "erm/run_status.hpp"

namespace erm::detail::command {

/// Where a run is. The ids are empty if it was named by its URI.
struct RunPlace {
  std::string uri;
  std::string experiment, variant, run;

  [[nodiscard]] std::string path() const { return run.empty() ? uri : joined(joined(experiment, variant), run); }
};

inline std::string uri_of_run(const std::string& registry_uri, const ExperimentRun& run) {
  return uri_below(registry_uri, joined(joined(run.experiment_id(), run.variant_id()), run.run_id()));
}

inline constexpr const char* how_to_name_runs =
    "a run id or its beginning, EXPERIMENT/VARIANT/RUN, a URI, @latest, @best:METRIC (@min:, @max:), or a filter";

struct RankedRuns {
  std::vector<ExperimentRun> runs;
  Goal goal = Goal::minimize;
  std::size_t of = 0;                                  // how many runs are ranked
  std::array<std::size_t, standings> standings_of = {};  // and how many are not, with why
};

class RunNames {
 public:
  RunNames(Session& session, Scope scope) : session_(session), scope_(std::move(scope)) {}

  /// All runs that the name means: at least one, otherwise NotFoundError.
  [[nodiscard]] std::vector<RunPlace> places(const std::string& name);
  /// Each once. Calls see(name, places) with what each name means.
  template <class See>
  [[nodiscard]] std::vector<RunPlace> places(const std::vector<std::string>& names, const See& see) {
    std::vector<RunPlace> all;
    std::unordered_set<std::string> uris;
    for (const std::string& name : names) {
      std::vector<RunPlace> some = places(name);
      see(name, some);
      for (RunPlace& place : some)
        if (uris.insert(place.uri).second) all.push_back(std::move(place));
    }
    return all;
  }
  [[nodiscard]] std::vector<RunPlace> places(const std::vector<std::string>& names) {
    return places(names, [](const std::string&, const std::vector<RunPlace>&) {});
  }
  /// Whether the name is one of runs, and no filter.
  [[nodiscard]] bool is_name(const std::string& name) {
    return !name.empty() && (name.front() == '@' || named_by_uri(name) || !named_by_id(name).empty());
  }
  /// Throws UsageError if the name means several.
  [[nodiscard]] RunPlace one_place(const std::string& name) {
    std::vector<RunPlace> all = places(name);
    if (all.size() > 1) throw UsageError(shown(name) + " means " + std::to_string(all.size()) + " runs" + listed(all));
    return std::move(all.front());
  }

  [[nodiscard]] ExperimentRun one_run(const std::string& name) { return load(one_place(name)); }
  [[nodiscard]] std::vector<ExperimentRun> runs(const std::vector<std::string>& names) {
    return load(places(names));
  }
  /// Histories are read when they are asked for: a damaged one then hides nothing else of the run.
  [[nodiscard]] ExperimentRun load(const RunPlace& place) { return std::move(load(std::vector<RunPlace>{place}).front()); }

  /// The run's path below the registry of the session. Throws UsageError, with the advice, if it is another registry's.
  [[nodiscard]] std::string path_in_registry(const RunPlace& place, const std::string& advice) {
    if (!place.run.empty()) return place.path();
    const Location registry = open_file_system(session_.registry()), run = open_file_system(place.uri);
    const std::string above = without_end_slash(registry.path) + "/", path = without_end_slash(run.path);
    if (scheme_of(place.uri) == scheme_of(session_.registry()) && path.rfind(above, 0) == 0) return path.substr(above.size());
    throw UsageError("the run " + shown(place.uri) + " is not in the registry '" + session_.registry() +
                     "'; " + advice);
  }

  /// The best runs, at most `limit`, as best_run() ranks them. Without a goal, by the runs' own or by the metric's name.
  /// None if no run fits the filter; throws NotFoundError if none has the metric.
  [[nodiscard]] RankedRuns ranked(const std::string& metric, std::optional<Goal> goal, std::size_t limit,
                                  const std::string& filter = {});

 private:
  [[nodiscard]] std::optional<RankedRuns> ranked_once(const std::string& metric, std::optional<Goal> goal,
                                                      std::size_t limit, const FindOptions& options);
  [[nodiscard]] std::vector<ExperimentRun> load(const std::vector<RunPlace>& places);
  static std::string listed(const std::vector<RunPlace>& places) {
    constexpr std::size_t most = 5;
    std::string text;
    for (std::size_t i = 0; i < (std::min)(places.size(), most); ++i)
      text += (i == 0 ? ": " : ", ") + places[i].path();
    return text + (places.size() > most ? ", ..." : "") + "; name one of them";
  }

  [[nodiscard]] RunPlace place_of(const ExperimentRun& run) {
    return {uri_of_run(session_.registry(), run), run.experiment_id(), run.variant_id(), run.run_id()};
  }
  [[nodiscard]] const std::vector<RunPlace>& all_places();
  [[nodiscard]] std::optional<RunPlace> named_by_uri(const std::string& name);
  [[nodiscard]] std::vector<RunPlace> named_by_sign(const std::string& name);
  [[nodiscard]] std::vector<RunPlace> named_by_id(const std::string& name);
  [[nodiscard]] std::vector<RunPlace> fitting(const std::string& filter);
  [[nodiscard]] ExperimentRun latest();
  [[nodiscard]] Goal guess_goal(const std::string& metric, bool runs_differ);

  Session& session_;
  Scope scope_;
  std::optional<std::vector<RunPlace>> all_;
};

// ---- bodies ----

inline const std::vector<RunPlace>& RunNames::all_places() {
  if (all_) return *all_;
  session_.expect_scope(scope_);
  all_.emplace();
  const std::string& registry = session_.registry();
  session_.each_variant(scope_, [&](const auto& experiment, const auto& variant, const auto& run_ids) {
    for (const std::string& run : run_ids)
      all_->push_back({uri_below(registry, joined(joined(experiment, variant), run)), experiment, variant, run});
  });
  return *all_;
}

inline std::vector<ExperimentRun> RunNames::load(const std::vector<RunPlace>& places) {
  // Those of a variant are read at once, which a store on another machine needs.
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> by_variant;
  for (const RunPlace& place : places)
    if (!place.run.empty()) by_variant[{place.experiment, place.variant}].push_back(place.run);
  std::map<std::string, ExperimentRun> found;  // by their paths
  const RunScan scan(open_file_system(session_.registry()), session_.registry());
  for (const auto& [variant, run_ids] : by_variant)
    scan.each_of(
        variant.first, variant.second, run_ids, RunFilter(), 2,
        [&](RunRecord&& record) {
          const std::string path = joined(joined(record.experiment_id, record.variant_id), record.run_id);
          found.emplace(path, RunAccess::make(std::move(record)));
        },
        [](const std::string&, const Error&) { throw; });
  std::vector<ExperimentRun> runs;
  for (const RunPlace& place : places) {
    const auto run = found.find(place.path());
    // The metadata of a run that has not ended may lag behind its history.
    const bool is_settled = run != found.end() && run->second.status() != RunStatus::running &&
                            run->second.status() != RunStatus::killed;
    runs.push_back(is_settled ? std::move(run->second) : load_run_from_path(place.uri));
  }
  return runs;
}

inline std::optional<RunPlace> RunNames::named_by_uri(const std::string& name) {
  if (scheme_of(name).empty()) {
    const bool is_path = name.find('/') != std::string::npos || name == ".";
    if (!is_path || os::info(joined(without_end_slash(name), std::string(metadata_filename))).kind == FileKind::missing)
      return std::nullopt;
  }
  const std::string uri = without_end_slash(name);
  Session::expect_known_scheme(uri);
  const Location place = open_file_system(uri);
  if (!place.fs->are_files({joined(place.path, std::string(metadata_filename))}))
    throw NotFoundError("there is no run at '" + uri + "'; " + session_.program() + " list shows which there are");
  return RunPlace{uri, {}, {}, {}};
}

inline ExperimentRun RunNames::latest() {
  session_.expect_scope(scope_);
  std::optional<ExperimentRun> latest;
  const std::string& registry = session_.registry();
  session_.each_variant(scope_, [&](const auto& experiment, const auto& variant, const auto& run_ids) {
    if (run_ids.empty()) return;
    try {
      ExperimentRun run = session_.latest_run(experiment, variant, run_ids);
      if (!latest || run.timestamp_utc() > latest->timestamp_utc()) latest = std::move(run);
    } catch (const InvalidIdError& error) {  // another program made that folder
      session_.warn(error.what());
    }
  });
  if (!latest) throw NotFoundError("there is no latest run: the registry '" + registry + "' has no runs there");
  return *std::move(latest);
}

inline RankedRuns RunNames::ranked(const std::string& metric, std::optional<Goal> goal, std::size_t limit,
                                   const std::string& filter) {
  FindOptions options;
  options.filter = filter;
  return search_until_whole(session_.find_options(std::move(options), scope_), [&](const FindOptions& once) {
    return ranked_once(metric, goal, limit, once);
  });
}

/// Nothing if the search must be repeated without a cache.
inline std::optional<RankedRuns> RunNames::ranked_once(const std::string& metric, std::optional<Goal> goal,
                                                       std::size_t limit, const FindOptions& options) {
  BestRuns best(metric, limit);
  const LookedAt looked_at = looked_at_by_best(metric);
  const bool takes_parts = options.cache && limit != 0;
  for_each_found(
      session_.registry(), options, nullptr, {}, [&](ExperimentRun&& run) { best.add(std::move(run)); }, nullptr, true,
      takes_parts ? &looked_at : nullptr);
  if (best.looked_at() == 0 && !options.filter.empty()) return RankedRuns();
  if (best.ranked() == 0) {
    const std::string why = best.not_ranked();
    if (best.counts()[static_cast<std::size_t>(Standing::missing)] > 0)
      throw NotFoundError("the metric " + shown(metric) + " is a number in no run that is ranked: " + why);
    if (!why.empty())
      throw NotFoundError("no run that has the metric " + shown(metric) + " is ranked: " + why);
    if (takes_parts) return std::nullopt;  // which have no other metrics, that may have been meant
    const std::vector<std::string> names(best.metrics().begin(), best.metrics().end());
    throw NotFoundError("no run has the metric " + shown(metric) + names_instead(metric, names));
  }
  if (!goal) goal = best.said_goal();
  if (!goal) goal = guess_goal(metric, best.goals_differ());
  RankedRuns ranked;
  ranked.goal = *goal;
  ranked.of = best.ranked();
  ranked.standings_of = best.counts();
  ranked.runs = best.first(*goal);
  const auto same = [&](const ExperimentRun& a, const ExperimentRun& b) { return best.the_same(a, b); };
  if (takes_parts && !make_whole(ranked.runs, session_.registry(), options, nullptr, same)) return std::nullopt;
  return ranked;
}

inline Goal RunNames::guess_goal(const std::string& metric, bool runs_differ) {
  if (runs_differ)
    throw UsageError("some runs say that less of " + shown(metric) + " is better and some that more is; say which: "
                     "--goal, or @min: and @max:");
  const std::optional<Goal> goal = guessed_goal(metric);
  if (!goal)
    throw UsageError("no run says whether less or more of " + shown(metric) +
                     " is better; say it: --goal, or @min: and @max:");
  session_.warn("no run says whether less or more of " + shown(metric) + " is better; by its name " +
                (*goal == Goal::minimize ? "less" : "more") + " is");
  return *goal;
}

inline std::vector<RunPlace> RunNames::named_by_sign(const std::string& name) {
  if (name == "@latest") return {place_of(latest())};
  for (const auto& [sign, goal] : {std::pair<std::string_view, std::optional<Goal>>{"@best:", std::nullopt},
                                   {"@min:", Goal::minimize},
                                   {"@max:", Goal::maximize}})
    if (name.rfind(sign, 0) == 0 && name.size() > sign.size())
      return {place_of(ranked(name.substr(sign.size()), goal, 1).runs.front())};
  throw UsageError("cannot understand " + shown(name) + ": after '@' there are @latest, @best:METRIC, @min:METRIC and @max:METRIC");
}

/// The runs whose id or path is the name; without any, those whose id or path begins with it.
inline std::vector<RunPlace> RunNames::named_by_id(const std::string& name) {
  const std::string wanted = without_end_slash(name);
  std::vector<RunPlace> same, longer;
  for (const RunPlace& place : all_places()) {
    const std::string of_variant = joined(place.variant, place.run), path = joined(place.experiment, of_variant);
    if (place.run == wanted || of_variant == wanted || path == wanted) same.push_back(place);
    if (place.run.rfind(wanted, 0) == 0 || path.rfind(wanted, 0) == 0) longer.push_back(place);
  }
  const bool is_id = !same.empty();
  std::vector<RunPlace> found = is_id ? std::move(same) : std::move(longer);
  if (found.size() > 1)
    throw UsageError(shown(name) + " is " + (is_id ? "the id of " : "the beginning of the id of ") +
                     std::to_string(found.size()) + " runs" + listed(found));
  return found;
}

inline std::vector<RunPlace> RunNames::places(const std::string& name) {
  if (name.empty()) throw UsageError("the name of a run is empty: give " + std::string(how_to_name_runs));
  if (name.front() == '@') return named_by_sign(name);
  if (const auto place = named_by_uri(name)) return {*place};
  std::vector<RunPlace> found = named_by_id(name);
  if (!found.empty()) return found;
  if (name.find_first_of(" =<>!") == std::string::npos) {
    std::vector<std::string> ids;
    for (const RunPlace& place : all_places()) ids.push_back(place.run);
    throw NotFoundError("there is no run " + shown(name) + " in the registry '" + session_.registry() + "'" +
                        names_instead(name, ids));
  }
  found = fitting(name);
  if (found.empty()) throw NotFoundError("no run fits the filter " + shown(name));
  return found;
}

/// The runs that a filter accepts, in the order of find_runs(). What the cache knows of them is enough: whoever needs
/// them whole reads them.
inline std::vector<RunPlace> RunNames::fitting(const std::string& filter) {
  FindOptions options;
  options.filter = filter;
  options = session_.find_options(std::move(options), scope_);
  std::vector<std::pair<TimePoint, RunPlace>> found;
  const LookedAt only_ids;
  for_each_found(
      session_.registry(), options, nullptr, {},
      [&](ExperimentRun&& run) { found.emplace_back(run.timestamp_utc(), place_of(run)); }, nullptr, true, &only_ids);
  const auto ids = [](const RunPlace& place) { return std::tie(place.run, place.experiment, place.variant); };
  std::sort(found.begin(), found.end(), [&](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : ids(a.second) < ids(b.second);
  });
  std::vector<RunPlace> places;
  for (auto& [time, place] : found) places.push_back(std::move(place));
  return places;
}

}  // namespace erm::detail::command

// The runs that FindOptions select, one after the other.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/on_threads.hpp"
#include "erm/detail/cache/run_cache.hpp"
#include "erm/detail/find/asked_names.hpp"
#include "erm/detail/find/cached_record.hpp"
#include "erm/detail/find/filter_parser.hpp"
#include "erm/detail/find/run_field.hpp"
#include "erm/detail/find/run_filter.hpp"
#include "erm/detail/find/run_scan.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/error.hpp"
#include "erm/experiment_run.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// What a caller of for_each_found() looks at of a run, so that a cache can tell it.
struct LookedAt {
  std::vector<RunField> fields = {};
  std::string goal_of = {};  // a metric
};

inline LookedAt looked_at_by_best(const std::string& metric) {
  RunField field;
  field.kind = RunField::Kind::metric;
  field.name = metric;
  return {{field}, metric};
}

/// Calls `accept` with each run that the options select, in the order of their ids. A run for which it throws Error,
/// and which it then does not move, counts as one that cannot be read: `accept` may read its history. Warns of names in
/// the filter, and in the `fields` of the order, that no run has; with `known` runs, which are passed over, only if
/// `is_whole`: none is known. If `parts` is not null, a run from the cache may have only what that names, and has
/// RunRecord::is_from_cache: see whole_runs(). `Options` are FindOptions, whose header includes this one.
template <class Options>
void for_each_found(const std::string& registry_uri, const Options& options, const std::shared_ptr<FileSystem>& fs,
                    std::vector<RunField> fields, const std::function<void(ExperimentRun&&)>& accept,
                    KnownRuns* known = nullptr, bool is_whole = true, const LookedAt* parts = nullptr) {
  RunFilter filter = read_filter(options.filter);
  for (RunField& field : filter.needed_fields()) fields.push_back(std::move(field));
  AskedNames asked(fields);
  filter.watch(&asked);
  std::optional<RunCache> cache;
  std::optional<CachedSearch> cached;
  std::vector<RunField> asked_for = filter.fields();
  CachedFields cached_fields(asked_for);
  if (options.cache && known == nullptr && CachedFields::can_tell(asked_for) && CachedFields::can_tell(fields)) {
    const bool hands_over_parts = parts != nullptr && !options.where && CachedFields::has_values(parts->fields);
    if (hands_over_parts) {
      for (const RunField& field : parts->fields) cached_fields.add(field);
      if (!parts->goal_of.empty()) cached_fields.add_goal(parts->goal_of);
    }
    cache.emplace(cache_folder(), lasting_uri(registry_uri, locate(registry_uri, fs)));
    cached.emplace(CachedSearch{*cache, cached_fields, asked, hands_over_parts});
  }
  const auto warn = [&](const std::string& warning) {
    if (options.on_warning)
      options.on_warning(warning);
    else
      std::fprintf(stderr, "erm: %s\n", warning.c_str());
  };
  RunScan scan(locate(registry_uri, fs), registry_uri, options.experiment, options.variant);
  scan.compare_with(known);
  if (cached && !cache->folder().empty()) scan.use_cache(&*cached);
  const auto refuse = [&](const std::string& run_uri, const Error& error) {
    if (options.on_broken)
      options.on_broken(run_uri, error);
    else
      std::fprintf(stderr, "erm: left out the run '%s': %s\n", run_uri.c_str(), error.what());
  };
  scan.each(
      filter, options.threads != 0 ? options.threads : usual_threads(),
      [&](RunRecord&& record) {
        ExperimentRun run = RunAccess::make(std::move(record));
        if (options.where && !options.where(run)) return;
        try {
          accept(std::move(run));
        } catch (const Error& error) {
          refuse(uri_below(registry_uri, joined(joined(run.experiment_id(), run.variant_id()), run.run_id())), error);
        }
      },
      refuse, warn);
  if (!is_whole) return;
  for (const std::string& warning : asked.warnings()) warn(warning);
}

/// Replaces each run that has only parts by the whole run. False if one of them is no longer there, is no longer
/// accepted by the filter, or is not `the_same` any more: then the search must be repeated.
template <class Options, class Same>
bool make_whole(std::vector<ExperimentRun>& runs, const std::string& registry_uri, const Options& options,
                const std::shared_ptr<FileSystem>& fs, const Same& the_same) {
  const RunFilter filter = read_filter(options.filter);
  const RunScan scan(locate(registry_uri, fs), registry_uri);
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> variants;
  for (std::size_t i = 0; i < runs.size(); ++i)
    if (RunAccess::record(runs[i]).is_from_cache)
      variants[{runs[i].experiment_id(), runs[i].variant_id()}].push_back(i);
  bool is_same = true;
  for (auto& [ids, places_of_variant] : variants) {
    std::vector<std::size_t>& places = places_of_variant;  // a name that a lambda may use
    std::sort(places.begin(), places.end(),
              [&](std::size_t a, std::size_t b) { return runs[a].run_id() < runs[b].run_id(); });
    std::vector<std::string> run_ids;
    for (const std::size_t i : places) run_ids.push_back(runs[i].run_id());
    std::size_t next = 0;
    scan.each_of(
        ids.first, ids.second, run_ids, filter, 1,
        [&](RunRecord&& record) {
          while (next < places.size() && run_ids[next] != record.run_id) ++next;
          if (next == places.size()) return;
          ExperimentRun whole = RunAccess::make(std::move(record));
          ExperimentRun& run = runs[places[next]];
          is_same = is_same && the_same(run, whole);
          run = std::move(whole);
        },
        [&](const std::string&, const Error&) { is_same = false; });
  }
  return is_same && std::none_of(runs.begin(), runs.end(),
                                 [](const ExperimentRun& run) { return RunAccess::record(run).is_from_cache; });
}

/// Calls `search(options)`, which returns its result, or nothing if a run has changed since the cache told of it; then
/// calls it again, without the cache. Tells nothing twice.
template <class Options, class Search>
auto search_until_whole(const Options& options, const Search& search) {
  if (!options.cache) return *search(options);
  std::set<std::string> told;
  Options once = options;
  once.on_broken = [&](const std::string& uri, const Error& error) {
    if (!told.insert(uri + '\n' + error.what()).second) return;
    if (options.on_broken)
      options.on_broken(uri, error);
    else
      std::fprintf(stderr, "erm: left out the run '%s': %s\n", uri.c_str(), error.what());
  };
  once.on_warning = [&](const std::string& text) {
    if (!told.insert(text).second) return;
    if (options.on_warning)
      options.on_warning(text);
    else
      std::fprintf(stderr, "erm: %s\n", text.c_str());
  };
  if (auto found = search(once)) return *std::move(found);
  once.cache = false;
  return *search(once);
}

}  // namespace erm::detail

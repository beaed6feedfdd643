// The names of runs that stand beside each other: the shortest that tell them apart.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "erm/detail/base/time_text.hpp"
#include "erm/experiment_run.hpp"

namespace erm::detail {

/// "experiment/variant/run", the place of the run in a registry.
inline std::string full_run_name(const ExperimentRun& run) {
  return run.experiment_id() + "/" + run.variant_id() + "/" + run.run_id();
}

inline bool all_distinct(const std::vector<std::string>& names) {
  return std::set<std::string>(names.begin(), names.end()).size() == names.size();
}

/// Shortens generated ids of one day to their time of day, "07:30:21"; leaves all ids as they are where one is another.
inline void shorten_run_ids(std::vector<std::string>& ids) {
  constexpr std::size_t date_size = 12;  // "2026_11_23__"
  if (ids.size() < 2) return;
  for (const std::string& id : ids)
    if (!time_of_generated_id(id) || id.compare(0, date_size, ids[0], 0, date_size) != 0) return;
  for (std::string& id : ids) {
    id.erase(0, date_size);
    id[2] = id[5] = ':';
  }
}

/// For each run a name that no other run has.
inline std::vector<std::string> short_run_names(const std::vector<const ExperimentRun*>& runs) {
  const auto named = [&](auto&& name_of) {
    std::vector<std::string> names;
    names.reserve(runs.size());
    for (const ExperimentRun* run : runs) names.push_back(name_of(*run));
    return names;
  };
  const auto run_ids = [&] {
    std::vector<std::string> ids = named([](const ExperimentRun& run) -> auto& { return run.run_id(); });
    shorten_run_ids(ids);
    return ids;
  };
  // A variant says more than a date does.
  std::vector<std::string> names = named([](const ExperimentRun& run) -> auto& { return run.variant_id(); });
  if (runs.size() > 1 && all_distinct(names)) return names;
  names = run_ids();
  const bool one_variant = std::all_of(runs.begin(), runs.end(), [&](const ExperimentRun* run) {
    return run->variant_id() == runs[0]->variant_id() && run->experiment_id() == runs[0]->experiment_id();
  });
  if (one_variant && all_distinct(names)) return names;
  names = named([](const ExperimentRun& run) -> auto& { return run.experiment_id(); });
  if (all_distinct(names)) return names;
  names = named([](const ExperimentRun& run) { return run.experiment_id() + "/" + run.variant_id(); });
  if (all_distinct(names)) return names;
  const std::vector<std::string> ids = run_ids();
  for (std::size_t i = 0; i < runs.size(); ++i) names[i] = runs[i]->variant_id() + "/" + ids[i];
  if (all_distinct(names)) return names;
  names = named(full_run_name);
  // The same run twice: number them.
  std::map<std::string, std::size_t> seen;
  for (std::string& name : names)
    if (const std::size_t before = seen[name]++; before > 0) name += " (" + std::to_string(before + 1) + ")";
  return names;
}

}  // namespace erm::detail

// The names of runs that stand beside each other: the shortest that tell them apart.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <string_view>
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

/// Where each character of a UTF-8 text begins, and where the text ends.
inline std::vector<std::size_t> character_places(std::string_view text) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) places.push_back(i);
  places.push_back(text.size());
  return places;
}

/// In characters, or fewer.
inline constexpr std::size_t longest_label = 40;

/// A long name without some of its middle: its beginning, and from the word on in which it differs first from every
/// other name, which is at byte `differs`.
inline std::string shortened_name(const std::string& name, std::size_t differs) {
  constexpr std::size_t head = 14, tail = 24, longest_word = 12;
  const std::vector<std::size_t> places = character_places(name);
  const std::size_t size = places.size() - 1;
  if (size <= longest_label) return name;
  std::size_t at = 0;
  while (at + 1 < size && places[at + 1] <= differs) ++at;
  std::size_t begin = at;
  while (begin > 0 && at - begin < longest_word && std::strchr("-_/. ,=", name[places[begin - 1]]) == nullptr) --begin;
  if (begin <= head + 1) return name.substr(0, places[longest_label - 1]) + "\xE2\x80\xA6";
  begin = (std::min)(begin, size - (std::min)(size - head - 1, tail));
  std::string text = name.substr(0, places[head]) + "\xE2\x80\xA6";
  if (size - begin <= tail) return text + name.substr(places[begin]);
  return text + name.substr(places[begin], places[begin + tail - 1] - places[begin]) + "\xE2\x80\xA6";
}

/// Names for places with little room. Long ones lose what they have in common; all stay apart.
inline std::vector<std::string> run_labels(const std::vector<std::string>& names) {
  if (std::all_of(names.begin(), names.end(), [](const std::string& name) { return name.size() <= longest_label; }))
    return names;
  std::vector<std::size_t> order(names.size()), differs(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return names[a] < names[b]; });
  // The name that begins most like another one stands beside it.
  for (std::size_t i = 1; i < order.size(); ++i) {
    const std::string &a = names[order[i - 1]], &b = names[order[i]];
    std::size_t same = 0;
    while (same < a.size() && same < b.size() && a[same] == b[same]) ++same;
    differs[order[i - 1]] = (std::max)(differs[order[i - 1]], same);
    differs[order[i]] = (std::max)(differs[order[i]], same);
  }
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < names.size(); ++i) labels.push_back(shortened_name(names[i], differs[i]));
  return all_distinct(labels) ? labels : names;
}

}  // namespace erm::detail

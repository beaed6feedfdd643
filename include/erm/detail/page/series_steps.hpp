// Which steps of a series the page holds.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/compare_options.hpp"
#include "erm/comparison.hpp"
#include "erm/error.hpp"
#include "erm/series.hpp"

namespace erm::detail {

/// An entry of a run, and the first place of the slider at which it is shown.
struct HeldEntry {
  std::size_t place = 0;
  const SeriesEntry* entry = nullptr;
};

struct SeriesChoice {
  std::vector<std::int64_t> steps;           // the places of the slider
  std::vector<std::vector<HeldEntry>> held;  // for each run, by place
  std::vector<std::int64_t> all;             // the steps of all runs
};

/// Takes `count` of all steps evenly, the first and the last among them. A run shows at each its entry of that step, or
/// the one before.
inline void choose_steps(SeriesChoice& choice, const ComparisonSeries& row, std::size_t count) {
  choice.steps.clear();
  for (std::size_t i = 0; i < count; ++i)
    choice.steps.push_back(count == 1 ? choice.all.back() : choice.all[i * (choice.all.size() - 1) / (count - 1)]);
  choice.held.assign(row.series.size(), {});
  for (std::size_t run = 0; run < row.series.size(); ++run) {
    if (row.series[run] == nullptr) continue;
    std::vector<HeldEntry>& held = choice.held[run];
    const std::vector<SeriesEntry>& entries = row.series[run]->entries();
    std::size_t next = 0;
    for (std::size_t place = 0; place < count; ++place) {
      while (next < entries.size() && entries[next].step <= choice.steps[place]) ++next;
      if (next > 0 && (held.empty() || held.back().entry != &entries[next - 1]))
        held.push_back({place, &entries[next - 1]});
    }
  }
}

/// In bytes: the entries that the page holds, of which it shows no more than the name where they are too large.
inline std::uint64_t held_size(const SeriesChoice& choice, const CompareOptions& options) {
  std::uint64_t total = 0;
  std::set<std::string> counted;
  for (const std::vector<HeldEntry>& held : choice.held)
    for (const HeldEntry& entry : held) {
      const Artifact& artifact = entry.entry->artifact;
      try {
        const std::uint64_t size = artifact.size();
        if (size > options.max_artifact_size) continue;
        if (artifact.sha256() && !counted.insert(*artifact.sha256()).second) continue;
        total += size;
      } catch (const Error&) {
        continue;  // the page has a notice in its place
      }
    }
  return total;
}

inline SeriesChoice chosen_steps(const ComparisonSeries& row, const CompareOptions& options) {
  SeriesChoice choice;
  for (const ArtifactSeries* const series : row.series)
    if (series != nullptr)
      for (const SeriesEntry& entry : *series) choice.all.push_back(entry.step);
  std::sort(choice.all.begin(), choice.all.end());
  choice.all.erase(std::unique(choice.all.begin(), choice.all.end()), choice.all.end());
  std::size_t count = (std::min)((std::max<std::size_t>)(options.max_series_steps, 1), choice.all.size());
  choose_steps(choice, row, count);
  while (count > 1 && held_size(choice, options) > options.max_series_size) {
    count = (count + 1) / 2;
    if (count == 2 && choice.steps.size() == 2) count = 1;
    choose_steps(choice, row, count);
  }
  return choice;
}

}  // namespace erm::detail

// What a run logged under one id at several steps: images, figures or texts.
//
//   for (const auto& [step, artifact] : run.series("sample"))
//     artifact.save_to("sample-" + std::to_string(step) + ".png");
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/impl/linkage.hpp"
#include "erm/metric_history.hpp"

namespace erm {

struct SeriesEntry {
  std::int64_t step;
  Artifact artifact;
};

/// Each step once, ascending: the one that was logged last at a step replaces those before. Where several writers of a
/// run logged one step, the entry of "main" counts, or of the writer that comes first by name.
class ArtifactSeries {
 public:
  ArtifactSeries() = default;

  [[nodiscard]] auto begin() const noexcept { return entries_.begin(); }
  [[nodiscard]] auto end() const noexcept { return entries_.end(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] const std::vector<SeriesEntry>& entries() const noexcept { return entries_; }
  /// When each entry was logged, to the millisecond.
  [[nodiscard]] const std::vector<TimePoint>& times() const noexcept { return times_; }
  /// What was logged at that step. Throws NotFoundError if nothing was.
  [[nodiscard]] const Artifact& at_step(std::int64_t step) const;
  /// The entry of the greatest step. Throws NotFoundError if there is none.
  [[nodiscard]] const SeriesEntry& last() const;

  /// Adds an entry, or replaces the one of that step.
  void put(std::int64_t step, Artifact artifact, TimePoint time);

 private:
  std::vector<SeriesEntry> entries_;
  std::vector<TimePoint> times_;
};

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/series.inl"
#endif

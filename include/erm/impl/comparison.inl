// The bodies of erm/comparison.hpp.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/comparison.hpp"
#include "erm/detail/compare/builder.hpp"

namespace erm {

ERM_INLINE Comparison::Comparison(const std::vector<ExperimentRun>& runs, const CompareOptions& options)
    : Comparison(detail::addresses_of(runs), options) {}
ERM_INLINE Comparison::Comparison(std::vector<const ExperimentRun*> runs, const CompareOptions& options)
    : data_(detail::ComparisonBuilder(std::move(runs), options).build()) {}
ERM_INLINE Comparison::Comparison(Comparison&& other) noexcept = default;
ERM_INLINE Comparison& Comparison::operator=(Comparison&& other) noexcept = default;
ERM_INLINE Comparison::~Comparison() = default;

ERM_INLINE const std::vector<const ExperimentRun*>& Comparison::runs() const noexcept { return data_->runs; }
ERM_INLINE const std::vector<std::string>& Comparison::names() const noexcept { return data_->names; }
ERM_INLINE std::size_t Comparison::baseline() const noexcept { return data_->baseline; }
ERM_INLINE const std::vector<Comparison::Section>& Comparison::sections() const noexcept { return data_->sections; }
ERM_INLINE const std::vector<Comparison::Curve>& Comparison::curves() const noexcept { return data_->curves; }
ERM_INLINE const std::vector<Comparison::ArtifactRow>& Comparison::artifacts() const noexcept {
  return data_->artifacts;
}
ERM_INLINE const std::vector<Comparison::SeriesRow>& Comparison::series() const noexcept { return data_->series; }
ERM_INLINE const std::vector<Comparison::HistogramRow>& Comparison::histograms() const noexcept {
  return data_->histograms;
}
ERM_INLINE const std::vector<Comparison::TableRow>& Comparison::tables() const noexcept { return data_->tables; }
ERM_INLINE const std::vector<Comparison::Group>& Comparison::groups() const noexcept { return data_->groups; }
ERM_INLINE const std::vector<Comparison::GroupedMetric>& Comparison::grouped_metrics() const noexcept {
  return data_->grouped_metrics;
}
ERM_INLINE const std::vector<Comparison::Warning>& Comparison::warnings() const noexcept { return data_->warnings; }
ERM_INLINE const std::vector<std::string_view>& Comparison::diffs() const noexcept { return data_->diffs; }
ERM_INLINE const std::vector<const Comparison::Row*>& Comparison::main_metrics() const noexcept {
  return data_->main_metrics;
}
ERM_INLINE const std::vector<Comparison::Extreme>& Comparison::extremes() const noexcept { return data_->extremes; }
ERM_INLINE const Comparison::Ranking& Comparison::ranking() const noexcept { return data_->ranking; }

ERM_INLINE std::size_t Comparison::row_count() const noexcept {
  std::size_t count = 0;
  for (const Section& section : data_->sections) count += detail::is_counted(section.kind) ? section.rows.size() : 0;
  return count;
}
ERM_INLINE std::size_t Comparison::differing_row_count() const noexcept {
  std::size_t count = 0;
  for (const Section& section : data_->sections) count += detail::is_counted(section.kind) ? section.differing : 0;
  return count;
}

}  // namespace erm

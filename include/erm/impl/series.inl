// The bodies of erm/series.hpp, erm/histogram.hpp and erm/table.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/run/names_instead.hpp"
#include "erm/error.hpp"
#include "erm/histogram.hpp"
#include "erm/series.hpp"
#include "erm/table.hpp"

namespace erm {

namespace detail {

/// The entry of a step among entries that ascend by step; where it would be if there is none.
template <class Entries>
auto at_or_after(Entries& entries, std::int64_t step) {
  return std::lower_bound(entries.begin(), entries.end(), step,
                          [](const auto& entry, std::int64_t wanted) { return entry.step < wanted; });
}

template <class Entries>
[[noreturn]] void throw_no_step(const Entries& entries, const char* what, std::int64_t step) {
  std::string has = "; it is empty";
  if (!entries.empty()) {
    has = "; it has " + std::to_string(entries.size()) + " of them, from " + std::to_string(entries.front().step) +
          " to " + std::to_string(entries.back().step);
  }
  throw NotFoundError("the " + std::string(what) + " has no step " + std::to_string(step) + has);
}

}  // namespace detail

// ---- ArtifactSeries ----

ERM_INLINE const Artifact& ArtifactSeries::at_step(std::int64_t step) const {
  const auto found = detail::at_or_after(entries_, step);
  if (found == entries_.end() || found->step != step) detail::throw_no_step(entries_, "series", step);
  return found->artifact;
}

ERM_INLINE const SeriesEntry& ArtifactSeries::last() const {
  if (entries_.empty()) throw NotFoundError("the series is empty, so it has no last entry");
  return entries_.back();
}

ERM_INLINE void ArtifactSeries::put(std::int64_t step, Artifact artifact, TimePoint time) {
  const auto found = detail::at_or_after(entries_, step);
  const auto index = found - entries_.begin();
  if (found != entries_.end() && found->step == step) {
    found->artifact = std::move(artifact);
    times_[static_cast<std::size_t>(index)] = time;
  } else {
    entries_.insert(found, {step, std::move(artifact)});
    times_.insert(times_.begin() + index, time);
  }
}

// ---- Histogram ----

ERM_INLINE std::uint64_t HistogramStep::finite_values() const noexcept {
  std::uint64_t all = below + above;
  for (const std::uint64_t count : counts) all += count;
  return all;
}

ERM_INLINE double HistogramStep::mean() const noexcept {
  const std::uint64_t count = finite_values();
  return count == 0 ? detail::not_a_number() : sum / static_cast<double>(count);
}

ERM_INLINE const HistogramStep& Histogram::at_step(std::int64_t step) const {
  const auto found = detail::at_or_after(steps_, step);
  if (found == steps_.end() || found->step != step) detail::throw_no_step(steps_, "histogram", step);
  return *found;
}

ERM_INLINE const HistogramStep& Histogram::last() const {
  if (steps_.empty()) throw NotFoundError("the histogram is empty, so it has no last step");
  return steps_.back();
}

// ---- Table ----

ERM_INLINE Table::Table(std::vector<std::string> columns, std::vector<std::vector<Value>> rows)
    : columns_(std::move(columns)), rows_(std::move(rows)) {
  for (std::string& column : columns_)
    if (!detail::is_utf8(column)) column = detail::repaired_utf8(column);
  if (columns_.empty() && !rows_.empty()) throw Error("a table was given rows, but no columns; name its columns");
  std::vector<std::string_view> sorted(columns_.begin(), columns_.end());
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) {
    throw Error("a table was given the column " + detail::shown(*twice) + " twice; give each column a name of its own");
  }
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    if (rows_[row].size() == columns_.size()) continue;
    std::string names;
    for (std::size_t i = 0; i < columns_.size() && i < 8; ++i)
      names += (i == 0 ? "" : ", ") + detail::shown(columns_[i]);
    if (columns_.size() > 8) names += ", ...";
    std::string first = rows_[row].empty() ? "" : " and begins with " + detail::shown(rows_[row].front().str());
    throw Error("row " + std::to_string(row) + " of a table (the first is row 0) has " +
                std::to_string(rows_[row].size()) + " values" + first + ", and the table has " +
                std::to_string(columns_.size()) + " columns: " + names + "; give each row a value for each column");
  }
}

ERM_INLINE std::size_t Table::index_of(std::string_view column) const {
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (columns_[i] == column) return i;
  throw NotFoundError("the table has no column " + detail::shown(column) + detail::names_instead(column, columns_));
}

ERM_INLINE const Value& Table::at(std::size_t row, std::string_view column) const {
  const std::size_t index = index_of(column);
  if (row >= rows_.size()) {
    throw NotFoundError("the table has no row " + std::to_string(row) + "; it has " + std::to_string(rows_.size()) +
                        " rows, of which the first is row 0");
  }
  return rows_[row][index];
}

ERM_INLINE std::vector<Value> Table::column(std::string_view column) const {
  const std::size_t index = index_of(column);
  std::vector<Value> values;
  values.reserve(rows_.size());
  for (const std::vector<Value>& row : rows_) values.push_back(row[index]);
  return values;
}

}  // namespace erm

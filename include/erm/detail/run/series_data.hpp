// What a run logged over its steps beside points: artifacts with a step, histograms; and its tables.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/content.hpp"
#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/detail/run/histogram_records.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/error.hpp"
#include "erm/histogram.hpp"
#include "erm/numbers_view.hpp"
#include "erm/series.hpp"
#include "erm/table.hpp"

namespace erm::detail {

/// The steps that one writer logged under one name. Kept as bytes, which are few, until a program asks for them.
struct HistogramChain {
  HistogramBins bins;
  std::string records;  // each with its size before it

  void add(std::string_view record) {
    append_varint(records, record.size());
    records += record;
  }
};

/// Calls `use(record)` for each record of a chain.
template <class Use>
void for_each_record(const HistogramChain& chain, Use&& use) {
  ByteReader in(chain.records);
  while (in.left() > 0) use(in.take(to_size(in.varint())));
}

/// Puts the steps of several writers into bins that all of them have.
class HistogramMerger {
 public:
  /// Throws FormatError for chains in bins that cannot become the same, and for a record that is none.
  HistogramMerger(const std::string& name, const std::vector<HistogramChain>& chains)
      : name_(name), bins_(chains.front().bins) {
    for (const HistogramChain& chain : chains) {
      expect_same_kind(chain.bins);
      bins_.exponent = (std::max)(bins_.exponent, chain.bins.exponent);
    }
    for (const HistogramChain& chain : chains) read(chain);
    const auto earlier = [](const Entry& a, const Entry& b) { return a.record.step < b.record.step; };
    if (chains.size() > 1) std::stable_sort(entries_.begin(), entries_.end(), earlier);
  }

  [[nodiscard]] Histogram merged() {
    make_edges();
    std::vector<HistogramStep> steps;
    steps.reserve(entries_.size());
    for (const Entry& entry : entries_) {
      // Of several writers all count.
      const bool is_new = steps.empty() || steps.back().step != entry.record.step;
      if (is_new) {
        HistogramStep& at = steps.emplace_back();
        at.step = entry.record.step;
        at.counts.assign(edges_.empty() ? 0 : edges_.size() - 1, 0);
        at.smallest = at.largest = at.sum = not_a_number();
      }
      add(steps.back(), entry, is_new);
    }
    return Histogram(std::move(edges_), std::move(steps));
  }

 private:
  struct Entry {
    StepRecord record;
    int doublings;  // how often its bins double to be those of the histogram
  };
  /// The bins that some step uses.
  struct Reach {
    std::int64_t first = 0, beyond = 0;
    [[nodiscard]] bool empty() const { return first == beyond; }
    [[nodiscard]] std::size_t size() const { return to_size(beyond - first); }
    void add(std::int64_t from, std::int64_t to) {
      const bool is_first = empty();
      first = is_first ? from : (std::min)(first, from);
      beyond = is_first ? to : (std::max)(beyond, to);
    }
  };

  void expect_same_kind(const HistogramBins& bins) const {
    if (bins.kind == bins_.kind && bins.edges == bins_.edges) return;
    throw FormatError("the histogram " + shown(name_) +
                      " has different bins in two writers of the run, so they cannot be added up; give each "
                      "writer the same HistogramOptions, or a name of its own");
  }
  [[noreturn]] void fail() const {
    throw FormatError("the histogram " + shown(name_) + " has a record that is none; its file is damaged");
  }
  [[nodiscard]] bool is_logarithmic() const { return bins_.kind == HistogramBins::Kind::logarithmic; }

  /// The bin of 2^doublings times the width in which the bin lies.
  static std::int64_t coarser(std::int64_t index, int doublings) {
    if (doublings == 0) return index;
    if (doublings > 62) return index < 0 ? -1 : 0;
    const std::int64_t width = std::int64_t{1} << doublings;
    return index >= 0 ? index / width : -((-index - 1) / width) - 1;
  }

  void read(const HistogramChain& chain) {
    std::vector<Entry> entries;
    const int doublings = bins_.exponent - chain.bins.exponent;
    for_each_record(chain, [&](std::string_view record) {
      const std::optional<StepRecord> step = read_step(record, chain.bins);
      if (!step) fail();
      entries.push_back({*step, doublings});
    });
    // Of one writer the last counts at a step.
    const auto earlier = [](const Entry& a, const Entry& b) { return a.record.step < b.record.step; };
    if (!std::is_sorted(entries.begin(), entries.end(), earlier))
      std::stable_sort(entries.begin(), entries.end(), earlier);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i + 1 < entries.size() && entries[i + 1].record.step == entries[i].record.step) continue;
      const StepRecord& record = entries[i].record;
      has_zeros_ = has_zeros_ || record.rest.zeros != 0;
      for (int run = 0; run < 2; ++run) {
        const auto& [first, size] = record.runs[run];
        if (size == 0) continue;
        reach_[run].add(coarser(first, doublings), coarser(first + static_cast<std::int64_t>(size) - 1, doublings) + 1);
      }
      entries_.push_back(entries[i]);
    }
  }

  void make_edges() {
    if (is_logarithmic()) return make_logarithmic_edges();
    edges_ = bins_.edges;
    if (bins_.kind == HistogramBins::Kind::edges || reach_[0].empty()) return;
    const std::uint64_t size =
        static_cast<std::uint64_t>(reach_[0].beyond) - static_cast<std::uint64_t>(reach_[0].first);
    if (size > 64 * most_histogram_bins) {
      throw FormatError("the histogram " + shown(name_) + " has bins from " + std::to_string(reach_[0].first) + " to " +
                        std::to_string(reach_[0].beyond) + ", too many to use; give each writer the same range");
    }
    const double width = std::ldexp(1.0, bins_.exponent);
    for (std::int64_t i = reach_[0].first; i <= reach_[0].beyond; ++i) edges_.push_back(static_cast<double>(i) * width);
  }

  /// The bins of both signs, and one around zero between them.
  void make_logarithmic_edges() {
    const auto& [negative, positive] = reach_;
    for (std::int64_t i = negative.beyond; !negative.empty() && i >= negative.first; --i)
      edges_.push_back(-logarithmic_edge(i));
    has_gap_ = has_zeros_ || (!negative.empty() && !positive.empty());
    if (has_gap_ && negative.empty()) edges_.push_back(positive.empty() ? -logarithmic_edge(0) : 0.0);
    if (has_gap_ && positive.empty()) edges_.push_back(negative.empty() ? logarithmic_edge(0) : 0.0);
    for (std::int64_t i = positive.first; !positive.empty() && i <= positive.beyond; ++i)
      edges_.push_back(logarithmic_edge(i));
  }

  /// From `begin` to `at`, modulo 2^64: an empty run may begin anywhere, and its offset is not used.
  static std::size_t offset(std::int64_t at, std::int64_t begin) {
    return to_size(static_cast<std::uint64_t>(at) - static_cast<std::uint64_t>(begin));
  }

  void add(HistogramStep& at, const Entry& entry, bool is_new) const {
    const HistogramCounts& rest = entry.record.rest;
    const TimePoint time{std::chrono::milliseconds(entry.record.milliseconds)};
    at.time = is_new ? time : (std::max)(at.time, time);
    const bool had_finite = at.finite_values() != 0;
    at.nans += rest.nans;
    at.positive_infinities += rest.positive_infinities;
    at.negative_infinities += rest.negative_infinities;
    at.below += rest.below;
    at.above += rest.above;
    if (rest.has_finite) {
      at.smallest = had_finite ? (std::min)(at.smallest, rest.smallest) : rest.smallest;
      at.largest = had_finite ? (std::max)(at.largest, rest.largest) : rest.largest;
      at.sum = had_finite ? at.sum + rest.sum : rest.sum;
    }
    std::uint64_t* const counts = at.counts.data();
    bool ok = false;
    if (is_logarithmic()) {
      const std::size_t negative = reach_[0].size();
      if (has_gap_) counts[negative] += rest.zeros;
      // The bins of the negative values run against their magnitudes.
      const std::size_t downward = offset(reach_[0].beyond, entry.record.runs[0].first);
      const std::size_t upward = negative + (has_gap_ ? 1 : 0) + offset(entry.record.runs[1].first, reach_[1].first);
      ok = for_each_count(entry.record, [&](int run, std::size_t i, std::uint64_t count) {
        counts[run == 0 ? downward - 1 - i : upward + i] += count;
      });
    } else if (entry.doublings == 0) {
      const std::int64_t begin = bins_.kind == HistogramBins::Kind::grid ? reach_[0].first : 0;
      const std::size_t first = offset(entry.record.runs[0].first, begin);
      ok = for_each_count(entry.record,
                          [&](int, std::size_t i, std::uint64_t count) { counts[first + i] += count; });
    } else {
      ok = for_each_count(entry.record, [&](int, std::size_t i, std::uint64_t count) {
        const std::int64_t index = entry.record.runs[0].first + static_cast<std::int64_t>(i);
        counts[coarser(index, entry.doublings) - reach_[0].first] += count;
      });
    }
    if (!ok) fail();
  }

  const std::string& name_;
  HistogramBins bins_;
  std::vector<Entry> entries_;  // by step
  Reach reach_[2];              // of the runs
  bool has_zeros_ = false;
  bool has_gap_ = false;
  std::vector<double> edges_;
};

/// A table in a store.
class UnreadTable {
 public:
  virtual ~UnreadTable() = default;
  [[nodiscard]] virtual Table table() const = 0;
  /// The file, as it is.
  [[nodiscard]] virtual Bytes csv() const = 0;
};

/// A table, or where to read it.
struct TableEntry {
  TimePoint time = {};
  std::optional<Table> table = {};
  std::shared_ptr<const UnreadTable> unread = {};
};

struct SeriesData {
  std::map<std::string, ArtifactSeries> series;
  std::map<std::string, std::vector<HistogramChain>> histograms;  // a chain for each writer
  std::map<std::string, TableEntry> tables;

  SeriesData() = default;
  SeriesData(const SeriesData& other) : series(other.series), histograms(other.histograms), tables(other.tables) {}
  SeriesData& operator=(const SeriesData&) = delete;
  ~SeriesData() = default;

  [[nodiscard]] bool empty() const { return series.empty() && histograms.empty() && tables.empty(); }

  /// The histogram of that name, which there is. Copies of a run share what was read.
  [[nodiscard]] const Histogram& histogram(const std::string& name) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto known = read_histograms_.find(name);
    if (known != read_histograms_.end()) return known->second;
    return read_histograms_.emplace(name, HistogramMerger(name, histograms.at(name)).merged()).first->second;
  }
  /// The same for a table.
  [[nodiscard]] const Table& table(const std::string& name) const {
    const TableEntry& entry = tables.at(name);
    if (entry.table) return *entry.table;
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto known = read_tables_.find(name);
    if (known != read_tables_.end()) return known->second;
    return read_tables_.emplace(name, entry.unread->table()).first->second;
  }

  /// Adds a step to the histogram of that name. Throws Error if the options ask for other bins than it has.
  template <class Float>
  void log_histogram(const std::string& name, const Float* values, std::size_t size, std::int64_t step,
                     std::int64_t milliseconds, const HistogramOptions& options);
  void put_table(const std::string& name, Table table, TimePoint time) {
    tables[name] = {time, std::move(table), nullptr};
    const std::lock_guard<std::mutex> lock(mutex_);
    read_tables_.erase(name);
  }

 private:
  mutable std::mutex mutex_;
  mutable std::map<std::string, Histogram> read_histograms_;
  mutable std::map<std::string, Table> read_tables_;
};

/// Throws Error: the values belong into other bins.
[[noreturn]] inline void throw_other_bins(const std::string& name) {
  throw Error("the histogram " + shown(name) +
              " was given other HistogramOptions than at its first step, and its bins are the same at all steps; "
              "give the same, leave them out, or take another name");
}

template <class Float>
void SeriesData::log_histogram(const std::string& name, const Float* values, std::size_t size, std::int64_t step,
                               std::int64_t milliseconds, const HistogramOptions& options) {
  check_histogram_options(shown(name), options);
  HistogramCounts counts;
  add_statistics(values, size, counts);
  std::vector<HistogramChain>& chains = histograms[name];
  if (chains.empty())
    chains.push_back({chosen_bins(options, counts), {}});
  else if (!fits(options, chains.front().bins))
    throw_other_bins(name);
  count_values(values, size, chains.front().bins, counts);
  chains.front().add(step_record(chains.front().bins, step, milliseconds, counts));
  const std::lock_guard<std::mutex> lock(mutex_);
  read_histograms_.erase(name);
}

/// Calls `use(first, size)` with the floats or doubles where they lie; with copies of other numbers, and of those that
/// do not lie next to each other. Their order does not matter.
template <class Use>
void with_floating(const NumbersView& numbers, Use&& use) {
  const NumbersView values = numbers.is_contiguous() ? NumbersView() : numbers.in_memory_order();
  const NumbersView& in_order = numbers.is_contiguous() ? numbers : values;
  if (in_order.is_contiguous() && in_order.type() == NumberType::float32)
    return use(static_cast<const float*>(in_order.data()), in_order.size());
  if (in_order.is_contiguous() && in_order.type() == NumberType::float64)
    return use(static_cast<const double*>(in_order.data()), in_order.size());
  const std::vector<double> copy = in_order.values();
  use(copy.data(), copy.size());
}

/// Series that are read when a program asks for them. Copies of a run share them.
class UnreadSeries {
 public:
  virtual ~UnreadSeries() = default;
  [[nodiscard]] virtual const SeriesData& read() const = 0;
};

inline const SeriesData& series_of(const RunRecord& record) {
  static const SeriesData none;
  return record.unread_series ? record.unread_series->read() : record.series ? *record.series : none;
}

/// Removes what was logged at `step` and later under the names that the rewind is of. Tables have no step.
inline void rewind_series(SeriesData& data, const Rewind& rewind) {
  for (auto at = data.series.begin(); at != data.series.end();) {
    if (rewind.is_of(at->first)) {
      ArtifactSeries kept;
      for (std::size_t i = 0; i < at->second.size(); ++i) {
        const SeriesEntry& entry = at->second.entries()[i];
        if (entry.step < rewind.step) kept.put(entry.step, entry.artifact, at->second.times()[i]);
      }
      at->second = std::move(kept);
    }
    at = at->second.empty() ? data.series.erase(at) : std::next(at);
  }
  for (auto at = data.histograms.begin(); at != data.histograms.end();) {
    if (rewind.is_of(at->first)) {
      for (HistogramChain& chain : at->second) {
        HistogramChain kept{chain.bins, {}};
        for_each_record(chain, [&](std::string_view record) {
          if (ByteReader(record).signed_varint() < rewind.step) kept.add(record);
        });
        chain = std::move(kept);
      }
      const auto is_empty = [](const HistogramChain& chain) { return chain.records.empty(); };
      at->second.erase(std::remove_if(at->second.begin(), at->second.end(), is_empty), at->second.end());
    }
    at = at->second.empty() ? data.histograms.erase(at) : std::next(at);
  }
}

/// The series, for changes; this record alone owns them.
inline SeriesData& own_series(RunRecord& record) {
  if (record.unread_series) {
    record.series = std::make_shared<SeriesData>(record.unread_series->read());
    record.unread_series.reset();
  } else if (!record.series) {
    record.series = std::make_shared<SeriesData>();
  } else if (record.series.use_count() > 1) {
    record.series = std::make_shared<SeriesData>(*record.series);
  }
  return *record.series;
}

}  // namespace erm::detail

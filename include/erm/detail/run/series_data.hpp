// What a run logged over its steps beside points: artifacts with a step, histograms; and its tables.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/run/histogram_records.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/content.hpp"
#include "erm/error.hpp"
#include "erm/histogram.hpp"
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
  HistogramMerger(const std::string& name, const std::vector<HistogramChain>& chains) : name_(name) {
    for (const HistogramChain& chain : chains) expect_same_kind(chain.bins, chains.front().bins);
    for (const HistogramChain& chain : chains) exponent_ = (std::max)(exponent_, chain.bins.exponent);
    for (const HistogramChain& chain : chains) read(chain);
    for (const ReadStep& step : steps_) {
      negative_.add(step.counts.negative);
      positive_.add(step.counts.positive);
    }
    kind_ = chains.front().bins.kind;
    edges_ = kind_ == HistogramBins::Kind::edges ? chains.front().bins.edges : std::vector<double>();
  }

  [[nodiscard]] Histogram merged() {
    std::vector<HistogramStep> steps;
    steps.reserve(steps_.size());
    if (kind_ == HistogramBins::Kind::logarithmic) {
      make_logarithmic_edges();
    } else if (kind_ == HistogramBins::Kind::grid) {
      const double width = std::ldexp(1.0, exponent_);
      expect_few(positive_.beyond - positive_.first);
      for (std::int64_t i = positive_.first; !positive_.empty() && i <= positive_.beyond; ++i)
        edges_.push_back(static_cast<double>(i) * width);
    }
    for (const ReadStep& read : steps_) {
      HistogramStep& at = steps.emplace_back();
      at.step = read.step;
      at.time = TimePoint(std::chrono::milliseconds(read.milliseconds));
      const HistogramCounts& counts = read.counts;
      at.nans = counts.nans;
      at.positive_infinities = counts.positive_infinities;
      at.negative_infinities = counts.negative_infinities;
      at.below = counts.below;
      at.above = counts.above;
      constexpr double none = std::numeric_limits<double>::quiet_NaN();
      at.smallest = counts.has_finite ? counts.smallest : none;
      at.largest = counts.has_finite ? counts.largest : none;
      at.sum = counts.has_finite ? counts.sum : none;
      put_counts(at.counts, counts);
    }
    return Histogram(std::move(edges_), std::move(steps));
  }

 private:
  /// The bins that some step uses.
  struct Reach {
    std::int64_t first = 0, beyond = 0;
    [[nodiscard]] bool empty() const { return first == beyond; }
    void add(const CountRun& run) {
      if (run.counts.empty()) return;
      const std::int64_t end = run.first + static_cast<std::int64_t>(run.counts.size());
      const bool is_first = empty();
      first = is_first ? run.first : (std::min)(first, run.first);
      beyond = is_first ? end : (std::max)(beyond, end);
    }
  };

  void expect_same_kind(const HistogramBins& bins, const HistogramBins& first) const {
    if (bins.kind == first.kind && bins.edges == first.edges) return;
    throw FormatError("the histogram '" + name_ +
                      "' has different bins in two writers of the run, so they cannot be added up; give each "
                      "writer the same HistogramOptions, or a name of its own");
  }
  void expect_few(std::int64_t bins) const {
    if (bins <= static_cast<std::int64_t>(17 * most_histogram_bins + 17)) return;
    throw FormatError("the histogram '" + name_ + "' has " + std::to_string(bins) +
                      " bins, more than a program could use; its file is damaged");
  }

  void read(const HistogramChain& chain) {
    std::vector<ReadStep> steps;
    for_each_record(chain, [&](std::string_view record) {
      std::optional<ReadStep> step = read_step(record, chain.bins);
      if (!step) throw FormatError("the histogram '" + name_ + "' has a record that is none; its file is damaged");
      if (chain.bins.kind == HistogramBins::Kind::grid && chain.bins.exponent < exponent_)
        coarsen(step->counts.positive, exponent_ - chain.bins.exponent);
      steps.push_back(std::move(*step));
    });
    // Of one writer the last counts at a step.
    const auto earlier = [](const ReadStep& a, const ReadStep& b) { return a.step < b.step; };
    if (!std::is_sorted(steps.begin(), steps.end(), earlier)) std::stable_sort(steps.begin(), steps.end(), earlier);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (i + 1 < steps.size() && steps[i + 1].step == steps[i].step) continue;
      if (kept != i) steps[kept] = std::move(steps[i]);
      ++kept;
    }
    steps.resize(kept);
    add_writer(std::move(steps));
  }

  /// Of several writers all count.
  void add_writer(std::vector<ReadStep>&& steps) {
    if (steps_.empty()) {
      steps_ = std::move(steps);
      return;
    }
    std::vector<ReadStep> both;
    both.reserve(steps_.size() + steps.size());
    std::size_t next = 0;
    for (ReadStep& mine : steps_) {
      for (; next < steps.size() && steps[next].step < mine.step; ++next) both.push_back(std::move(steps[next]));
      if (next < steps.size() && steps[next].step == mine.step) add_counts(mine, steps[next++]);
      both.push_back(std::move(mine));
    }
    for (; next < steps.size(); ++next) both.push_back(std::move(steps[next]));
    steps_ = std::move(both);
  }

  static void add_counts(ReadStep& to, const ReadStep& from) {
    to.milliseconds = (std::max)(to.milliseconds, from.milliseconds);
    HistogramCounts& a = to.counts;
    const HistogramCounts& b = from.counts;
    a.nans += b.nans;
    a.positive_infinities += b.positive_infinities;
    a.negative_infinities += b.negative_infinities;
    a.below += b.below;
    a.above += b.above;
    a.zeros += b.zeros;
    if (b.has_finite) {
      a.smallest = a.has_finite ? (std::min)(a.smallest, b.smallest) : b.smallest;
      a.largest = a.has_finite ? (std::max)(a.largest, b.largest) : b.largest;
      a.sum = a.has_finite ? a.sum + b.sum : b.sum;
      a.has_finite = true;
    }
    add_run(a.negative, b.negative);
    add_run(a.positive, b.positive);
  }

  static void add_run(CountRun& to, const CountRun& from) {
    if (from.counts.empty()) return;
    if (to.counts.empty()) {
      to = from;
      return;
    }
    const std::int64_t first = (std::min)(to.first, from.first);
    const std::int64_t beyond = (std::max)(to.first + static_cast<std::int64_t>(to.counts.size()),
                                           from.first + static_cast<std::int64_t>(from.counts.size()));
    CountRun both{first, std::vector<std::uint64_t>(to_size(beyond - first))};
    for (const CountRun* run : {&std::as_const(to), &from})
      for (std::size_t i = 0; i < run->counts.size(); ++i) both.counts[to_size(run->first - first) + i] += run->counts[i];
    to = std::move(both);
  }

  /// Each bin goes into the one of 2^doublings times its width that it lies in.
  static void coarsen(CountRun& run, int doublings) {
    if (run.counts.empty()) return;
    const auto wide = [&](std::int64_t index) {
      if (doublings > 62) return index < 0 ? std::int64_t{-1} : std::int64_t{0};
      const std::int64_t width = std::int64_t{1} << doublings;
      return index >= 0 ? index / width : -((-index - 1) / width) - 1;
    };
    CountRun out;
    out.first = wide(run.first);
    out.counts.resize(to_size(wide(run.first + static_cast<std::int64_t>(run.counts.size()) - 1) - out.first + 1));
    for (std::size_t i = 0; i < run.counts.size(); ++i)
      out.counts[to_size(wide(run.first + static_cast<std::int64_t>(i)) - out.first)] += run.counts[i];
    run = std::move(out);
  }

  /// The bins of both signs, and one around zero between them.
  void make_logarithmic_edges() {
    bool has_zeros = false;
    for (const ReadStep& step : steps_) has_zeros = has_zeros || step.counts.zeros != 0;
    for (std::int64_t i = negative_.beyond; !negative_.empty() && i >= negative_.first; --i)
      edges_.push_back(-logarithmic_edge(i));
    has_gap_ = has_zeros || (!negative_.empty() && !positive_.empty());
    if (has_gap_ && negative_.empty()) edges_.push_back(positive_.empty() ? -logarithmic_edge(0) : 0.0);
    if (has_gap_ && positive_.empty()) edges_.push_back(negative_.empty() ? logarithmic_edge(0) : 0.0);
    for (std::int64_t i = positive_.first; !positive_.empty() && i <= positive_.beyond; ++i)
      edges_.push_back(logarithmic_edge(i));
  }

  void put_counts(std::vector<std::uint64_t>& into, const HistogramCounts& counts) const {
    into.assign(edges_.empty() ? 0 : edges_.size() - 1, 0);
    const auto put = [&](const CountRun& run, std::int64_t first, std::size_t at) {
      for (std::size_t i = 0; i < run.counts.size(); ++i) into[at + to_size(run.first - first) + i] = run.counts[i];
    };
    if (kind_ == HistogramBins::Kind::edges) return put(counts.positive, 0, 0);
    if (kind_ == HistogramBins::Kind::grid) return put(counts.positive, positive_.first, 0);
    const std::size_t negative = to_size(negative_.beyond - negative_.first);
    for (std::size_t i = 0; i < counts.negative.counts.size(); ++i)
      into[to_size(negative_.beyond - 1 - counts.negative.first) - i] = counts.negative.counts[i];
    if (has_gap_) into[negative] = counts.zeros;
    put(counts.positive, positive_.first, negative + (has_gap_ ? 1 : 0));
  }

  const std::string& name_;
  HistogramBins::Kind kind_ = HistogramBins::Kind::logarithmic;
  int exponent_ = -1000;
  std::vector<double> edges_;
  std::vector<ReadStep> steps_;
  Reach negative_, positive_;
  bool has_gap_ = false;
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
  std::map<std::string, Series> series;
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

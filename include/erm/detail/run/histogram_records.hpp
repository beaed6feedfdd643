// The form in which a histogram is kept, in memory and in series/<writer>.hist: the bins once, and a short record for
// each step. docs/registry.md describes the bytes.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/time_text.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/detail/run/histogram_bins.hpp"
#include "erm/error.hpp"
#include "erm/histogram.hpp"

namespace erm::detail {

// ---- numbers in few bytes ----

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
inline void append_varint(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>((number & 0x7F) | 0x80);
  out += static_cast<char>(number);
}
/// Small numbers of either sign in few bytes: 0, -1, 1, -2, ...
inline void append_signed_varint(std::string& out, std::int64_t number) {
  append_varint(out, static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63));
}
inline void append_bits(std::string& out, std::uint64_t bits, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(bits >> (8 * i) & 0xFF);
}

/// Reads what those wrote. A fault is remembered, and everything after it reads as 0.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
  void fail() noexcept {
    ok_ = false;
    at_ = end_;
  }
  std::uint8_t byte() noexcept {
    if (at_ == end_) {
      fail();
      return 0;
    }
    return static_cast<std::uint8_t>(*at_++);
  }
  std::uint64_t varint() noexcept {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t next = byte();
      number |= static_cast<std::uint64_t>(next & 0x7FU) << shift;
      if (next < 0x80) {
        if (shift == 63 && next > 1) fail();
        return number;
      }
    }
    fail();
    return 0;
  }
  std::int64_t signed_varint() noexcept {
    const std::uint64_t number = varint();
    return static_cast<std::int64_t>(number >> 1 ^ (~(number & 1) + 1));
  }
  std::uint64_t bits(int bytes) noexcept {
    std::uint64_t number = 0;
    for (int i = 0; i < bytes; ++i) number |= static_cast<std::uint64_t>(byte()) << (8 * i);
    return number;
  }
  std::string_view take(std::size_t size) noexcept {
    if (size > left()) {
      fail();
      return {};
    }
    at_ += size;
    return {at_ - size, size};
  }

 private:
  const char* at_;
  const char* end_;
  bool ok_ = true;
};

// ---- bins ----

inline void append_bins(std::string& out, const HistogramBins& bins) {
  out += static_cast<char>(bins.kind);
  if (bins.kind == HistogramBins::Kind::grid) {
    append_signed_varint(out, bins.exponent);
    append_signed_varint(out, bins.lowest);
    append_varint(out, static_cast<std::uint64_t>(bins.beyond - bins.lowest));
  } else if (bins.kind == HistogramBins::Kind::edges) {
    append_varint(out, bins.edges.size());
    for (const double edge : bins.edges) append_bits(out, bits_of(edge), 8);
  }
}

/// Nothing if the bytes are no bins.
inline std::optional<HistogramBins> read_bins(ByteReader& in) {
  constexpr std::int64_t farthest = std::int64_t{1} << 62;
  HistogramBins bins;
  const std::uint8_t kind = in.byte();
  if (kind > static_cast<std::uint8_t>(HistogramBins::Kind::edges)) return std::nullopt;
  bins.kind = static_cast<HistogramBins::Kind>(kind);
  if (bins.kind == HistogramBins::Kind::grid) {
    const std::int64_t exponent = in.signed_varint();
    bins.lowest = in.signed_varint();
    const std::uint64_t count = in.varint();
    if (exponent < -1000 || exponent > 1000 || bins.lowest < -farthest || bins.lowest > farthest || count == 0 ||
        count > 17 * most_histogram_bins + 17)
      return std::nullopt;
    bins.exponent = static_cast<int>(exponent);
    bins.beyond = bins.lowest + static_cast<std::int64_t>(count);
  } else if (bins.kind == HistogramBins::Kind::edges) {
    const std::uint64_t count = in.varint();
    if (count < 2 || count > most_histogram_bins + 1 || in.left() / 8 < count) return std::nullopt;
    for (std::uint64_t i = 0; i < count; ++i) {
      bins.edges.push_back(double_of(in.bits(8)));
      if (!has_finite_bits<double>(bits_of(bins.edges.back()))) return std::nullopt;
      if (i > 0 && !(bins.edges[to_size(i) - 1] < bins.edges[to_size(i)])) return std::nullopt;
    }
  }
  if (!in.ok()) return std::nullopt;
  return bins;
}

/// The indices that a count may have: one after the other, from the first on.
inline std::pair<std::int64_t, std::int64_t> indices_of(const HistogramBins& bins) {
  switch (bins.kind) {
    case HistogramBins::Kind::logarithmic:
      return {0, static_cast<std::int64_t>(bins_of_magnitudes)};
    case HistogramBins::Kind::grid:
      return {bins.lowest, bins.beyond};
    default:
      return {0, static_cast<std::int64_t>(bins.edges.size()) - 1};
  }
}

// ---- the record of one step ----

struct StepFlag {
  enum : unsigned {
    nans = 1,
    positive_infinities = 2,
    negative_infinities = 4,
    below = 8,
    above = 16,
    zeros = 32,
    doubles = 64,
    floats = 128
  };
};

inline void append_counts(std::string& out, const std::vector<const CountRun*>& runs) {
  std::uint64_t largest = 0;
  std::size_t size = 0;
  for (const CountRun* run : runs) {
    append_signed_varint(out, run->first);
    append_varint(out, run->counts.size());
    size += run->counts.size();
    for (const std::uint64_t count : run->counts) largest = (std::max)(largest, count);
  }
  if (size == 0) return;
  // Either each as a number of its own, with the length of a sequence of zeros; or each in the same number of bits.
  std::string single(1, '\0');
  for (const CountRun* run : runs) {
    for (std::size_t i = 0; i < run->counts.size(); ++i) {
      append_varint(single, run->counts[i]);
      if (run->counts[i] != 0) continue;
      const std::size_t begin = i;
      while (i + 1 < run->counts.size() && run->counts[i + 1] == 0) ++i;
      append_varint(single, i - begin);
    }
  }
  unsigned width = 1;
  while (width < 64 && largest >> width != 0) ++width;
  if (width > 56 || single.size() <= 1 + (size * width + 7) / 8) {
    out += single;
    return;
  }
  out += static_cast<char>(width);
  std::uint64_t bits = 0;
  unsigned held = 0;
  for (const CountRun* run : runs) {
    for (const std::uint64_t count : run->counts) {
      bits |= count << held;
      held += width;
      for (; held >= 8; held -= 8, bits >>= 8) out += static_cast<char>(bits & 0xFF);
    }
  }
  if (held > 0) out += static_cast<char>(bits & 0xFF);
}

/// The body of a record: step, time and counts.
inline std::string step_record(const HistogramBins& bins, std::int64_t step, std::int64_t milliseconds,
                               const HistogramCounts& counts) {
  std::string out;
  append_signed_varint(out, step);
  append_signed_varint(out, milliseconds);
  unsigned flags = 0;
  // Three numbers of a float are floats, but for their sum.
  const auto is_float = [](double value) { return static_cast<double>(static_cast<float>(value)) == value; };
  constexpr double float_limit = 3e38;
  if (counts.has_finite) {
    flags |= std::fabs(counts.smallest) < float_limit && std::fabs(counts.largest) < float_limit &&
                     is_float(counts.smallest) && is_float(counts.largest)
                 ? StepFlag::floats
                 : StepFlag::doubles;
  }
  const std::pair<std::uint64_t, unsigned> rare[] = {{counts.nans, StepFlag::nans},
                                                     {counts.positive_infinities, StepFlag::positive_infinities},
                                                     {counts.negative_infinities, StepFlag::negative_infinities},
                                                     {counts.below, StepFlag::below},
                                                     {counts.above, StepFlag::above},
                                                     {counts.zeros, StepFlag::zeros}};
  for (const auto& [count, flag] : rare)
    if (count != 0) flags |= flag;
  out += static_cast<char>(flags);
  for (const auto& [count, flag] : rare)
    if (count != 0) append_varint(out, count);
  if ((flags & StepFlag::floats) != 0) {
    append_bits(out, bits_of(static_cast<float>(counts.smallest)), 4);
    append_bits(out, bits_of(static_cast<float>(counts.largest)), 4);
  } else if ((flags & StepFlag::doubles) != 0) {
    append_bits(out, bits_of(counts.smallest), 8);
    append_bits(out, bits_of(counts.largest), 8);
  }
  if (counts.has_finite) append_bits(out, bits_of(counts.sum), 8);
  if (bins.kind == HistogramBins::Kind::logarithmic)
    append_counts(out, {&counts.negative, &counts.positive});
  else
    append_counts(out, {&counts.positive});
  return out;
}

/// A record as it was read, all but its counts, which stay as they are.
struct StepRecord {
  struct Run {
    std::int64_t first = 0;
    std::size_t size = 0;
  };
  std::int64_t step = 0;
  std::int64_t milliseconds = 0;
  HistogramCounts rest;  // without counts of bins
  Run runs[2];           // of logarithmic bins the negative and the positive; else only the first
  std::string_view counts;
};

/// Nothing if the bytes are no record.
inline std::optional<StepRecord> read_step(std::string_view record, const HistogramBins& bins) {
  ByteReader in(record);
  StepRecord at;
  at.step = in.signed_varint();
  at.milliseconds = in.signed_varint();
  if (at.milliseconds < first_day * 86400000 || at.milliseconds >= (last_day + 1) * 86400000) return std::nullopt;
  const unsigned flags = in.byte();
  HistogramCounts& rest = at.rest;
  const std::pair<std::uint64_t*, unsigned> rare[] = {{&rest.nans, StepFlag::nans},
                                                      {&rest.positive_infinities, StepFlag::positive_infinities},
                                                      {&rest.negative_infinities, StepFlag::negative_infinities},
                                                      {&rest.below, StepFlag::below},
                                                      {&rest.above, StepFlag::above},
                                                      {&rest.zeros, StepFlag::zeros}};
  for (const auto& [count, flag] : rare)
    if ((flags & flag) != 0) *count = in.varint();
  rest.has_finite = (flags & (StepFlag::floats | StepFlag::doubles)) != 0;
  if ((flags & StepFlag::floats) != 0) {
    for (double* value : {&rest.smallest, &rest.largest})
      *value = double_of(double_of_float(static_cast<std::uint32_t>(in.bits(4))));
  } else if ((flags & StepFlag::doubles) != 0) {
    for (double* value : {&rest.smallest, &rest.largest}) *value = double_of(in.bits(8));
  }
  if (rest.has_finite) rest.sum = double_of(in.bits(8));
  const auto [lowest, beyond] = indices_of(bins);
  for (int i = 0; i < (bins.kind == HistogramBins::Kind::logarithmic ? 2 : 1); ++i) {
    StepRecord::Run& run = at.runs[i];
    run.first = in.signed_varint();
    const std::uint64_t size = in.varint();
    if (!in.ok() || size > static_cast<std::uint64_t>(beyond - lowest)) return std::nullopt;
    if (size > 0 && (run.first < lowest || run.first > beyond - static_cast<std::int64_t>(size))) return std::nullopt;
    run.size = to_size(size);
  }
  at.counts = in.take(in.left());
  return at;
}

/// Calls `use(run, index, count)` for each count of a record, where `index` counts from the first of the run. Returns
/// false if the bytes are no counts.
template <class Use>
bool for_each_count(const StepRecord& at, Use&& use) {
  const std::size_t size = at.runs[0].size + at.runs[1].size;
  ByteReader in(at.counts);
  if (size == 0) return in.left() == 0;
  const unsigned width = in.byte();
  if (width == 0) {
    for (int run = 0; run < 2; ++run) {
      for (std::size_t i = 0; i < at.runs[run].size; ++i) {
        const std::uint64_t count = in.varint();
        if (count != 0) {
          use(run, i, count);
          continue;
        }
        const std::uint64_t zeros = in.varint();
        if (zeros >= at.runs[run].size - i) return false;
        i += to_size(zeros);
      }
    }
    return in.ok() && in.left() == 0;
  }
  if (width > 56 || in.left() != (size * width + 7) / 8) return false;
  const std::string_view packed = in.take(in.left());
  const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
  std::size_t bit = 0;
  for (int run = 0; run < 2; ++run) {
    for (std::size_t i = 0; i < at.runs[run].size; ++i, bit += width) {
      const std::size_t byte = bit / 8;
      std::uint64_t bits = 0;
      if (byte + 8 <= packed.size()) {
        for (unsigned j = 0; j < 8; ++j)  // one instruction to a compiler
          bits |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(packed[byte + j])) << (8 * j);
      } else {
        for (unsigned j = 0; byte + j < packed.size(); ++j)
          bits |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(packed[byte + j])) << (8 * j);
      }
      use(run, i, bits >> bit % 8 & mask);
    }
  }
  return true;
}

}  // namespace erm::detail

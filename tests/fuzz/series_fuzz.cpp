// Any bytes as a file of a run's series, by the first byte: its list, its histograms or a table. Refused with a
// FormatError, or read, written and read as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/run/series_data.hpp"
#include "erm/detail/store/histogram_file.hpp"
#include "erm/detail/store/series_csv.hpp"
#include "erm/detail/store/table_csv.hpp"
#include "erm/experiment_run.hpp"

namespace {

using namespace erm::detail;

const std::string path = "run/series/main";

std::optional<std::string> lines_of(std::string_view text) {
  try {
    std::string out(series_header);
    if (read_series_csv(text, path, [&](const SeriesLine& line, std::size_t) { append_series_line(out, line); }) >
        text.size())
      std::abort();
    return out;
  } catch (const erm::FormatError&) {
    return std::nullopt;
  }
}

std::optional<std::string> parts_of(std::string_view text) {
  try {
    std::string out(histogram_header);
    std::vector<std::pair<std::string, HistogramChain>> chains;
    const std::size_t used = read_histogram_file(
        text, path,
        [&](const std::string& name, HistogramBins bins) {
          append_histogram_bins(out, name, bins);
          chains.emplace_back(name, HistogramChain{std::move(bins), {}});
        },
        [&](std::size_t number, std::string_view record, std::size_t) {
          append_histogram_step(out, number, record);
          chains[number].second.add(record);
        });
    if (used > text.size()) std::abort();
    for (const auto& [name, chain] : chains) {
      try {
        const erm::Histogram histogram = HistogramMerger(name, {chain}).merged();
        for (const erm::HistogramStep& step : histogram.steps())
          if (step.counts.size() != histogram.bins()) std::abort();
      } catch (const erm::FormatError&) {
        // Some record is none.
      }
    }
    return out;
  } catch (const erm::FormatError&) {
    return std::nullopt;
  }
}

std::optional<erm::Table> table_of(std::string_view text) {
  try {
    return read_table_csv(text, path);
  } catch (const erm::FormatError&) {
    return std::nullopt;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  if (data[0] == 'l') {
    const std::optional<std::string> lines = lines_of(text);
    if (lines && lines_of(*lines) != lines) std::abort();
  } else if (data[0] == 'h') {
    const std::optional<std::string> parts = parts_of(text);
    if (parts && parts_of(*parts) != parts) std::abort();
  } else {
    const std::optional<erm::Table> table = table_of(text);
    if (table && table_of(table_csv(*table)) != table) std::abort();
  }
  return 0;
}

// The files of a run's series that a save writes: see series_csv.hpp, histogram_file.hpp and table_csv.hpp.
#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/detail/run/contents.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/run/series_data.hpp"
#include "erm/detail/store/histogram_file.hpp"
#include "erm/detail/store/series_csv.hpp"
#include "erm/detail/store/series_reader.hpp"
#include "erm/detail/store/stored_content.hpp"
#include "erm/detail/store/stored_names.hpp"
#include "erm/detail/store/table_csv.hpp"

namespace erm::detail {

/// The content of a table's file.
inline std::shared_ptr<const Content> table_content(const TableEntry& entry) {
  if (entry.table) return std::make_shared<const BytesContent>(to_bytes(table_csv(*entry.table)));
  return std::make_shared<const BytesContent>(entry.unread->csv());
}

/// The files below series/ for all that a run has.
class SeriesFiles {
 public:
  struct File {
    std::string name;  // below series/
    std::shared_ptr<const Content> content;
  };

  /// The lists are named after `stem`, tables by `table_names`. Equal content is there once.
  SeriesFiles(const SeriesData& data, const std::string& stem, StoredNames& table_names) {
    std::string lines(series_header);
    std::set<std::string> stored;
    for (const auto& [id, series] : data.series) {
      for (std::size_t i = 0; i < series.size(); ++i) {
        const auto& [step, artifact] = series.entries()[i];
        const std::string sha256 = artifact.sha256() ? *artifact.sha256() : sha256_of(*artifact.content());
        const SeriesLine line{id,
                              step,
                              unix_milliseconds(series.times()[i]),
                              series_file(sha256, artifact.filename()),
                              artifact.size(),
                              artifact.type(),
                              artifact.media_type(),
                              artifact.filename()};
        if (stored.insert(line.file).second) files_.push_back({line.file, artifact.content()});
        append_series_line(lines, line);
      }
    }
    for (const auto& [id, table] : data.tables) {
      const std::string name = id + ".csv";
      const std::string file = "tables/" + table_names.choose(name);
      append_series_line(lines, {id, std::nullopt, unix_milliseconds(table.time), file, std::nullopt,
                                 ArtifactType::binary, "text/csv", name});
      files_.push_back({file, table_content(table)});
    }
    if (lines.size() > series_header.size()) add_list(stem + ".csv", std::move(lines));
    std::string histograms(histogram_header);
    std::uint64_t number = 0;
    for (const auto& [name, chains] : data.histograms) {
      for (const HistogramChain& chain : chains) {
        append_histogram_bins(histograms, name, chain.bins);
        for_each_record(chain, [&](std::string_view record) { append_histogram_step(histograms, number, record); });
        ++number;
      }
    }
    if (number > 0) add_list(stem + ".hist", std::move(histograms));
  }

  [[nodiscard]] const std::vector<File>& files() const noexcept { return files_; }
  /// The names of those that list the entries, for the metadata.
  [[nodiscard]] const std::vector<std::string>& lists() const noexcept { return lists_; }

 private:
  void add_list(std::string name, std::string text) {
    files_.push_back({name, std::make_shared<const BytesContent>(to_bytes(text))});
    lists_.push_back(std::move(name));
  }

  std::vector<File> files_;
  std::vector<std::string> lists_;
};

}  // namespace erm::detail

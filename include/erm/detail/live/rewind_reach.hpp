// How far a rewind of a live run reaches: up to where the points in each file do not count.
//
//   Rewind rewind{step, metric, {}, reach_of_rewind(fs, folder, writer, size), 0};
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "erm/detail/run/complete_lines.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/run/rewinds.hpp"
#include "erm/detail/store/series_reader.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// What the files of `writer` have now, and of all writers if that is "main", up to the last complete line: a writer that
/// goes on cuts the rest off. The writer's own history has `size` bytes.
inline std::map<std::string, std::uint64_t> reach_of_rewind(const FileSystem& fs, const std::string& folder,
                                                            const std::string& writer, std::uint64_t size) {
  const bool is_main = writer == "main";
  const std::string own = writer + ".csv";
  std::map<std::string, std::uint64_t> reach = {{history_place(own), size}};
  for (const std::string& name : series_lists(fs, folder))
    if (is_main || name == own || name == writer + ".hist")
      reach[series_place(name)] = whole_size_of_series(fs, joined(series_folder(folder), name));
  if (!is_main) return reach;
  for (const FolderEntry& entry : fs.list(joined(folder, "history"))) {
    if (entry.kind != FileKind::file || entry.name == own || !ends_with(entry.name, ".csv")) continue;
    const std::string path = joined(folder, history_place(entry.name));
    reach[history_place(entry.name)] = end_of_complete_lines(fs, path, fs.info(path).size);
  }
  return reach;
}

/// The history of `writer` became shorter. Returns whether that changed a rewind.
inline bool shorten_rewinds(std::vector<Rewind>& rewinds, const std::string& writer, std::uint64_t size) {
  bool has_changed = false;
  for (Rewind& one : rewinds) {
    const auto own = one.reach.find(history_place(writer + ".csv"));
    if (own == one.reach.end() || own->second <= size) continue;
    own->second = size;
    has_changed = true;
  }
  return has_changed;
}

/// What is left of the writer's files may end before the place up to which they were rewound.
inline void keep_reach_within(std::vector<Rewind>& rewinds, const FileSystem& fs, const std::string& folder,
                              const std::string& writer, std::uint64_t history_size) {
  shorten_rewinds(rewinds, writer, history_size);
  for (Rewind& one : rewinds) {
    for (auto& [file, end] : one.reach) {
      if (file != series_place(writer + ".csv") && file != series_place(writer + ".hist")) continue;
      const std::string path = joined(folder, file);
      end = (std::min)(end, fs.info(path).kind == FileKind::file ? whole_size_of_series(fs, path) : 0);
    }
  }
}

}  // namespace erm::detail

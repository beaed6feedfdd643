// Finds experiments and variants whose marker files are missing, because somebody copied only their runs (cp, rsync).
#pragma once

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/run/paths.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/run_reader.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// The id of what holds a run, an experiment of a registry or a variant of an experiment; empty if that is unclear.
/// `path` is the run's path below the registry or the experiment. Ids may have several parts, so that the run's metadata
/// must tell where one ends, unless each has one.
inline std::string holder_of(const FileSystem& fs, const std::string& folder, const std::string& path, bool is_variant) {
  const auto slashes = std::count(path.begin(), path.end(), '/');
  if (slashes == (is_variant ? 1 : 2)) return path.substr(0, path.find('/'));
  try {
    const RunRecord record = read_metadata(fs, joined(folder, path)).record;
    const std::string below = record.variant_id + "/" + record.run_id;
    if (is_variant && path == below) return record.variant_id;
    if (!is_variant && path == record.experiment_id + "/" + below) return record.experiment_id;
  } catch (const Error&) {
    // Whoever loads the run is told what is wrong with it.
  }
  return {};
}

/// The sorted ids of the experiments in a registry, or of the variants in an experiment. Throws NotFoundError if there
/// is none, but a run in the wrong place.
inline std::vector<std::string> marked_or_copied_ids(const FileSystem& fs, const std::string& folder, bool is_variant,
                                                     std::vector<PassedOver>* passed_over = nullptr) {
  std::vector<std::string> ids = sorted_ids(fs, folder, is_variant ? variant_marker : experiment_marker, passed_over);
  if (!fs.has_folders()) return ids;  // each folder would be a request
  std::set<std::string> known;  // the first parts of the ids
  for (const std::string& id : ids) known.insert(id.substr(0, id.find('/')));
  std::string unclear;
  const std::size_t marked = ids.size();
  for (const FolderEntry& entry : fs.list(folder)) {
    if (entry.kind != FileKind::folder || entry.name.rfind(".erm_", 0) == 0 || known.count(entry.name) != 0) continue;
    try {
      std::string last;  // most runs are in the same place as the one before
      for (const std::string& inside : sorted_ids(fs, joined(folder, entry.name), metadata_filename)) {
        const std::string path = joined(entry.name, inside);
        if (!last.empty() && path.rfind(last + "/", 0) == 0) continue;
        last = holder_of(fs, folder, path, is_variant);
        if (last.empty())
          unclear = path;
        else if (std::find(ids.begin(), ids.end(), last) == ids.end())
          ids.push_back(last);
      }
      if (fs.are_files({metadata_path(joined(folder, entry.name))})) unclear = entry.name;
    } catch (const Error&) {
      // A folder that cannot be read, such as lost+found. It was passed over above.
    }
  }
  if (ids.empty() && !unclear.empty()) {
    throw NotFoundError("there is no " + std::string(is_variant ? "variant" : "experiment") + " in '" + folder +
                        "', but a run in '" + joined(folder, unclear) + "', which is the wrong place; move it to " +
                        "<registry>/<experiment>/<variant>/<run>");
  }
  if (ids.size() > marked) std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace erm::detail

// Which files a live run owns. Metadata of a saved run list them; a live run owns all in its folder.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/run/paths.hpp"
#include "erm/detail/store/console_reader.hpp"
#include "erm/detail/store/metadata.hpp"
#include "erm/detail/store/run_reader.hpp"
#include "erm/detail/store/series_reader.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// For a run that goes on: from now on every file in history/, series/ and console/ counts. Removes those that did not.
inline void own_all_files(FileSystem& fs, const std::string& folder, MetadataFile& metadata) {
  if (metadata.history_files) {
    metadata.record.rewinds = rewinds_of_unnamed(fs, folder, std::move(metadata.record.rewinds));
    for (const std::string& name : series_lists(fs, folder)) {
      const auto& named = metadata.series_files;
      if (std::find(named.begin(), named.end(), name) == named.end()) fs.remove(joined(series_folder(folder), name));
    }
    for (const FolderEntry& entry : fs.list(joined(folder, "history"))) {
      const auto& named = *metadata.history_files;
      if (std::find(named.begin(), named.end(), entry.name) == named.end())
        fs.remove(joined(folder, "history/" + entry.name));
    }
    own_all_of_console(fs, folder, metadata.record);
  } else if (!metadata.written_by_erm) {
    fs.remove(joined(folder, "history"));
    fs.remove(series_folder(folder));
    fs.remove(console_folder(folder));
  }
}

}  // namespace erm::detail

// Repairs that lose nothing. Each takes the claim that a save would take, and looks again before it changes anything.
// Each returns what prevents it, or an empty text.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "erm/detail/base/time_text.hpp"
#include "erm/detail/check/claim_look.hpp"
#include "erm/detail/check/contents.hpp"
#include "erm/detail/check/work.hpp"
#include "erm/detail/store/registry_layout.hpp"
#include "erm/detail/store/run_claim.hpp"
#include "erm/detail/store/run_life.hpp"
#include "erm/detail/store/run_reader.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

inline constexpr const char* held_by_another = "a live process holds the claim; repair again when it has ended";

/// Cuts off the end of a history or a list of series that a crash tore. `file` is relative to the run's folder.
inline std::string cut_torn_end(CheckWork& work, const std::string& folder, const std::string& file) {
  FileSystem& fs = *work.fs;
  const auto claim = claim_patiently([&] { return fs.claim(claim_path(folder)); }, std::chrono::seconds(2));
  if (!claim) return held_by_another;
  clean_up_abandoned(fs, *claim, folder);
  const MetadataFile metadata = read_metadata(fs, folder);
  if (metadata.history_files || !metadata.written_by_erm) return "the run was replaced meanwhile; check again";
  refuse_if_alive(fs, metadata_path(folder), metadata.record, {"cannot repair '" + folder + "'"});
  for (const MetadataFile& writer : read_other_writers(fs, folder))
    refuse_if_alive(fs, joined(folder, "history/" + writer.writer + ".json"), writer.record,
                    {"cannot repair '" + folder + "'"});
  const std::string place = joined(folder, file);
  const FileInfo found = fs.info(place);
  if (found.kind != FileKind::file) return "it is gone";
  const bool is_history = file.rfind("history/", 0) == 0;
  const ContentFault fault =
      is_history ? fault_of_history(work, place, found.size) : fault_of_series(work, place, [](const SeriesLine&) {});
  if (fault.what.empty()) return {};
  if (!fault.may_be_cut) return "it changed meanwhile; check again";
  if (is_history && fault.whole_size == 0) {
    fs.write(place, history_header, Durability::durable);
  } else if (const std::unique_ptr<Appender> appender = fs.appender(place, fault.whole_size)) {
    appender->sync();
  } else {
    const Bytes all = fs.read(place);
    fs.write(place, view(all).substr(0, to_size(fault.whole_size)), Durability::durable);
  }
  return {};
}

/// Ends the claim of a process that died. `place` is that of the claim.
inline std::string end_claim(CheckWork& work, const std::string& place) {
  return work.fs->claim(place) ? "" : held_by_another;
}

/// The same for a claim on a run, as the next save would do: removes what the process left in the run's folder.
inline std::string end_claim_on_run(CheckWork& work, const std::string& place) {
  FileSystem& fs = *work.fs;
  const std::unique_ptr<Claim> claim = fs.claim(place);
  if (!claim) return held_by_another;
  const std::string claimed = joined(folder_of(folder_of(place)), last_part(place));
  if (claim->was_abandoned())
    clean_up_abandoned(fs, *claim, claimed);
  else if (fs.has_folders() && fs.info(claimed).kind == FileKind::folder)
    fs.remove_if_empty(claimed);
  return {};
}

/// The time of creation, if it can be read in a damaged marker file.
inline std::optional<std::string> time_in_marker(std::string_view text) {
  static constexpr std::string_view key = "\"created_timestamp_utc\"";
  if (const std::size_t at = text.find(key); at != std::string_view::npos) {
    const std::size_t begin = text.find('"', at + key.size());
    const std::size_t end = begin == std::string_view::npos ? begin : text.find('"', begin + 1);
    if (end != std::string_view::npos) {
      const std::string time(text.substr(begin + 1, end - begin - 1));
      if (parse_time(time)) return time;
    }
  }
  return std::nullopt;
}

}  // namespace erm::detail

// The claim on a run's folder, and the cleanup after killed processes.
//
// A process that changes a run's folder holds the claim "<parent>/.erm_tmp/<name>". If it is killed, the claim is
// abandoned. That tells the next process that the folder may contain files that belong to no run.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "erm/detail/store/run_reader.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

inline std::string claim_path(const std::string& folder) {
  return joined(joined(folder_of(folder), claims_folder), last_part(folder));
}

/// Calls `claim()` until it returns a claim, because others usually hold one only for milliseconds. Returns null if
/// there is still none after `patience`.
template <class Claiming>
auto claim_patiently(Claiming&& claim, std::chrono::milliseconds patience = std::chrono::seconds(10)) {
  constexpr std::chrono::milliseconds pause(10);
  auto claimed = claim();
  for (auto waited = pause; !claimed && waited < patience; waited += pause) {
    std::this_thread::sleep_for(pause);
    claimed = claim();
  }
  return claimed;
}

/// The filename of a deleted run's metadata until the run is restored. `entry` is its entry in the trash.
inline constexpr std::string_view deleted_prefix = ".erm_deleted_";
inline std::string deleted_filename(const std::string& entry) { return std::string(deleted_prefix) + entry + ".json"; }

/// The trash entry of a deleted run whose folder has not moved yet, or an empty text.
inline std::string deleted_entry_in(const FileSystem& fs, const std::string& folder) {
  for (const FolderEntry& file : fs.list(folder))
    if (file.name.rfind(deleted_prefix, 0) == 0 && ends_with(file.name, ".json"))
      return file.name.substr(deleted_prefix.size(), file.name.size() - deleted_prefix.size() - 5);
  return {};
}

/// Removes the files in a run's folder that its metadata does not name. Nothing for `series` or `console` means that
/// they are not known, and stay.
inline void remove_unnamed(FileSystem& fs, const std::string& folder, const std::set<std::string>& artifacts,
                           const std::set<std::string>& history, const std::optional<std::set<std::string>>& series,
                           const std::optional<std::set<std::string>>& console) {
  for (const auto& [part, named] : {std::pair("artifacts", &artifacts), std::pair("history", &history),
                                    std::pair("series", series ? &*series : nullptr),
                                    std::pair("console", console ? &*console : nullptr)}) {
    if (named == nullptr) continue;
    const std::string inside = joined(folder, part);
    std::set<std::string> emptied;
    std::vector<std::string> unnamed;
    for (const std::string& file : fs.files_below(inside)) {
      if (named->count(file) != 0) continue;
      unnamed.push_back(joined(inside, file));
      for (std::size_t slash = file.rfind('/'); slash != std::string::npos && slash > 0;
           slash = file.rfind('/', slash - 1))
        emptied.insert(file.substr(0, slash));
    }
    fs.remove_many(unnamed);
    for (auto i = emptied.rbegin(); i != emptied.rend(); ++i) fs.remove_if_empty(joined(inside, *i));
    fs.remove_if_empty(inside);
  }
}

/// Removes what a killed save left in a run's folder. The caller holds the claim. An older run there stays.
inline void remove_leftovers(FileSystem& fs, const std::string& folder) {
  if (fs.info(folder).kind != FileKind::folder) return;
  if (fs.info(metadata_path(folder)).kind == FileKind::missing) {
    if (!deleted_entry_in(fs, folder).empty()) return;  // a deleted run on its way to the trash
    fs.remove(joined(folder, "artifacts"));
    fs.remove(joined(folder, "history"));
    fs.remove(series_folder(folder));
    fs.remove(console_folder(folder));
    fs.remove(edits_path(folder));
    fs.remove_if_empty(folder);
    return;
  }
  MetadataFile metadata;
  try {
    metadata = read_metadata(fs, folder);
  } catch (const FormatError&) {
    return;  // damaged: its files are unknown
  }
  if (!metadata.history_files) return;  // a live run: its metadata do not list its files
  std::set<std::string> artifacts;
  for (const StoredArtifact& artifact : metadata.artifacts) artifacts.insert(artifact.stored_filename);
  remove_unnamed(fs, folder, artifacts, {metadata.history_files->begin(), metadata.history_files->end()},
                 named_series_files(fs, folder, metadata.series_files), named_console_files(metadata.record));
}

/// The same, if the holder before this one was killed. If it fails, the claim counts as abandoned again, so that the next
/// process tries it.
inline void clean_up_abandoned(FileSystem& fs, Claim& claim, const std::string& folder) {
  if (!claim.was_abandoned()) return;
  try {
    remove_leftovers(fs, folder);
  } catch (...) {
    claim.abandon();
    throw;
  }
}

/// Claims a run's folder, and removes what a killed save left there. Throws IoError if another process holds the claim
/// for ten seconds.
inline std::unique_ptr<Claim> claim_run(FileSystem& fs, const std::string& folder, const std::string& operation) {
  const std::string path = claim_path(folder);
  std::unique_ptr<Claim> claim = claim_patiently([&] { return fs.claim(path); });
  if (!claim) {
    throw IoError("cannot " + operation + " the run '" + folder + "': another process holds '" + path +
                      "' for ten seconds now; wait for it, or end it",
                  std::make_error_code(std::errc::device_or_resource_busy));
  }
  clean_up_abandoned(fs, *claim, folder);
  return claim;
}

/// Removes what killed saves left in the folder `parent`.
inline void sweep(FileSystem& fs, const std::string& parent, const std::string& own_name) {
  const std::string claims = joined(parent, claims_folder);
  for (const std::string& name : fs.old_claims(claims)) {
    if (name == own_name) continue;
    try {
      const std::unique_ptr<Claim> claim = fs.claim(joined(claims, name));
      if (!claim) continue;
      if (claim->was_abandoned())
        clean_up_abandoned(fs, *claim, joined(parent, name));
      else
        fs.remove_if_empty(joined(parent, name));  // the process was killed between creating the folder and begin()
    } catch (const IoError&) {
      // The folder belongs to another user, who alone may remove it. It does no harm.
    }
  }
}

}  // namespace erm::detail

// The artifacts and series of a live run, each of which is a file of its own in the run's folder.
//
//   LiveContents contents{*fs, folder, durability};
//   if (contents.put(artifact, content, true)) ...      // false: another writer has taken the name
#pragma once

#include <set>
#include <string>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/detail/run/contents.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/detail/store/metadata.hpp"
#include "erm/detail/store/run_claim.hpp"
#include "erm/detail/store/run_reader.hpp"
#include "erm/detail/store/series_reader.hpp"
#include "erm/detail/store/stored_content.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

struct LiveContents {
  FileSystem& fs;
  const std::string& folder;  // of the run
  Durability durability;

  [[nodiscard]] std::string path_of(const std::string& stored_filename) const {
    return joined(folder, "artifacts/" + stored_filename);
  }
  /// Stores an artifact's content, and records its size and SHA-256. Returns false if another writer has taken the
  /// name. Needs no lock, because a large artifact takes time.
  [[nodiscard]] bool put(StoredArtifact& artifact, const Content& content, bool hash) const;
  /// Writes a file below series/ whole, or returns false if it is there. With `replaces` it is written in any case.
  [[nodiscard]] bool put_series(const std::string& name, const Content& content, bool replaces) const;
  /// Removes the artifacts of a process that was killed before its metadata named them. Another writer may be about to
  /// name one of them, so this removes nothing where there are others.
  void remove_lost(const std::vector<StoredArtifact>& named) const;

 private:
  void refuse_links_above(const std::string& path, const std::string& what) const;
  void sync_above(const std::string& path) const;
};

// ---- bodies ----

/// A link may lead anywhere.
inline void LiveContents::refuse_links_above(const std::string& path, const std::string& what) const {
  if (!fs.has_folders()) return;
  for (std::string at = folder_of(path); at.size() > folder.size(); at = folder_of(at))
    if (fs.info(at).kind == FileKind::link)
      throw FormatError("cannot store " + what + " of the live run '" + folder + "': '" + at +
                        "' is a symbolic link, which may lead out of the run's folder; put the folder itself there");
}

/// Brings the names of the folders above the file to disk, up to the run's.
inline void LiveContents::sync_above(const std::string& path) const {
  if (durability != Durability::durable) return;
  for (std::string at = folder_of(path); at.size() >= folder.size(); at = folder_of(at)) fs.sync_folder(at);
}

inline bool LiveContents::put(StoredArtifact& artifact, const Content& content, bool hash) const {
  const std::string path = path_of(artifact.stored_filename);
  refuse_links_above(path, "an artifact");
  if (!fs.create_from(path, content, durability)) return false;
  try {
    artifact.size = fs.info(path).size;
    // The original may have changed since it was copied, so hash the copy if it is a local file.
    if (hash) artifact.sha256 = fs.is_local() ? sha256_of(FileInPlace(path)) : sha256_of(content);
    sync_above(path);
  } catch (...) {
    fs.remove(path);
    throw;
  }
  return true;
}

inline bool LiveContents::put_series(const std::string& name, const Content& content, bool replaces) const {
  const std::string path = joined(series_folder(folder), name);
  refuse_links_above(path, "a series");
  // In a store without folders a look costs as much as writing. Written in one step, so that what is there is whole.
  if (!replaces && fs.has_folders() && fs.info(path).kind == FileKind::file) return false;
  fs.write_from(path, content, durability);
  sync_above(path);
  return true;
}

inline void LiveContents::remove_lost(const std::vector<StoredArtifact>& named) const {
  const std::vector<std::string> files = fs.files_below(joined(folder, "artifacts"));
  std::set<std::string> names;
  for (const StoredArtifact& one : named) names.insert(one.stored_filename);
  std::vector<std::string> lost;
  for (const std::string& file : files)
    if (names.count(file) == 0) lost.push_back(path_of(file));
  if (lost.empty()) return;
  // After the list of files: a writer that joins later stores new files.
  if (!read_other_writers(fs, folder).empty()) return;
  for (const FolderEntry& claim : fs.list(joined(folder, std::string(claims_folder))))
    if (ends_with(claim.name, ".join")) return;
  fs.remove_many(lost);
}

}  // namespace erm::detail

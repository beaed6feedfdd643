// The files of a store as a check needs them: folder by folder on a disk, and from one listing where a store has no
// folders.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/run/paths.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

struct TreeEntry {
  FileKind kind = FileKind::missing;
  std::optional<std::uint64_t> size = {};  // if a listing has told it
};

/// By name, or by path below a folder.
using TreeEntries = std::map<std::string, TreeEntry>;

class StoreTree {
 public:
  using Unreadable = std::function<void(const std::string& path, const Error& error)>;

  /// The entries of a folder; `place` is its path in the store. Throws IoError.
  [[nodiscard]] static TreeEntries list(const FileSystem& fs, const std::string& place) {
    TreeEntries entries;
    for (FolderEntry& entry : fs.list(place)) entries[std::move(entry.name)].kind = entry.kind;
    return entries;
  }

  /// The files below a folder, as they are now. Follows no links. Calls `unreadable` with each folder that is passed
  /// over, whose path is relative to `place`.
  [[nodiscard]] static TreeEntries files_below(const FileSystem& fs, const std::string& place,
                                               const Unreadable& unreadable) {
    TreeEntries files;
    if (!fs.has_folders()) {
      for (FoundFile& file : fs.find_files(place)) files[std::move(file.path)] = {file.info.kind, file.info.size};
      return files;
    }
    std::vector<std::string> below = {""};
    while (!below.empty()) {
      const std::string at = std::move(below.back());
      below.pop_back();
      try {
        for (auto& [name, entry] : list(fs, joined(place, at))) {
          if (entry.kind == FileKind::folder)
            below.push_back(joined(at, name));
          else
            files[joined(at, name)] = entry;
        }
      } catch (const NotFoundError&) {
        // It was removed meanwhile.
      } catch (const IoError& error) {
        unreadable(at, error);
      }
    }
    return files;
  }

  StoreTree(const FileSystem& fs, std::string root) : fs_(fs), root_(std::move(root)) {
    if (fs_.has_folders()) return;
    files_ = fs_.find_files(root_);
    std::sort(files_.begin(), files_.end(), [](const FoundFile& a, const FoundFile& b) { return a.path < b.path; });
  }

  /// The entries of the folder at a path below the root. Throws IoError.
  [[nodiscard]] TreeEntries entries(const std::string& path) const {
    if (fs_.has_folders()) return list(fs_, joined(root_, path));
    const std::string prefix = path.empty() ? path : path + "/";
    TreeEntries entries;
    for (auto file = first_from(prefix); file != files_.end() && file->path.rfind(prefix, 0) == 0;) {
      const std::size_t slash = file->path.find('/', prefix.size());
      const std::string name = file->path.substr(prefix.size(), slash == std::string::npos ? slash : slash - prefix.size());
      if (slash == std::string::npos) {
        entries[name] = {file->info.kind, file->info.size};
        ++file;
      } else {
        entries.emplace(name, TreeEntry{FileKind::folder});
        file = first_from(prefix + name + "0");  // '0' comes after '/'
      }
    }
    return entries;
  }

  /// Whether the store was listed as a whole.
  [[nodiscard]] bool has_listing() const { return !fs_.has_folders(); }
  /// The files below a path, from that listing.
  [[nodiscard]] TreeEntries listed_below(const std::string& path) const {
    const std::string prefix = path + "/";
    TreeEntries files;
    for (auto file = first_from(prefix); file != files_.end() && file->path.rfind(prefix, 0) == 0; ++file)
      files[file->path.substr(prefix.size())] = {file->info.kind, file->info.size};
    return files;
  }

  /// Whether no file of that name is below the path, at any depth.
  [[nodiscard]] bool has_none_below(const std::string& path, std::string_view filename) const {
    if (fs_.has_folders()) return fs_.readable_folders_with(joined(root_, path), std::string(filename), nullptr).empty();
    const std::string prefix = path + "/";
    for (auto file = first_from(prefix); file != files_.end() && file->path.rfind(prefix, 0) == 0; ++file)
      if (last_part(file->path) == filename) return false;
    return true;
  }

 private:
  [[nodiscard]] std::vector<FoundFile>::const_iterator first_from(const std::string& path) const {
    return std::lower_bound(files_.begin(), files_.end(), path,
                            [](const FoundFile& file, const std::string& wanted) { return file.path < wanted; });
  }

  const FileSystem& fs_;
  std::string root_;
  std::vector<FoundFile> files_;  // of a store without folders, sorted
};

}  // namespace erm::detail

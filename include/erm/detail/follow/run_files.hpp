// What the store tells of the files of one run without reading them, asked again and again.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/os/file.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// Whether a file may have changed without showing it: its time says no more than the tick of a clock.
inline bool may_change_unseen(const os::FileState& state) {
  constexpr std::int64_t second = 1'000'000'000;
  const std::int64_t tick = state.modified_nanoseconds % second == 0 ? 2 * second : second / 20;
  return std::llabs(os::file_clock_nanoseconds() - state.modified_nanoseconds) <= tick;
}

/// Places are paths relative to the run's folder.
class RunFiles {
 public:
  RunFiles(std::shared_ptr<FileSystem> fs, std::string folder) : fs_(std::move(fs)), folder_(std::move(folder)) {}

  [[nodiscard]] const std::shared_ptr<FileSystem>& fs() const noexcept { return fs_; }
  [[nodiscard]] const std::string& folder() const noexcept { return folder_; }
  [[nodiscard]] std::string path_of(const std::string& place) const { return joined(folder_, place); }

  /// Before the other functions are called anew: asks a store without folders for all files.
  void look() {
    if (fs_->has_folders()) return;
    listed_.clear();
    tells_ = true;
    for (FoundFile& file : fs_->find_files(folder_)) {
      if (file.version.empty()) tells_ = false;
      listed_[std::move(file.path)] = {file.info.kind, file.info.size, 0, 0,
                                       static_cast<std::int64_t>(std::hash<std::string>()(file.version) >> 1)};
    }
  }
  /// Whether states of different contents differ.
  [[nodiscard]] bool tells() const noexcept { return fs_->is_local() || tells_; }

  [[nodiscard]] os::FileState state(const std::string& place) const {
    if (fs_->is_local()) return os::file_state(path_of(place));
    if (!fs_->has_folders()) {
      const auto found = listed_.find(place);
      return found == listed_.end() ? os::FileState() : found->second;
    }
    const FileInfo found = fs_->info(path_of(place));
    return {found.kind, found.size, 0, 0, 0};
  }

  /// The names of the files in one of the run's folders, sorted.
  [[nodiscard]] const std::vector<std::string>& names_in(const std::string& place) {
    Folder& folder = folders_[place];
    if (!fs_->has_folders()) {
      folder.names.clear();
      const std::string front = place + "/";
      for (auto file = listed_.lower_bound(front); file != listed_.end() && file->first.rfind(front, 0) == 0; ++file)
        if (file->first.find('/', front.size()) == std::string::npos)
          folder.names.push_back(file->first.substr(front.size()));
      return folder.names;
    }
    const os::FileState now = state(place);
    if (tells() && folder.is_settled && now == folder.state) return folder.names;
    folder.is_settled = false;
    const bool is_settled = !may_change_unseen(now);
    std::vector<std::string> names;
    if (now.kind == FileKind::folder)
      for (FolderEntry& entry : fs_->list(path_of(place)))
        if (entry.kind == FileKind::file) names.push_back(std::move(entry.name));
    std::sort(names.begin(), names.end());
    folder = {now, is_settled, std::move(names)};
    return folder.names;
  }
  /// Lists the folders again: they may be others of the same names.
  void forget_folders() { folders_.clear(); }

 private:
  struct Folder {
    os::FileState state = {};
    bool is_settled = false;
    std::vector<std::string> names = {};
  };

  std::shared_ptr<FileSystem> fs_;
  std::string folder_;
  bool tells_ = false;
  std::map<std::string, os::FileState> listed_;
  std::map<std::string, Folder> folders_;
};

}  // namespace erm::detail

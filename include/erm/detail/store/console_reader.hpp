// The files of a run in console/, which it reads when a program asks for them.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/detail/store/metadata.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

inline std::string console_folder(const std::string& folder) { return joined(folder, "console"); }

/// The names of all files in console/, sorted.
inline std::vector<std::string> console_logs(const FileSystem& fs, const std::string& folder) {
  std::vector<std::string> names;
  for (FolderEntry& entry : fs.list(console_folder(folder)))
    if (entry.kind == FileKind::file && ends_with(entry.name, ".log")) names.push_back(std::move(entry.name));
  std::sort(names.begin(), names.end());
  return names;
}

/// The files in console/ that belong to the run. Nothing means all.
inline std::optional<std::set<std::string>> named_console_files(const RunRecord& record) {
  if (record.has_console && record.console_files.empty()) return std::nullopt;
  return std::set<std::string>(record.console_files.begin(), record.console_files.end());
}

/// For a run that goes on: from now on all files in console/ belong to it. Removes those that did not.
inline void own_all_of_console(FileSystem& fs, const std::string& folder, RunRecord& record) {
  if (const auto named = named_console_files(record)) {
    for (const FolderEntry& entry : fs.list(console_folder(folder)))
      if (named->count(entry.name) == 0) fs.remove(joined(console_folder(folder), entry.name));
  }
  record.console_files.clear();
}

/// The console of a run whose metadata have been read.
class StoredConsole final : public UnreadConsole {
 public:
  using ReadAgain = MetadataFile (*)(const FileSystem& fs, const std::string& folder);

  StoredConsole(std::shared_ptr<FileSystem> fs, std::string folder, const RunRecord& run, ReadAgain read_again)
      : fs_(std::move(fs)),
        folder_(std::move(folder)),
        names_(run.console_files),
        timestamp_(run.timestamp_utc),
        read_again_(read_again) {}

  [[nodiscard]] std::map<std::string, Bytes> read() const override {
    std::map<std::string, Bytes> files;
    for (const std::string& name : names_.empty() ? console_logs(*fs_, folder_) : names_) {
      refuse_link("console");
      refuse_link("console/" + name);
      try {
        files[name] = fs_->read(joined(console_folder(folder_), name));
      } catch (const NotFoundError&) {
        // An older version of ERM copies the metadata, but not the files that it does not know.
      }
    }
    if (read_again_(*fs_, folder_).record.timestamp_utc == timestamp_) return files;
    throw NotFoundError("cannot read the console of the run '" + folder_ +
                        "': another run took its place since it was loaded; load it again");
  }

 private:
  void refuse_link(const std::string& part) const {
    if (!fs_->has_folders() || fs_->info(joined(folder_, part)).kind != FileKind::link) return;
    throw FormatError("cannot read the console of the run '" + folder_ + "': '" + part +
                      "' is a symbolic link, which may lead out of the run's folder; put the file itself there");
  }

  std::shared_ptr<FileSystem> fs_;
  std::string folder_;
  std::vector<std::string> names_;  // all if there are none
  TimePoint timestamp_;
  ReadAgain read_again_;
};

}  // namespace erm::detail

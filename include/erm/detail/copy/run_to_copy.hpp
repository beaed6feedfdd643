// A run as it is to be copied: its metadata, and which of its files with which sizes and hashes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/json_text.hpp"
#include "erm/detail/copy/source_content.hpp"
#include "erm/detail/run/complete_lines.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/store/console_reader.hpp"
#include "erm/detail/store/metadata.hpp"
#include "erm/detail/store/metadata_reader.hpp"
#include "erm/detail/store/run_life.hpp"
#include "erm/detail/store/run_reader.hpp"
#include "erm/detail/store/series_reader.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

struct CopiedFile {
  std::uint64_t size = 0;
  std::string sha256;              // empty: the run does not tell
  std::optional<Bytes> text = {};  // what to copy, if the file itself may change meanwhile
  bool is_whole = true;            // false: only the first `size` bytes
};

/// By path below the run's folder, without the metadata.
using CopiedFiles = std::map<std::string, CopiedFile>;

/// Whether a file in a run's folder belongs to no run: it is of a process that writes, or of a deletion.
inline bool is_passing_file(const std::string& path) {
  if (path.rfind(reserved_prefix, 0) == 0) return path != edits_path({});
  return path.find("/.erm_") != std::string::npos;
}

/// The fault of a path that comes from an object store, where a name may be any text; or an empty text.
inline std::string fault_of_copied_path(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) return "has a NUL character in its name";
#if defined(_WIN32)
  if (path.find_first_of("\\:") != std::string_view::npos) return "has a name that this system cannot store";
#endif
  for (;;) {
    const std::string_view part = path.substr(0, path.find('/'));
    if (part.empty() || part == "." || part == "..") return "has a name that leads out of its folder";
    if (part.size() == path.size()) return {};
    path.remove_prefix(part.size() + 1);
  }
}

class RunToCopy {
 public:
  /// Reads the metadata, and lists the files unless `listed` does. Throws SourceFault if the run cannot be read, or has
  /// in its folder what is not copied, such as links.
  RunToCopy(const FileSystem& fs, std::string folder, const std::vector<FoundFile>* listed)
      : fs_(fs), folder_(std::move(folder)) {
    metadata_ = from_source([&] { return metadata_bytes(fs_, folder_); });
    if (listed != nullptr)
      take(*listed);
    else
      take(from_source([&] { return fs_.find_files(folder_); }));
  }

  [[nodiscard]] const std::string& folder() const noexcept { return folder_; }
  [[nodiscard]] const Bytes& metadata() const noexcept { return metadata_; }
  [[nodiscard]] const CopiedFiles& files() const noexcept { return files_; }
  [[nodiscard]] std::uint64_t bytes() const {
    std::uint64_t sum = metadata_.size();
    for (const auto& [path, file] : files_) sum += file.size;
    return sum;
  }

  /// Finds out which files the run knows, and whether it is being written. Throws SourceFault if it is damaged, or if
  /// it is being written and `with_live` is false.
  void examine(bool with_live) {
    MetadataFile run;
    try {
      run = read_metadata(fs_, folder_, std::move(metadata_), &metadata_);
    } catch (const Error& error) {
      metadata_ = from_source([&] { return metadata_bytes(fs_, folder_); });
      if (!is_of_later_layout()) throw SourceFault{error.what()};
      return;  // what its files are is not known here
    }
    from_source([&] {
      bool is_live = is_open(run.record, metadata_path(folder_));
      std::vector<MetadataFile> others;
      if (run.written_by_erm && !run.history_files && has_other_writers()) {
        others = read_other_writers(fs_, folder_);
        for (const MetadataFile& other : others)
          is_live = is_live || is_open(other.record, joined(folder_, "history/" + other.writer + ".json"));
      }
      if (is_live && !with_live)
        throw NotFoundError("it is still being written; copy it when it has ended, or allow live runs");
      if (is_live) {
        take_snapshot();
        return expect_artifacts(run);
      }
      expect_files(run);
      for (const MetadataFile& other : others) expect_artifacts(other);
    });
  }

  /// Whether the metadata are other ones by now.
  [[nodiscard]] bool has_changed() const {
    try {
      return metadata_bytes(fs_, folder_) != metadata_;
    } catch (const Error&) {
      return false;
    }
  }

 private:
  void take(const std::vector<FoundFile>& found) {
    files_.clear();
    for (const FoundFile& file : found) {
      if (file.path == metadata_filename || is_passing_file(file.path)) continue;
      if (file.info.kind == FileKind::link)
        throw SourceFault{"'" + joined(folder_, file.path) + "' is a symbolic link, which may lead out of the run's " +
                          "folder; put the file itself there"};
      if (file.info.kind != FileKind::file)
        throw SourceFault{"'" + joined(folder_, file.path) + "' is a device, a socket or a pipe; remove it"};
      if (const std::string fault = fault_of_copied_path(file.path); !fault.empty())
        throw SourceFault{"its file " + shown(file.path) + " " + fault};
      files_[file.path].size = file.info.size;
    }
    // In an object store "a" and "a/b" may both be files.
    for (const auto& [path, file] : files_) {
      const auto inside = files_.lower_bound(path + "/");
      if (inside != files_.end() && inside->first.rfind(path + "/", 0) == 0)
        throw SourceFault{"it has both a file and a folder '" + joined(folder_, path) + "'; move one of them"};
    }
    for (auto& [path, file] : files_) {
      // A file of a series is named by its content.
      constexpr std::string_view prefix = "series/files/";
      const std::string_view name = std::string_view(path).substr((std::min)(path.size(), prefix.size()));
      const bool is_hash = path.rfind(prefix, 0) == 0 && name.size() >= 64 &&
                           name.find_first_not_of("0123456789abcdef") >= 64 && (name.size() == 64 || name[64] == '.');
      if (is_hash) file.sha256 = name.substr(0, 64);
    }
  }

  [[nodiscard]] bool has_other_writers() const {
    const auto first = files_.lower_bound("history/");
    return std::any_of(first, files_.end(), [](const auto& file) {
      return file.first.rfind("history/", 0) == 0 && ends_with(file.first, ".json");
    });
  }

  [[nodiscard]] bool is_open(const RunRecord& record, const std::string& path) const {
    return record.status == RunStatus::running && !is_dead(fs_, path, record);
  }

  [[nodiscard]] bool is_of_later_layout() const {
    try {
      const Json json = parse_json(view(metadata_), "the metadata of a run");
      const auto erm = json.find("erm");
      if (!json.is_object() || erm == json.end() || !erm->is_object()) return false;
      const auto layout = erm->find("layout");
      return layout != erm->end() && layout->is_number_integer() && layout->get<std::int64_t>() > 1;
    } catch (const Error&) {
      return false;
    }
  }

  CopiedFile& expect_file(const std::string& path) {
    const auto found = files_.find(path);
    if (found == files_.end())
      throw NotFoundError("its metadata name '" + path + "', which is not there; it was moved or removed");
    return found->second;
  }

  void expect_artifacts(const MetadataFile& run) {
    for (const StoredArtifact& artifact : run.artifacts) {
      const std::string path = "artifacts/" + artifact.stored_filename;
      CopiedFile& file = expect_file(path);
      if (artifact.size && *artifact.size != file.size)
        throw FormatError("its artifact '" + path + "' has " + std::to_string(file.size) + " bytes, and was saved with " +
                          std::to_string(*artifact.size) + "; it is damaged");
      if (artifact.sha256) file.sha256 = *artifact.sha256;
    }
  }

  void expect_files(const MetadataFile& run) {
    expect_artifacts(run);
    if (!run.history_files) return;
    for (const std::string& name : *run.history_files) expect_file("history/" + name);
    for (const std::string& name : run.series_files) expect_file("series/" + name);
    for (const std::string& name : run.record.console_files) expect_file("console/" + name);
  }

  /// Whether a live run appends lines to the file.
  static bool is_list(const std::string& path) {
    const bool is_of_series = path.rfind("series/", 0) == 0 && path.find('/', 7) == std::string::npos;
    return (is_of_series || path.rfind("history/", 0) == 0) && ends_with(path, ".csv");
  }

  /// A live run only grows: what its metadata and lists name is there when they are. So takes those first, and then
  /// looks for the other files.
  void take_snapshot() {
    take(fs_.find_files(folder_));
    CopiedFiles lists;
    for (const auto& [path, file] : files_) {
      const bool is_text = ends_with(path, ".json") && path.rfind("history/", 0) == 0;
      if (is_text) {
        lists[path].text = fs_.read_bounded(joined(folder_, path));
        lists[path].size = lists[path].text->size();
      } else if (is_list(path)) {
        lists[path].size = end_of_complete_lines(fs_, joined(folder_, path), file.size);
      }
    }
    take(fs_.find_files(folder_));
    for (auto file = files_.begin(); file != files_.end();) {
      const std::string& path = file->first;
      if (is_list(path) && lists.count(path) == 0) {
        file = files_.erase(file);
        continue;
      }
      file->second.is_whole = false;
      ++file;
    }
    for (auto& [path, file] : lists) {
      file.is_whole = false;
      files_[path] = std::move(file);
    }
  }

  const FileSystem& fs_;
  std::string folder_;
  Bytes metadata_;
  CopiedFiles files_;
};

}  // namespace erm::detail

// The files of a run in the target of a copy: creates them under the run's claim, checks them, and removes them again if
// that fails.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "erm/detail/base/sha256.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/detail/copy/run_to_copy.hpp"
#include "erm/detail/copy/source_content.hpp"
#include "erm/detail/run/contents.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/store/metadata.hpp"
#include "erm/detail/store/run_claim.hpp"
#include "erm/detail/store/trash_entries.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// A registry that is copied from or to.
struct CopySide {
  std::shared_ptr<FileSystem> fs;
  std::string root;
  std::string uri;

  [[nodiscard]] std::string uri_of(const RunIds& ids) const { return uri_below(uri, ids.folder({})); }
};

/// What all runs of a copy are copied with.
struct CopyTools {
  const CopySide& from;
  const CopySide& to;
  bool verify;
  Durability durability;
  CopyMeter& meter;
};

inline IoError content_differs(const std::string& path) {
  return IoError("cannot copy to '" + path + "': the store gives back other content than was written; check the disk",
                 std::make_error_code(std::errc::io_error));
}

/// Throws IoError unless the file has these bytes.
inline void expect_written(const FileSystem& fs, const std::string& path, const Bytes& bytes) {
  if (fs.read(path) != bytes) throw content_differs(path);
}

/// Creates the files of one run under its claim.
class CopiedRunFiles {
 public:
  /// `is_rest`: files that are there without a run are what a killed process left. Otherwise they are someone's, and only
  /// those stay in the run that have the bytes of the source's.
  CopiedRunFiles(const CopyTools& tools, const RunToCopy& run, const std::string& folder, bool is_rest)
      : tools_(tools), fs_(*tools.to.fs), run_(run), folder_(folder), is_rest_(is_rest) {}

  /// Looks at files that are there without a run: keeps what is whole, and finds what a killed process left torn.
  /// Returns false if a deletion was interrupted. Throws RunExistsError if there are files of someone else.
  bool look_at_rest() {
    if (!deleted_entry_in(fs_, folder_).empty()) return false;
    std::vector<std::string> others;
    for (const FoundFile& file : fs_.find_files(folder_)) {
      if (is_passing_file(file.path) && file.info.kind == FileKind::file) continue;
      const auto known = run_.files().find(file.path);
      const bool is_file = file.info.kind == FileKind::file, is_known = known != run_.files().end();
      if (is_file && is_known && is_whole(known->first, known->second, file.info.size))
        kept_.insert(file.path);
      else
        (is_rest_ && is_file && (is_known || is_of_run(file.path)) ? torn_ : others).push_back(joined(folder_, file.path));
    }
    if (others.empty()) return true;
    throw RunExistsError("the folder '" + folder_ + "' holds other files and no run, as '" +
                         *std::min_element(others.begin(), others.end()) +
                         "', and ERM replaces only runs; move them away");
  }

  void remove_torn() { fs_.remove_many(torn_); }

  /// The folders of a new run. A store makes missing ones by itself, but first tries without.
  void make_folders() {
    std::string last;
    for (const Entry& entry : run_.files()) {
      const std::string folder = folder_of(joined(folder_, entry.first));
      if (folder.size() <= folder_.size() || folder == last) continue;
      if (folder.find('/', folder_.size() + 1) == std::string::npos) fs_.make_folder(folder);
      last = folder;
    }
  }

  void create() {
    std::vector<const Entry*> some;
    std::uint64_t size = 0;
    for (const Entry& entry : run_.files()) {
      if (kept_.count(entry.first) != 0) continue;
      if (entry.second.size > small_file) {
        create_large(entry);
        continue;
      }
      some.push_back(&entry);
      if ((size += entry.second.size) < at_once) continue;
      create_small(some);
      some.clear();
      size = 0;
    }
    create_small(some);
    sync();
  }

  /// Removes what is there, unless the run is complete. Returns false if that fails, too.
  bool undo() noexcept {
    try {
      if (fs_.are_files({metadata_path(folder_)})) {
        if (fs_.read(metadata_path(folder_)) == run_.metadata() && is_synced_) return true;
        fs_.remove(metadata_path(folder_));
      }
      std::vector<std::string> paths;
      for (const std::string& path : created_) paths.push_back(joined(folder_, path));
      if (is_rest_)
        for (const std::string& path : kept_) paths.push_back(joined(folder_, path));
      fs_.remove_many(paths);
      if (!fs_.has_folders()) return true;
      std::set<std::string> folders = {folder_};
      for (const Entry& entry : run_.files()) add_folders(folders, joined(folder_, entry.first));
      for (auto i = folders.rbegin(); i != folders.rend(); ++i) fs_.remove_if_empty(*i);
      return true;
    } catch (const std::exception&) {
      return false;  // the caller gets the first error
    }
  }

 private:
  using Entry = CopiedFiles::value_type;
  static constexpr std::uint64_t small_file = std::uint64_t{1} << 20, at_once = std::uint64_t{4} << 20;

  static bool is_of_run(const std::string& path) {
    for (const char* const part : {"artifacts/", "history/", "series/", "console/"})
      if (path.rfind(part, 0) == 0) return true;
    return false;
  }

  [[nodiscard]] std::string source_path(const std::string& path) const { return joined(run_.folder(), path); }
  [[nodiscard]] const FileSystem& source() const { return *tools_.from.fs; }
  [[nodiscard]] bool verifies() const { return tools_.verify; }
  [[nodiscard]] bool reads_back() const { return verifies() && !fs_.verifies_writes(); }

  /// Whether a file of the target is that of the source. Sizes alone never tell that for the file of someone else.
  [[nodiscard]] bool is_whole(const std::string& path, const CopiedFile& file, std::uint64_t size) const {
    if (size != file.size) return false;
    if (!verifies() && is_rest_) return true;
    const std::string is = sha256_in_store(fs_, joined(folder_, path));
    if (!file.sha256.empty()) return is == file.sha256;
    SourceContent content(source(), source_path(path), file.size, file.is_whole, SourceContent::Hashing::while_read,
                          tools_.meter);
    return is == content.sha256();
  }

  [[nodiscard]] SourceFault damaged(const std::string& path, const CopiedFile& file, const std::string& is) const {
    return SourceFault{"'" + source_path(path) + "' is damaged: its SHA-256 is " + is + ", and the run was saved with " +
                       file.sha256};
  }

  /// Reads the files at once, because each may be a request.
  [[nodiscard]] std::vector<Bytes> read_small(const std::vector<const Entry*>& entries) const {
    std::vector<std::string> paths;
    for (const Entry* const entry : entries)
      if (!entry->second.text) paths.push_back(source_path(entry->first));
    std::vector<Bytes> read = from_source([&] { return source().read_many(paths); });
    std::vector<Bytes> contents;
    std::size_t next = 0;
    for (const Entry* const entry : entries) {
      const auto& [path, file] = *entry;
      Bytes bytes = file.text ? *file.text : std::move(read[next++]);
      if (bytes.size() > file.size && !file.is_whole) bytes.resize(to_size(file.size));
      if (bytes.size() != file.size)
        throw SourceFault{"'" + source_path(path) + "' changed while it was copied; copy again"};
      if (verifies() && !file.sha256.empty())
        if (const std::string is = sha256_of(view(bytes)); is != file.sha256) throw damaged(path, file, is);
      tools_.meter.add(bytes.size());
      contents.push_back(std::move(bytes));
    }
    return contents;
  }

  void create_small(const std::vector<const Entry*>& entries) {
    if (entries.empty()) return;
    std::vector<BytesContent> contents;
    contents.reserve(entries.size());
    for (Bytes& bytes : read_small(entries)) contents.emplace_back(std::move(bytes));
    std::vector<NewFile> files;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      files.push_back({joined(folder_, entries[i]->first), &contents[i]});
      created_.insert(entries[i]->first);
    }
    const std::vector<bool> created = fs_.create_many(files, tools_.durability);
    for (std::size_t i = 0; i < entries.size(); ++i)
      if (!created[i]) created_.erase(entries[i]->first);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (!created[i] && !create_again(files[i].path, *entries[i], contents[i])) continue;
      if (reads_back()) expect_written(fs_, files[i].path, contents[i].bytes());
    }
  }

  void create_large(const Entry& entry) {
    const std::string& path = entry.first;
    const CopiedFile& file = entry.second;
    // If the target is read back, that tells the hash: then the content is only to be hashed if no hash is known.
    const bool hashes = verifies() && reads_back() == file.sha256.empty();
    SourceContent content(source(), source_path(path), file.size, file.is_whole,
                          hashes ? SourceContent::Hashing::while_read : SourceContent::Hashing::none, tools_.meter);
    const std::string target = joined(folder_, path);
    created_.insert(path);
    if (!fs_.create_from(target, content, tools_.durability)) {
      created_.erase(path);
      if (!create_again(target, entry, content)) return;
    }
    if (fs_.is_local() && content.local_file() != nullptr && fs_.info(target).size != file.size)
      throw SourceFault{"'" + source_path(path) + "' changed while it was copied; copy again"};
    if (!verifies()) return;
    if (!reads_back()) {
      if (file.sha256.empty()) return;
      if (const std::string is = content.sha256(); is != file.sha256) throw damaged(path, file, is);
      return;
    }
    const std::string written = sha256_in_store(fs_, target);
    if (written == (file.sha256.empty() ? content.sha256() : file.sha256)) return;
    // Either of the two may be damaged.
    const std::string is = from_source([&] { return sha256_in_store(source(), source_path(path)); });
    if (!file.sha256.empty() && is != file.sha256) throw damaged(path, file, is);
    throw content_differs(target);
  }

  /// A file is there that the listing did not have. Keeps it if it is whole, and otherwise replaces it if it is what a
  /// killed process left. Returns whether it created the file.
  bool create_again(const std::string& target, const Entry& entry, const Content& content) {
    const auto& [path, file] = entry;
    const FileInfo found = fs_.info(target);
    if (found.kind == FileKind::file && is_whole(path, file, found.size)) {
      kept_.insert(path);
      return false;
    }
    if (found.kind != FileKind::missing && !(is_rest_ && found.kind == FileKind::file)) throw exists(target);
    fs_.remove(target);
    created_.insert(path);
    if (fs_.create_from(target, content, tools_.durability)) return true;
    created_.erase(path);
    throw exists(target);
  }
  static RunExistsError exists(const std::string& target) {
    return RunExistsError("another process is writing '" + target + "' in the target; copy again");
  }

  void add_folders(std::set<std::string>& folders, const std::string& path) const {
    for (std::string at = folder_of(path); at.size() > folder_.size(); at = folder_of(at)) folders.insert(at);
  }

  /// Brings the names of all new files to disk, before the metadata make them a run.
  void sync() {
    if (tools_.durability == Durability::durable && fs_.has_folders()) {
      std::set<std::string> folders = {folder_};
      for (const std::string& path : created_) add_folders(folders, joined(folder_, path));
      for (auto i = folders.rbegin(); i != folders.rend(); ++i) fs_.sync_folder(*i);
      fs_.sync_folder(folder_of(folder_));
    }
    is_synced_ = true;
  }

  const CopyTools& tools_;
  FileSystem& fs_;
  const RunToCopy& run_;
  const std::string& folder_;
  const bool is_rest_;
  std::vector<std::string> torn_;
  std::set<std::string> created_, kept_;  // below the folder
  bool is_synced_ = false;                // all files are there
};

}  // namespace erm::detail

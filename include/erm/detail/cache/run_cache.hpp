// The files of a reader's cache: what earlier searches of a registry read, so that a later one need not open the
// metadata of a run that has not changed. No writer knows of it, it never lies in the registry, and whoever deletes it
// loses only time.
//
//   RunCache cache(cache_folder(), registry_uri);
//   VariantCache variant(cache, "digits/main");
//   variant.look_up(ids, stamps, 0, ids.size(), found);       // found[i].block is null for a run that must be read
//   variant.add(writer.take(), count);                        // what was read
//   variant.finish(ids, stamps);                              // writes it for the next search
//
// Why files of our own, and no SQLite or LMDB: docs/many-runs.md has the measurements. An entry is a fact: "with this
// stamp, the metadata say this". So it is never wrong, only useless once the run has changed, and the order of files
// does not matter. Each search that has read something writes one more file, under a name of its own, and renames it;
// so processes need no locks, and a file is whole or has another name. Small files are merged like those of a
// log-structured tree. A file of another registry, another version or with a damaged byte is dropped.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/to_size.hpp"
#include "erm/detail/cache/digest.hpp"
#include "erm/detail/cache/run_block.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/os/whole_file.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/error.hpp"
#include "erm/file_info.hpp"

namespace erm::detail {

/// Where caches are: ERM_CACHE, or "erm" in the user's folder of caches. Empty if ERM_CACHE is, or if there is none.
/// The folders of the user have to be absolute: a relative one would be another in each working folder.
inline std::string cache_folder() {
  if (const char* const own = std::getenv("ERM_CACHE")) return *own == '\0' ? std::string() : os::absolute_path(own);
  const auto below = [](const char* variable, const char* path) {
    const char* const folder = std::getenv(variable);
    return folder == nullptr || *folder == '\0' ? std::string() : joined(os::generic_path(folder), path);
  };
#if defined(_WIN32)
  return below("LOCALAPPDATA", "erm");
#else
  std::string folder = below("XDG_CACHE_HOME", "erm");
  if (folder.empty() || folder.front() != '/') folder = below("HOME", ".cache/erm");
  return !folder.empty() && folder.front() == '/' ? folder : std::string();
#endif
}

inline std::string digest_text(std::uint64_t digest) {
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[(digest >> shift) & 15U];
  return text;
}

/// The cache of one registry, for one search: a folder, and in it one for each variant.
class RunCache {
 public:
  /// Without a folder if none is given, or if it cannot be read, or is another user's: what that user says of the runs
  /// is not believed.
  RunCache(const std::string& folder, const std::string& registry);

  [[nodiscard]] const std::string& folder() const noexcept { return folder_; }
  [[nodiscard]] std::uint64_t place_of(const std::string& variant) const {
    return quick_digest(registry_ + '\n' + variant, 1);
  }
  [[nodiscard]] std::vector<std::string> files_of(std::uint64_t place) const;
  /// A new file with a name of its own. Throws Error if there can be none.
  [[nodiscard]] os::File make_part(std::uint64_t place, std::string& path) const;
  /// Gives it its name, which is returned.
  [[nodiscard]] static std::string name_part(const std::string& part);
  /// Removes what is there of other variants, which no longer exist.
  void keep_only(const std::set<std::uint64_t>& places) const;

 private:
  static constexpr std::string_view ending = ".runs";

  [[nodiscard]] std::string folder_of_place(std::uint64_t place) const { return joined(folder_, digest_text(place)); }
  static void make_folders(const std::string& folder) {
    const std::string above = folder_of(folder);
    if (above != folder && os::info(above).kind == FileKind::missing) make_folders(above);
    os::make_private_folder(folder);
  }

  static void remove_files_in(const std::string& folder);

  std::string folder_, registry_;
};

/// An entry of a block that says what a run is; no block if there is none.
struct CachedRun {
  const RunBlock* block = nullptr;
  std::size_t at = 0;
};

class VariantCache {
 public:
  VariantCache(RunCache& cache, const std::string& variant);
  VariantCache(const VariantCache&) = delete;
  VariantCache& operator=(const VariantCache&) = delete;
  ~VariantCache();

  [[nodiscard]] std::uint64_t place() const noexcept { return place_; }
  /// Up to `most` ids of runs that the cache knows, at about equal distances; none if it knows few.
  [[nodiscard]] static std::vector<std::string> some_ids(const RunCache& cache, const std::string& variant,
                                                         std::size_t most);
  /// The entries for runs `first` to `first + count`, valid until the next call. The ids are sorted, and each call
  /// continues where the one before ended.
  void look_up(const std::vector<std::string>& ids, const std::vector<FileStamp>& stamps, std::size_t first,
               std::size_t count, std::vector<CachedRun>& found);
  /// Adds a block of entries, whose ids follow those of the block before.
  void add(const std::string& block, std::size_t entries);
  /// Makes the added blocks known to later searches, and merges files if there are many. Says nothing if it cannot.
  void finish(const std::vector<std::string>& ids, const std::vector<FileStamp>& stamps);

 private:
  /// Reads one file from its beginning to its end.
  class Reading {
   public:
    Reading(std::string path, std::uint64_t place) : path_(std::move(path)), place_(place) {}

    /// Goes on to the first entry whose id is not less. False at the end.
    bool advance(std::string_view id, std::vector<std::shared_ptr<const RunBlock>>& held);
    /// Goes on to the next block. False at the end.
    bool next_block();
    [[nodiscard]] const RunBlock& block() const { return *block_; }
    [[nodiscard]] std::size_t at() const noexcept { return at_; }
    /// Counts the entries that are left, too.
    std::size_t count_entries();
    [[nodiscard]] bool is_damaged() const noexcept { return is_damaged_; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] const std::shared_ptr<const RunBlock>& held() const noexcept { return block_; }
    void close() { file_ = os::File(); }

   private:
    bool read_header(RunBlockHeader& header);

    std::string path_;
    std::uint64_t place_;
    os::File file_;
    std::uint64_t offset_ = 0, size_ = 0;
    std::shared_ptr<const RunBlock> block_;
    std::size_t at_ = 0, entries_ = 0;
    bool is_open_ = false, is_damaged_ = false;
  };

  /// Merges some files into one.
  void merge(std::vector<Reading*> files, const std::vector<std::string>& ids, const std::vector<FileStamp>& stamps);
  static CachedRun found_in(std::vector<Reading*>& files, const std::string& id, const FileStamp& stamp,
                            std::vector<std::shared_ptr<const RunBlock>>& held);
  void remove_part();

  RunCache& cache_;
  std::uint64_t place_;
  std::vector<std::unique_ptr<Reading>> files_;
  std::vector<Reading*> open_;
  std::vector<std::shared_ptr<const RunBlock>> held_;
  std::size_t hits_ = 0, added_ = 0;
  os::File part_;
  std::string part_path_;
  bool can_write_ = true;
};

// ---- bodies ----

inline RunCache::RunCache(const std::string& folder, const std::string& registry) : registry_(registry) {
  if (folder.empty()) return;
  try {
    std::string own = joined(folder, digest_text(quick_digest(registry)));
    const os::Folder found(own);
    if (!found || found.is_own()) folder_ = std::move(own);
  } catch (const Error&) {
    // Searches work without.
  }
}

inline std::vector<std::string> RunCache::files_of(std::uint64_t place) const {
  std::vector<std::string> files;
  if (folder_.empty()) return files;
  constexpr std::int64_t hour = 3600;
  try {
    const std::string folder = folder_of_place(place);
    os::Folder all(folder);
    FolderEntry entry;
    while (all && all.next(entry)) {
      const std::string path = joined(folder, entry.name);
      if (ends_with(entry.name, std::string(ending))) files.push_back(path);
      if (entry.name.rfind(".erm_part-", 0) != 0) continue;
      // Of a process that was killed, if it is old.
      if (os::time_modified(path).value_or(os::time_now()) < os::time_now() - hour) os::remove_file(path);
    }
  } catch (const Error&) {
    files.clear();
  }
  return files;
}

inline os::File RunCache::make_part(std::uint64_t place, std::string& path) const {
  os::File file;
  const std::string folder = folder_of_place(place);
  for (int attempt = 0; attempt < 100; ++attempt) {
    path = joined(folder, part_name());
    const os::Created created = os::try_create(path, file);
    if (created == os::Created::yes) return file;
    if (created == os::Created::folder_missing) make_folders(folder);
  }
  os::fail("create", path, EEXIST);
}

inline std::string RunCache::name_part(const std::string& part) {
  std::string path = joined(folder_of(part), part.substr(part.size() - 16)).append(ending);
  os::rename_file(part, path);
  return path;
}

inline void RunCache::keep_only(const std::set<std::uint64_t>& places) const {
  std::set<std::string> names;
  for (const std::uint64_t place : places) names.insert(digest_text(place));
  try {
    os::Folder all(folder_);
    FolderEntry entry;
    while (all && all.next(entry))
      if (entry.kind == FileKind::folder && names.count(entry.name) == 0) remove_files_in(joined(folder_, entry.name));
  } catch (const Error&) {
    // They do no harm.
  }
}

inline void RunCache::remove_files_in(const std::string& folder) {
  {
    os::Folder all(folder);
    FolderEntry entry;
    while (all && all.next(entry))
      if (ends_with(entry.name, std::string(ending))) os::remove_file(joined(folder, entry.name));
  }
  os::remove_empty_folder(folder);
}

inline bool VariantCache::Reading::read_header(RunBlockHeader& header) {
  if (is_damaged_) return false;
  try {
    if (!is_open_) {
      is_open_ = true;
      file_ = os::open_to_read(path_);
      size_ = file_.info().size;
      if (!file_.is_own()) throw Error("the file is another user's");
    }
    if (offset_ == size_) return false;
    is_damaged_ = file_.read_at(offset_, &header, sizeof header) != sizeof header ||
                  header.magic != RunBlockHeader::current || header.place != place_ || header.size < sizeof header ||
                  header.size > size_ - offset_;
  } catch (const NotFoundError&) {
    return false;  // another process has merged it with others
  } catch (const Error&) {
    is_damaged_ = true;
  }
  return !is_damaged_;
}

inline bool VariantCache::Reading::next_block() {
  block_.reset();
  RunBlockHeader header;
  if (!read_header(header)) return false;
  const std::size_t size = to_size(header.size);
  RunBlock::Words words(new std::uint64_t[size / 8 + 1]);
  try {
    if (file_.read_at(offset_, words.get(), size) == size) block_ = RunBlock::read(std::move(words), size, place_);
  } catch (const Error&) {
    // Damaged, as below.
  }
  is_damaged_ = block_ == nullptr;
  if (is_damaged_) return false;
  offset_ += size;
  at_ = 0;
  entries_ += block_->size();
  return true;
}

inline bool VariantCache::Reading::advance(std::string_view id, std::vector<std::shared_ptr<const RunBlock>>& held) {
  for (;;) {
    if (block_ != nullptr) {
      // Most blocks lie wholly before the id, or their next entry is the one.
      if (block_->size() > 0 && at_ < block_->size() && block_->id(block_->size() - 1) < id) at_ = block_->size();
      while (at_ < block_->size() && block_->id(at_) < id) ++at_;
      if (at_ < block_->size()) return true;
    }
    if (!next_block()) return false;
    held.push_back(block_);
  }
}

inline std::size_t VariantCache::Reading::count_entries() {
  for (RunBlockHeader header; read_header(header); offset_ += header.size) entries_ += header.entries;
  return entries_;
}

inline VariantCache::VariantCache(RunCache& cache, const std::string& variant)
    : cache_(cache), place_(cache.place_of(variant)), can_write_(!cache.folder().empty()) {
  for (std::string& path : cache.files_of(place_)) files_.push_back(std::make_unique<Reading>(std::move(path), place_));
  for (const auto& file : files_) open_.push_back(file.get());
}

inline std::vector<std::string> VariantCache::some_ids(const RunCache& cache, const std::string& variant,
                                                       std::size_t most) {
  constexpr std::size_t least = 500;                        // runs between two of them
  std::vector<std::pair<std::string, std::size_t>> blocks;  // the first id of each, and how many it has
  std::size_t all = 0;
  const std::uint64_t place = cache.place_of(variant);
  for (std::string& path : cache.files_of(place)) {
    for (Reading file(std::move(path), place); file.next_block();) {
      if (file.block().size() == 0) continue;
      blocks.emplace_back(file.block().id(0), file.block().size());
      all += file.block().size();
    }
  }
  std::sort(blocks.begin(), blocks.end());
  std::vector<std::string> ids;
  const std::size_t distance = (std::max)(least, all / (most + 1) + 1);
  std::size_t passed = 0;
  for (auto& [id, size] : blocks) {
    if (passed >= distance * (ids.size() + 1) && (ids.empty() || ids.back() != id)) ids.push_back(std::move(id));
    passed += size;
  }
  return ids;
}

inline VariantCache::~VariantCache() { remove_part(); }

inline void VariantCache::remove_part() {
  if (part_path_.empty()) return;
  part_ = os::File();  // Windows removes no open file
  try {
    os::remove_file(part_path_);
  } catch (const Error&) {
    // A later search removes it.
  }
  part_path_.clear();
}

inline CachedRun VariantCache::found_in(std::vector<Reading*>& files, const std::string& id, const FileStamp& stamp,
                                        std::vector<std::shared_ptr<const RunBlock>>& held) {
  for (std::size_t k = 0; k < files.size();) {
    Reading& file = *files[k];
    if (!file.advance(id, held)) {
      files.erase(files.begin() + static_cast<std::ptrdiff_t>(k));
      continue;
    }
    const RunBlock& block = file.block();
    if (block.entry(file.at()).has(stamp) && block.id(file.at()) == id) return {&block, file.at()};
    ++k;
  }
  return {};
}

inline void VariantCache::look_up(const std::vector<std::string>& ids, const std::vector<FileStamp>& stamps,
                                  std::size_t first, std::size_t count, std::vector<CachedRun>& found) {
  std::vector<std::shared_ptr<const RunBlock>> held;  // a block may reach into the next call
  for (const Reading* file : open_)
    if (file->held() != nullptr) held.push_back(file->held());
  held_ = std::move(held);
  found.assign(count, {});
  for (std::size_t i = 0; i < count && !open_.empty(); ++i) {
    found[i] = found_in(open_, ids[first + i], stamps[first + i], held_);
    if (found[i].block != nullptr) ++hits_;
  }
}

inline void VariantCache::add(const std::string& block, std::size_t entries) {
  if (!can_write_ || entries == 0) return;
  try {
    if (part_path_.empty()) part_ = cache_.make_part(place_, part_path_);
    part_.write(block.data(), block.size());
    added_ += entries;
  } catch (const Error&) {
    can_write_ = false;  // no room, or no permission: the next search reads these runs, too
    remove_part();
  }
}

inline void VariantCache::finish(const std::vector<std::string>& ids, const std::vector<FileStamp>& stamps) {
  if (!can_write_) return;
  try {
    bool is_damaged = false;
    std::vector<std::pair<std::size_t, Reading*>> sizes;
    std::size_t all = 0;
    for (const auto& file : files_) {
      const std::size_t entries = file->count_entries();
      is_damaged = is_damaged || file->is_damaged();
      sizes.emplace_back(entries, file.get());
      all += entries;
      file->close();
    }
    if (!part_path_.empty()) {
      part_.close();
      const std::string path = RunCache::name_part(part_path_);
      part_path_.clear();
      files_.push_back(std::make_unique<Reading>(path, place_));
    }
    std::sort(sizes.begin(), sizes.end());
    // Each file is more than four times as large as all that are smaller, so that there are few, and that each entry is
    // copied a few times at most.
    const bool is_mostly_dead = all - (std::min)(all, hits_) > hits_ / 2 + 64;
    std::vector<Reading*> merged;
    std::size_t together = added_;
    for (const auto& [entries, file] : sizes) {
      if (!is_damaged && !is_mostly_dead && entries > 4 * together) break;
      merged.push_back(file);
      together += entries;
    }
    if (merged.empty()) return;
    if (added_ > 0) merged.push_back(files_.back().get());
    if (merged.size() > 1 || is_damaged || is_mostly_dead) merge(std::move(merged), ids, stamps);
  } catch (const Error&) {
    remove_part();
  }
}

inline void VariantCache::merge(std::vector<Reading*> files, const std::vector<std::string>& ids,
                                const std::vector<FileStamp>& stamps) {
  std::vector<std::unique_ptr<Reading>> again;
  std::vector<Reading*> open;
  for (const Reading* file : files) {
    again.push_back(std::make_unique<Reading>(file->path(), place_));
    open.push_back(again.back().get());
  }
  constexpr std::size_t entries_of_block = 256;
  part_ = cache_.make_part(place_, part_path_);
  RunBlockWriter writer(place_);
  const auto write = [&] {
    if (writer.size() == 0) return;
    const std::string block = writer.take();
    part_.write(block.data(), block.size());
  };
  bool is_empty = true;
  for (std::size_t i = 0; i < ids.size() && !open.empty(); ++i) {
    std::vector<std::shared_ptr<const RunBlock>> held;
    const CachedRun found = found_in(open, ids[i], stamps[i], held);
    if (found.block == nullptr) continue;
    is_empty = false;
    writer.add(*found.block, found.at);
    if (writer.size() == entries_of_block) write();
  }
  write();
  part_.close();
  for (const auto& file : again) file->close();
  if (is_empty)
    remove_part();
  else
    static_cast<void>(RunCache::name_part(part_path_));
  part_path_.clear();
  for (const auto& file : again) os::remove_file(file->path());
}

}  // namespace erm::detail

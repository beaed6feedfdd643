// The bodies of LocalFileSystem, for erm/impl/file_system.inl.
#pragma once

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "erm/detail/base/on_threads.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/os/path.hpp"
#include "erm/detail/run/contents.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/store/changed_file.hpp"
#include "erm/detail/store/named_claim.hpp"
#include "erm/file_system.hpp"
#include "erm/impl/named_claim.inl"

namespace erm {

namespace detail {

/// Creates a folder and the folders above it. Returns false if it exists already.
inline bool make_local_folders(const std::string& path, Durability durability) {
  if (path.empty() || path == "." || path == "/") return false;
  try {
    if (!os::make_folder(path)) return false;
  } catch (const NotFoundError&) {
    const std::string parent = folder_of(path);
    if (parent == path) throw;
    make_local_folders(parent, durability);
    if (!os::make_folder(path)) return false;
  }
  if (durability == Durability::durable) os::sync_folder(folder_of(path));
  return true;
}

/// Creates a file and the missing folders above it. Returns an empty File if the file exists already.
inline os::File create_local(const std::string& path, Durability durability, bool* made_folder = nullptr) {
  os::File file;
  // Another process may remove a folder that is still empty. Then create it again.
  for (int attempt = 0; attempt < 100; ++attempt) {
    const os::Created created = os::try_create(path, file);
    if (created != os::Created::folder_missing) return file;
    // For a moment a network file system may take a folder for existing that another machine has removed. A link to
    // nothing stays one.
    if (attempt > 10 && os::info(folder_of(path)).kind == FileKind::link)
      throw IoError("cannot create '" + path + "': '" + folder_of(path) +
                        "' is a symbolic link that leads nowhere; remove the link",
                    std::make_error_code(std::errc::no_such_file_or_directory));
    if (attempt > 10) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const bool made = make_local_folders(folder_of(path), durability);
    if (made_folder != nullptr) *made_folder = made;
  }
  os::fail("create", path, ENOENT);
}

/// Throws FormatError if the folder of a claim is a link. A claim that was just created there is removed.
inline void refuse_linked_claims(const std::string& path, bool is_old) {
  const std::string folder = folder_of(path);
  if (os::info(folder).kind != FileKind::link) return;
  if (!is_old) os::remove_file(path);
  throw FormatError("cannot write in '" + folder_of(folder) + "': '" + folder +
                    "' is a symbolic link, and ERM keeps unfinished files there; remove the link");
}

/// Throws FormatError if a link is where the file of a claim should be: ERM makes none there, and it would stay.
inline void refuse_link(const std::string& path) {
  if (os::info(path).kind != FileKind::link) return;
  throw FormatError("cannot write '" + path + "': it is a symbolic link, and ERM keeps an unfinished file there; " +
                    "remove the link");
}

class LocalClaim final : public Claim {
 public:
  LocalClaim(os::File file, bool abandoned, bool alone)
      : file_(std::move(file)), abandoned_(abandoned), alone_(alone) {}
  LocalClaim(const LocalClaim&) = delete;
  LocalClaim& operator=(const LocalClaim&) = delete;
  ~LocalClaim() override {
    try {
      const std::string folder = folder_of(file_.path());
      if (is_left_) return;  // the system takes the lock back, and what begin() wrote stays
      if (!committed_) os::remove_file(file_.path());
      file_ = os::File();  // on Windows a folder may not count as empty while a removed file in it is still open
      os::remove_empty_folder(folder);
    } catch (const Error&) {
      // A destructor cannot report this. Without its lock the file counts as abandoned, and the next save removes it.
    }
  }
  [[nodiscard]] bool was_abandoned() const override { return abandoned_; }
  [[nodiscard]] bool may_have_neighbours() const override { return !alone_; }
  // One byte in the file means that the holder has begun. commit() overwrites it.
  void begin() override { file_.truncate(1); }
  void commit(const std::string& target, std::string_view content, Durability durability) override {
    if (abandoned_) file_.truncate(0);
    file_.write(content.data(), content.size());
    if (durability == Durability::durable) file_.sync();
    os::rename_file(file_.path(), target);
    committed_ = true;
    if (durability == Durability::durable) os::sync_folder(folder_of(target));
  }
  void abandon() noexcept override {
    is_left_ = !committed_;
    try {
      if (is_left_) begin();
    } catch (const Error&) {
      // Then it is abandoned only if it has begun before.
    }
  }

 private:
  os::File file_;
  bool abandoned_;
  bool alone_;
  bool committed_ = false;
  bool is_left_ = false;
};

/// The claim on a new, empty file. Null if the file is no longer there.
inline std::unique_ptr<Claim> claim_new(os::File file, bool abandoned, bool alone, bool reads_back) {
  // Another process may hold the lock for a moment, until it sees that the file is new.
  for (int attempt = 0; file.locks_exclude_all() && attempt < 100; ++attempt) {
    const os::File::Lock lock = file.try_lock();
    if (lock == os::File::Lock::not_supported) break;
    if (!file.still_at_path()) return nullptr;
    if (lock == os::File::Lock::taken) return std::make_unique<LocalClaim>(std::move(file), abandoned, alone);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (attempt == 99) return nullptr;
  }
  return std::make_unique<NamedClaim>(std::move(file), abandoned, alone, reads_back);
}

/// See LocalFileSystem::claim() and NamedClaim.
inline std::unique_ptr<Claim> claim_local(const std::string& path, bool reads_back) {
  int times_empty = 0;
  // Not for ever: for some seconds a network file system may say that a removed file exists.
  for (int attempt = 0; attempt < 100; ++attempt) {
    bool alone = false;
    if (os::File made = create_local(path, Durability::buffered, &alone)) {
      if (!alone) refuse_linked_claims(path, false);
      if (auto claim = claim_new(std::move(made), false, alone, reads_back)) return claim;
      continue;
    }
    refuse_linked_claims(path, true);
    ClaimText found;
    os::File there, locked;
    try {
      there = os::open_to_read(path);
      found.text = front_of(there);
      if (there.locks_exclude_all() && !(locked = os::open_to_write(path))) {
        if (reads_back) refuse_link(path);  // write() takes another name
        continue;
      }
    } catch (const NotFoundError&) {
      if (reads_back) refuse_link(path);
      continue;  // the holder has just ended the claim
    } catch (const IoError&) {
      if (!there || there.locks_exclude_all()) throw;
      return nullptr;  // rclone mount refuses to read what is being written
    }
    if (locked) {
      const os::File::Lock lock = locked.try_lock();
      if (lock == os::File::Lock::taken_by_another) return nullptr;
      if (lock == os::File::Lock::taken && !locked.still_at_path()) continue;
      found.text = front_of(locked);
      const bool may_be_taken = lock == os::File::Lock::taken && !found.is_named() && !ends_with(path, unclaiming);
      if (may_be_taken && found.text.empty() && ++times_empty < 12) {
        // A process to which locks mean nothing, such as one that has the disk mounted from elsewhere, may have created
        // the file, and is about to write its name into it. Give it a quarter of a second.
        locked = os::File();
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        continue;
      }
      if (may_be_taken && !locked.has_other_names())
        return std::make_unique<LocalClaim>(std::move(locked), !found.text.empty(), false);
      if (may_be_taken) {
        // A backup made of hard links (cp -al) holds the file, too, or someone planted the name. Writing to it would
        // change the other file.
        os::remove_file(path);
        if (os::File made = create_local(path, Durability::buffered))
          if (auto claim = claim_new(std::move(made), !found.text.empty(), false, reads_back)) return claim;
        continue;
      }
      locked = os::File();
    }
    if (!is_abandoned(path, found)) return nullptr;
    if (!remove_abandoned(path, found)) continue;
    if (os::File made = create_local(path, Durability::buffered))
      if (auto claim = claim_new(std::move(made), found.has_begun(), false, reads_back)) return claim;
  }
  return nullptr;
}

class LocalAppender final : public Appender {
 public:
  LocalAppender(os::File file, std::uint64_t size) : file_(std::make_shared<os::File>(std::move(file))), size_(size) {
    file_->append_only();
  }
  void append(std::string_view content) override {
    expect_unchanged();
    if (content.empty()) return;
    try {
      file_->append(size_, content.data(), content.size());
    } catch (const Error&) {
      is_torn_ = true;
      throw;
    }
    size_ += content.size();
  }
  void sync() override { file_->sync(); }

 private:
  /// Throws ChangedFile if another program changed the file: text written to a removed file would be lost without an
  /// error, and after a shortened one it would follow a hole. Cuts off the rest of a failed write.
  void expect_unchanged() {
    const os::File::Place place = file_->place();
    if (place.path_is_free) throw ChangedFile(FileChange::removed, file_, size_);
    if (!place.path_leads_here) throw ChangedFile(FileChange::replaced, file_, size_);
    if (place.size < size_) throw ChangedFile(FileChange::shorter, file_, size_);
    if (place.size > size_ && !is_torn_) throw ChangedFile(FileChange::longer, file_, size_);
    if (place.size > size_) file_->truncate(size_);
    is_torn_ = false;
  }

  std::shared_ptr<os::File> file_;
  std::uint64_t size_;
  bool is_torn_ = false;  // a write failed, and may have left a part of its text
};

}  // namespace detail

ERM_INLINE FileInfo LocalFileSystem::info(const std::string& path) const { return detail::os::info(path); }
ERM_INLINE std::optional<double> LocalFileSystem::age(const std::string& path) const {
  return detail::os::file_age(path);
}
ERM_INLINE bool LocalFileSystem::make_folder(const std::string& path) { return detail::os::make_folder(path); }
ERM_INLINE void LocalFileSystem::sync_folder(const std::string& path) { detail::os::sync_folder(path); }
ERM_INLINE void LocalFileSystem::remove_if_empty(const std::string& path) { detail::os::remove_empty_folder(path); }

ERM_INLINE std::vector<FolderEntry> LocalFileSystem::list(const std::string& path) const {
  std::vector<FolderEntry> entries;
  detail::os::Folder folder(path);
  FolderEntry entry;
  while (folder && folder.next(entry)) entries.push_back(entry);
  return entries;
}

namespace detail {

inline Bytes all_of(const os::File& file, std::uint64_t size) {
  if (size > std::uint64_t{SIZE_MAX / 2})
    throw IoError::failed_to("read", file.path(), std::make_error_code(std::errc::file_too_large));
  Bytes bytes(to_size(size));
  bytes.resize(file.read_at(0, bytes.data(), bytes.size()));
  return bytes;
}

}  // namespace detail

ERM_INLINE Bytes LocalFileSystem::read(const std::string& path) const {
  FileInfo info;
  const detail::os::File file = detail::os::open_to_read(path, &info);
  return detail::all_of(file, info.size);
}

ERM_INLINE Bytes LocalFileSystem::read_bounded(const std::string& path) const {
  FileInfo info;
  const detail::os::File file = detail::os::open_to_read(path, &info);
  expect_bounded(path, info.size);
  return detail::all_of(file, info.size);
}

ERM_INLINE std::vector<FoundFile> LocalFileSystem::find_files(const std::string& path) const {
  std::vector<FoundFile> found;
  std::vector<std::string> below = {""};
  FolderEntry entry;
  while (!below.empty()) {
    const std::string at = std::move(below.back());
    below.pop_back();
    detail::os::Folder folder(at.empty() ? path : detail::joined(path, at));
    while (folder && folder.next(entry)) {
      if (entry.kind == FileKind::folder) {
        below.push_back(detail::joined(at, entry.name));
        continue;
      }
      const FileInfo what = folder.info(entry.name.c_str());
      if (what.kind != FileKind::missing) found.push_back({detail::joined(at, entry.name), what});
    }
  }
  return found;
}

ERM_INLINE std::size_t LocalFileSystem::read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into,
                                                std::size_t size) const {
  const detail::os::File file = detail::os::open_to_read(path);
  const std::size_t got = file.read_at(offset, into, size);
  // A network file system may let a file end where it ended some seconds ago, until it is asked for the size.
  if (got == size || file.info().size <= offset + got) return got;
  return got + file.read_at(offset + got, into + got, size - got);
}

ERM_INLINE void LocalFileSystem::write(const std::string& path, std::string_view content, Durability durability) {
  const std::string folder = detail::folder_of(path);
  detail::make_local_folders(folder, durability);
  // Written under a different name: the Python package would count a second erm_metadata.json as a run.
  const std::string place = folder + "/" + detail::claims_folder + "/" + detail::last_part(path) + ".part";
  // If several threads or processes write the file at once, each uses a different name. The last commit wins.
  std::unique_ptr<Claim> mine;
  for (int i = 0; !mine; ++i) mine = detail::claim_local(i == 0 ? place : place + "~" + std::to_string(i), false);
  mine->commit(path, content, durability);
}

ERM_INLINE bool LocalFileSystem::create(const std::string& path, std::string_view content, Durability durability) {
  return create_from(path, detail::BytesContent(to_bytes(content)), durability);
}

ERM_INLINE bool LocalFileSystem::create_from(const std::string& path, const Content& content, Durability durability) {
  detail::os::File file = detail::create_local(path, durability);
  if (!file) return false;
  try {
    if (const detail::os::File* const local = content.local_file()) {
      detail::os::copy_content(*local, file, [&](std::uint64_t bytes) { content.on_copied(bytes); });
    } else if (const Bytes* const held = content.bytes_in_memory()) {
      file.write(held->data(), held->size());
    } else {
      Bytes chunk(std::size_t{1} << 20);
      std::uint64_t done = 0;
      while (const std::size_t got = content.read_at(done, chunk.data(), chunk.size())) {
        file.write(chunk.data(), got);
        done += got;
      }
    }
    if (durability == Durability::durable) file.sync();
    file.close();
  } catch (...) {
    detail::os::remove_file(path);
    throw;
  }
  return true;
}

ERM_INLINE void LocalFileSystem::remove(const std::string& path) { detail::os::remove_tree(path); }

ERM_INLINE void LocalFileSystem::move(const std::string& from, const std::string& to, Durability durability) {
  const std::string folder = detail::folder_of(to);
  for (int attempt = 0;; ++attempt) {
    detail::make_local_folders(folder, durability);
    try {
      detail::os::rename_file(from, to);
      break;
    } catch (const NotFoundError&) {
      // Another process may have removed the folder while it was empty.
      if (attempt == 100 || info(from).kind == FileKind::missing) throw;
    }
  }
  if (durability != Durability::durable) return;
  sync_folder(folder);
  sync_folder(detail::folder_of(from));
}

ERM_INLINE std::unique_ptr<Claim> LocalFileSystem::claim(const std::string& path) {
  return detail::claim_local(path, true);
}

ERM_INLINE std::unique_ptr<Appender> LocalFileSystem::appender(const std::string& path, std::uint64_t size) {
  namespace os = detail::os;
  os::File file = detail::create_local(path, Durability::buffered);
  if (!file) {
    file = os::open_to_write(path);
    if (!file) os::fail("open for writing", path, ENOENT);
    if (file.has_other_names()) {
      // A backup made of hard links (cp -al) holds the file, too, or someone planted the name. The run gets a file of
      // its own.
      Bytes kept(detail::memory_size(size));
      kept.resize(file.read_at(0, kept.data(), kept.size()));
      file = os::File();
      write(path, detail::view(kept), Durability::buffered);
      file = os::open_to_write(path);
      if (!file) os::fail("open for writing", path, ENOENT);
    }
  }
  try {
    file.truncate(size);
  } catch (const IoError&) {
    // Some mounts of object storage can only write a file anew, from its beginning to its end.
    if (file.locks_exclude_all()) throw;
    return nullptr;
  }
  return std::make_unique<detail::LocalAppender>(std::move(file), size);
}

namespace detail {

inline void pass_over(std::vector<PassedOver>* passed_over, std::string path, const Error& error) {
  if (passed_over != nullptr && last_part(path) != "lost+found")
    passed_over->push_back({std::move(path), error.what()});
}

/// LocalFileSystem::folders_with. Calls `look(path, function)` for what may throw.
template <class Look>
std::vector<std::string> local_folders_with(const std::string& path, const std::string& filename, const Look& look) {
  std::vector<std::string> found;
  std::vector<std::string> below = {""};
  FolderEntry entry;
  std::string inside;
  while (!below.empty()) {
    const std::string at = std::move(below.back());
    below.pop_back();
    look(at, [&] {
      os::Folder folder(at.empty() ? path : joined(path, at));
      while (folder && folder.next(entry)) {
        const bool may_lead_on = entry.kind == FileKind::folder || entry.kind == FileKind::link;
        if (!may_lead_on || entry.name.rfind(".erm_", 0) == 0) continue;
        inside.assign(entry.name).append("/").append(filename);
        bool has_it = false, can_be_read = false;
        const auto search = [&] {
          has_it = folder.has(inside.c_str());
          can_be_read = true;
        };
        look(at.empty() ? entry.name : joined(at, entry.name), search);
        if (has_it)
          found.push_back(joined(at, entry.name));
        else if (can_be_read && entry.kind == FileKind::folder)  // a link could form a cycle
          below.push_back(joined(at, entry.name));
      }
    });
  }
  return found;
}

}  // namespace detail

ERM_INLINE std::vector<std::string> LocalFileSystem::folders_with(const std::string& path,
                                                                  const std::string& filename) const {
  return detail::local_folders_with(path, filename, [](const std::string&, const auto& work) { work(); });
}

ERM_INLINE std::vector<std::string> LocalFileSystem::readable_folders_with(const std::string& path,
                                                                           const std::string& filename,
                                                                           std::vector<PassedOver>* passed_over) const {
  return detail::local_folders_with(path, filename, [&](const std::string& below, const auto& work) {
    try {
      work();
    } catch (const IoError& error) {
      if (below.empty()) throw;
      detail::pass_over(passed_over, detail::joined(path, below), error);
    }
  });
}

namespace detail {

/// The names in one folder and the stamps of what is at `<name>/<filename>`, asked for on several threads; some at a time,
/// so that memory does not hold all names twice.
class StampedNames {
 public:
  struct Name {
    std::string name;
    bool may_lead_on = false, has_it = false;
    FileStamp stamp = {};
    std::exception_ptr error = nullptr;
  };

  explicit StampedNames(const std::string& path) : folder_(path) {
    FileStamp itself;
    if (folder_ && folder_.has(".", itself)) device = itself.marks[3];
  }

  /// Goes on to the next names. False if there are none.
  bool next(const std::string& filename, unsigned threads) {
    names.clear();
    FolderEntry entry;
    while (names.size() < at_once && folder_ && folder_.next(entry)) {
      if (entry.kind != FileKind::folder && entry.kind != FileKind::link) continue;
      if (entry.name.rfind(".erm_", 0) != 0) names.push_back({std::move(entry.name), entry.kind == FileKind::folder});
    }
    constexpr std::size_t some = 256;
    const std::size_t useful = names.size() / 1024 + 1;
    on_threads((names.size() + some - 1) / some, (std::min)(std::size_t{threads}, useful), [&](std::size_t group) {
      std::string inside;
      for (std::size_t i = group * some; i < (std::min)((group + 1) * some, names.size()); ++i)
        look(names[i], filename, inside);
    });
    return !names.empty();
  }

  std::vector<Name> names;
  std::uint64_t device = 0;  // of the folder

 private:
  static constexpr std::size_t at_once = 1 << 15;

  /// Nothing is thrown: it would leave a thread. `inside` is room for a path.
  void look(Name& one, const std::string& filename, std::string& inside) const {
    try {
      inside.assign(one.name).append("/").append(filename);
      one.has_it = folder_.has(inside.c_str(), one.stamp);
    } catch (...) {
      one.error = std::current_exception();
    }
  }

  os::Folder folder_;
};

}  // namespace detail

ERM_INLINE bool LocalFileSystem::has_stamps(const std::string& folder) const {
  return detail::os::Folder(folder).has_stamps();
}

ERM_INLINE std::vector<StampedFolder> LocalFileSystem::stamped_folders_with(const std::string& path,
                                                                            const std::string& filename,
                                                                            std::vector<PassedOver>* passed_over,
                                                                            const FolderSearch& search) const {
  std::vector<StampedFolder> found;
  std::vector<std::string> below = {""};
  std::optional<std::uint64_t> device;  // what is mounted inside may be of another kind
  while (!below.empty()) {
    const std::string at = std::move(below.back());
    below.pop_back();
    const auto pass_over = [&](const std::string& name, const IoError& error) {
      const std::string folder = name.empty() || at.empty() ? at + name : detail::joined(at, name);
      detail::pass_over(passed_over, detail::joined(path, folder), error);
    };
    try {
      detail::StampedNames all(at.empty() ? path : detail::joined(path, at));
      if (!device) device = all.device;
      while (all.next(filename, search.threads)) {
        for (auto& one : all.names) {
          try {
            if (one.error) std::rethrow_exception(one.error);
          } catch (const IoError& error) {
            pass_over(one.name, error);
            continue;
          }
          std::string name = at.empty() ? std::move(one.name) : detail::joined(at, one.name);
          if (!one.has_it) {
            if (one.may_lead_on) below.push_back(std::move(name));
            continue;
          }
          one.stamp.is_final = one.stamp.is_final && one.stamp.marks[3] == *device;
          found.push_back({std::move(name), one.stamp});
        }
      }
    } catch (const IoError& error) {
      if (at.empty()) throw;
      pass_over({}, error);
    }
  }
  return found;
}

ERM_INLINE std::vector<Bytes> LocalFileSystem::read_stamped(const std::vector<std::string>& paths,
                                                            std::vector<FileStamp>& stamps) const {
  stamps.clear();
  std::vector<Bytes> contents;
  for (const std::string& path : paths) {
    FileStamp stamp;  // taken before reading: what changes later has another
    const detail::os::File file = detail::os::open_to_read(path, nullptr, &stamp);
    stamps.push_back(stamp);
    expect_bounded(path, stamps.back().size);
    contents.push_back(detail::all_of(file, stamps.back().size));
  }
  return contents;
}

}  // namespace erm

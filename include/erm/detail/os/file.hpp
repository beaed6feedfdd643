// Files, for all operating systems. Paths are UTF-8. Each function throws NotFoundError if the path does not exist, and
// IoError for any other refusal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#if defined(_WIN32)
#include <filesystem>
#endif

#include "erm/detail/os/api.hpp"
#include "erm/file_info.hpp"

namespace erm::detail::os {

#if defined(_WIN32)
using FileHandle = api::Handle;
#else
using FileHandle = api::Descriptor;
#endif

/// Throws the exception for `error`, a value of errno, about the file at `path`.
[[noreturn]] void fail(const std::string& operation, const std::string& path, int error);

/// A path from the user, with "/" between its parts.
std::string generic_path(std::string path);

/// The same place as an absolute path, whatever the process's current folder will be. Follows no links. Throws if a
/// relative path is given and the current folder does not exist.
std::string absolute_path(const std::string& path);

/// What is at `path`. Does not follow links. A missing file is an answer, not an error.
FileInfo info(const std::string& path);

/// The seconds since a file was written, by the clock of this machine. Empty if the system does not tell.
std::optional<double> file_age(const std::string& path);

/// What tells one content of a file from another without reading it. Two that differ are of different contents, or the
/// file was touched.
struct FileState {
  FileKind kind = FileKind::missing;
  std::uint64_t size = 0;
  std::uint64_t device = 0, inode = 0;       // 0 where the system has none
  std::int64_t modified_nanoseconds = 0;     // since an epoch of the system

  [[nodiscard]] bool is_same_file(const FileState& other) const noexcept {
    return kind == other.kind && device == other.device && inode == other.inode;
  }
  friend bool operator==(const FileState& a, const FileState& b) noexcept {
    return a.is_same_file(b) && a.size == b.size && a.modified_nanoseconds == b.modified_nanoseconds;
  }
  friend bool operator!=(const FileState& a, const FileState& b) noexcept { return !(a == b); }
};
/// Does not follow links. A missing file is an answer, not an error.
FileState file_state(const std::string& path);
/// The time now by the clock of file_state(), as far as it is that of this machine.
std::int64_t file_clock_nanoseconds();

/// An open file, closed with the object. Other processes may read, write, rename and remove it meanwhile.
class File {
 public:
  File() = default;
  File(FileHandle handle, std::string path) : handle_(std::move(handle)), path_(std::move(path)) {}

  explicit operator bool() const noexcept { return static_cast<bool>(handle_); }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const FileHandle& handle() const noexcept { return handle_; }
  /// Never from a cache of a network file system.
  [[nodiscard]] FileInfo info() const;

  /// Reads up to `size` bytes starting at `offset`. Fewer only at the end of the file.
  std::size_t read_at(std::uint64_t offset, void* into, std::size_t size) const;
  /// Writes all bytes at the current position.
  void write(const void* data, std::size_t size);
  /// Writes all bytes starting at `offset`.
  void write_at(std::uint64_t offset, const void* data, std::size_t size);
  /// Truncates the file to `size` bytes.
  void truncate(std::uint64_t size);
  /// Returns when the content is on disk.
  void sync();

  enum class Lock { taken, taken_by_another, not_supported };
  /// Takes an exclusive lock, which ends with this object or its process.
  Lock try_lock();
  /// Whether a lock on the file excludes all processes that can reach it. False for a file system that other machines
  /// or other mounts may share, where a lock may be known to this mount only: FUSE (sshfs, rclone), NFS, SMB and others.
  [[nodiscard]] bool locks_exclude_all() const;
  /// Whether `path()` still leads to this file.
  [[nodiscard]] bool still_at_path() const;
  /// Whether the file has another name, a hard link: whatever is written to it changes what is found there, too.
  [[nodiscard]] bool has_other_names() const;
  /// Whether the file belongs to the user of this process. True where the system has no such owners.
  [[nodiscard]] bool is_own() const;

  struct Place {
    bool path_is_free = false;      // nothing is at path() any more
    bool path_leads_here = false;   // otherwise another file is there
    std::uint64_t size = 0;         // of this file
  };
  [[nodiscard]] Place place() const;
  /// From now on append() writes at the end of the file, even if another process shortens it at the same moment.
  void append_only();
  /// Writes all bytes at the end of the file, which is expected at `end`.
  void append(std::uint64_t end, const void* data, std::size_t size);

  /// Closes the file, and throws if a delayed write failed.
  void close();

 private:
  template <class Tell>
  friend void copy_content(const File& from, File& to, const Tell& tell);
  friend void prepare_to_replace(const std::string& path, File& by);

  FileHandle handle_;
  std::string path_;
#if defined(_WIN32)
  [[nodiscard]] api::FileFacts facts_of(void* handle) const;

  std::uint64_t position_ = 0;
#endif
};

/// Sets `info` and `stamp` unless they are null: the system is asked once for all.
File open_to_read(const std::string& path, FileInfo* info = nullptr, FileStamp* stamp = nullptr);

enum class Created { yes, exists, folder_missing };

/// Creates a file for writing. `file` is open only if the answer is yes.
Created try_create(const std::string& path, File& file);
/// The same for a part of another file, which messages name: a file at `path` that is written, and then renamed.
Created try_create_part(const std::string& path, const std::string& whole, File& file);

/// Opens an existing file for writing and keeps its content. An empty File if it does not exist. Follows no link.
File open_to_write(const std::string& path);
/// The same, and cuts off its content, even on mounts that cannot shorten a file that is open.
File open_to_rewrite(const std::string& path);

/// Throws Error if there is something at `path` that a file cannot replace. Otherwise gives the file `by` the
/// permissions of the file that it is to replace, if the system has them. A link is replaced itself.
void prepare_to_replace(const std::string& path, File& by);
/// When a file, a folder or a link was last modified by the clock of its file system, and the time now by the clock of
/// this machine, in seconds. Nothing if it does not exist.
std::optional<std::int64_t> time_modified(const std::string& path);
std::int64_t time_now();

/// True if the folder was created, false if the path exists already. Its parent must exist.
bool make_folder(const std::string& path);
/// The same, for a folder that no other user may enter, if the system has such permissions.
bool make_private_folder(const std::string& path);

/// Renames a file to `to`, and replaces a file there atomically.
void rename_file(const std::string& from, const std::string& to);

/// Removes one file or link. False if there was none.
bool remove_file(const std::string& path);

/// Removes an empty folder. False if it is not empty or does not exist.
bool remove_empty_folder(const std::string& path);

/// Reads the names in an open folder, without "." and "..".
class Folder {
 public:
  /// Opens nothing if `path` is not a folder.
  explicit Folder(const std::string& path);
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();

  explicit operator bool() const noexcept;

  /// The next name, or false at the end. Looks up the kind if the file system does not return it with the name.
  bool next(FolderEntry& entry);
  /// Whether `path`, relative to this folder, exists.
  [[nodiscard]] bool has(const char* path) const;
  /// The same, and sets the stamp. May be called by several threads.
  [[nodiscard]] bool has(const char* path, FileStamp& stamp) const;
  /// Whether stamps of the files in this folder are true: see LocalFileSystem::has_stamps().
  [[nodiscard]] bool has_stamps() const;
  /// Whether the folder belongs to the user of this process. True where the system has no such owners.
  [[nodiscard]] bool is_own() const;
  /// What is at `path`, relative to this folder.
  [[nodiscard]] FileInfo info(const char* path) const;

 private:
  std::string path_;
#if defined(_WIN32)
  std::filesystem::path folder_;
  std::filesystem::directory_iterator names_;
  bool is_open_ = false;
#else
  api::Names* names_ = nullptr;
#endif
};

/// Brings a folder's names to disk. Does nothing on file systems that do not support this (some network mounts).
void sync_folder(const std::string& path);

/// Copies all of `from` to the empty file `to`: as shared blocks (reflink) or in the kernel if the file system can,
/// otherwise through a buffer. Calls `tell(bytes)` after each piece.
template <class Tell>
void copy_content(const File& from, File& to, const Tell& tell);
inline void copy_content(const File& from, File& to) {
  copy_content(from, to, [](std::uint64_t) {});
}

/// A file without a name, which the system removes with its last handle, even after a crash. Created next to
/// `neighbour` if possible, because a copy there can share its blocks; otherwise in the temporary folder.
File unnamed_file(const std::string& neighbour);

}  // namespace erm::detail::os

#if defined(_WIN32)
#include "erm/detail/os/file_windows.hpp"
#else
#include "erm/detail/os/file_posix.hpp"
#endif

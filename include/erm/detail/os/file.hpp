// Files as the operating system has them: the one place where systems differ. Paths are UTF-8; each
// function throws NotFoundError where the path is not there, and IoError for any other refusal.
#pragma once

#include <cstddef>
#include <cstdint>
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

/// Throws what `error`, as errno has it, means for the file at `path`.
[[noreturn]] void fail(const std::string& operation, const std::string& path, int error);

/// A path that a user wrote, with "/" between its parts.
std::string generic_path(std::string path);

/// What lies at `path`; a link is a link. Missing is an answer, not an error.
FileInfo info(const std::string& path);

/// An open file, closed with the object. Others may read, write, rename and remove it meanwhile.
class File {
 public:
  File() = default;
  File(FileHandle handle, std::string path) : handle_(std::move(handle)), path_(std::move(path)) {}

  explicit operator bool() const noexcept { return static_cast<bool>(handle_); }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] FileInfo info() const;

  /// Up to `size` bytes from `offset` on; fewer only at the end of the file.
  std::size_t read_at(std::uint64_t offset, void* into, std::size_t size) const;
  /// Writes all of it at the file's position.
  void write(const void* data, std::size_t size);
  /// Writes all of it from `offset` on.
  void write_at(std::uint64_t offset, const void* data, std::size_t size);
  /// Cuts the file to `size` bytes.
  void truncate(std::uint64_t size);
  /// Returns when the content is on the disk.
  void sync();

  /// Takes the file's lock, which ends with this object or its process; false where another holds it.
  /// A system without locks (some network mounts) counts as held by nobody.
  bool try_lock();
  /// Whether `path()` still leads to this file.
  [[nodiscard]] bool still_at_path() const;
  /// Closes, so that an error of a delayed write is heard.
  void close();

 private:
  friend void copy_content(const File& from, File& to);

  FileHandle handle_;
  std::string path_;
#if defined(_WIN32)
  [[nodiscard]] api::FileFacts facts_of(void* handle) const;

  std::uint64_t position_ = 0;
#endif
};

File open_to_read(const std::string& path);

enum class Create { new_only, or_truncate };
enum class Created { yes, exists, folder_missing };

/// Creates a file for writing; `file` is open only where the answer is yes.
Created try_create(const std::string& path, Create create, File& file);

/// Opens a file that is there for writing, its content as it is; an empty File where it is not there.
File open_to_write(const std::string& path);

/// True where the folder was made, false where something of that name is there. Its parent must be there.
bool make_folder(const std::string& path);

/// Moves a file onto `to`, replacing it in one step.
void rename_file(const std::string& from, const std::string& to);

/// Removes one file or link; false where there was none.
bool remove_file(const std::string& path);

/// Removes a folder that is empty; false where it is not, or is not there.
bool remove_empty_folder(const std::string& path);

/// An open folder's names, without "." and "..".
class Folder {
 public:
  /// Nothing is opened where `path` is no folder.
  explicit Folder(const std::string& path);
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();

  explicit operator bool() const noexcept;

  /// The next name, or false at the end. A kind that the file system does not tell for free is looked up.
  bool next(FolderEntry& entry);
  /// Whether `path`, relative to this folder, is there.
  [[nodiscard]] bool has(const char* path) const;

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

/// Brings a folder's names to the disk. File systems that cannot (some network mounts) say so: no harm.
void sync_folder(const std::string& path);

/// Copies all of `from` to the empty file `to`: shared blocks where the file system can (reflink), in the
/// kernel where it can, through a buffer elsewhere.
void copy_content(const File& from, File& to);

/// A file without a name, gone with the last handle of it even after a crash. Made beside `neighbour`
/// where that works, since a copy there can share its blocks, else in the temporary folder.
File unnamed_file(const std::string& neighbour);

}  // namespace erm::detail::os

#if defined(_WIN32)
#include "erm/detail/os/file_windows.hpp"
#else
#include "erm/detail/os/file_posix.hpp"
#endif

// os/file.hpp for Linux, macOS and the BSDs.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <linux/fs.h>
#include <sys/ioctl.h>
#endif

#include "erm/error.hpp"
#include "erm/file_info.hpp"

namespace erm::detail::os {

[[noreturn]] inline void fail(const std::string& operation, const std::string& path, int error) {
  const std::error_code code(error, std::generic_category());
  if (error == ENOENT || error == ENOTDIR) {
    throw NotFoundError("cannot " + operation + " '" + path + "': " + code.message() + "; check the path");
  }
  throw IoError::failed_to(operation, path, code);
}

/// The path as UTF-8 with "/" between its parts.
inline std::string utf8_path(const std::filesystem::path& path) { return path.generic_string(); }

/// A path that a user wrote, with "/" between its parts.
inline std::string generic_path(const std::string& path) { return path; }

inline FileInfo info_of(const struct stat& status) {
  FileInfo info;
  if (S_ISREG(status.st_mode)) {
    info.kind = FileKind::file;
    info.size = static_cast<std::uint64_t>(status.st_size);
  } else {
    info.kind = S_ISDIR(status.st_mode)   ? FileKind::folder
                : S_ISLNK(status.st_mode) ? FileKind::link
                                          : FileKind::other;
  }
  return info;
}

/// What lies at `path`; a link is a link. Missing is an answer, not an error.
inline FileInfo info(const std::string& path) {
  struct stat status;
  if (::lstat(path.c_str(), &status) == 0) return info_of(status);
  if (errno == ENOENT || errno == ENOTDIR) return {};
  fail("look at", path, errno);
}

/// An open file, closed with the object.
class File {
 public:
  File() = default;
  File(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}
  File& operator=(File&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(path_, other.path_);
    return *this;
  }
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  explicit operator bool() const noexcept { return descriptor_ >= 0; }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  [[nodiscard]] FileInfo info() const {
    struct stat status;
    if (::fstat(descriptor_, &status) != 0) fail("look at", path_, errno);
    return info_of(status);
  }

  /// Up to `size` bytes from `offset` on; fewer only at the end of the file.
  std::size_t read_at(std::uint64_t offset, void* into, std::size_t size) const {
    if (offset > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max()) - size) return 0;
    std::size_t done = 0;
    while (done < size) {
      const ssize_t got = ::pread(descriptor_, static_cast<char*>(into) + done, size - done,
                                  static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail("read", path_, errno);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  /// Writes all of it at the file's position.
  void write(const void* data, std::size_t size) {
    std::size_t done = 0;
    while (done < size) {
      const ssize_t put = ::write(descriptor_, static_cast<const char*>(data) + done, size - done);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) fail("write to", path_, errno);
      done += static_cast<std::size_t>(put);
    }
  }

  /// Writes all of it from `offset` on.
  void write_at(std::uint64_t offset, const void* data, std::size_t size) {
    std::size_t done = 0;
    while (done < size) {
      const ssize_t put = ::pwrite(descriptor_, static_cast<const char*>(data) + done, size - done,
                                   static_cast<off_t>(offset + done));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) fail("write to", path_, errno);
      done += static_cast<std::size_t>(put);
    }
  }

  /// Cuts the file to `size` bytes.
  void truncate(std::uint64_t size) {
    if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) fail("shorten", path_, errno);
  }

  /// Returns when the content is on the disk.
  void sync() {
    if (::fsync(descriptor_) != 0) fail("bring to disk", path_, errno);
  }

  /// Takes the file's lock, which ends with this object or its process; false where another holds it.
  /// A system without locks (some network mounts) counts as held by nobody.
  bool try_lock() {
    while (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      if (errno == EWOULDBLOCK) return false;
      return true;
    }
    return true;
  }

  /// Whether `path()` still leads to this file.
  [[nodiscard]] bool still_at_path() const {
    struct stat here, there;
    return ::fstat(descriptor_, &here) == 0 && ::lstat(path_.c_str(), &there) == 0 && here.st_ino == there.st_ino &&
           here.st_dev == there.st_dev;
  }

  /// Closes, so that an error of a delayed write is heard.
  void close() {
    if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) fail("close", path_, errno);
  }

 private:
  int descriptor_ = -1;
  std::string path_;
};

inline File open_to_read(const std::string& path) {
  // A pipe without a writer would be waited for; a regular file knows no such flag.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) fail("open", path, errno);
  File file(descriptor, path);
  const FileKind kind = file.info().kind;
  if (kind == FileKind::folder) throw IoError::failed_to("read", path, std::make_error_code(std::errc::is_a_directory));
  return file;
}

enum class Create { new_only, or_truncate };
enum class Created { yes, exists, folder_missing };

/// Creates a file for writing; `file` is open only where the answer is yes.
inline Created try_create(const std::string& path, Create create, File& file) {
  const int flags = O_RDWR | O_CREAT | O_CLOEXEC | (create == Create::new_only ? O_EXCL : O_TRUNC);
  const int descriptor = ::open(path.c_str(), flags, 0666);
  if (descriptor >= 0) {
    file = File(descriptor, path);
    return Created::yes;
  }
  if (errno == EEXIST) return Created::exists;
  if (errno == ENOENT) return Created::folder_missing;
  fail("create", path, errno);
}

/// Opens a file that is there for writing, its content as it is; an empty File where it is not there.
inline File open_to_write(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0 && errno != ENOENT) fail("open for writing", path, errno);
  return File(descriptor, path);
}

/// True where the folder was made, false where something of that name is there. Its parent must be there.
inline bool make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0777) == 0) return true;
  if (errno == EEXIST) return false;
  fail("create the folder", path, errno);
}

/// Moves a file onto `to`, replacing it in one step.
inline void rename_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail("rename to '" + to + "' the file", from, errno);
}

/// Removes one file or link; false where there was none.
inline bool remove_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  fail("remove", path, errno);
}

/// Removes a folder that is empty; false where it is not, or is not there.
inline bool remove_empty_folder(const std::string& path) {
  if (::rmdir(path.c_str()) == 0) return true;
  if (errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR) return false;
  fail("remove the folder", path, errno);
}

/// An open folder's names, without "." and "..".
class Folder {
 public:
  /// Nothing is opened where `path` is no folder.
  explicit Folder(const std::string& path) : path_(path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) stream_ = ::fdopendir(descriptor);
    if (stream_ == nullptr && errno != ENOENT && errno != ENOTDIR) fail("open the folder", path, errno);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    if (stream_ != nullptr) ::closedir(stream_);
  }

  explicit operator bool() const noexcept { return stream_ != nullptr; }

  /// The next name, or false at the end. A kind that the file system does not tell for free is looked up.
  bool next(FolderEntry& entry) {
    for (;;) {
      errno = 0;
      const dirent* const found = ::readdir(stream_);
      if (found == nullptr) {
        if (errno != 0) fail("list", path_, errno);
        return false;
      }
      entry.name = found->d_name;
      if (entry.name == "." || entry.name == "..") continue;
      switch (found->d_type) {
        case DT_REG:
          entry.kind = FileKind::file;
          break;
        case DT_DIR:
          entry.kind = FileKind::folder;
          break;
        case DT_LNK:
          entry.kind = FileKind::link;
          break;
        default: {
          struct stat status;
          if (::fstatat(::dirfd(stream_), found->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
          entry.kind = info_of(status).kind;
        }
      }
      return true;
    }
  }

  /// Whether `path`, relative to this folder, is there.
  [[nodiscard]] bool has(const char* path) const {
    if (::faccessat(::dirfd(stream_), path, F_OK, 0) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    fail("look at '" + std::string(path) + "' in", path_, errno);
  }

 private:
  std::string path_;
  DIR* stream_ = nullptr;
};

/// Brings a folder's names to the disk. File systems that cannot (some network mounts) say EINVAL: no harm.
inline void sync_folder(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) fail("open the folder", path, errno);
  const File folder(descriptor, path);
  if (::fsync(descriptor) != 0 && errno != EINVAL && errno != ENOTSUP) fail("bring to disk the folder", path, errno);
}

/// Copies all of `from` to the empty file `to`: shared blocks where the file system can (reflink), in the
/// kernel where it can, through a buffer elsewhere.
inline void copy_content(const File& from, File& to) {
#if defined(__linux__)
  if (::ioctl(to.descriptor(), FICLONE, from.descriptor()) == 0) return;
  loff_t offset = 0;
  for (;;) {
    const ssize_t copied = ::copy_file_range(from.descriptor(), &offset, to.descriptor(), nullptr, 1U << 30, 0);
    if (copied > 0) continue;
    if (copied == 0) {
      // Files of /proc say 0 here and have content all the same.
      if (offset > 0 || from.info().size == 0) break;
    } else if (errno == EINTR) {
      continue;
    } else if (offset > 0) {
      fail("copy to '" + to.path() + "' the file", from.path(), errno);
    }
    break;
  }
  if (offset > 0) return;
#endif
  std::vector<char> buffer(std::size_t{1} << 20);
  std::uint64_t done = 0;
  while (const std::size_t got = from.read_at(done, buffer.data(), buffer.size())) {
    to.write(buffer.data(), got);
    done += got;
  }
}

/// Removes a file, or a folder and all in it; links are removed, not followed. Nothing where there is none.
inline void remove_tree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error && error != std::errc::no_such_file_or_directory) throw IoError::failed_to("remove", path, error);
}

/// A file without a name, gone with the last descriptor of it even after a crash. Made beside `neighbour`
/// where that works, since a copy there can share its blocks, else in the temporary folder.
inline File unnamed_file(const std::string& neighbour) {
  const char* const variable = std::getenv("TMPDIR");
  const std::string temporary = variable != nullptr && *variable != '\0' ? variable : "/tmp";
#if defined(O_TMPFILE)
  const std::size_t slash = neighbour.rfind('/');
  const std::string beside = slash == std::string::npos ? "." : neighbour.substr(0, slash + 1);
  for (const std::string& folder : {beside, temporary}) {
    const int descriptor = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor >= 0) return File(descriptor, "a temporary copy of " + neighbour);
  }
#endif
  std::string pattern = temporary + "/erm_XXXXXX";
  const int descriptor = ::mkstemp(pattern.data());
  if (descriptor < 0) fail("create a temporary file in", temporary, errno);
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  ::unlink(pattern.c_str());
  return File(descriptor, "a temporary copy of " + neighbour);
}

}  // namespace erm::detail::os

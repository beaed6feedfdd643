// Where a registry lies: the few operations that a registry needs of a store. ERM brings the local disk
// and memory; implement FileSystem for any other.
//
//   auto [fs, path] = erm::open_file_system("memory://experiments");
//   fs->write("experiments/note.txt", "hello");
//   erm::to_text(fs->read("experiments/note.txt"));            // "hello"
//   erm::list_experiments("experiments", fs);                  // each registry function takes one
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/error.hpp"
#include "erm/file_info.hpp"

namespace erm {

/// Whether a change is on the disk (fsync) when the call returns. Stores that always are may ignore it.
enum class Durability { buffered, durable };

class FileSystem;

/// A file to be made, and what it is to hold.
struct NewFile {
  std::string path;
  const Content* content = nullptr;
};

/// A file that grows at its end.
class Appender {
 public:
  virtual ~Appender() = default;
  /// Adds all of `content`, or throws IoError and adds none of it.
  virtual void append(std::string_view content) = 0;
  /// Returns when all of it is on the disk.
  virtual void sync() {}
};

/// The exclusive hold on a path that is about to become a file: at most one process has it. Ends with the
/// object; what is not committed by then leaves nothing behind.
class Claim {
 public:
  virtual ~Claim() = default;
  /// Whether a process that died held it before, after begin(): what it was about to write may be half there.
  [[nodiscard]] virtual bool was_abandoned() const = 0;
  /// Whether the claimed file's folder may hold other claims.
  [[nodiscard]] virtual bool may_have_neighbours() const { return true; }
  /// Notes that what belongs to the claimed name is written from here on.
  virtual void begin() {}
  /// Writes `content` to the file `target` in one step, replacing what is there, and gives up the claim.
  virtual void commit(const std::string& target, std::string_view content, Durability) = 0;
};

// Virtual functions that are defined below are declared inline: where one is not, GCC puts the whole class into
// every object file.

/// Paths are UTF-8 with '/' between their parts. Each function is safe to call from several threads, and throws
/// NotFoundError where the path is not there, IoError where the store refuses.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // ---- what every store must have ----

  /// What is at a path; a path that is not there is an answer, not an error.
  [[nodiscard]] virtual FileInfo info(const std::string& path) const = 0;
  /// The names in a folder in any order; none where it is not there.
  [[nodiscard]] virtual std::vector<FolderEntry> list(const std::string& path) const = 0;
  /// A file's whole content.
  [[nodiscard]] virtual Bytes read(const std::string& path) const = 0;
  /// Puts up to `size` bytes from `offset` on at `into` and gives their number; fewer only at the file's end.
  virtual std::size_t read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into,
                              std::size_t size) const = 0;
  /// Makes a file or replaces it, in one step: a reader sees the old or the new content, whole. Makes its folders.
  virtual void write(const std::string& path, std::string_view content, Durability = Durability::buffered) = 0;
  /// Makes a file that is not there yet, and its folders; false where it is. A reader may see it half-written.
  virtual bool create(const std::string& path, std::string_view content, Durability = Durability::buffered) = 0;
  /// Removes a file, or a folder with all that is in it; nothing where there is none. Links are not followed.
  virtual void remove(const std::string& path) = 0;

  // ---- what a store may do better than with the above ----

  /// create() of content that may be too large for memory.
  inline virtual bool create_from(const std::string& path, const Content& content, Durability = Durability::buffered);
  /// Makes a folder whose parent is there. True where nothing was at `path` before; a store without folders
  /// makes none and answers all the same.
  inline virtual bool make_folder(const std::string& path);
  /// Brings a folder's names to the disk.
  virtual void sync_folder(const std::string& /*path*/) {}
  /// Removes a folder if it is empty.
  inline virtual void remove_if_empty(const std::string& path);
  /// Claims `path` (see Claim), making its folder; null where a live process holds it.
  inline virtual std::unique_ptr<Claim> claim(const std::string& path);
  /// Replaces a file in one step, as write() does, by content that may be too large for memory.
  inline virtual void write_from(const std::string& path, const Content& content, Durability = Durability::buffered);
  /// Moves a file onto `to`, in place of what is there, or a folder with all that is in it to where nothing is. Makes
  /// the folders of `to`; links are moved, not followed. One step where the store can rename; else all is copied before
  /// anything is removed, and of a folder the files named ".erm_..." go last both times.
  inline virtual void move(const std::string& from, const std::string& to, Durability = Durability::buffered);
  /// Opens a file to be appended to, at the end of its first `size` bytes: what is behind them is cut off. The file is
  /// made where it is not there and `size` is 0. Null where the store cannot append.
  inline virtual std::unique_ptr<Appender> appender(const std::string& path, std::uint64_t size);
  /// The folders below `path`, at any depth and relative to it, that hold a file `filename`, in any order. Does not
  /// look inside one that does, nor into folders named ".erm_...".
  [[nodiscard]] inline virtual std::vector<std::string> folders_with(const std::string& path,
                                                              const std::string& filename) const;
  /// The files below `path`, at any depth and relative to it, in any order.
  [[nodiscard]] inline virtual std::vector<std::string> files_below(const std::string& path) const;
  /// The names of those claims in a folder that a process may have held that is gone; each is yet to be claimed.
  [[nodiscard]] inline virtual std::vector<std::string> old_claims(const std::string& folder);
  /// Whether there are folders and links, which are made, looked at and synced by themselves; else only files.
  [[nodiscard]] virtual bool has_folders() const noexcept { return true; }
  /// How many bytes of a large file are best asked for at once.
  [[nodiscard]] virtual std::size_t read_size() const noexcept { return detail::content_chunk; }

  // ---- several at once, for a store that is far away ----

  /// Whether each of them is a file.
  [[nodiscard]] inline virtual bool are_files(const std::vector<std::string>& paths) const;
  /// read() of each.
  [[nodiscard]] inline virtual std::vector<Bytes> read_many(const std::vector<std::string>& paths) const;
  /// create_from() of each. Where it throws, any of them may have been made.
  inline virtual std::vector<bool> create_many(const std::vector<NewFile>& files, Durability = Durability::buffered);
  /// remove() of each; all are files.
  inline virtual void remove_many(const std::vector<std::string>& files);
};

/// The files of this machine.
class LocalFileSystem final : public FileSystem {
 public:
  [[nodiscard]] FileInfo info(const std::string& path) const override { return detail::os::info(path); }
  [[nodiscard]] inline std::vector<FolderEntry> list(const std::string& path) const override;
  [[nodiscard]] inline Bytes read(const std::string& path) const override;
  inline std::size_t read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into,
                      std::size_t size) const override;
  inline void write(const std::string& path, std::string_view content, Durability = Durability::buffered) override;
  inline bool create(const std::string& path, std::string_view content, Durability = Durability::buffered) override;
  inline void remove(const std::string& path) override;
  inline bool create_from(const std::string& path, const Content& content, Durability = Durability::buffered) override;
  bool make_folder(const std::string& path) override { return detail::os::make_folder(path); }
  void sync_folder(const std::string& path) override { detail::os::sync_folder(path); }
  inline void move(const std::string& from, const std::string& to, Durability = Durability::buffered) override;
  void remove_if_empty(const std::string& path) override { detail::os::remove_empty_folder(path); }
  /// Held by a lock on the file, which the system gives up with the process.
  inline std::unique_ptr<Claim> claim(const std::string& path) override;
  inline std::unique_ptr<Appender> appender(const std::string& path, std::uint64_t size) override;
  [[nodiscard]] inline std::vector<std::string> folders_with(const std::string& path,
                                                      const std::string& filename) const override;
};

/// Files in this process's memory: for tests, and for runs that need no disk.
class MemoryFileSystem final : public FileSystem {
 public:
  MemoryFileSystem() = default;
  /// A store that cannot append is what object stores are.
  explicit MemoryFileSystem(bool can_append) : can_append_(can_append) {}

  [[nodiscard]] inline FileInfo info(const std::string& path) const override;
  [[nodiscard]] inline std::vector<FolderEntry> list(const std::string& path) const override;
  [[nodiscard]] inline Bytes read(const std::string& path) const override;
  inline std::size_t read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into,
                      std::size_t size) const override;
  inline void write(const std::string& path, std::string_view content, Durability = Durability::buffered) override;
  inline bool create(const std::string& path, std::string_view content, Durability = Durability::buffered) override;
  inline void remove(const std::string& path) override;
  inline void move(const std::string& from, const std::string& to, Durability = Durability::buffered) override;
  inline std::unique_ptr<Appender> appender(const std::string& path, std::uint64_t size) override;
  [[nodiscard]] bool has_folders() const noexcept override { return false; }

 private:
  class MemoryAppender;

  [[nodiscard]] std::shared_ptr<const Bytes> find(const std::string& path) const;
  bool put(const std::string& path, std::string_view content, bool replace);

  bool can_append_ = true;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Bytes>> files_;
};

/// A store and a path in it.
struct Location {
  std::shared_ptr<FileSystem> fs;
  std::string path;
};

/// Opens what a URI names: a plain path, file:///absolute/path (percent-encoded), memory://name (one store for the
/// whole process), s3://bucket/prefix once erm/s3.hpp is included. Throws Error for any other scheme.
[[nodiscard]] Location open_file_system(const std::string& uri);

}  // namespace erm

#include "erm/impl/file_system.hpp"
#include "erm/detail/store/local_file_system.hpp"
#include "erm/detail/store/memory_file_system.hpp"
#include "erm/detail/store/open_file_system.hpp"

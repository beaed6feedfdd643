// The operations that a registry needs from a store. ERM has two stores, the local disk and the memory of this process;
// implement FileSystem for any other.
//
//   auto [fs, path] = erm::open_file_system("memory://experiments");
//   fs->write("experiments/note.txt", "hello");
//   erm::to_text(fs->read("experiments/note.txt"));            // "hello"
//   erm::list_experiments("experiments", fs);                  // every registry function accepts a store
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/error.hpp"
#include "erm/file_info.hpp"
#include "erm/impl/linkage.hpp"

namespace erm {

/// Whether a change is on disk (fsync) when the call returns. A store that always writes through may ignore it.
enum class Durability { buffered, durable };

/// A file to create, and its content.
struct NewFile {
  std::string path;
  const Content* content = nullptr;
};

/// A file that grows at its end.
class Appender {
 public:
  virtual ~Appender() = default;
  /// Appends all of `content`, or throws IoError and appends none of it.
  virtual void append(std::string_view content) = 0;
  /// Returns when everything appended so far is on disk.
  virtual void sync() {}
};

/// An exclusive claim on a path where a file is about to be created: at most one process holds it. The claim ends with
/// the object. If nothing was committed by then, no file remains.
class Claim {
 public:
  virtual ~Claim() = default;
  /// Whether the last holder was a process that died after begin(). What it was writing may be incomplete.
  [[nodiscard]] virtual bool was_abandoned() const = 0;
  /// Whether the folder of the claim may contain other claims.
  [[nodiscard]] virtual bool may_have_neighbours() const { return true; }
  /// Records that the holder starts to write files under the claimed name.
  virtual void begin() {}
  /// Writes `content` to the file `target` in one step, replaces the file that is there, and ends the claim.
  virtual void commit(const std::string& target, std::string_view content, Durability) = 0;
  /// Leaves the claim as if the holder had died: the next claim was_abandoned(). For a holder that cannot undo what it
  /// wrote since begin(). Does nothing if the store has no way.
  virtual void abandon() noexcept {}
};

// The virtual functions have ERM_INLINE, too. If one of them were defined in the class, GCC would emit the complete
// class in every object file of a header-only program.

/// A store. Paths are UTF-8 with '/' between their parts. Every function may be called by several threads at once. It
/// throws NotFoundError if the path does not exist, and IoError if the store refuses.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // ---- every store must implement these ----

  /// What is at a path. For a path that does not exist the answer is FileKind::missing; that is no error.
  [[nodiscard]] virtual FileInfo info(const std::string& path) const = 0;
  /// The entries of a folder in any order; none if the folder does not exist.
  [[nodiscard]] virtual std::vector<FolderEntry> list(const std::string& path) const = 0;
  /// The complete content of a file.
  [[nodiscard]] virtual Bytes read(const std::string& path) const = 0;
  /// Copies up to `size` bytes starting at `offset` to `into`, and returns how many. Fewer only at the end of the file.
  virtual std::size_t read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into,
                              std::size_t size) const = 0;
  /// Creates or replaces a file in one step: a reader sees all of the old content or all of the new. Creates the
  /// missing folders above it.
  virtual void write(const std::string& path, std::string_view content, Durability = Durability::buffered) = 0;
  /// Creates a file and the missing folders above it. Returns false if the file exists already. A reader may see it
  /// half-written.
  virtual bool create(const std::string& path, std::string_view content, Durability = Durability::buffered) = 0;
  /// Removes a file, or a folder with everything in it. Does nothing if the path does not exist. Does not follow links.
  virtual void remove(const std::string& path) = 0;

  // ---- a store may override these if it can do better ----

  /// create() of content that may be too large for memory.
  ERM_INLINE virtual bool create_from(const std::string& path, const Content& content,
                                      Durability = Durability::buffered);
  /// Creates a folder whose parent exists. Returns true if nothing was at `path` before. A store without folders
  /// creates none, and answers the same way.
  ERM_INLINE virtual bool make_folder(const std::string& path);
  /// Returns when the names in a folder are on disk.
  virtual void sync_folder(const std::string& /*path*/) {}
  /// Removes a folder if it is empty.
  ERM_INLINE virtual void remove_if_empty(const std::string& path);
  /// Claims `path` (see Claim) and creates its folder. Returns null if a live process holds the claim.
  ERM_INLINE virtual std::unique_ptr<Claim> claim(const std::string& path);
  /// write() of content that may be too large for memory.
  ERM_INLINE virtual void write_from(const std::string& path, const Content& content,
                                     Durability = Durability::buffered);
  /// Moves a file to `to`, and replaces a file there; or moves a folder with everything in it to a path that does not
  /// exist. Creates the missing folders above `to`. Moves links, and does not follow them. Atomic if the store can
  /// rename. Otherwise everything is copied before anything is removed; the files of a folder that are named ".erm_..."
  /// are copied last, and removed last.
  ERM_INLINE virtual void move(const std::string& from, const std::string& to, Durability = Durability::buffered);
  /// Opens a file to append after its first `size` bytes, and cuts off the rest. Creates the file if it does not exist
  /// and `size` is 0. Returns null if the store cannot append.
  ERM_INLINE virtual std::unique_ptr<Appender> appender(const std::string& path, std::uint64_t size);
  /// The folders below `path`, at any depth and relative to it, that contain a file `filename`, in any order. Does not
  /// search inside such a folder, nor inside folders named ".erm_...".
  [[nodiscard]] ERM_INLINE virtual std::vector<std::string> folders_with(const std::string& path,
                                                                         const std::string& filename) const;
  /// The same, but passes over a folder below `path` that cannot be read, as lost+found in the root of a volume, and a
  /// link to itself. Adds each to `passed_over` unless that is null; not lost+found, which every volume has.
  [[nodiscard]] ERM_INLINE virtual std::vector<std::string> readable_folders_with(
      const std::string& path, const std::string& filename, std::vector<PassedOver>* passed_over) const;
  /// read() of a file that ERM keeps small: metadata, markers, edits, an entry of the trash. Throws FormatError if it
  /// has more than max_metadata_size() bytes, if possible before it is read.
  [[nodiscard]] ERM_INLINE virtual Bytes read_bounded(const std::string& path) const;
  /// The files below `path`, at any depth and relative to it, in any order.
  [[nodiscard]] ERM_INLINE virtual std::vector<std::string> files_below(const std::string& path) const;
  /// The same with what each of them is; of an object store, one listing tells. A file that is gone by the time it is
  /// looked at is left out.
  [[nodiscard]] ERM_INLINE virtual std::vector<FoundFile> find_files(const std::string& path) const;
  /// The names of those claims in a folder whose holder may be dead. Only claim() finds out for certain.
  [[nodiscard]] ERM_INLINE virtual std::vector<std::string> old_claims(const std::string& folder);
  /// The seconds since a file was written, by the clock of the store. Empty if the store does not tell, as by default.
  /// It lets processes on machines with different clocks agree whether the owner of a live run still lives.
  [[nodiscard]] virtual std::optional<double> age(const std::string& /*path*/) const { return std::nullopt; }
  /// Whether the store has folders and links of their own, which callers create, check and sync; otherwise only files.
  [[nodiscard]] virtual bool has_folders() const noexcept { return true; }
  /// Whether its paths are paths of files on this machine.
  [[nodiscard]] virtual bool is_local() const noexcept { return false; }
  /// Whether the store tells stamps (FileStamp) of the files below a folder. By default it does not, and then nobody calls
  /// the two functions that return them.
  [[nodiscard]] virtual bool has_stamps(const std::string& /*folder*/) const { return false; }
  /// readable_folders_with(), with the stamp of each file `filename`.
  [[nodiscard]] ERM_INLINE virtual std::vector<StampedFolder> stamped_folders_with(
      const std::string& path, const std::string& filename, std::vector<PassedOver>* passed_over,
      const FolderSearch& search) const;
  /// read_bounded() of each path. Sets `stamps` to those of the files that were read, also if they have been replaced
  /// since.
  [[nodiscard]] ERM_INLINE virtual std::vector<Bytes> read_stamped(const std::vector<std::string>& paths,
                                                                   std::vector<FileStamp>& stamps) const;
  /// Whether the store itself checks that it keeps the bytes that it was given. If not, as by default, whoever needs to
  /// be certain reads them back.
  [[nodiscard]] virtual bool verifies_writes() const noexcept { return false; }
  /// How many bytes of a large file a caller should ask for at once: 1 MiB by default.
  [[nodiscard]] virtual std::size_t read_size() const noexcept { return std::size_t{1} << 20; }

  // ---- several files at once, for a store on another machine ----

  /// Whether each path is a file.
  [[nodiscard]] ERM_INLINE virtual bool are_files(const std::vector<std::string>& paths) const;
  /// read() of each path.
  [[nodiscard]] ERM_INLINE virtual std::vector<Bytes> read_many(const std::vector<std::string>& paths) const;
  /// create_from() of each file. If it throws, any of the files may have been created.
  ERM_INLINE virtual std::vector<bool> create_many(const std::vector<NewFile>& files,
                                                   Durability = Durability::buffered);
  /// remove() of each path, all of which are files.
  ERM_INLINE virtual void remove_many(const std::vector<std::string>& files);

  // ---- a bound ----

  /// The largest metadata of a run in bytes, and the largest file of each other kind that ERM keeps small: what is
  /// larger is a FormatError to read, and an Error to save. 64 MiB by default. Set it before the store is used:
  ///
  ///   auto fs = std::make_shared<erm::LocalFileSystem>();
  ///   fs->set_max_metadata_size(std::uint64_t{1} << 30);
  ///   erm::load_run_from_path("erm-registry/e/main/huge", fs);
  void set_max_metadata_size(std::uint64_t bytes) noexcept { max_metadata_size_ = bytes; }
  [[nodiscard]] std::uint64_t max_metadata_size() const noexcept { return max_metadata_size_; }
  /// Throws FormatError if `size` is more.
  ERM_INLINE void expect_bounded(const std::string& path, std::uint64_t size) const;

 private:
  std::uint64_t max_metadata_size_ = std::uint64_t{64} << 20;
};

/// The files of this machine.
class LocalFileSystem final : public FileSystem {
 public:
  [[nodiscard]] ERM_INLINE FileInfo info(const std::string& path) const override;
  [[nodiscard]] ERM_INLINE std::vector<FolderEntry> list(const std::string& path) const override;
  [[nodiscard]] ERM_INLINE Bytes read(const std::string& path) const override;
  ERM_INLINE std::size_t read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into,
                                 std::size_t size) const override;
  ERM_INLINE void write(const std::string& path, std::string_view content, Durability = Durability::buffered) override;
  ERM_INLINE bool create(const std::string& path, std::string_view content, Durability = Durability::buffered) override;
  ERM_INLINE void remove(const std::string& path) override;
  ERM_INLINE bool create_from(const std::string& path, const Content& content,
                              Durability = Durability::buffered) override;
  ERM_INLINE bool make_folder(const std::string& path) override;
  ERM_INLINE void sync_folder(const std::string& path) override;
  ERM_INLINE void move(const std::string& from, const std::string& to, Durability = Durability::buffered) override;
  ERM_INLINE void remove_if_empty(const std::string& path) override;
  /// The holder locks a file. The system releases the lock when the process ends. On a file system that other machines
  /// may share, or without locks, the file names its holder instead; see detail/store/named_claim.hpp.
  ERM_INLINE std::unique_ptr<Claim> claim(const std::string& path) override;
  ERM_INLINE std::unique_ptr<Appender> appender(const std::string& path, std::uint64_t size) override;
  [[nodiscard]] ERM_INLINE std::vector<std::string> folders_with(const std::string& path,
                                                                 const std::string& filename) const override;
  [[nodiscard]] ERM_INLINE std::vector<std::string> readable_folders_with(
      const std::string& path, const std::string& filename, std::vector<PassedOver>* passed_over) const override;
  [[nodiscard]] ERM_INLINE Bytes read_bounded(const std::string& path) const override;
  [[nodiscard]] ERM_INLINE std::vector<FoundFile> find_files(const std::string& path) const override;
  /// By the clock of this machine. That of a file server may differ.
  [[nodiscard]] ERM_INLINE std::optional<double> age(const std::string& path) const override;
  [[nodiscard]] bool is_local() const noexcept override { return true; }
  /// Not on network mounts, whose answers may be old, nor where no time of a change is kept (FAT), nor on Windows.
  [[nodiscard]] ERM_INLINE bool has_stamps(const std::string& folder) const override;
  [[nodiscard]] ERM_INLINE std::vector<StampedFolder> stamped_folders_with(const std::string& path,
                                                                           const std::string& filename,
                                                                           std::vector<PassedOver>* passed_over,
                                                                           const FolderSearch& search) const override;
  [[nodiscard]] ERM_INLINE std::vector<Bytes> read_stamped(const std::vector<std::string>& paths,
                                                           std::vector<FileStamp>& stamps) const override;
};

/// Files in the memory of this process, for tests and for runs that need no disk.
class MemoryFileSystem final : public FileSystem {
 public:
  MemoryFileSystem();
  /// Object stores cannot append. If `can_append` is false, neither can this store.
  explicit MemoryFileSystem(bool can_append);
  MemoryFileSystem(const MemoryFileSystem&) = delete;
  MemoryFileSystem& operator=(const MemoryFileSystem&) = delete;
  ERM_INLINE ~MemoryFileSystem() override;

  [[nodiscard]] ERM_INLINE FileInfo info(const std::string& path) const override;
  [[nodiscard]] ERM_INLINE std::vector<FolderEntry> list(const std::string& path) const override;
  [[nodiscard]] ERM_INLINE Bytes read(const std::string& path) const override;
  ERM_INLINE std::size_t read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into,
                                 std::size_t size) const override;
  ERM_INLINE void write(const std::string& path, std::string_view content, Durability = Durability::buffered) override;
  ERM_INLINE bool create(const std::string& path, std::string_view content, Durability = Durability::buffered) override;
  ERM_INLINE void remove(const std::string& path) override;
  ERM_INLINE void move(const std::string& from, const std::string& to, Durability = Durability::buffered) override;
  ERM_INLINE std::unique_ptr<Appender> appender(const std::string& path, std::uint64_t size) override;
  [[nodiscard]] bool has_folders() const noexcept override { return false; }
  [[nodiscard]] bool verifies_writes() const noexcept override { return true; }

 private:
  struct Files;
  std::unique_ptr<Files> files_;
};

/// A store and a path in it.
struct Location {
  std::shared_ptr<FileSystem> fs;
  std::string path;
};

/// Opens the store that a URI names: a plain path, file:///absolute/path (percent-encoded), memory://name (one store
/// for the whole process), or s3://bucket/prefix if erm/s3.hpp is included. A relative path becomes absolute, so that it
/// stays valid if the program changes its current folder. Throws Error for any other scheme, and for "~", which only a
/// shell expands.
[[nodiscard]] Location open_file_system(const std::string& uri);

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/file_system.inl"
#endif

// Describes what is at a path of a FileSystem.
//
//   const erm::FileInfo found = fs->info("registry/mnist");
//   if (found.kind == erm::FileKind::folder) { ... }
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace erm {

enum class FileKind : std::uint8_t {
  missing,
  file,
  folder,
  link,   // a symbolic link to a file, to a folder or to nothing
  other,  // a device, a socket, a pipe
};

struct FileInfo {
  FileKind kind = FileKind::missing;
  std::uint64_t size = 0;  // in bytes, if it is a file
};

/// One entry of a folder.
struct FolderEntry {
  std::string name;
  FileKind kind = FileKind::missing;
};

/// One of the files below a folder, at any depth.
struct FoundFile {
  std::string path;  // relative to the folder
  FileInfo info;
  std::string version = {};  // differs if the content does; empty if the store does not tell
};

/// What a store tells about a file, and changes whenever the file does: a reader that kept what it read knows by it that
/// it may use that again.
struct FileStamp {
  std::uint64_t size = 0;
  /// Of a file of this machine: when it was modified, when anything of it was changed (which no program can set), its
  /// inode and its device. Of an object: a digest of its ETag.
  std::uint64_t marks[4] = {};
  /// Whether every later change gives the file another stamp. Not so within the grain of the store's clock.
  bool is_final = false;

  friend bool operator==(const FileStamp& a, const FileStamp& b) noexcept {
    return a.size == b.size && a.marks[0] == b.marks[0] && a.marks[1] == b.marks[1] && a.marks[2] == b.marks[2] &&
           a.marks[3] == b.marks[3];
  }
  friend bool operator!=(const FileStamp& a, const FileStamp& b) noexcept { return !(a == b); }
};

/// A folder that contains a file of a given name, and the stamp of that file.
struct StampedFolder {
  std::string path;
  FileStamp stamp;
};

/// How to look for folders that contain a file. It changes how fast they are found, never which.
struct FolderSearch {
  unsigned threads = 1;
  /// Some folders that an earlier search found, a few at about equal distances. A store that lists page by page lists the
  /// parts between them at once.
  std::vector<std::string> between = {};
};

/// A folder that could not be read and was passed over, and why.
struct PassedOver {
  std::string path;
  std::string reason;
};

}  // namespace erm

// Describes what is at a path of a FileSystem.
//
//   const erm::FileInfo found = fs->info("registry/mnist");
//   if (found.kind == erm::FileKind::folder) { ... }
#pragma once

#include <cstdint>
#include <string>

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

/// A folder that could not be read and was passed over, and why.
struct PassedOver {
  std::string path;
  std::string reason;
};

}  // namespace erm

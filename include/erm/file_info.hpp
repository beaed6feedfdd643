// What is at a path of a FileSystem.
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
  link,   // a symbolic link, to a file, a folder or nothing
  other,  // a device, a socket, a pipe
};

struct FileInfo {
  FileKind kind = FileKind::missing;
  std::uint64_t size = 0;  // of a file, in bytes
};

/// One entry of a folder.
struct FolderEntry {
  std::string name;
  FileKind kind = FileKind::missing;
};

}  // namespace erm

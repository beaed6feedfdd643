// What lies at a path, as a FileSystem tells it.
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
  link,   // a symbolic link, whatever it leads to
  other,  // a device, a socket, a pipe
};

struct FileInfo {
  FileKind kind = FileKind::missing;
  std::uint64_t size = 0;  // bytes, of a file
};

/// One name in a folder.
struct FolderEntry {
  std::string name;
  FileKind kind = FileKind::missing;
};

}  // namespace erm

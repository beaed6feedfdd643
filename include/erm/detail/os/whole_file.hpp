// Reads a complete local file at once, or writes one atomically.
//
//   Bytes bytes = read_whole_file(open_regular_file("model.bin"));
//   write_whole_file("copy.bin", "save artifact 'model'", [&](os::File& file) { file.write(data, size); });
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "erm/detail/base/to_size.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/error.hpp"
#include "erm/file_info.hpp"
#include "erm/file_path.hpp"

namespace erm::detail {

/// Throws NotFoundError if the path does not exist, IoError for a folder or an unreadable file, and Error for a device,
/// a socket or a pipe.
inline os::File open_regular_file(const FilePath& path) {
  os::File file = os::open_to_read(path.str());
  if (file.info().kind != FileKind::file)
    throw Error("'" + file.path() + "' is a device, a socket or a pipe; only a regular file can be logged");
  return file;
}

inline std::vector<std::uint8_t> read_whole_file(const os::File& file) {
  std::vector<std::uint8_t> bytes(to_size(file.info().size));
  // One more byte shows whether the file has grown. Files in /proc have the size 0, but have content.
  std::size_t done = file.read_at(0, bytes.data(), bytes.size());
  bytes.resize(done);
  std::uint8_t more[4096];
  while (const std::size_t got = file.read_at(done, more, sizeof more)) {
    const std::uint8_t* const begin = more;
    bytes.insert(bytes.end(), begin, begin + got);
    done += got;
  }
  return bytes;
}

/// Calls `write(file)` to write a new file, and replaces the file at `path` by it atomically. Throws NotFoundError if
/// the folder does not exist: "cannot <operation> to '<path>': ...".
template <class Write>
void write_whole_file(const FilePath& path, const std::string& operation, Write&& write) {
  const std::string target = path.str();
  const std::size_t name = target.rfind('/') + 1;
  // A name has at most 255 bytes.
  const std::string unfinished = (target.size() - name > 240 ? target.substr(0, name) : target) + ".erm_part";
  os::File file;
  if (os::try_create(unfinished, os::Create::or_truncate, file) != os::Created::yes)
    throw NotFoundError("cannot " + operation + " to '" + target + "': its folder is not there; create it first");
  try {
    write(file);
    file.close();
    os::rename_file(unfinished, target);
  } catch (...) {
    os::remove_file(unfinished);
    throw;
  }
}

}  // namespace erm::detail

// A local file's whole content.
#pragma once

#include <cstdint>

#include "erm/artifact.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/error.hpp"
#include "erm/file_path.hpp"

namespace erm::detail {

inline Bytes read_whole_file(const os::File& file) {
  Bytes bytes(static_cast<std::size_t>(file.info().size));
  // One byte more shows whether the file grew; files of /proc say 0 and have content.
  std::size_t done = file.read_at(0, bytes.data(), bytes.size());
  bytes.resize(done);
  std::uint8_t more[4096];
  while (const std::size_t got = file.read_at(done, more, sizeof more)) {
    bytes.insert(bytes.end(), more, more + got);
    done += got;
  }
  return bytes;
}

inline os::File open_regular_file(const FilePath& path) {
  os::File file = os::open_to_read(path.str());
  if (file.info().kind != FileKind::file)
    throw Error("'" + file.path() + "' is a device, a socket or a pipe; only a regular file can be logged");
  return file;
}

}  // namespace erm::detail

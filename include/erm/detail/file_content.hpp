// A file's content as it is now: small ones in memory, large ones as a copy without a name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "erm/artifact.hpp"
#include "erm/detail/os.hpp"
#include "erm/error.hpp"

namespace erm::detail {

inline constexpr std::uint64_t max_content_in_memory = std::uint64_t{64} << 20;

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

inline os::File open_regular_file(const std::filesystem::path& path) {
  os::File file = os::open_to_read(os::utf8_path(path));
  if (file.info().kind != FileKind::file)
    throw Error("'" + file.path() + "' is a device, a socket or a pipe; only a regular file can be logged");
  return file;
}

/// Throws NotFoundError for a path that is not there, IoError for a folder or one that may not be read.
inline std::shared_ptr<const Content> content_of_file(const std::filesystem::path& path) {
  const os::File file = open_regular_file(path);
  if (file.info().size > max_content_in_memory) return std::make_shared<const SpooledContent>(file);
  return std::make_shared<const BytesContent>(read_whole_file(file));
}

}  // namespace erm::detail

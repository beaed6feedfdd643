// A file's content as it is now: small ones in memory, large ones as a copy without a name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "erm/artifact.hpp"
#include "erm/detail/os/file.hpp"
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

/// A file where it is, for who copies it at once.
class FileInPlace final : public Content {
 public:
  explicit FileInPlace(const std::filesystem::path& path) : file_(open_regular_file(path)) {}
  [[nodiscard]] std::uint64_t size() const override { return file_.info().size; }
  std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t size) const override {
    return file_.read_at(offset, into, size);
  }
  [[nodiscard]] const os::File* local_file() const override { return &file_; }

 private:
  os::File file_;
};

}  // namespace erm::detail

// The contents of artifacts: in memory, in a spooled copy, or in the original file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

#include "erm/content.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/os/whole_file.hpp"

namespace erm::detail {

inline constexpr std::size_t content_chunk = std::size_t{1} << 20;
inline constexpr std::uint64_t max_content_in_memory = std::uint64_t{64} << 20;

class BytesContent final : public Content {
 public:
  explicit BytesContent(Bytes bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t size) const override {
    if (offset >= bytes_.size()) return 0;
    const std::size_t left = bytes_.size() - to_size(offset);
    const std::size_t count = size < left ? size : left;
    if (count > 0) std::memcpy(into, bytes_.data() + to_size(offset), count);
    return count;
  }
  [[nodiscard]] const Bytes* bytes_in_memory() const noexcept override { return &bytes_; }
  [[nodiscard]] const Bytes& bytes() const noexcept { return bytes_; }

 private:
  Bytes bytes_;
};

/// A large file as it was when it was logged: a copy without a name (see os::unnamed_file).
class SpooledContent final : public Content {
 public:
  explicit SpooledContent(const os::File& original) : file_(os::unnamed_file(original.path())) {
    os::copy_content(original, file_);
    size_ = file_.info().size;
  }
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t size) const override {
    return file_.read_at(offset, into, size);
  }
  [[nodiscard]] const os::File* local_file() const override { return &file_; }

 private:
  os::File file_;
  std::uint64_t size_ = 0;
};

/// Throws NotFoundError if the path does not exist, and IoError for a folder or an unreadable file.
inline std::shared_ptr<const Content> content_of_file(const FilePath& path) {
  const os::File file = open_regular_file(path);
  if (file.info().size > max_content_in_memory) return std::make_shared<const SpooledContent>(file);
  return std::make_shared<const BytesContent>(read_whole_file(file));
}

/// A file that is read in place, for callers that copy it at once.
class FileInPlace final : public Content {
 public:
  explicit FileInPlace(const FilePath& path) : file_(open_regular_file(path)) {}
  [[nodiscard]] std::uint64_t size() const override { return file_.info().size; }
  std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t size) const override {
    return file_.read_at(offset, into, size);
  }
  [[nodiscard]] const os::File* local_file() const override { return &file_; }

 private:
  os::File file_;
};

}  // namespace erm::detail

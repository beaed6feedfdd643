// A file's content as that of an artifact: small ones in memory, large ones as a copy without a name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "erm/artifact.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/os/whole_file.hpp"

namespace erm::detail {

inline constexpr std::uint64_t max_content_in_memory = std::uint64_t{64} << 20;

/// As the file is now. Throws as open_regular_file().
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

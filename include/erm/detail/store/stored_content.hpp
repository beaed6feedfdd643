// The content of an artifact in a registry, and the SHA-256 of any content.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "erm/artifact.hpp"
#include "erm/detail/base/sha256.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/store/metadata.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

class StoredContent final : public Content {
 public:
  StoredContent(std::shared_ptr<FileSystem> fs, std::string folder, std::string stored_filename,
                std::optional<std::uint64_t> size)
      : fs_(std::move(fs)), folder_(std::move(folder)), stored_filename_(std::move(stored_filename)), size_(size) {}

  [[nodiscard]] std::uint64_t size() const override {
    if (size_) return *size_;
    const FileInfo found = fs_->info(path());
    if (found.kind == FileKind::file) return found.size;
    throw NotFoundError("there is no file '" + path() + "', which its run's metadata names; it was moved or removed");
  }
  std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t size) const override {
    return fs_->read_at(path(), offset, into, size);
  }
  [[nodiscard]] std::size_t read_size() const noexcept override { return fs_->read_size(); }
  [[nodiscard]] const StoredContent* stored() const noexcept override { return this; }
  [[nodiscard]] std::string path() const { return joined(folder_, "artifacts/" + stored_filename_); }
  [[nodiscard]] const std::string& stored_filename() const noexcept { return stored_filename_; }
  [[nodiscard]] bool lies_in(const FileSystem& fs, const std::string& folder) const {
    return fs_.get() == &fs && folder_ == folder;
  }

 private:
  std::shared_ptr<FileSystem> fs_;
  std::string folder_;  // the run's folder
  std::string stored_filename_;
  std::optional<std::uint64_t> size_;
};

/// The SHA-256 of a content as 64 hexadecimal digits.
inline std::string sha256_of(const Content& content) {
  if (const Bytes* const held = content.bytes_in_memory()) return sha256_of(view(*held));
  std::uint64_t size = 0;
  return sha256_of_all(content, content.read_size(), size);
}

/// Throws FormatError if a stored artifact is a symbolic link or lies behind one: a link may lead anywhere.
inline void refuse_links(const FileSystem& fs, const std::string& folder, const std::string& stored_filename,
                         std::set<std::string>& checked) {
  const std::string inside = "artifacts/" + stored_filename;
  for (std::size_t end = inside.find('/'); end != std::string::npos + 1; end = inside.find('/', end + 1)) {
    const bool whole = end == std::string::npos;
    const std::string part = inside.substr(0, end);
    if ((whole || checked.insert(part).second) && fs.info(joined(folder, part)).kind == FileKind::link) {
      throw FormatError("cannot read the run '" + metadata_path(folder) + "': '" + part +
                        "' is a symbolic link, which may lead out of the run's folder; put the file itself there");
    }
    if (whole) return;
  }
}

}  // namespace erm::detail

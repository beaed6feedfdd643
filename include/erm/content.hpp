// The bytes of an artifact: in memory, in a file, or in a store. They are read on demand.
//
//   const erm::Content& content = *artifact.content();
//   std::uint8_t begin[16];
//   const std::size_t count = content.read_at(0, begin, sizeof begin);
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "erm/error.hpp"
#include "erm/impl/linkage.hpp"

namespace erm {

namespace detail {
class StoredContent;
namespace os {
class File;
}
}  // namespace detail

using Bytes = std::vector<std::uint8_t>;

[[nodiscard]] Bytes to_bytes(std::string_view text);
[[nodiscard]] std::string to_text(const Bytes& bytes);

/// The type by which the Python package knows an artifact. It shows png, jpg, plotly_json and html, and only stores
/// binary.
enum class ArtifactType { png, jpg, plotly_json, html, binary };

/// The bytes of an artifact, wherever they are. They never change. ERM implements this class; file systems read from
/// it.
class Content {
 public:
  ERM_INLINE virtual ~Content();
  /// In bytes. Throws NotFoundError or IoError if the content is in a store that cannot report it.
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Copies up to `size` bytes starting at `offset` to `into`, and returns how many. Fewer only at the end.
  virtual std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t size) const = 0;
  /// The best number of bytes to request at once.
  [[nodiscard]] virtual std::size_t read_size() const noexcept { return std::size_t{1} << 20; }
  /// All bytes if they are in memory, otherwise null.
  [[nodiscard]] virtual const Bytes* bytes_in_memory() const noexcept { return nullptr; }
  /// This object if it is a stored artifact of a loaded run, otherwise null.
  [[nodiscard]] virtual const detail::StoredContent* stored() const noexcept { return nullptr; }
  /// The open local file that contains these bytes and nothing else, or null.
  [[nodiscard]] virtual const detail::os::File* local_file() const { return nullptr; }
  /// Called by a store that copies local_file() itself, with the bytes of each piece that is copied. If it throws, the
  /// store ends with that.
  virtual void on_copied(std::uint64_t /*bytes*/) const {}
};

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/content.inl"
#endif

// The bytes of an artifact: in memory, in a file, or in a store. They are read when they are asked for.
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

/// What the Python package knows an artifact as; it shows png, jpg, plotly_json and html, and only stores binary.
enum class ArtifactType { png, jpg, plotly_json, html, binary };

/// The bytes of an artifact, wherever they are; they never change. ERM implements it, file systems read it.
class Content {
 public:
  ERM_INLINE virtual ~Content();
  /// In bytes. Throws NotFoundError or IoError where the content is in a store that cannot tell.
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Puts up to `size` bytes from `offset` on at `into` and gives their number; fewer only at the end.
  virtual std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t size) const = 0;
  /// How many bytes are best asked for at once.
  [[nodiscard]] virtual std::size_t read_size() const noexcept { return std::size_t{1} << 20; }
  /// All of it, where it is in memory; else null.
  [[nodiscard]] virtual const Bytes* bytes_in_memory() const noexcept { return nullptr; }
  /// This content if it is a stored artifact of a run that was loaded, or null.
  [[nodiscard]] virtual const detail::StoredContent* stored() const noexcept { return nullptr; }
  /// The open local file that holds it and nothing else, or null.
  [[nodiscard]] virtual const detail::os::File* local_file() const { return nullptr; }
};

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/content.inl"
#endif

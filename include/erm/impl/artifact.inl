// The bodies of erm/artifact.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "erm/artifact.hpp"
#include "erm/detail/base/sha256.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/detail/os/whole_file.hpp"
#include "erm/detail/run/contents.hpp"
#include "erm/detail/run/media_types.hpp"
#include "erm/error.hpp"

namespace erm {

namespace detail {

/// Where the name says nothing, by the first bytes. Those of a file are not read for it.
inline std::string media_type_of(ArtifactType type, std::string_view filename, const Content* content) {
  std::string media_type = media_type_of(type, filename);
  const Bytes* const bytes = content != nullptr ? content->bytes_in_memory() : nullptr;
  if (type != ArtifactType::binary || media_type != unknown_media_type || bytes == nullptr) return media_type;
  const std::string_view found = media_type_of_bytes(*bytes);
  return found.empty() ? media_type : std::string(found);
}

}  // namespace detail

ERM_INLINE Artifact::Artifact(std::string id, std::string filename, ArtifactType type, Bytes content)
    : Artifact(std::move(id), std::move(filename), type,
               std::make_shared<const detail::BytesContent>(std::move(content))) {}

ERM_INLINE Artifact::Artifact(std::string id, std::string filename, ArtifactType type,
                          std::shared_ptr<const Content> content, std::string media_type,
                          std::optional<std::string> sha256)
    : id_(std::move(id)),
      filename_(std::move(filename)),
      type_(type),
      content_(std::move(content)),
      // Earlier versions of ERM knew fewer names.
      media_type_(media_type.empty() || media_type == detail::unknown_media_type
                      ? detail::media_type_of(type, filename_, content_.get())
                      : std::move(media_type)),
      sha256_(std::move(sha256)) {}

namespace detail {

/// Passes the content of an artifact to `accept(data, size)` in order, and verifies its hash.
template <class Accept>
void read_whole(const Artifact& artifact, Accept&& accept) {
  const Content& content = *artifact.content();
  const std::optional<std::string>& sha256 = artifact.sha256();
  const std::uint64_t expected = content.size();
  const std::uint64_t at_once = content.read_size();
  Bytes chunk(to_size(expected == 0 ? 1 : expected < at_once ? expected : at_once));
  if (expected == 0) content.read_at(0, chunk.data(), 1);  // throws where the file is not there
  Sha256 hash;
  std::uint64_t done = 0;
  while (done < expected) {
    const std::size_t want = expected - done < chunk.size() ? to_size(expected - done) : chunk.size();
    const std::size_t got = content.read_at(done, chunk.data(), want);
    if (got == 0) break;
    if (sha256) hash.update(chunk.data(), got);
    accept(chunk.data(), got);
    done += got;
  }
  if (done == expected && (!sha256 || hash.hex() == *sha256)) return;
  throw FormatError("artifact '" + artifact.id() + "' (" + artifact.filename() + ") does not hold what was saved: " +
                    (done == expected ? "its SHA-256 is not " + *sha256
                                      : "it ends after " + std::to_string(done) + " of " + std::to_string(expected) +
                                            " bytes") +
                    "; its file was changed, or its run overwritten, after the run was loaded");
}

}  // namespace detail

ERM_INLINE std::uint64_t Artifact::size() const { return content_->size(); }

ERM_INLINE Bytes Artifact::bytes() const {
  if (const Bytes* const held = content_->bytes_in_memory()) return *held;
  Bytes all;
  // Anyone could have written the size in the file, so reserve memory only once that many bytes exist.
  const std::uint64_t size = content_->size();
  std::uint8_t last = 0;
  if (size > 0 && content_->read_at(size - 1, &last, 1) == 1) all.reserve(detail::memory_size(size));
  detail::read_whole(*this, [&](const std::uint8_t* data, std::size_t count) { all.insert(all.end(), data, data + count); });
  return all;
}

ERM_INLINE void Artifact::save_to(const FilePath& path) const {
  detail::write_whole_file(path, "save artifact '" + id_ + "'", [&](detail::os::File& file) {
    detail::read_whole(*this, [&](const std::uint8_t* data, std::size_t size) { file.write(data, size); });
  });
}

}  // namespace erm

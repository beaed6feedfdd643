// A file that belongs to a run: a picture, a model, a note. Its content is taken when it is logged and
// read when it is asked for, so that loading a run never reads its checkpoints.
//
//   const erm::Artifact& model = run.artifacts().at("model");
//   std::printf("%s, %llu bytes\n", model.filename().c_str(), static_cast<unsigned long long>(model.size()));
//   model.save_to("best.pt");        // never in memory as a whole
//   std::string note = erm::to_text(run.artifacts().at("note").bytes());
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erm/file_path.hpp"
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
  virtual ~Content();
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

class Artifact {
 public:
  /// An artifact in memory.
  Artifact(std::string id, std::string filename, ArtifactType type, Bytes content);
  /// An artifact whose content is elsewhere; `sha256` is checked by whoever reads all of it.
  Artifact(std::string id, std::string filename, ArtifactType type, std::shared_ptr<const Content> content,
           std::string media_type = {}, std::optional<std::string> sha256 = {});

  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  /// The name that it was logged under; may have folders ("weights/model.bin").
  [[nodiscard]] const std::string& filename() const noexcept { return filename_; }
  [[nodiscard]] ArtifactType type() const noexcept { return type_; }
  /// "text/plain", "image/svg+xml", ...: from what it was logged as, else from its name; never empty.
  [[nodiscard]] const std::string& media_type() const noexcept { return media_type_; }
  /// In bytes, known without reading it.
  [[nodiscard]] std::uint64_t size() const;
  /// 64 hexadecimal digits, where the run that was loaded has them.
  [[nodiscard]] const std::optional<std::string>& sha256() const noexcept { return sha256_; }
  [[nodiscard]] const std::shared_ptr<const Content>& content() const noexcept { return content_; }

  /// The whole content. Throws NotFoundError where a loaded run has lost it, FormatError where it is not what was
  /// saved.
  [[nodiscard]] Bytes bytes() const;
  /// Writes the content to a local file without holding it in memory; the file is whole or not there. Throws as
  /// bytes().
  void save_to(const FilePath& path) const;

 private:
  std::string id_;
  std::string filename_;
  ArtifactType type_;
  std::shared_ptr<const Content> content_;
  std::string media_type_;
  std::optional<std::string> sha256_;
};

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/artifact.inl"
#endif

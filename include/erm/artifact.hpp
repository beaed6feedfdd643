// A file that belongs to a run: a picture, a model, a note. A run copies the content when it logs the artifact. A
// loaded run reads the content on demand, so loading a run never reads its checkpoints.
//
//   const erm::Artifact& model = run.artifacts().at("model");
//   std::printf("%s, %llu bytes\n", model.filename().c_str(), static_cast<unsigned long long>(model.size()));
//   model.save_to("best.pt");        // never completely in memory
//   std::string note = erm::to_text(run.artifacts().at("note").bytes());
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "erm/content.hpp"
#include "erm/file_path.hpp"
#include "erm/impl/linkage.hpp"

namespace erm {

class Artifact {
 public:
  /// An artifact in memory.
  Artifact(std::string id, std::string filename, ArtifactType type, Bytes content);
  /// An artifact whose content is stored elsewhere. Every function that reads the complete content checks `sha256`.
  Artifact(std::string id, std::string filename, ArtifactType type, std::shared_ptr<const Content> content,
           std::string media_type = {}, std::optional<std::string> sha256 = {});

  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  /// The name under which it was logged. It may contain folders ("weights/model.bin").
  [[nodiscard]] const std::string& filename() const noexcept { return filename_; }
  [[nodiscard]] ArtifactType type() const noexcept { return type_; }
  /// "text/plain", "image/svg+xml", ...: from the type that was logged or, without one, from the filename. Never empty.
  [[nodiscard]] const std::string& media_type() const noexcept { return media_type_; }
  /// In bytes. Does not read the content.
  [[nodiscard]] std::uint64_t size() const;
  /// 64 hexadecimal digits. Set only if the run was loaded and has the hash.
  [[nodiscard]] const std::optional<std::string>& sha256() const noexcept { return sha256_; }
  [[nodiscard]] const std::shared_ptr<const Content>& content() const noexcept { return content_; }

  /// The complete content. Throws NotFoundError if a loaded run has lost the file, and FormatError if the file has
  /// changed since it was saved.
  [[nodiscard]] Bytes bytes() const;
  /// Writes the content to a local file without holding it in memory. Either the complete file is written, or the old
  /// one stays, however many processes write it at once. The file that it replaces gives it its permissions. A link is
  /// replaced by the file, and not followed. Throws like bytes(), NotFoundError if the folder does not exist, Error for
  /// a device or a pipe, and IoError if the file cannot be written.
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

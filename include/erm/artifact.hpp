// A file that belongs to a run: a picture, a model, a note. Its content is taken when it is logged and
// read when it is asked for, so that loading a run never reads its checkpoints.
//
//   const erm::Artifact& model = run.artifacts().at("model");
//   std::printf("%s, %llu bytes\n", model.filename().c_str(), static_cast<unsigned long long>(model.size()));
//   model.save_to("best.pt");        // never in memory as a whole
//   std::string note = erm::to_text(run.artifacts().at("note").bytes());
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/os/file.hpp"
#include "erm/detail/base/sha256.hpp"
#include "erm/detail/os/whole_file.hpp"
#include "erm/error.hpp"

namespace erm {

using Bytes = std::vector<std::uint8_t>;

[[nodiscard]] inline Bytes to_bytes(std::string_view text) { return Bytes(text.begin(), text.end()); }
[[nodiscard]] inline std::string to_text(const Bytes& bytes) { return std::string(bytes.begin(), bytes.end()); }

/// What the Python package knows an artifact as; it shows png, jpg, plotly_json and html, and only stores binary.
enum class ArtifactType { png, jpg, plotly_json, html, binary };

/// The bytes of an artifact, wherever they are; they never change. Implemented by ERM, read by file systems.
class Content {
 public:
  virtual ~Content() = default;
  /// In bytes. Throws NotFoundError or IoError where the content is in a store that cannot tell.
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Puts up to `size` bytes from `offset` on at `into` and gives their number; fewer only at the end.
  virtual std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t size) const = 0;
  /// How many bytes are best asked for at once.
  [[nodiscard]] virtual std::size_t read_size() const noexcept { return std::size_t{1} << 20; }
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
  [[nodiscard]] std::uint64_t size() const { return content_->size(); }
  /// 64 hexadecimal digits, where the run that was loaded has them.
  [[nodiscard]] const std::optional<std::string>& sha256() const noexcept { return sha256_; }
  [[nodiscard]] const std::shared_ptr<const Content>& content() const noexcept { return content_; }

  /// The whole content. Throws NotFoundError where a loaded run has lost it, FormatError where it is not what was
  /// saved.
  [[nodiscard]] Bytes bytes() const;
  /// Writes the content to a local file without holding it in memory; the file is whole or not there. Throws as
  /// bytes().
  void save_to(const std::filesystem::path& path) const;

 private:
  template <class Take>
  void read_whole(Take&& take) const;

  std::string id_;
  std::string filename_;
  ArtifactType type_;
  std::shared_ptr<const Content> content_;
  std::string media_type_;
  std::optional<std::string> sha256_;
};

namespace detail {

class BytesContent final : public Content {
 public:
  explicit BytesContent(Bytes bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t size) const override {
    if (offset >= bytes_.size()) return 0;
    const std::size_t count = std::min<std::size_t>(size, bytes_.size() - static_cast<std::size_t>(offset));
    if (count > 0) std::memcpy(into, bytes_.data() + static_cast<std::size_t>(offset), count);
    return count;
  }
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

inline constexpr std::size_t content_chunk = std::size_t{1} << 20;

/// Lower case of ASCII; other bytes as they are.
inline std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

inline bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// The type that a filename's ending tells.
inline ArtifactType artifact_type_of(std::string_view filename) {
  const std::string name = ascii_lower(filename);
  if (ends_with(name, ".png")) return ArtifactType::png;
  if (ends_with(name, ".jpg") || ends_with(name, ".jpeg")) return ArtifactType::jpg;
  if (ends_with(name, ".plotly.json")) return ArtifactType::plotly_json;
  if (ends_with(name, ".html") || ends_with(name, ".htm")) return ArtifactType::html;
  return ArtifactType::binary;
}

inline std::string media_type_of(ArtifactType type, std::string_view filename) {
  const std::string name = ascii_lower(filename);
  switch (type) {
    case ArtifactType::png:
      return "image/png";
    case ArtifactType::jpg:
      return "image/jpeg";
    case ArtifactType::plotly_json:
      return "application/vnd.plotly.v1+json";
    case ArtifactType::html:
      return ends_with(name, ".svg") ? "image/svg+xml" : "text/html";
    case ArtifactType::binary:
      break;
  }
  static constexpr std::pair<const char*, const char*> known[] = {
      {".txt", "text/plain"},     {".log", "text/plain"},          {".md", "text/markdown"},
      {".csv", "text/csv"},       {".tsv", "text/tab-separated-values"}, {".json", "application/json"},
      {".yaml", "text/yaml"},     {".yml", "text/yaml"},           {".toml", "text/plain"},
      {".xml", "text/xml"},       {".ini", "text/plain"},          {".cfg", "text/plain"},
      {".cpp", "text/plain"},     {".hpp", "text/plain"},          {".h", "text/plain"},
      {".diff", "text/plain"},    {".patch", "text/plain"},        {".svg", "image/svg+xml"},
      {".pdf", "application/pdf"}, {".gif", "image/gif"},
  };
  for (const auto& [ending, media_type] : known)
    if (ends_with(name, ending)) return media_type;
  return "application/octet-stream";
}

}  // namespace detail

// ---- bodies ----

inline Artifact::Artifact(std::string id, std::string filename, ArtifactType type, Bytes content)
    : Artifact(std::move(id), std::move(filename), type,
               std::make_shared<const detail::BytesContent>(std::move(content))) {}

inline Artifact::Artifact(std::string id, std::string filename, ArtifactType type,
                          std::shared_ptr<const Content> content, std::string media_type,
                          std::optional<std::string> sha256)
    : id_(std::move(id)),
      filename_(std::move(filename)),
      type_(type),
      content_(std::move(content)),
      media_type_(media_type.empty() ? detail::media_type_of(type, filename_) : std::move(media_type)),
      sha256_(std::move(sha256)) {}

/// Gives the content to `take(data, size)` in order, and checks it as it goes.
template <class Take>
void Artifact::read_whole(Take&& take) const {
  const std::uint64_t expected = content_->size();
  Bytes chunk(static_cast<std::size_t>(std::clamp<std::uint64_t>(expected, 1, content_->read_size())));
  if (expected == 0) content_->read_at(0, chunk.data(), 1);  // throws where the file is not there
  detail::Sha256 hash;
  std::uint64_t done = 0;
  while (done < expected) {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(expected - done, chunk.size()));
    const std::size_t got = content_->read_at(done, chunk.data(), want);
    if (got == 0) break;
    if (sha256_) hash.update(chunk.data(), got);
    take(chunk.data(), got);
    done += got;
  }
  if (done == expected && (!sha256_ || hash.hex() == *sha256_)) return;
  throw FormatError("artifact '" + id_ + "' (" + filename_ + ") does not hold what was saved: " +
                    (done == expected ? "its SHA-256 is not " + *sha256_
                                      : "it ends after " + std::to_string(done) + " of " + std::to_string(expected) +
                                            " bytes") +
                    "; its file was changed, or its run overwritten, after the run was loaded");
}

inline Bytes Artifact::bytes() const {
  if (const auto* held = dynamic_cast<const detail::BytesContent*>(content_.get())) return held->bytes();
  Bytes all;
  // The size is what a file says that anyone may have written: believed where there are as many bytes.
  const std::uint64_t size = content_->size();
  std::uint8_t last = 0;
  if (size > 0 && content_->read_at(size - 1, &last, 1) == 1) all.reserve(static_cast<std::size_t>(size));
  read_whole([&](const std::uint8_t* data, std::size_t count) { all.insert(all.end(), data, data + count); });
  return all;
}

inline void Artifact::save_to(const std::filesystem::path& path) const {
  detail::write_whole_file(path, "save artifact '" + id_ + "'", [&](detail::os::File& file) {
    read_whole([&](const std::uint8_t* data, std::size_t size) { file.write(data, size); });
  });
}

}  // namespace erm

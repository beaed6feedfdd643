// The contents of a run's artifacts, read once for many versions of a page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "erm/artifact.hpp"
#include "erm/content.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/error.hpp"

namespace erm::detail {

/// Holds the content in memory once somebody asked for all of it. For one thread at a time.
class KeptContent final : public Content {
 public:
  explicit KeptContent(Artifact artifact) : artifact_(std::move(artifact)) {}

  [[nodiscard]] std::uint64_t size() const override { return artifact_.size(); }
  std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t size) const override {
    return artifact_.content()->read_at(offset, into, size);
  }
  [[nodiscard]] std::size_t read_size() const noexcept override { return artifact_.content()->read_size(); }
  /// Null if it cannot be read: then read_at() says why.
  [[nodiscard]] const Bytes* bytes_in_memory() const noexcept override {
    try {
      if (!bytes_) bytes_ = artifact_.bytes();
      return &*bytes_;
    } catch (...) {
      return nullptr;
    }
  }

 private:
  Artifact artifact_;  // as it was loaded
  mutable std::optional<Bytes> bytes_;
};

/// Those of one run.
class KeptContents {
 public:
  /// The artifact with a content that is kept, if it is known by its hash and not too large; otherwise as it is.
  [[nodiscard]] Artifact kept(const Artifact& artifact) {
    if (!artifact.sha256() || artifact.content()->bytes_in_memory() != nullptr) return artifact;
    const std::uint64_t size = artifact.size();
    if (size > max_size || total_ + size > max_total) return artifact;
    total_ += size;
    const Key key(artifact.id(), *artifact.sha256());
    const auto before = contents_.find(key);
    std::shared_ptr<const Content> content =
        before != contents_.end() ? before->second : std::make_shared<const KeptContent>(artifact);
    next_.emplace(key, content);
    return Artifact(artifact.id(), artifact.filename(), artifact.type(), std::move(content), artifact.media_type(),
                    artifact.sha256());
  }
  /// All artifacts of the run have passed: forgets those that did not.
  void end() {
    contents_ = std::exchange(next_, {});
    total_ = 0;
  }

 private:
  using Key = std::pair<std::string, std::string>;
  static constexpr std::uint64_t max_size = std::uint64_t{1} << 20, max_total = std::uint64_t{1} << 25;

  std::map<Key, std::shared_ptr<const Content>> contents_, next_;
  std::uint64_t total_ = 0;
};

}  // namespace erm::detail

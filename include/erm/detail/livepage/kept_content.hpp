// The contents of a run's artifacts and series, read once for many versions of a page.
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
#include "erm/detail/run/media_types.hpp"
#include "erm/detail/run/series_data.hpp"
#include "erm/error.hpp"
#include "erm/series.hpp"

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

/// Contents by their hash, as long as each version of the page asks for them again. For one thread at a time.
class ContentPool {
 public:
  /// Null if it is too large to be kept, or cannot be read.
  [[nodiscard]] std::shared_ptr<const Bytes> bytes(const Artifact& artifact) noexcept {
    try {
      const auto kept = now_.find(*artifact.sha256());
      if (kept != now_.end()) return kept->second;
      const auto before = before_.find(*artifact.sha256());
      const std::uint64_t size = artifact.size();
      if (size > max_size || total_ + size > max_total) return nullptr;
      const std::shared_ptr<const Bytes> found =
          before != before_.end() ? before->second : std::make_shared<const Bytes>(artifact.bytes());
      now_.emplace(*artifact.sha256(), found);
      total_ += size;
      return found;
    } catch (...) {
      return nullptr;
    }
  }
  /// The next version: forgets what the last one did not ask for.
  void begin_version() {
    before_ = std::exchange(now_, {});
    total_ = 0;
  }

 private:
  static constexpr std::uint64_t max_size = std::uint64_t{1} << 20, max_total = std::uint64_t{1} << 25;

  std::map<std::string, std::shared_ptr<const Bytes>> now_, before_;
  std::uint64_t total_ = 0;
};

/// An entry of a series, which has a hash.
class PooledContent final : public Content {
 public:
  PooledContent(Artifact artifact, std::shared_ptr<ContentPool> pool)
      : artifact_(std::move(artifact)), pool_(std::move(pool)) {}

  [[nodiscard]] std::uint64_t size() const override { return artifact_.size(); }
  std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t size) const override {
    return artifact_.content()->read_at(offset, into, size);
  }
  [[nodiscard]] std::size_t read_size() const noexcept override { return artifact_.content()->read_size(); }
  [[nodiscard]] const Bytes* bytes_in_memory() const noexcept override {
    bytes_ = pool_->bytes(artifact_);
    return bytes_.get();
  }

 private:
  Artifact artifact_;  // as it was read
  std::shared_ptr<ContentPool> pool_;
  mutable std::shared_ptr<const Bytes> bytes_;
};

/// The series of one run. When there is something new the lists of all entries are read again, but a page shows few of them,
/// whose contents stay.
class KeptSeries {
 public:
  [[nodiscard]] std::shared_ptr<const UnreadSeries> kept(const std::shared_ptr<const UnreadSeries>& series) {
    pool_->begin_version();
    if (series != from_) {
      from_ = series;
      kept_ = series == nullptr ? nullptr : std::make_shared<const PooledSeries>(series, pool_);
    }
    return kept_;
  }

 private:
  class PooledSeries final : public UnreadSeries {
   public:
    PooledSeries(std::shared_ptr<const UnreadSeries> series, std::shared_ptr<ContentPool> pool)
        : series_(std::move(series)), pool_(std::move(pool)) {}

    [[nodiscard]] const SeriesData& read() const override {
      if (data_ != nullptr) return *data_;
      auto data = std::make_unique<SeriesData>(series_->read());
      for (auto& [id, series] : data->series) {
        ArtifactSeries pooled;
        for (std::size_t i = 0; i < series.size(); ++i)
          pooled.put(series.entries()[i].step, with_pool(series.entries()[i].artifact), series.times()[i]);
        series = std::move(pooled);
      }
      data_ = std::move(data);
      return *data_;
    }

   private:
    [[nodiscard]] Artifact with_pool(const Artifact& artifact) const {
      // For the unknown type the content would be read at once.
      if (!artifact.sha256() || artifact.media_type() == unknown_media_type) return artifact;
      return Artifact(artifact.id(), artifact.filename(), artifact.type(), std::make_shared<const PooledContent>(artifact, pool_),
                      artifact.media_type(), artifact.sha256());
    }

    std::shared_ptr<const UnreadSeries> series_;
    std::shared_ptr<ContentPool> pool_;
    mutable std::unique_ptr<SeriesData> data_;
  };

  std::shared_ptr<ContentPool> pool_ = std::make_shared<ContentPool>();
  std::shared_ptr<const UnreadSeries> from_, kept_;
};

}  // namespace erm::detail

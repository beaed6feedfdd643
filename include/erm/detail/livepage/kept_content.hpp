// The contents of a run's artifacts and series, read once for many versions of a page.
//
//   KeptContents contents;
//   contents.begin_version();                        // for each version of the page
//   artifact = contents.kept(artifact);              // read when the page asks for it, and not again for the next
//   version record.unread_series = contents.kept(record.unread_series);
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
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

/// The content of an artifact that has a hash.
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

/// The contents of one run. When there is something new all lists are read again, but a page shows few of their
/// entries, whose contents stay.
class KeptContents {
 public:
  void begin_version() { pool_->begin_version(); }

  [[nodiscard]] Artifact kept(const Artifact& artifact) const { return with_pool(artifact, pool_); }
  [[nodiscard]] std::shared_ptr<const UnreadSeries> kept(const std::shared_ptr<const UnreadSeries>& series) {
    if (series != from_) {
      from_ = series;
      kept_ = series == nullptr ? nullptr : std::make_shared<const PooledSeries>(series, pool_);
    }
    return kept_;
  }

 private:
  static Artifact with_pool(const Artifact& artifact, const std::shared_ptr<ContentPool>& pool) {
    if (!artifact.sha256() || artifact.content()->bytes_in_memory() != nullptr) return artifact;
    return Artifact(artifact.id(), artifact.filename(), artifact.type(),
                    std::make_shared<const PooledContent>(artifact, pool), artifact.media_type(), artifact.sha256());
  }

  class PooledSeries final : public UnreadSeries {
   public:
    PooledSeries(std::shared_ptr<const UnreadSeries> series, std::shared_ptr<ContentPool> pool)
        : series_(std::move(series)), pool_(std::move(pool)) {}

    [[nodiscard]] const SeriesData& read() const override {
      if (data_ != nullptr) return *data_;
      auto data = std::make_unique<SeriesData>(series_->read());
      for (auto& [id, series] : data->series) {
        ArtifactSeries pooled;
        for (std::size_t i = 0; i < series.size(); ++i) {
          const Artifact& artifact = series.entries()[i].artifact;
          // Of the unknown type the content is read at once, and a page shows few entries.
          const bool is_known = artifact.media_type() != unknown_media_type;
          pooled.put(series.entries()[i].step, is_known ? with_pool(artifact, pool_) : artifact, series.times()[i]);
        }
        series = std::move(pooled);
      }
      data_ = std::move(data);
      return *data_;
    }

   private:
    std::shared_ptr<const UnreadSeries> series_;
    std::shared_ptr<ContentPool> pool_;
    mutable std::unique_ptr<SeriesData> data_;
  };

  std::shared_ptr<ContentPool> pool_ = std::make_shared<ContentPool>();
  std::shared_ptr<const UnreadSeries> from_, kept_;
};

}  // namespace erm::detail

// The content of a file that is copied: it tells how much was read, can be stopped, and computes its SHA-256.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <string>
#include <utility>

#include "erm/content.hpp"
#include "erm/detail/base/sha256.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// Thrown where the source cannot be read. It is no Error, so that nothing between takes it for a fault of the target.
struct SourceFault {
  std::string reason;
};

/// Thrown once the caller has stopped the copy.
struct CopyStopped {};

/// Calls `read()`; an Error becomes a SourceFault.
template <class Read>
auto from_source(const Read& read) {
  try {
    return read();
  } catch (const Error& error) {
    throw SourceFault{error.what()};
  }
}

/// Counts what all threads copy, and stops them.
class CopyMeter {
 public:
  /// `tell` is called in add() on the calling thread, if that copies by itself.
  void tell_by(std::function<void()> tell) { tell_ = std::move(tell); }

  /// Throws CopyStopped if the copy is to stop.
  void add(std::uint64_t bytes) {
    bytes_ += bytes;
    if (tell_) tell_();
    if (stopped_) throw CopyStopped{};
  }
  void stop() noexcept { stopped_ = true; }
  [[nodiscard]] bool is_stopped() const noexcept { return stopped_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<bool> stopped_{false};
  std::function<void()> tell_;
};

class SourceContent final : public Content {
 public:
  enum class Hashing { none, while_read };

  /// The first `size` bytes of a file. `is_whole`: the file has no more, and does not change.
  SourceContent(const FileSystem& fs, std::string path, std::uint64_t size, bool is_whole, Hashing hashing,
                CopyMeter& meter)
      : fs_(fs), path_(std::move(path)), size_(size), hashing_(hashing), meter_(meter) {
    if (!fs.is_local()) return;
    file_ = from_source([&] { return os::open_to_read(path_); });
    can_be_shared_ = is_whole && hashing == Hashing::none;
  }

  [[nodiscard]] std::uint64_t size() const override { return size_; }
  [[nodiscard]] std::size_t read_size() const noexcept override { return fs_.read_size(); }
  [[nodiscard]] const os::File* local_file() const override { return can_be_shared_ ? &file_ : nullptr; }
  void on_copied(std::uint64_t bytes) const override { meter_.add(bytes); }

  std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t size) const override {
    if (offset >= size_) return 0;
    const std::size_t wanted = to_size(std::min<std::uint64_t>(size, size_ - offset));
    std::size_t got = 0;
    while (got < wanted) {
      const std::size_t more = read_some(offset + got, into + got, wanted - got);
      if (more == 0) throw SourceFault{"'" + path_ + "' ended while it was copied; copy again"};
      got += more;
    }
    hash(offset, into, got);
    if (offset + got > seen_) {
      const std::uint64_t bytes = offset + got - seen_;
      seen_ = offset + got;
      meter_.add(bytes);
    }
    return got;
  }

  /// The SHA-256 of all of it. What has not been read in order, as by a store that sends parts, is read again.
  [[nodiscard]] std::string sha256() {
    Bytes piece(read_size());
    while (hashed_ < size_) static_cast<void>(read_at(hashed_, piece.data(), piece.size()));
    return hash_.hex();
  }

 private:
  /// A file on another machine is read ahead, because each read is a request.
  std::size_t read_some(std::uint64_t offset, std::uint8_t* into, std::size_t size) const {
    if (file_) return from_source([&] { return file_.read_at(offset, into, size); });
    if (size >= fs_.read_size()) return from_source([&] { return fs_.read_at(path_, offset, into, size); });
    if (offset < ahead_at_ || offset >= ahead_at_ + ahead_.size()) {
      ahead_.resize(to_size(std::min<std::uint64_t>(fs_.read_size(), size_ - offset)));
      ahead_at_ = offset;
      ahead_.resize(from_source([&] { return fs_.read_at(path_, offset, ahead_.data(), ahead_.size()); }));
      if (ahead_.empty()) return 0;
    }
    const std::size_t from = to_size(offset - ahead_at_);
    const std::size_t count = (std::min)(size, ahead_.size() - from);
    std::memcpy(into, ahead_.data() + from, count);
    return count;
  }

  void hash(std::uint64_t offset, const std::uint8_t* bytes, std::size_t size) const {
    if (hashing_ == Hashing::none || offset > hashed_ || offset + size <= hashed_) return;
    const std::size_t known = to_size(hashed_ - offset);
    hash_.update(bytes + known, size - known);
    hashed_ = offset + size;
  }

  const FileSystem& fs_;
  std::string path_;
  std::uint64_t size_;
  Hashing hashing_;
  CopyMeter& meter_;
  os::File file_;
  bool can_be_shared_ = false;
  mutable Bytes ahead_;
  mutable std::uint64_t ahead_at_ = 0;
  mutable Sha256 hash_;
  mutable std::uint64_t hashed_ = 0, seen_ = 0;
};

/// The SHA-256 of a file in a store.
inline std::string sha256_in_store(const FileSystem& fs, const std::string& path) {
  struct Source {
    const FileSystem& fs;
    const std::string& path;
    std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t size) const {
      return fs.read_at(path, offset, into, size);
    }
  };
  std::uint64_t size = 0;
  return sha256_of_all(Source{fs, path}, fs.read_size(), size);
}

}  // namespace erm::detail

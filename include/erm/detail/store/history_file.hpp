// The history file of one writer of a live run, in any store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "erm/artifact.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// Appends to the file. If the store cannot append, collects the text in a local temporary file, and stores that file.
class HistoryFile {
 public:
  HistoryFile(FileSystem& fs, std::string path, std::uint64_t size) : fs_(fs), path_(std::move(path)) {
    appender_ = fs_.appender(path_, size);
    if (appender_) return;
    staged_ = os::unnamed_file("history");
    Bytes before = fs_.info(path_).kind == FileKind::file ? fs_.read(path_) : Bytes();
    staged_.write_at(0, before.data(), to_size(size));
    staged_size_ = size;
  }

  /// Whether append() changes the file at once.
  [[nodiscard]] bool can_append() const noexcept { return appender_ != nullptr; }

  void append(std::string_view text) {
    if (appender_) return appender_->append(text);
    staged_.write_at(staged_size_, text.data(), text.size());
    staged_size_ += text.size();
  }
  void sync() {
    if (appender_) appender_->sync();
  }
  /// Whether some of the text is only in the temporary file so far.
  [[nodiscard]] bool is_staged() const { return !appender_ && stored_size_ != staged_size_; }
  void store(Durability durability) {
    const Staged content(staged_, staged_size_);
    fs_.write_from(path_, content, durability);
    stored_size_ = content.size();
  }

 private:
  class Staged final : public Content {
   public:
    Staged(const os::File& file, std::uint64_t size) : file_(file), size_(size) {}
    [[nodiscard]] std::uint64_t size() const override { return size_; }
    std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t size) const override {
      return file_.read_at(offset, into, size);
    }

   private:
    const os::File& file_;
    std::uint64_t size_;
  };

  FileSystem& fs_;
  std::string path_;
  std::unique_ptr<Appender> appender_;
  os::File staged_;
  std::uint64_t staged_size_ = 0;
  std::uint64_t stored_size_ = 0;
};

}  // namespace erm::detail

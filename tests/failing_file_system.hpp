// The local disk, or a store that can only create, write and remove, whose call of a given number fails: only that one,
// or all from then on until mend().
//
//   FailingFileSystem fs(FailingFileSystem::Kind::disk, 3, FailingFileSystem::Length::once);
//   fs.write(path, "x");                  // the first call
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "erm/file_system.hpp"

namespace erm_test {

class FailingFileSystem final : public erm::FileSystem {
 public:
  enum class Kind { disk, plain };
  enum class Length { once, until_mended };

  FailingFileSystem(Kind kind, int call, Length length) : kind_(kind), left_(call), length_(length) {}
  void mend() { is_mended_ = true; }
  [[nodiscard]] bool has_failed() const { return has_failed_; }

  erm::FileInfo info(const std::string& path) const override { return count(path), disk_.info(path); }
  std::vector<erm::FolderEntry> list(const std::string& path) const override { return count(path), disk_.list(path); }
  erm::Bytes read(const std::string& path) const override { return count(path), disk_.read(path); }
  std::size_t read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into,
                      std::size_t size) const override {
    return count(path), disk_.read_at(path, offset, into, size);
  }
  void write(const std::string& path, std::string_view content, erm::Durability) override {
    count(path);
    disk_.write(path, content);
  }
  bool create(const std::string& path, std::string_view content, erm::Durability) override {
    return count(path), disk_.create(path, content);
  }
  void remove(const std::string& path) override {
    count(path);
    disk_.remove(path);
  }
  bool make_folder(const std::string& path) override {
    count(path);
    return kind_ == Kind::disk ? disk_.make_folder(path) : FileSystem::make_folder(path);
  }
  void remove_if_empty(const std::string& path) override {
    count(path);
    disk_.remove_if_empty(path);
  }
  std::unique_ptr<erm::Claim> claim(const std::string& path) override {
    count(path);
    return kind_ == Kind::disk ? disk_.claim(path) : FileSystem::claim(path);
  }
  std::unique_ptr<erm::Appender> appender(const std::string& path, std::uint64_t size) override {
    count(path);
    return kind_ == Kind::disk ? disk_.appender(path, size) : nullptr;
  }
  [[nodiscard]] bool has_folders() const noexcept override { return kind_ == Kind::disk; }

 private:
  void count(const std::string& path) const {
    if (is_mended_) return;
    const int left = --left_;
    if (left > 0 || (left < 0 && length_ == Length::once)) return;
    has_failed_ = true;
    throw erm::IoError::failed_to("use", path, std::make_error_code(std::errc::io_error));
  }

  Kind kind_;
  mutable std::atomic<int> left_;
  Length length_;
  std::atomic<bool> is_mended_{false};
  mutable std::atomic<bool> has_failed_{false};
  erm::LocalFileSystem disk_;
};

}  // namespace erm_test

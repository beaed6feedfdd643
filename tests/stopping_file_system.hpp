// The local disk, where the process is killed before the change of a given number. Either it renames as the disk does,
// or it is a store that can only copy and remove, as object stores are.
//
//   StoppingFileSystem fs(StoppingFileSystem::Moves::copying, 3);
//   fs.write(path, "x");                  // the first change
#pragma once

#include <csignal>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/run/paths.hpp"
#include "erm/file_system.hpp"

namespace erm_test {

class StoppingFileSystem final : public erm::FileSystem {
 public:
  enum class Moves { renaming, copying };

  StoppingFileSystem(Moves moves, int last) : moves_(moves), left_(last) {}
  /// Whether so many changes were made that the process should not be alive.
  [[nodiscard]] int left() const { return left_; }

  erm::FileInfo info(const std::string& path) const override { return disk_.info(path); }
  std::vector<erm::FolderEntry> list(const std::string& path) const override { return disk_.list(path); }
  erm::Bytes read(const std::string& path) const override { return disk_.read(path); }
  std::size_t read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into,
                      std::size_t size) const override {
    return disk_.read_at(path, offset, into, size);
  }
  void write(const std::string& path, std::string_view content, erm::Durability) override {
    count();
    disk_.write(path, content);
  }
  bool create(const std::string& path, std::string_view content, erm::Durability) override {
    count();
    return disk_.create(path, content);
  }
  void remove(const std::string& path) override {
    count();
    disk_.remove(path);
    if (moves_ == Moves::copying) remove_empty_above(path);
  }
  bool make_folder(const std::string& path) override {
    if (moves_ == Moves::copying) return FileSystem::make_folder(path);
    count();
    return disk_.make_folder(path);
  }
  void remove_if_empty(const std::string& path) override {
    if (moves_ == Moves::copying) return;
    count();
    disk_.remove_if_empty(path);
  }
  std::unique_ptr<erm::Claim> claim(const std::string& path) override {
    if (moves_ == Moves::copying) return FileSystem::claim(path);
    count();
    return disk_.claim(path);
  }
  void move(const std::string& from, const std::string& to, erm::Durability durability) override {
    if (moves_ == Moves::copying) return FileSystem::move(from, to, durability);
    count();
    disk_.move(from, to);
  }
  [[nodiscard]] bool has_folders() const noexcept override { return moves_ == Moves::renaming; }

 private:
  void count() {
    if (--left_ == 0) std::raise(SIGKILL);
  }
  void remove_empty_above(const std::string& path) {
    for (std::string at = erm::detail::folder_of(path); at.size() > 1 && disk_.list(at).empty();
         at = erm::detail::folder_of(at))
      disk_.remove_if_empty(at);
  }

  Moves moves_;
  int left_;
  erm::LocalFileSystem disk_;
};

}  // namespace erm_test

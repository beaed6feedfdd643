// A new, empty directory that goes away, with all that is in it, at the end of the scope.
//
//   erm_test::TemporaryDirectory dir;
//   erm::save_run_to_registry(run, dir / "registry");
#pragma once

#include <cstdint>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <system_error>

namespace erm_test {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::random_device random;
    for (int attempt = 0; attempt < 100; ++attempt) {
      const std::uint64_t number = (std::uint64_t{random()} << 32) | random();
      path_ = std::filesystem::temp_directory_path() / ("erm-test-" + std::to_string(number));
      if (std::filesystem::create_directory(path_)) return;
    }
    throw std::runtime_error("cannot create a temporary directory in " +
                             std::filesystem::temp_directory_path().string());
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    // A test may have taken away the permission to write; it would leave the directory behind.
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_, ignored))
      if (entry.is_directory(ignored) && !entry.is_symlink(ignored))
        std::filesystem::permissions(entry.path(), std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  /// The text of a path in it, as the functions that take a URI want it.
  [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).generic_string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace erm_test

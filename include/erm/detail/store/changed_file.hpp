// What an appender throws if another program changed its file: then nothing was appended.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "erm/detail/os/file.hpp"
#include "erm/error.hpp"

namespace erm::detail {

enum class FileChange { removed, replaced, shorter, longer };

class ChangedFile final : public IoError {
 public:
  /// `file` is the appender's open file, of which `size` bytes were written. It may no longer be at its path.
  ChangedFile(FileChange change, std::shared_ptr<const os::File> file, std::uint64_t size)
      : IoError(change == FileChange::removed
                    ? failed_to("append to", file->path(), std::make_error_code(std::errc::no_such_file_or_directory))
                    : IoError("cannot append to '" + file->path() + "': another program " + words(change) + " it",
                              std::make_error_code(std::errc::io_error))),
        change_(change),
        file_(std::move(file)),
        size_(size) {}

  [[nodiscard]] FileChange change() const noexcept { return change_; }
  [[nodiscard]] const os::File& file() const noexcept { return *file_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  static std::string words(FileChange change) {
    switch (change) {
      case FileChange::removed:
        return "removed";
      case FileChange::replaced:
        return "replaced";
      case FileChange::shorter:
        return "shortened";
      case FileChange::longer:
        break;
    }
    return "appended to";
  }

 private:
  FileChange change_;
  std::shared_ptr<const os::File> file_;
  std::uint64_t size_;
};

}  // namespace erm::detail

// The output of a page: one string, or a file that is written piece by piece.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "erm/detail/os/file.hpp"

namespace erm::detail {

/// Without a file, `text` becomes the whole page.
class PageOutput {
 public:
  PageOutput() = default;
  explicit PageOutput(os::File* file) : file_(file) {}

  /// The part of the page that is not in the file yet. Writers append to it, and call pass_on() now and then.
  std::string text;

  /// Reserves memory for a page of `size` bytes, or for the largest part of it that waits to be written to a file.
  void expect(std::size_t size) { text.reserve(file_ == nullptr ? size : (std::min)(size, 2 * chunk)); }
  /// Writes the text to the file, if there is one and enough text has been collected.
  void pass_on() {
    if (file_ != nullptr && text.size() >= chunk) flush();
  }
  void flush() {
    if (file_ == nullptr) return;
    file_->write(text.data(), text.size());
    text.clear();
  }

 private:
  static constexpr std::size_t chunk = std::size_t{1} << 18;
  os::File* file_ = nullptr;
};

}  // namespace erm::detail

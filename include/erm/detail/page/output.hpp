// Where a page goes: into one string, or piece by piece into a file.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "erm/detail/os/file.hpp"

namespace erm::detail {

class PageOutput {
 public:
  PageOutput() = default;
  explicit PageOutput(os::File* file) : file_(file) {}

  /// What is not in the file yet. Writers append to it and call pass_on() where much has come together.
  std::string text;

  /// Makes room for a page of `size` bytes, or for as much of it as comes together before a file gets it.
  void expect(std::size_t size) { text.reserve(file_ == nullptr ? size : std::min(size, 2 * chunk)); }
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

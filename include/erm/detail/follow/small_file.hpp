// A small file that is replaced as a whole, such as a run's metadata, and is read again when it may have changed.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "erm/artifact.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// Whether a file may have changed without showing it: its time says no more than the tick of a clock.
inline bool may_change_unseen(const os::FileState& state) {
  constexpr std::int64_t second = 1'000'000'000;
  const std::int64_t tick = state.modified_nanoseconds % second == 0 ? 2 * second : second / 20;
  return std::llabs(os::file_clock_nanoseconds() - state.modified_nanoseconds) <= tick;
}

class SmallFile {
 public:
  explicit SmallFile(std::string path) : path_(std::move(path)) {}

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const Bytes& bytes() const noexcept { return bytes_; }
  [[nodiscard]] bool is_there() const noexcept { return is_there_; }

  /// Reads the file if `state` differs from that of the last look, or does not tell. Returns whether its content did.
  bool look(const FileSystem& fs, const os::FileState& state, bool tells) {
    if (tells && is_settled_ && state == state_) return false;
    is_settled_ = false;
    const bool unsettled = may_change_unseen(state);
    Bytes now;
    bool is_there = state.kind != FileKind::missing;
    if (is_there) {
      try {
        now = fs.read_bounded(path_);
      } catch (const NotFoundError&) {
        is_there = false;
      }
    }
    state_ = state;
    is_settled_ = !unsettled;
    const bool differs = is_there != is_there_ || now != bytes_;
    is_there_ = is_there;
    bytes_ = std::move(now);
    return differs;
  }
  /// Reads it again at the next look.
  void distrust() noexcept { is_settled_ = false; }

 private:
  std::string path_;
  os::FileState state_;
  bool is_settled_ = false;
  bool is_there_ = false;
  Bytes bytes_;
};

}  // namespace erm::detail

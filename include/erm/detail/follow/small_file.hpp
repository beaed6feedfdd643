// A small file that is replaced as a whole, such as a run's metadata, and is read again when it may have changed.
#pragma once

#include <string>
#include <utility>

#include "erm/artifact.hpp"
#include "erm/detail/follow/run_files.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

class SmallFile {
 public:
  /// `place` is relative to the run's folder.
  explicit SmallFile(std::string place) : place_(std::move(place)) {}

  [[nodiscard]] const Bytes& bytes() const noexcept { return bytes_; }
  [[nodiscard]] bool is_there() const noexcept { return is_there_; }

  /// Reads the file if it may differ from the last look. Returns whether its content does.
  bool look(const RunFiles& files) {
    const os::FileState state = files.state(place_);
    if (files.tells() && is_settled_ && state == state_) return false;
    is_settled_ = false;
    const bool unsettled = may_change_unseen(state);
    Bytes now;
    bool is_there = state.kind != FileKind::missing;
    if (is_there) {
      try {
        now = files.fs()->read_bounded(files.path_of(place_));
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
  /// Forgets what was read, so that the next look reads it again, and tells of it again if it is still so.
  void distrust() noexcept {
    is_settled_ = is_there_ = false;
    bytes_.clear();
  }

 private:
  std::string place_;
  os::FileState state_;
  bool is_settled_ = false;
  bool is_there_ = false;
  Bytes bytes_;
};

}  // namespace erm::detail

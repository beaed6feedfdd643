// The history file of one writer of a live run, in any store.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/store/changed_file.hpp"
#include "erm/detail/store/history_csv.hpp"
#include "erm/detail/store/history_reader.hpp"
#include "erm/detail/store/metadata.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// Appends to the file. If the store cannot append, collects the text in a local temporary file, and stores that file.
/// If another program changes the file meanwhile, mends it, so that the run can be loaded, and goes on.
class HistoryFile {
 public:
  /// What another program did to the file, and what that means.
  struct Change {
    std::string message;
    bool has_lost_points = false;
  };

  /// `mends`: the file is a history, which this class knows how to mend. A change of any other throws ChangedFile.
  HistoryFile(FileSystem& fs, std::string path, std::uint64_t size, bool mends = true)
      : fs_(fs), path_(std::move(path)), size_(size), mends_(mends) {
    appender_ = fs_.appender(path_, size);
    if (appender_) return;
    staged_ = os::unnamed_file("history");
    Bytes before = fs_.info(path_).kind == FileKind::file ? fs_.read(path_) : Bytes();
    staged_.write_at(0, before.data(), to_size(size));
  }

  /// Whether append() changes the file at once.
  [[nodiscard]] bool can_append() const noexcept { return appender_ != nullptr; }

  void append(std::string_view text) {
    was_checked_ = true;
    if (!appender_) {
      staged_.write_at(size_, text.data(), text.size());
      size_ += text.size();
      return;
    }
    if (!is_told_) tell_shorter();
    try {
      appender_->append(text);
    } catch (const ChangedFile& changed) {
      if (!mends_) throw;
      mend(changed);
      tell_shorter();
      appender_->append(text);
    }
    size_ += text.size();
  }
  /// The size of the file with all that was appended.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// Calls `when_shorter(size)` after another program made the file shorter, before anything is appended to it.
  void when_shorter(std::function<void(std::uint64_t)> call) { when_shorter_ = std::move(call); }
  /// Gives `reader` the content.
  void read(HistoryReader& reader) const {
    constexpr std::size_t room = std::size_t{1} << 20;
    reader.begin(path_, size_);
    Bytes piece(room);
    std::size_t kept = 0;
    for (std::uint64_t at = 0; at < size_;) {
      if (kept == piece.size()) piece.resize(2 * kept);
      const std::size_t wanted = to_size((std::min<std::uint64_t>)(piece.size() - kept, size_ - at));
      const std::size_t got = appender_ ? fs_.read_at(path_, at, piece.data() + kept, wanted)
                                        : staged_.read_at(at, piece.data() + kept, wanted);
      if (got == 0) return;
      at += got;
      const std::size_t used = reader.consume({reinterpret_cast<const char*>(piece.data()), kept + got});
      kept = kept + got - used;
      std::copy_n(piece.begin() + static_cast<std::ptrdiff_t>(used), kept, piece.begin());
    }
  }
  /// Finds out whether another program changed the file, unless an append() since the last call did so.
  void mend_if_changed() {
    if (!std::exchange(was_checked_, false)) append({});
    was_checked_ = false;
  }
  /// The changes since the last call.
  [[nodiscard]] std::vector<Change> take_changes() { return std::exchange(changes_, {}); }
  void sync() {
    if (appender_) appender_->sync();
  }
  /// Whether some of the text is only in the temporary file so far.
  [[nodiscard]] bool is_staged() const { return !appender_ && stored_size_ != size_; }
  void store(Durability durability) {
    const Staged content(staged_, size_);
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

  /// The first bytes of an open file.
  class Front final : public Content {
   public:
    Front(const os::File& file, std::uint64_t size) : file_(file), size_(size) {}
    [[nodiscard]] std::uint64_t size() const override { return size_; }
    std::size_t read_at(std::uint64_t offset, std::uint8_t* into, std::size_t size) const override {
      if (offset >= size_) return 0;
      return file_.read_at(offset, into, to_size((std::min<std::uint64_t>)(size, size_ - offset)));
    }

   private:
    const os::File& file_;
    std::uint64_t size_;
  };

  /// How many bytes at the front of the file at path_ are a header and complete points. 0 if anything else is there.
  [[nodiscard]] std::uint64_t usable_size() const {
    constexpr std::size_t room = std::size_t{1} << 20;
    HistoryReader reader;
    reader.begin(path_, 0);
    Bytes piece;
    std::size_t kept = 0;
    std::uint64_t used = 0;
    try {
      for (;;) {
        piece.resize(kept + room);
        const std::size_t got = fs_.read_at(path_, used + kept, piece.data() + kept, room);
        if (used == 0 && kept + got > 0 && piece.front() == 0) return 0;
        if (got == 0) return used;
        const std::size_t consumed = reader.consume({reinterpret_cast<const char*>(piece.data()), kept + got});
        used += consumed;
        kept += got - consumed;
        std::copy_n(piece.begin() + static_cast<std::ptrdiff_t>(consumed), kept, piece.begin());
        static_cast<void>(reader.take());
      }
    } catch (const FormatError&) {
      return 0;
    }
  }

  /// Creates the file again from what this process has written. Returns how many bytes that are.
  std::uint64_t restore(const ChangedFile& changed) {
    try {
      // A network file system may have lost the content of a removed file.
      if (changed.file().info().size >= changed.size() &&
          fs_.create_from(path_, Front(changed.file(), changed.size())))
        return changed.size();
    } catch (const IoError&) {
      fs_.remove(path_);
    }
    return 0;
  }

  /// Moves a file that is no history out of the way, and returns where to.
  [[nodiscard]] std::string set_aside() {
    std::string place = path_ + ".set_aside";
    for (int i = 2; fs_.info(place).kind != FileKind::missing; ++i)
      place = path_ + ".set_aside-" + std::to_string(i);
    fs_.move(path_, place);
    return place;
  }

  /// If this fails, the next append() tries again.
  void mend(const ChangedFile& changed) {
    // The history of a run that was removed must not come back.
    if (!fs_.are_files({metadata_path(folder_of(folder_of(path_)))})) throw ChangedFile(changed);
    std::uint64_t usable = changed.change() == FileChange::removed ? 0 : usable_size();
    Change told{"another program " + ChangedFile::words(changed.change()) + " the history file '" + path_ + "'"};
    const bool is_elsewhere = changed.change() == FileChange::removed || changed.change() == FileChange::replaced;
    if (usable < history_header.size()) {
      usable = 0;
      if (changed.change() != FileChange::removed) {
        if (fs_.info(path_).size > 0)
          told.message += ", and what it left is no history and lies in '" + set_aside() + "'";
        else if (is_elsewhere)
          fs_.remove(path_);
      }
      if (is_elsewhere && (usable = restore(changed)) != 0) told.message += "; it is there again";
    }
    std::unique_ptr<Appender> appender = fs_.appender(path_, usable);
    if (!appender) throw ChangedFile(changed);
    if (usable == 0) appender->append(history_header);
    appender_ = std::move(appender);
    size_ = (std::max<std::uint64_t>)(usable, history_header.size());
    is_told_ = false;
    if (usable < changed.size()) {
      told.has_lost_points = true;
      told.message += "; " + std::to_string(changed.size() - (std::max<std::uint64_t>)(usable, history_header.size())) +
                      " bytes of its points are lost, unless that program kept a copy";
    }
    changes_.push_back(std::move(told));
  }

  /// If this fails, the next append() tries again.
  void tell_shorter() {
    if (when_shorter_) when_shorter_(size_);
    is_told_ = true;
  }

  FileSystem& fs_;
  std::string path_;
  std::uint64_t size_;
  bool mends_;
  std::unique_ptr<Appender> appender_;
  std::function<void(std::uint64_t)> when_shorter_;
  bool is_told_ = true;
  bool was_checked_ = false;
  std::vector<Change> changes_;
  os::File staged_;
  std::uint64_t stored_size_ = 0;
};

}  // namespace erm::detail

// A history file that is read on from where the last look ended.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/detail/run/rewinds.hpp"
#include "erm/detail/store/history_reader.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

class HistoryTail {
 public:
  /// `rewinds` must outlive it.
  HistoryTail(std::string path, std::uint64_t size, const std::vector<Rewind>& rewinds, bool is_named)
      : path_(std::move(path)) {
    reader_.leave_out(rewinds, is_named);
    reader_.begin(path_, size);
  }
  HistoryTail(const HistoryTail&) = delete;
  HistoryTail& operator=(const HistoryTail&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// Up to where complete lines were read.
  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }

  /// Reads the file up to `size`, in pieces, and calls drain(reader) after each. Returns false if what was read before is
  /// no longer in front of it. Throws FormatError for a line that is no point, and what the store throws.
  template <class Drain>
  bool read_on(const FileSystem& fs, std::uint64_t size, Drain&& drain) {
    // What may be a very long line is not read again until there is as much again.
    if (size < patient_until_) return true;
    const std::size_t room = (std::max)(std::size_t{1} << 20, fs.read_size());
    std::uint64_t at = offset_ - end_.size();
    Bytes piece(to_size(std::min<std::uint64_t>(room, size - at)));
    std::size_t kept = 0;
    bool is_checked = end_.empty();
    while (at < size) {
      const std::size_t wanted = to_size(std::min<std::uint64_t>(piece.size() - kept, size - at));
      const std::size_t got = fs.read_at(path_, at, piece.data() + kept, wanted);
      if (got == 0) break;
      at += got;
      kept += got;
      std::string_view text = std::string_view(reinterpret_cast<const char*>(piece.data()), kept);
      if (!is_checked) {
        if (kept < end_.size()) continue;
        if (text.substr(0, end_.size()) != end_) return false;
        text.remove_prefix(end_.size());
        is_checked = true;
      }
      const std::size_t used = reader_.consume(text);
      if (used > 0) {
        offset_ += used;
        drain(reader_);
        remember(text.substr(0, used));
      }
      const bool is_full = used == 0 && kept == piece.size() && at < size;
      const std::size_t left = text.size() - used;
      std::memmove(piece.data(), text.data() + used, left);
      kept = left;
      if (!is_full) continue;
      if (kept >= fs.max_metadata_size())
        throw FormatError("cannot read the history file '" + path_ + "': after " + std::to_string(offset_) +
                          " bytes it has a line of more than " + std::to_string(kept) +
                          " bytes, which ERM never writes; it was damaged, or is another file");
      piece.resize(2 * piece.size());
    }
    constexpr std::size_t long_line = std::size_t{1} << 20;
    patient_until_ = is_checked && kept > long_line ? offset_ + 2 * std::uint64_t{kept} : 0;
    return is_checked;
  }

 private:
  /// The last bytes of what was read tell whether the front of the file has changed.
  void remember(std::string_view text) {
    constexpr std::size_t enough = 64;
    if (text.size() >= enough) {
      end_ = text.substr(text.size() - enough);
    } else {
      end_ += text;
      if (end_.size() > enough) end_.erase(0, end_.size() - enough);
    }
  }

  std::string path_;
  HistoryReader reader_;
  std::uint64_t offset_ = 0;
  std::string end_;
  std::uint64_t patient_until_ = 0;
};

}  // namespace erm::detail

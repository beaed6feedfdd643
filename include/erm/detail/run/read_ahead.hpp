// A file in pieces, of which the next one is read while the caller looks at the one before.
//
//   ReadAhead pieces(fs, path, size);
//   std::size_t used = 0;
//   for (std::string_view text = pieces.next(0); !text.empty(); text = pieces.next(used)) used = consume(text);
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "erm/artifact.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/detail/os/process.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

class ReadAhead {
 public:
  /// `size`: of the file, as far as is known. What is appended meanwhile is read, too.
  ReadAhead(const FileSystem& fs, std::string path, std::uint64_t size)
      : fs_(fs), path_(std::move(path)), size_(size), most_(fs.has_folders() ? std::size_t{1} << 20 : std::size_t{4} << 20) {
    begin_reading();
  }
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;
  ~ReadAhead() {
    if (reading_.joinable()) reading_.join();
  }

  /// What the caller has not used of the last text, and then the next piece. Empty at the end of the file; the rest of the
  /// last text then stays unused. The last text is no longer valid. Throws like FileSystem::read_at.
  [[nodiscard]] std::string_view next(std::size_t used) {
    const std::string_view rest = text_.substr(used);
    const std::size_t got = finish_reading();
    if (got == 0) return {};
    offset_ += got;
    if (rest.size() > front_) make_room(rest.size(), got);
    std::uint8_t* const begin = next_.data() + (front_ - rest.size());
    if (!rest.empty()) std::memcpy(begin, rest.data(), rest.size());
    std::swap(text_bytes_, next_);
    // Few looks at a line that is longer than a piece.
    if (used == 0) most_ = (std::max)(most_, (std::min)(text_.size(), std::size_t{16} << 20));
    text_ = {reinterpret_cast<const char*>(begin), rest.size() + got};
    begin_reading();
    return text_;
  }
  /// How much of the file has been handed out.
  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }

 private:
  void begin_reading() {
    const std::uint64_t left = size_ > offset_ ? size_ - offset_ : 0;
    const std::size_t wanted = left == 0 ? std::size_t{4096} : to_size((std::min<std::uint64_t>)(most_, left));
    if (next_.size() < front_ + wanted) next_.resize(front_ + wanted);
    got_ = 0;
    error_ = nullptr;
    const auto read = [this, wanted] {
      try {
        got_ = fs_.read_at(path_, offset_, next_.data() + front_, wanted);
      } catch (...) {
        error_ = std::current_exception();
      }
    };
    // A file of one piece is read at once. So is the end, where there is most likely nothing.
    if ((left <= wanted && offset_ == 0) || left == 0) return read();
    try {
      const os::SignalsBlocked blocked;  // the program's handlers run on its own threads
      reading_ = std::thread(read);
      return;
    } catch (const std::system_error&) {
      // The system has no more threads.
    }
    read();
  }
  std::size_t finish_reading() {
    if (reading_.joinable()) reading_.join();
    if (error_) std::rethrow_exception(error_);
    return got_;
  }
  /// Moves the piece that was read back, so that a rest of the given size has room before it.
  void make_room(std::size_t rest, std::size_t got) {
    const std::size_t front = rest + rest / 4;
    Bytes larger(front + got);
    std::memcpy(larger.data() + front, next_.data() + front_, got);
    next_ = std::move(larger);
    front_ = front;
  }

  const FileSystem& fs_;
  std::string path_;
  std::uint64_t size_, offset_ = 0;
  std::size_t most_;                          // of a piece
  std::size_t front_ = std::size_t{1} << 12;  // room before each piece, for the rest of the one before
  Bytes text_bytes_, next_;
  std::string_view text_;
  std::size_t got_ = 0;  // of the next piece; it and the error are the thread's while that reads
  std::exception_ptr error_;
  std::thread reading_;
};

}  // namespace erm::detail

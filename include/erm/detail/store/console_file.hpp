// The file of what a process wrote to its console: console/<writer>.log in the run's folder.
//
// It has blocks of equal size. The first half of them is written once and keeps the beginning. The others are written in
// turn, over and over, and keep the end. Each block begins with a line that says which it is, and how many bytes came
// before it:
//
//   erm-console 1 65536 256 0 0 main       version, block size, blocks, number of this block, bytes before it, writer
//   b 1763883021123 0                      a process begins
//   a 1763883021127 12                     kind (o: stdout, e: stderr, a: either), unix milliseconds, bytes that follow
//   epoch 1 of 3
//
// A zero byte ends what is valid in a block.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/base/to_size.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/run/id_rules.hpp"

namespace erm::detail {

inline constexpr std::string_view console_mark = "erm-console 1 ";

struct ConsoleFrame {
  char kind = 0;
  std::int64_t milliseconds = 0;
  std::string_view text;
};

struct ConsoleBlock {
  std::uint64_t size = 0, blocks = 0, number = 0, before = 0;
  std::string_view writer;
  std::vector<ConsoleFrame> frames;
  std::size_t end = 0;        // of what is valid
  std::uint64_t content = 0;  // the bytes of its frames
};

/// Takes a number and the character behind it from the start of `text`.
inline bool take_console_number(std::string_view& text, std::uint64_t& number, char behind) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data() + text.size() || *end != behind) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return true;
}

/// Reads one block. Returns false if it is none. A last frame that was cut off is left out.
inline bool read_console_block(std::string_view bytes, ConsoleBlock& block) {
  std::string_view rest = bytes;
  if (rest.substr(0, console_mark.size()) != console_mark) return false;
  rest.remove_prefix(console_mark.size());
  if (!take_console_number(rest, block.size, ' ') || !take_console_number(rest, block.blocks, ' ') ||
      !take_console_number(rest, block.number, ' ') || !take_console_number(rest, block.before, ' '))
    return false;
  const std::size_t line = rest.find('\n');
  if (line == std::string_view::npos || block.size < 512 || block.blocks < 4) return false;
  block.writer = rest.substr(0, line);
  rest.remove_prefix(line + 1);
  while (rest.size() > 2 && rest[1] == ' ' && std::string_view("boea").find(rest[0]) != std::string_view::npos) {
    std::string_view at = rest.substr(2);
    std::uint64_t time = 0, size = 0;
    if (!take_console_number(at, time, ' ') || !take_console_number(at, size, '\n')) break;
    if (size >= at.size() || at[to_size(size)] != '\n') break;
    block.frames.push_back(
        {rest[0], static_cast<std::int64_t>(time), at.substr(0, to_size(size))});
    block.content += size;
    rest = at.substr(to_size(size) + 1);
  }
  block.end = bytes.size() - rest.size();
  return true;
}

/// The blocks of a file in the order in which they were written.
inline std::vector<ConsoleBlock> read_console_blocks(std::string_view bytes) {
  std::vector<ConsoleBlock> blocks;
  ConsoleBlock first;
  if (!read_console_block(bytes.substr(0, std::size_t{1} << 20), first)) return blocks;
  const auto size = to_size(first.size);
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    ConsoleBlock block;
    if (read_console_block(bytes.substr(at, size), block) && block.size == first.size) blocks.push_back(std::move(block));
  }
  std::sort(blocks.begin(), blocks.end(),
            [](const ConsoleBlock& a, const ConsoleBlock& b) { return a.number < b.number; });
  return blocks;
}

/// The writer that a file names, for a filename. "main" if it names none, or one that is no filename.
inline std::string console_writer(std::string_view bytes) {
  std::string_view line = bytes.substr(0, bytes.find('\n'));
  if (line.substr(0, console_mark.size()) != console_mark) return "main";
  line.remove_prefix(console_mark.size());
  for (int numbers = 4; numbers > 0; --numbers) line.remove_prefix((std::min)(line.find(' '), line.size() - 1) + 1);
  std::string writer(line);
  return fault_of_name(writer).empty() && writer.find('/') == std::string::npos ? writer : "main";
}

/// Appends to such a file. What the disk refuses is left out, and readers learn how much that is.
class ConsoleFileWriter {
 public:
  /// Continues what is in the file. `bound`: the size that it may reach, if it is new.
  ConsoleFileWriter(os::File& file, std::string writer, std::uint64_t bound) : file_(file), writer_(std::move(writer)) {
    block_size_ = (std::min)((std::max)(bound / 16, std::uint64_t{1024}), std::uint64_t{65536});
    blocks_ = (std::max)(bound / block_size_, std::uint64_t{4});
    std::string bytes(to_size(file.info().size), '\0');
    bytes.resize(file.read_at(0, bytes.data(), bytes.size()));
    const std::vector<ConsoleBlock> found = read_console_blocks(bytes);
    if (!found.empty()) {
      const ConsoleBlock& last = found.back();
      block_size_ = last.size;
      blocks_ = last.blocks;
      next_ = last.number + 1;
      at_ = place_of(last.number);
      position_ = last.end;
      offered_ = last.before + last.content;
    }
    buffer_.reserve(to_size(block_size_) + 64);
  }

  void append(char kind, std::int64_t milliseconds, std::string_view text) noexcept {
    constexpr std::size_t head = 40;
    do {
      if (position_ == 0 || position_ + head + (std::min)(text.size(), std::size_t{64}) > block_size_) begin_block();
      const std::size_t room = to_size(block_size_) - position_ - head;
      const std::string_view part = text.substr(0, room);
      buffer_.clear();
      buffer_ += kind;
      append_number(' ', static_cast<std::uint64_t>(milliseconds));
      append_number(' ', part.size());
      buffer_ += '\n';
      buffer_ += part;
      buffer_ += '\n';
      const std::size_t size = buffer_.size();
      buffer_ += '\0';
      offered_ += part.size();
      if (position_ != 0 && write(at_ + position_))
        position_ += size;
      else
        position_ = 0;  // a new block tells how much came before it
      text.remove_prefix(part.size());
    } while (!text.empty());
  }

 private:
  [[nodiscard]] std::uint64_t place_of(std::uint64_t number) const {
    const std::uint64_t first = blocks_ / 2;
    return block_size_ * (number < first ? number : first + (number - first) % (blocks_ - first));
  }
  void append_number(char before, std::uint64_t number) {
    char digits[24];
    const char* const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    buffer_ += before;
    buffer_.append(digits, static_cast<std::size_t>(end - digits));
  }
  void begin_block() noexcept {
    buffer_ = console_mark;
    buffer_.pop_back();
    for (const std::uint64_t number : {block_size_, blocks_, next_, offered_}) append_number(' ', number);
    buffer_ += ' ';
    buffer_ += writer_.substr(0, 200);
    buffer_ += '\n';
    const std::size_t size = buffer_.size();
    buffer_ += '\0';
    at_ = place_of(next_);
    if (!write(at_)) {
      position_ = 0;
      return;
    }
    position_ = size;
    ++next_;
  }
  bool write(std::uint64_t at) noexcept {
    try {
      file_.write_at(at, buffer_.data(), buffer_.size());
      return true;
    } catch (const std::exception&) {
      return false;  // the disk is full: the text is shown, and its size counts as left out
    }
  }

  os::File& file_;
  std::string writer_;
  std::uint64_t block_size_ = 0, blocks_ = 0, next_ = 0;
  std::uint64_t at_ = 0;      // where the block begins
  std::size_t position_ = 0;  // in it; 0 if there is none
  std::uint64_t offered_ = 0;
  std::string buffer_;
};

}  // namespace erm::detail

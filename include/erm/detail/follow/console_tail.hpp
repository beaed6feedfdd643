// The last lines of the files in console/, of which only the last blocks are read.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/console.hpp"
#include "erm/detail/base/to_size.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/detail/run/record.hpp"
#include "erm/detail/store/console_file.hpp"
#include "erm/experiment_run.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// Finds the blocks of one file: see console_file.hpp.
class ConsoleBlocks {
 public:
  ConsoleBlocks(const FileSystem& fs, std::string path, std::uint64_t file_size)
      : fs_(fs), path_(std::move(path)), file_size_(file_size) {
    ConsoleBlock first;
    if (!head_at(0, first)) return;
    size_ = first.size;
    blocks_ = first.blocks;
  }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// The number of the block that was written last. `known` is an earlier answer.
  [[nodiscard]] std::uint64_t last(std::uint64_t known) const {
    for (int more = 0; more < 3 && has(known); ++more) {
      if (!has(known + 1)) return known;
      ++known;
    }
    const std::uint64_t count = (file_size_ + size_ - 1) / size_, half = blocks_ / 2;
    if (count <= half) return last_before(count);
    // The blocks of the second half are written in turn: their numbers ascend up to the last, and the rest are older.
    ConsoleBlock begin;
    if (!head_at(half, begin)) return last_before(half);
    std::uint64_t low = half, high = (std::min)(count, blocks_);
    while (high - low > 1) {
      const std::uint64_t middle = low + (high - low) / 2;
      ConsoleBlock block;
      (head_at(middle, block) && block.number >= begin.number ? low : high) = middle;
    }
    return head_at(low, begin) ? begin.number : 0;
  }

  /// The block of that number with zeros up to its size. Empty if it is not there.
  [[nodiscard]] Bytes block(std::uint64_t number) const {
    Bytes bytes = read(place_of(number), to_size(size_));
    ConsoleBlock found;
    if (!read_console_block(view(bytes), found) || found.number != number || found.size != size_) return {};
    bytes.resize(to_size(size_));
    return bytes;
  }

 private:
  [[nodiscard]] std::uint64_t place_of(std::uint64_t number) const {
    const std::uint64_t half = blocks_ / 2;
    return number < half ? number : half + (number - half) % (blocks_ - half);
  }
  [[nodiscard]] Bytes read(std::uint64_t place, std::size_t size) const {
    Bytes bytes(size);
    bytes.resize(fs_.read_at(path_, place * size_, bytes.data(), size));
    return bytes;
  }
  /// Of the block at a place in the file.
  bool head_at(std::uint64_t place, ConsoleBlock& block) const {
    constexpr std::size_t enough = 512;
    return read_console_block(view(read(place, enough)), block) && (size_ == 0 || block.size == size_) &&
           block.size <= (std::uint64_t{1} << 20) && block.number < (std::uint64_t{1} << 62);
  }
  [[nodiscard]] bool has(std::uint64_t number) const {
    ConsoleBlock block;
    return head_at(place_of(number), block) && block.number == number;
  }
  /// Of those that are written once. The file may end with room for one more.
  [[nodiscard]] std::uint64_t last_before(std::uint64_t count) const {
    while (count > 1 && !has(count - 1)) --count;
    return count == 0 ? 0 : count - 1;
  }

  const FileSystem& fs_;
  std::string path_;
  std::uint64_t file_size_;
  std::uint64_t size_ = 0, blocks_ = 0;
};

/// The end of one file.
class ConsoleTail {
 public:
  /// At least the last `lines` lines, if there are so many in the last quarter of a MiB. Reads the blocks again that may
  /// have changed. Throws what the store throws.
  [[nodiscard]] std::vector<ConsoleLine> read(const FileSystem& fs, const std::string& path, std::uint64_t size,
                                              std::size_t lines) {
    constexpr std::size_t enough = std::size_t{1} << 18;
    const ConsoleBlocks blocks(fs, path, size);
    if (blocks.empty()) return {};
    last_ = blocks.last(last_);
    std::vector<Bytes> found;
    std::size_t ends = 0, bytes = 0;
    std::uint64_t number = last_;
    for (;; --number) {
      Bytes block = blocks.block(number);
      if (block.empty()) break;
      bytes += block.size();
      ConsoleBlock frames;
      read_console_block(view(block), frames);
      for (const ConsoleFrame& frame : frames.frames)
        ends += static_cast<std::size_t>(std::count(frame.text.begin(), frame.text.end(), '\n'));
      found.push_back(std::move(block));
      // The first line of each kind may begin in an earlier block.
      if (number == 0 || ends > lines + 3 || bytes >= enough) break;
    }
    Bytes all;
    for (auto block = found.rbegin(); block != found.rend(); ++block) all.insert(all.end(), block->begin(), block->end());
    RunRecord record;
    record.console = std::make_shared<const Content>(std::move(all));
    return RunAccess::make(std::move(record)).console().lines();
  }

 private:
  class Content final : public UnreadConsole {
   public:
    explicit Content(Bytes bytes) : bytes_(std::move(bytes)) {}
    [[nodiscard]] std::map<std::string, Bytes> read() const override { return {{"main.log", bytes_}}; }

   private:
    Bytes bytes_;
  };

  std::uint64_t last_ = 0;
};

}  // namespace erm::detail

// The code that is compiled into a loop that logs: it stores points, and looks up metrics by name. A thread writes 24
// bytes into its own chunk. Threads share no cache line and take no lock until the chunk is full; point_buffer.hpp
// handles the rest. A public header includes this file, so it includes little.
//
// The thread that logs owns a chunk's `count`, and the thread that writes the files owns `drained`. A chunk is reused
// only when its thread has closed it and all of its points are drained.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace erm::detail {

/// Set in a point's metric number if its value was a float: the file then has the float's shortest decimal.
inline constexpr std::uint32_t was_float = 0x80000000U;

struct PointRecord {
  double value;
  std::int64_t step;
  std::uint32_t metric;
  std::int32_t milliseconds;  // since the chunk's base
};

struct PointChunk {
  static constexpr std::uint32_t capacity = 4096;

  std::atomic<std::uint32_t> count{0};
  std::atomic<std::uint32_t> limit{capacity};  // 0 if its thread must call the buffer before it continues
  std::atomic<bool> closed{false};
  std::int64_t base_milliseconds = 0;
  std::atomic<std::uint32_t> drained{0};
  PointRecord records[capacity];
};

/// The chunk that this thread logs to, and the number of its buffer. Constant-initialised and without a destructor, so
/// that reading it is one load.
struct ThreadChunk {
  std::uint64_t buffer = 0;
  PointChunk* chunk = nullptr;
};
inline thread_local ThreadChunk thread_chunk;

/// A number that no buffer has, so that no thread has a chunk of it.
inline constexpr std::uint64_t no_buffer = ~std::uint64_t{0};

/// Stores a point if this thread's chunk belongs to that buffer and has room. Otherwise call PointBuffer::accept.
inline bool store_point(std::uint64_t buffer, std::uint32_t metric, double value, std::int64_t step,
                        std::int64_t milliseconds) noexcept {
  const ThreadChunk& mine = thread_chunk;
  if (mine.buffer != buffer) return false;
  PointChunk& chunk = *mine.chunk;
  const std::uint32_t n = chunk.count.load(std::memory_order_relaxed);
  const std::int64_t since = milliseconds - chunk.base_milliseconds;
  if (n >= chunk.limit.load(std::memory_order_relaxed) || since != static_cast<std::int32_t>(since)) return false;
  chunk.records[n] = {value, step, metric, static_cast<std::int32_t>(since)};
  chunk.count.store(n + 1, std::memory_order_release);
  return true;
}

/// A metric that a thread logged to.
struct KnownName {
  const char* name;  // the run's own copy, which lives as long as the run
  std::size_t size;
  std::uint64_t buffer;
  std::uint32_t number;

  [[nodiscard]] bool is(std::uint64_t of_buffer, std::string_view key) const noexcept {
    return buffer == of_buffer && size == key.size() && std::memcmp(name, key.data(), size) == 0;
  }
};

/// The metrics that a thread logged to last, found by name without a lock.
struct KnownNames {
  static constexpr std::size_t size = 64;
  KnownName names[size];

  /// Where the name is, if it is known.
  KnownName& place_of(std::string_view name) noexcept {
    std::uint32_t end = 0;
    if (name.size() >= 4)
      std::memcpy(&end, name.data() + name.size() - 4, 4);
    else
      for (const char c : name) end = end << 8 | static_cast<unsigned char>(c);
    const std::uint32_t mixed = (end + static_cast<std::uint32_t>(name.size())) * 2654435761U;
    return names[mixed >> 26];
  }
};
inline thread_local KnownNames known_names = {};

}  // namespace erm::detail

// The code that stores a point, which is compiled into the loop that logs. A thread writes 24 bytes into its own chunk.
// Threads share no cache line and take no lock until the chunk is full; point_buffer.hpp handles the rest. A public
// header includes this file, so it includes little.
//
// The thread that logs owns a chunk's `count`, and the thread that writes the files owns `drained`. A chunk is reused
// only when its thread has closed it and all of its points are drained.
#pragma once

#include <atomic>
#include <cstdint>

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
  std::uint32_t drained = 0;
  PointRecord records[capacity];
};

/// The chunk that this thread logs to, and the number of its buffer. Constant-initialised and without a destructor, so
/// that reading it is one load.
struct ThreadChunk {
  std::uint64_t buffer = 0;
  PointChunk* chunk = nullptr;
};
inline thread_local ThreadChunk thread_chunk;

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

}  // namespace erm::detail

// The buffer in which the points of a live run wait for the thread that writes them. Each thread fills its own chunks
// (point_chunk.hpp) and calls this class once in 4,096 points. Measured in docs/benchmarks.md.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "erm/detail/live/point_chunk.hpp"

namespace erm::detail {

/// Set when the thread is ending and has closed its chunks. A destructor that runs later may still log.
inline thread_local bool thread_is_ending = false;

/// A number for a buffer, by which a thread checks that its chunk belongs to that buffer. An address would not do:
/// another buffer may have had it. Two shared libraries may have separate counters and pass each other a LiveMetric, so
/// each counter starts at a different number.
inline std::uint64_t next_buffer_number() noexcept {
  static std::atomic<std::uint64_t> counter{1};
  constexpr std::uint64_t golden_ratio = 0x9E3779B97F4A7C15U;  // keeps the products of addresses far apart
  return reinterpret_cast<std::uintptr_t>(&counter) * golden_ratio + counter.fetch_add(1);
}

enum class BufferState : std::uint8_t { open, failing, ended };

class PointBuffer : public std::enable_shared_from_this<PointBuffer> {
 public:
  /// Has room for at least `points` before a caller must wait. `wake` wakes the writer.
  PointBuffer(std::size_t points, void (*wake)(void*), void* woken)
      : max_chunks_(std::max<std::size_t>(2, points / PointChunk::capacity)), wake_(wake), woken_(woken) {}

  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

  /// Stores a point, in a new chunk if the thread's own chunk is full. Waits while the buffer is full. If the writer
  /// cannot write, counts the point as lost instead. Returns false after the run has ended.
  bool accept(std::uint32_t metric, double value, std::int64_t step, std::int64_t milliseconds);

  /// Calls `visit(metric, step, milliseconds since 1970, value)` for every stored point; the points of one thread come
  /// in order. Not thread-safe.
  template <class Visit>
  void drain(Visit&& visit);

  /// The step of the point of a metric that was stored last and is not drained yet. Of several threads, the latest one
  /// by the clock.
  [[nodiscard]] std::optional<std::int64_t> last_step(std::uint32_t metric);

  /// If the writer cannot write, callers do not wait for it. With `ask` each of their points goes to accept() first.
  /// The state `ended` is final.
  void set_state(BufferState state, bool ask = false);
  /// Called in the child of a fork, on the thread that forked: the points belong to the parent. Sets the state `ended`.
  void leave_to_parent();
  /// Called later in the child: accepts points again.
  void reopen();
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_.load(); }
  /// Touches the memory of the first chunks, so that no caller pays for its page faults.
  void warm_up();

  std::mutex& mutex() { return mutex_; }

 private:
  struct Held {
    std::uint64_t number;
    std::weak_ptr<PointBuffer> buffer;
    PointChunk* chunk;
  };
  /// The chunks of one thread. They are closed when the thread ends.
  struct ThreadChunks {
    std::vector<Held> held;
    ~ThreadChunks() {
      thread_chunk = {};
      thread_is_ending = true;
      for (const Held& one : held)
        if (const std::shared_ptr<PointBuffer> buffer = one.buffer.lock()) one.chunk->closed.store(true);
    }
  };
  static ThreadChunks& this_thread() {
    static thread_local ThreadChunks chunks;
    return chunks;
  }
  PointChunk* new_chunk();
  /// Without zeros: records are written before they are read.
  static std::unique_ptr<PointChunk> new_memory() { return std::unique_ptr<PointChunk>(new PointChunk); }
  bool is_ended();
  bool accept_at_thread_end(std::uint32_t metric, double value, std::int64_t step, std::int64_t milliseconds);

  const std::uint64_t number_ = next_buffer_number();
  const std::size_t max_chunks_;
  void (*const wake_)(void*);
  void* const woken_;
  std::mutex mutex_;
  std::condition_variable has_room_;
  BufferState state_ = BufferState::open;
  std::vector<std::unique_ptr<PointChunk>> active_;  // in the order of their creation
  std::vector<std::unique_ptr<PointChunk>> free_;
  std::size_t woken_at_ = 0;
  std::atomic<std::uint64_t> lost_{0};
};

// ---- bodies ----

inline bool PointBuffer::is_ended() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return state_ == BufferState::ended;
}

inline bool PointBuffer::accept(std::uint32_t metric, double value, std::int64_t step, std::int64_t milliseconds) {
  if (is_ended()) return false;
  if (thread_is_ending) return accept_at_thread_end(metric, value, step, milliseconds);
  std::vector<Held>& held = this_thread().held;
  held.erase(std::remove_if(held.begin(), held.end(),
                            [&](const Held& one) { return one.number != number_ && one.buffer.expired(); }),
             held.end());
  const auto mine = std::find_if(held.begin(), held.end(), [&](const Held& one) { return one.number == number_; });
  if (mine != held.end()) {
    thread_chunk = {number_, mine->chunk};  // the thread has logged to another run meanwhile
    if (store_point(number_, metric, value, step, milliseconds)) return true;
    // From now on the chunk belongs to the writer.
    PointChunk* const full = mine->chunk;
    thread_chunk = {};
    held.erase(mine);
    full->closed.store(true, std::memory_order_release);
  }
  held.reserve(held.size() + 1);
  PointChunk* const chunk = new_chunk();
  if (chunk == nullptr) {
    if (is_ended()) return false;
    lost_.fetch_add(1);
    return true;
  }
  held.push_back(Held{number_, weak_from_this(), chunk});
  chunk->base_milliseconds = milliseconds;
  thread_chunk = {number_, chunk};
  return store_point(number_, metric, value, step, milliseconds);
}

/// A chunk for one point, which is closed at once.
inline bool PointBuffer::accept_at_thread_end(std::uint32_t metric, double value, std::int64_t step,
                                              std::int64_t milliseconds) {
  PointChunk* const chunk = new_chunk();
  if (chunk == nullptr) {
    if (is_ended()) return false;
    lost_.fetch_add(1);
    return true;
  }
  chunk->base_milliseconds = milliseconds;
  chunk->records[0] = {value, step, metric, 0};
  chunk->count.store(1, std::memory_order_release);
  chunk->closed.store(true, std::memory_order_release);
  return true;
}

/// Waits only if the writer can empty a chunk: open chunks may belong to threads that never log again.
inline PointChunk* PointBuffer::new_chunk() {
  std::unique_lock<std::mutex> lock(mutex_);
  const auto is_closed = [](const auto& chunk) { return chunk->closed.load(std::memory_order_relaxed); };
  while (state_ == BufferState::open && active_.size() >= max_chunks_ &&
         std::any_of(active_.begin(), active_.end(), is_closed)) {
    wake_(woken_);
    has_room_.wait(lock);
  }
  if (state_ == BufferState::ended) return nullptr;
  if (state_ == BufferState::failing && active_.size() >= max_chunks_) return nullptr;
  std::unique_ptr<PointChunk> chunk;
  if (free_.empty()) {
    chunk = new_memory();
  } else {
    chunk = std::move(free_.back());
    free_.pop_back();
  }
  active_.push_back(std::move(chunk));
  // Wakes the writer well before the buffer is full, but not for each chunk: a wake-up costs a system call.
  if (active_.size() >= woken_at_ + max_chunks_ / 16 + 1) {
    woken_at_ = active_.size();
    wake_(woken_);
  }
  return active_.back().get();
}

template <class Visit>
void PointBuffer::drain(Visit&& visit) {
  std::vector<PointChunk*> chunks;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    chunks.reserve(active_.size());
    for (const auto& chunk : active_) chunks.push_back(chunk.get());
    woken_at_ = 0;
  }
  for (PointChunk* const chunk : chunks) {
    const bool closed = chunk->closed.load(std::memory_order_acquire);
    const std::uint32_t count = chunk->count.load(std::memory_order_acquire);
    {
      // Points count as drained after their visit, for last_step(); the last one even if visit() throws.
      struct Drained {
        PointChunk& chunk;
        std::uint32_t points;
        ~Drained() { chunk.drained.store(points, std::memory_order_release); }
      } drained{*chunk, chunk->drained.load(std::memory_order_relaxed)};
      while (drained.points < count) {
        const PointRecord& point = chunk->records[drained.points++];
        visit(point.metric, point.step, chunk->base_milliseconds + point.milliseconds, point.value);
      }
    }
    if (!closed) continue;
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto used = std::find_if(active_.begin(), active_.end(), [&](const auto& one) { return one.get() == chunk; });
    std::unique_ptr<PointChunk> empty = std::move(*used);
    active_.erase(used);
    empty->count.store(0);
    empty->drained.store(0);
    empty->closed.store(false);
    empty->limit.store(PointChunk::capacity);
    free_.push_back(std::move(empty));
    has_room_.notify_all();
  }
}

inline std::optional<std::int64_t> PointBuffer::last_step(std::uint32_t metric) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::optional<std::int64_t> step;
  std::int64_t when = 0;
  for (const auto& chunk : active_) {
    const std::uint32_t drained = chunk->drained.load(std::memory_order_acquire);
    for (std::uint32_t i = chunk->count.load(std::memory_order_acquire); i > drained; --i) {
      const PointRecord& point = chunk->records[i - 1];
      if ((point.metric & ~was_float) != metric) continue;
      const std::int64_t milliseconds = chunk->base_milliseconds + point.milliseconds;
      if (!step || milliseconds >= when) {
        step = point.step;
        when = milliseconds;
      }
      break;
    }
  }
  return step;
}

inline void PointBuffer::set_state(BufferState state, bool ask) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (state_ == BufferState::ended) return;
  state_ = state;
  const bool stop = ask || state == BufferState::ended;
  for (const auto& chunk : active_) chunk->limit.store(stop ? 0 : PointChunk::capacity);
  has_room_.notify_all();
}

/// Of all threads only this one exists in the child, so the others' chunks are closed.
inline void PointBuffer::leave_to_parent() {
  const std::lock_guard<std::mutex> lock(mutex_);
  state_ = BufferState::ended;
  const PointChunk* mine = nullptr;
  if (!thread_is_ending)
    for (const Held& one : this_thread().held)
      if (one.number == number_) mine = one.chunk;
  for (const auto& chunk : active_) {
    chunk->limit.store(0);
    chunk->drained.store(chunk->count.load());
    if (chunk.get() != mine) chunk->closed.store(true);
  }
}

inline void PointBuffer::reopen() {
  ::new (static_cast<void*>(&has_room_)) std::condition_variable;  // threads of the parent may have waited for it
  const std::lock_guard<std::mutex> lock(mutex_);
  state_ = BufferState::open;
  woken_at_ = 0;
  lost_ = 0;
  for (const auto& chunk : active_) chunk->limit.store(PointChunk::capacity);
}

inline void PointBuffer::warm_up() {
  const std::size_t wanted = std::min<std::size_t>(32, max_chunks_);
  std::vector<std::unique_ptr<PointChunk>> chunks;
  for (std::size_t i = 0; i < wanted; ++i) {
    chunks.push_back(new_memory());
    for (PointRecord& record : chunks.back()->records) record = {};
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  for (auto& chunk : chunks) free_.push_back(std::move(chunk));
}

}  // namespace erm::detail

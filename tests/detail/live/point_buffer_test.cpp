#include "erm/detail/live/point_buffer.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"

namespace point_buffer_test {

using erm::detail::BufferState;
using erm::detail::PointBuffer;
using erm::detail::PointChunk;
using erm::detail::store_point;

namespace {

struct Point {
  std::uint32_t metric;
  std::int64_t step, milliseconds;
  double value;
};

std::vector<Point> drained(PointBuffer& buffer) {
  std::vector<Point> points;
  buffer.drain([&](std::uint32_t metric, std::int64_t step, std::int64_t milliseconds, double value) {
    points.push_back({metric, step, milliseconds, value});
  });
  return points;
}

/// As a caller of LiveMetric::log does.
bool log(PointBuffer& buffer, std::int64_t step, std::int64_t milliseconds = 1000, std::uint32_t metric = 0) {
  const auto value = static_cast<double>(step);
  return store_point(buffer.number(), metric, value, step, milliseconds) ||
         buffer.accept(metric, value, step, milliseconds);
}

std::shared_ptr<PointBuffer> make_buffer(std::size_t points, std::atomic<int>* wakes = nullptr) {
  return std::make_shared<PointBuffer>(
      points, [](void* counter) { if (counter != nullptr) ++*static_cast<std::atomic<int>*>(counter); }, wakes);
}

constexpr std::int64_t capacity = PointChunk::capacity;

/// Drains over and over on a thread of its own, as the writer of a run does.
class Writer {
 public:
  explicit Writer(PointBuffer& buffer) : thread_([this, &buffer] {
    while (!is_over_) {
      take(buffer);
      std::this_thread::yield();
    }
    take(buffer);
  }) {}
  ~Writer() { stop(); }
  void stop() {
    is_over_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::map<std::uint32_t, std::vector<std::int64_t>> steps;  // of each metric; to be read after stop()

 private:
  void take(PointBuffer& buffer) {
    buffer.drain([&](std::uint32_t metric, std::int64_t step, std::int64_t, double) { steps[metric].push_back(step); });
  }
  std::atomic<bool> is_over_{false};
  std::thread thread_;
};

}  // namespace

TEST_CASE("Points come out in the order in which they were logged, over many chunks") {
  const auto buffer = make_buffer(10 * static_cast<std::size_t>(capacity));
  for (std::int64_t i = 0; i < 3 * capacity + 5; ++i) REQUIRE(log(*buffer, i, 1000 + i, 7));
  const std::vector<Point> points = drained(*buffer);
  REQUIRE(points.size() == 3 * capacity + 5);
  for (std::int64_t i = 0; i < 3 * capacity + 5; ++i) {
    const Point& point = points[static_cast<std::size_t>(i)];
    REQUIRE((point.metric == 7 && point.step == i && point.milliseconds == 1000 + i && point.value == double(i)));
  }
  CHECK(drained(*buffer).empty());
}

TEST_CASE("Times that are too far apart for one chunk are kept") {
  const std::int64_t times[] = {0, -62135596800000, 253402300799999, 1763883021123, 1763883021123 + (1LL << 31)};
  const auto buffer = make_buffer(1 << 16);
  for (const std::int64_t time : times) REQUIRE(log(*buffer, 1, time));
  const std::vector<Point> points = drained(*buffer);
  REQUIRE(points.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) CHECK(points[i].milliseconds == times[i]);
}

TEST_CASE("A point that the visitor has seen is not passed again if the visitor throws") {
  const auto buffer = make_buffer(1 << 16);
  for (std::int64_t i = 0; i < 10; ++i) log(*buffer, i);
  std::vector<std::int64_t> seen;
  const auto take = [&](bool fails) {
    buffer->drain([&](std::uint32_t, std::int64_t step, std::int64_t, double) {
      seen.push_back(step);
      if (fails && step == 4) throw std::runtime_error("no room");
    });
  };
  CHECK_THROWS_AS(take(true), std::runtime_error);
  take(false);
  CHECK(seen == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("Nothing is lost if a tiny buffer is always full, and no thread waits forever") {
  std::atomic<int> wakes{0};
  const auto buffer = make_buffer(0, &wakes);  // two chunks
  Writer writer(*buffer);
  constexpr int threads = 8;
  constexpr std::int64_t each = 10 * capacity + 17;
  std::vector<std::thread> all;
  for (std::uint32_t t = 0; t < threads; ++t)
    all.emplace_back([&, t] {
      for (std::int64_t i = 0; i < each; ++i)
        if (!log(*buffer, i, 1000, t)) return;
    });
  for (std::thread& thread : all) thread.join();
  writer.stop();
  CHECK(buffer->lost() == 0);
  CHECK(wakes > 0);
  REQUIRE(writer.steps.size() == threads);
  for (const auto& [metric, steps] : writer.steps) {
    REQUIRE(steps.size() == each);
    for (std::int64_t i = 0; i < each; ++i) REQUIRE(steps[static_cast<std::size_t>(i)] == i);
  }
}

TEST_CASE("A thread continues if all other chunks belong to threads that no longer log") {
  const auto buffer = make_buffer(0);
  Writer writer(*buffer);
  std::atomic<int> ready{0};
  std::atomic<bool> over{false};
  std::vector<std::thread> idle;
  for (int t = 0; t < 4; ++t)
    idle.emplace_back([&] {
      log(*buffer, 1);
      ++ready;
      while (!over) std::this_thread::yield();
    });
  while (ready < 4) std::this_thread::yield();
  for (std::int64_t i = 0; i < 5 * capacity; ++i) log(*buffer, i, 1000, 1);
  over = true;
  for (std::thread& thread : idle) thread.join();
  writer.stop();
  CHECK(writer.steps[1].size() == 5 * capacity);
  CHECK(writer.steps[0].size() == 4);
}

TEST_CASE("A thread that alternates between two buffers uses the right one for each point") {
  const auto a = make_buffer(1 << 16), b = make_buffer(1 << 16);
  for (std::int64_t i = 0; i < 2 * capacity; ++i) {
    log(*a, i);
    log(*b, -i);
  }
  const std::vector<Point> from_a = drained(*a), from_b = drained(*b);
  REQUIRE(from_a.size() == 2 * capacity);
  REQUIRE(from_b.size() == 2 * capacity);
  for (std::int64_t i = 0; i < 2 * capacity; ++i) {
    REQUIRE(from_a[static_cast<std::size_t>(i)].step == i);
    REQUIRE(from_b[static_cast<std::size_t>(i)].step == -i);
  }
}

TEST_CASE("Chunks of threads that ended are reused") {
  const auto buffer = make_buffer(0);
  Writer writer(*buffer);
  for (int t = 0; t < 200; ++t) std::thread([&] { log(*buffer, 1); }).join();
  writer.stop();
  CHECK(writer.steps[0].size() == 200);
}

TEST_CASE("If the writer cannot write, points over the limit are counted as lost and nobody waits") {
  const auto buffer = make_buffer(0);
  buffer->set_state(BufferState::failing);
  for (std::int64_t i = 0; i < 3 * capacity; ++i) REQUIRE(log(*buffer, i));
  CHECK(buffer->lost() == static_cast<std::uint64_t>(capacity));
  const std::vector<Point> kept = drained(*buffer);
  REQUIRE(kept.size() == 2 * capacity);
  CHECK(kept.back().step == 2 * capacity - 1);
  buffer->set_state(BufferState::open);
  CHECK(log(*buffer, 1));
  CHECK(drained(*buffer).size() == 1);
}

TEST_CASE("A waiting thread is released if the buffer fails or ends") {
  for (const BufferState state : {BufferState::failing, BufferState::ended}) {
    std::atomic<int> wakes{0};
    const auto buffer = make_buffer(0, &wakes);
    std::atomic<bool> is_full{false}, last{true};
    std::thread waits([&] {
      for (std::int64_t i = 0; i < 2 * capacity; ++i) log(*buffer, i);
      wakes = 0;
      is_full = true;
      last = log(*buffer, 0);
    });
    while (!is_full || wakes == 0) std::this_thread::yield();
    buffer->set_state(state);
    waits.join();
    CHECK(last == (state == BufferState::failing));
    CHECK(buffer->lost() == (state == BufferState::failing ? 1U : 0U));
  }
}

TEST_CASE("A buffer that has ended accepts nothing, permanently") {
  const auto buffer = make_buffer(1 << 16);
  CHECK(log(*buffer, 1));
  buffer->set_state(BufferState::ended);
  buffer->set_state(BufferState::open);
  CHECK_FALSE(log(*buffer, 2));
  CHECK(drained(*buffer).size() == 1);
}

TEST_CASE("With ask, each point of a failing buffer comes to accept()") {
  const auto buffer = make_buffer(1 << 16);
  CHECK(log(*buffer, 1));
  CHECK(store_point(buffer->number(), 0, 2, 2, 1000));
  buffer->set_state(BufferState::failing, true);
  CHECK_FALSE(store_point(buffer->number(), 0, 3, 3, 1000));
  buffer->set_state(BufferState::open);
  CHECK(store_point(buffer->number(), 0, 4, 4, 1000));
  CHECK(drained(*buffer).size() == 3);
}

TEST_CASE("A buffer may be destroyed before a thread that logged to it ends") {
  std::atomic<int> stage{0};
  auto buffer = make_buffer(1 << 16);
  std::thread thread([&] {
    log(*buffer, 1);
    stage = 1;
    while (stage != 2) std::this_thread::yield();
    const auto next = make_buffer(1 << 16);
    CHECK(log(*next, 5));
    CHECK(drained(*next).size() == 1);
  });
  while (stage != 1) std::this_thread::yield();
  buffer.reset();
  stage = 2;
  thread.join();
}

TEST_CASE("The destructor of another thread_local object may still log") {
  static std::shared_ptr<PointBuffer> buffer;
  buffer = make_buffer(1 << 16);
  struct Late {
    ~Late() {
      for (std::int64_t i = 2; i < 5; ++i) log(*buffer, i);
    }
    int used = 0;
  };
  std::thread([] {
    static thread_local Late late;  // made first, destroyed last
    late.used = 1;
    log(*buffer, 1);
  }).join();
  const std::vector<Point> points = drained(*buffer);
  REQUIRE(points.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(points[i].step == static_cast<std::int64_t>(i) + 1);
  buffer.reset();
}

}  // namespace point_buffer_test

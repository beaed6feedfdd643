// Looks at the watched runs again and again in a thread of its own, so that the screen answers to keys while a store
// lets it wait.
//
//   SceneReader reader(look, WatchedScene(), std::chrono::milliseconds(500));
//   reader.scene();          // the last one; when a look fails, with a notice that says why
#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "erm/detail/os/process.hpp"
#include "erm/detail/watch/scene.hpp"

namespace erm::detail {

class SceneReader {
 public:
  using Look = std::function<WatchedScene()>;

  /// Calls look() in the thread only: at once, and then again and again. Until the first has returned, the scene is
  /// `first`.
  SceneReader(Look look, WatchedScene first, std::chrono::milliseconds interval)
      : look_(std::move(look)), interval_(interval), scene_(std::make_shared<WatchedScene>(std::move(first))) {
    const os::SignalsBlocked blocked;  // they wake the thread that draws
    thread_ = std::thread([this] { read(); });
  }
  SceneReader(const SceneReader&) = delete;
  SceneReader& operator=(const SceneReader&) = delete;
  ~SceneReader() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ends_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  /// Waits for the first look, at most so long.
  void wait_for_first(std::chrono::milliseconds limit) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, limit, [&] { return has_looked_; });
  }
  [[nodiscard]] std::shared_ptr<const WatchedScene> scene() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return scene_;
  }

 private:
  void read() {
    std::unique_lock<std::mutex> lock(mutex_);
    do {
      const std::shared_ptr<const WatchedScene> before = scene_;
      lock.unlock();
      std::shared_ptr<const WatchedScene> next;
      try {
        next = std::make_shared<WatchedScene>(look_());
      } catch (const std::exception& error) {
        next = with_notice(*before, error.what());
      }
      lock.lock();
      if (next) scene_ = std::move(next);
      has_looked_ = true;
      changed_.notify_all();
    } while (!changed_.wait_for(lock, interval_, [&] { return ends_; }));
  }
  static std::shared_ptr<const WatchedScene> with_notice(const WatchedScene& scene, const char* text) noexcept {
    try {
      auto copy = std::make_shared<WatchedScene>(scene);
      copy->notice = text;
      return copy;
    } catch (const std::exception&) {
      return nullptr;
    }
  }

  Look look_;
  std::chrono::milliseconds interval_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<const WatchedScene> scene_;
  bool ends_ = false, has_looked_ = false;
  std::thread thread_;
};

}  // namespace erm::detail

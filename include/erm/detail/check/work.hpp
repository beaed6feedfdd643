// What all parts of a check share: the store, the findings, and how far the work has come.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "erm/artifact.hpp"
#include "erm/check_report.hpp"
#include "erm/detail/base/sha256.hpp"
#include "erm/detail/run/paths.hpp"
#include "erm/error.hpp"
#include "erm/file_system.hpp"

namespace erm::detail {

/// A problem, and how to repair it.
struct CheckFinding {
  CheckProblem problem;
  /// Returns what prevents the repair, or an empty text. Empty if there is no way. May throw Error.
  std::function<std::string()> repair = {};
};

/// The check was stopped by the caller, while a helper was at work.
struct CheckStopped {};

class CheckWork {
 public:
  CheckWork(std::shared_ptr<FileSystem> store, std::string root_path, const CheckOptions& how)
      : fs(std::move(store)), root(std::move(root_path)), options(how) {}

  std::shared_ptr<FileSystem> fs;
  std::string root;
  const CheckOptions& options;
  std::atomic<std::size_t> runs{0}, artifacts{0};
  std::atomic<std::uint64_t> bytes_hashed{0};
  std::atomic<bool> is_stopped{false};

  [[nodiscard]] std::string place_of(const std::string& path) const { return joined(root, path); }

  /// Tells the caller how far the work has come, if this is its thread.
  void tick() const {
    if (is_stopped) throw CheckStopped();
    if (options.on_progress && std::this_thread::get_id() == caller_)
      options.on_progress({runs.load(), artifacts.load(), bytes_hashed.load()});
  }

  /// The SHA-256 of a file of `size` bytes, with little memory.
  [[nodiscard]] std::string hash_of(const std::string& place, std::uint64_t size) {
    thread_local Bytes piece;
    const std::size_t room = static_cast<std::size_t>((std::min<std::uint64_t>)(fs->read_size(), size));
    if (piece.size() < room) piece.resize(room);
    Sha256 hash;
    for (std::uint64_t at = 0; at < size;) {
      tick();
      const std::size_t wanted = static_cast<std::size_t>((std::min<std::uint64_t>)(piece.size(), size - at));
      const std::size_t got = fs->read_at(place, at, piece.data(), wanted);
      if (got == 0) break;
      hash.update(piece.data(), got);
      at += got;
      bytes_hashed += got;
    }
    return hash.hex();
  }

 private:
  std::thread::id caller_ = std::this_thread::get_id();
};

/// What an error says about the file at `place`: "line 3: it is not ...". Without its advice.
inline std::string fault_text(const Error& error, const std::string& place) {
  std::string text = error.what();
  const std::string name = "'" + place + "'";
  if (const std::size_t at = text.find(name); at != std::string::npos) {
    text.erase(0, at + name.size());
    text.erase(0, (std::min)(text.find_first_not_of(" :,"), text.size()));
  }
  if (const std::size_t advice = text.rfind("; "); advice != std::string::npos) text.resize(advice);
  return text;
}

}  // namespace erm::detail

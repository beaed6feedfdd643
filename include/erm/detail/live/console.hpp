// Keeps what the process of a live run writes to stdout and stderr: LiveOptions::capture_console.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "erm/detail/base/to_size.hpp"
#include "erm/detail/live/folder.hpp"
#include "erm/detail/os/console.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/os/identity.hpp"
#include "erm/detail/os/process.hpp"
#include "erm/detail/provenance/masked_lines.hpp"
#include "erm/detail/run/contents.hpp"
#include "erm/detail/store/console_file.hpp"
#include "erm/error.hpp"
#include "erm/live_options.hpp"

namespace erm::detail {

/// In the helper process: masks secrets line by line, and writes what comes to the file. Holds a line back until it is
/// complete, but not for longer than a second.
class ConsoleRecorder final : public os::ConsoleSink {
 public:
  explicit ConsoleRecorder(ConsoleFileWriter& file) : file_(file) { file_.append('b', now(), {}); }

  void take(os::ConsoleSource source, std::string_view text) noexcept override {
    Held& held = source == 'e' ? held_[1] : held_[0];
    if (held.text.empty()) held.since = os::steady_milliseconds();
    held.source = source;
    held.text += text;
    const std::size_t end = held.text.find_last_of("\r\n");
    if (end != std::string::npos) keep(held, end + 1);
    if (held.text.size() > longest_line) keep(held, held.text.size());
  }
  void settle(bool all) noexcept override {
    for (Held& held : held_)
      if (!held.text.empty() && (all || os::steady_milliseconds() - held.since > 1000)) keep(held, held.text.size());
  }

 private:
  static constexpr std::size_t longest_line = 16384;

  struct Held {
    os::ConsoleSource source = 0;
    std::int64_t since = 0;
    std::string text;
    LineMasker masker;
  };

  static std::int64_t now() noexcept {
    const auto time = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  }

  void keep(Held& held, std::size_t size) noexcept {
    const std::string_view text = std::string_view(held.text).substr(0, size);
    masked_.clear();
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = (std::min)(text.find_first_of("\r\n", at), text.size());
      if (end > at) masked_ += held.masker.masked(text.substr(at, end - at));
      if (end < text.size()) masked_ += text[end];
      at = end + 1;
    }
    file_.append(held.source, now(), masked_);
    held.text.erase(0, size);
    held.since = os::steady_milliseconds();
  }

  ConsoleFileWriter& file_;
  Held held_[2];
  std::string masked_;
};

/// The console of this process while a run captures it. One run at a time does.
class LiveConsole {
 public:
  /// Returns null unless the options ask for it. Throws Error if another run of this process has it.
  static std::unique_ptr<LiveConsole> begin(const LiveFolder& folder, const LiveOptions& options) {
    if (!options.capture_console) return nullptr;
    return std::unique_ptr<LiveConsole>(new LiveConsole(folder, options));
  }
  LiveConsole(const LiveConsole&) = delete;
  LiveConsole& operator=(const LiveConsole&) = delete;
  ~LiveConsole() { end(); }

  /// Returns when what this process has written is in the file, at most after a few seconds.
  void settle() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (has_ended_) return;
    std::fflush(stdout);
    console_->settle(patience);
  }
  /// The same for the writing thread: waits for no lock, because a thread that crashed may hold it.
  void try_settle() {
    const std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
    if (!lock.owns_lock() || has_ended_) return;
    os::try_flush_stdout();
    console_->settle(patience);
  }
  /// Puts the descriptors back. A second call does nothing. Never throws.
  void end() noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (has_ended_) return;
    has_ended_ = true;
    console_->restore(patience);
    holder_.leave();
  }
  /// Returns a message, once, if somebody has killed the helper; then the console is no longer captured.
  [[nodiscard]] std::string look_after() {
    {
      const std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
      if (!lock.owns_lock() || has_ended_ || console_->is_helped()) return {};
    }
    end();
    return "the process that keeps its console ('erm-console') was killed; what is written from now on is shown, and "
           "not kept";
  }
  /// Whether the file lies elsewhere than in the run so far.
  [[nodiscard]] bool is_staged() const noexcept { return is_staged_; }
  /// Stores the file in the run.
  void store(FileSystem& fs, Durability durability) {
    const std::uint64_t size = file_.info().size;
    Bytes content(to_size(size));
    content.resize(file_.read_at(0, content.data(), content.size()));
    if (content == stored_) return;
    fs.write(path_, view(content), durability);
    stored_ = std::move(content);
  }

 private:
  static constexpr std::chrono::milliseconds patience = std::chrono::seconds(5);

  /// Which run of this process has the console.
  class Holder {
   public:
    explicit Holder(const std::string& uri) {
      const std::lock_guard<std::mutex> lock(mutex());
      // A child of fork() may capture what it writes itself, which then passes through both runs.
      if (!here().first.empty() && here().second == os::process_number())
        throw Error("cannot capture the console for the live run '" + uri + "': the live run '" + here().first +
                    "' of this process has it; end that run first, or leave capture_console off");
      here() = {uri, os::process_number()};
      uri_ = uri;
    }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;
    ~Holder() { leave(); }
    void leave() noexcept {
      const std::lock_guard<std::mutex> lock(mutex());
      if (here().first == uri_ && here().second == os::process_number()) here().first.clear();
    }

   private:
    static std::pair<std::string, std::string>& here() {
      static std::pair<std::string, std::string>* const holder = new std::pair<std::string, std::string>;
      return *holder;
    }
    static std::mutex& mutex() {
      static std::mutex* const one = new std::mutex;
      return *one;
    }
    std::string uri_;
  };

  LiveConsole(const LiveFolder& folder, const LiveOptions& options)
      : holder_(folder.uri()), path_(folder.console_path()), is_staged_(!folder.fs().is_local()) {
    if (is_staged_)
      open_staged(folder.fs());
    else
      open_in_run();
    ConsoleFileWriter writer(file_, options.writer, options.console_size);
    ConsoleRecorder recorder(writer);
    console_ = std::make_unique<os::RedirectedConsole>(recorder, file_);
    if (!is_staged_) file_ = os::File();  // its lock ends with the helper
  }

  void open_staged(FileSystem& fs) {
    file_ = os::unnamed_file("console");
    if (fs.info(path_).kind != FileKind::file) return;
    stored_ = fs.read(path_);
    file_.write_at(0, stored_.data(), stored_.size());
  }
  /// Another helper may still write to the file of an earlier process, whose children live: then takes the next name.
  void open_in_run() {
    os::make_folder(folder_of(path_));
    const std::string stem = path_.substr(0, path_.size() - 4);
    for (int i = 2;; ++i) {
      if (os::try_create(path_, file_) == os::Created::exists) file_ = os::open_to_write(path_);
      if (file_ && file_.try_lock() != os::File::Lock::taken_by_another) return;
      path_ = stem + "." + std::to_string(i) + ".log";
    }
  }

  Holder holder_;
  std::string path_;
  const bool is_staged_;
  os::File file_;
  Bytes stored_;  // what the store has
  std::mutex mutex_;
  bool has_ended_ = false;
  std::unique_ptr<os::RedirectedConsole> console_;
};

}  // namespace erm::detail

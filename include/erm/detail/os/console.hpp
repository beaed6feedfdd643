// Where a process writes its stdout and stderr: put through a helper process, which keeps what comes and passes it on.
//
// The descriptors 1 and 2 become pipes, or pseudo-terminals where they were terminals. A process of our own has the
// other ends. It outlives this one, so what write() accepted is not lost if this one is killed, and children may write
// for as long as they live. Where both descriptors lead to the same place they share one pipe, which keeps the order.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include "erm/detail/os/api.hpp"
#include "erm/detail/os/file.hpp"

namespace erm::detail::os {

/// Writes what stdout holds in its buffer, unless another thread is writing to it.
void try_flush_stdout() noexcept;

/// Which descriptor a text came from: 'o' for stdout, 'e' for stderr, 'a' if they lead to the same place.
using ConsoleSource = char;

/// What keeps the text, in the helper process. It must not throw, and uses no file but the one that was given.
class ConsoleSink {
 public:
  virtual ~ConsoleSink() = default;
  virtual void take(ConsoleSource source, std::string_view text) noexcept = 0;
  /// Called when no more text is there for the moment. With `all`, keeps also what it held back.
  virtual void settle(bool all) noexcept = 0;
};

/// The descriptors of this process while they lead to a helper.
class RedirectedConsole {
 public:
  /// Starts the helper. `file` is the sink's. Throws IoError if the system refuses, and Error on Windows.
  RedirectedConsole(ConsoleSink& sink, const File& file);
  RedirectedConsole(const RedirectedConsole&) = delete;
  RedirectedConsole& operator=(const RedirectedConsole&) = delete;
  /// Puts the descriptors back, if restore() has not.
  ~RedirectedConsole() { restore(std::chrono::seconds(1)); }

  /// Returns true when everything written so far is kept and shown, false after `limit`, or if the helper was killed.
  bool settle(std::chrono::milliseconds limit) noexcept { return ask('d', limit); }
  /// Whether the helper lives. If somebody killed it, what is written waits in the pipes until restore().
  [[nodiscard]] bool is_helped() const noexcept;
  /// Puts the descriptors back, unless the program has replaced them, and ends what is kept. What children write later
  /// is shown and not kept. Returns like settle(). A second call does nothing.
  bool restore(std::chrono::milliseconds limit) noexcept;

 private:
#if defined(_WIN32)
  bool ask(char, std::chrono::milliseconds) noexcept { return true; }
#else
  struct Channel {
    ConsoleSource source = 0;
    api::Descriptor original;  // where it is shown
    api::Descriptor reader;    // the helper's end, kept here, too: a helper that was killed raises no SIGPIPE
    api::FileFacts facts;      // of our end, to recognise it
    bool is_terminal = false;
  };

  bool ask(char what, std::chrono::milliseconds limit) noexcept;
  void open_channel(Channel& channel, int number, api::Descriptor& end);
  void put_back() noexcept;
  [[noreturn]] void help(ConsoleSink& sink, int file) noexcept;

  Channel channels_[2];
  int channel_of_[2] = {-1, -1};  // of the descriptors 1 and 2; -1 if that is closed
  api::Descriptor request_, answer_;
  api::Descriptor requests_, answers_;  // the helper's
  bool is_restored_ = false;
#endif
};

}  // namespace erm::detail::os

#if defined(_WIN32)
#include "erm/error.hpp"

namespace erm::detail::os {

inline void try_flush_stdout() noexcept {}
inline RedirectedConsole::RedirectedConsole(ConsoleSink&, const File&) {
  throw Error("cannot capture the console: ERM does not on Windows; leave LiveOptions::capture_console off");
}
inline bool RedirectedConsole::is_helped() const noexcept { return false; }
inline bool RedirectedConsole::restore(std::chrono::milliseconds) noexcept { return true; }

}  // namespace erm::detail::os
#else
#include "erm/detail/os/console_posix.hpp"
#endif

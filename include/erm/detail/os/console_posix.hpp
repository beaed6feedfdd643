// The bodies of os/console.hpp for POSIX systems.
#pragma once

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <ctime>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "erm/detail/os/api.hpp"
#include "erm/detail/os/console.hpp"
#include "erm/detail/os/process.hpp"
#include "erm/error.hpp"

namespace erm::detail::os {

[[noreturn]] inline void fail_to_capture(const char* what) {
  throw IoError(std::string("cannot capture the console: cannot ") + what,
                std::error_code(errno, std::generic_category()));
}

inline void try_flush_stdout() noexcept {
  if (::ftrylockfile(stdout) != 0) return;
  std::fflush(stdout);
  ::funlockfile(stdout);
}

/// Writes all of a text. Returns false for a place that takes no more, such as a pipe whose reader is gone. What a full
/// disk refuses is left out.
inline bool show(int file, std::string_view text) noexcept {
  while (!text.empty()) {
    const auto put = api::write_file(file, text.data(), text.size());
    if (put >= 0) {
      text.remove_prefix(static_cast<std::size_t>(put));
    } else if (errno == EAGAIN) {  // a terminal that another program has made so
      api::Waiting waiting = {file, api::can_write, 0};
      api::wait_for_files(&waiting, 1, 1000);
    } else if (errno != EINTR) {
      return errno == ENOSPC || errno == EDQUOT;
    }
  }
  return true;
}

/// What is there now, at most `size` bytes: a terminal gives it in small pieces. Closes the file, and sets it to -1, when
/// nobody can write to it any more.
inline std::string_view read_there(int& file, char* text, std::size_t size) noexcept {
  std::size_t filled = 0;
  while (filled < size) {
    const auto got = api::read_file(file, text + filled, size - filled);
    if (got > 0) {
      filled += static_cast<std::size_t>(got);
    } else if (got == 0 || errno != EINTR) {
      if (got == 0 || errno != EAGAIN) {  // the last writer has closed it; a pseudo-terminal says EIO
        api::close_file(file);
        file = -1;
      }
      break;
    }
  }
  return {text, filled};
}

/// A duplicate that programs which this process starts do not get, behind the numbers of the standard streams.
inline api::Descriptor duplicate_of(int file) {
  api::Descriptor made(api::control_file(file, api::duplicate, 3));
  if (!made) fail_to_capture("duplicate a descriptor");
  return made;
}

inline void RedirectedConsole::open_channel(Channel& channel, int number, api::Descriptor& end) {
  channel.original = duplicate_of(number);
  channel.is_terminal = api::is_terminal(number) == 1;
  if (channel.is_terminal) {
    channel.reader = api::Descriptor(api::open_terminal_master(api::read_and_write | api::not_controlling));
    char name[256];
    if (!channel.reader || api::grant_terminal(channel.reader.get()) != 0 ||
        api::unlock_terminal(channel.reader.get()) != 0 ||
        api::terminal_name(channel.reader.get(), name, sizeof name) != 0)
      fail_to_capture("open a pseudo-terminal");
    end = api::Descriptor(api::open_file(name, api::read_and_write | api::not_controlling | api::not_inherited));
    if (!end) fail_to_capture("open a pseudo-terminal");
    api::TerminalSettings settings = {};
    if (api::terminal_settings(number, &settings) == 0 || api::terminal_settings(end.get(), &settings) == 0) {
      api::pass_unchanged(settings);
      api::set_terminal_settings(end.get(), 0, &settings);
    }
    api::TerminalSize size = {};
    if (api::size_of_terminal(number, size)) api::resize_terminal(end.get(), size);
  } else {
    int ends[2];
    if (api::make_pipe_with(ends, api::not_inherited) != 0) fail_to_capture("make a pipe");
    channel.reader = duplicate_of(ends[0]);
    end = duplicate_of(ends[1]);
    api::close_file(ends[0]);
    api::close_file(ends[1]);
    if constexpr (api::set_pipe_size >= 0) api::control_file(end.get(), api::set_pipe_size, 1 << 20);  // or stays
  }
  if (channel.reader.get() < 3) channel.reader = duplicate_of(channel.reader.get());
  api::control_file(channel.reader.get(), api::set_inherited, api::closed_on_exec);
  api::control_file(channel.reader.get(), api::set_flags, api::without_waiting);
  if (!api::look_at(end.get(), channel.facts)) fail_to_capture("look at a descriptor");
}

inline RedirectedConsole::RedirectedConsole(ConsoleSink& sink, const File& file) {
  api::FileFacts places[2];
  bool is_open[2];
  for (int i = 0; i < 2; ++i) is_open[i] = api::look_at(i + 1, places[i]);
  const bool is_same = is_open[0] && is_open[1] && places[0].device == places[1].device &&
                       places[0].inode == places[1].inode;
  api::Descriptor ends[2];
  for (int i = 0; i < 2; ++i) {
    if (!is_open[i]) continue;
    channel_of_[i] = is_same ? 0 : i;
    if (i == 1 && is_same) continue;
    channels_[i].source = is_same ? 'a' : i == 0 ? 'o' : 'e';
    open_channel(channels_[i], i + 1, ends[i]);
  }
  for (const auto& [ours, helpers] : {std::pair(&answer_, &answers_), std::pair(&requests_, &request_)}) {
    int made[2];
    if (api::make_pipe_with(made, api::not_inherited) != 0) fail_to_capture("make a pipe");
    *ours = duplicate_of(made[0]);
    *helpers = duplicate_of(made[1]);
    api::close_file(made[0]);
    api::close_file(made[1]);
  }
  std::fflush(stdout);
  const SignalsBlocked blocked;  // in the helper, too, and until it has its name
  // The helper is no child of this process, whose wait() would never end.
  const int process = api::fork_process();
  if (process < 0) fail_to_capture("start a process");
  if (process == 0) {
    const int helper = api::fork_without_hooks();
    if (helper != 0) api::end_process(helper < 0 ? 1 : 0);
    help(sink, file.handle().get());
  }
  int status = 0;
  while (api::wait_for_process(process, &status, 0) < 0 && errno == EINTR) {
  }
  requests_ = api::Descriptor();
  answers_ = api::Descriptor();
  for (int i = 0; i < 2; ++i)
    if (channel_of_[i] >= 0) api::duplicate_to(ends[channel_of_[i]].get(), i + 1);
  if (!settle(std::chrono::seconds(10))) {
    put_back();
    is_restored_ = true;
    throw IoError("cannot capture the console: the system gives no process to keep it",
                  std::make_error_code(std::errc::resource_unavailable_try_again));
  }
}

inline bool RedirectedConsole::ask(char what, std::chrono::milliseconds limit) noexcept {
  if (is_restored_) return true;
  const int before = errno;
  bool is_done = false;
  // The answers come in order, and an answer that came too late is read here.
  static_assert(sizeof(char) == 1);
  char answer = 0;
  api::Waiting none = {answer_.get(), api::can_read, 0};
  while (api::wait_for_files(&none, 1, 0) > 0 && api::read_file(answer_.get(), &answer, 1) > 0) {
  }
  if (none.found == 0 || (none.found & api::can_read) != 0) {
    // The reader of this pipe may have been killed: no SIGPIPE for the program.
    const SignalsBlocked blocked;
    api::Waiting helper = {request_.get(), api::can_write, 0};
    if (api::wait_for_files(&helper, 1, 0) > 0 && helper.found == api::can_write &&
        api::write_file(request_.get(), &what, 1) == 1) {
      api::Waiting waiting = {answer_.get(), api::can_read, 0};
      const auto deadline = std::chrono::steady_clock::now() + limit;
      for (;;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
        const int found = api::wait_for_files(&waiting, 1, left < 0 ? 0 : static_cast<int>(left));
        if (found < 0 && errno == EINTR) continue;
        is_done = found > 0 && api::read_file(answer_.get(), &answer, 1) == 1;
        break;
      }
    }
  }
  errno = before;
  return is_done;
}

inline bool RedirectedConsole::is_helped() const noexcept {
  if (is_restored_) return true;
  api::Waiting helper = {answer_.get(), 0, 0};  // its end is closed when it ends
  return api::wait_for_files(&helper, 1, 0) <= 0;
}

inline void RedirectedConsole::put_back() noexcept {
  for (int i = 0; i < 2; ++i) {
    if (channel_of_[i] < 0) continue;
    const Channel& channel = channels_[channel_of_[i]];
    api::FileFacts now;
    if (api::look_at(i + 1, now) && now.inode == channel.facts.inode && now.device == channel.facts.device)
      api::duplicate_to(channel.original.get(), i + 1);
  }
}

inline bool RedirectedConsole::restore(std::chrono::milliseconds limit) noexcept {
  if (is_restored_) return true;
  std::fflush(stdout);
  put_back();
  const bool is_done = ask('e', limit);
  if (!is_done) {
    // Nobody else may be there to show what the pipes hold.
    const bool is_gone = !is_helped();
    for (const Channel& channel : channels_) {
      char text[4096];
      if (!is_gone || !channel.reader) continue;
      for (;;) {
        const auto got = api::read_file(channel.reader.get(), text, sizeof text);
        if (got <= 0) break;
        if (!show(channel.original.get(), {text, static_cast<std::size_t>(got)})) break;
      }
    }
  }
  is_restored_ = true;
  for (Channel& channel : channels_) {
    channel.reader = api::Descriptor();
    channel.original = api::Descriptor();
  }
  request_ = api::Descriptor();
  answer_ = api::Descriptor();
  return is_done;
}

/// The helper process. Its only thread uses no lock of the program's: the C library makes its memory usable after a
/// fork.
inline void RedirectedConsole::help(ConsoleSink& sink, int file) noexcept {
  api::begin_session();  // no Ctrl+C, no hang-up
  api::name_process("erm-console");
  // All other descriptors of the program would stay open for as long as this process lives.
  int kept[] = {channels_[0].reader.get(), channels_[0].original.get(), channels_[1].reader.get(),
                channels_[1].original.get(), requests_.get(), answers_.get(), file};
  std::sort(std::begin(kept), std::end(kept));
  int next = 0;
  for (const int one : kept) {
    if (one > next) api::close_files(next, one - 1);
    if (one >= 0) next = one + 1;
  }
  api::close_files(next, (std::numeric_limits<int>::max)());
  api::Descriptor requests(requests_.release()), answers(answers_.release());
  struct Way {
    int reader, original;
    ConsoleSource source;
    bool is_terminal, is_shown;
  };
  Way ways[2] = {{channels_[0].reader.get(), channels_[0].original.get(), channels_[0].source, channels_[0].is_terminal, true},
                 {channels_[1].reader.get(), channels_[1].original.get(), channels_[1].source, channels_[1].is_terminal, true}};
  static char text[std::size_t{1} << 16];
  api::TerminalSize shown_size = {};
  bool is_keeping = true, is_busy = false;
  while (ways[0].reader >= 0 || ways[1].reader >= 0) {
    api::Waiting waiting[3] = {{ways[0].reader, api::can_read, 0},
                               {ways[1].reader, api::can_read, 0},
                               {requests.get(), api::can_read, 0}};
    const bool is_terminal = ways[0].is_terminal || ways[1].is_terminal;
    const int found = is_busy ? 0 : api::wait_for_files(waiting, 3, is_terminal ? 200 : 1000);
    // A writer that finds a waiting reader has to wake it, which costs more than the write. So wait without looking, but
    // not for long at a terminal, which holds little.
    if (found > 0 && waiting[2].found == 0) {
      const ::timespec pause = {0, is_terminal ? 300000 : 4000000};
      ::nanosleep(&pause, nullptr);
    }
    char request = 0;
    if (requests && (waiting[2].found != 0 || is_busy)) {
      api::Waiting asked = {requests.get(), api::can_read, 0};
      if (api::wait_for_files(&asked, 1, 0) > 0 && api::read_file(requests.get(), &request, 1) <= 0) {
        requests = api::Descriptor();  // the program has ended
        request = 0;
      }
    }
    std::size_t taken = 0;
    for (Way& way : ways) {
      // A request answers for all that was written before it, and ends though children go on writing.
      const std::size_t most = request != 0 ? std::size_t{4} << 20 : std::size_t{1} << 19;
      for (std::size_t of_this = 0; way.reader >= 0 && of_this < most;) {
        const std::string_view all = read_there(way.reader, text, sizeof text);
        if (all.empty()) break;
        if (is_keeping) sink.take(way.source, all);
        if (way.is_shown) way.is_shown = show(way.original, all);
        of_this += all.size();
        taken += all.size();
      }
      api::TerminalSize size = {};
      if (way.is_terminal && way.reader >= 0 && api::size_of_terminal(way.original, size) &&
          (size.rows != shown_size.rows || size.columns != shown_size.columns)) {
        api::resize_terminal(way.reader, size);
        shown_size = size;
      }
    }
    is_busy = taken >= std::size_t{1} << 14;
    if (is_keeping) sink.settle(request != 0);
    if (request == 'e') is_keeping = false;
    if (request != 0) {
      while (api::write_file(answers.get(), &request, 1) < 0 && errno == EINTR) {
      }
    }
  }
  if (is_keeping) sink.settle(true);
  api::end_process(0);
}

}  // namespace erm::detail::os

// os/program.hpp for POSIX systems.
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#if defined(__APPLE__)
#include <crt_externs.h>
#endif

namespace erm::detail::os {

using Deadline = std::chrono::steady_clock::time_point;

struct Answer {
  bool ok = false;     // it ended in time, with 0
  int exit_code = -1;  // -1 where it did not come to that
  std::string why;     // it is not ok: what it said, or what became of it
};

#if defined(__APPLE__)
inline char** environment() { return *::_NSGetEnviron(); }
#else
extern "C" char** environ;
inline char** environment() { return environ; }
#endif

/// A pipe that no program inherits but the one it is given to.
class Pipe {
 public:
  Pipe() {
#if defined(__APPLE__)
    if (::pipe(ends_) == 0)
      for (const int end : ends_) ::fcntl(end, F_SETFD, FD_CLOEXEC);
#else
    static_cast<void>(::pipe2(ends_, O_CLOEXEC));
#endif
    // A program whose standard streams are closed has pipes in their place, where the other program's are to be.
    for (int& end : ends_) {
      if (end < 0 || end > 2) continue;
      const int other = ::fcntl(end, F_DUPFD_CLOEXEC, 3);
      ::close(std::exchange(end, other));
    }
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_writer();
    close_reader();
  }
  [[nodiscard]] int reader() const { return ends_[0]; }
  [[nodiscard]] int writer() const { return ends_[1]; }
  void close_reader() { close(ends_[0]); }
  void close_writer() { close(ends_[1]); }

 private:
  static void close(int& end) {
    if (end >= 0) ::close(std::exchange(end, -1));
  }
  int ends_[2] = {-1, -1};
};

/// A program that was begun, in a process group of its own. Where it is still there at the end, it is killed, with all
/// that it began.
class ProgramRun {
 public:
  /// `error()` is why it could not be begun.
  ProgramRun(const std::vector<std::string>& command, const std::vector<std::string>& environment, int out, int err) {
    ::posix_spawn_file_actions_t files;
    ::posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files, out, 1);
    ::posix_spawn_file_actions_adddup2(&files, err, 2);
    ::sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes, &signals);
    for (const int number : {SIGPIPE, SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::sigaddset(&signals, number);
    ::posix_spawnattr_setsigdefault(&attributes, &signals);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    const auto pointers = [](const std::vector<std::string>& texts) {
      std::vector<char*> list;
      for (const std::string& text : texts) list.push_back(const_cast<char*>(text.c_str()));
      list.push_back(nullptr);
      return list;
    };
    error_ = ::posix_spawnp(&pid_, command.front().c_str(), &files, &attributes, pointers(command).data(),
                            pointers(environment).data());
    if (error_ != 0) pid_ = -1;
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&files);
  }
  ProgramRun(const ProgramRun&) = delete;
  ProgramRun& operator=(const ProgramRun&) = delete;
  ~ProgramRun() {
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGKILL);
    // A process in the middle of a disk that does not answer dies later, and is left to.
    ended_until(std::chrono::steady_clock::now() + std::chrono::milliseconds(20));
  }

  [[nodiscard]] int error() const { return error_; }
  /// As waitpid(2) has it, or -1 where the program's own handler of SIGCHLD took it.
  [[nodiscard]] int status() const { return status_; }
  bool ended_until(Deadline deadline) {
    for (;;) {
      const ::pid_t got = ::waitpid(pid_, &status_, WNOHANG);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) status_ = -1;
      if (got != 0) {
        pid_ = -1;
        return true;
      }
      if (std::chrono::steady_clock::now() >= deadline) return false;
      const ::timespec pause = {0, 200000};
      ::nanosleep(&pause, nullptr);
    }
  }

 private:
  ::pid_t pid_ = -1;
  int error_ = 0;
  int status_ = -1;
};

/// Runs `command`, found in PATH, and calls `take` for each piece of its output; without a shell, a terminal or an
/// input. It is killed at the deadline.
template <class Take>
Answer ask_program(const std::vector<std::string>& command, const std::vector<std::string>& environment,
                   Deadline deadline, const Take& take) {
  Answer answer;
  const std::string& name = command.front();
  Pipe out, err;
  if (out.writer() < 0 || err.writer() < 0) {
    answer.why = "no pipe could be made to ask " + name;
    return answer;
  }
  ProgramRun run(command, environment, out.writer(), err.writer());
  if (run.error() == ENOENT) answer.why = name + " is not installed";
  if (run.error() != 0 && run.error() != ENOENT)
    answer.why = name + " cannot be begun: " + std::error_code(run.error(), std::generic_category()).message();
  if (run.error() != 0) return answer;
  out.close_writer();
  err.close_writer();

  std::string said;
  std::array<char, 65536> piece;
  while (out.reader() >= 0 || err.reader() >= 0) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    ::pollfd waiting[2] = {{out.reader(), POLLIN, 0}, {err.reader(), POLLIN, 0}};
    const int ready = left.count() <= 0 ? 0 : ::poll(waiting, 2, static_cast<int>(left.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      answer.why = name + " took too long and was stopped";
      return answer;
    }
    for (Pipe* const pipe : {&out, &err}) {
      if (waiting[pipe == &out ? 0 : 1].revents == 0) continue;
      const ::ssize_t got = ::read(pipe->reader(), piece.data(), piece.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0)
        pipe->close_reader();
      else if (pipe == &out)
        take(std::string_view(piece.data(), static_cast<std::size_t>(got)));
      else
        said.append(piece.data(),
                    std::min(static_cast<std::size_t>(got), 4096 - std::min<std::size_t>(said.size(), 4096)));
    }
  }
  if (!run.ended_until(deadline)) {
    answer.why = name + " took too long and was stopped";
    return answer;
  }
  const int status = run.status();
  if (status != -1 && WIFEXITED(status)) answer.exit_code = WEXITSTATUS(status);
  answer.ok = status == -1 ? said.empty() : answer.exit_code == 0;
  if (answer.ok) return answer;
  std::replace(said.begin(), said.end(), '\n', ' ');
  while (!said.empty() && said.back() == ' ') said.pop_back();
  if (!said.empty())
    answer.why = name + " said: " + said;
  else if (WIFSIGNALED(status))
    answer.why = name + " was ended by signal " + std::to_string(WTERMSIG(status));
  else
    answer.why = name + " exited with " + std::to_string(answer.exit_code);
  return answer;
}

/// When the file was last written, in nanoseconds since 1970, or 0 where the system does not tell.
inline long long modified(const std::string& path) {
  struct ::stat status;
  if (::lstat(path.c_str(), &status) != 0) return 0;
#if defined(__APPLE__)
  const ::timespec& at = status.st_mtimespec;
#else
  const ::timespec& at = status.st_mtim;
#endif
  return static_cast<long long>(at.tv_sec) * 1000000000 + at.tv_nsec;
}

}  // namespace erm::detail::os

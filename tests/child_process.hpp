// A process that does something of its own and tells how far it came; it may die on the way.
//
//   Child child([&](const Child::Tell& tell) { ...; tell(1); std::abort(); });
//   child.wait();                       // child.signal() == SIGABRT
//   child.told();                       // {1}
#pragma once

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace erm_test {

class Child {
 public:
  using Tell = std::function<void(std::int64_t)>;

  /// Exits with 0 where `work` returns.
  explicit Child(const std::function<void(const Tell&)>& work) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe for a child");
    std::fflush(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[0]);
      for (int number = 1; number < 32; ++number) ::signal(number, SIG_DFL);  // not the test framework's
      try {
        work([&](std::int64_t number) {
          if (::write(ends[1], &number, sizeof number) != sizeof number) ::_exit(4);
        });
      } catch (const std::exception& error) {
        std::fprintf(stderr, "a child process threw: %s\n", error.what());
        ::_exit(3);
      }
      ::_exit(0);
    }
    ::close(ends[1]);
    from_child_ = ends[0];
  }
  Child(Child&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)),
        from_child_(std::exchange(other.from_child_, -1)),
        status_(other.status_),
        heard_(std::move(other.heard_)) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) {
      kill(SIGKILL);
      wait();
    }
    if (from_child_ >= 0) ::close(from_child_);
  }

  void kill(int signal) const { ::kill(pid_, signal); }
  /// Waits for its end; whether it exited with 0.
  bool wait() {
    while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFEXITED(status_) && WEXITSTATUS(status_) == 0;
  }
  /// Whether it is still there; it is not waited for.
  [[nodiscard]] bool runs() {
    if (pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
    return pid_ > 0;
  }
  [[nodiscard]] int signal() const { return WIFSIGNALED(status_) ? WTERMSIG(status_) : 0; }
  [[nodiscard]] int exit_code() const { return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1; }

  /// Waits, however long it takes, for the next number that it tells; nothing where it ends without one.
  std::optional<std::int64_t> hear() {
    std::int64_t number = 0;
    ::ssize_t got = 0;
    do got = ::read(from_child_, &number, sizeof number);
    while (got < 0 && errno == EINTR);
    if (got != sizeof number) return std::nullopt;
    heard_.push_back(number);
    return number;
  }
  /// All that it told until its end, which this waits for.
  [[nodiscard]] std::vector<std::int64_t> told() {
    while (hear()) {
    }
    return heard_;
  }

 private:
  pid_t pid_ = -1;
  int from_child_ = -1;
  int status_ = 0;
  std::vector<std::int64_t> heard_;
};

}  // namespace erm_test

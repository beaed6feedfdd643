// The bodies of os/program.hpp for POSIX systems.
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "erm/detail/os/api.hpp"
#include "erm/detail/os/file.hpp"
#include "erm/detail/os/program.hpp"

namespace erm::detail::os {

/// A pipe that only the started program inherits.
class Pipe {
 public:
  Pipe() {
    int ends[2] = {-1, -1};
    static_cast<void>(api::make_pipe_with(ends, api::not_inherited));
    // In a program whose standard streams are closed, a pipe could get one of their numbers, which the child needs.
    for (int& end : ends) {
      if (end < 0 || end > 2) continue;
      const int other = api::control_file(end, api::duplicate, 3);
      api::close_file(std::exchange(end, other));
    }
    reader_ = api::Descriptor(ends[0]);
    writer_ = api::Descriptor(ends[1]);
  }
  [[nodiscard]] int reader() const { return reader_.get(); }
  [[nodiscard]] int writer() const { return writer_.get(); }
  void close_reader() { reader_ = api::Descriptor(); }
  void close_writer() { writer_ = api::Descriptor(); }

 private:
  api::Descriptor reader_, writer_;
};

/// A running program, in a process group of its own. The destructor kills it, with everything that it started.
class ProgramRun {
 public:
  /// `error()` is the reason if the program could not be started. Output to a file below 0 is dropped.
  ProgramRun(const std::vector<std::string>& command, const std::vector<std::string>& environment, int out, int err) {
    api::SpawnFiles files;
    api::SpawnSettings settings;
    api::begin_files(&files);
    api::begin_settings(&settings);
    api::add_open(&files, 0, "/dev/null", api::read_only, 0);
    for (const auto& [from, to] : {std::pair(out, 1), std::pair(err, 2)}) {
      if (from < 0)
        api::add_open(&files, to, "/dev/null", api::read_and_write, 0);
      else
        api::add_duplicate(&files, from, to);
    }
    ::sigset_t listed;
    ::sigemptyset(&listed);
    api::set_blocked_signals(&settings, &listed);
    for (const int number : {SIGPIPE, SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::sigaddset(&listed, number);
    api::set_default_signals(&settings, &listed);
    api::set_group(&settings, 0);
    api::set_used(&settings, api::uses_group | api::uses_blocked_signals | api::uses_default_signals);
    const auto pointers = [](const std::vector<std::string>& texts) {
      std::vector<char*> list;
      for (const std::string& text : texts) list.push_back(const_cast<char*>(text.c_str()));
      list.push_back(nullptr);
      return list;
    };
    error_ = api::spawn(&process_, command.front().c_str(), &files, &settings, pointers(command).data(),
                        pointers(environment).data());
    if (error_ != 0) process_ = -1;
    api::end_settings(&settings);
    api::end_files(&files);
  }
  ProgramRun(const ProgramRun&) = delete;
  ProgramRun& operator=(const ProgramRun&) = delete;
  ~ProgramRun() {
    if (process_ <= 0) return;
    ::kill(-process_, SIGKILL);
    // A process that waits for an unresponsive disk dies later. Do not wait for it.
    ended_until(std::chrono::steady_clock::now() + std::chrono::milliseconds(20));
  }

  [[nodiscard]] int error() const { return error_; }
  /// Lets it go on: the destructor no longer kills it.
  void leave() { process_ = -1; }
  /// The status from waitpid(2), or -1 if the program's own SIGCHLD handler took it.
  [[nodiscard]] int status() const { return status_; }
  bool ended_until(Deadline deadline) {
    for (;;) {
      const int got = api::wait_for_process(process_, &status_, api::if_ended);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) status_ = -1;
      if (got != 0) {
        process_ = -1;
        return true;
      }
      if (std::chrono::steady_clock::now() >= deadline) return false;
      const ::timespec pause = {0, 200000};
      ::nanosleep(&pause, nullptr);
    }
  }

 private:
  int process_ = -1;
  int error_ = 0;
  int status_ = -1;
};

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
    api::Waiting waiting[2] = {{out.reader(), api::can_read, 0}, {err.reader(), api::can_read, 0}};
    const int ready = left.count() <= 0 ? 0 : api::wait_for_files(waiting, 2, static_cast<int>(left.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      answer.why = name + " took too long and was stopped";
      return answer;
    }
    for (Pipe* const pipe : {&out, &err}) {
      if (waiting[pipe == &out ? 0 : 1].found == 0) continue;
      const auto got = api::read_file(pipe->reader(), piece.data(), piece.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0)
        pipe->close_reader();
      else if (pipe == &out)
        take(std::string_view(piece.data(), static_cast<std::size_t>(got)));
      else
        said.append(piece.data(),
                    (std::min)(static_cast<std::size_t>(got), 4096 - (std::min<std::size_t>)(said.size(), 4096)));
    }
  }
  if (!run.ended_until(deadline)) {
    answer.why = name + " took too long and was stopped";
    return answer;
  }
  const int status = run.status();
  if (status != -1 && api::has_exited(status)) answer.exit_code = api::exit_code(status);
  answer.ok = status == -1 ? said.empty() : answer.exit_code == 0;
  if (answer.ok) return answer;
  std::replace(said.begin(), said.end(), '\n', ' ');
  while (!said.empty() && said.back() == ' ') said.pop_back();
  if (!said.empty())
    answer.why = name + " said: " + said;
  else if (api::was_killed(status))
    answer.why = name + " was ended by signal " + std::to_string(api::killed_by(status));
  else
    answer.why = name + " exited with " + std::to_string(answer.exit_code);
  return answer;
}

inline std::string show_file(const std::string& path) {
#if defined(__APPLE__)
  const std::string opener = "open";
#else
  const std::string opener = "xdg-open";
#endif
  std::vector<std::string> variables;
  for (char** variable = api::environment(); variable != nullptr && *variable != nullptr; ++variable)
    variables.emplace_back(*variable);
  // An absolute path cannot be taken for an option or a URL.
  ProgramRun run({opener, absolute_path(path)}, variables, -1, -1);
  if (run.error() == ENOENT) return opener + " is not installed";
  if (run.error() != 0)
    return opener + " cannot be begun: " + std::error_code(run.error(), std::generic_category()).message();
  // It ends at once if it cannot; otherwise it ends soon, or becomes the browser.
  if (!run.ended_until(std::chrono::steady_clock::now() + std::chrono::seconds(3))) {
    run.leave();
    return {};
  }
  const int status = run.status();
  if (status == -1 || (api::has_exited(status) && api::exit_code(status) == 0)) return {};
  if (api::has_exited(status)) return opener + " exited with " + std::to_string(api::exit_code(status));
  return opener + " was ended by signal " + std::to_string(api::killed_by(status));
}

inline long long modified(const std::string& path) {
  api::FileFacts facts;
  if (!api::look_at(path.c_str(), facts)) return 0;
  return static_cast<long long>(facts.modified_seconds) * 1000000000 + facts.modified_nanoseconds;
}

}  // namespace erm::detail::os

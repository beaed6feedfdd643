#include "erm/detail/os/identity.hpp"

#include <filesystem>
#include <string>

#include "catch.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"

#if defined(__linux__)
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace identity_test {

#if defined(__linux__)

using erm::detail::os::process_number;
using erm::detail::os::process_state;
using erm::detail::os::ProcessFiles;
using erm::detail::os::ProcessState;
using erm_test::TemporaryDirectory;
using erm_test::write_file;

namespace {

/// A line of /proc/PID/stat.
std::string stat(const std::string& name, char state, int threads, const std::string& start) {
  return "7 (" + name + ") " + state + " 1 7 7 0 -1 4194304 100 0 0 0 1 2 0 0 20 0 " + std::to_string(threads) + " 0 " +
         start + " 1000 200 18446744073709551615\n";
}

/// What stands for /proc of this process's namespace.
void link_self(const TemporaryDirectory& proc, const std::string& number = process_number()) {
  std::filesystem::create_directory_symlink(number, proc.path() / "self");
}

}  // namespace

TEST_CASE("A process is told from a later one of its number, and a zombie from a process that runs") {
  const TemporaryDirectory proc;
  link_self(proc);
  const ProcessFiles files(proc / "");
  const auto state_of = [&](const std::string& line) {
    write_file(proc.path() / process_number() / "stat", line);  // a number that kill() knows
    return process_state(process_number(), "boot 4711", files);
  };
  CHECK(state_of(stat("train", 'S', 1, "4711")) == ProcessState::running);
  CHECK(state_of(stat("a ) b) S 1", 'R', 12, "4711")) == ProcessState::running);
  CHECK(state_of(stat("train", 'T', 1, "4711")) == ProcessState::running);  // stopped
  CHECK(state_of(stat("train", 'S', 1, "4712")) == ProcessState::ended);    // another process
  CHECK(state_of(stat("train", 'Z', 1, "4711")) == ProcessState::ended);
  CHECK(state_of(stat("train", 'X', 0, "4711")) == ProcessState::ended);
  CHECK(state_of(stat("train", 'Z', 2, "4711")) == ProcessState::running);  // main ended by pthread_exit()
  CHECK(state_of(stat("train", 'Z', 12, "4711")) == ProcessState::running);
  for (const std::string line : {"", "7 (train", "7 (train) S 1 7"}) {
    INFO(line);
    CHECK(state_of(line) == ProcessState::unknown);
  }
}

TEST_CASE("A process that /proc hides or does not know is unknown while its number is in use") {
  const TemporaryDirectory proc;  // stands for hidepid=2, and for a chroot
  CHECK(process_state(process_number(), "boot 4711", ProcessFiles(proc / "nothing")) == ProcessState::unknown);
  link_self(proc);
  CHECK(process_state(process_number(), "boot 4711", ProcessFiles(proc / "")) == ProcessState::unknown);
  CHECK(process_state("999999999", "boot 4711", ProcessFiles(proc / "")) == ProcessState::ended);
  for (const std::string number : {"", "x", "0", "-1"})
    CHECK(process_state(number, "boot 4711", ProcessFiles(proc / "")) == ProcessState::unknown);
}

TEST_CASE("The /proc of another process namespace proves nothing") {
  const TemporaryDirectory proc;  // stands for unshare --pid without --mount-proc
  link_self(proc, "31415");
  write_file(proc.path() / process_number() / "stat", stat("init", 'S', 1, "1"));
  CHECK(process_state(process_number(), "boot 4711", ProcessFiles(proc / "")) == ProcessState::unknown);
}

TEST_CASE("A namespace is that of the process numbers and that of the time") {
  const TemporaryDirectory proc;
  const ProcessFiles files(proc / "");
  CHECK(files.name_space().empty());
  std::filesystem::create_directories(proc.path() / "self/ns");
  std::filesystem::create_symlink("pid:[4026531836]", proc.path() / "self/ns/pid");
  CHECK(files.name_space() == "pid:[4026531836]");
  std::filesystem::create_symlink("time:[4026531834]", proc.path() / "self/ns/time");
  CHECK(files.name_space() == "pid:[4026531836] time:[4026531834]");
}

TEST_CASE("Numbers of another boot, of another namespace and of an unknown namespace are not judged") {
  using erm::detail::os::sees_process;
  const std::string started = erm::detail::os::own_start();
  const std::string space = erm::detail::os::process_namespace();
  REQUIRE(sees_process("any host", started, space));
  CHECK_FALSE(sees_process("any host", "b" + started, space));
  CHECK_FALSE(sees_process("any host", "", space));
  CHECK_FALSE(sees_process("any host", started, space + "1"));
  CHECK_FALSE(sees_process("any host", started, ""));
}

#endif

}  // namespace identity_test

// LiveOptions::capture_console: what a process and its children write to stdout and stderr is kept with the run, and
// shown where it was shown. Each case runs in a process of its own, whose descriptors it may change.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "erm/compare.hpp"
#include "erm/console.hpp"
#include "erm/edit.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "erm/series.hpp"
#include "erm/trash.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

#if !defined(_WIN32)
#include "child_process.hpp"
#include "comes_true.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <termios.h>
#include <unistd.h>

namespace live_console_test {

using erm::Console;
using erm::ConsoleLine;
using erm::ConsoleStream;
using erm::LiveOptions;
using erm::LiveRun;
using erm_test::Child;
using erm_test::comes_true;
using erm_test::contains;
using erm_test::error_of;
using erm_test::file_text;
using erm_test::TemporaryDirectory;

namespace {

LiveOptions capturing(const std::string& run_id = "r") {
  LiveOptions options;
  options.run_id = run_id;
  options.capture_console = true;
  options.provenance = false;
  return options;
}

erm::ExperimentRun load(const std::string& registry, const std::string& run_id = "r") {
  return erm::load_run_from_registry(registry, "e", "main", run_id);
}

std::vector<std::string> texts(const Console& console) {
  std::vector<std::string> texts;
  for (const ConsoleLine& line : console.lines()) texts.push_back(line.text);
  return texts;
}
std::vector<std::string> texts(const std::string& registry) { return texts(load(registry).console()); }

void say(int file, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const auto put = ::write(file, text.data() + done, text.size() - done);
    if (put < 0) throw std::runtime_error("a write to the console failed");
    done += static_cast<std::size_t>(put);
  }
}

void lead(int file, const std::string& path) {
  const int there = ::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0666);
  if (there < 0 || ::dup2(there, file) != file) throw std::runtime_error("cannot redirect");
  ::close(there);
}

/// Runs `work` in a process whose stdout is the file "out" and whose stderr is the file "err".
bool apart(const TemporaryDirectory& dir, const std::function<void()>& work) {
  Child child([&](const Child::Tell&) {
    lead(1, dir / "out");
    lead(2, dir / "err");
    work();
    std::fflush(nullptr);
  });
  return child.wait();
}

/// A number that this process and its children share.
class Shared {
 public:
  Shared() {
    void* const place =
        ::mmap(nullptr, sizeof(std::int64_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (place == MAP_FAILED) throw std::runtime_error("no shared memory");
    number_ = static_cast<volatile std::int64_t*>(place);
  }
  ~Shared() { ::munmap(const_cast<std::int64_t*>(number_), sizeof(std::int64_t)); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  volatile std::int64_t& operator*() const { return *number_; }

 private:
  volatile std::int64_t* number_;
};

}  // namespace

TEST_CASE("A captured console is kept with the run and shown where it was shown") {
  const TemporaryDirectory dir;
  REQUIRE(apart(dir, [&] {
    LiveRun run(dir / "registry", "e", capturing());
    std::puts("by stdio");
    std::fflush(stdout);
    run.flush();
    say(2, "an error\n");
    run.flush();
    if (std::system("echo by a child") != 0) throw std::runtime_error("no shell");
    std::fputs("without a line break, in the buffer of stdio", stdout);
    run.finish();
  }));
  CHECK(file_text(dir / "out") == "by stdio\nby a child\nwithout a line break, in the buffer of stdio");
  CHECK(file_text(dir / "err") == "an error\n");
  const Console console = load(dir / "registry").console();
  CHECK(texts(console) == std::vector<std::string>{"by stdio", "an error", "by a child",
                                                   "without a line break, in the buffer of stdio"});
  CHECK(console.lines()[0].stream == ConsoleStream::out);
  CHECK(console.lines()[1].stream == ConsoleStream::err);
  CHECK(console.lines()[0].writer == "main");
  CHECK(console.lines()[0].time >= load(dir / "registry").timestamp_utc() - std::chrono::seconds(1));
  CHECK(console.left_out() == 0);
  CHECK(console.text() == "by stdio\nan error\nby a child\nwithout a line break, in the buffer of stdio\n");
}

TEST_CASE("A console is not captured unless the options say so") {
  const TemporaryDirectory dir;
  REQUIRE(apart(dir, [&] {
    LiveOptions options = capturing();
    options.capture_console = false;
    LiveRun run(dir / "registry", "e", options);
    std::puts("a line");
    run.finish();
  }));
  CHECK(file_text(dir / "out") == "a line\n");
  CHECK(load(dir / "registry").console().lines().empty());
  CHECK_FALSE(std::filesystem::exists(dir / "registry/e/main/r/console"));
}

TEST_CASE("Lines of stdout and stderr keep their order where both lead to one place") {
  const TemporaryDirectory dir;
  std::string expected;
  for (int i = 0; i < 500; ++i) expected += (i % 2 == 0 ? "o" : "e") + std::to_string(i) + "\n";
  REQUIRE(apart(dir, [&] {
    ::dup2(1, 2);
    LiveRun run(dir / "registry", "e", capturing());
    for (int i = 0; i < 500; ++i) say(1 + i % 2, (i % 2 == 0 ? "o" : "e") + std::to_string(i) + "\n");
    run.finish();
  }));
  CHECK(file_text(dir / "out") == expected);
  const Console console = load(dir / "registry").console();
  CHECK(console.text() == expected);
  CHECK(console.lines().front().stream == ConsoleStream::either);
}

TEST_CASE("A captured terminal stays a terminal of the same size") {
  const TemporaryDirectory dir;
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
  REQUIRE(master >= 0);
  REQUIRE((::grantpt(master) == 0 && ::unlockpt(master) == 0));
  const std::string name = ::ptsname(master);
  const int slave = ::open(name.c_str(), O_RDWR | O_NOCTTY);
  REQUIRE(slave >= 0);
  ::winsize size = {};
  size.ws_row = 33;
  size.ws_col = 111;
  REQUIRE(::ioctl(slave, TIOCSWINSZ, &size) == 0);
  Child child([&](const Child::Tell& tell) {
    ::dup2(slave, 1);
    ::dup2(slave, 2);
    LiveRun run(dir / "registry", "e", capturing());
    ::winsize now = {};
    tell(::isatty(1));
    tell(::isatty(2));
    if (::ioctl(1, TIOCGWINSZ, &now) == 0) tell(now.ws_col);
    size.ws_col = 77;
    ::ioctl(slave, TIOCSWINSZ, &size);
    const bool follows = comes_true([&] { return ::ioctl(1, TIOCGWINSZ, &now) == 0 && now.ws_col == 77; });
    tell(follows ? 77 : 0);
    say(1, "to the terminal\n");
    say(2, "\x1B[31mred\x1B[0m\n");
    run.finish();
    say(1, "after the run\n");
  });
  std::string shown;
  char text[256];
  while (!contains(shown, "after the run\r\n")) {
    const auto got = ::read(master, text, sizeof text);
    REQUIRE(got > 0);
    shown.append(text, static_cast<std::size_t>(got));
  }
  CHECK(child.wait());
  ::close(slave);
  ::close(master);
  CHECK(child.told() == std::vector<std::int64_t>{1, 1, 111, 77});
  CHECK(shown == "to the terminal\r\n\x1B[31mred\x1B[0m\r\nafter the run\r\n");
  CHECK(texts(dir / "registry") == std::vector<std::string>{"to the terminal", "\x1B[31mred\x1B[0m"});
}

TEST_CASE("A console keeps and shows all that write() accepted before the process was killed") {
  std::minstd_rand random(20261128);
  for (int turn = 0; turn < 8; ++turn) {
    const TemporaryDirectory dir;
    const Shared accepted;
    Child child([&](const Child::Tell&) {
      lead(1, dir / "out");
      LiveRun run(dir / "registry", "e", capturing());
      for (std::int64_t i = 0; i < 200000; ++i) {
        say(1, "line " + std::to_string(i) + "\n");
        *accepted = i + 1;
      }
    });
    REQUIRE(comes_true([&] { return *accepted > 0 || !child.runs(); }));
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 20000));
    child.kill(SIGKILL);
    child.wait();
    const std::int64_t lines = *accepted;
    REQUIRE(lines > 0);
    const std::string last = "line " + std::to_string(lines - 1) + "\n";
    CHECK(comes_true([&] { return contains(file_text(dir / "out"), last); }));
    // The helper keeps what it takes before it shows it.
    const std::vector<std::string> kept = texts(dir / "registry");
    REQUIRE(kept.size() >= static_cast<std::size_t>(lines));
    for (std::size_t i = 0; i < static_cast<std::size_t>(lines); ++i)
      if (kept[i] != "line " + std::to_string(i)) FAIL("line " << i << " is " << kept[i]);
  }
}

TEST_CASE("Secrets on a console are masked before they are stored") {
  const TemporaryDirectory dir;
  REQUIRE(apart(dir, [&] {
    LiveRun run(dir / "registry", "e", capturing());
    say(1, "using token=abc");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the helper has read the first half by now, or not
    say(1, "defghi now\n");
    say(1, "key ghp_0123456789abcdefghijABCDEFGHIJ\nloss: 0.5 epoch=3\n");
    say(1, "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nabcd\n-----END RSA PRIVATE KEY-----\nbehind\n");
    run.finish();
  }));
  CHECK(texts(dir / "registry") == std::vector<std::string>{"using token=*** now", "key ***", "loss: 0.5 epoch=3",
                                                            "***", "***", "***", "***", "behind"});
  const std::string stored = file_text(dir / "registry/e/main/r/console/main.log");
  CHECK_FALSE(contains(stored, "defghi"));
  CHECK_FALSE(contains(stored, "ghp_"));
  CHECK_FALSE(contains(stored, "MIIE"));
  CHECK(contains(file_text(dir / "out"), "using token=abcdefghi now\n"));  // shown as it is
}

TEST_CASE("A long console keeps its beginning and its end and says how much is left out") {
  const TemporaryDirectory dir;
  constexpr std::uint64_t bound = 65536;
  REQUIRE(apart(dir, [&] {
    LiveOptions options = capturing();
    options.console_size = bound;
    LiveRun run(dir / "registry", "e", options);
    for (int i = 0; i < 100000; ++i) say(1, "this is line " + std::to_string(i) + "\n");
    run.finish();
  }));
  CHECK(std::filesystem::file_size(dir / "registry/e/main/r/console/main.log") <= bound);
  const Console console = load(dir / "registry").console();
  REQUIRE(console.lines().size() > 100);
  CHECK(console.lines().front().text == "this is line 0");
  CHECK(console.lines().back().text == "this is line 99999");
  std::uint64_t kept = 0;
  std::string note;
  for (const ConsoleLine& line : console.lines()) {
    if (line.stream == ConsoleStream::note)
      note = line.text;
    else
      kept += line.text.size() + 1;
  }
  CHECK(note == std::to_string(console.left_out()) + " bytes are left out here");
  // A line that is cut by the gap ends there, without a line break of its own.
  const std::uint64_t written = std::filesystem::file_size(dir / "out");
  CHECK(kept + console.left_out() >= written);
  CHECK(kept + console.left_out() <= written + 1);
  CHECK(kept > bound / 2);
}

TEST_CASE("A progress bar on a console is read as its last state") {
  const TemporaryDirectory dir;
  REQUIRE(apart(dir, [&] {
    LiveRun run(dir / "registry", "e", capturing());
    for (int i = 0; i <= 100; ++i) say(1, "\r" + std::to_string(i) + " %");
    say(1, "\nwindows\r\n");
    run.finish();
  }));
  CHECK(texts(dir / "registry") == std::vector<std::string>{"100 %", "windows"});
  CHECK(contains(file_text(dir / "registry/e/main/r/console/main.log"), "\r42 %"));  // stored as it came
}

TEST_CASE("The descriptors are back after a captured run unless the program replaced them") {
  const TemporaryDirectory dir;
  REQUIRE(apart(dir, [&] {
    {
      LiveRun run(dir / "registry", "e", capturing());
      say(1, "in the run\n");
      lead(2, dir / "other");
      run.finish();
    }
    say(1, "after it\n");
    say(2, "to the other\n");
  }));
  CHECK(file_text(dir / "out") == "in the run\nafter it\n");
  CHECK(file_text(dir / "err").empty());
  CHECK(file_text(dir / "other") == "to the other\n");
  CHECK(texts(dir / "registry") == std::vector<std::string>{"in the run"});
}

TEST_CASE("The descriptors are back when a captured run cannot be ended") {
  const TemporaryDirectory dir;
  REQUIRE(apart(dir, [&] {
    LiveOptions options = capturing();
    options.on_error = [](const std::string&) {};
    LiveRun run(dir / "registry", "e", options);
    say(1, "in the run\n");
    std::filesystem::remove_all(dir / "registry");
    if (error_of([&] { run.finish(); }) == "threw nothing") throw std::runtime_error("finish() did not throw");
    say(1, "after it\n");
  }));
  CHECK(file_text(dir / "out") == "in the run\nafter it\n");
}

TEST_CASE("Only one run of a process captures its console") {
  const TemporaryDirectory dir;
  REQUIRE(apart(dir, [&] {
    LiveRun first(dir / "registry", "e", capturing("first"));
    const std::string error = error_of([&] { LiveRun second(dir / "registry", "e", capturing("second")); });
    say(2, error);
    first.finish();
    LiveRun third(dir / "registry", "e", capturing("third"));
    say(1, "of the third\n");
    third.finish();
  }));
  CHECK(file_text(dir / "err") == "cannot capture the console for the live run '" + dir / "registry/e/main/second" +
                                      "': the live run '" + dir / "registry/e/main/first" +
                                      "' of this process has it; end that run first, or leave capture_console off");
  CHECK_FALSE(std::filesystem::exists(dir / "registry/e/main/second"));
  CHECK(texts(load(dir / "registry", "third").console()) == std::vector<std::string>{"of the third"});
}

TEST_CASE("A child that outlives a captured run can go on writing") {
  const TemporaryDirectory dir;
  for (const bool finishes : {true, false}) {
    const std::string mark = finishes ? "finished" : "killed";
    const Shared state;
    Child child([&](const Child::Tell&) {
      lead(1, dir / "out");
      LiveRun run(dir / "registry", "e", capturing(mark));
      if (::fork() == 0) {
        ::signal(SIGPIPE, SIG_DFL);
        *state = 1;
        if (!comes_true([&] { return *state == 2; })) ::_exit(1);
        for (int i = 0; i < 30000; ++i) say(1, mark + " and a child writes more than a pipe holds\n");
        say(1, mark + ": the child's last line\n");
        ::_exit(0);
      }
      if (!comes_true([&] { return *state == 1; })) ::_exit(1);
      if (finishes) run.finish();
      if (!finishes) ::kill(::getpid(), SIGKILL);
    });
    child.wait();
    *state = 2;
    CHECK(comes_true([&] { return contains(file_text(dir / "out"), mark + ": the child's last line\n"); }));
  }
  CHECK(texts(load(dir / "registry", "finished").console()).empty());
  const std::vector<std::string> kept = texts(load(dir / "registry", "killed").console());
  REQUIRE_FALSE(kept.empty());
  CHECK(kept.back() == "killed: the child's last line");  // as long as nobody ended the run
}

TEST_CASE("A captured run that moves to a child of its process captures that", "[fork]") {
  const TemporaryDirectory dir;
  REQUIRE(apart(dir, [&] {
    LiveRun run(dir / "registry", "e", capturing());
    say(1, "parent\n");
    const int child = ::fork();
    if (child == 0) {
      run.continue_in_child();
      say(1, "child\n");
      run.finish();
      say(1, "after the run\n");
      ::_exit(0);
    }
    int status = 0;
    if (::waitpid(child, &status, 0) != child || status != 0) ::_exit(1);
    ::_exit(0);
  }));
  CHECK(file_text(dir / "out") == "parent\nchild\nafter the run\n");
  CHECK(texts(dir / "registry") == std::vector<std::string>{"parent", "child"});
  CHECK(load(dir / "registry").status() == erm::RunStatus::finished);
}

TEST_CASE("A program that waits for all its children does not wait for the helper of a console") {
  const TemporaryDirectory dir;
  REQUIRE(apart(dir, [&] {
    LiveRun run(dir / "registry", "e", capturing());
    if (::fork() == 0) ::_exit(0);
    int status = 0;
    while (::wait(&status) > 0) {
    }
    say(1, "all children have ended\n");
    run.finish();
  }));
  CHECK(texts(dir / "registry") == std::vector<std::string>{"all children have ended"});
}

TEST_CASE("A resumed run adds to its console") {
  const TemporaryDirectory dir;
  for (const std::string text : {"first\n", "second\n"}) {
    REQUIRE(apart(dir, [&] {
      LiveOptions options = capturing();
      options.resume = true;
      LiveRun run(dir / "registry", "e", options);
      say(1, text);
      run.finish();
    }));
  }
  CHECK(texts(dir / "registry") == std::vector<std::string>{"first", "another process goes on with the run", "second"});
}

TEST_CASE("Each writer of a run keeps its own console", "[fork]") {
  const TemporaryDirectory dir;
  REQUIRE(apart(dir, [&] {
    LiveRun run(dir / "registry", "e", capturing());
    Child rank([&](const Child::Tell&) {
      LiveOptions options = capturing();
      options.writer = "rank1";
      LiveRun mine(dir / "registry", "e", options);
      say(1, "of rank 1\n");
      mine.finish();
    });
    if (!rank.wait()) throw std::runtime_error("the rank failed");
    run.finish();
  }));
  const Console console = load(dir / "registry").console();
  const auto of_rank = std::find_if(console.lines().begin(), console.lines().end(),
                                    [](const ConsoleLine& line) { return line.writer == "rank1"; });
  REQUIRE(of_rank != console.lines().end());
  CHECK(of_rank->text == "of rank 1");
}

TEST_CASE("A console moves with its run and goes with it") {
  const TemporaryDirectory dir;
  REQUIRE(apart(dir, [&] {
    LiveRun run(dir / "registry", "e", capturing());
    say(1, "a line\n");
    run.finish();
  }));
  const std::vector<std::string> lines = {"a line"};
  erm::save_run_to_path(load(dir / "registry"), dir / "copy");
  CHECK(texts(erm::load_run_from_path(dir / "copy").console()) == lines);

  erm::SaveOptions overwrite;
  overwrite.overwrite = true;
  erm::save_run_to_path(erm::load_run_from_path(dir / "copy"), dir / "copy", overwrite);  // over itself
  CHECK(texts(erm::load_run_from_path(dir / "copy").console()) == lines);
  erm::save_run_to_path(load(dir / "registry"), dir / "registry/e/main/r", overwrite);  // over the live run
  CHECK(texts(dir / "registry") == lines);
  CHECK(std::distance(std::filesystem::directory_iterator(dir / "registry/e/main/r/console"), {}) == 1);

  erm::delete_run(dir / "registry", "e", "main", "r");
  erm::restore_run(dir / "registry", "e", "main", "r");
  CHECK(texts(dir / "registry") == lines);

  erm::save_run_to_path(erm::ExperimentRun("e"), dir / "copy", overwrite);
  CHECK(erm::load_run_from_path(dir / "copy").console().lines().empty());
  CHECK_FALSE(std::filesystem::exists(dir / "copy/console"));
}

TEST_CASE("A console goes along when a run is saved to another registry, edited there and resumed") {
  const TemporaryDirectory dir;
  REQUIRE(apart(dir, [&] {
    LiveRun run(dir / "registry", "e", capturing());
    say(1, "a line\n");
    run.log_text("a text", "text", 1);  // a series, whose files lie beside
    run.finish();
  }));
  erm::save_run_to_registry(load(dir / "registry"), dir / "other");
  CHECK(texts(dir / "other") == std::vector<std::string>{"a line"});
  erm::edit_run(dir / "other/e/main/r", [](erm::RunEdit& edit) { edit.set_note("seen"); });
  CHECK(texts(dir / "other") == std::vector<std::string>{"a line"});

  // A file that the metadata do not list: an overwrite that was killed left it.
  std::filesystem::copy_file(dir / "other/e/main/r/console/main.log", dir / "other/e/main/r/console/main-left.log");
  CHECK(texts(dir / "other") == std::vector<std::string>{"a line"});
  for (const bool captures : {false, true}) {
    REQUIRE(apart(dir, [&] {
      LiveOptions options = capturing();
      options.capture_console = captures;
      options.resume = true;
      LiveRun run(dir / "other", "e", options);
      say(1, "resumed\n");
      run.finish();
    }));
    std::vector<std::string> expected = {"a line"};
    if (captures) expected.insert(expected.end(), {"another process goes on with the run", "resumed"});
    CHECK(texts(dir / "other") == expected);
  }
  erm::SaveOptions overwrite;
  overwrite.overwrite = true;
  erm::save_run_to_registry(load(dir / "other"), dir / "registry", overwrite);
  CHECK(texts(dir / "registry") ==
        std::vector<std::string>{"a line", "another process goes on with the run", "resumed"});
  CHECK(load(dir / "registry").series("text").size() == 1);
}

TEST_CASE("A process that takes over a killed run keeps the console of the killed one") {
  const TemporaryDirectory dir;
  Child killed([&](const Child::Tell& tell) {
    lead(1, dir / "out");
    LiveRun run(dir / "registry", "e", capturing());
    say(1, "of the killed\n");
    tell(1);
    if (::fork() == 0) {  // lives on, and so does the helper
      std::this_thread::sleep_for(std::chrono::seconds(1));
      say(1, "of its child\n");
      ::_exit(0);
    }
    ::kill(::getpid(), SIGKILL);
  });
  killed.wait();
  REQUIRE(apart(dir, [&] {
    LiveOptions options = capturing();
    options.resume = true;
    options.takeover_wait = std::chrono::seconds(20);
    LiveRun run(dir / "registry", "e", options);
    say(1, "of the heir\n");
    run.finish();
  }));
  const auto lines = [&] { return texts(dir / "registry"); };
  CHECK(comes_true([&] { return lines().size() >= 3; }));
  CHECK(lines() == std::vector<std::string>{"of the killed", "of its child", "of the heir"});
  // Saved again, both files are there.
  erm::save_run_to_path(load(dir / "registry"), dir / "copy");
  CHECK(texts(erm::load_run_from_path(dir / "copy").console()) == lines());
}

TEST_CASE("A console of another writer stays when the main writer begins to capture", "[fork]") {
  const TemporaryDirectory dir;
  REQUIRE(apart(dir, [&] {
    LiveOptions options = capturing();
    options.capture_console = false;
    LiveRun run(dir / "registry", "e", options);
    Child rank([&](const Child::Tell&) {
      LiveOptions mine = capturing();
      mine.writer = "a-rank";
      LiveRun joined(dir / "registry", "e", mine);
      say(1, "of the rank\n");
      joined.finish();
    });
    if (!rank.wait()) throw std::runtime_error("the rank failed");
    run.finish();
  }));
  CHECK(texts(dir / "registry") == std::vector<std::string>{"of the rank"});
  REQUIRE(apart(dir, [&] {
    LiveOptions options = capturing();
    options.resume = true;
    LiveRun run(dir / "registry", "e", options);
    say(1, "of main\n");
    run.finish();
  }));
  CHECK(texts(dir / "registry") == std::vector<std::string>{"of main", "of the rank"});
  erm::save_run_to_path(load(dir / "registry"), dir / "copy");
  CHECK(texts(erm::load_run_from_path(dir / "copy").console()) ==
        std::vector<std::string>{"of main", "of the rank"});
}

TEST_CASE("A console that another run took the place of, or that leads out of its run, is not read") {
  const TemporaryDirectory dir;
  REQUIRE(apart(dir, [&] {
    LiveRun run(dir / "registry", "e", capturing());
    say(1, "a line\n");
    run.finish();
  }));
  const erm::ExperimentRun before = load(dir / "registry");
  const std::string folder = dir / "registry/e/main/r";
  std::filesystem::rename(folder + "/console", dir / "elsewhere");
  std::filesystem::create_directory_symlink(dir / "elsewhere", folder + "/console");
  CHECK(error_of([&] { static_cast<void>(before.console()); }) ==
        "cannot read the console of the run '" + folder +
            "': 'console' is a symbolic link, which may lead out of the run's folder; put the file itself there");
  std::filesystem::remove(folder + "/console");
  CHECK(before.console().lines().empty());  // an older version of ERM copies a run without it
  erm::SaveOptions overwrite;
  overwrite.overwrite = true;
  erm::RunOptions other;
  other.run_id = "r";
  erm::save_run_to_registry(erm::ExperimentRun("e", other), dir / "registry", overwrite);
  CHECK(error_of([&] { static_cast<void>(before.console()); }) ==
        "cannot read the console of the run '" + folder +
            "': another run took its place since it was loaded; load it again");
}

TEST_CASE("A store that cannot append keeps a console, too") {
  const TemporaryDirectory dir;
  REQUIRE(apart(dir, [&] {
    LiveOptions options = capturing();
    options.fs = std::make_shared<erm::MemoryFileSystem>(false);
    LiveRun run("registry", "e", options);
    say(1, "a line\n");
    run.flush();
    const auto lines = [&] {
      return texts(erm::load_run_from_registry("registry", "e", "main", "r", options.fs).console());
    };
    if (lines() != std::vector<std::string>{"a line"}) throw std::runtime_error("the line is not stored by flush()");
    say(1, "another\n");
    run.finish();
    if (lines() != std::vector<std::string>{"a line", "another"}) throw std::runtime_error("a line is not stored");
  }));
  CHECK(file_text(dir / "out") == "a line\nanother\n");
}

TEST_CASE("A program goes on and is shown when the helper of its console was killed") {
  const TemporaryDirectory dir;
  REQUIRE(apart(dir, [&] {
    std::atomic<bool> told{false};
    LiveOptions options = capturing();
    options.flush_interval = std::chrono::milliseconds(10);
    std::string message;
    options.on_error = [&](const std::string& text) {
      message = text;
      told = true;
    };
    LiveRun run(dir / "registry", "e", options);
    say(1, "before\n");
    run.flush();
    // The helper is the only other process that has the file of the console.
    if (std::system(("for p in /proc/[0-9]*; do ls -l $p/fd 2>/dev/null | grep -q '" + dir / "registry" +
                     "/e/main/r/console/main.log' && kill -9 ${p#/proc/}; done; exit 0")
                        .c_str()) != 0)
      throw std::runtime_error("no shell");
    for (int i = 0; i < 50000; ++i) say(1, "more than a pipe holds, though nobody reads it\n");
    if (!comes_true([&] { return told.load(); })) throw std::runtime_error("nobody was told");
    say(2, message);
    run.finish();
  }));
  CHECK(contains(file_text(dir / "err"), "the process that keeps its console ('erm-console') was killed"));
  const std::string shown = file_text(dir / "out");
  CHECK(std::count(shown.begin(), shown.end(), '\n') == 50001);
  CHECK(texts(dir / "registry") == std::vector<std::string>{"before"});
}

TEST_CASE("A console is shown in full though the disk takes no more of it") {
  const TemporaryDirectory dir;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  Child child([&](const Child::Tell&) {
    ::dup2(ends[1], 1);
    ::close(ends[0]);
    ::close(ends[1]);
    LiveOptions options = capturing();
    options.console_size = std::size_t{1} << 20;
    // Stands for the end of the disk: no file of this process and its helper grows any more.
    ::rlimit limit = {200000, 200000};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) throw std::runtime_error("no limit");
    LiveRun run(dir / "registry", "e", options);
    for (int i = 0; i < 20000; ++i) say(1, "this is line " + std::to_string(i) + "\n");
    run.finish();
  });
  ::close(ends[1]);
  std::string shown, expected;
  char text[4096];
  for (std::ptrdiff_t got = 0; (got = ::read(ends[0], text, sizeof text)) > 0;)
    shown.append(text, static_cast<std::size_t>(got));
  ::close(ends[0]);
  CHECK(child.wait());
  for (int i = 0; i < 20000; ++i) expected += "this is line " + std::to_string(i) + "\n";
  CHECK((shown == expected));
  const std::vector<std::string> kept = texts(dir / "registry");
  REQUIRE(kept.size() > 5000);
  CHECK(kept[5000] == "this is line 5000");
  CHECK(load(dir / "registry").status() == erm::RunStatus::finished);
}

TEST_CASE("A page shows the console of a run folded, escaped and bounded") {
  const TemporaryDirectory dir;
  REQUIRE(apart(dir, [&] {
    LiveRun run(dir / "registry", "e", capturing());
    say(1, "<script>alert(1)</script> \x1B[32mgreen\x1B[0m\n");
    for (int i = 0; i < 20000; ++i) say(1, "line " + std::to_string(i) + " of a long console\n");
    run.flush();
    say(2, "an error & its reason\n");
    run.finish();
  }));
  const std::string page = erm::compare_runs({load(dir / "registry")});
  CHECK(contains(page, "&lt;script&gt;alert(1)&lt;/script&gt; green\n"));
  CHECK(contains(page, "<span class=err>an error &amp; its reason</span>\n"));
  CHECK(contains(page, "line 0 of a long console\n"));
  CHECK(contains(page, "line 19999 of a long console\n"));
  CHECK_FALSE(contains(page, "line 5000 of a long console\n"));
  CHECK(contains(page, " lines left out of this page; ExperimentRun::console() has them</i>\n"));
  const std::string plain = erm::compare_runs({erm::ExperimentRun("e")});
  CHECK_FALSE(contains(plain, "class=console"));
  CHECK(page.size() < plain.size() + (std::size_t{300} << 10));
}

TEST_CASE("Escape sequences are taken out of the plain text of a console") {
  CHECK(erm::plain_text("\x1B[1;31mred\x1B[0m \x1B]0;title\a\x1B(Bx\ty\b") == "red x\t");
  CHECK(erm::plain_text("\x1B") == "");
  CHECK(erm::plain_text("\x1B[") == "");
}

}  // namespace live_console_test
#endif

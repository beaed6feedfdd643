// Live runs in programs that handle signals themselves. The handlers here stand for those of Open MPI (installed by
// MPI_Init, they report and raise the signal again), of UCX (installed when the library is loaded), of crash reporters
// (they end the process by _exit), and of Java and Go (they repair the fault and return). tests/systems/mpi.sh runs
// real ones.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "file_tree.hpp"
#include "prefix_of.hpp"
#include "temporary_directory.hpp"

#if !defined(_WIN32)
#include <csetjmp>

#include <sys/mman.h>

#include "child_process.hpp"

namespace live_signals_test {

using erm::LiveOptions;
using erm::LiveRun;
using erm::RunStatus;
using erm_test::Child;
using erm_test::prefix_of;
using erm_test::TemporaryDirectory;

namespace {

LiveOptions named(const std::string& run_id) {
  LiveOptions options;
  options.run_id = run_id;
  options.flush_interval = std::chrono::hours(1);
  options.heartbeat = std::chrono::hours(1);  // each heartbeat flushes, too
  options.provenance = false;
  return options;
}

erm::ExperimentRun load(const std::string& registry, const std::string& run_id = "r") {
  return erm::load_run_from_registry(registry, "e", "main", run_id);
}

constexpr int points = 1000;

void log_points(LiveRun& run, int from = 0, int count = points) {
  for (int i = from; i < from + count; ++i) run.log_metric("m", i, i);
}

/// Waits, however long it takes, until the run has put its handler before the one that is there.
void let_handler_be_noticed(int number) {
  struct ::sigaction before, now;
  ::sigaction(number, nullptr, &before);
  ::alarm(600);  // where it never does
  do {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ::sigaction(number, nullptr, &now);
  } while (now.sa_sigaction == before.sa_sigaction);
  ::alarm(0);
}

std::atomic<int> calls{0};
std::atomic<bool> was_right{false};
char* page = nullptr;

using Handler = void (*)(int, ::siginfo_t*, void*);

void install(int number, Handler handler, int flags = SA_SIGINFO) {
  struct ::sigaction action = {};
  action.sa_sigaction = handler;
  action.sa_flags = flags;
  ::sigaction(number, &action, nullptr);
}

void report_and_raise(int number, ::siginfo_t* info, void* context) {
  ++calls;
  was_right = info != nullptr && info->si_signo == number && context != nullptr;
  if (::write(2, "", 0) < 0) ::_exit(99);
  ::signal(number, SIG_DFL);
  ::raise(number);
}
void report_and_exit(int number, ::siginfo_t* info, void* context) {
  ::_exit(info != nullptr && info->si_signo == number && context != nullptr ? 42 : 43);
}
void repair(int number, ::siginfo_t* info, void* context) {
  ++calls;
  was_right = info != nullptr && info->si_signo == number && context != nullptr && info->si_addr == page;
  ::mprotect(page, 4096, PROT_READ | PROT_WRITE);
}
void just_return(int, ::siginfo_t*, void*) { ++calls; }
struct ::sigaction earlier;
void chain_back(int number, ::siginfo_t* info, void* context) {
  if (++calls > 3) ::_exit(98);  // a loop
  if ((earlier.sa_flags & SA_SIGINFO) != 0) earlier.sa_sigaction(number, info, context);
}
void restore_and_return(int number, ::siginfo_t*, void*) {
  if (++calls > 3) ::_exit(98);  // a loop
  ::sigaction(number, &earlier, nullptr);
}
void install_over(int number, Handler handler) {
  struct ::sigaction action = {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(number, &action, &earlier);
}
std::jmp_buf place;
void jump_out(int, ::siginfo_t*, void*) { std::longjmp(place, 1); }

[[noreturn]] void crash(int number) {
  if (number == SIGABRT) std::abort();
  ::raise(number);
  ::_exit(97);  // a handler returned
}

void expect_failed(const std::string& registry, const std::string& reason) {
  const erm::ExperimentRun run = load(registry);
  CHECK(run.status() == RunStatus::failed);
  CHECK(run.failure() == reason);
  CHECK(run.finished_utc());
  CHECK(prefix_of(run, "m") == points);
}

std::string reason_of(int number) {
  const char* const name = number == SIGSEGV ? "SIGSEGV" : number == SIGABRT ? "SIGABRT"
                         : number == SIGBUS  ? "SIGBUS"  : number == SIGFPE  ? "SIGFPE"  : "SIGILL";
  return "ended by signal " + std::to_string(number) + " (" + name + ")";
}

}  // namespace

TEST_CASE("A handler that was there first is called after the run is saved, with the same arguments", "[fork]") {
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
    CAPTURE(number);
    const TemporaryDirectory dir;
    Child raises([&](const Child::Tell&) {
      install(number, report_and_raise);
      LiveRun run(dir / "registry", "e", named("r"));
      log_points(run);
      crash(number);
    });
    raises.wait();
    CHECK(raises.signal() == number);
    expect_failed(dir / "registry", reason_of(number));

    const TemporaryDirectory other;
    Child exits([&](const Child::Tell&) {
      install(number, report_and_exit);
      LiveRun run(other / "registry", "e", named("r"));
      log_points(run);
      crash(number);
    });
    exits.wait();
    CHECK(exits.exit_code() == 42);
    expect_failed(other / "registry", reason_of(number));
  }
}

TEST_CASE("A handler that is installed after the run began is noticed and called after the run is saved", "[fork]") {
  for (const int number : {SIGSEGV, SIGABRT}) {
    CAPTURE(number);
    const TemporaryDirectory dir;
    Child child([&](const Child::Tell&) {
      LiveRun run(dir / "registry", "e", named("r"));
      install(number, report_and_exit);
      let_handler_be_noticed(number);
      log_points(run);
      crash(number);
    });
    child.wait();
    CHECK(child.exit_code() == 42);
    expect_failed(dir / "registry", reason_of(number));
  }
}

TEST_CASE("A plain handler, one that is called once, and one that the program ignores are respected", "[fork]") {
  const TemporaryDirectory dir;
  Child plain([&](const Child::Tell&) {
    ::signal(SIGSEGV, [](int) { ::_exit(42); });
    LiveRun run(dir / "registry", "e", named("r"));
    log_points(run);
    crash(SIGSEGV);
  });
  plain.wait();
  CHECK(plain.exit_code() == 42);
  expect_failed(dir / "registry", reason_of(SIGSEGV));

  const TemporaryDirectory other;
  Child once([&](const Child::Tell& tell) {
    install(SIGSEGV, just_return, static_cast<int>(SA_SIGINFO | static_cast<unsigned>(SA_RESETHAND)));
    LiveRun run(other / "registry", "e", named("r"));
    log_points(run);
    ::raise(SIGSEGV);
    tell(calls);
    ::raise(SIGSEGV);
  });
  once.wait();
  CHECK(once.signal() == SIGSEGV);
  CHECK(once.told() == std::vector<std::int64_t>{1});
  CHECK(prefix_of(load(other / "registry"), "m") == points);

  Child ignoring([&](const Child::Tell& tell) {
    ::signal(SIGFPE, SIG_IGN);
    LiveRun run(dir / "registry", "e", named("ignoring"));
    ::raise(SIGFPE);
    tell(1);
    run.finish();
  });
  CHECK(ignoring.wait());
  CHECK(ignoring.told().size() == 1);
  CHECK(load(dir / "registry", "ignoring").status() == RunStatus::finished);
}

TEST_CASE("A run whose program repairs faults goes on and loses nothing", "[fork]") {
  const TemporaryDirectory dir;
  Child child([&](const Child::Tell& tell) {
    page = static_cast<char*>(::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    install(SIGSEGV, repair);
    LiveRun run(dir / "registry", "e", named("r"));
    int logged = 0;
    for (int fault = 0; fault < 5; ++fault) {
      log_points(run, logged, 100);
      logged += 100;
      ::mprotect(page, 4096, PROT_NONE);
      *static_cast<volatile char*>(page) = 1;
      if (!was_right) ::_exit(9);
    }
    tell(calls);
    // It is running again soon.
    for (;;) {
      run.flush();
      if (load(dir / "registry").status() == RunStatus::running) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    if (!load(dir / "registry").failure().empty() || load(dir / "registry").finished_utc()) ::_exit(8);
    log_points(run, logged, points - logged);
    run.finish();
  });
  CHECK(child.wait());
  CHECK(child.told() == std::vector<std::int64_t>{5});
  const erm::ExperimentRun run = load(dir / "registry");
  CHECK(run.status() == RunStatus::finished);
  CHECK(run.failure().empty());
  CHECK(prefix_of(run, "m") == points);
}

TEST_CASE("abort() ends a run as failed even if a handler of SIGABRT returns", "[fork]") {
  const TemporaryDirectory dir;
  Child child([&](const Child::Tell&) {
    install(SIGABRT, just_return);
    LiveRun run(dir / "registry", "e", named("r"));
    log_points(run);
    std::abort();
  });
  child.wait();
  CHECK(child.signal() == SIGABRT);
  expect_failed(dir / "registry", reason_of(SIGABRT));
}

TEST_CASE("Handlers that call or restore the one before them make no loop", "[fork]") {
  for (const Handler handler : {chain_back, restore_and_return})
    for (const bool is_fault : {true, false}) {
      const TemporaryDirectory dir;
      Child child([&](const Child::Tell&) {
        page = static_cast<char*>(::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        LiveRun run(dir / "registry", "e", named("r"));
        install_over(SIGSEGV, handler);
        let_handler_be_noticed(SIGSEGV);
        log_points(run);
        if (is_fault) *static_cast<volatile char*>(page) = 1;
        ::raise(SIGSEGV);
        ::raise(SIGSEGV);
      });
      child.wait();
      CHECK(child.signal() == SIGSEGV);
      CHECK(prefix_of(load(dir / "registry"), "m") == points);
      CHECK(load(dir / "registry").failure() == reason_of(SIGSEGV));
    }
}

TEST_CASE("A handler that jumps out leaves a run that goes on", "[fork]") {
  const TemporaryDirectory dir;
  Child child([&](const Child::Tell&) {
    install(SIGFPE, jump_out, SA_SIGINFO | SA_NODEFER);
    LiveRun run(dir / "registry", "e", named("r"));
    log_points(run, 0, 500);
    if (setjmp(place) == 0) ::raise(SIGFPE);
    log_points(run, 500, 500);
    run.finish();
  });
  CHECK(child.wait());
  CHECK(load(dir / "registry").status() == RunStatus::finished);
  CHECK(load(dir / "registry").failure().empty());
  CHECK(prefix_of(load(dir / "registry"), "m") == points);
}

TEST_CASE("A handler works on the alternate stack that it asked for, and on no other", "[fork]") {
  static std::vector<char> stack(65536);
  static std::atomic<bool> is_there{false};
  for (const int flags : {SA_SIGINFO | SA_ONSTACK, SA_SIGINFO}) {
    const TemporaryDirectory dir;
    Child child([&](const Child::Tell&) {
      ::stack_t alternate = {};
      alternate.ss_sp = stack.data();
      alternate.ss_size = stack.size();
      ::sigaltstack(&alternate, nullptr);
      const Handler handler = [](int, ::siginfo_t*, void*) {
        const char here = 0;
        const auto at = reinterpret_cast<std::uintptr_t>(&here), from = reinterpret_cast<std::uintptr_t>(stack.data());
        is_there = at >= from && at < from + stack.size();
        ::_exit(is_there ? 42 : 41);
      };
      install(SIGSEGV, handler, flags);
      LiveRun run(dir / "registry", "e", named("r"));
      log_points(run);
      crash(SIGSEGV);
    });
    child.wait();
    CHECK(child.exit_code() == ((flags & SA_ONSTACK) != 0 ? 42 : 41));
    expect_failed(dir / "registry", reason_of(SIGSEGV));
  }
}

TEST_CASE("A signal that a program handles itself to go on is left alone", "[fork]") {
  for (const int number : {SIGTERM, SIGUSR1, SIGHUP, SIGALRM, SIGPIPE}) {
    CAPTURE(number);
    const TemporaryDirectory dir;
    Child child([&](const Child::Tell& tell) {
      install(number, just_return);
      LiveRun run(dir / "registry", "e", named("r"));
      log_points(run);
      ::raise(number);
      tell(prefix_of(load(dir / "registry"), "m"));  // nothing was written for it
      run.finish();
    });
    CHECK(child.wait());
    CHECK(child.told() == std::vector<std::int64_t>{0});
    CHECK(load(dir / "registry").status() == RunStatus::finished);
  }
}

}  // namespace live_signals_test

#endif

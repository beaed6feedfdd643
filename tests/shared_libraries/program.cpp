// Two shared libraries that hold ERM log a live run each, in one process. However the process ends, both runs are
// whole.
//   program <library> <library> <folder for registries>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>

#include <dlfcn.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "erm/experiment_run.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "library.hpp"

namespace {

constexpr std::int64_t steps = 1000;

struct Library {
  explicit Library(const std::string& path) : handle(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle == nullptr) throw std::runtime_error(::dlerror());
    find("begin_run", begin);
    find("log_steps", log);
    find("log_steps_of", log_of);
    find("metric_of_run", metric);
    find("finish_run", finish);
  }
  void close() const { ::dlclose(handle); }

  void* handle;
  decltype(&begin_run) begin = nullptr;
  decltype(&log_steps) log = nullptr;
  decltype(&log_steps_of) log_of = nullptr;
  decltype(&metric_of_run) metric = nullptr;
  decltype(&finish_run) finish = nullptr;

 private:
  template <class Function>
  void find(const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(handle, name));
    if (function == nullptr) throw std::runtime_error(name);
  }
};

int failures = 0;

void expect(bool is_true, const std::string& what) {
  if (is_true) return;
  std::fprintf(stderr, "failed: %s\n", what.c_str());
  ++failures;
}

/// Lets a child log a run through each library and end as `end` says. Both runs must be as expected.
void expect_runs(const char* name, char** arguments, const std::function<void(const Library&, const Library&)>& end,
                 int status_of_child, erm::RunStatus status, const std::string& failure, std::int64_t points) {
  const std::string registry = std::string(arguments[3]) + "/" + name;
  std::filesystem::remove_all(registry);
  const pid_t child = ::fork();
  if (child == 0) {
    const Library a(arguments[1]), b(arguments[2]);
    a.begin(registry.c_str(), "a");
    b.begin(registry.c_str(), "b");
    a.log(0, steps);
    b.log(0, steps);
    end(a, b);
    std::_Exit(99);
  }
  int found = 0;
  ::waitpid(child, &found, 0);
  expect(found == status_of_child, std::string(name) + ": the status of the process is " + std::to_string(found));
  for (const char* const experiment : {"a", "b"}) {
    const std::string what = std::string(name) + ": run " + experiment;
    const erm::ExperimentRun run = erm::load_run_from_registry(registry, experiment, "main", "run");
    expect(run.status() == status, what + " has the status " + std::to_string(static_cast<int>(run.status())));
    expect(run.failure() == failure, what + " has the failure '" + run.failure() + "'");
    const auto history = run.history().find("loss");
    const std::size_t size = history == run.history().end() ? 0 : history->second.size();
    expect(size == static_cast<std::size_t>(points), what + " has " + std::to_string(size) + " points");
  }
}

}  // namespace

int main(int, char** arguments) {
  using erm::RunStatus;
  expect_runs(
      "signal", arguments, [](const Library&, const Library&) { ::raise(SIGTERM); }, SIGTERM, RunStatus::failed,
      "ended by signal 15 (SIGTERM)", steps);
  expect_runs(
      "unloaded", arguments,
      [](const Library& a, const Library& b) {
        b.close();
        a.close();
        ::raise(SIGTERM);
      },
      SIGTERM, RunStatus::failed, "ended by signal 15 (SIGTERM)", steps);
  expect_runs(
      "fault", arguments, [](const Library&, const Library&) { ::raise(SIGSEGV); }, SIGSEGV, RunStatus::failed,
      "ended by signal 11 (SIGSEGV)", steps);
  expect_runs(
      "exit", arguments, [](const Library&, const Library&) { std::exit(0); }, 0, RunStatus::failed,
      "the program ended before finish()", steps);
  expect_runs(
      "terminate", arguments, [](const Library&, const Library&) { std::terminate(); }, SIGABRT, RunStatus::failed,
      "std::terminate was called", steps);
  expect_runs(
      "fork", arguments,
      [](const Library& a, const Library& b) {
        const pid_t child = ::fork();
        a.log(steps, 2 * steps);  // of the child nothing comes to the run
        b.log(steps, 2 * steps);
        if (child == 0) std::exit(0);
        ::waitpid(child, nullptr, 0);
        a.finish();
        b.finish();
        std::exit(0);
      },
      0, RunStatus::finished, "", 2 * steps);
  expect_runs(
      "handed_over", arguments,
      [](const Library& a, const Library& b) {
        for (std::int64_t step = steps; step < 2 * steps; ++step) {
          a.log_of(b.metric(), step, step + 1);
          b.log_of(a.metric(), step, step + 1);
        }
        std::exit(0);
      },
      0, RunStatus::failed, "the program ended before finish()", 2 * steps);
  expect_runs(
      "beside_the_program", arguments,
      [&](const Library& a, const Library& b) {
        erm::LiveRun own(std::string(arguments[3]) + "/beside_the_program", "own");
        const erm::LiveMetric metric = own.metric("loss");
        a.log_of(&metric, 0, steps);
        b.log_of(&metric, 0, steps);
        metric.log(1, 0);
        own.finish();
        ::raise(SIGTERM);
      },
      SIGTERM, RunStatus::failed, "ended by signal 15 (SIGTERM)", steps);
  const auto own = erm::load_run_from_registry(std::string(arguments[3]) + "/beside_the_program", "own");
  expect(own.history().at("loss").size() == 2 * steps + 1, "the program's own run has all points");
  return failures == 0 ? 0 : 1;
}

#include "erm/live_run.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/run/process_identity.hpp"
#include "erm/file_system.hpp"
#include "erm/json.hpp"
#include "erm/registry.hpp"
#include "erm/trash.hpp"
#include "file_tree.hpp"
#include "plain_file_system.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

#if defined(__linux__)
#include <csignal>

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace live_takeover_test {

using erm::LiveOptions;
using erm::LiveRun;
using erm::RunStatus;
using erm_test::contains;
using erm_test::TemporaryDirectory;
using erm_test::thrown;

namespace {

LiveOptions named(const std::string& run_id, bool resume = false) {
  LiveOptions options;
  options.run_id = run_id;
  options.resume = resume;
  options.provenance = false;
  return options;
}

/// The messages of on_error.
struct Messages {
  std::mutex mutex;
  std::vector<std::string> texts;

  void take(LiveOptions& options) {
    options.on_error = [this](const std::string& message) {
      const std::lock_guard<std::mutex> lock(mutex);
      texts.push_back(message);
    };
  }
  std::vector<std::string> all() {
    const std::lock_guard<std::mutex> lock(mutex);
    return texts;
  }
};

/// Changes what the metadata of a run say about its owner.
void change_owner(erm::FileSystem& fs, const std::string& folder, const std::string& owner,
                  std::chrono::seconds silent = std::chrono::seconds(0), int heartbeat = 15) {
  erm::Json metadata = erm::Json::parse(erm::to_text(fs.read(folder + "/erm_metadata.json")));
  metadata["erm"]["owner"] = owner;
  metadata["erm"]["heartbeat_seconds"] = heartbeat;
  metadata["erm"]["heartbeat_utc"] = erm::detail::time_text(erm::detail::now_utc() - silent);
  fs.write(folder + "/erm_metadata.json", metadata.dump());
}

const char* const owner_elsewhere = "node7\n42\n00000000-0000-0000-0000-000000000000 1\nnamespace pid:[1]\n";
const char* const owner_that_died = "node7\n42\n00000000-0000-0000-0000-000000000000 1\n";

}  // namespace

TEST_CASE("A writer whose run another one resumed stops, and says so once") {
  const bool can_append = GENERATE(true, false);
  INFO("a store that can append: " << can_append);
  const auto fs = std::make_shared<erm::MemoryFileSystem>(can_append);
  Messages messages;
  LiveOptions options = named("r");
  options.fs = fs;
  messages.take(options);
  LiveRun first("registry", "e", options);
  first.log_metric("loss", 1, 1);
  first.flush();
  change_owner(*fs, "registry/e/main/r", owner_that_died, std::chrono::seconds(3600));  // as if it had been suspended
  LiveOptions resumed = named("r", true);
  resumed.fs = fs;
  LiveRun second("registry", "e", resumed);
  second.log_metric("loss", 2, 2);
  second.flush();

  first.log_metric("loss", 3, 3);
  first.log_param("lr", 0.5);
  const std::string lost = thrown<erm::RunExistsError>([&] { first.flush(); });
  const std::string me = erm::detail::os::process_number();
  CHECK(contains(lost, "the live run 'registry/e/main/r' is no longer that of this process (" + me + "): the process " +
                           me + " on " + erm::detail::os::host_name() + " has it now, last heard of at "));
  CHECK(contains(lost, "; what this process logs is not stored any more; begin a run with another id"));
  first.log_metric("loss", 4, 4);
  CHECK(contains(thrown<erm::RunExistsError>([&] { first.finish(); }), "has it now"));
  { const LiveRun ended = std::move(first); }
  CHECK(messages.all() == std::vector<std::string>{lost});

  second.log_metric("loss", 5, 5);
  second.finish();
  const erm::ExperimentRun run = erm::load_run_from_registry("registry", "e", "main", "r", fs);
  CHECK(run.status() == RunStatus::finished);
  CHECK(run.params().count("lr") == 0);
  std::vector<std::int64_t> steps;
  for (const erm::MetricPoint& point : run.history().at("loss").points()) steps.push_back(point.step);
  CHECK(steps == std::vector<std::int64_t>{1, 2, 5});
}

TEST_CASE("A writer whose run was replaced by a save, or by another program, stops") {
  const TemporaryDirectory dir;
  Messages messages;
  LiveOptions options = named("r");
  messages.take(options);
  LiveRun run(dir / "registry", "e", options);
  run.log_metric("loss", 1, 1);
  run.flush();
  erm::LocalFileSystem fs;
  change_owner(fs, run.uri(), owner_that_died, std::chrono::seconds(3600));
  std::filesystem::last_write_time(run.uri() + "/erm_metadata.json",
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  erm::RunOptions saved;
  saved.run_id = "r";
  erm::SaveOptions overwrite;
  overwrite.overwrite = true;
  erm::save_run_to_registry(erm::ExperimentRun("e", saved), dir / "registry", overwrite);
  run.log_metric("loss", 2, 2);
  run.log_text("x", "note");
  CHECK(contains(thrown<erm::RunExistsError>([&] { run.flush(); }), "another process has saved a run over it"));
  CHECK(erm::load_run_from_path(run.uri()).status() == RunStatus::finished);
  CHECK(erm::load_run_from_path(run.uri()).history().empty());
  CHECK(erm::load_run_from_path(run.uri()).artifacts().empty());

  LiveRun other(dir / "registry", "e", named("other"));
  erm_test::write_file(std::filesystem::path(other.uri()) / "erm_metadata.json", "{");
  CHECK(contains(thrown<erm::RunExistsError>([&] { other.log_param("a", 1), other.flush(); }),
                 "another program has replaced its metadata"));
}

TEST_CASE("A program that writes the metadata in another form takes no run away") {
  const TemporaryDirectory dir;
  LiveRun run(dir / "registry", "e", named("r"));
  const std::filesystem::path path = std::filesystem::path(run.uri()) / "erm_metadata.json";
  std::string text = erm_test::file_text(path);
  const std::size_t at = text.find("\\n", text.find("\"owner\""));
  REQUIRE(at != std::string::npos);
  erm_test::write_file(path, text.replace(at, 2, "\\u000a"));
  run.log_metric("loss", 1, 1);
  run.finish();
  CHECK(erm::load_run_from_path(run.uri()).status() == RunStatus::finished);
}

TEST_CASE("A run whose owner cannot be seen is refused at once, or taken after a wait") {
  const auto fs = std::make_shared<erm_test::PlainFileSystem>();
  LiveOptions options = named("r");
  options.fs = fs;
  const std::string folder = "registry/e/main/r";
  LiveRun("registry", "e", options).finish();
  erm::Json metadata = erm::Json::parse(erm::to_text(fs->read(folder + "/erm_metadata.json")));
  metadata["erm"]["status"] = "running";
  fs->write(folder + "/erm_metadata.json", metadata.dump(), erm::Durability::buffered);
  change_owner(*fs, folder, owner_elsewhere, std::chrono::seconds(-86400), 1);  // its clock is a day fast
  options.resume = true;
  const auto resume = [&] { LiveRun("registry", "e", options).finish(); };
  CHECK(contains(thrown<erm::RunExistsError>(resume),
                 "cannot resume the run 'registry/e/main/r': the process 42 on node7 has it open, last heard of at "));
  CHECK(contains(thrown<erm::RunExistsError>(resume),
                 "the run is free in 4 seconds unless one comes: LiveOptions::takeover_wait waits for that"));
  erm::RunOptions saved;
  saved.run_id = "r";
  erm::SaveOptions overwrite;
  overwrite.overwrite = true;
  overwrite.fs = fs;
  CHECK(contains(thrown<erm::RunExistsError>(
                     [&] { erm::save_run_to_registry(erm::ExperimentRun("e", saved), "registry", overwrite); }),
                 "the run is free in 4 seconds unless one comes: try again then"));
  CHECK(contains(thrown<erm::RunExistsError>([&] { erm::delete_run("registry", "e", "main", "r", fs); }),
                 "the run is free in 4 seconds unless one comes: try again then"));
  options.takeover_wait = std::chrono::seconds(4);
  resume();
  CHECK(erm::load_run_from_path(folder, fs).status() == RunStatus::finished);
}

TEST_CASE("A destroyed run that could not be ended can be resumed in the same process") {
  const TemporaryDirectory dir;
  LiveOptions options = named("r");
  options.on_error = [](const std::string&) {};
  const std::filesystem::path folder = std::filesystem::path(dir / "registry") / "e/main/r";
  {
    LiveRun run(dir / "registry", "e", options);
    run.flush();
    std::filesystem::rename(folder, dir.path() / "away");  // stands for a disk that is full until then
  }
  std::filesystem::rename(dir.path() / "away", folder);
  CHECK(erm::load_run_from_path(folder.string()).status() == RunStatus::killed);
  LiveRun(dir / "registry", "e", named("r", true)).finish();
  CHECK(erm::load_run_from_path(folder.string()).status() == RunStatus::finished);
}

#if defined(__linux__)

namespace {

/// Whether this process may make process namespaces.
bool may_unshare() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(::unshare(CLONE_NEWPID | CLONE_NEWNS) == 0 ? 0 : 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// Does the work in a process namespace of its own, with its own /proc: a container of the same host name. Exits with
/// its result.
int in_container(const std::function<int()>& work) {
  const pid_t outer = ::fork();
  if (outer == 0) {
    if (::unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) ::_exit(90);
    const pid_t inner = ::fork();
    if (inner == 0) {
      ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
      if (::mount("proc", "/proc", "proc", 0, nullptr) != 0) ::_exit(91);
      ::_exit(work());
    }
    int status = 0;
    ::waitpid(inner, &status, 0);
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 92);
  }
  int status = 0;
  ::waitpid(outer, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 93;
}

}  // namespace

TEST_CASE("A live run is safe from the processes of other containers with its host name", "[fork]") {
  if (!may_unshare()) {
    WARN("skipped: this process may not make process namespaces (it needs CAP_SYS_ADMIN)");
    return;
  }
  const TemporaryDirectory dir;
  LiveRun run(dir / "registry", "e", named("r"));
  run.log_metric("loss", 1, 1);
  run.flush();
  const int refused = in_container([&] {
    const auto refuses = [](const auto& call) { return contains(thrown<erm::RunExistsError>(call), "has it open"); };
    if (erm::load_run_from_path(run.uri()).status() != RunStatus::running) return 1;
    if (!refuses([&] { LiveRun(dir / "registry", "e", named("r", true)); })) return 2;
    erm::RunOptions saved;
    saved.run_id = "r";
    erm::SaveOptions overwrite;
    overwrite.overwrite = true;
    if (!refuses([&] { erm::save_run_to_registry(erm::ExperimentRun("e", saved), dir / "registry", overwrite); }))
      return 3;
    return refuses([&] { erm::delete_run(dir / "registry", "e", "main", "r"); }) ? 0 : 4;
  });
  CHECK(refused == 0);
  run.log_metric("loss", 2, 2);
  run.finish();
  CHECK(erm::load_run_from_path(run.uri()).history().at("loss").size() == 2);
}

TEST_CASE("Within one container a dead owner is seen at once, and outside only by its heartbeats", "[fork]") {
  if (!may_unshare()) {
    WARN("skipped: this process may not make process namespaces (it needs CAP_SYS_ADMIN)");
    return;
  }
  const TemporaryDirectory dir;
  const int seen = in_container([&] {
    const pid_t child = ::fork();
    if (child == 0) {
      LiveRun run(dir / "registry", "e", named("r"));
      run.flush();
      ::raise(SIGKILL);
    }
    ::siginfo_t ended = {};
    ::waitid(P_PID, static_cast<::id_t>(child), &ended, WEXITED | WNOWAIT);  // it stays a zombie
    return erm::load_run_from_registry(dir / "registry", "e").status() == RunStatus::killed ? 0 : 1;
  });
  CHECK(seen == 0);
  CHECK(erm::load_run_from_registry(dir / "registry", "e").status() == RunStatus::running);
  CHECK(contains(thrown<erm::RunExistsError>([&] { LiveRun(dir / "registry", "e", named("r", true)); }),
                 "so only its heartbeats tell whether it still runs"));
}

#endif

}  // namespace live_takeover_test

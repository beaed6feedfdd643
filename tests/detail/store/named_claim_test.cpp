// Claims where locks do not exclude everybody. This program answers for the system where it is told to: flock() then
// fails as on Lustre or NFS without a lock service, and the file system of every file is FUSE, as that of sshfs is, whose
// locks no other mount knows. tests/systems/sshfs.sh and rclone.sh try the real ones.
#include "erm/detail/store/named_claim.hpp"

#include <erm/erm.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

#if defined(__linux__) && defined(__LP64__)

#include <cerrno>

#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace named_claim_test {
namespace {
int flock_fails_with = 0;
bool all_is_fuse = false;
}  // namespace
}  // namespace named_claim_test

// In place of the functions of the C library, for the whole program.
extern "C" int named_claim_test_flock(int file, int operation) noexcept __asm__("flock");
extern "C" int named_claim_test_flock(int file, int operation) noexcept {
  if (named_claim_test::flock_fails_with == 0) return static_cast<int>(::syscall(SYS_flock, file, operation));
  errno = named_claim_test::flock_fails_with;
  return -1;
}
extern "C" int fstatfs64(int file, struct ::statfs64* facts) noexcept {
  const int result = static_cast<int>(::syscall(SYS_fstatfs, file, facts));
  if (named_claim_test::all_is_fuse) facts->f_type = 0x65735546;
  return result;
}

namespace named_claim_test {

using erm_test::contains;
using erm_test::file_text;
using erm_test::TemporaryDirectory;
using erm_test::thrown;
using erm_test::write_file;

namespace {

/// How the files of a process are locked.
enum class Locks { known_to_all, not_there, known_to_one_mount };

void set(Locks locks) {
  flock_fails_with = locks == Locks::not_there ? ENOLCK : 0;
  all_is_fuse = locks == Locks::known_to_one_mount;
}

struct WithLocks {
  explicit WithLocks(Locks locks) { set(locks); }
  ~WithLocks() { set(Locks::known_to_all); }
  WithLocks(const WithLocks&) = delete;
  WithLocks& operator=(const WithLocks&) = delete;
};

/// Calls `work(i)` in `count` processes at once. Returns how many of them returned true.
int in_processes(int count, const std::function<bool(int)>& work) {
  int gate[2];
  REQUIRE(::pipe(gate) == 0);
  std::vector<pid_t> children;
  for (int i = 0; i < count; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(gate[1]);
      char none = 0;
      static_cast<void>(::read(gate[0], &none, 1));  // until the parent opens the gate
      bool done = false;
      try {
        done = work(i);
      } catch (...) {
        ::_exit(2);
      }
      ::_exit(done ? 0 : 1);
    }
    children.push_back(child);
  }
  ::close(gate[0]);
  ::close(gate[1]);
  int succeeded = 0;
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) != 2);
    succeeded += WEXITSTATUS(status) == 0 ? 1 : 0;
  }
  return succeeded;
}

erm::ExperimentRun run_of(int number, std::optional<std::string> id = {}) {
  erm::RunOptions options;
  options.run_id = std::move(id);
  options.timestamp_utc = erm::TimePoint(std::chrono::seconds(1795419021));
  erm::ExperimentRun run("e", options);
  run.log_param("number", number);
  run.log_text(std::to_string(number), "number");
  run.log_metric("number", number, 1);
  return run;
}

void check_whole(const erm::ExperimentRun& run) {
  const std::string number = run.params().at("number").str();
  CHECK(erm::to_text(run.artifacts().at("number").bytes()) == number);
  CHECK(run.history().at("number").points().at(0).value == std::stod(number));
}

/// Nothing, or an empty folder: a mount keeps that for the other mounts.
void check_left(const std::string& claims) {
  CHECK((!std::filesystem::exists(claims) || std::filesystem::is_empty(claims)));
}

erm::SaveOptions quick() {
  erm::SaveOptions options;
  options.durable = false;
  return options;
}

bool saves(const std::string& registry, int number, const std::string& id) {
  try {
    erm::save_run_to_registry(run_of(number, id), registry, quick());
    return true;
  } catch (const erm::RunExistsError&) {
    return false;
  }
}

/// The locks of the processes, some of which may see other locks than the rest: a server sees its own disk.
std::vector<std::vector<Locks>> all_locks() {
  return {{Locks::not_there},
          {Locks::known_to_one_mount},
          {Locks::known_to_all},
          {Locks::known_to_one_mount, Locks::known_to_all}};
}

}  // namespace

TEST_CASE("Twelve processes save without ids, with all kinds of locks, and none is lost", "[fork]") {
  for (const std::vector<Locks>& locks : all_locks()) {
    TemporaryDirectory dir;
    const int saved = in_processes(12, [&](int i) {
      set(locks[static_cast<std::size_t>(i) % locks.size()]);
      erm::save_run_to_registry(run_of(i), dir / "reg", quick());
      return true;
    });
    CHECK(saved == 12);
    std::set<std::string> numbers;
    for (const erm::ExperimentRun& run : erm::load_runs_from_registry(dir / "reg", "e")) {
      check_whole(run);
      numbers.insert(run.params().at("number").str());
    }
    CHECK(numbers.size() == 12);
    check_left(dir / "reg/e/main/.erm_tmp");
  }
}

TEST_CASE("Of twelve processes that save one id, with all kinds of locks, one succeeds", "[fork]") {
  for (const std::vector<Locks>& locks : all_locks()) {
    TemporaryDirectory dir;
    CHECK(in_processes(12, [&](int i) {
            set(locks[static_cast<std::size_t>(i) % locks.size()]);
            return saves(dir / "reg", i, "same");
          }) == 1);
    check_whole(erm::load_run_from_registry(dir / "reg", "e", "main", "same"));
    check_left(dir / "reg/e/main/.erm_tmp");
  }
}

TEST_CASE("A named claim is taken from a killed process, and never from a living one", "[fork]") {
  for (const Locks taker : {Locks::not_there, Locks::known_to_one_mount, Locks::known_to_all}) {
    TemporaryDirectory dir;
    erm::LocalFileSystem fs;
    const std::string path = dir / "main/.erm_tmp/r";
    for (const bool begins : {true, false}) {
      const WithLocks with(Locks::not_there);
      in_processes(1, [&](int) {
        const std::unique_ptr<erm::Claim> claim = fs.claim(path);
        if (begins) claim->begin();
        ::_exit(0);
        return true;
      });
      CHECK(std::filesystem::exists(path));
      set(taker);
      {
        const std::unique_ptr<erm::Claim> claim = fs.claim(path);
        REQUIRE(claim != nullptr);
        CHECK(claim->was_abandoned() == begins);
        CHECK(fs.claim(path) == nullptr);
        CHECK(in_processes(1, [&](int) { return fs.claim(path) != nullptr; }) == 0);
      }
      check_left(dir / "main/.erm_tmp");
    }
    set(Locks::not_there);
    const std::unique_ptr<erm::Claim> held = fs.claim(path);
    set(taker);
    const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(100);
    std::filesystem::last_write_time(path, old);
    std::filesystem::last_write_time(dir / "main", old);
    CHECK(in_processes(1, [&](int) { return fs.claim(path) != nullptr; }) == 0);
    set(Locks::known_to_all);
  }
}

TEST_CASE("A claim of another machine is taken when nothing has changed for an hour", "[fork]") {
  for (const Locks locks : {Locks::not_there, Locks::known_to_one_mount, Locks::known_to_all}) {
    const WithLocks with(locks);
    TemporaryDirectory dir;
    erm::LocalFileSystem fs;
    const std::string path = dir / "main/.erm_tmp/r";
    const auto now = std::filesystem::file_time_type::clock::now();
    const auto age = [&](const std::string& file, std::chrono::minutes by) {
      std::filesystem::last_write_time(file, now - by);
    };
    erm::detail::Owner other = erm::detail::Owner::this_process();
    other.host = "elsewhere";
    other.started = "another-boot 1";
    std::filesystem::create_directories(dir / "main/.erm_tmp");
    std::filesystem::create_directories(dir / "main/r/artifacts");
    for (const std::string& file : {dir / "main/r/artifacts/large.bin", path}) write_file(file, other.text() + "claim 1\n");
    const auto all = [&](std::chrono::minutes by) {
      for (const std::string& file : {path, dir / "main/r/artifacts/large.bin", dir / "main/r/artifacts", dir / "main/r"})
        age(file, by);
    };
    CHECK(fs.claim(path) == nullptr);
    all(std::chrono::minutes(59));
    CHECK(fs.claim(path) == nullptr);
    all(std::chrono::minutes(61));
    age(dir / "main/r/artifacts/large.bin", std::chrono::minutes(1));  // it is still being written
    CHECK(fs.claim(path) == nullptr);
    all(std::chrono::minutes(61));
    const std::unique_ptr<erm::Claim> claim = fs.claim(path);
    REQUIRE(claim != nullptr);
    CHECK_FALSE(claim->was_abandoned());  // it had not begun
    CHECK(std::filesystem::file_size(path) != (other.text() + "claim 1\n").size());
  }
}

TEST_CASE("The holder of a claim that was taken over commits nothing") {
  const WithLocks with(Locks::known_to_one_mount);
  TemporaryDirectory dir;
  erm::LocalFileSystem fs;
  const std::string path = dir / "main/.erm_tmp/r";
  std::filesystem::create_directories(dir / "main/r");
  {
    const std::unique_ptr<erm::Claim> claim = fs.claim(path);
    REQUIRE(claim != nullptr);
    claim->begin();
    std::filesystem::remove(path);
    write_file(path, "another's");
    CHECK(thrown<erm::RunExistsError>(
              [&] { claim->commit(dir / "main/r/erm_metadata.json", "{}", erm::Durability::durable); }) ==
          "cannot write '" + (dir / "main/r/erm_metadata.json") + "': another process took over its claim '" + path +
              "', because nothing had changed for an hour; save again");
  }
  CHECK(std::filesystem::is_empty(dir / "main/r"));
  CHECK(file_text(path) == "another's");
}

TEST_CASE("A named claim that its holder abandons is taken, and tells so") {
  for (const Locks locks : {Locks::not_there, Locks::known_to_one_mount}) {
    const WithLocks with(locks);
    TemporaryDirectory dir;
    erm::LocalFileSystem fs;
    const std::string path = dir / "main/.erm_tmp/r";
    std::unique_ptr<erm::Claim> claim = fs.claim(path);
    for (const bool begins : {true, false, false}) {
      REQUIRE(claim != nullptr);
      if (begins) claim->begin();
      claim->abandon();
      claim.reset();
      CHECK(std::filesystem::exists(path));
      claim = fs.claim(path);
      REQUIRE(claim != nullptr);
      CHECK(claim->was_abandoned());
    }
    claim.reset();
    CHECK_FALSE(std::filesystem::exists(path));
  }
}

TEST_CASE("Without locks a run is saved, overwritten, logged live, edited, deleted and restored") {
  for (const Locks locks : {Locks::not_there, Locks::known_to_one_mount}) {
    const WithLocks with(locks);
    TemporaryDirectory dir;
    const std::string uri = erm::save_run_to_registry(run_of(1, "a"), dir / "reg");
    CHECK_FALSE(saves(dir / "reg", 2, "a"));
    erm::SaveOptions overwrite;
    overwrite.overwrite = true;
    erm::save_run_to_registry(run_of(3, "a"), dir / "reg", overwrite);
    check_whole(erm::load_run_from_path(uri));
    CHECK(erm::load_run_from_path(uri).params().at("number") == 3);
    erm::LiveOptions options;
    options.run_id = "live";
    options.provenance = false;
    {
      erm::LiveRun run(dir / "reg", "e", options);
      run.log_metric("loss", 0.5, 1);
      run.flush();
      CHECK(erm::load_run_from_registry(dir / "reg", "e", "main", "live").status() == erm::RunStatus::running);
    }
    CHECK(erm::load_run_from_registry(dir / "reg", "e", "main", "live").status() == erm::RunStatus::finished);
    erm::edit_run(uri, [](erm::RunEdit& edit) { edit.set_tag("seen"); });
    CHECK(erm::load_run_from_path(uri).tags().count("seen") == 1);
    erm::delete_run(uri);
    erm::restore_run(dir / "reg", "e", "main", "a");
    check_whole(erm::load_run_from_path(uri));
    for (const auto& entry : erm_test::file_tree(dir.path())) {
      CHECK_FALSE(contains(entry.first, ".erm_tmp/"));
      CHECK(contains(entry.first, ".erm_tmp") <= (locks == Locks::known_to_one_mount));
    }
    erm::delete_variant(dir / "reg", "e", "main");
    CHECK(erm::list_variants(dir / "reg", "e").empty());
    CHECK_FALSE(std::filesystem::exists(dir / "reg/e/main"));
    erm::restore_variant(dir / "reg", "e", "main");
    CHECK(erm::list_runs(dir / "reg", "e").size() == 2);
    erm::delete_experiment(dir / "reg", "e");
    CHECK_FALSE(std::filesystem::exists(dir / "reg/e"));
  }
}

}  // namespace named_claim_test

#endif

// A live run that cannot start leaves what was there before.
#include "erm/live_run.hpp"

#include <filesystem>
#include <memory>
#include <string>

#include "catch.hpp"
#include "erm/json.hpp"
#include "erm/registry.hpp"
#include "failing_file_system.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

#if defined(__linux__)
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child_process.hpp"
#endif

namespace live_begin_test {

using erm::LiveOptions;
using erm::LiveRun;
using erm::RunStatus;
using erm_test::contains;
using erm_test::FailingFileSystem;
using erm_test::file_tree;
using erm_test::FileTree;
using erm_test::TemporaryDirectory;

namespace {

LiveOptions named(const std::string& run_id, bool resume = false) {
  LiveOptions options;
  options.run_id = run_id;
  options.resume = resume;
  options.provenance = false;
  options.on_error = [](const std::string&) {};
  return options;
}

/// What there is of the runs: no markers of experiments, and no folders, which a store without folders does not remove.
FileTree runs_in(const TemporaryDirectory& dir) {
  FileTree tree = std::filesystem::exists(dir.path() / "registry") ? file_tree(dir.path() / "registry") : FileTree();
  for (auto entry = tree.begin(); entry != tree.end();) {
    const bool is_marker = contains(entry->first, ".erm_") && contains(entry->first, ".json");
    entry = is_marker || entry->second == "folder" ? tree.erase(entry) : std::next(entry);
  }
  return tree;
}

/// What a registry has before the run is opened.
enum class Before { nothing, saved_run, killed_run, writer };

void prepare(const TemporaryDirectory& dir, Before before) {
  if (before == Before::nothing) return;
  if (before == Before::saved_run) {
    erm::RunOptions options;
    options.run_id = "r";
    erm::ExperimentRun run("e", options);
    run.log_metric("loss", 1, 1);
    run.log_text("x", "note");
    erm::SaveOptions quick;
    quick.durable = false;
    erm::save_run_to_registry(run, dir / "registry", quick);
    return;
  }
  LiveRun run(dir / "registry", "e", named("r"));
  run.log_metric("loss", 1, 1);
  if (before == Before::writer) {
    LiveOptions options = named("r");
    options.writer = "rank1";
    LiveRun(dir / "registry", "e", options).finish();
  }
  run.finish();
  if (before != Before::killed_run) return;
  const std::filesystem::path path = std::filesystem::path(run.uri()) / "erm_metadata.json";
  erm::Json metadata = erm::Json::parse(erm_test::file_text(path));
  metadata["erm"]["status"] = "running";  // its session has ended
  erm_test::write_file(path, metadata.dump());
}

}  // namespace

TEST_CASE("A live run whose store fails at any call while it begins leaves nothing, and can be begun again") {
  using Kind = FailingFileSystem::Kind;
  using Length = FailingFileSystem::Length;
  const Kind kind = GENERATE(Kind::disk, Kind::plain);
  const Length length = GENERATE(Length::once, Length::until_mended);
  const Before before = GENERATE(Before::nothing, Before::saved_run, Before::killed_run, Before::writer);
  if (length == Length::until_mended && before != Before::nothing && before != Before::killed_run) return;
  for (int call = 1;; ++call) {
    INFO("call " << call << (kind == Kind::disk ? " on a disk" : " on a plain store") << " fails "
                 << (length == Length::once ? "once" : "until mended") << ", before " << static_cast<int>(before));
    const TemporaryDirectory dir;
    prepare(dir, before);
    const FileTree was = runs_in(dir);
    LiveOptions options = named("r", before != Before::nothing);
    if (before == Before::writer) options.writer = "rank1";
    const auto fs = std::make_shared<FailingFileSystem>(kind, call, length);
    options.fs = fs;
    bool began = false;
    try {
      LiveRun run(dir / "registry", "e", options);
      began = true;
      fs->mend();
    } catch (const erm::Error&) {
    }
    const bool has_failed = fs->has_failed();
    fs->mend();
    if (!began) {
      if (length == Length::once)
        CHECK(runs_in(dir) == was);
      else
        options.resume = true;  // what a store that cannot be reached keeps is a killed run
      LiveRun again(dir / "registry", "e", options);
      again.log_metric("loss", 2, 2);
      again.finish();
      const erm::ExperimentRun run = erm::load_run_from_registry(dir / "registry", "e", "main", "r");
      CHECK(run.status() == RunStatus::finished);
      CHECK(run.history().at("loss").size() == (before == Before::nothing ? 1 : 2));
    }
    if (!has_failed) {
      CHECK(call > 6);
      break;
    }
  }
}

#if defined(__linux__)

TEST_CASE("Without descriptors a live run cannot start, leaves nothing, and can be begun again", "[fork]") {
  for (const Before before : {Before::nothing, Before::saved_run, Before::killed_run}) {
    const TemporaryDirectory dir;
    int thrown = 0, begun = 0;
    for (::rlim_t free = 0; begun == 0; ++free) {
      INFO("free descriptors: " << free << ", before " << static_cast<int>(before));
      std::filesystem::remove_all(dir.path() / "registry");
      prepare(dir, before);
      const FileTree was = runs_in(dir);
      const int lowest = ::dup(0);
      ::close(lowest);
      ::rlimit limit = {};
      ::getrlimit(RLIMIT_NOFILE, &limit);
      const ::rlimit few = {static_cast<::rlim_t>(lowest) + free, limit.rlim_max};
      ::setrlimit(RLIMIT_NOFILE, &few);
      std::string error;
      try {
        LiveRun run(dir / "registry", "e", named("r", before != Before::nothing));
        ::setrlimit(RLIMIT_NOFILE, &limit);
        ++begun;
      } catch (const erm::Error& refused) {
        ::setrlimit(RLIMIT_NOFILE, &limit);  // first: UBSan needs descriptors to check the object
        error = refused.what();
      }
      ::setrlimit(RLIMIT_NOFILE, &limit);
      if (error.empty()) continue;
      ++thrown;
      INFO(error);
      CHECK(runs_in(dir) == was);
      LiveRun(dir / "registry", "e", named("r", before != Before::nothing)).finish();
      CHECK(erm::load_run_from_registry(dir / "registry", "e", "main", "r").status() == RunStatus::finished);
    }
    CHECK(thrown >= 3);
  }
}

TEST_CASE("Where no thread can start, a live run says so, leaves nothing, and can be begun again", "[fork]") {
  if (::geteuid() != 0) {
    WARN("skipped: only root may become a user with no room for threads");
    return;
  }
  const TemporaryDirectory dir;
  std::filesystem::permissions(dir.path(), std::filesystem::perms::all);
  erm_test::Child child([&](const erm_test::Child::Tell& tell) {
    const ::rlimit none = {1, 1};
    if (::setrlimit(RLIMIT_NPROC, &none) != 0 || ::setuid(54321) != 0) return tell(90);
    const std::string error = erm_test::error_of([&] { LiveRun(dir / "registry", "e", named("r")); });
    tell(contains(error, "cannot begin the live run '") && contains(error, "the system gives it no thread") ? 1 : 0);
    tell(std::filesystem::exists(dir.path() / "registry/e/main/r") ? 0 : 2);
  });
  CHECK(child.told() == std::vector<std::int64_t>{1, 2});
  LiveRun(dir / "registry", "e", named("r")).finish();
}

#endif

}  // namespace live_begin_test

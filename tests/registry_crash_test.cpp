// Saves that are killed, that meet other saves and readers, and that the system refuses: processes of their own.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

#if !defined(_WIN32)
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "at_each_step.hpp"
#include "child_process.hpp"

namespace registry_crash_test {

using erm_test::Child;
using erm_test::contains;
using erm_test::file_text;
using erm_test::file_tree;
using erm_test::FileTree;
using erm_test::TemporaryDirectory;
using erm_test::thrown;
using erm_test::write_file;

namespace {

erm::SaveOptions buffered(bool overwrite = false) {
  erm::SaveOptions options;
  options.overwrite = overwrite;
  options.durable = false;
  return options;
}

/// A run all of whose parts say `generation`, so that a mixture of two shows.
erm::ExperimentRun run_of(int generation, const std::string& run_id = "r") {
  erm::RunOptions options;
  options.run_id = run_id;
  erm::ExperimentRun run("e", options);
  run.log_param("generation", generation);
  for (int i = 0; i < 20; ++i) run.log_metric("loss", generation, i);
  for (int i = 0; i < 5; ++i) {
    const std::string id = std::to_string(i + generation % 3);
    run.log_artifact(erm::Bytes(20000, static_cast<std::uint8_t>(generation)), id, id + "/weights.bin");
  }
  return run;
}

/// What is wrong with a loaded run of run_of, or an empty text. Artifacts may be gone where `may_be_replaced`.
std::string fault_of(const erm::ExperimentRun& run, bool may_be_replaced) {
  const int generation = run.params().at("generation").get<int>();
  if (run.metrics().at("loss") != erm::Value(generation)) return "another generation's metric";
  if (run.history().at("loss").size() != 20) return "points are missing";
  for (const erm::MetricPoint& point : run.history().at("loss").points())
    if (point.value != generation) return "another generation's points";
  if (run.artifacts().size() != 5) return "artifacts are missing";
  for (const auto& [id, artifact] : run.artifacts()) {
    try {
      if (artifact.bytes() != erm::Bytes(20000, static_cast<std::uint8_t>(generation))) return "another content";
    } catch (const erm::Error& error) {
      if (!may_be_replaced) return error.what();
    }
  }
  return {};
}

/// The files below a run's folder that its metadata does not name, and claims beside it.
std::set<std::string> leftovers(const std::string& variant_folder) {
  std::set<std::string> found;
  for (const auto& [path, content] : file_tree(variant_folder)) {
    if (path.rfind(".erm_tmp", 0) == 0) found.insert(path);
    const std::size_t part =
        path.find("/artifacts/") != std::string::npos ? path.find("/artifacts/") : path.find("/history/");
    if (part == std::string::npos || content == "folder") continue;
    const erm::Json metadata =
        erm::Json::parse(file_text(variant_folder + "/" + path.substr(0, part) + "/erm_metadata.json"));
    std::set<std::string> named;
    for (const auto& entry : metadata["artifacts"]) named.insert("/artifacts/" + entry["filename"].get<std::string>());
    for (const auto& name : metadata["erm"]["history"]) named.insert("/history/" + name.get<std::string>());
    if (named.count(path.substr(part)) == 0) found.insert(path);
  }
  return found;
}

/// In a child process, which ends badly where it is not so.
void expect(const std::string& text, const std::string& expected) {
  if (text != expected) throw std::runtime_error(text);
}

/// However long others hold the run: ERM itself waits for ten seconds.
void overwrite(const erm::ExperimentRun& run, const std::string& registry) {
  for (;;) {
    try {
      erm::save_run_to_registry(run, registry, buffered(true));
      return;
    } catch (const erm::RunExistsError& error) {
      if (!contains(error.what(), "another process is writing a run there")) throw;
    }
  }
}

/// At any moment after it has begun, within three milliseconds where the machine is idle.
void kill_soon(Child& child, std::mt19937& random) {
  REQUIRE(child.hear());
  std::this_thread::sleep_for(std::chrono::microseconds(std::uniform_int_distribution<int>(0, 3000)(random)));
  child.kill(SIGKILL);
  child.wait();
}

}  // namespace

TEST_CASE("A killed save leaves no run or a complete run, and the next save there removes its leftovers") {
  TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  std::mt19937 random(7);
  int killed = 0, saved = 0;
  for (int i = 1; i <= 60; ++i) {
    const std::string id = "r" + std::to_string(i);
    Child child([&](const Child::Tell& tell) {
      const erm::ExperimentRun run = run_of(i, id);
      tell(i);
      erm::save_run_to_registry(run, registry, buffered());
    });
    kill_soon(child, random);
    std::string fault;
    try {
      fault = fault_of(erm::load_run_from_registry(registry, "e", "main", id), false);
      ++saved;
    } catch (const erm::NotFoundError&) {
      ++killed;
    }
    REQUIRE(fault == "");
    const std::string next = "next" + std::to_string(i);
    erm::save_run_to_registry(run_of(i, next), registry, buffered());
    REQUIRE(fault_of(erm::load_run_from_registry(registry, "e", "main", next), false) == "");
    REQUIRE(leftovers(registry + "/e/main") == std::set<std::string>{});
    // What is no run has no folder any more.
    for (const auto& entry : std::filesystem::directory_iterator(registry + "/e/main")) {
      INFO(entry.path());
      REQUIRE((entry.is_regular_file() || std::filesystem::exists(entry.path() / "erm_metadata.json")));
    }
    std::filesystem::remove_all(registry + "/e/main/" + next);
    std::filesystem::remove_all(registry + "/e/main/" + id);
  }
  WARN(killed << " were killed before the run was there, " << saved << " after that");
}

TEST_CASE("A killed overwrite leaves the old run or the new one, and the next one removes its leftovers") {
  TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  std::mt19937 random(11);
  int old_runs = 0, new_runs = 0;
  int there = 0;
  erm::save_run_to_registry(run_of(there), registry, buffered());
  for (int i = 1; i <= 150; ++i) {
    Child child([&](const Child::Tell& tell) {
      const erm::ExperimentRun run = run_of(i);
      tell(i);
      erm::save_run_to_registry(run, registry, buffered(true));
    });
    kill_soon(child, random);
    const erm::ExperimentRun run = erm::load_run_from_registry(registry, "e");
    REQUIRE(fault_of(run, false) == "");
    const int generation = run.params().at("generation").get<int>();
    REQUIRE((generation == there || generation == i));
    (generation == i ? new_runs : old_runs) += 1;
    there = generation;
    if (i % 3 == 0) {
      there = i + 1000;
      erm::save_run_to_registry(run_of(there), registry, buffered(true));
      REQUIRE(leftovers(registry + "/e/main") == std::set<std::string>{});
    }
  }
  WARN(old_runs << " times the old run was there, " << new_runs << " times the new one");
}

TEST_CASE("A save killed at any step leaves no run or a complete run, an overwrite the old run or the new one") {
  for (const bool overwrites : {false, true}) {
    INFO((overwrites ? "an overwrite" : "a new run"));
    erm_test::at_each_step([&](erm_test::Step& step) {
      TemporaryDirectory dir;
      const std::string registry = dir / "registry";
      erm::SaveOptions save = buffered(true);
      save.fs = step.fs();
      if (overwrites) erm::save_run_to_registry(run_of(1), registry, save);
      step.does([&](const auto& stopping) {
        erm::SaveOptions stopped = buffered(overwrites);
        stopped.fs = stopping;
        erm::save_run_to_registry(run_of(2), registry, stopped);
      });
      int generation = 0;
      try {
        const erm::ExperimentRun run = erm::load_run_from_registry(registry, "e", "main", "r");
        REQUIRE(fault_of(run, false) == "");
        generation = run.params().at("generation").get<int>();
      } catch (const erm::NotFoundError&) {
        REQUIRE_FALSE(overwrites);
      }
      if (!step.was_killed()) REQUIRE(generation == 2);
      erm::save_run_to_registry(run_of(3), registry, save);
      REQUIRE(fault_of(erm::load_run_from_registry(registry, "e", "main", "r"), false) == "");
      REQUIRE(leftovers(registry + "/e/main") == std::set<std::string>{});
    });
  }
}

TEST_CASE("An overwrite of an ended live run leaves the old run or the new one, even if it is killed at any step") {
  erm_test::at_each_step([](erm_test::Step& step) {
    TemporaryDirectory dir;
    const std::string registry = dir / "registry";
    erm::LiveOptions live;
    live.run_id = "r";
    live.sync = false;
    erm::LiveOptions other = live;
    other.writer = "second";
    {
      erm::LiveRun main(registry, "e", live), second(registry, "e", other);
      main.log_metric("loss", 1.0, 1);
      second.log_metric("loss", 2.0, 2);
      second.log_param("second", true);
    }
    erm::SaveOptions save = buffered(true);
    step.does([&](const auto& stopping) {
      save.fs = stopping;
      erm::save_run_to_registry(run_of(7), registry, save);
    });
    const erm::ExperimentRun run = erm::load_run_from_registry(registry, "e", "main", "r");
    if (run.params().count("generation") != 0) {
      REQUIRE(fault_of(run, false) == "");
    } else {
      REQUIRE(step.was_killed());
      REQUIRE(run.history().at("loss").size() == 2);
      REQUIRE(run.params().count("second") == 1);
      REQUIRE(run.artifacts().empty());
    }
    save.fs = step.fs();
    erm::save_run_to_registry(run_of(8), registry, save);
    REQUIRE(fault_of(erm::load_run_from_registry(registry, "e", "main", "r"), false) == "");
    REQUIRE(leftovers(registry + "/e/main") == std::set<std::string>{});
  });
}

TEST_CASE("If processes save at once, each of their runs is saved") {
  TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  constexpr int processes = 4, runs = 25;
  erm::RunOptions same_second;
  same_second.timestamp_utc = erm::TimePoint(std::chrono::microseconds(1795419021128931));
  std::vector<Child> children;
  for (int p = 0; p < processes; ++p) {
    children.emplace_back([&, p](const Child::Tell&) {
      for (int i = 0; i < runs; ++i) {
        erm::ExperimentRun run("e", same_second);
        run.log_param("who", std::to_string(p) + "/" + std::to_string(i));
        run.log_text("hello", "note");
        erm::save_run_to_registry(run, registry, buffered());
      }
    });
  }
  for (Child& child : children) CHECK(child.wait());
  std::set<std::string> who;
  for (const std::string& id : erm::list_runs(registry, "e")) {
    const erm::ExperimentRun run = erm::load_run_from_registry(registry, "e", "main", id);
    CHECK(erm::to_text(run.artifacts().at("note").bytes()) == "hello");
    who.insert(run.params().at("who").str());
  }
  CHECK(who.size() == processes * runs);
  CHECK(leftovers(registry + "/e/main") == std::set<std::string>{});
}

TEST_CASE("If processes overwrite one run at once, the last one's run is there, complete") {
  TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  erm::save_run_to_registry(run_of(0), registry, buffered());
  std::vector<Child> children;
  for (int p = 0; p < 4; ++p) {
    children.emplace_back([&, p](const Child::Tell&) {
      for (int i = 1; i <= 40; ++i) overwrite(run_of(p * 50 + i), registry);
    });
  }
  for (Child& child : children) CHECK(child.wait());
  const erm::ExperimentRun run = erm::load_run_from_registry(registry, "e");
  CHECK(fault_of(run, false) == "");
  CHECK(run.params().at("generation").get<int>() % 50 == 40);
  CHECK(leftovers(registry + "/e/main") == std::set<std::string>{});
}

TEST_CASE("If processes save one new run at once, exactly one succeeds") {
  TemporaryDirectory dir;
  for (int round = 0; round < 20; ++round) {
    const std::string registry = dir / std::to_string(round);
    std::vector<Child> children;
    for (int p = 0; p < 4; ++p) {
      children.emplace_back([&, p](const Child::Tell&) {
        try {
          erm::save_run_to_registry(run_of(p), registry, buffered());
        } catch (const erm::RunExistsError&) {
          return;
        }
        write_file(registry + "/saved/" + std::to_string(p), "");
      });
    }
    for (Child& child : children) CHECK(child.wait());
    CHECK(file_tree(registry + "/saved").size() == 1);
    CHECK(fault_of(erm::load_run_from_registry(registry, "e"), false) == "");
  }
}

TEST_CASE("A reader always sees a complete run or none, the old one or the new one") {
  TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  constexpr int saves = 300, enough = 20;
  const std::string reader_has_seen_enough = dir / "seen enough";
  Child writer([&](const Child::Tell&) {
    for (int i = 1; i <= saves || !std::filesystem::exists(reader_has_seen_enough); ++i)
      erm::save_run_to_registry(run_of(i % 250), registry, buffered(true));
  });
  int none = 0, seen = 0;
  while (writer.runs()) {
    std::string fault;
    try {
      fault = fault_of(erm::load_run_from_registry(registry, "e", "main", "r"), true);
      if (++seen == enough) write_file(reader_has_seen_enough, "");
    } catch (const erm::NotFoundError& error) {
      ++none;
      if (seen > 0) fault = error.what();
    }
    REQUIRE(fault == "");
  }
  CHECK(writer.exit_code() == 0);
  WARN(none << " times there was no run, " << seen << " times there was one");
}

TEST_CASE("A save that waits for another in vain says so") {
  TemporaryDirectory dir;
  const erm::SaveOptions options = buffered(true);
  erm::LocalFileSystem fs;
  const auto held = fs.claim(dir / "registry/e/main/.erm_tmp/r");
  REQUIRE(held);
  CHECK(thrown<erm::RunExistsError>([&] { erm::save_run_to_registry(run_of(1), dir / "registry", options); }) ==
        "cannot save the run 'r' to '" + dir / "registry/e/main/r" +
            "': another process is writing a run there; choose another id or place");
}

TEST_CASE("A save without enough disk space leaves nothing behind, and an overwrite leaves the old run") {
  TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  erm::save_run_to_registry(run_of(1, "old"), registry);
  const FileTree before = file_tree(dir.path());
  // A limit on the size of files, in a process of its own, is a full disk to whoever writes.
  Child child([&](const Child::Tell&) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {50000, 50000};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) throw std::runtime_error("no limit can be set");
    for (const std::string id : {"old", "new"}) {
      erm::ExperimentRun run = run_of(2, id);
      run.log_artifact(erm::Bytes(100000, 1), "large", "large.bin");
      erm::SaveOptions options;
      options.overwrite = true;
      const std::string text = thrown<erm::IoError>([&] { erm::save_run_to_registry(run, registry, options); });
      const std::string begin = "cannot write to '" + registry + "/e/main/" + id + "/artifacts/large";
      const std::string end = ".bin': File too large";  // behind the time, in an overwrite
      expect(text.substr(0, begin.size()) + text.substr(text.size() - end.size()), begin + end);
    }
  });
  CHECK(child.wait());
  CHECK(file_tree(dir.path()) == before);
}

#if defined(__linux__)

TEST_CASE("A save to a full disk does not change the disk") {
  TemporaryDirectory dir;
  if (::geteuid() != 0 || ::mount("tmpfs", dir.path().c_str(), "tmpfs", 0, "size=256k") != 0) {
    WARN("skipped: no right to mount a small disk");
    return;
  }
  const std::string registry = dir / "registry";
  erm::save_run_to_registry(run_of(1), registry);
  const FileTree before = file_tree(dir.path());
  const auto no_room = [&](int artifacts, const std::string& id) {
    erm::ExperimentRun run = run_of(2, id);
    for (int i = 0; i < artifacts; ++i) run.log_artifact(erm::Bytes(30000, 1), "x" + std::to_string(i), "x.bin");
    erm::SaveOptions options;
    options.overwrite = true;
    const std::string text = thrown<erm::IoError>([&] { erm::save_run_to_registry(run, registry, options); });
    CHECK(contains(text, "': No space left on device"));
    CHECK(file_tree(dir.path()) == before);
  };
  no_room(10, "r");
  no_room(10, "new");
  erm::save_run_to_registry(run_of(3), registry, buffered(true));
  CHECK(fault_of(erm::load_run_from_registry(registry, "e"), false) == "");
  ::umount(dir.path().c_str());
}

#endif

TEST_CASE("A save without permission to write says so and changes nothing") {
  namespace fs = std::filesystem;
  TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  erm::save_run_to_registry(run_of(1), registry);
  write_file(dir / "secret.txt", "secret");
  fs::permissions(dir / "secret.txt", fs::perms::none);
  fs::permissions(dir.path(), fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
  const FileTree before = file_tree(registry);
  // Root may do all: the process is nobody where it can be.
  Child child([&](const Child::Tell&) {
    if (::geteuid() == 0) {
      if (::setgid(65534) != 0 || ::setuid(65534) != 0) throw std::runtime_error("root cannot become nobody");
    } else {
      for (const char* folder : {"", "/e", "/e/main", "/e/main/r"})
        fs::permissions(registry + folder, fs::perms::owner_read | fs::perms::owner_exec);
    }
    erm::ExperimentRun other("other");
    expect(thrown<erm::IoError>([&] { erm::save_run_to_registry(run_of(2, "new"), registry); }),
           "cannot create the folder '" + registry + "/e/main/.erm_tmp': Permission denied");
    expect(thrown<erm::IoError>([&] { erm::save_run_to_registry(run_of(2), registry, buffered(true)); }),
           "cannot create the folder '" + registry + "/e/main/.erm_tmp': Permission denied");
    expect(thrown<erm::IoError>([&] { erm::save_run_to_registry(other, registry); }),
           "cannot create the folder '" + registry + "/other': Permission denied");
    expect(thrown<erm::IoError>([&] { other.log_artifact(dir / "secret.txt", "secret"); }),
           "cannot open '" + dir / "secret.txt" + "': Permission denied");
    if (!other.artifacts().empty()) throw std::runtime_error("an artifact was logged that cannot be read");
    expect(fault_of(erm::load_run_from_registry(registry, "e"), false), "");
  });
  CHECK(child.wait());
  for (const char* folder : {"", "/e", "/e/main", "/e/main/r"})
    fs::permissions(registry + folder, fs::perms::owner_all);
  CHECK(file_tree(registry) == before);
}

}  // namespace registry_crash_test

#endif

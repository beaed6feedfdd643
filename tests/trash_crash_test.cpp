// Deletions and restores that are killed at each of their steps, and processes that save, edit, delete and restore at
// once beside a reader.
#include "erm/trash.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/edit.hpp"
#include "erm/find.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"

#if !defined(_WIN32)
#include "at_each_step.hpp"
#include "child_process.hpp"

namespace trash_crash_test {

using erm_test::at_each_step;
using erm_test::Child;
using erm_test::file_tree;
using erm_test::FileTree;
using erm_test::Step;
using erm_test::TemporaryDirectory;
using Ids = std::vector<std::string>;

namespace {

erm::ExperimentRun run_of(const std::string& run_id, int generation = 0) {
  erm::RunOptions options;
  options.run_id = run_id;
  erm::ExperimentRun run("e", options);
  run.log_param("generation", generation);
  for (int i = 0; i < 5; ++i) run.log_metric("loss", generation, i);
  run.log_text(std::to_string(generation), "note");
  run.log_text(std::to_string(generation), "deep/er/note.txt");
  return run;
}

void save(const std::string& registry, const std::string& run_id, const std::shared_ptr<erm::FileSystem>& fs) {
  erm::SaveOptions options;
  options.durable = false;
  options.fs = fs;
  erm::save_run_to_registry(run_of(run_id), registry, options);
}

/// Files by their paths, without the folders they lie in and the claims of processes that were killed.
FileTree files_of(const std::string& folder) {
  FileTree files;
  if (!std::filesystem::exists(folder)) return files;
  for (auto& [path, content] : file_tree(folder))
    if (content != "folder" && path.find(".erm_tmp/") == std::string::npos) files[path] = content;
  return files;
}

bool is_listed(const std::string& registry, const std::string& id) {
  try {
    const Ids ids = erm::list_runs(registry, "e");
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  } catch (const erm::NotFoundError&) {
    return false;  // its variant is gone, too
  }
}

std::size_t times_in_trash(const std::string& registry, const std::string& id) {
  const std::vector<erm::TrashedRun> runs = erm::list_trash(registry);
  return static_cast<std::size_t>(
      std::count_if(runs.begin(), runs.end(), [&](const erm::TrashedRun& run) { return run.run_id == id; }));
}

/// What a run's folder holds when nothing is going on.
void expect_whole(const std::string& registry, const std::string& id, const FileTree& expected) {
  REQUIRE(files_of(registry + "/e/main/" + id) == expected);
}

enum class Killed { deletion, restore };

/// What a user does next, who wants the run: "restore", "empty" the trash first, or "save" another one at its place.
void go_on_after(Killed killed, const std::string& next, const std::string& registry, const std::string& id,
                 const std::shared_ptr<erm::FileSystem>& fs) {
  const bool is_there = is_listed(registry, id);
  if (next == "empty") {
    REQUIRE(erm::empty_trash(registry, std::chrono::hours(1), fs) == 0);
    REQUIRE(is_listed(registry, id) == is_there);
    REQUIRE(times_in_trash(registry, id) == (is_there ? 0 : 1));
    if (!is_there && killed == Killed::deletion) REQUIRE(files_of(registry + "/e/main/" + id).empty());
  }
  if (is_there) return;
  if (next == "save") {
    save(registry, id, fs);  // the id is free
    REQUIRE(erm::load_run_from_registry(registry, "e", "main", id).artifacts().size() == 2);
    REQUIRE(times_in_trash(registry, id) == 1);
    erm::delete_run(registry, "e", "main", id, fs);
    erm::restore_run(registry, erm::list_trash(registry, fs).front(), fs);
    REQUIRE(erm::empty_trash(registry, std::chrono::seconds(0), fs) == 1);
  } else {
    erm::restore_run(registry, "e", "main", id, fs);
  }
}

/// The run is there, and with the trash all goes that is not of it.
void expect_end(const std::string& registry, const std::string& id, const std::shared_ptr<erm::FileSystem>& fs) {
  REQUIRE(is_listed(registry, id));
  erm::empty_trash(registry, std::chrono::seconds(0), fs);
  REQUIRE(files_of(registry + "/.erm_trash").empty());
  REQUIRE(erm::load_run_from_registry(registry, "e", "main", id).artifacts().size() == 2);
}

}  // namespace

TEST_CASE("A deletion killed at any step leaves the run or moves it to the trash, and the next process continues") {
  for (const std::string next : {"delete", "restore", "empty", "save"}) {
    INFO("then " << next);
    at_each_step([&](Step& step) {
      const TemporaryDirectory dir;
      const std::string registry = dir / "registry";
      const auto fs = step.fs();
      save(registry, "a/r", fs);
      save(registry, "other", fs);
      const FileTree run = files_of(registry + "/e/main/a/r"), other = files_of(registry + "/e/main/other");
      step.does([&](const auto& stopping) { erm::delete_run(registry, "e", "main", "a/r", stopping); });
      const bool is_there = is_listed(registry, "a/r");
      REQUIRE(times_in_trash(registry, "a/r") == (is_there ? 0 : 1));
      if (is_there) REQUIRE(erm::load_run_from_registry(registry, "e", "main", "a/r").artifacts().size() == 2);
      expect_whole(registry, "other", other);
      if (next == "delete") {
        if (is_there || step.was_killed()) {
          try {
            erm::delete_run(registry, "e", "main", "a/r", fs);
          } catch (const erm::NotFoundError&) {
            REQUIRE_FALSE(is_there);  // it had gone all the way
          }
        }
        REQUIRE(files_of(registry + "/e/main/a").empty());
        REQUIRE(times_in_trash(registry, "a/r") == 1);
        erm::restore_run(registry, "e", "main", "a/r", fs);
      } else {
        go_on_after(Killed::deletion, next, registry, "a/r", fs);
      }
      // Else a name may stay until the next deletion.
      if (!is_there || next == "delete") expect_whole(registry, "a/r", run);
      expect_end(registry, "a/r", fs);
    });
  }
}

TEST_CASE("A restore killed at any step leaves the run in the trash or restores it, and the next process continues") {
  for (const std::string next : {"restore", "empty", "save"}) {
    INFO("then " << next);
    at_each_step([&](Step& step) {
      const TemporaryDirectory dir;
      const std::string registry = dir / "registry";
      const auto fs = step.fs();
      save(registry, "r", fs);
      const FileTree run = files_of(registry + "/e/main/r");
      erm::delete_run(registry, "e", "main", "r", fs);
      step.does([&](const auto& stopping) { erm::restore_run(registry, "e", "main", "r", stopping); });
      const bool is_there = is_listed(registry, "r");
      REQUIRE(times_in_trash(registry, "r") == (is_there ? 0 : 1));
      go_on_after(Killed::restore, next, registry, "r", fs);
      if (!is_there) expect_whole(registry, "r", run);
      expect_end(registry, "r", fs);
    });
  }
}

TEST_CASE("While a trash is emptied it contains complete runs or none, even if that is killed") {
  at_each_step([](Step& step) {
    const TemporaryDirectory dir;
    const std::string registry = dir / "registry";
    const auto fs = step.fs();
    FileTree runs[2];
    for (const int i : {0, 1}) {
      save(registry, std::to_string(i), fs);
      runs[i] = files_of(registry + "/e/main/" + std::to_string(i));
      erm::delete_run(registry, "e", "main", std::to_string(i), fs);
    }
    step.does([&](const auto& stopping) { erm::empty_trash(registry, std::chrono::seconds(0), stopping); });
    for (const erm::TrashedRun& run : erm::list_trash(registry, fs)) {
      erm::restore_run(registry, run, fs);
      expect_whole(registry, run.run_id, runs[std::stoi(run.run_id)]);
    }
    erm::empty_trash(registry, std::chrono::seconds(0), fs);
    REQUIRE(files_of(registry + "/.erm_trash").empty());
  });
}

TEST_CASE("The deletion of an experiment, killed at any step, continues with the next call, and can be restored") {
  at_each_step([](Step& step) {
    const TemporaryDirectory dir;
    const std::string registry = dir / "registry";
    const auto fs = step.fs();
    for (const char* const id : {"a", "b"}) save(registry, id, fs);
    const FileTree before = files_of(registry);
    step.does([&](const auto& stopping) { erm::delete_experiment(registry, "e", stopping); });
    if (std::filesystem::exists(registry + "/e"))
      for (const char* const id : {"a", "b"})
        REQUIRE(times_in_trash(registry, id) == (is_listed(registry, id) ? 0 : 1));
    if (!erm::list_experiments(registry, fs).empty()) erm::delete_experiment(registry, "e", fs);
    REQUIRE(erm::list_experiments(registry, fs).empty());
    REQUIRE(times_in_trash(registry, "a") + times_in_trash(registry, "b") == 2);
    REQUIRE(erm::restore_experiment(registry, "e", fs).size() == 2);
    erm::empty_trash(registry, std::chrono::seconds(0), fs);
    REQUIRE(files_of(registry) == before);
  });
}

namespace {

/// What is wrong with a run of the processes below, or an empty text.
std::string fault_of(const erm::ExperimentRun& run) {
  const int generation = run.params().at("generation").get<int>();
  if (run.history().at("loss").size() != 5) return "points are missing";
  for (const erm::MetricPoint& point : run.history().at("loss").points())
    if (point.value != generation) return "another generation's points";
  if (run.params().count("second writer") != (run.artifacts().count("live") != 0 ? 1u : 0u))
    return "half of its writers";
  for (const auto& [id, artifact] : run.artifacts()) {
    try {
      if (erm::to_text(artifact.bytes()) != std::to_string(generation)) return "another content";
    } catch (const erm::Error&) {
      // It was deleted or replaced since it was loaded, and does not show what it is not.
    }
  }
  return {};
}

bool is_held_by_others(const erm::IoError& error) { return error.code() == std::errc::device_or_resource_busy; }

/// One change of many, whatever others do meanwhile.
void change_something(std::mt19937& random, const std::string& registry) {
  const auto pick = [&](int below) { return std::uniform_int_distribution<int>(0, below - 1)(random); };
  const std::string id = "r" + std::to_string(pick(4));
  try {
    switch (pick(7)) {
      case 0:
      case 1: {
        erm::SaveOptions options;
        options.durable = false;
        options.overwrite = pick(2) == 0;
        erm::save_run_to_registry(run_of(id, pick(1000)), registry, options);
        break;
      }
      case 2:
        erm::edit_run(registry + "/e/main/" + id, [&](erm::RunEdit& run) { run.set_tag("tag", pick(10)); });
        break;
      case 3:
        if (pick(10) == 0)
          erm::delete_experiment(registry, "e");
        else
          erm::delete_run(registry, "e", "main", id);
        break;
      case 4:
        if (pick(5) == 0)
          erm::restore_experiment(registry, "e");
        else
          erm::restore_run(registry, "e", "main", id);
        break;
      case 5:
        if (pick(10) == 0) erm::empty_trash(registry);
        break;
      default: {
        // Of two writers, whose files the metadata do not name.
        erm::LiveOptions options;
        options.run_id = id;
        options.sync = false;
        erm::LiveRun live(registry, "e", options);
        const int generation = pick(1000);
        live.log_param("generation", generation);
        erm::LiveOptions joined = options;
        joined.writer = "second";
        erm::LiveRun second(registry, "e", joined);
        second.log_param("second writer", generation);
        for (int i = 0; i < 5; ++i) (i % 2 == 0 ? live : second).log_metric("loss", generation, i);
        live.log_text(std::to_string(generation), "live");
        second.finish();
        live.finish();
      }
    }
  } catch (const erm::NotFoundError&) {
    // What others deleted.
  } catch (const erm::RunExistsError&) {
    // What others saved.
  } catch (const erm::IoError& error) {
    if (!is_held_by_others(error)) throw;  // for longer than ERM waits, where the machine is that busy
  }
}

}  // namespace

TEST_CASE("A reader sees only complete runs while processes save, edit, delete and restore at random") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  erm::save_run_to_registry(run_of("r0"), registry);
  constexpr int changes = 300, enough = 50;
  const std::string reader_has_seen_enough = dir / "seen enough";
  std::vector<Child> children;
  for (unsigned p = 0; p < 3; ++p) {
    children.emplace_back([&, p](const Child::Tell&) {
      std::mt19937 random(p + 1);
      for (int i = 0; i < changes || !std::filesystem::exists(reader_has_seen_enough); ++i)
        change_something(random, registry);
    });
  }
  const auto are_at_work = [&] {
    return std::any_of(children.begin(), children.end(), [](Child& child) { return child.runs(); });
  };
  int whole = 0, none = 0;
  std::vector<std::string> faults;
  while (are_at_work()) {
    if (whole >= enough) erm_test::write_file(reader_has_seen_enough, "");
    try {
      for (const std::string& id : erm::list_runs(registry, "e")) {
        try {
          const erm::ExperimentRun run = erm::load_run_from_registry(registry, "e", "main", id);
          if (run.status() == erm::RunStatus::running) continue;  // not yet whole
          const std::string fault = fault_of(run);
          if (!fault.empty()) faults.push_back(id + ": " + fault);
          ++whole;
        } catch (const erm::NotFoundError&) {
          ++none;
        }
      }
      static_cast<void>(erm::list_trash(registry));
      erm::FindOptions options;
      options.filter = "params.generation >= 0";
      options.on_broken = [&](const std::string& uri, const erm::Error& error) {
        faults.push_back("found " + uri + ": " + error.what());
      };
      for (const erm::ExperimentRun& run : erm::find_runs(registry, options)) {
        if (run.status() == erm::RunStatus::running) continue;
        try {
          const std::string fault = fault_of(run);
          if (!fault.empty()) faults.push_back("found " + run.run_id() + ": " + fault);
        } catch (const erm::NotFoundError&) {
          ++none;  // its history went with it
        }
      }
    } catch (const erm::NotFoundError&) {
      ++none;  // the experiment is gone
    } catch (const std::exception& error) {
      faults.push_back(error.what());
    }
  }
  for (const Child& child : children) CHECK(child.exit_code() == 0);
  WARN(whole << " runs were read whole, " << none << " were gone");
  CHECK(faults == std::vector<std::string>{});
  // What is left is whole, too, and all of it can be deleted and brought back.
  erm::save_run_to_registry(run_of("last"), registry);
  const Ids left = erm::list_runs(registry, "e");
  erm::empty_trash(registry);
  erm::delete_experiment(registry, "e");
  CHECK_FALSE(std::filesystem::exists(registry + "/e"));
  CHECK(erm::restore_experiment(registry, "e").size() == left.size());
  for (const std::string& id : left) CHECK(fault_of(erm::load_run_from_registry(registry, "e", "main", id)) == "");
}

}  // namespace trash_crash_test

#endif

#include "erm/trash.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "erm/edit.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "file_tree.hpp"
#include "plain_file_system.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace trash_test {

using erm::delete_experiment;
using erm::delete_run;
using erm::delete_variant;
using erm::empty_trash;
using erm::list_runs;
using erm::list_trash;
using erm::restore_experiment;
using erm::restore_run;
using erm::restore_variant;
using erm_test::contains;
using erm_test::file_text;
using erm_test::file_tree;
using erm_test::FileTree;
using erm_test::PlainFileSystem;
using erm_test::TemporaryDirectory;
using erm_test::thrown;
using erm_test::write_file;
using Ids = std::vector<std::string>;

namespace {

erm::ExperimentRun run_of(const std::string& experiment, const std::string& variant, const std::string& run_id,
                          const std::string& note = "hello") {
  erm::RunOptions options;
  options.variant_id = variant;
  options.run_id = run_id;
  erm::ExperimentRun run(experiment, options);
  run.log_param("lr", 0.1);
  run.log_metric("loss", 0.5, 1);
  run.log_text(note, "note");
  run.log_text("deep", "a/b/c.txt");
  return run;
}

erm::SaveOptions in(std::shared_ptr<erm::FileSystem> fs) {
  erm::SaveOptions options;
  options.durable = false;
  options.fs = std::move(fs);
  return options;
}

std::string save(const std::string& registry, const std::string& experiment, const std::string& variant,
                 const std::string& run_id, std::shared_ptr<erm::FileSystem> fs = nullptr) {
  return erm::save_run_to_registry(run_of(experiment, variant, run_id), registry, in(std::move(fs)));
}

/// The ids of what is in the trash, "experiment/variant/run".
Ids trashed(const std::string& registry, std::shared_ptr<erm::FileSystem> fs = nullptr) {
  Ids ids;
  for (const erm::TrashedRun& run : list_trash(registry, std::move(fs)))
    ids.push_back(run.experiment_id + "/" + run.variant_id + "/" + run.run_id);
  return ids;
}

/// Files by their paths, without the folders they lie in.
FileTree files_of(const std::string& folder) {
  FileTree files;
  for (auto& [path, content] : file_tree(folder))
    if (content != "folder") files[path] = content;
  return files;
}

}  // namespace

TEST_CASE("A deleted run is in no list, and is restored unchanged") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  const std::string uri = save(registry, "e", "main", "r");
  save(registry, "e", "main", "other");
  const FileTree before = file_tree(registry);
  const auto begin = std::chrono::system_clock::now() - std::chrono::seconds(1);

  delete_run(registry, "e", "main", "r");
  CHECK(list_runs(registry, "e") == Ids{"other"});
  CHECK(thrown<erm::NotFoundError>([&] { static_cast<void>(erm::load_run_from_path(uri)); }) ==
        "there is no run at '" + uri + "': it has no erm_metadata.json; check the path, or list_runs");
  CHECK_FALSE(std::filesystem::exists(uri));
  const std::vector<erm::TrashedRun> in_trash = list_trash(registry);
  REQUIRE(in_trash.size() == 1);
  CHECK(in_trash[0].experiment_id == "e");
  CHECK(in_trash[0].variant_id == "main");
  CHECK(in_trash[0].run_id == "r");
  CHECK(in_trash[0].deleted_utc > begin);
  CHECK(in_trash[0].deleted_utc <= std::chrono::system_clock::now());

  CHECK(restore_run(registry, "e", "main", "r") == uri);
  CHECK(file_tree(registry) == before);
  CHECK(list_trash(registry).empty());
  CHECK(erm::to_text(erm::load_run_from_path(uri).artifacts().at("note").bytes()) == "hello");
}

TEST_CASE("No file in the trash has a name by which readers recognise runs, variants or experiments") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  save(registry, "e", "v/w", "a/b");
  save(registry, "e", "v/w", "c");
  delete_run(registry, "e", "v/w", "c");
  delete_experiment(registry, "e");
  int files = 0;
  for (const auto& [path, content] : file_tree(registry + "/.erm_trash")) {
    const std::string name = path.substr(path.rfind('/') + 1);
    CHECK(name != "erm_metadata.json");
    CHECK(name != ".erm_variant.json");
    CHECK(name != ".erm_experiment.json");
    files += content != "folder";
  }
  CHECK(files ==
        2 * 5 +
            2 * 2);  // two runs, each of its metadata, history and two artifacts, and two markers; an entry.json each
  CHECK(erm::list_experiments(registry).empty());
}

TEST_CASE("A run can be deleted in any store") {
  const std::string registry = "reg";
  for (const std::shared_ptr<erm::FileSystem>& fs : std::vector<std::shared_ptr<erm::FileSystem>>{
           std::make_shared<erm::MemoryFileSystem>(), std::make_shared<erm_test::PlainFileSystem>()}) {
    save(registry, "e", "main", "a", fs);
    save(registry, "e", "main", "b", fs);
    const auto content = [&] { return erm::to_text(fs->read("reg/e/main/a/erm_metadata.json")); };
    const std::string before = content();
    const std::vector<std::string> files = fs->files_below("reg");
    delete_run(registry, "e", "main", "a", fs);
    CHECK(list_runs(registry, "e", "main", fs) == Ids{"b"});
    CHECK(fs->info("reg/e/main/a").kind == erm::FileKind::missing);
    CHECK(trashed(registry, fs) == Ids{"e/main/a"});
    CHECK(restore_run(registry, "e", "main", "a", fs) == "reg/e/main/a");
    CHECK(content() == before);
    CHECK(fs->files_below("reg") == files);
    delete_run("reg/e/main/a", fs);
    CHECK(empty_trash(registry, std::chrono::hours(1), fs) == 0);
    CHECK(empty_trash(registry, std::chrono::seconds(0), fs) == 1);
    CHECK(fs->info("reg/.erm_trash").kind == erm::FileKind::missing);
    CHECK(list_runs(registry, "e", "main", fs) == Ids{"b"});
  }
}

TEST_CASE("The id of a deleted run can be used again, and then it cannot be restored") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  const std::string uri = save(registry, "e", "main", "r");
  delete_run(uri);
  erm::save_run_to_registry(run_of("e", "main", "r", "the second"), registry);
  const FileTree before = file_tree(registry);
  CHECK(thrown<erm::RunExistsError>([&] { restore_run(registry, "e", "main", "r"); }) ==
        "cannot restore the run 'r' to '" + uri + "': a run is there; delete that one first");
  CHECK(file_tree(registry) == before);

  delete_run(uri);
  CHECK(trashed(registry) == Ids{"e/main/r", "e/main/r"});
  restore_run(registry, "e", "main", "r");
  CHECK(erm::to_text(erm::load_run_from_path(uri).artifacts().at("note").bytes()) == "the second");
  delete_run(uri);
  SECTION("an earlier one comes back by its trash id") {
    CHECK(restore_run(registry, list_trash(registry)[0]) == uri);
    CHECK(erm::to_text(erm::load_run_from_path(uri).artifacts().at("note").bytes()) == "hello");
    CHECK(trashed(registry) == Ids{"e/main/r"});
  }
  SECTION("other files in its place are not touched") {
    write_file(uri + "/note.txt", "mine");
    CHECK(thrown<erm::RunExistsError>([&] { restore_run(registry, "e", "main", "r"); }) ==
          "cannot restore the run 'r' to '" + uri + "': other files are there; move them away first");
    CHECK(file_text(uri + "/note.txt") == "mine");
    CHECK(list_trash(registry).size() == 2);
  }
}

TEST_CASE("The error for a missing registry, experiment, variant or run names it") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  CHECK(thrown<erm::NotFoundError>([&] { delete_run(registry, "e", "main", "r"); }) ==
        "there is no registry at '" + registry + "'; check the path, or save a run to it first");
  CHECK(thrown<erm::NotFoundError>([&] { static_cast<void>(list_trash(registry)); }) ==
        "there is no registry at '" + registry + "'; check the path, or save a run to it first");
  save(registry, "e", "main", "r");
  CHECK(list_trash(registry).empty());
  CHECK(empty_trash(registry) == 0);
  CHECK(thrown<erm::NotFoundError>([&] { delete_run(registry, "other", "main", "r"); }) ==
        "there is no experiment 'other' in the registry '" + registry + "'; list_experiments tells which there are");
  CHECK(thrown<erm::NotFoundError>([&] { delete_run(registry, "e", "main", "x"); }) ==
        "there is no run 'x' of variant 'main' of experiment 'e' in the registry '" + registry +
            "'; list_runs tells which there are");
  CHECK(thrown<erm::NotFoundError>([&] { restore_run(registry, "e", "main", "r"); }) ==
        "there is no run 'r' of variant 'main' of experiment 'e' in the registry '" + registry +
            "' in its trash; list_trash tells which there are");
  CHECK(thrown<erm::NotFoundError>([&] { delete_experiment(registry, "other"); }) ==
        "there is no experiment 'other' in the registry '" + registry + "'; list_experiments tells which there are");
  CHECK(thrown<erm::NotFoundError>([&] { delete_variant(registry, "e", "other"); }) ==
        "there is no variant 'other' of experiment 'e' in the registry '" + registry +
            "'; list_variants tells which there are");
  CHECK(thrown<erm::NotFoundError>([&] { restore_experiment(registry, "e"); }) ==
        "there is no deleted experiment 'e' in the trash of the registry '" + registry +
            "'; list_trash tells which runs there are");
  CHECK(thrown<erm::NotFoundError>([&] { restore_variant(registry, "e", "main"); }) ==
        "there is no deleted variant 'main' of experiment 'e' in the trash of the registry '" + registry +
            "'; list_trash tells which runs there are");
  CHECK(thrown<erm::InvalidIdError>([&] { delete_run(registry, "e", "main", "../../x"); }) ==
        "the run id '../../x' has '.' or '..' as a part; give a name that stays where it is");
  CHECK(thrown<erm::InvalidIdError>([&] { delete_experiment(registry, ".erm_trash"); }) ==
        "the experiment id '.erm_trash' uses a name that is kept for ERM's own files; choose another");
  CHECK(thrown<erm::InvalidIdError>([&] { delete_run(registry, "e", "", "r"); }) ==
        "the variant id '' is empty; give it a name");
  erm::save_run_to_path(run_of("e", "main", "r"), dir / "alone");
  CHECK(
      thrown<erm::Error>([&] { delete_run(dir / "alone"); }) ==
      "cannot delete the run '" + dir / "alone" +
          "': no folder above it has .erm_registry.json, so it lies in no registry, which would have a trash; remove " +
          "the folder itself, or call delete_run with the registry and the ids");
  CHECK(list_runs(registry, "e") == Ids{"r"});
}

TEST_CASE("A copied run without the markers of its experiment and variant is found and deleted, in any store") {
  const auto store = std::make_shared<erm::MemoryFileSystem>();  // without folders, as object storage
  erm::SaveOptions options;
  options.fs = store;
  for (const auto& [experiment, variant, run] :
       {std::tuple("e", "main", "r"), std::tuple("team/e", "v/w", "a/b"), std::tuple("whole", "main", "r")})
    erm::save_run_to_registry(run_of(experiment, variant, run), "registry", options);
  for (const char* const marker : {"e/.erm_experiment.json", "e/main/.erm_variant.json", "team/e/.erm_experiment.json",
                                   "team/e/v/w/.erm_variant.json"})
    store->remove(std::string("registry/") + marker);
  delete_run("registry/e/main/r", store);
  delete_run("registry/team/e/v/w/a/b", store);
  CHECK(list_trash("registry", store).size() == 2);
  restore_run("registry", "team/e", "v/w", "a/b", store);
  for (const char* const marker :
       {"team/e/.erm_experiment.json", "team/e/v/w/.erm_variant.json", "whole/.erm_experiment.json"})
    store->remove(std::string("registry/") + marker);
  CHECK(erm::list_experiments("registry", store) == Ids{"team/e", "whole"});
  CHECK(erm::list_variants("registry", "team/e", store) == Ids{"v/w"});
}

TEST_CASE("Ids of several parts leave no empty folders behind, and each run is found by its URI") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  const std::string first = save(registry, "team/e", "v/w", "a/b/c"), second = save(registry, "team/e", "v/w", "a/d");
  const FileTree before = file_tree(registry);
  delete_run(first);
  CHECK_FALSE(std::filesystem::exists(registry + "/team/e/v/w/a/b"));
  delete_run("file://" + second);
  CHECK_FALSE(std::filesystem::exists(registry + "/team/e/v/w/a"));
  CHECK(erm::list_variants(registry, "team/e") == Ids{"v/w"});  // stays without runs
  CHECK(list_runs(registry, "team/e", "v/w").empty());
  CHECK(trashed(registry) == Ids{"team/e/v/w/a/b/c", "team/e/v/w/a/d"});
  restore_run(registry, "team/e", "v/w", "a/d");
  restore_run(registry, "team/e", "v/w", "a/b/c");
  CHECK(file_tree(registry) == before);
  // A relative path is a URI, too.
  const auto here = std::filesystem::current_path();
  std::filesystem::current_path(registry);
  delete_run("team/e/v/w/a/d");
  std::filesystem::current_path(registry + "/team");
  delete_run("e/v/w/a/b/c");  // what is above the current folder counts, too
  std::filesystem::current_path(here);
  CHECK(trashed(registry) == Ids{"team/e/v/w/a/d", "team/e/v/w/a/b/c"});
}

TEST_CASE("An experiment is deleted and restored with all of its runs, and earlier deletions stay deleted") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  save(registry, "e", "main", "before");
  for (const char* const run : {"a", "b/c"})
    for (const char* const variant : {"main", "v/w"}) save(registry, "e", variant, run);
  save(registry, "other", "main", "r");
  delete_run(registry, "e", "main", "before");
  const FileTree before = files_of(registry + "/e");

  delete_experiment(registry, "e");
  CHECK(erm::list_experiments(registry) == Ids{"other"});
  CHECK_FALSE(std::filesystem::exists(registry + "/e"));
  CHECK(list_trash(registry).size() == 5);
  CHECK(restore_experiment(registry, "e") ==
        Ids{registry + "/e/main/a", registry + "/e/main/b/c", registry + "/e/v/w/a", registry + "/e/v/w/b/c"});
  CHECK(files_of(registry + "/e") == before);
  CHECK(trashed(registry) == Ids{"e/main/before"});
}

TEST_CASE("A variant is deleted and restored, even from a deleted experiment, and even without runs") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  for (const char* const variant : {"v", "w", "x"}) save(registry, "e", variant, "r");
  delete_run(registry, "e", "x", "r");
  const FileTree before = files_of(registry + "/e");
  delete_variant(registry, "e", "v");
  CHECK(erm::list_variants(registry, "e") == Ids{"w", "x"});
  CHECK(restore_variant(registry, "e", "v") == Ids{registry + "/e/v/r"});
  CHECK(files_of(registry + "/e") == before);

  delete_experiment(registry, "e");
  CHECK(restore_variant(registry, "e", "w") == Ids{registry + "/e/w/r"});
  CHECK(erm::list_variants(registry, "e") == Ids{"w"});
  CHECK(restore_experiment(registry, "e") == Ids{registry + "/e/v/r"});
  CHECK(files_of(registry + "/e") == before);

  delete_experiment(registry, "e");
  SECTION("one run alone comes back with what it lay in") {
    restore_run(registry, "e", "v", "r");
    CHECK(file_text(registry + "/e/.erm_experiment.json") == before.at(".erm_experiment.json").substr(6));
    CHECK(file_text(registry + "/e/v/.erm_variant.json") == before.at("v/.erm_variant.json").substr(6));
    CHECK(erm::list_variants(registry, "e") == Ids{"v"});
  }
  SECTION("an id that is taken keeps all of it in the trash") {
    save(registry, "e", "w", "r");
    const FileTree taken = file_tree(registry);
    CHECK(thrown<erm::RunExistsError>([&] { restore_experiment(registry, "e"); }) ==
          "cannot restore the run 'r' to '" + registry + "/e/w/r': a run is there; delete that one first");
    CHECK(file_tree(registry) == taken);
  }
}

TEST_CASE("Two processes may delete one experiment at the same time") {
  /// Before the marker is moved for the first time, another process does all of it.
  class Late : public PlainFileSystem {
   public:
    explicit Late(bool is_like_a_disk) : is_like_a_disk_(is_like_a_disk) {}
    void move(const std::string& from, const std::string& to, erm::Durability durability) override {
      if (contains(from, ".erm_variant.json") && !std::exchange(is_deleted, true)) {
        delete_experiment("registry", "exp", std::shared_ptr<FileSystem>(this, [](FileSystem*) {}));
        if (is_like_a_disk_)
          throw erm::IoError::failed_to("rename", from, std::make_error_code(std::errc::no_such_file_or_directory));
      }
      PlainFileSystem::move(from, to, durability);
    }
    bool is_deleted = false;

   private:
    const bool is_like_a_disk_;
  };
  for (const bool is_like_a_disk : {false, true}) {
    const auto fs = std::make_shared<Late>(is_like_a_disk);
    save("registry", "exp", "v", "a", fs);
    CHECK_NOTHROW(delete_experiment("registry", "exp", fs));
    CHECK(fs->is_deleted);
    CHECK(erm::list_experiments("registry", fs).empty());
    CHECK(restore_experiment("registry", "exp", fs).size() == 1);
    CHECK(trashed("registry", fs).empty());
  }
}

TEST_CASE("An experiment that contains a user's own files keeps them") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  save(registry, "e", "main", "r");
  write_file(registry + "/e/notes.txt", "mine");
  delete_experiment(registry, "e");
  CHECK(erm::list_experiments(registry).empty());
  empty_trash(registry);
  CHECK(files_of(registry).count("e/notes.txt") == 1);
  CHECK(files_of(registry).size() == 2);  // and the registry's own file
}

TEST_CASE("A live run cannot be deleted, nor its experiment, but a run whose process is gone can") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  save(registry, "e", "main", "a");
  erm::LiveOptions options;
  options.run_id = "live";
  erm::LiveRun live(registry, "e", options);
  live.log_metric("loss", 0.5, 1);
  live.flush();
  const auto expect_refused = [&](const std::string& text) {
    CHECK(contains(text, "cannot delete the run '" + registry + "/e/main/live': the process "));
    CHECK(contains(text, " has it open, last heard of at "));
    CHECK(contains(text, "; end that process first"));
  };
  expect_refused(thrown<erm::RunExistsError>([&] { delete_run(live.uri()); }));
  expect_refused(thrown<erm::RunExistsError>([&] { delete_experiment(registry, "e"); }));
  CHECK(list_runs(registry, "e") == Ids{"a", "live"});
  CHECK_FALSE(std::filesystem::exists(registry + "/.erm_trash"));
  SECTION("another writer keeps it, too") {
    erm::LiveOptions other = options;
    other.writer = "rank1";
    erm::LiveRun second(registry, "e", other);
    live.finish();
    expect_refused(thrown<erm::RunExistsError>([&] { delete_run(live.uri()); }));
    second.finish();
  }
  live.finish();
  delete_run(live.uri());
  CHECK(list_runs(registry, "e") == Ids{"a"});
  CHECK(restore_run(registry, "e", "main", "live") == live.uri());
  CHECK(erm::load_run_from_path(live.uri()).history().at("loss").size() == 1);
  // Of another machine that was silent for long.
  std::string metadata = file_text(live.uri() + "/erm_metadata.json");
  metadata.replace(metadata.find("\"finished\""), 10, "\"running\"");
  const std::size_t process = metadata.find("\\n", metadata.find("\"owner\"")) + 2;
  metadata.insert(metadata.find("\\n", process) + 2, "another-boot-");
  metadata.replace(metadata.find("\"heartbeat_utc\": \"") + 18, 4, "2020");
  write_file(live.uri() + "/erm_metadata.json", metadata);
  std::filesystem::last_write_time(live.uri() + "/erm_metadata.json",
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  delete_run(live.uri());
  CHECK(trashed(registry) == Ids{"e/main/live"});
}

TEST_CASE("An unreadable run can be deleted, and is restored unchanged") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  const std::string uri = save(registry, "e", "main", "r");
  write_file(uri + "/erm_metadata.json", "{broken");
  delete_run(uri);
  CHECK(trashed(registry) == Ids{"e/main/r"});
  restore_run(registry, "e", "main", "r");
  CHECK(file_text(uri + "/erm_metadata.json") == "{broken");
}

TEST_CASE("Edits are deleted and restored with their run") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  const std::string uri = save(registry, "e", "main", "r");
  erm::edit_run(uri, [](erm::RunEdit& run) { run.set_tag("winner"); });
  delete_run(uri);
  CHECK_THROWS_AS(erm::edit_run(uri, [](erm::RunEdit& run) { run.set_tag("late"); }), erm::NotFoundError);
  restore_run(registry, "e", "main", "r");
  CHECK(erm::load_run_from_path(uri).tags().count("winner") == 1);
}

TEST_CASE("Emptying the trash permanently removes what is old enough") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  for (const char* const run : {"a", "b", "c"}) save(registry, "e", "main", run);
  delete_run(registry, "e", "main", "a");
  delete_run(registry, "e", "main", "b");
  // The first was deleted two days ago.
  const std::string entry = registry + "/.erm_trash/" + list_trash(registry)[0].trash_id + "/entry.json";
  std::string text = file_text(entry);
  const std::size_t at = text.find("\"deleted_utc\": \"") + 16;
  text.replace(at, 4, "2020");
  write_file(entry, text);
  CHECK(empty_trash(registry, std::chrono::hours(24)) == 1);
  CHECK(trashed(registry) == Ids{"e/main/b"});
  CHECK(empty_trash(registry, std::chrono::hours(24 * 365 * 5000)) == 0);  // longer ago than there is a time for
  delete_experiment(registry, "e");
  CHECK(empty_trash(registry) == 2);
  CHECK(list_trash(registry).empty());
  CHECK_THROWS_AS(restore_experiment(registry, "e"), erm::NotFoundError);
  CHECK(file_tree(registry).size() == 1);  // the registry's own file
}

TEST_CASE("An entry of the trash that ERM did not write is reported, and hides no other") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  save(registry, "e", "main", "r");
  delete_run(registry, "e", "main", "r");
  const std::string entry = registry + "/.erm_trash/" + list_trash(registry)[0].trash_id;
  const std::string text = file_text(entry + "/entry.json");
  save(registry, "e", "main", "good");
  delete_run(registry, "e", "main", "good");
  // What is passed over stands behind the message that the run is not in the trash.
  const auto told = [&] {
    CHECK(trashed(registry) == Ids{"e/main/good"});
    const std::string all = thrown<erm::NotFoundError>([&] { restore_run(registry, "e", "main", "r"); });
    const std::string passed_over = "; passed over: ";
    REQUIRE(contains(all, passed_over));
    return all.substr(all.find(passed_over) + passed_over.size());
  };
  SECTION("an id that would lead out of the registry") {
    write_file(entry + "/entry.json", "{\"experiment_id\": \"..\", \"deleted_utc\": \"2026-11-23T07:30:21\"}");
    CHECK(told() == "cannot read the entry of a registry's trash '" + entry +
                        "/entry.json': the id '..' has '.' or '..' " +
                        "as a part; give a name that stays where it is; mend the file, or remove the entry's folder");
    CHECK_THROWS_AS(restore_run(registry, "..", "main", "r"), erm::InvalidIdError);
    CHECK(empty_trash(registry) == 1);
    CHECK(std::filesystem::exists(entry));
    save(registry, "e", "main", "good");
    delete_run(registry, "e", "main", "good");
  }
  SECTION("no id") {
    write_file(entry + "/entry.json", "{}");
    CHECK(contains(told(), "': an id is missing; mend the file"));
  }
  SECTION("no time") {
    write_file(entry + "/entry.json", "{\"experiment_id\": \"e\", \"deleted_utc\": \"now\"}");
    CHECK(contains(told(), "': its deleted_utc is no time; mend the file"));
  }
  SECTION("no JSON") {
    write_file(entry + "/entry.json", "");
    CHECK(contains(told(), "the entry of a registry's trash '" + entry + "/entry.json' is empty"));
  }
  SECTION("nothing that says what it was") {
    std::filesystem::remove(entry + "/entry.json");
    CHECK(told() == "cannot read the trash of a registry: '" + entry +
                        "' has no entry.json, which says what it was; put it back, or remove the folder");
    CHECK(empty_trash(registry) == 1);
    CHECK(std::filesystem::exists(entry));
    save(registry, "e", "main", "good");
    delete_run(registry, "e", "main", "good");
  }
  SECTION("what a later version adds") { write_file(entry + "/entry.json", "{\"later\": [1], " + text.substr(1)); }
  write_file(entry + "/entry.json", text);
  CHECK(trashed(registry) == Ids{"e/main/r", "e/main/good"});
  restore_run(registry, "e", "main", "r");
  CHECK(list_runs(registry, "e") == Ids{"r"});
}

#if !defined(_WIN32)

TEST_CASE("Links are not followed: nothing outside the registry is moved or removed") {
  namespace fs = std::filesystem;
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry", outside = dir / "outside";
  const std::string uri = save(registry, "e", "main", "r");
  save(outside, "e", "main", "r");
  const FileTree before = file_tree(outside);
  const auto refused = [](const std::string& what, const std::string& link) {
    return "cannot " + what + ": '" + link +
           "' is a symbolic link, and what it leads to may belong elsewhere; remove the link itself";
  };
  SECTION("a run that is a link") {
    fs::create_directory_symlink(outside + "/e/main/r", registry + "/e/main/linked");
    CHECK(thrown<erm::FormatError>([&] { delete_run(registry, "e", "main", "linked"); }) ==
          refused("delete the run '" + registry + "/e/main/linked'", registry + "/e/main/linked"));
    CHECK_THROWS_AS(delete_experiment(registry, "e"), erm::FormatError);
    CHECK(fs::is_symlink(registry + "/e/main/linked"));
  }
  SECTION("a variant and an experiment that are links") {
    fs::create_directory_symlink(outside + "/e/main", registry + "/e/linked");
    fs::create_directory_symlink(outside + "/e", registry + "/f");
    CHECK(thrown<erm::FormatError>([&] { delete_run(registry, "e", "linked", "r"); }) ==
          refused("delete the run '" + registry + "/e/linked/r'", registry + "/e/linked"));
    CHECK(thrown<erm::FormatError>([&] { delete_variant(registry, "e", "linked"); }) ==
          refused("delete '" + registry + "/e/linked'", registry + "/e/linked"));
    CHECK(thrown<erm::FormatError>([&] { delete_experiment(registry, "f"); }) ==
          refused("delete '" + registry + "/f'", registry + "/f"));
    delete_run(uri);
    fs::remove_all(registry + "/e/main");
    fs::create_directory_symlink(outside + "/e/main", registry + "/e/main");
    CHECK(thrown<erm::FormatError>([&] { restore_run(registry, "e", "main", "r"); }) ==
          refused("restore the run '" + registry + "/e/main/r'", registry + "/e/main"));
  }
  SECTION("links inside of a run go with it") {
    fs::create_symlink(outside + "/.erm_registry.json", uri + "/artifacts/link");
    fs::create_directory_symlink(outside, uri + "/folder");
    delete_run(uri);
    CHECK(list_trash(registry).size() == 1);
    CHECK(empty_trash(registry) == 1);
    CHECK_FALSE(fs::exists(uri));
  }
  SECTION("a trash that is a link") {
    fs::create_directories(outside + "/trash/entry");
    write_file(outside + "/trash/entry/run/x", "x");
    const FileTree with_trash = file_tree(outside);
    fs::create_directory_symlink(outside + "/trash", registry + "/.erm_trash");
    const std::string expected = "cannot use the trash '" + registry +
                                 "/.erm_trash': it is a link or a file, and ERM follows no links there; remove it";
    CHECK(thrown<erm::FormatError>([&] { delete_run(uri); }) == expected);
    CHECK(thrown<erm::FormatError>([&] { delete_experiment(registry, "e"); }) == expected);
    CHECK(thrown<erm::FormatError>([&] { static_cast<void>(list_trash(registry)); }) == expected);
    CHECK(thrown<erm::FormatError>([&] { empty_trash(registry); }) == expected);
    CHECK(thrown<erm::FormatError>([&] { restore_run(registry, "e", "main", "r"); }) == expected);
    CHECK(list_runs(registry, "e") == Ids{"r"});
    CHECK(file_tree(outside) == with_trash);
    fs::remove_all(outside + "/trash");
  }
  SECTION("an entry of the trash that is a link, or holds one in place of a run") {
    delete_run(uri);
    const std::string entry = registry + "/.erm_trash/" + list_trash(registry)[0].trash_id;
    fs::create_directory_symlink(outside + "/e/main/r", registry + "/.erm_trash/linked");
    fs::rename(entry + "/run", dir / "run");
    fs::create_directory_symlink(outside + "/e/main/r", entry + "/run");
    CHECK(list_trash(registry).empty());
    CHECK_THROWS_AS(restore_run(registry, "e", "main", "r"), erm::NotFoundError);
    CHECK(empty_trash(registry) == 0);
  }
  CHECK(file_tree(outside) == before);
}

#endif

TEST_CASE("A deletion that fails for many runs names the first of them, and counts the others") {
  class Full final : public PlainFileSystem {
   public:
    bool create(const std::string& path, std::string_view content, erm::Durability durability) override {
      if (is_full && contains(path, ".erm_trash"))
        throw erm::IoError::failed_to("write", path, std::make_error_code(std::errc::no_space_on_device));
      return PlainFileSystem::create(path, content, durability);
    }
    bool is_full = false;
  };
  const auto store = std::make_shared<Full>();
  for (int i = 0; i < 25; ++i)
    erm::save_run_to_registry(run_of("exp", "main", std::to_string(100 + i)), "reg", in(store));
  store->is_full = true;
  try {
    delete_variant("reg", "exp", "main", store);
    FAIL("the store is full");
  } catch (const erm::IoError& error) {
    CHECK(error.code() == std::errc::no_space_on_device);
    const std::string text = error.what();
    CHECK(contains(
        text, "cannot delete all of 'reg/exp/main': the rest is in the trash, and this is left: 'reg/exp/main/100': "));
    CHECK(contains(text, "'reg/exp/main/109': "));
    CHECK_FALSE(contains(text, "'reg/exp/main/110': "));
    CHECK(contains(text, "; and 15 more"));
  }
  CHECK(list_runs("reg", "exp", "main", store).size() == 25);
  store->is_full = false;
  delete_variant("reg", "exp", "main", store);
  CHECK(list_trash("reg", store).size() == 25);
}

}  // namespace trash_test

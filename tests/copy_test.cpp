#include "erm/copy.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "erm/detail/copy/places.hpp"
#include "erm/edit.hpp"
#include "erm/find.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "erm/trash.hpp"
#include "failing_file_system.hpp"
#include "file_tree.hpp"
#include "plain_file_system.hpp"
#include "stopping_file_system.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

#if !defined(_WIN32)
#include "child_process.hpp"
#endif

namespace copy_test {

using erm::copy_runs;
using erm::CopyOptions;
using erm::CopyReport;
using erm_test::contains;
using erm_test::FailingFileSystem;
using erm_test::file_text;
using erm_test::file_tree;
using erm_test::FileTree;
using erm_test::StoppingFileSystem;
using erm_test::TemporaryDirectory;
using erm_test::thrown;
using erm_test::write_file;
using Ids = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

erm::ExperimentRun run_of(const std::string& run_id, int generation = 1, const std::string& experiment = "digits",
                          const std::string& variant = "main") {
  erm::RunOptions options;
  options.run_id = run_id;
  options.variant_id = variant;
  options.timestamp_utc = erm::TimePoint(std::chrono::microseconds(1795419021128931));
  erm::ExperimentRun run(experiment, options);
  run.log_param("generation", generation);
  run.log_metric("loss", 0.5, 1, *options.timestamp_utc);
  run.log_artifact(erm::Bytes(3000, static_cast<std::uint8_t>(generation)), "model", "deep/model.bin");
  return run;
}

erm::SaveOptions saving() {
  erm::SaveOptions options;
  options.durable = false;
  return options;
}

void save(const erm::ExperimentRun& run, const std::string& registry) {
  erm::save_run_to_registry(run, registry, saving());
}

/// Three variants, in two experiments.
std::string registry_in(const TemporaryDirectory& dir) {
  const std::string registry = dir / "source";
  save(run_of("one"), registry);
  save(run_of("two", 2), registry);
  save(run_of("wide/a", 3, "digits", "other/wide"), registry);
  save(run_of("one", 4, "team/sort"), registry);
  return registry;
}

CopyOptions copying() {
  CopyOptions options;
  options.durable = false;
  return options;
}

/// All that a copy is to bring over.
FileTree copied_tree(const std::string& registry) {
  FileTree tree = file_tree(registry);
  tree.erase(".erm_registry.json");
  for (auto entry = tree.begin(); entry != tree.end();)
    entry = entry->first.rfind(".erm_trash", 0) == 0 ? tree.erase(entry) : std::next(entry);
  return tree;
}

/// Without the files that name the holders of claims: where such a file could not be removed, it waits for the next
/// save.
FileTree without_claims(FileTree tree) {
  for (auto entry = tree.begin(); entry != tree.end();)
    entry = contains(entry->first, ".erm_tmp") ? tree.erase(entry) : std::next(entry);
  return tree;
}

/// What is in one of the trees only, or differs.
std::string difference(const FileTree& a, const FileTree& b) {
  std::string words;
  for (const auto& [path, content] : a)
    if (const auto same = b.find(path); same == b.end() || same->second != content) words += " -" + path;
  for (const auto& [path, content] : b)
    if (a.count(path) == 0) words += " +" + path;
  return words;
}

Ids found_in(const std::string& registry, const std::shared_ptr<erm::FileSystem>& store = nullptr) {
  Ids ids;
  for (const erm::ExperimentRun& run : erm::find_runs(registry, {}, store)) {
    ids.push_back(run.experiment_id() + "/" + run.variant_id() + "/" + run.run_id());
    for (const auto& [id, artifact] : run.artifacts()) CHECK(artifact.bytes().size() == artifact.size());
    CHECK(run.history().count("loss") == 1);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

const Ids all_ids = {"digits/main/one", "digits/main/two", "digits/other/wide/wide/a", "team/sort/main/one"};

std::string reason_of(const CopyReport& report, const std::string& end_of_uri) {
  for (const auto& [uri, reason] : report.left_out)
    if (uri.size() >= end_of_uri.size() && uri.compare(uri.size() - end_of_uri.size(), end_of_uri.size(), end_of_uri) == 0)
      return reason;
  return "not left out";
}

/// A run with everything that a run can have, and what others put there.
void save_rich(const std::string& registry) {
  erm::ExperimentRun run = run_of("rich", 7);
  run.log_text("a text", "note");
  run.log_text("of a step", "text of step", 5);
  for (int step = 0; step < 3; ++step) run.log_histogram("weights", std::vector<double>{1, 2, 3.5}, step);
  run.log_artifact(erm::Bytes((std::size_t{3} << 20) + 17, 9), "large", "large.bin");
  save(run, registry);
  const fs::path folder = fs::path(registry) / "digits/main/rich";
  std::string metadata = file_text(folder / "erm_metadata.json");
  REQUIRE(metadata.front() == '{');
  metadata.insert(1, "\"of_a_later_version\": [1, 2, {}],\n  ");
  write_file(folder / "erm_metadata.json", metadata);
  write_file(folder / "of a colleague/notes.txt", "mine");
  write_file(folder / "empty", "");
  write_file(folder / ".erm_edits.json", "{\"tags\": {}}");
  write_file(folder / ".erm_tmp/x.part", "of a process that was killed");
}

}  // namespace

TEST_CASE("A registry is copied byte for byte between folders, memory and stores of every kind") {
  const TemporaryDirectory dir;
  const std::string source = registry_in(dir);
  save_rich(source);
  FileTree expected = copied_tree(source);
  expected.erase("digits/main/rich/.erm_tmp");
  expected.erase("digits/main/rich/.erm_tmp/x.part");
  for (const bool verify : {true, false}) {
    for (const unsigned threads : {1U, 4U}) {
      CopyOptions options = copying();
      options.verify = verify;
      options.threads = threads;
      const std::string target = dir / ("target" + std::to_string(threads) + (verify ? "v" : ""));
      const CopyReport report = copy_runs(source, target, options);
      CHECK(report.copied == Ids{target + "/digits/main/one", target + "/digits/main/rich", target + "/digits/main/two",
                                 target + "/digits/other/wide/wide/a", target + "/team/sort/main/one"});
      CHECK(report.there_already.empty());
      CHECK(report.left_out.empty());
      CHECK(report.bytes > (std::uint64_t{3} << 20));
      CHECK(difference(copied_tree(target), expected) == "");

      for (const bool is_plain : {true, false}) {
        std::shared_ptr<erm::FileSystem> store = std::make_shared<erm::MemoryFileSystem>(false);
        if (is_plain) store = std::make_shared<erm_test::PlainFileSystem>();
        options.to_fs = store;
        CHECK(copy_runs(source, "bucket/registry", options).copied.size() == 5);
        options.to_fs = nullptr;
        options.from_fs = store;
        const std::string back = target + "-back" + std::to_string(is_plain ? 1 : 0);
        CHECK(copy_runs("bucket/registry", back, options).copied.size() == 5);
        options.from_fs = nullptr;
        CHECK(difference(copied_tree(back), expected) == "");
      }
    }
  }
  CHECK(found_in(dir / "target1v").size() == 5);
}

TEST_CASE("A copy keeps the times of experiments and variants, and makes what the source lacks") {
  const TemporaryDirectory dir;
  const std::string source = registry_in(dir);
  write_file(source + "/digits/.erm_experiment.json", R"({"experiment_id": "digits", "of": "a later version"})");
  fs::remove(source + "/team/sort/main/.erm_variant.json");
  copy_runs(source, dir / "target", copying());
  CHECK(file_text(dir / "target/digits/.erm_experiment.json") == R"({"experiment_id": "digits", "of": "a later version"})");
  CHECK(file_text(dir / "target/digits/main/.erm_variant.json") == file_text(source + "/digits/main/.erm_variant.json"));
  CHECK(contains(file_text(dir / "target/team/sort/main/.erm_variant.json"), "\"variant_id\": \"main\""));
  CHECK(found_in(dir / "target") == all_ids);
}

TEST_CASE("A copy brings only what is missing") {
  const TemporaryDirectory dir;
  const std::string source = registry_in(dir), target = dir / "target";
  CopyOptions some = copying();
  some.runs = {"digits/main/two"};
  CHECK(copy_runs(source, target, some).copied == Ids{target + "/digits/main/two"});
  const fs::file_time_type before = fs::last_write_time(target + "/digits/main/two/erm_metadata.json");
  const CopyReport report = copy_runs(source, target, copying());
  CHECK(report.copied.size() == 3);
  CHECK(report.there_already == Ids{target + "/digits/main/two"});
  CHECK(fs::last_write_time(target + "/digits/main/two/erm_metadata.json") == before);
  const FileTree tree = file_tree(target);
  CHECK(copy_runs(source, target, copying()).there_already.size() == 4);
  CHECK(difference(file_tree(target), tree) == "");
  // More than a few runs are listed at once in a store without folders.
  for (int i = 0; i < 40; ++i) save(run_of("many" + std::to_string(100 + i)), source);
  CopyOptions options = copying();
  options.to_fs = std::make_shared<erm::MemoryFileSystem>(false);
  CHECK(copy_runs(source, "r", some).there_already.empty());
  CHECK(copy_runs(source, "r", options).copied.size() == 44);
  CHECK(copy_runs(source, "r", options).there_already.size() == 44);
  options.from_fs = options.to_fs;
  options.to_fs = nullptr;
  CHECK(copy_runs("r", target, options).there_already.size() == 4);
  CHECK(copy_runs("r", target, options).there_already.size() == 44);
  CHECK(difference(copied_tree(target), copied_tree(source)) == "");
  fs::remove_all(fs::path("r"));
}

TEST_CASE("The options select runs as those of find_runs do") {
  const TemporaryDirectory dir;
  const std::string source = registry_in(dir);
  int number = 0;
  const auto copied = [&](const std::function<void(CopyOptions&)>& set) {
    CopyOptions options = copying();
    options.dry_run = true;
    set(options);
    const std::string target = dir / ("target" + std::to_string(++number));
    Ids paths = copy_runs(source, target, options).copied;
    for (std::string& path : paths) path.erase(0, target.size() + 1);
    CHECK_FALSE(fs::exists(target));
    return paths;
  };
  CHECK(copied([](CopyOptions&) {}) == all_ids);
  CHECK(copied([](CopyOptions& options) { options.experiment = "digits"; }).size() == 3);
  CHECK(copied([](CopyOptions& options) { options.variant = "main"; }).size() == 3);
  CHECK(copied([](CopyOptions& options) { options.filter = "generation >= 3"; }) == Ids{all_ids[2], all_ids[3]});
  CHECK(copied([](CopyOptions& options) { options.where = [](const erm::ExperimentRun& run) {
    return run.run_id() == "two";
  }; }) == Ids{all_ids[1]});
  CHECK(copied([](CopyOptions& options) { options.runs = {all_ids[3], all_ids[2], all_ids[0]}; }) ==
        Ids{all_ids[0], all_ids[2], all_ids[3]});
  CHECK(copied([](CopyOptions& options) {
          options.runs = {all_ids[0], all_ids[1]};
          options.filter = "generation = 1 or generation = 2";
        }) == Ids{all_ids[0], all_ids[1]});
  const auto refused = [&](const std::function<void(CopyOptions&)>& set) {
    return thrown<erm::NotFoundError>([&] { copied(set); });
  };
  CHECK(refused([](CopyOptions& options) { options.runs = {"digits/main/three"}; }) ==
        "there is no run 'digits/main/three' in the registry '" + source + "'");
  CHECK(contains(refused([](CopyOptions& options) { options.runs = {"digits"}; }), "there is no run 'digits'"));
  CHECK(contains(refused([](CopyOptions& options) { options.runs = {"digits/main/wide/b/c"}; }), "there is no run"));
  CHECK(contains(refused([](CopyOptions& options) {
                   options.runs = {all_ids[0]};
                   options.filter = "generation = 2";
                 }),
                 ", or it does not fit the filter"));
  CHECK(contains(refused([](CopyOptions& options) { options.experiment = "x"; }), "there is no experiment 'x'"));
  CHECK(contains(refused([](CopyOptions& options) { options.variant = "x"; }), "there is no variant 'x'"));
  CHECK(contains(thrown<erm::Error>([&] { copied([](CopyOptions& options) { options.filter = "="; }); }), "="));
}

TEST_CASE("A run of the same ids that differs stays, or goes to the trash") {
  const TemporaryDirectory dir;
  const std::string source = registry_in(dir), target = dir / "target";
  save(run_of("one", 9), target);
  const FileTree before = file_tree(target + "/digits/main/one");
  CopyReport report = copy_runs(source, target, copying());
  CHECK(report.copied.size() == 3);
  CHECK(reason_of(report, "/source/digits/main/one") ==
        "'" + target + "/digits/main/one' is another run of these ids, or another state of this one; with overwrite " +
            "that one goes to the trash");
  CHECK(difference(file_tree(target + "/digits/main/one"), before) == "");

  CopyOptions options = copying();
  options.overwrite = true;
  report = copy_runs(source, target, options);
  CHECK(report.copied == Ids{target + "/digits/main/one"});
  CHECK(report.there_already.size() == 3);
  CHECK(difference(file_tree(target + "/digits/main/one"), file_tree(source + "/digits/main/one")) == "");
  CHECK(found_in(target) == all_ids);
  REQUIRE(erm::list_trash(target).size() == 1);
  erm::delete_run(target, "digits", "main", "one");
  erm::restore_run(target, erm::list_trash(target).front());
  CHECK(difference(file_tree(target + "/digits/main/one"), before) == "");

  // The trash of the source stays where it is.
  erm::delete_run(source, "digits", "main", "two");
  CHECK(copy_runs(source, dir / "third", options).copied.size() == 3);
  CHECK(erm::list_trash(dir / "third").empty());
}

TEST_CASE("If an overwrite fails, the old run comes back") {
  const TemporaryDirectory dir;
  const std::string source = registry_in(dir), target = dir / "target";
  save(run_of("one", 9), target);
  const FileTree before = file_tree(target + "/digits/main/one");
  write_file(source + "/digits/main/one/artifacts/deep/model.bin", std::string(3000, 'x'));
  CopyOptions options = copying();
  options.overwrite = true;
  const CopyReport report = copy_runs(source, target, options);
  CHECK(report.copied.size() == 3);
  CHECK(contains(reason_of(report, "digits/main/one"), "/deep/model.bin' is damaged: its SHA-256 is "));
  CHECK(difference(file_tree(target + "/digits/main/one"), before) == "");
  CHECK(erm::list_trash(target).empty());
}

TEST_CASE("What cannot be copied is left out, named, and hides nothing") {
  const TemporaryDirectory dir;
  const std::string source = registry_in(dir), target = dir / "target";
  for (const char* const id : {"hash", "size", "lost", "lost history", "torn", "link"}) save(run_of(id), source);
  const auto folder = [&](const std::string& id) { return source + "/digits/main/" + id; };
  erm::ExperimentRun large = run_of("large", 2);
  large.log_artifact(erm::Bytes(std::size_t{2} << 20, 5), "large", "large.bin");
  save(large, source);
  write_file(folder("hash") + "/artifacts/deep/model.bin", std::string(3000, 'x'));
  write_file(folder("size") + "/artifacts/deep/model.bin", "short");
  fs::remove(folder("lost") + "/artifacts/deep/model.bin");
  fs::remove(folder("lost history") + "/history/main.csv");
  write_file(folder("torn") + "/erm_metadata.json", "{\"timestamp_utc\": ");
  std::string bytes(std::size_t{2} << 20, '\5');
  bytes[100000] = '\6';
  write_file(folder("large") + "/artifacts/large.bin", bytes);
#if !defined(_WIN32)
  fs::create_symlink("/etc/passwd", folder("link") + "/artifacts/passwd");
#endif
  for (const bool to_memory : {false, true}) {
    CopyOptions options = copying();
    if (to_memory) options.to_fs = std::make_shared<erm::MemoryFileSystem>(false);
    const CopyReport report = copy_runs(source, target, options);
    CHECK(contains(reason_of(report, "/hash"), "/deep/model.bin' is damaged: its SHA-256 is "));
    CHECK(reason_of(report, "/size") ==
          "its artifact 'artifacts/deep/model.bin' has 5 bytes, and was saved with 3000; it is damaged");
    CHECK(reason_of(report, "/lost") ==
          "its metadata name 'artifacts/deep/model.bin', which is not there; it was moved or removed");
    CHECK(reason_of(report, "/lost history") ==
          "its metadata name 'history/main.csv', which is not there; it was moved or removed");
    CHECK(contains(reason_of(report, "/torn"), "torn/erm_metadata.json'"));
    CHECK(contains(reason_of(report, "/large"), "/large.bin' is damaged: its SHA-256 is "));
#if !defined(_WIN32)
    CHECK(reason_of(report, "/link") == "'" + folder("link") + "/artifacts/passwd' is a symbolic link, which may lead " +
                                            "out of the run's folder; put the file itself there");
    CHECK(report.copied.size() == 4);
    CHECK(report.left_out.size() == 7);
    CHECK(found_in(target, options.to_fs) == all_ids);
#endif
    if (to_memory) continue;
    for (const auto& [uri, reason] : report.left_out)
      CHECK_FALSE(fs::exists(target + uri.substr(source.size())));
    CHECK_FALSE(fs::exists(target + "/digits/main/.erm_tmp"));
  }
  // Only hashes tell that content of the same size is another.
  CopyOptions options = copying();
  options.verify = false;
  const CopyReport report = copy_runs(source, dir / "unverified", options);
  CHECK(reason_of(report, "/hash") == "not left out");
  CHECK(reason_of(report, "/large") == "not left out");
}

TEST_CASE("A run of a later layout is copied as it is") {
  const TemporaryDirectory dir;
  const std::string source = registry_in(dir), target = dir / "target";
  const std::string text = R"({"erm": {"layout": 9, "status": {"new": "kind"}}, "artifacts": 7})";
  write_file(source + "/digits/main/two/erm_metadata.json", text);
  write_file(source + "/digits/main/one/erm_metadata.json", R"({"erm": {"layout": 1, "status": {"new": "kind"}}})");
  const CopyReport report = copy_runs(source, target, copying());
  CHECK(file_text(target + "/digits/main/two/erm_metadata.json") == text);
  CHECK(report.left_out.size() == 1);
  CHECK(contains(reason_of(report, "digits/main/one"), "erm/status"));
}

TEST_CASE("A run that is being written is copied if asked for, up to its last complete line") {
  const TemporaryDirectory dir;
  const std::string source = registry_in(dir), target = dir / "target";
  erm::LiveOptions live;
  live.run_id = "live";
  live.provenance = false;
  live.flush_interval = std::chrono::hours(1);
  erm::LiveRun run(source, "digits", live);
  for (int i = 0; i < 100; ++i) run.log_metric("loss", i, i);
  run.log_artifact(erm::Bytes(100, 1), "model", "model.bin");
  run.log_text("a,b", "table.csv", 0);  // no list, though its name ends like one
  run.flush();
  const std::string history = source + "/digits/main/live/history/main.csv";
  const CopyReport report = copy_runs(source, target, copying());
  CHECK(report.copied.size() == 4);
  CHECK(reason_of(report, "/live") == "it is still being written; copy it when it has ended, or allow live runs");

  CopyOptions options = copying();
  options.live_runs = true;
  {
    // As a reader may see it: half a line.
    const std::string whole = file_text(history);
    write_file(dir / "snapshot/x", "");
    fs::copy(source, dir / "other", fs::copy_options::recursive);
    write_file(dir / "other/digits/main/live/history/main.csv", whole + "loss,100,17954190");
    CHECK(copy_runs(dir / "other", dir / "cut", options).copied.size() == 5);
    CHECK(file_text(dir / "cut/digits/main/live/history/main.csv") == whole);
  }
  CHECK(copy_runs(source, target, options).copied == Ids{target + "/digits/main/live"});
  const erm::ExperimentRun copy = erm::load_run_from_registry(target, "digits", "main", "live");
  CHECK(copy.history().at("loss").size() == 100);
  CHECK(copy.artifacts().at("model").bytes().size() == 100);
  CHECK(file_tree(target + "/digits/main/live/series/files") == file_tree(source + "/digits/main/live/series/files"));
  CHECK(file_tree(target + "/digits/main/live/series/files").size() == 1);
  run.finish();
  CHECK(contains(reason_of(copy_runs(source, target, options), "/live"), "another state of this one"));
  options.overwrite = true;
  CHECK(copy_runs(source, target, options).copied == Ids{target + "/digits/main/live"});
  CHECK(erm::load_run_from_registry(target, "digits", "main", "live").status() == erm::RunStatus::finished);
}

TEST_CASE("Names that come from an object store lead nowhere else") {
  const TemporaryDirectory dir;
  const auto store = std::make_shared<erm_test::PlainFileSystem>();
  CopyOptions options = copying();
  options.to_fs = store;
  copy_runs(registry_in(dir), "b/r", options);
  store->write("b/r/digits/main/one/artifacts/../../../../../evil", "x", erm::Durability::buffered);
  store->write("b/r/team/sort/main/one/artifacts/" + std::string(300, 'n'), "x", erm::Durability::buffered);
  store->write("b/r/digits/main/../../../evil/erm_metadata.json", "{}", erm::Durability::buffered);
  options.from_fs = std::exchange(options.to_fs, nullptr);
  const std::string target = dir / "a/b/c/target";
  const CopyReport report = copy_runs("b/r", target, options);
  CHECK(report.copied == Ids{target + "/digits/main/two", target + "/digits/other/wide/wide/a"});
  CHECK(reason_of(report, "b/r/digits/main/one") ==
        "its file 'artifacts/../../../../../evil' has a name that leads out of its folder");
  CHECK(contains(reason_of(report, "b/r/team/sort/main/one"), "name"));
  CHECK(contains(reason_of(report, "main/../../../evil"), "the run id '../../../evil' has '.' or '..' as a part"));
  CHECK(found_in(target) == Ids{"digits/main/two", "digits/other/wide/wide/a"});
  CHECK_FALSE(fs::exists(dir / "evil"));
  CHECK_FALSE(fs::exists(dir / "a/evil"));
}

TEST_CASE("A copy onto itself, into itself or onto a part of a registry is refused") {
  const TemporaryDirectory dir;
  const std::string source = registry_in(dir);
  const FileTree before = file_tree(source);
  const std::string cannot = "cannot copy the registry '" + source + "' to '";
  CHECK(thrown<erm::Error>([&] { copy_runs(source, source); }) ==
        cannot + source + "': they are the same; give another target");
  CHECK(contains(thrown<erm::Error>([&] { copy_runs(source, source + "/../source/"); }), "they are the same"));
  CHECK(thrown<erm::Error>([&] { copy_runs(source, source + "/backup"); }) ==
        cannot + source + "/backup': one lies in the other; give a target beside it");
  CHECK(contains(thrown<erm::Error>([&] { copy_runs(source, dir / "."); }), "one lies in the other"));
#if !defined(_WIN32)
  fs::create_directory_symlink(source, dir / "link");
  CHECK(contains(thrown<erm::Error>([&] { copy_runs(source, dir / "link"); }), "they are the same"));
#endif
  CHECK(difference(file_tree(source), before) == "");
  CHECK(copy_runs(source, dir / "source2").copied.size() == 4);
  CHECK(contains(thrown<erm::Error>([&] { copy_runs(source, dir / "source2/digits"); }),
                 "source2/digits': the folder is an experiment already; give the path of the registry itself"));
  CHECK(contains(thrown<erm::NotFoundError>([&] { copy_runs(dir / "nowhere", dir / "x"); }), "there is no registry at"));
  CHECK_FALSE(fs::exists(dir / "x"));
  write_file(dir / "file", "mine");
  CHECK(thrown<erm::IoError>([&] { copy_runs(source, dir / "file"); }) ==
        "cannot copy runs to '" + (dir / "file") + "': Not a directory");
}

#if !defined(_WIN32)
TEST_CASE("A folder is known again at a second path, as a mount gives it") {
  const TemporaryDirectory dir;
  write_file(dir / "a/inner/deep/x", "x");
  fs::create_directory(dir / "b");
  fs::create_directory_symlink(dir / "a", dir / "second");  // stands for the mount: the paths have no more in common
  using erm::detail::is_in_folder;
  CHECK(is_in_folder(dir / "a/inner", dir / "second/inner"));
  CHECK(is_in_folder(dir / "second/inner", dir / "a/inner"));
  CHECK(is_in_folder(dir / "second/inner/deep", dir / "a/inner"));
  CHECK(is_in_folder(dir / "second/inner/of/no one", dir / "a/inner"));
  CHECK_FALSE(is_in_folder(dir / "a/inner", dir / "second/inner/deep"));
  CHECK_FALSE(is_in_folder(dir / "b", dir / "a"));
  CHECK_FALSE(is_in_folder(dir / "b", dir / "no one"));
  CHECK_FALSE(is_in_folder(dir / "no one", dir / "of these"));
  CHECK(is_in_folder(dir / "b", "/"));
}
#endif

TEST_CASE("A registry without runs is copied without an error") {
  const TemporaryDirectory dir;
  fs::create_directory(dir / "source");
  for (const bool dry_run : {true, false}) {
    CopyOptions options = copying();
    options.dry_run = dry_run;
    const CopyReport report = copy_runs(dir / "source", dir / "target", options);
    CHECK(report.copied.empty());
    CHECK(report.there_already.empty());
    CHECK(report.left_out.empty());
    options.runs = {"digits/main/one"};
    CHECK(contains(thrown<erm::NotFoundError>([&] { copy_runs(dir / "source", dir / "target", options); }),
                   "there is no run 'digits/main/one' in the registry '"));
  }
}

TEST_CASE("A run that does not fit into the target is left out") {
  const TemporaryDirectory dir;
  const std::string source = registry_in(dir), target = dir / "target";
  save(run_of("x", 1, "digits/inner"), target);             // "digits" would hold an experiment
  save(run_of("one/below", 1, "team/sort"), target);        // "one" would hold a run
  const FileTree before = file_tree(target);
  const CopyReport report = copy_runs(source, target, copying());
  CHECK(report.copied.empty());
  CHECK(reason_of(report, "digits/main/one") ==
        "the experiment id 'digits' cannot be used here: it would hold the experiment 'digits/inner'; choose another id");
  CHECK(contains(reason_of(report, "team/sort/main/one"),
                 "the folder '" + target + "/team/sort/main/one' holds other files and no run, as '" + target +
                     "/team/sort/main/one/below/"));
  CHECK(difference(file_tree(target), before) == "");

  write_file(dir / "third/digits/main/one/notes.txt", "mine");
  const CopyReport third = copy_runs(source, dir / "third", copying());
  CHECK(third.copied.size() == 3);
  CHECK(reason_of(third, "digits/main/one") ==
        "the folder '" + (dir / "third/digits/main/one") + "' holds other files and no run, as '" +
            (dir / "third/digits/main/one/notes.txt") + "', and ERM replaces only runs; move them away");
  CHECK(file_text(dir / "third/digits/main/one/notes.txt") == "mine");
}

TEST_CASE("Files of someone else in the place of a run are never replaced") {
  const TemporaryDirectory dir;
  const std::string source = registry_in(dir), run = "digits/main/one", model = run + "/artifacts/deep/model.bin";
  int number = 0;
  for (const bool to_memory : {false, true}) {
    for (const bool dry_run : {true, false}) {
      for (const bool verify : {true, false}) {
        for (const bool overwrite : {true, false}) {
          std::shared_ptr<erm::FileSystem> store = std::make_shared<erm::LocalFileSystem>();
          if (to_memory) store = std::make_shared<erm::MemoryFileSystem>(false);
          const std::string target = dir / ("target" + std::to_string(++number));
          INFO("memory " << to_memory << ", dry " << dry_run << ", verify " << verify << ", overwrite " << overwrite);
          store->write(target + "/" + model, std::string(3000, 'z'));  // as large, and not the same
          store->write(target + "/" + run + "/history/main.csv", "mine");
          CopyOptions options = copying();
          options.to_fs = store;
          options.dry_run = dry_run;
          options.verify = verify;
          options.overwrite = overwrite;
          const CopyReport report = copy_runs(source, target, options);
          CHECK(report.copied.size() == 3);
          CHECK(reason_of(report, run) == "the folder '" + target + "/" + run + "' holds other files and no run, as '" +
                                              target + "/" + model + "', and ERM replaces only runs; move them away");
          CHECK(store->read(target + "/" + model) == erm::Bytes(3000, 'z'));
          CHECK(store->files_below(target + "/" + run).size() == 2);

          // What is equal stays, also if the copy fails.
          const std::string history = file_text(source + "/" + run + "/history/main.csv");
          store->remove(target + "/" + model);
          store->write(target + "/" + run + "/history/main.csv", history);
          const std::string damaged = dir / ("damaged" + std::to_string(number));
          fs::copy(source, damaged, fs::copy_options::recursive);
          write_file(damaged + "/" + model, std::string(3000, 'x'));
          if (verify && !dry_run) {
            CHECK(contains(reason_of(copy_runs(damaged, target, options), run), "is damaged: its SHA-256 is "));
            CHECK(store->files_below(target + "/" + run) == Ids{"history/main.csv"});
          }
          CHECK(reason_of(copy_runs(source, target, options), run) == "not left out");
          CHECK(store->info(target + "/" + model).size == (dry_run ? 0U : 3000U));
        }
      }
    }
  }
}

TEST_CASE("The progress of a copy is told on the calling thread, and what it throws ends the copy") {
  const TemporaryDirectory dir;
  const std::string source = registry_in(dir);
  for (int i = 0; i < 60; ++i) save(run_of("many" + std::to_string(100 + i)), source);
  erm::ExperimentRun large = run_of("zlarge", 2);
  large.log_artifact(erm::Bytes(std::size_t{3} << 20, 5), "large", "large.bin");
  save(large, source);
  for (const unsigned threads : {1U, 6U}) {
    CopyOptions options = copying();
    options.threads = threads;
    std::vector<erm::CopyProgress> told;
    const std::thread::id here = std::this_thread::get_id();
    options.on_progress = [&](const erm::CopyProgress& now) {
      CHECK(std::this_thread::get_id() == here);
      told.push_back(now);
    };
    copy_runs(source, dir / ("told" + std::to_string(threads)), options);
    REQUIRE_FALSE(told.empty());
    CHECK(told.back().runs_done == 65);
    CHECK(told.back().runs == 65);
    CHECK(told.back().bytes > (std::uint64_t{3} << 20));
    CHECK(std::is_sorted(told.begin(), told.end(), [](const auto& a, const auto& b) {
      return a.runs_done < b.runs_done || a.bytes < b.bytes;
    }));

    const std::string target = dir / ("stopped" + std::to_string(threads));
    options.on_progress = [&](const erm::CopyProgress&) { throw std::runtime_error("enough"); };
    CHECK(thrown<std::runtime_error>([&] { copy_runs(source, target, options); }) == "enough");
    CopyOptions again = copying();
    const CopyReport report = copy_runs(source, target, again);
    CHECK(report.copied.size() + report.there_already.size() == 65);
    CHECK(difference(copied_tree(target), copied_tree(source)) == "");
  }
}

TEST_CASE("A copy survives an error at each call to the source or the target, and can be repeated") {
  const TemporaryDirectory dir;
  const std::string with_large = dir / "with large", without = dir / "without";
  for (const std::string& registry : {with_large, without}) {
    save(run_of("one"), registry);
    save(run_of("two", 2), registry);
    erm::ExperimentRun third = run_of("third", 3, "other");
    if (registry == with_large) third.log_artifact(erm::Bytes((std::size_t{1} << 20) + 5, 5), "large", "large.bin");
    save(third, registry);
  }
  int faults = 0, left_out = 0, ended = 0;
  for (const bool at_source : {true, false}) {
    for (const auto kind : {FailingFileSystem::Kind::disk, FailingFileSystem::Kind::plain}) {
      for (const auto length : {FailingFileSystem::Length::once, FailingFileSystem::Length::until_mended}) {
        const bool is_first = kind == FailingFileSystem::Kind::disk && length == FailingFileSystem::Length::once;
        const std::string source = is_first ? with_large : without;  // it takes most of the time
        const FileTree expected = copied_tree(source);
        for (int call = 1;; ++call) {
          const std::string target = dir / "target";
          const auto failing = std::make_shared<FailingFileSystem>(kind, call, length);
          CopyOptions options = copying();
          options.threads = 1;
          (at_source ? options.from_fs : options.to_fs) = failing;
          INFO((at_source ? "source" : "target") << ", kind " << static_cast<int>(kind) << ", length "
                                                 << static_cast<int>(length) << ", call " << call);
          try {
            const CopyReport report = copy_runs(source, target, options);
            left_out += static_cast<int>(report.left_out.size());
            CHECK((report.copied.size() == 3) == report.left_out.empty());  // a folder may stand for several runs
          } catch (const erm::CopyError& error) {
            ++ended;
            CHECK_FALSE(at_source);
            const std::size_t copied = error.report().copied.size();
            CHECK(contains(error.what(), "; " + std::to_string(copied) + (copied == 1 ? " run was" : " runs were") +
                                             " copied before that; copy again for the others"));
            for (const std::string& uri : error.report().copied) CHECK(fs::exists(uri + "/erm_metadata.json"));
          } catch (const erm::IoError&) {
            // It could not even begin.
          }
          failing->mend();
          // Whatever is visible is whole.
          if (fs::exists(target + "/digits") || fs::exists(target + "/other"))
            for (const std::string& experiment : erm::list_experiments(target))
              for (const std::string& variant : erm::list_variants(target, experiment))
                for (const std::string& run : erm::list_runs(target, experiment, variant)) {
                  const std::string path = experiment + "/" + variant + "/" + run;
                  CHECK(difference(file_tree(target + "/" + path), file_tree(source + "/" + path)) == "");
                }
          copy_runs(source, target, options);
          const bool has_claims = kind == FailingFileSystem::Kind::disk;
          CHECK(difference(has_claims ? copied_tree(target) : without_claims(copied_tree(target)), expected) == "");
          fs::remove_all(target);
          if (!failing->has_failed()) break;
          ++faults;
        }
      }
    }
  }
  CHECK(faults > 200);
  CHECK(left_out > 20);
  CHECK(ended > 20);
}

#if !defined(_WIN32)
TEST_CASE("A killed copy leaves whole runs, and the next one goes on with what is whole") {
  const TemporaryDirectory dir;
  const std::string source = dir / "source";
  save(run_of("one"), source);
  erm::ExperimentRun large = run_of("two", 3);
  large.log_artifact(erm::Bytes((std::size_t{1} << 20) + 5, 5), "large", "large.bin");
  save(large, source);
  const FileTree expected = copied_tree(source);
  int killed = 0, kept = 0;
  for (const auto moves : {StoppingFileSystem::Moves::renaming, StoppingFileSystem::Moves::copying}) {
    for (int last = 1;; ++last) {
      const std::string target = dir / "target";
      INFO("moves " << static_cast<int>(moves) << ", change " << last);
      CopyOptions options = copying();
      options.threads = 1;
      erm_test::Child child([&](const erm_test::Child::Tell&) {
        options.to_fs = std::make_shared<StoppingFileSystem>(moves, last);
        copy_runs(source, target, options);
      });
      const bool has_ended = child.wait();
      if (fs::exists(target + "/digits/main"))
        for (const char* const run : {"one", "two"})
          if (fs::exists(target + "/digits/main/" + run + "/erm_metadata.json"))
            CHECK(difference(file_tree(target + "/digits/main/" + run), file_tree(source + "/digits/main/" + run)) == "");
      const fs::path whole = target + "/digits/main/two/artifacts/large.bin";
      const bool is_there = fs::exists(whole) && !fs::exists(target + "/digits/main/two/erm_metadata.json");
      const auto before = is_there ? fs::last_write_time(whole) : fs::file_time_type();
      options.to_fs = std::make_shared<StoppingFileSystem>(moves, 1 << 30);
      CHECK(copy_runs(source, target, options).left_out.empty());
      const bool has_locks = moves == StoppingFileSystem::Moves::renaming;
      CHECK(difference(has_locks ? copied_tree(target) : without_claims(copied_tree(target)), expected) == "");
      if (is_there) {
        ++kept;
        CHECK(fs::last_write_time(whole) == before);
      }
      fs::remove_all(target);
      if (has_ended) break;
      ++killed;
    }
  }
  CHECK(killed > 20);
  CHECK(kept >= 2);
}

TEST_CASE("What a killed copy left is checked before it is kept") {
  const TemporaryDirectory dir;
  const std::string source = dir / "source", target = dir / "target";
  save(run_of("one"), source);
  const std::string rest = target + "/digits/main/one/";
  write_file(rest + "artifacts/deep/model.bin", std::string(3000, 'z'));  // as large, and not the same
  write_file(rest + "history/main.csv", "metric,st");
  const auto abandon_claim = [&] {
    const auto claim = erm::LocalFileSystem().claim(target + "/digits/main/.erm_tmp/one");
    REQUIRE(claim);
    claim->abandon();
  };
  abandon_claim();
  CopyOptions options = copying();
  options.dry_run = true;
  CHECK(copy_runs(source, target, options).copied.size() == 1);
  CHECK(file_text(rest + "history/main.csv") == "metric,st");
  // A copy that is refused does not take the rest for someone's files later.
  write_file(rest + "notes.txt", "mine");
  CHECK(contains(reason_of(copy_runs(source, target, copying()), "digits/main/one"), "/notes.txt', and ERM replaces"));
  CHECK(file_text(rest + "history/main.csv") == "metric,st");
  fs::remove(rest + "notes.txt");
  CHECK(copy_runs(source, target, copying()).copied.size() == 1);
  CHECK(difference(file_tree(target + "/digits/main/one"), file_tree(source + "/digits/main/one")) == "");
}
#endif

}  // namespace copy_test

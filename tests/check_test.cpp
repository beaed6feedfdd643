// check_registry: each kind of problem in a registry that has just that one, what a repair does, and damage anywhere.
#include "erm/check.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "erm/edit.hpp"
#include "erm/find.hpp"
#include "erm/json.hpp"
#include "erm/live_run.hpp"
#include "erm/registry.hpp"
#include "erm/series.hpp"
#include "erm/trash.hpp"
#include "file_tree.hpp"
#include "plain_file_system.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

#if !defined(_WIN32)
#include "child_process.hpp"

#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace check_test {

using erm::CheckOptions;
using erm::CheckProblem;
using erm::CheckReport;
using erm::LiveOptions;
using erm::LiveRun;
using erm_test::contains;
using erm_test::file_text;
using erm_test::file_tree;
using erm_test::FileTree;
using erm_test::TemporaryDirectory;
using erm_test::thrown;
using erm_test::write_file;
namespace fs = std::filesystem;

namespace {

const std::string test_data = ERM_TEST_DATA;

/// Each problem as "severity kind [run] path: what; advice (repair)", or "sound".
std::string said(const CheckReport& report) {
  std::string text;
  for (const CheckProblem& problem : report.problems) {
    text += std::string(to_text(problem.severity)) + " " + std::string(to_text(problem.kind)) + " [" + problem.run + "] " +
            problem.path + ": " + problem.what + "; " + problem.advice;
    if (problem.repair != erm::CheckRepair::by_hand) text += " (" + std::string(to_text(problem.repair)) + ")";
    text += "\n";
  }
  return text.empty() ? "sound" : text.substr(0, text.size() - 1);
}

std::string said_of(const std::string& registry, const CheckOptions& options = {}) {
  return said(erm::check_registry(registry, options));
}

CheckOptions repairing() {
  CheckOptions options;
  options.repair = true;
  return options;
}

erm::ExperimentRun small_run(const std::string& run_id = "r", const std::string& variant = "main") {
  erm::RunOptions options;
  options.run_id = run_id;
  options.variant_id = variant;
  options.timestamp_utc = erm::TimePoint(std::chrono::microseconds(1795419021128931));
  erm::ExperimentRun run("e", options);
  for (int step = 0; step < 3; ++step)
    run.log_metric("loss", 1.0 / (step + 1), step, *options.timestamp_utc + std::chrono::seconds(step));
  run.log_text("some text", "note");
  return run;
}

void save(const erm::ExperimentRun& run, const std::string& registry, bool overwrite = false) {
  erm::SaveOptions options;
  options.durable = false;
  options.overwrite = overwrite;
  erm::save_run_to_registry(run, registry, options);
}

/// A registry with the run e/main/r.
struct OneRun {
  TemporaryDirectory dir;
  std::string registry = dir / "registry";
  fs::path run = fs::path(registry) / "e/main/r";

  OneRun() { save(small_run(), registry); }
  [[nodiscard]] std::string said(const CheckOptions& options = {}) const { return said_of(registry, options); }
};

LiveOptions live(const std::string& run_id) {
  LiveOptions options;
  options.run_id = run_id;
  options.provenance = false;
  options.flush_interval = std::chrono::hours(1);
  options.on_error = [](const std::string&) {};
  return options;
}

/// Makes a finished live run one whose process was killed: its session has ended.
void make_killed(const fs::path& run) {
  const fs::path path = run / "erm_metadata.json";
  erm::Json metadata = erm::Json::parse(file_text(path));
  metadata["erm"]["status"] = "running";
  metadata["erm"]["heartbeat_utc"] = "2026-11-23T07:30:21.000000";
  metadata["erm"].erase("finished_utc");
  write_file(path, metadata.dump());
}

/// A registry with a killed live run e/main/live of three points.
struct KilledRun {
  TemporaryDirectory dir;
  std::string registry = dir / "registry";
  fs::path run = fs::path(registry) / "e/main/live";

  KilledRun() {
    LiveRun writing(registry, "e", live("live"));
    for (int step = 0; step < 3; ++step) writing.log_metric("loss", step, step);
    writing.log_text("some text", "note");
    writing.log_text("at a step", "sample", 1);
    writing.log_histogram("weights", std::vector<float>{1, 2, 3}, 1);
    writing.finish();
    make_killed(run);
  }
  [[nodiscard]] std::string said(const CheckOptions& options = {}) const { return said_of(registry, options); }
};

const std::string killed =
    "notice killed_run [e/main/live] e/main/live/erm_metadata.json: its process ended without finishing the run; last "
    "heard of at 2026-11-23T07:30:21.000000; resume it, or leave it as it is: what it logged is there";

void append(const fs::path& path, const std::string& text) { write_file(path, file_text(path) + text); }

void cut(const fs::path& path, std::size_t bytes) {
  const std::string text = file_text(path);
  write_file(path, text.substr(0, text.size() - bytes));
}

void make_old(const fs::path& path) {
  fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(2));
}

/// All that a run may have.
void fill_registry(const std::string& registry) {
  erm::ExperimentRun rich = small_run("rich");
  rich.log_artifact(erm::Bytes(5000, 7), "model", "deep/er/model.bin");
  rich.log_artifact(erm::Bytes(10, 1), "model2", "deep/er/model.bin");
  const std::vector<std::uint8_t> pixels(12, 200);
  for (int step = 0; step < 4; ++step) {
    rich.log_image({pixels.data(), 2, 2, 3}, "sample", step);
    rich.log_histogram("weights", std::vector<double>{1.5, 2.5, static_cast<double>(step)}, step);
  }
  rich.log_table("per class", {"class", "f1"}, {{"cat", 0.9}, {"dog, \"big\"", 0.8}});
  rich.log_metric("rewound", 1, 5);
  rich.rewind(3);
  rich.log_metric("rewound", 2, 3);
  rich.set_tag("kept");
  save(rich, registry);
  erm::ExperimentRun other = small_run("other", "team/wide");
  save(other, registry);
  other.log_text("again", "note");
  save(other, registry, true);
  {
    LiveRun run(registry, "e", live("finished"));
    run.log_metric("loss", 1, 1);
    LiveOptions second = live("finished");
    second.writer = "rank1";
    LiveRun rank(registry, "e", second);
    rank.log_metric("loss", 2, 2);
    rank.log_text("of rank 1", "rank");
    rank.finish();
    run.rewind(0);
    run.log_metric("loss", 0.5, 1);
    run.finish();
  }
  save(small_run("gone"), registry);
  erm::delete_run(registry, "e", "main", "gone");
  save(small_run("gone2", "leaving"), registry);
  erm::delete_variant(registry, "e", "leaving");
}

}  // namespace

TEST_CASE("A registry of every kind of content is sound, and so is a repair of it, which changes nothing") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  fill_registry(registry);
  LiveRun alive(registry, "e", live("alive"));
  alive.log_metric("loss", 1, 1);
  alive.log_text("some text", "note");
  alive.log_text("at a step", "sample", 1);
  alive.flush();
  erm::edit_run(registry + "/e/main/alive", [](erm::RunEdit& run) { run.set_tag("edited"); });
  const FileTree before = file_tree(registry);
  const CheckReport report = erm::check_registry(registry);
  CHECK(said(report) == "sound");
  CHECK(report.runs == 6);
  CHECK(report.artifacts == 8);
  CHECK(report.bytes == 5000 + 10 + 9 + 5 + 9 + 9 + 9 + 9);
  CHECK(said_of(registry, repairing()) == "sound");
  CHECK((file_tree(registry) == before));
  alive.finish();
}

TEST_CASE("Registries of the Python package and of version 0.1 are sound") {
  CHECK(said_of(test_data + "/python-registry") == "sound");
  for (const char* const name : {"copied", "resumed", "written"}) {
    INFO(name);
    const CheckReport report = erm::check_registry(test_data + "/registry-0.1/" + name);
    CHECK(report.is_sound());
    CHECK(report.runs > 0);
    // One of them was killed.
    const std::string found = said(report);
    CHECK((found == "sound" || (found.rfind("notice killed_run [mnist/main/crashed] ", 0) == 0 && !contains(found, "\n"))));
  }
}

TEST_CASE("A registry in memory, and in a store of few functions, is checked in the same way") {
  const auto memory = std::make_shared<erm::MemoryFileSystem>();
  const auto store = GENERATE(0, 1);
  const TemporaryDirectory dir;
  const std::shared_ptr<erm::FileSystem> fs =
      store == 0 ? std::static_pointer_cast<erm::FileSystem>(memory) : std::make_shared<erm_test::PlainFileSystem>();
  const std::string registry = dir / "registry";
  erm::SaveOptions options;
  options.fs = fs;
  erm::save_run_to_registry(small_run(), registry, options);
  erm::save_run_to_registry(small_run("other"), registry, options);
  CHECK(said(erm::check_registry(registry, {}, fs)) == "sound");
  fs->write(registry + "/e/main/r/artifacts/note.txt", "other text");
  fs->remove(registry + "/e/.erm_experiment.json");
  CHECK(said(erm::check_registry(registry, {}, fs)) ==
        "error wrong_size [e/main/r] e/main/r/artifacts/note.txt: has 10 bytes and had 9 when it was written; put back a "
        "copy of the file, or remove the run\n"
        "warning missing_marker [] e/.erm_experiment.json: is missing: the Python package and object storage do not find "
        "the experiment; repair writes it (possible)");
  fs->write(registry + "/e/main/r/artifacts/note.txt", "some text");
  const std::string repaired = said(erm::check_registry(registry, repairing(), fs));
  CHECK(contains(repaired, "missing_marker"));
  CHECK(contains(repaired, "(done)"));
  CHECK(said(erm::check_registry(registry, {}, fs)) == "sound");
}

namespace {

/// Refuses to read the files in whose paths is a text.
class RefusingStore final : public erm_test::PlainFileSystem {
 public:
  std::string refused;

  erm::Bytes read(const std::string& path) const override {
    refuse(path);
    return PlainFileSystem::read(path);
  }
  std::size_t read_at(const std::string& path, std::uint64_t offset, std::uint8_t* into,
                      std::size_t size) const override {
    refuse(path);
    return PlainFileSystem::read_at(path, offset, into, size);
  }

 private:
  void refuse(const std::string& path) const {
    if (!refused.empty() && contains(path, refused))
      throw erm::IoError("cannot open '" + path + "'", std::make_error_code(std::errc::permission_denied));
  }
};

}  // namespace

TEST_CASE("A file that cannot be opened is told by its own path, and does not count as checked") {
  const auto store = std::make_shared<RefusingStore>();
  erm::SaveOptions saving;
  saving.fs = store;
  erm::save_run_to_registry(small_run(), "registry", saving);
  const auto check = [&](const CheckOptions& options = {}) { return erm::check_registry("registry", options, store); };
  const std::string refuses = "; mend what refuses, and check again";
  REQUIRE(check().artifacts == 1);
  SECTION("an artifact") {
    store->refused = "/artifacts/";
    const CheckReport report = check();
    CHECK(said(report) == "error unreadable [e/main/r] e/main/r/artifacts/note.txt: cannot open "
                          "'registry/e/main/r/artifacts/note.txt'" + refuses);
    CHECK(report.runs == 1);
    CHECK(report.artifacts == 0);
    CHECK(report.bytes == 0);
    CheckOptions quick;
    quick.hashes = false;
    CHECK(said(check(quick)) == "sound");
    CHECK(check(quick).artifacts == 1);
  }
  SECTION("the metadata of another writer") {
    erm::Json metadata = erm::Json::parse(erm::to_text(store->read("registry/e/main/r/erm_metadata.json")));
    store->write("registry/e/main/r/history/rank1.json", metadata.dump(), erm::Durability::buffered);
    metadata["erm"].erase("history");
    store->write("registry/e/main/r/erm_metadata.json", metadata.dump(), erm::Durability::buffered);
    store->refused = "/rank1.json";
    CHECK(contains(said(check()), "error unreadable [e/main/r] e/main/r/history/rank1.json: cannot open '"));
  }
  SECTION("a claim, beside a file that no metadata name") {
    store->write("registry/e/main/.erm_tmp/r", "x", erm::Durability::buffered);
    store->write("registry/e/main/r/artifacts/more.txt", "x", erm::Durability::buffered);
    store->write("registry/e/main/s/artifacts/more.txt", "x", erm::Durability::buffered);
    store->write("registry/e/main/.erm_tmp/s", "x", erm::Durability::buffered);
    store->refused = "/.erm_tmp/";
    const std::string found = said(check());
    CHECK(contains(found, "error unreadable [] e/main/.erm_tmp/r: cannot open '"));
    CHECK(contains(found, "error unreadable [] e/main/.erm_tmp/s: cannot open '"));
    CHECK(!contains(found, "erm_metadata.json"));
  }
}

// ---- artifacts ----

TEST_CASE("An artifact that is missing, of another size or of another content is told") {
  const OneRun one;
  const fs::path note = one.run / "artifacts/note.txt";
  write_file(note, "same size");
  CHECK(one.said() ==
        "error wrong_hash [e/main/r] e/main/r/artifacts/note.txt: has another content than when it was written (its "
        "SHA-256 differs); put back a copy of the file, or remove the run");
  CheckOptions quick;
  quick.hashes = false;
  CHECK(one.said(quick) == "sound");
  write_file(note, "longer than before");
  CHECK(one.said(quick) ==
        "error wrong_size [e/main/r] e/main/r/artifacts/note.txt: has 18 bytes and had 9 when it was written; put back a "
        "copy of the file, or remove the run");
  fs::remove(note);
  CHECK(one.said() ==
        "error missing_file [e/main/r] e/main/r/artifacts/note.txt: is missing: it is the artifact 'note'; put it back, or "
        "remove the run");
}

TEST_CASE("A file that no metadata name is told and stays") {
  const OneRun one;
  write_file(one.run / "artifacts/deep/other.bin", "x");
  write_file(one.run / "history/old.csv", "x");
  write_file(one.run / "readme.txt", "x");
  // An overwrite that has just ended still removes the files that it has replaced.
  CHECK(one.said() == "notice unlisted_file [e/main/r] e/main/r/readme.txt: is no file of ERM; leave it: ERM neither reads nor removes it");
  make_old(one.run / "erm_metadata.json");
  const std::string found =
      "warning unlisted_file [e/main/r] e/main/r/artifacts/deep/other.bin: no metadata name it; look whether you need it, "
      "and remove it or move it elsewhere\n"
      "warning unlisted_file [e/main/r] e/main/r/history/old.csv: no metadata name it; look whether you need it, and remove "
      "it or move it elsewhere\n"
      "notice unlisted_file [e/main/r] e/main/r/readme.txt: is no file of ERM; leave it: ERM neither reads nor removes it";
  CHECK(one.said() == found);
  const FileTree before = file_tree(one.registry);
  CHECK(one.said(repairing()) == found);
  CHECK((file_tree(one.registry) == before));
}

// ---- metadata ----

TEST_CASE("A history that was moved aside may hold points that the run lacks, which is told") {
  const std::string told =
      ": is a history that another program had changed, so that ERM moved it aside and began a new one: its good lines are "
      "points which the run may lack; look whether you need these points before you remove it or move it elsewhere";
  const auto of = [](const std::string& file) { return "warning unlisted_file [e/main/live] e/main/live/history/" + file; };
  SECTION("of a killed run") {
    const KilledRun one;
    fs::copy_file(one.run / "history/main.csv", one.run / "history/main.csv.set_aside");
    fs::copy_file(one.run / "history/main.csv", one.run / "history/main.csv.set_aside-2");
    const FileTree before = file_tree(one.registry);
    CHECK(one.said() == of("main.csv.set_aside") + told + "\n" + of("main.csv.set_aside-2") + told + "\n" + killed);
    CHECK(!erm::check_registry(one.registry, repairing()).is_sound());
    CHECK((file_tree(one.registry) == before));
  }
  SECTION("of a run that still lives") {
    const TemporaryDirectory dir;
    const std::string registry = dir / "registry";
    LiveRun run(registry, "e", live("live"));
    run.log_metric("loss", 1, 1);
    run.flush();
    const fs::path history = fs::path(registry) / "e/main/live/history/main.csv";
    const std::string before = file_text(history);
    fs::rename(history, dir.path() / "kept");
    write_file(history, "this is no history\n");
    run.log_metric("loss", 2, 2);
    run.flush();
    CHECK(said_of(registry) == of("main.csv.set_aside") + told);
    run.finish();
    CHECK(contains(said_of(registry), of("main.csv.set_aside") + told));
  }
}

TEST_CASE("Metadata that cannot be read are told, and the other runs are checked") {
  const OneRun one;
  save(small_run("s"), one.registry);
  cut(one.run / "erm_metadata.json", 20);
  fs::remove(fs::path(one.registry) / "e/main/s/artifacts/note.txt");
  const std::string found = one.said();
  CHECK(contains(found, "error damaged_metadata [e/main/r] e/main/r/erm_metadata.json: is not JSON at line "));
  CHECK(contains(found, "; put back a copy of the file, or mend it, or remove the run\n"));
  CHECK(contains(found, "error missing_file [e/main/s] e/main/s/artifacts/note.txt"));
  write_file(one.run / "erm_metadata.json", "");
  CHECK(contains(one.said(), "error damaged_metadata [e/main/r] e/main/r/erm_metadata.json: is empty; put back"));
}

TEST_CASE("A run of a later version is told apart from damage") {
  const OneRun one;
  const fs::path path = one.run / "erm_metadata.json";
  erm::Json metadata = erm::Json::parse(file_text(path));
  metadata["erm"]["layout"] = 2;
  write_file(path, metadata.dump(1));
  const std::string later =
      "notice later_version [e/main/r] e/main/r/erm_metadata.json: a later version of ERM wrote it, in layout 2; check it "
      "with that version";
  CHECK(one.said() == later);
  metadata["artifacts"] = "in another form";
  write_file(path, metadata.dump());
  CHECK(one.said() == later);
  metadata["erm"].erase("layout");
  metadata["dicts"] = {{"erm", {{"layout", 5}}}};
  write_file(path, metadata.dump());
  CHECK(contains(one.said(), "error damaged_metadata"));
}

TEST_CASE("A folder with the files of a run and no metadata is told") {
  const OneRun one;
  fs::remove(one.run / "erm_metadata.json");
  const std::string found =
      "error missing_metadata [e/main/r] e/main/r: holds files of a run, and no erm_metadata.json: nothing finds them, and no "
      "run can be saved there; put back its erm_metadata.json; or look whether you need the files, and move or remove the "
      "folder";
  CHECK(one.said() == found);
  CHECK(one.said(repairing()) == found);
  CHECK(fs::exists(one.run / "artifacts/note.txt"));
  CHECK(contains(thrown<erm::RunExistsError>([&] { save(small_run(), one.registry); }), "holds files and no run"));
}

TEST_CASE("A renamed folder is no problem, and is told") {
  const OneRun one;
  fs::rename(one.run, one.run.parent_path() / "renamed");
  CHECK(one.said() ==
        "notice other_ids [e/main/renamed] e/main/renamed/erm_metadata.json: names the run 'e/main/r', and its place is "
        "another, which counts; nothing is to be done if a folder was renamed on purpose");
  fs::rename(one.registry + "/e", one.registry + "/f");
  CHECK(contains(one.said(), "notice other_ids [] f/.erm_experiment.json: names 'e', and its folder is 'f', which counts"));
}

// ---- markers and places ----

TEST_CASE("Markers that are missing or damaged are written anew where the runs tell") {
  const OneRun one;
  save(small_run("r2", "team/wide"), one.registry);
  const FileTree whole = file_tree(one.registry);
  fs::remove(one.registry + "/.erm_registry.json");
  fs::remove(one.registry + "/e/.erm_experiment.json");
  fs::remove(one.registry + "/e/team/wide/.erm_variant.json");
  const std::string place = "is missing: the Python package and object storage do not find the ";
  CHECK(one.said() ==
        "warning missing_marker [] .erm_registry.json: is missing: the folder is no registry for the Python package; repair "
        "writes it (possible)\n"
        "warning missing_marker [] e/.erm_experiment.json: " + place + "experiment; repair writes it (possible)\n"
        "warning missing_marker [] e/team/wide/.erm_variant.json: " + place + "variant; repair writes it (possible)");
  const CheckReport repaired = erm::check_registry(one.registry, repairing());
  CHECK(repaired.problems.size() == 3);
  CHECK(repaired.is_sound());
  CHECK(one.said() == "sound");
  const FileTree now = file_tree(one.registry);
  REQUIRE(now.size() == whole.size());
  for (const auto& [path, content] : whole)
    if (!contains(path, ".erm_")) CHECK(now.at(path) == content);
  CHECK(erm::list_variants(one.registry, "e") == std::vector<std::string>{"main", "team/wide"});
  CHECK(one.said(repairing()) == "sound");
  CHECK((file_tree(one.registry) == now));
}

TEST_CASE("A damaged marker keeps the time that can be read in it") {
  const OneRun one;
  const fs::path marker = fs::path(one.registry) / "e/.erm_experiment.json";
  const std::string whole = file_text(marker);
  cut(marker, 1);
  const std::string found = one.said();
  CHECK(contains(found, "warning damaged_marker [] e/.erm_experiment.json: is not JSON at line 1, column "));
  CHECK(contains(found, "; repair writes it anew (possible)"));
  CHECK(contains(one.said(repairing()), "(done)"));
  CHECK(file_text(marker) == whole);
  write_file(marker, "");
  CHECK(contains(one.said(repairing()), "(done)"));
  CHECK(one.said() == "sound");
  write_file(marker, "{\"created_timestamp_utc\": \"2026-11-23T07:30:21.200738\"}");
  CHECK(one.said() ==
        "warning damaged_marker [] e/.erm_experiment.json: has no experiment_id; repair writes it anew (possible)");
  CHECK(contains(one.said(repairing()), "(done)"));
  CHECK(file_text(marker) == "{\"experiment_id\": \"e\", \"created_timestamp_utc\": \"2026-11-23T07:30:21.200738\"}");
  write_file(marker, "{\"experiment_id\": \"e\", \"created_timestamp_utc\": \"yesterday\"}");
  CHECK(contains(one.said(), "has no created_timestamp_utc"));
}

TEST_CASE("A marker that is written anew has the time of the first run below") {
  const OneRun one;
  const auto save_old = [&](const std::string& run_id, const std::string& variant, std::int64_t microseconds) {
    erm::RunOptions options;
    options.run_id = run_id;
    options.variant_id = variant;
    options.timestamp_utc = erm::TimePoint(std::chrono::microseconds(microseconds));
    save(erm::ExperimentRun("e", options), one.registry);
  };
  save_old("old", "main", 1614834367000008);
  save_old("a", "main", 1640995200000000);
  save_old("z", "team/wide", 1672531200000000);
  const auto marker = [&](const std::string& path) { return fs::path(one.registry) / path; };
  const std::vector<fs::path> markers = {marker(".erm_registry.json"), marker("e/.erm_experiment.json"),
                                         marker("e/main/.erm_variant.json"), marker("e/team/wide/.erm_variant.json")};
  const bool is_removed = GENERATE(true, false);
  for (const fs::path& path : markers)
    if (is_removed)
      fs::remove(path);
    else
      write_file(path, "{");
  CHECK(erm::check_registry(one.registry, repairing()).is_sound());
  CHECK(one.said() == "sound");
  const std::string first = "\"created_timestamp_utc\": \"2021-03-04T05:06:07.000008\"}";
  CHECK(file_text(markers[0]) == "{" + first);
  CHECK(file_text(markers[1]) == "{\"experiment_id\": \"e\", " + first);
  CHECK(file_text(markers[2]) == "{\"variant_id\": \"main\", " + first);
  CHECK(file_text(markers[3]) ==
        "{\"variant_id\": \"team/wide\", \"created_timestamp_utc\": \"2023-01-01T00:00:00.000000\"}");
}

TEST_CASE("Runs, variants and experiments where none may be are told") {
  const OneRun one;
  const std::string move = "; move its folder to <registry>/<experiment>/<variant>/<run>";
  SECTION("a run in a run") {
    fs::copy(one.run, one.dir.path() / "copy", fs::copy_options::recursive);
    fs::rename(one.dir.path() / "copy", one.run / "artifacts/inner");
    CHECK(one.said() == "warning misplaced [e/main/r] e/main/r/artifacts/inner/erm_metadata.json: a run lies inside a run, "
                        "where nothing finds it" + move);
  }
  SECTION("a run in no variant") {
    fs::create_directories(one.registry + "/stray");
    fs::copy(one.run, one.registry + "/stray/r", fs::copy_options::recursive);
    CHECK(one.said() == "warning misplaced [stray/r] stray/r: a run lies where no experiment and variant are above it, and "
                        "nothing finds it" + move);
  }
  SECTION("an experiment in an experiment") {
    write_file(one.registry + "/e/deep/.erm_experiment.json",
               "{\"experiment_id\": \"e/deep\", \"created_timestamp_utc\": \"2026-11-23T07:30:21.200738\"}");
    CHECK(one.said() == "warning misplaced [] e/deep/.erm_experiment.json: an experiment lies inside the experiment 'e'; move "
                        "its folder elsewhere");
  }
  SECTION("a variant in a variant") {
    write_file(one.registry + "/e/main/deep/.erm_variant.json", "{}");
    CHECK(one.said() == "warning misplaced [] e/main/deep/.erm_variant.json: a variant lies inside the variant 'e/main'; move "
                        "its folder elsewhere");
  }
  SECTION("a variant in no experiment") {
    write_file(one.registry + "/alone/.erm_variant.json",
               "{\"variant_id\": \"v\", \"created_timestamp_utc\": \"2026-11-23T07:30:21.200738\"}");
    CHECK(one.said() == "warning misplaced [] alone/.erm_variant.json: a variant lies in no experiment, and nothing tells to "
                        "which it belongs; move its folder into that of an experiment");
  }
  SECTION("a registry in a registry") {
    save(small_run(), one.registry + "/e/inner");
    CHECK(one.said() == "warning misplaced [] e/inner/.erm_registry.json: a registry lies inside the registry, and is not "
                        "checked with it; check it by itself, or move it elsewhere");
  }
  SECTION("one folder that is two") {
    write_file(one.run / ".erm_variant.json",
               "{\"variant_id\": \"main/r\", \"created_timestamp_utc\": \"2026-11-23T07:30:21.200738\"}");
    CHECK(contains(one.said(), "warning misplaced [e/main/r] e/main/r: one folder is two of a registry, an experiment, a "
                               "variant and a run; move one of them elsewhere"));
  }
}

// ---- histories and what else grows ----

TEST_CASE("A listed history that is missing, cut off or damaged is told") {
  const OneRun one;
  const fs::path history = one.run / "history/main.csv";
  const std::string whole = file_text(history);
  cut(history, 3);
  CHECK(one.said() ==
        "error torn_file [e/main/r] e/main/r/history/main.csv: its last line is cut off: it was whole when the run was saved; "
        "put back a copy of the file, or leave it: what is before can be read");
  CHECK(contains(one.said(repairing()), "error torn_file"));  // what is lost cannot be repaired
  write_file(history, "");
  CHECK(contains(one.said(), "error torn_file [e/main/r] e/main/r/history/main.csv: is empty: it was whole"));
  write_file(history, whole.substr(0, 10));
  CHECK(contains(one.said(), "is cut off within its header"));
  write_file(history, whole + "loss,no number\n");
  CHECK(one.said() ==
        "error damaged_file [e/main/r] e/main/r/history/main.csv: line 5: it is not metric,step,unix_ms,value; mend or remove "
        "the line; until then the run cannot be loaded");
  write_file(history, "x" + whole);
  CHECK(contains(one.said(), "history/main.csv: line 1: the header is not 'metric,step,unix_ms,value'; mend"));
  std::string quoted = whole;
  quoted[whole.find("loss")] = '"';
  write_file(history, quoted);
  CHECK(contains(one.said(), "error damaged_file [e/main/r] e/main/r/history/main.csv: from byte 26 on it has a quote without end"));
  write_file(history, std::string(100, '\0') + whole);
  CHECK(contains(one.said(), "begins with NUL bytes, which another program left in place of points"));
  fs::remove(history);
  CHECK(one.said() ==
        "error missing_file [e/main/r] e/main/r/history/main.csv: is missing: it holds points of the run; put it back; without "
        "it the run cannot be loaded");
}

TEST_CASE("A history of more than a piece is read in pieces") {
  const TemporaryDirectory dir;
  erm::ExperimentRun run = small_run();
  for (int step = 0; step < 60000; ++step) run.log_metric("another metric", step / 7.0, step);
  save(run, dir / "registry");
  CHECK(said_of(dir / "registry") == "sound");
  const std::string path = dir / "registry/e/main/r/history/main.csv";
  std::string text = file_text(path);
  REQUIRE(text.size() > (std::size_t{2} << 20));
  text[text.size() - 10] = 'x';
  write_file(path, text);
  CHECK(contains(said_of(dir / "registry"), "line 60004: it is not metric,step,unix_ms,value"));
}

TEST_CASE("A killed run is told; a torn last line of it can be cut off") {
  const KilledRun one;
  CHECK(one.said() == killed);
  const fs::path history = one.run / "history/main.csv", series = one.run / "series/main.csv";
  const FileTree whole = file_tree(one.registry);
  append(history, "loss,3,179541");
  append(series, "sample,2,1795");
  const std::string advice = "leave it: what is before can be read, and a process that resumes the run cuts it off (possible)\n";
  CHECK(one.said() == "warning torn_file [e/main/live] e/main/live/history/main.csv: its last line is cut off; " + advice +
                          "warning torn_file [e/main/live] e/main/live/series/main.csv: its last line is cut off; " + advice + killed);
  const CheckReport repaired = erm::check_registry(one.registry, repairing());
  CHECK(repaired.is_sound());
  CHECK(repaired.problems.size() == 3);
  CHECK((file_tree(one.registry) == whole));
  CHECK(one.said(repairing()) == killed);
  CHECK((file_tree(one.registry) == whole));
  CHECK(erm::load_run_from_path(one.run.string()).curve("loss").size() == 3);
}

TEST_CASE("A torn end of which a repair could lose something is only told") {
  const KilledRun one;
  SECTION("a quote that has no end") {
    const fs::path history = one.run / "history/main.csv";
    std::string text = file_text(history);
    text[text.find("loss")] = '"';
    write_file(history, text);
    CHECK(contains(one.said(repairing()), "error damaged_file [e/main/live] e/main/live/history/main.csv: from byte 26"));
    CHECK(file_text(history) == text);
  }
  SECTION("a size in the middle of histograms") {
    const fs::path histograms = one.run / "series/main.hist";
    std::string text = file_text(histograms);
    text[17] = '\x7F';
    write_file(histograms, text);
    CHECK(contains(one.said(repairing()), "warning torn_file [e/main/live] e/main/live/series/main.hist: its last part is cut off; leave it"));
    CHECK(file_text(histograms) == text);
  }
  SECTION("a live run") {
    LiveOptions options = live("alive");
    LiveRun run(one.registry, "e", options);
    run.log_metric("loss", 1, 1);
    run.flush();
    const fs::path history = fs::path(one.registry) / "e/main/alive/history/main.csv";
    const std::string text = file_text(history);
    append(history, "loss,3,179541");
    CHECK(one.said(repairing()) == killed);
    CHECK(file_text(history) == text + "loss,3,179541");
    write_file(history, text);
    run.finish();
  }
  SECTION("a run that someone else changes") {
    append(one.run / "history/main.csv", "loss,3,179541");
    erm::LocalFileSystem disk;
    std::unique_ptr<erm::Claim> claim;
    CheckOptions options = repairing();
    // The claim is taken when the run has been looked at.
    options.on_progress = [&](const erm::CheckProgress& done) {
      if (done.runs == 1 && !claim) claim = disk.claim(one.registry + "/e/main/.erm_tmp/live");
    };
    CHECK(contains(one.said(options), "its last line is cut off; a live process holds the claim; repair again when it has ended (refused)"));
    CHECK(contains(one.said(), "notice in_use [e/main/live] e/main/live: a process is changing the run; check it again later"));
  }
}

TEST_CASE("The header of a killed run's history that a crash cut off is written anew") {
  const KilledRun one;
  const fs::path history = one.run / "history/main.csv";
  for (const char* const text : {"", "metric,st"}) {
    write_file(history, text);
    CHECK(contains(one.said(repairing()), "(done)"));
    CHECK(file_text(history) == "metric,step,unix_ms,value\n");
  }
  CHECK(one.said() == killed);
}

TEST_CASE("What other writers logged is checked with the run") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  {
    LiveRun run(registry, "e", live("live"));
    LiveOptions second = live("live");
    second.writer = "rank1";
    LiveRun rank(registry, "e", second);
    rank.log_metric("loss", 2, 2);
    rank.log_text("of rank 1", "rank");
    rank.finish();
  }
  const fs::path run = fs::path(registry) / "e/main/live";
  REQUIRE(fs::exists(run / "history/rank1.csv"));
  CHECK(said_of(registry) == "sound");
  append(run / "history/rank1.csv", "x\n");
  CHECK(contains(said_of(registry), "error damaged_file [e/main/live] e/main/live/history/rank1.csv: line 3: "));
  if (fs::exists(run / "history/rank1.json")) {
    write_file(run / "history/rank1.json", "{");
    CHECK(contains(said_of(registry), "error damaged_metadata [e/main/live] e/main/live/history/rank1.json: "));
  }
}

TEST_CASE("Series, histograms and tables that are missing or damaged are told") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  fill_registry(registry);
  const fs::path series = fs::path(registry) / "e/main/rich/series";
  std::string image;
  for (const auto& entry : fs::directory_iterator(series / "files")) image = entry.path().filename().string();
  const std::string at = "[e/main/rich] e/main/rich/series/";
  SECTION("an image that is missing") {
    fs::remove(series / "files" / image);
    CHECK(said_of(registry) == "error missing_file " + at + "files/" + image + ": is missing: it belongs to the series 'sample'; put it back");
  }
  SECTION("an image that is damaged") {
    std::string text = file_text(series / "files" / image);
    text[20] = static_cast<char>(text[20] ^ 1);
    write_file(series / "files" / image, text);
    CHECK(contains(said_of(registry), "error wrong_hash " + at + "files/" + image));
    cut(series / "files" / image, 1);
    CHECK(contains(said_of(registry), "error wrong_size " + at + "files/" + image));
  }
  SECTION("a table") {
    write_file(series / "tables/per class.csv", "\"a\"\n1,2\n");
    CHECK(said_of(registry) ==
          "error damaged_file " + at + "tables/per class.csv: line 2: it has 2 values for 1 columns; mend or remove the line");
  }
  SECTION("a list") {
    append(series / "main.csv", "x\n");
    CHECK(said_of(registry) == "error damaged_file " + at + "main.csv: line 6: it is not "
                               "id,step,unix_ms,file,size,type,media_type,name; mend or remove it; until then the series of the run cannot be read");
    fs::remove(series / "main.csv");
    CHECK(contains(said_of(registry), "error missing_file " + at + "main.csv: is missing: it lists series of the run; put it back"));
  }
  SECTION("histograms") {
    cut(series / "main.hist", 1);
    CHECK(contains(said_of(registry), "error torn_file " + at + "main.hist: its last part is cut off: it was whole"));
    write_file(series / "main.hist", "x");
    CHECK(contains(said_of(registry), "error damaged_file " + at + "main.hist: byte 0: it does not begin with 'erm histograms 1'"));
  }
  SECTION("a copy by ERM 0.1") {
    fs::remove_all(series);
    CHECK(contains(said_of(registry), "warning missing_file " + at + "main.csv: is missing: ERM 0.1 copied the run without its series; put it back"));
  }
}

TEST_CASE("Edits beside a run that cannot be read are told") {
  const KilledRun one;
  LiveRun run(one.registry, "e", live("alive"));
  const fs::path edits = fs::path(one.registry) / "e/main/alive/.erm_edits.json";
  write_file(edits, "{\"tags\": 3}");
  CHECK(contains(one.said(), "error damaged_file [e/main/alive] e/main/alive/.erm_edits.json: tags is not what ERM writes there; "
                             "mend the file, or remove it; until then the run cannot be loaded"));
  fs::remove(edits);
  run.finish();
}

TEST_CASE("What a run had before the Python package overwrote it is told") {
  const OneRun one;
  const fs::path path = one.run / "erm_metadata.json";
  erm::Json metadata = erm::Json::parse(file_text(path));
  metadata.erase("erm");
  write_file(path, metadata.dump());
  CHECK(one.said() ==
        "notice unlisted_file [e/main/r] e/main/r/history/main.csv: is not read any more: the Python package overwrote the run; "
        "look whether you need it, and remove it or move it elsewhere");
}

// ---- the trash ----

TEST_CASE("The runs in the trash are checked, and the trash itself") {
  const OneRun one;
  save(small_run("s"), one.registry);
  erm::delete_run(one.registry, "e", "main", "r");
  const std::string entry = erm::list_trash(one.registry).at(0).trash_id;
  const fs::path folder = fs::path(one.registry) / ".erm_trash" / entry;
  const std::string at = ".erm_trash/" + entry;
  CHECK(one.said() == "sound");
  CHECK(erm::check_registry(one.registry).runs == 2);
  SECTION("an artifact") {
    write_file(folder / "run/artifacts/note.txt", "same size");
    CHECK(contains(one.said(), "error wrong_hash [" + at + "/run] " + at + "/run/artifacts/note.txt: "));
  }
  SECTION("no entry.json") {
    fs::remove(folder / "entry.json");
    CHECK(one.said() == "error damaged_trash [] " + at + ": has no entry.json, which says what was deleted; put it back, or remove the folder");
  }
  SECTION("a damaged entry.json") {
    write_file(folder / "entry.json", "{}");
    CHECK(one.said() == "error damaged_trash [] " + at + ": an id is missing; mend its entry.json, or remove the folder");
  }
  SECTION("an entry without content, beside a run") {
    fs::remove_all(folder / "run");
    erm::delete_run(one.registry, "e", "main", "s");
    const std::string found =
        "warning temporary_file [] " + at + ": an interrupted deletion or restoration has left it, and it holds no run; ";
    CHECK(one.said() == found + "repair removes it (possible)");
    CHECK(one.said(repairing()) == found + "repair removes it (done)");
    CHECK(!fs::exists(folder));
    CHECK(erm::list_trash(one.registry).size() == 1);
    CHECK(one.said(repairing()) == "sound");
  }
  SECTION("an entry that nothing else is beside") {
    fs::remove_all(folder);
    fs::create_directories(folder / "run");
    CHECK(contains(one.said(repairing()), "it holds no run; repair removes it (done)"));
    CHECK(!fs::exists(fs::path(one.registry) / ".erm_trash"));
  }
  SECTION("an entry with files and no metadata") {
    fs::remove(folder / "run" / (".erm_deleted_" + entry + ".json"));
    const FileTree before = file_tree(one.registry);
    CHECK(one.said(repairing()) == "warning temporary_file [] " + at + ": an interrupted deletion or restoration has left it, and "
                                   "it holds no run; look whether you need the files in this folder, and remove it alone");
    CHECK((file_tree(one.registry) == before));
  }
}

TEST_CASE("A run whose move to the trash was interrupted is moved there") {
  const OneRun one;
  save(small_run("s"), one.registry);
  erm::delete_run(one.registry, "e", "main", "r");
  const std::string entry = erm::list_trash(one.registry).at(0).trash_id;
  const FileTree whole = file_tree(one.registry);
  fs::rename(fs::path(one.registry) / ".erm_trash" / entry / "run", one.run);
  const std::string found = "warning half_deleted [e/main/r] e/main/r/.erm_deleted_" + entry +
                            ".json: the run's move to the trash, or back, was interrupted; repair moves the run to the trash, from "
                            "which it can be restored";
  CHECK(one.said() == found + " (possible)");
  CHECK(one.said(repairing()) == found + " (done)");
  CHECK((file_tree(one.registry) == whole));
  CHECK(one.said(repairing()) == "sound");
}

// ---- claims, links, what cannot be read ----

TEST_CASE("A claim of a dead process and what it left are told, and a repair cleans up as a save does") {
  const OneRun one;
  const FileTree whole = file_tree(one.registry);
  const fs::path claims = one.run.parent_path() / ".erm_tmp";
  SECTION("a new run") {
    write_file(claims / "new", "\1");
    write_file(one.run.parent_path() / "new/artifacts/half.bin", "half");
    const std::string found = "warning abandoned_claim [e/main/new] e/main/.erm_tmp/new: the process that held it died; the next save "
                              "to that folder removes what the process left, and so does repair";
    CHECK(one.said() == found + " (possible)");
    CHECK(one.said() == found + " (possible)");  // to look at it changes nothing
    CHECK(one.said(repairing()) == found + " (done)");
  }
  SECTION("an overwrite") {
    write_file(claims / "r", "\1");
    write_file(one.run / "artifacts/note-2026.txt", "half");
    CHECK(contains(one.said(), "warning abandoned_claim [e/main/r] e/main/.erm_tmp/r: the process that held it died"));
    CHECK(contains(one.said(repairing()), "(done)"));
  }
  SECTION("a part of metadata") {
    write_file(one.run / ".erm_tmp/erm_metadata.json.part", "{");
    CHECK(one.said() == "warning temporary_file [e/main/r] e/main/r/.erm_tmp/erm_metadata.json.part: a process that died while it wrote "
                        "has left it; remove it (possible)");
    CHECK(contains(one.said(repairing()), "(done)"));
  }
  SECTION("a file that claims nothing") {
    write_file(claims / "123-456~part", "");
    CHECK(one.said() == "sound");  // perhaps it is just being written
    make_old(claims / "123-456~part");
    CHECK(one.said() == "warning temporary_file [] e/main/.erm_tmp/123-456~part: a process that died while it wrote has left it; repair "
                        "removes it (possible)");
    CHECK(contains(one.said(repairing()), "(done)"));
  }
  CHECK(one.said() == "sound");
  CHECK((file_tree(one.registry) == whole));
}

TEST_CASE("A claim of another machine counts as held for an hour") {
  const OneRun one;
  const fs::path claim = one.run.parent_path() / ".erm_tmp/new", half = one.run.parent_path() / "new/artifacts/half.bin";
  write_file(half, "half");
  write_file(claim, "elsewhere\n42\nboot 1\nclaim 1-2\nbegun\n");
  CHECK(one.said(repairing()) == "sound");
  CHECK(fs::exists(claim));
  for (const fs::path& path : {half, half.parent_path(), half.parent_path().parent_path(), claim}) make_old(path);
  CHECK(one.said() == "warning abandoned_claim [e/main/new] e/main/.erm_tmp/new: its holder is on another machine or in another container, "
                      "and showed no life for an hour; the next save to that folder removes what the process left, and so does "
                      "repair (possible)");
  CHECK(contains(one.said(repairing()), "(done)"));
  CHECK(one.said() == "sound");
  CHECK_FALSE(fs::exists(half));
}

TEST_CASE("A check that repairs beside saves, live runs and deletions disturbs none, and finds nothing") {
  const OneRun one;
  std::atomic<int> working{3};
  std::vector<std::string> failures(3);
  std::vector<std::thread> threads;
  for (int number = 0; number < 3; ++number) {
    threads.emplace_back([&, number] {
      try {
        for (int i = 0; i < 25; ++i) {
          const std::string id = std::to_string(number) + "-" + std::to_string(i);
          if (number == 0) {
            erm::ExperimentRun run = small_run();
            run.log_text("text " + id, "note");
            run.log_text("text " + id, "other " + id);
            run.log_text("at a step " + id, "sample", i);
            save(run, one.registry, true);
          } else if (number == 1) {
            save(small_run(id), one.registry);
            erm::delete_run(one.registry, "e", "main", id);
            if (i % 2 == 0) erm::restore_run(one.registry, "e", "main", id);
            if (i % 8 == 7) erm::empty_trash(one.registry);
          } else {
            LiveRun run(one.registry, "e", live(id));
            run.log_metric("loss", i, i);
            run.flush();
            run.log_text("some text", "note");
            run.log_text("at a step", "sample", i);
            run.finish();
          }
        }
      } catch (const std::exception& error) {
        failures[static_cast<std::size_t>(number)] = error.what();
      }
      --working;
    });
  }
  int checks = 0;
  while (working > 0 || checks < 3) {
    ++checks;
    for (const CheckProblem& problem : erm::check_registry(one.registry, repairing()).problems) {
      INFO(to_text(problem.kind) << " " << problem.path << ": " << problem.what);
      CHECK((problem.severity == erm::CheckSeverity::notice));
    }
  }
  for (std::thread& thread : threads) thread.join();
  CHECK((failures == std::vector<std::string>(3)));
  CHECK(one.said() == "sound");
  CHECK(erm::list_runs(one.registry, "e").size() == 1 + 13 + 25);
}

TEST_CASE("A run that is being saved is no problem") {
  const OneRun one;
  erm::LocalFileSystem disk;
  const auto claim = disk.claim(one.registry + "/e/main/.erm_tmp/new");
  claim->begin();
  write_file(one.run.parent_path() / "new/artifacts/half.bin", "half");
  CHECK(one.said() == "sound");
  CHECK(one.said(repairing()) == "sound");
  CHECK(fs::exists(one.run.parent_path() / "new/artifacts/half.bin"));
}

#if !defined(_WIN32)

TEST_CASE("Links, pipes and folders that cannot be read are told and not followed") {
  const OneRun one;
  const std::string link = " is a symbolic link, and ERM follows none in a run's folder; put the file or folder itself there";
  SECTION("an artifact") {
    fs::rename(one.run / "artifacts/note.txt", one.dir.path() / "note.txt");
    fs::create_symlink(one.dir.path() / "note.txt", one.run / "artifacts/note.txt");
    CHECK(one.said() == "error link [e/main/r] e/main/r/artifacts/note.txt:" + link);
  }
  SECTION("a folder") {
    fs::rename(one.run / "artifacts", one.dir.path() / "artifacts");
    fs::create_symlink(one.dir.path() / "artifacts", one.run / "artifacts");
    CHECK(one.said() == "error link [e/main/r] e/main/r/artifacts:" + link);
  }
  SECTION("metadata") {
    fs::rename(one.run / "erm_metadata.json", one.dir.path() / "m.json");
    fs::create_symlink(one.dir.path() / "m.json", one.run / "erm_metadata.json");
    CHECK(contains(one.said(), "error link [e/main/r] e/main/r/erm_metadata.json: is a symbolic link"));
  }
  SECTION("a run's folder") {
    fs::rename(one.run, one.dir.path() / "elsewhere");
    fs::create_directory_symlink(one.dir.path() / "elsewhere", one.run);
    CHECK(one.said() == "warning link [e/main/r] e/main/r: the run's folder is a symbolic link: the run can be read and not changed; put "
                        "the folder itself there");
  }
  SECTION("the folder of a killed run") {
    make_killed(one.run);
    fs::rename(one.run, one.dir.path() / "elsewhere");
    fs::create_directory_symlink(one.dir.path() / "elsewhere", one.run);
    write_file(one.run / ".erm_tmp/erm_metadata.json.part", "{");
    const FileTree before = file_tree(one.dir.path() / "elsewhere");
    CHECK(contains(one.said(repairing()), "temporary_file [e/main/r] e/main/r/.erm_tmp/erm_metadata.json.part: a process that died while it "
                                          "wrote has left it; remove it\n"));
    CHECK((file_tree(one.dir.path() / "elsewhere") == before));
  }
  SECTION("a variant on another disk") {
    fs::rename(one.run.parent_path(), one.dir.path() / "elsewhere");
    fs::create_directory_symlink(one.dir.path() / "elsewhere", one.run.parent_path());
    const CheckReport report = erm::check_registry(one.registry);
    CHECK(said(report) == "sound");
    CHECK(report.runs == 1);
  }
  SECTION("a pipe") {
    REQUIRE(::mkfifo((one.run / "artifacts/pipe").c_str(), 0600) == 0);
    CHECK(one.said() == "error not_a_file [e/main/r] e/main/r/artifacts/pipe: is a device, a pipe or a socket; remove it");
    fs::remove(one.run / "artifacts/note.txt");
    REQUIRE(::mkfifo((one.run / "artifacts/note.txt").c_str(), 0600) == 0);
    CHECK(contains(one.said(), "error not_a_file [e/main/r] e/main/r/artifacts/note.txt"));
  }
  SECTION("no permission") {
    if (::geteuid() == 0) return;
    fs::permissions(one.run / "artifacts", fs::perms::none);
    CHECK(contains(one.said(), "error unreadable [e/main/r] e/main/r/artifacts: "));
    fs::permissions(one.run / "artifacts", fs::perms::owner_all);
  }
}

TEST_CASE("Links outside of runs are followed where list and find follow them, and never in a cycle") {
  const OneRun one;
  const fs::path experiment = fs::path(one.registry) / "e";
  const std::string told =
      ": is a symbolic link to a part of a registry, and no run is found through it here; leave it if it is a shortcut; "
      "otherwise put the folder itself there";
  SECTION("an experiment in itself, twice") {
    fs::create_directory_symlink(".", experiment / "a");
    fs::create_directory_symlink(".", experiment / "b");
    const CheckReport report = erm::check_registry(one.registry);
    CHECK(said(report) == "notice link [] e/a" + told + "\nnotice link [] e/b" + told);
    CHECK(report.runs == 1);
    CHECK(report.is_sound());
  }
  SECTION("the registry in an experiment, and a run beside it") {
    fs::create_directory_symlink("..", experiment / "up");
    fs::create_directory_symlink("e/main/r", fs::path(one.registry) / "latest");
    CHECK(one.said() == "notice link [] e/up" + told + "\nnotice link [] latest" + told);
    CHECK(erm::list_experiments(one.registry) == std::vector<std::string>{"e"});
  }
  SECTION("a variant in a variant") {
    fs::create_directory_symlink("..", experiment / "main/a");
    fs::create_directory_symlink(".", experiment / "main/b");
    CHECK(one.said() == "notice link [] e/main/a" + told + "\nnotice link [] e/main/b" + told);
  }
  SECTION("an experiment in a variant that an experiment of its own leads back to") {
    const std::string time = "\", \"created_timestamp_utc\": \"2026-11-23T07:30:21.200738\"}";
    write_file(experiment / "main/f/.erm_experiment.json", "{\"experiment_id\": \"e/main/f" + time);
    fs::create_directory_symlink("..", experiment / "main/f/a");
    fs::create_directory_symlink("..", experiment / "main/f/b");
    const CheckReport report = erm::check_registry(one.registry);
    CHECK(report.runs <= 3);
    CHECK(contains(said(report), "notice link [] e/main/f/a/f/a" + told));
  }
  SECTION("another name of an experiment and of a variant, which list and find show") {
    fs::create_directory_symlink("e", fs::path(one.registry) / "same");
    fs::create_directory_symlink("main", experiment / "old");
    const CheckReport report = erm::check_registry(one.registry);
    CHECK(report.is_sound());
    CHECK(report.runs == 4);
    CHECK(erm::find_runs(one.registry).size() == 4);
    CHECK(contains(said(report), "notice other_ids [] same/.erm_experiment.json: names 'e', and its folder is 'same'"));
    CHECK(!contains(said(report), " link "));
  }
  SECTION("a folder of the user, and a link to nothing") {
    fs::create_directories(one.dir.path() / "data");
    fs::create_directory_symlink(one.dir.path() / "data", experiment / "data");
    fs::create_directory_symlink(one.dir.path() / "nothing", experiment / "nothing");
    CHECK(one.said() == "sound");
  }
}

TEST_CASE("A live run with a console that is killed is sound but for the notice, and its damage is told", "[fork]") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  erm_test::Child child([&](const erm_test::Child::Tell&) {
    const int out = ::open((dir / "out").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0666);
    if (out < 0 || ::dup2(out, 1) != 1 || ::dup2(out, 2) != 2) throw std::runtime_error("cannot redirect");
    LiveOptions options = live("killed");
    options.capture_console = true;
    LiveRun run(registry, "e", options);
    for (int step = 0; step < 100; ++step) {
      run.log_metric("loss", step, step);
      std::printf("step %d\n", step);
    }
    run.log_text("some text", "note");
    run.log_histogram("weights", std::vector<float>{1, 2}, 1);
    std::fflush(stdout);
    run.flush();
    ::usleep(200000);  // the process of the console writes the file
    std::raise(SIGKILL);
  });
  CHECK_FALSE(child.wait());
  const fs::path console = fs::path(registry) / "e/main/killed/console/main.log";
  REQUIRE(fs::exists(console));
  const std::string sound = said_of(registry);
  CHECK(contains(sound, "notice killed_run [e/main/killed]"));
  CHECK(!contains(sound, "\n"));
  const std::string text = file_text(console);
  write_file(console, "x" + text);
  CHECK(contains(said_of(registry), "error damaged_file [e/main/killed] e/main/killed/console/main.log: does not begin with 'erm-console 1'"));
  write_file(console, text.substr(0, 200));
  CHECK(contains(said_of(registry), "error torn_file [e/main/killed] e/main/killed/console/main.log: its end is cut off"));
}

#endif

// ---- options and bad input ----

TEST_CASE("Some runs can be checked alone") {
  const OneRun one;
  save(small_run("s"), one.registry);
  write_file(one.run / "artifacts/note.txt", "same size");
  CheckOptions options;
  options.runs = {"e/main/s"};
  CHECK(said_of(one.registry, options) == "sound");
  options.runs = {"e/main/s", "e/main/r"};
  const CheckReport report = erm::check_registry(one.registry, options);
  CHECK(report.runs == 2);
  CHECK(contains(said(report), "error wrong_hash [e/main/r]"));
  options.runs = {"e/main/t"};
  CHECK(contains(thrown<erm::NotFoundError>([&] { said_of(one.registry, options); }), "there is no run 'e/main/t' in the registry '"));
  options.runs = {"../x"};
  CHECK_THROWS_AS(said_of(one.registry, options), erm::InvalidIdError);
}

TEST_CASE("A path that holds no registry is refused") {
  const OneRun one;
  CHECK(contains(thrown<erm::NotFoundError>([&] { said_of(one.dir / "nothing"); }), "there is no registry at '"));
  fs::create_directories(one.dir / "empty/deep");
  CHECK(contains(thrown<erm::NotFoundError>([&] { said_of(one.dir / "empty"); }), "there is no registry at '"));
  CHECK(contains(thrown<erm::Error>([&] { said_of(one.registry + "/e"); }), "the folder is an experiment; give the path of the registry itself"));
  CHECK(contains(thrown<erm::Error>([&] { said_of(one.run.string()); }), "the folder is a run"));
  CHECK(contains(thrown<erm::NotFoundError>([&] { said_of((one.run / "erm_metadata.json").string()); }), "there is no registry at '"));
}

TEST_CASE("The progress of a check comes on the calling thread, and ends the check if it throws") {
  const OneRun one;
  for (int i = 0; i < 40; ++i) save(small_run("run-" + std::to_string(i)), one.registry);
  CheckOptions options;
  options.threads = 3;
  std::size_t calls = 0, last = 0;
  options.on_progress = [&](const erm::CheckProgress& done) {
    ++calls;
    CHECK(done.runs >= last);
    last = done.runs;
  };
  CHECK(erm::check_registry(one.registry, options).runs == 41);
  CHECK(calls > 0);
  options.repair = true;
  options.on_progress = [](const erm::CheckProgress& done) {
    if (done.artifacts > 5) throw std::runtime_error("enough");
  };
  const FileTree before = file_tree(one.registry);
  CHECK(contains(thrown<std::runtime_error>([&] { said_of(one.registry, options); }), "enough"));
  CHECK((file_tree(one.registry) == before));
}

TEST_CASE("Damage at any place of any file ends no check, and is found where it can be") {
  const TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  fill_registry(registry);
  LiveRun(registry, "e", live("live")).finish();
  make_killed(fs::path(registry) / "e/main/live");
  const FileTree whole = file_tree(registry);
  const std::string sound = said_of(registry);
  int damaged = 0, missed_cuts = 0;
  for (const auto& [name, content] : whole) {
    if (content.rfind("file: ", 0) != 0) continue;
    const std::string text = content.substr(6), path = registry + "/" + name;
    INFO(name);
    const bool is_hashed = contains(name, "/artifacts/") || contains(name, "/series/files/");
    const auto look = [&](const std::string& other, bool must_be_found) {
      write_file(path, other);
      std::string found;
      try {
        found = said_of(registry);
      } catch (const std::exception& error) {
        FAIL_CHECK("the check threw " << error.what());
      }
      ++damaged;
      if (must_be_found) CHECK(found != sound);
      return found != sound;
    };
    for (std::size_t i = 0; i < 6; ++i) {
      const std::size_t at = text.size() * i / 6;
      std::string flipped = text;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << i));
      look(flipped, is_hashed);
      // A history that ends with a whole line, and a table that ends with one, tell nothing.
      const bool may_end_there = at > 0 && text[at - 1] == '\n' && (contains(name, ".csv") || contains(name, "history/"));
      const bool is_found = look(text.substr(0, at), !may_end_there && !contains(name, "/tables/"));
      if (!is_found) ++missed_cuts;
    }
    fs::remove(path);
    std::string removed = sound;
    try {
      removed = said_of(registry);
    } catch (const std::exception& error) {
      FAIL_CHECK("the check threw " << error.what());
    }
    // Nothing else names the metadata of another writer.
    if (!contains(name, "history/rank1.json")) CHECK(removed != sound);
    write_file(path, text);
  }
  CHECK((file_tree(registry) == whole));
  CHECK(damaged > 300);
  CHECK(missed_cuts < 10);
}

}  // namespace check_test

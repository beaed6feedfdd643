// What a save does to the disk, and what comes back from it.
#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "erm/detail/store/stored_names.hpp"
#include "erm/registry.hpp"
#include "failing_file_system.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace registry_save_test {

using erm_test::contains;
using erm_test::file_text;
using erm_test::file_tree;
using erm_test::FileTree;
using erm_test::TemporaryDirectory;
using erm_test::thrown;
using erm_test::write_file;

namespace {

erm::RunOptions options_of(std::string run_id) {
  erm::RunOptions options;
  options.run_id = std::move(run_id);
  options.timestamp_utc = erm::TimePoint(std::chrono::microseconds(1795419021128931));
  return options;
}

erm::SaveOptions overwriting() {
  erm::SaveOptions options;
  options.overwrite = true;
  return options;
}

erm::Json metadata_of(const std::string& run_uri) { return erm::Json::parse(file_text(run_uri + "/erm_metadata.json")); }

/// The run as it comes back from disk.
erm::ExperimentRun saved_and_loaded(const erm::ExperimentRun& run) {
  auto fs = std::make_shared<erm::MemoryFileSystem>();
  erm::SaveOptions options;
  options.fs = fs;
  erm::save_run_to_path(run, "run", options);
  return erm::load_run_from_path("run", fs);
}

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& [name, content] : file_tree(folder)) names.insert(name);
  return names;
}

constexpr double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("A saved run has the documented layout, and no other files") {
  TemporaryDirectory dir;
  erm::ExperimentRun run("team/e", options_of("r"));
  run.log_param("lr", 0.1);
  run.log_metric("loss", 0.5, 1);
  run.log_feature("age");
  run.log_artifact(erm::to_bytes("W"), "model", "weights/model.bin");
  const std::string uri = erm::save_run_to_registry(run, dir / "registry");
  CHECK(uri == dir / "registry/team/e/main/r");
  CHECK(names_in(dir / "registry") ==
        std::set<std::string>{".erm_registry.json", "team", "team/e", "team/e/.erm_experiment.json", "team/e/main",
                              "team/e/main/.erm_variant.json", "team/e/main/r", "team/e/main/r/erm_metadata.json",
                              "team/e/main/r/artifacts", "team/e/main/r/artifacts/weights",
                              "team/e/main/r/artifacts/weights/model.bin", "team/e/main/r/history",
                              "team/e/main/r/history/main.csv"});
  const erm::Json metadata = metadata_of(uri);
  CHECK(metadata["timestamp_utc"] == "2026-11-23T07:30:21.128931");
  CHECK(metadata["experiment_id"] == "team/e");
  CHECK(metadata["variant_id"] == "main");
  CHECK(metadata["run_id"] == "r");
  CHECK(metadata["params"] == erm::Json({{"lr", 0.1}}));
  CHECK(metadata["metrics"] == erm::Json({{"loss", 0.5}}));
  CHECK(metadata["features"] == erm::Json::array({"age"}));
  CHECK(metadata["artifacts"]["model"] ==
        erm::Json({{"id", "model"},
                   {"filename", "weights/model.bin"},
                   {"artifact_type", "binary"},
                   {"media_type", "application/octet-stream"},
                   {"size", 1},
                   {"sha256", "fcb5f40df9be6bae66c1d77a6c15968866a9e6cbd7314ca432b019d17392f6f4"}}));
  CHECK(metadata["erm"]["layout"] == 1);
  CHECK(metadata["erm"]["status"] == "finished");
  CHECK(metadata["erm"]["history"] == erm::Json::array({"main.csv"}));
  const std::string experiment = file_text(dir / "registry/team/e/.erm_experiment.json");
  CHECK(erm::Json::parse(experiment)["experiment_id"] == "team/e");
  CHECK(erm::Json::parse(file_text(dir / "registry/team/e/main/.erm_variant.json"))["variant_id"] == "main");
  CHECK(erm::Json::parse(file_text(dir / "registry/.erm_registry.json")).contains("created_timestamp_utc"));

  // The markers are made once.
  erm::save_run_to_registry(erm::ExperimentRun("team/e", options_of("r2")), dir / "registry");
  CHECK(file_text(dir / "registry/team/e/.erm_experiment.json") == experiment);
}

TEST_CASE("A value keeps its type when it is loaded") {
  erm::ExperimentRun run("e");
  const std::vector<erm::Value> values = {
      18446744073709551615U, std::numeric_limits<std::int64_t>::min(), -1, 0, 42U, 0.1, 0.1F, 1.0, -0.0, 1e300, 5e-324,
      infinity, -infinity, not_a_number, true, false, "0.9", "true", "nan", "", "\xC3\xBC \"quoted\"\n\t\x01 \\", "null"};
  for (std::size_t i = 0; i < values.size(); ++i) {
    run.log_param("p" + std::to_string(i), values[i]);
    run.log_metric("m" + std::to_string(i), values[i]);
  }
  run.log_param("key/with~both \"\n", not_a_number);
  run.log_param("", true);
  const erm::ExperimentRun back = saved_and_loaded(run);
  for (std::size_t i = 0; i < values.size(); ++i) {
    CAPTURE(i, values[i].str());
    const erm::Value& value = back.params().at("p" + std::to_string(i));
    CHECK(value == values[i]);
    CHECK(value == back.metrics().at("m" + std::to_string(i)));
    CHECK(value.is_text() == values[i].is_text());
    CHECK(value.is_bool() == values[i].is_bool());
    CHECK((value.kind() == erm::Value::Kind::floating) == (values[i].kind() == erm::Value::Kind::floating));
    CHECK(value.str() == values[i].str());
  }
  CHECK(back.params().at("key/with~both \"\n") == erm::Value(not_a_number));
  CHECK(back.params().at("").get<bool>());
  CHECK(back.params().at("p0").get<std::uint64_t>() == 18446744073709551615U);
  CHECK(std::signbit(back.params().at("p8").get<double>()));
}

TEST_CASE("A dict is loaded unchanged, whatever JSON it contains") {
  erm::ExperimentRun run("e");
  const erm::Json dict = {{"text", "NaN"},
                          {"whole", 3},
                          {"big", 18446744073709551615U},
                          {"negative", -7},
                          {"float", 1.0},
                          {"yes", true},
                          {"none", nullptr},
                          {"list", {1, "two", nullptr, false, {3.5, {{"deep", "x"}}}}},
                          {"empty list", erm::Json::array()},
                          {"nested", {{"a/b~c", {{"k", 1}}}, {"empty", erm::Json::object()}}},
                          {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
                          {"", ""}};
  run.log_dict("d", dict);
  run.log_dict("a/b~c", {{"x/y~z", true}});
  run.log_dict("empty", nullptr);
  const erm::ExperimentRun back = saved_and_loaded(run);
  CHECK(back.dicts().at("d") == dict);
  CHECK(back.dicts().at("d").at("float").is_number_float());
  CHECK(back.dicts().at("d").at("whole").is_number_unsigned());
  CHECK(back.dicts().at("a/b~c") == erm::Json({{"x/y~z", true}}));
  CHECK(back.dicts().at("empty") == erm::Json::object());

  run.log_dict("non-finite", {{"nan", not_a_number},
                              {"list", {1.0, not_a_number, -infinity}},
                              {"nested", {{"k/~", infinity}, {"text", "inf"}}}});
  const erm::Json numbers = saved_and_loaded(run).dicts().at("non-finite");
  CHECK(std::isnan(numbers["nan"].get<double>()));
  CHECK(numbers["list"][0].get<double>() == 1.0);
  CHECK(std::isnan(numbers["list"][1].get<double>()));
  CHECK(numbers["list"][2].get<double>() == -infinity);
  CHECK(numbers["nested"]["k/~"].get<double>() == infinity);
  CHECK(numbers["nested"]["text"] == "inf");
}

TEST_CASE("A dict with the maximum depth can be saved and loaded") {
  erm::Json deep = 1;
  for (int i = 0; i < 100; ++i) deep = i % 2 == 0 ? erm::Json::object({{"k", std::move(deep)}}) : erm::Json::array({std::move(deep)});
  if (!deep.is_object()) deep = erm::Json::object({{"k", deep[0]}});
  erm::ExperimentRun run("e");
  run.log_dict("deep", deep);
  CHECK(saved_and_loaded(run).dicts().at("deep") == deep);
}

TEST_CASE("Points, goals, features and times are loaded as they were logged") {
  erm::RunOptions options = options_of("r");
  options.timestamp_utc = erm::TimePoint(std::chrono::microseconds(-62135596800000000));  // 0001-01-01
  erm::ExperimentRun run("e", options);
  const erm::TimePoint then(std::chrono::milliseconds(1763883021123));
  run.log_metric("loss", 0.1F, 5, then);
  run.log_metric("loss", not_a_number, -5, then - std::chrono::hours(24 * 365 * 60));
  run.log_metric("loss", -infinity, std::numeric_limits<std::int64_t>::max(), then);
  run.log_metric("a, \"b\"\r\nc", 1, std::numeric_limits<std::int64_t>::min(), then);
  run.log_metric("", 2, 0, then);
  run.set_goal("loss", erm::Goal::minimize);
  run.set_goal("accuracy", erm::Goal::maximize);
  run.log_features({"age", "income", "age"});
  const erm::ExperimentRun back = saved_and_loaded(run);
  CHECK(back.history() == run.history());
  CHECK(back.history().at("loss").points()[0].value == 0.1);
  CHECK(back.history().at("loss").points()[0].time == then);
  CHECK(back.goals() == run.goals());
  CHECK(back.features() == std::vector<std::string>{"age", "income"});
  CHECK(back.timestamp_utc() == run.timestamp_utc());
  CHECK(back.metrics().at("loss") == erm::Value(-infinity));
}

TEST_CASE("Runs that start in the same second have different folders") {
  TemporaryDirectory dir;
  erm::RunOptions options;
  options.timestamp_utc = erm::TimePoint(std::chrono::microseconds(1795419021128931));
  std::vector<erm::ExperimentRun> runs;
  std::vector<std::string> uris;
  for (int i = 0; i < 3; ++i) {
    runs.emplace_back("e", options);
    runs.back().log_param("i", i);
    uris.push_back(erm::save_run_to_registry(runs.back(), dir / "registry"));
  }
  const std::string first = dir / "registry/e/main/2026_11_23__07_30_21";
  CHECK(uris == std::vector<std::string>{first, first + "_002", first + "_003"});
  for (std::size_t i = 0; i < uris.size(); ++i) {
    const erm::ExperimentRun back = erm::load_run_from_path(uris[i]);
    CHECK(back.params().at("i") == erm::Value(i));
    CHECK(metadata_of(uris[i])["run_id"] == std::filesystem::path(uris[i]).filename().string());
    CHECK(runs[i].run_id() == "2026_11_23__07_30_21");
  }
  // A folder of that name that is no run is nobody's place either.
  write_file(first + "_004/notes.txt", "mine");
  CHECK(erm::save_run_to_registry(erm::ExperimentRun("e", options), dir / "registry") == first + "_005");
  CHECK(file_text(first + "_004/notes.txt") == "mine");
}

TEST_CASE("An overwrite with a generated id replaces only what this object saved") {
  TemporaryDirectory dir;
  erm::RunOptions options;
  options.timestamp_utc = erm::TimePoint(std::chrono::microseconds(1795419021128931));
  const std::string registry = dir / "registry", other_registry = dir / "other";
  erm::ExperimentRun other("e", options), run("e", options);
  other.log_param("who", "other");
  run.log_param("who", "run");
  const std::string first = erm::save_run_to_registry(other, registry);
  const std::string mine = erm::save_run_to_registry(run, registry, overwriting());
  CHECK(mine == first + "_002");
  run.log_param("who", "run again");
  CHECK(erm::save_run_to_registry(run, registry, overwriting()) == mine);
  CHECK(erm::load_run_from_path(first).params().at("who") == erm::Value("other"));
  CHECK(erm::load_run_from_path(mine).params().at("who") == erm::Value("run again"));

  // A copy is another run, by construction and by assignment.
  erm::ExperimentRun copy = run;
  CHECK(erm::save_run_to_registry(copy, registry, overwriting()) == first + "_003");
  copy = other;
  CHECK(erm::save_run_to_registry(copy, registry, overwriting()) == first + "_004");
  // What is moved keeps its place.
  const erm::ExperimentRun moved = std::move(run);
  CHECK(erm::save_run_to_registry(moved, registry, overwriting()) == mine);
  // Another registry is another place.
  CHECK(erm::save_run_to_registry(moved, other_registry, overwriting()) ==
        dir / "other/e/main/2026_11_23__07_30_21");
  CHECK(erm::list_runs(registry, "e").size() == 4);
}

TEST_CASE("A store at the address of a destroyed one is a different store") {
  erm::RunOptions options;
  options.timestamp_utc = erm::TimePoint(std::chrono::microseconds(1795419021128931));
  const erm::ExperimentRun run("e", options), other("e", options);
  std::set<const void*> seen;
  for (int i = 0; i < 20; ++i) {
    erm::SaveOptions save;
    save.fs = std::make_shared<erm::MemoryFileSystem>();
    seen.insert(save.fs.get());
    erm::save_run_to_registry(other, "registry", save);
    save.overwrite = true;
    CHECK(erm::save_run_to_registry(run, "registry", save) == "registry/e/main/2026_11_23__07_30_21_002");
    CHECK(erm::list_runs("registry", "e", "main", save.fs).size() == 2);
  }
}

TEST_CASE("Artifacts whose filenames are equal, differ only in case, or name each other's folders are separate files") {
  TemporaryDirectory dir;
  erm::ExperimentRun run("e", options_of("r"));
  const std::vector<std::string> filenames = {"model.bin", "model.bin", "Model.BIN", "a", "a/b", "A/c", "a-2/b",
                                              "x/y", "x", "\xC3\xBC.txt", "\xC3\x9C.txt", "\xD0\xB6", "\xD0\x96",
                                              "what?.txt", "what*.txt", "[x]::y.txt", "_x___y.txt", ".hidden", ".hidden",
                                              std::string(255, 'q'), std::string(255, 'q'), std::string(255, 'q') + "/z"};
  for (std::size_t i = 0; i < filenames.size(); ++i)
    run.log_artifact(erm::to_bytes("content " + std::to_string(i)), "id" + std::to_string(i), filenames[i]);
  const std::string uri = erm::save_run_to_registry(run, dir / "registry");
  const erm::ExperimentRun back = erm::load_run_from_path(uri);
  REQUIRE(back.artifacts().size() == filenames.size());
  const erm::Json entries = metadata_of(uri)["artifacts"];
  std::set<std::string> folded;
  for (std::size_t i = 0; i < filenames.size(); ++i) {
    const std::string id = "id" + std::to_string(i);
    CAPTURE(filenames[i]);
    CHECK(back.artifacts().at(id).filename() == filenames[i]);
    CHECK(erm::to_text(back.artifacts().at(id).bytes()) == "content " + std::to_string(i));
    const std::string stored = entries[id]["filename"];
    CHECK(folded.insert(erm::detail::case_folded(stored)).second);
    CHECK(stored.find_first_of("[]?*") == std::string::npos);
    CHECK(stored.find("::") == std::string::npos);
    CHECK((entries[id].contains("name") ? entries[id]["name"] == filenames[i] : stored == filenames[i]));
  }
  CHECK(entries["id0"]["filename"] == "model.bin");
  CHECK(entries["id1"]["filename"] == "model-2.bin");
}

TEST_CASE("No overwrite reuses a filename, so that a reader of an older run never reads newer files") {
  TemporaryDirectory dir;
  std::vector<erm::ExperimentRun> loaded;
  std::set<std::string> histories, notes;
  for (int i = 0; i < 5; ++i) {
    erm::ExperimentRun run("e", options_of("r"));
    run.log_metric("loss", i, 1);
    if (i != 2) run.log_text(std::to_string(i), "note");  // also where the one between has no file of that name
    const std::string uri = erm::save_run_to_registry(run, dir / "registry", overwriting());
    const erm::Json metadata = metadata_of(uri);
    CHECK(histories.insert(metadata["erm"]["history"][0]).second);
    if (i != 2) CHECK(notes.insert(metadata["artifacts"]["note"]["filename"]).second);
    loaded.push_back(erm::load_run_from_path(uri));
    CHECK(loaded.back().history().at("loss").last().value == i);
  }
  CHECK(histories.count("main.csv") == 1);
  CHECK(notes.count("note.txt") == 1);
  CHECK(erm::to_text(loaded[4].artifacts().at("note").bytes()) == "4");
  CHECK(loaded[4].artifacts().at("note").filename() == "note.txt");
  for (const int earlier : {0, 1, 3})
    CHECK_THROWS_AS(loaded[static_cast<std::size_t>(earlier)].artifacts().at("note").bytes(), erm::NotFoundError);
}

TEST_CASE("Loading and saving keeps what a later version wrote, at every level") {
  TemporaryDirectory dir;
  erm::ExperimentRun run("e", options_of("r"));
  run.log_param("price", "12.50");
  run.log_text("hello", "note");
  run.log_text("other", "gone");
  const std::string uri = erm::save_run_to_registry(run, dir / "registry");
  erm::Json metadata = metadata_of(uri);
  const erm::Json later = {{"deep", {1, nullptr, {{"x", 0.5}}}}};
  metadata["later"] = later;
  metadata["erm"]["labels"] = {"best", "paper"};
  metadata["erm"]["later"] = later;
  metadata["erm"]["types"]["/params/price"] = "decimal";
  metadata["artifacts"]["note"]["later"] = later;
  metadata["artifacts"]["gone"]["later"] = later;
  write_file(uri + "/erm_metadata.json", metadata.dump());

  erm::ExperimentRun loaded = erm::load_run_from_path(uri);
  loaded.log_metric("added", 1);
  loaded.log_text("new", "gone");
  erm::save_run_to_registry(loaded, dir / "copy");
  const erm::Json copy = metadata_of(dir / "copy/e/main/r");
  CHECK(copy["later"] == later);
  CHECK(copy["erm"]["labels"] == metadata["erm"]["labels"]);
  CHECK(copy["erm"]["later"] == later);
  CHECK(copy["erm"]["types"]["/params/price"] == "decimal");
  CHECK(copy["artifacts"]["note"]["later"] == later);
  CHECK_FALSE(copy["artifacts"]["gone"].contains("later"));  // another artifact now
  CHECK(copy["metrics"]["added"] == 1);
  CHECK(copy["erm"]["finished_utc"] == metadata["erm"]["finished_utc"]);

  loaded.log_param("price", not_a_number);
  erm::save_run_to_registry(loaded, dir / "copy", overwriting());
  CHECK(std::isnan(erm::load_run_from_path(dir / "copy/e/main/r").params().at("price").get<double>()));
}

TEST_CASE("A save in place keeps the files of artifacts that did not change") {
  namespace fs = std::filesystem;
  TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  erm::ExperimentRun run("e", options_of("r"));
  run.log_artifact(erm::Bytes(100000, 1), "model", "model.bin");
  run.log_text("first", "note");
  run.log_metric("loss", 1.0, 1);
  const std::string uri = erm::save_run_to_registry(run, registry);
  // A second name for the file shows whether it is the same one later.
  fs::create_hard_link(uri + "/artifacts/model.bin", dir / "link");

  erm::ExperimentRun loaded = erm::load_run_from_path(uri);
  loaded.log_text("second", "note");
  loaded.log_metric("loss", 0.5, 2);
  erm::save_run_to_registry(loaded, registry, overwriting());
  CHECK(fs::equivalent(uri + "/artifacts/model.bin", dir / "link"));
  const erm::ExperimentRun again = erm::load_run_from_path(uri);
  CHECK(erm::to_text(again.artifacts().at("note").bytes()) == "second");
  CHECK(again.artifacts().at("note").filename() == "note.txt");
  CHECK(again.history().at("loss").size() == 2);
  CHECK(names_in(uri + "/artifacts").size() == 2);
  CHECK(names_in(uri + "/history").size() == 1);

  // The same content logged anew is the same file, too.
  run.log_text("third", "note");
  erm::save_run_to_registry(run, registry, overwriting());
  CHECK(fs::equivalent(uri + "/artifacts/model.bin", dir / "link"));

  // What is not in the run any more goes.
  erm::save_run_to_registry(erm::ExperimentRun("e", options_of("r")), registry, overwriting());
  CHECK(names_in(uri) == std::set<std::string>{"erm_metadata.json"});
}

TEST_CASE("A run that lost an artifact can be saved in place, and one whose artifact was replaced cannot") {
  TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  erm::ExperimentRun run("e", options_of("r"));
  run.log_text("first", "note");
  const std::string uri = erm::save_run_to_registry(run, registry);
  erm::ExperimentRun loaded = erm::load_run_from_path(uri);
  erm::ExperimentRun stale = loaded;
  std::filesystem::remove(uri + "/artifacts/note.txt");
  loaded.log_metric("loss", 1);
  erm::save_run_to_registry(loaded, registry, overwriting());
  CHECK(metadata_of(uri)["metrics"]["loss"] == 1);
  CHECK(metadata_of(uri)["artifacts"].contains("note"));

  erm::ExperimentRun other("e", options_of("r"));
  other.log_text("by another", "another note");
  erm::save_run_to_registry(other, registry, overwriting());
  const FileTree before = file_tree(dir.path());
  CHECK(contains(thrown<erm::NotFoundError>([&] { erm::save_run_to_registry(stale, registry, overwriting()); }),
                 "artifacts/note.txt': No such file or directory"));
  CHECK(file_tree(dir.path()) == before);
}

TEST_CASE("An unreadable run can be overwritten") {
  TemporaryDirectory dir;
  erm::ExperimentRun run("e", options_of("r"));
  run.log_text("first", "note");
  const std::string uri = erm::save_run_to_registry(run, dir / "registry");
  write_file(uri + "/erm_metadata.json", "{\"cut");
  run.log_text("second", "note");
  erm::save_run_to_registry(run, dir / "registry", overwriting());
  CHECK(erm::to_text(erm::load_run_from_path(uri).artifacts().at("note").bytes()) == "second");
  CHECK(names_in(uri + "/artifacts").size() == 1);
}

TEST_CASE("A run saved to a path is there, whatever its ids") {
  TemporaryDirectory dir;
  erm::ExperimentRun run("e", options_of("r"));
  run.log_text("hello", "note");
  erm::save_run_to_path(run, dir / "some/where/else");
  const erm::ExperimentRun back = erm::load_run_from_path(dir / "some/where/else/");
  CHECK(back.run_id() == "r");
  CHECK(back.experiment_id() == "e");
  CHECK(erm::to_text(back.artifacts().at("note").bytes()) == "hello");
  CHECK(names_in(dir / "some") == std::set<std::string>{"where", "where/else", "where/else/erm_metadata.json",
                                                        "where/else/artifacts", "where/else/artifacts/note.txt"});
  erm::save_run_to_path(run, "file://" + dir / "with%20blank");
  CHECK(std::filesystem::exists(dir / "with blank/erm_metadata.json"));
}

TEST_CASE("A save that fails and cannot be undone leaves the id free") {
  using erm_test::FailingFileSystem;
  const auto kind = GENERATE(FailingFileSystem::Kind::disk, FailingFileSystem::Kind::plain);
  const bool overwrites = GENERATE(false, true);
  int failed = 0;
  for (int call = 1;; ++call) {
    INFO("call " << call << (kind == FailingFileSystem::Kind::disk ? " on a disk" : " on a plain store"));
    const TemporaryDirectory dir;
    erm::RunOptions ids;
    ids.run_id = "r";
    erm::ExperimentRun run("e", ids);
    run.log_text("old", "note");
    run.log_metric("loss", 1, 1);
    erm::SaveOptions options;
    options.overwrite = overwrites;
    if (overwrites) erm::save_run_to_registry(run, dir / "registry", options);
    run.log_text("new", "note");
    const auto fs = std::make_shared<FailingFileSystem>(kind, call, FailingFileSystem::Length::until_mended);
    options.fs = fs;
    bool has_worked = true;
    try {
      erm::save_run_to_registry(run, dir / "registry", options);
    } catch (const erm::Error&) {
      has_worked = false;
      ++failed;
    }
    const bool has_failed = fs->has_failed();
    fs->mend();
    if (!has_worked) erm::save_run_to_registry(run, dir / "registry", options);
    const erm::ExperimentRun loaded = erm::load_run_from_registry(dir / "registry", "e", "main", "r");
    CHECK(erm::to_text(loaded.artifact("note").bytes()) == "new");
    CHECK(loaded.curve("loss").size() == 1);
    // Metadata, an artifact, a history, and their folders. Replaced files that could not be removed stay until the next
    // overwrite.
    if (!has_worked || !has_failed) CHECK(file_tree(dir / "registry/e/main/r").size() == 5);
    if (!has_failed) break;
  }
  CHECK(failed > 10);
}

TEST_CASE("The URI that a save returns loads the run, even for names that need encoding") {
  TemporaryDirectory dir;
  erm::RunOptions options = options_of("50% off#1?");
  options.variant_id = "\xC3\xBC ber";
  const erm::ExperimentRun run("a b/c", options);
  for (const std::string& registry : {dir / "plain", "file://" + dir / "uri%20x", std::string("memory://save-test"),
                                      std::string("memory://save-test/deeper/")}) {
    CAPTURE(registry);
    const std::string uri = erm::save_run_to_registry(run, registry);
    CHECK(erm::load_run_from_path(uri).run_id() == "50% off#1?");
    CHECK(erm::load_run_from_registry(registry, "a b/c", "\xC3\xBC ber", "50% off#1?").variant_id() == "\xC3\xBC ber");
    CHECK(erm::list_experiments(registry).size() == 1);
  }
  CHECK(std::filesystem::exists(dir / "uri x/a b/c/\xC3\xBC ber/50% off#1?/erm_metadata.json"));
}

}  // namespace registry_save_test

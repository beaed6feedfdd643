// What is loaded: runs of this library, of the Python package, of other times and places; and which is the latest.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "erm/registry.hpp"
#include "file_tree.hpp"
#include "plain_file_system.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace registry_load_test {

using erm_test::contains;
using erm_test::file_text;
using erm_test::file_tree;
using erm_test::TemporaryDirectory;
using erm_test::thrown;
using erm_test::write_file;

namespace {

const std::string python_registry = std::string(ERM_TEST_DATA) + "/python-registry";

/// Metadata with the least that a run has.
erm::Json metadata(const std::string& run_id, const std::string& time) {
  return {{"timestamp_utc", time}, {"experiment_id", "e"}, {"variant_id", "main"}, {"run_id", run_id}};
}

void write_run(const std::string& registry, const std::string& run_id, const std::string& time) {
  write_file(registry + "/e/.erm_experiment.json", "{}");
  write_file(registry + "/e/main/.erm_variant.json", "{}");
  write_file(registry + "/e/main/" + run_id + "/erm_metadata.json", metadata(run_id, time).dump());
}

std::string latest(const std::string& registry) { return erm::load_run_from_registry(registry, "e").run_id(); }

}  // namespace

TEST_CASE("A registry from the Python package is listed and loaded completely") {
  const auto before = file_tree(python_registry);
  const std::vector<std::string> experiments = erm::list_experiments(python_registry);
  CHECK(experiments == std::vector<std::string>{"house prices", "team-a/ranking"});
  std::size_t runs = 0;
  for (const std::string& experiment : experiments) {
    for (const std::string& variant : erm::list_variants(python_registry, experiment)) {
      for (const std::string& id : erm::list_runs(python_registry, experiment, variant)) {
        CAPTURE(experiment, variant, id);
        ++runs;
        const erm::ExperimentRun run = erm::load_run_from_registry(python_registry, experiment, variant, id);
        CHECK(run.experiment_id() == experiment);
        CHECK(run.variant_id() == variant);
        CHECK(run.run_id() == id);
        const erm::Value& lr = run.params().at("lr");
        CHECK(lr.is_text());
        CHECK(lr.number().value() > 0);
        CHECK(run.params().at("note").str() == "\xC3\xBCn\xC3\xAF \xE2\x9C\x93 <b>&\"'");
        CHECK(std::isnan(run.metrics().at("bad").number().value()));
        CHECK(run.dicts().at("per class").at("n") == "12");
        CHECK(run.history().empty());
        REQUIRE(run.artifacts().size() == 5);
        CHECK(run.artifacts().at("model").filename() == "weights/model.bin");
        CHECK(run.artifacts().at("model").type() == erm::ArtifactType::binary);
        CHECK(run.artifacts().at("importance").type() == erm::ArtifactType::plotly_json);
        CHECK(run.artifacts().at("page").type() == erm::ArtifactType::html);
        CHECK(run.artifacts().at("page").media_type() == "text/html");
        CHECK(run.artifacts().at("notes.txt").media_type() == "text/plain");
        CHECK_FALSE(run.artifacts().at("model").sha256());
        for (const auto& [artifact_id, artifact] : run.artifacts()) {
          const std::string path =
              python_registry + "/" + experiment + "/" + variant + "/" + id + "/artifacts/" + artifact.filename();
          CHECK(artifact.size() == std::filesystem::file_size(path));
          CHECK(erm::to_text(artifact.bytes()) == file_text(path));
        }
        const erm::Bytes png = run.artifacts().at("residuals").bytes();
        CHECK(erm::to_text(png).substr(1, 3) == "PNG");
      }
    }
  }
  CHECK(runs == 4);
  CHECK(file_tree(python_registry) == before);
}

TEST_CASE("A run of the Python package is the same after this library saves it") {
  TemporaryDirectory dir;
  const erm::ExperimentRun run = erm::load_run_from_registry(python_registry, "house prices");
  erm::SaveOptions options;
  const std::string uri = erm::save_run_to_registry(run, dir / "registry");
  const erm::Json theirs =
      erm::Json::parse(file_text(python_registry + "/house prices/main/" + run.run_id() + "/erm_metadata.json"));
  const erm::Json ours = erm::Json::parse(file_text(uri + "/erm_metadata.json"));
  for (const char* key : {"timestamp_utc", "experiment_id", "variant_id", "run_id", "params", "metrics", "dicts"})
    CHECK(ours[key] == theirs[key]);
  for (const auto& [id, entry] : theirs["artifacts"].items())
    for (const auto& [key, value] : entry.items()) CHECK(ours["artifacts"][id][key] == value);
  for (const auto& [id, artifact] : run.artifacts())
    CHECK(erm::load_run_from_path(uri).artifacts().at(id).bytes() == artifact.bytes());
}

TEST_CASE("A run of the Python package can be saved in place") {
  TemporaryDirectory dir;
  std::filesystem::copy(python_registry, dir / "registry", std::filesystem::copy_options::recursive);
  erm::ExperimentRun run = erm::load_run_from_registry(dir / "registry", "house prices");
  const erm::Bytes model = run.artifacts().at("model").bytes();
  run.log_text("added", "added");
  erm::SaveOptions options;
  options.overwrite = true;
  const std::string uri = erm::save_run_to_registry(run, dir / "registry", options);
  const erm::ExperimentRun again = erm::load_run_from_path(uri);
  CHECK(again.artifacts().size() == 6);
  CHECK(again.artifacts().at("model").bytes() == model);
  CHECK(again.params() == run.params());
}

TEST_CASE("The latest of many runs of chosen ids is found without holding all of them in memory") {
  class Store final : public erm_test::PlainFileSystem {
   public:
    std::vector<erm::Bytes> read_many(const std::vector<std::string>& paths) const override {
      most = std::max(most.load(), paths.size());
      return PlainFileSystem::read_many(paths);
    }
    bool has_folders() const noexcept override { return false; }
    mutable std::atomic<std::size_t> most{0};
  };
  const auto store = std::make_shared<Store>();
  const auto write = [&](const std::string& path, const std::string& text) {
    store->write("reg/e/" + path, text, erm::Durability::buffered);
  };
  store->write("reg/.erm_registry.json", "{}", erm::Durability::buffered);
  write(".erm_experiment.json", "{}");
  write("main/.erm_variant.json", "{}");
  for (int i = 0; i < 1500; ++i) {
    const std::string id = "run " + std::to_string(i);
    write("main/" + id + "/erm_metadata.json",
          metadata(id, i == 777 ? "2026-03-02T12:00:00" : "2026-03-01T12:00:00").dump());
  }
  CHECK(erm::load_run_from_registry("reg", "e", "main", std::nullopt, store).run_id() == "run 777");
  CHECK(store->most > 1);
  CHECK(store->most <= 600);

  write("main/run 1200/erm_metadata.json", "{");
  const std::string error = erm_test::error_of(
      [&] { static_cast<void>(erm::load_run_from_registry("reg", "e", "main", std::nullopt, store)); });
  CHECK(contains(error, "'run 1200' may be the latest"));
}

TEST_CASE("The latest run has the latest time, and of these the greatest id") {
  TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  write_run(registry, "2026_03_01__12_00_00", "2026-03-01T12:00:00.5");
  CHECK(latest(registry) == "2026_03_01__12_00_00");
  write_run(registry, "zebra", "2026-02-01T00:00:00");
  CHECK(latest(registry) == "2026_03_01__12_00_00");
  write_run(registry, "2026_03_01__12_00_00_002", "2026-03-01T12:00:00.4");
  CHECK(latest(registry) == "2026_03_01__12_00_00");
  write_run(registry, "2026_03_01__12_00_00_003", "2026-03-01T12:00:00.5");
  CHECK(latest(registry) == "2026_03_01__12_00_00_003");
  write_run(registry, "aardvark", "2026-03-01T12:00:00.500001");
  CHECK(latest(registry) == "aardvark");
  write_run(registry, "nested/ant", "2026-03-01T14:00:00.6+02:00");
  CHECK(latest(registry) == "nested/ant");
  // 1000 comes after 999, which its text does not.
  write_run(registry, "2027_01_01__00_00_00_999", "2027-01-01T00:00:00.1");
  write_run(registry, "2027_01_01__00_00_00_1000", "2027-01-01T00:00:00.2");
  CHECK(latest(registry) == "2027_01_01__00_00_00_1000");
}

TEST_CASE("To find the latest run, only generated ids of the last second are opened") {
  TemporaryDirectory dir;
  const std::string registry = dir / "registry";
  for (int day = 10; day < 30; ++day) {
    const std::string id = "2026_03_" + std::to_string(day) + "__12_00_00";
    write_run(registry, id, "2026-03-" + std::to_string(day) + "T12:00:00");
    if (day < 29) write_file(registry + "/e/main/" + id + "/erm_metadata.json", "garbage");
  }
  CHECK(latest(registry) == "2026_03_29__12_00_00");
}

TEST_CASE("Times are read with and without fraction, zone and offset") {
  TemporaryDirectory dir;
  const auto load = [&](const std::string& time) {
    write_file(dir / "run/erm_metadata.json", metadata("r", time).dump());
    return erm::load_run_from_path(dir / "run").timestamp_utc().time_since_epoch().count();
  };
  constexpr std::int64_t second = 1795419021000000;
  CHECK(load("2026-11-23T07:30:21") == second);
  CHECK(load("2026-11-23T07:30:21Z") == second);
  CHECK(load("2026-11-23 07:30:21") == second);
  CHECK(load("2026-11-23T07:30:21.128931") == second + 128931);
  CHECK(load("2026-11-23T07:30:21.128") == second + 128000);
  CHECK(load("2026-11-23T07:30:21.1289319") == second + 128931);
  CHECK(load("2026-11-23T09:00:21.5+01:30") == second + 500000);
  CHECK(load("2026-11-22T23:30:21-0800") == second);
}

TEST_CASE("Text with a lone surrogate, which Python can write, is read with U+FFFD in its place") {
  TemporaryDirectory dir;
  std::string text = metadata("r", "2026-11-23T07:30:21").dump();
  text.pop_back();
  text +=
      R"(, "params": {"a": "x\ud800y", "b": "\udc00", "c": "\ud83d\ude00", "d": "\ud800\ud83d\ude00", "e": "\\ud800",)"
      R"( "f": "\ud800\u0041", "k\udfff": 1}})";
  write_file(dir / "run/erm_metadata.json", text);
  const erm::ExperimentRun run = erm::load_run_from_path(dir / "run");
  CHECK(run.params().at("a").str() == "x\xEF\xBF\xBDy");
  CHECK(run.params().at("b").str() == "\xEF\xBF\xBD");
  CHECK(run.params().at("c").str() == "\xF0\x9F\x98\x80");
  CHECK(run.params().at("d").str() == "\xEF\xBF\xBD\xF0\x9F\x98\x80");
  CHECK(run.params().at("e").str() == "\\ud800");
  CHECK(run.params().at("f").str() ==
        "\xEF\xBF\xBD"
        "A");
  CHECK(run.params().at("k\xEF\xBF\xBD") == erm::Value(1));
}

TEST_CASE("Optional metadata that are missing are empty") {
  TemporaryDirectory dir;
  write_file(dir / "run/erm_metadata.json", metadata("r", "2026-11-23T07:30:21").dump());
  const erm::ExperimentRun run = erm::load_run_from_path(dir / "run");
  CHECK(run.params().empty());
  CHECK(run.metrics().empty());
  CHECK(run.dicts().empty());
  CHECK(run.artifacts().empty());
  CHECK(run.features().empty());
  CHECK(run.history().empty());
}

TEST_CASE("Points are read only if this library wrote the metadata") {
  TemporaryDirectory dir;
  const std::string path = dir / "run/erm_metadata.json";
  erm::Json text = metadata("r", "2026-11-23T07:30:21");
  write_file(dir / "run/history/main.csv", "metric,step,unix_ms,value\nloss,1,1763883021123,0.5\n");
  write_file(dir / "run/history/worker.csv", "metric,step,unix_ms,value\nloss,2,1763883021123,0.25\nloss,3,17638");
  write_file(path, text.dump());
  CHECK(erm::load_run_from_path(dir / "run").history().empty());
  text["erm"] = {{"layout", 1}, {"status", "finished"}, {"history", {"main.csv"}}};
  write_file(path, text.dump());
  CHECK(erm::load_run_from_path(dir / "run").history().at("loss").size() == 1);
  text["erm"].erase("history");
  write_file(path, text.dump());
  CHECK(erm::load_run_from_path(dir / "run").history().at("loss").size() == 2);
}

TEST_CASE("A copied or renamed run has the ids of the call") {
  TemporaryDirectory dir;
  erm::RunOptions options;
  options.run_id = "r";
  const std::string registry = dir / "registry";
  erm::ExperimentRun run("e", options);
  run.log_text("hello", "note");
  const std::string uri = erm::save_run_to_registry(run, registry);
  std::filesystem::rename(uri, registry + "/e/main/renamed");
  const erm::ExperimentRun renamed = erm::load_run_from_registry(registry, "e", "main", "renamed");
  CHECK(renamed.run_id() == "renamed");
  CHECK(erm::to_text(renamed.artifacts().at("note").bytes()) == "hello");
  CHECK(erm::load_run_from_registry(registry, "e").run_id() == "renamed");
}

TEST_CASE("Loading a run opens no artifact, and copies share none of their changes") {
  TemporaryDirectory dir;
  erm::ExperimentRun run("e");
  run.log_text("hello", "note");
  const std::string uri = erm::save_run_to_registry(run, dir / "registry");
  write_file(uri + "/artifacts/note.txt", "HELLO");
  erm::ExperimentRun loaded = erm::load_run_from_path(uri);  // a look at the content would throw
  CHECK(loaded.artifacts().at("note").size() == 5);
  erm::ExperimentRun copy = loaded;
  copy.log_param("lr", 1);
  copy.log_dict("d", {{"k", 1}});
  copy.log_metric("m", 1, 1);
  copy.log_text("mine", "note");
  CHECK(loaded.params().empty());
  CHECK(loaded.dicts().empty());
  CHECK(loaded.history().empty());
  CHECK(contains(thrown<erm::FormatError>([&] { (void)loaded.artifacts().at("note").bytes(); }), "SHA-256"));
  CHECK(erm::to_text(copy.artifacts().at("note").bytes()) == "mine");
}

}  // namespace registry_load_test

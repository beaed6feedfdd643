#include "erm/import.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/edit.hpp"
#include "erm/find.hpp"
#include "erm/gate.hpp"
#include "erm/json.hpp"
#include "erm/registry.hpp"
#include "erm/trash.hpp"
#include "failing_file_system.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace import_test {

using erm::CsvImportOptions;
using erm::ExperimentRun;
using erm::ImportOptions;
using erm::ImportResult;
using erm::RunStatus;
using erm::Value;
using erm_test::contains;
using erm_test::TemporaryDirectory;
using erm_test::thrown;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

const std::string test_data = ERM_TEST_DATA;

/// A folder as MLflow's file store writes it.
struct Mlruns {
  TemporaryDirectory dir;
  fs::path root = dir.path() / "mlruns";
  std::string registry = (dir.path() / "registry").generic_string();

  Mlruns() { add_experiment("0", "Default"); }

  void add_experiment(const std::string& id, const std::string& name, const std::string& parent = "") const {
    write(root / parent / id / "meta.yaml",
          "artifact_location: file:///nowhere/mlruns/" + id + "\ncreation_time: 1721450907000\nexperiment_id: '" + id +
              "'\nlast_update_time: 1721450907000\nlifecycle_stage: active\nname: " + name + "\n");
  }
  fs::path add_run(const std::string& run_id, int status = 3, const std::string& experiment = "0",
                   const std::string& stage = "active") const {
    const fs::path run = root / experiment / run_id;
    write(run / "meta.yaml", "artifact_uri: file:///nowhere/mlruns/0/" + run_id +
                                 "/artifacts\nend_time: " + (status == 1 ? "null" : "1721450917500") +
                                 "\nentry_point_name: ''\nexperiment_id: '0'\nlifecycle_stage: " + stage +
                                 "\nrun_id: " + run_id + "\nrun_name: wistful-ant-659\nrun_uuid: " + run_id +
                                 "\nsource_name: ''\nsource_type: 4\nsource_version: ''\nstart_time: 1721450907221\nstatus: " +
                                 std::to_string(status) + "\ntags: []\nuser_id: me\n");
    write(run / "metrics" / "loss", "1721450908000 0.5 0\n1721450909000 0.25 1\n");
    write(run / "params" / "lr", "0.001");
    write(run / "tags" / "mlflow.runName", "wistful-ant-659");
    return run;
  }
  ImportResult import(const ImportOptions& options = {}) const { return erm::import_mlflow(root, registry, options); }
};

const std::string id1(32, '1'), id2(32, '2');

}  // namespace

TEST_CASE("A run of MLflow keeps its times, values with all points, tags, note and artifacts") {
  const Mlruns mlruns;
  const fs::path run_folder = mlruns.add_run(id1);
  write(run_folder / "metrics" / "val" / "acc", "1721450908000 nan 0\n1721450908001 inf 0\n1721450908002 -1e-300 9223372036854775807\n");
  write(run_folder / "metrics" / "old", "1721450908000 7\n");
  write(run_folder / "params" / "text", "two\nlines");
  write(run_folder / "params" / "version", "1.10");
  write(run_folder / "params" / "opt" / "name", "adam");
  write(run_folder / "params" / "empty", "");
  write(run_folder / "tags" / "mlflow.note.content", "a *note*");
  write(run_folder / "tags" / "mlflow.parentRunId", id2);
  write(run_folder / "tags" / "mlflow.source.git.commit", "4f2a91c");
  write(run_folder / "tags" / "mlflow.log-model.history", "[" + std::string(200, ' ') + "]");
  write(run_folder / "tags" / "team", "vision");
  write(run_folder / "artifacts" / "model" / "MLmodel", "flavors: {}\n");
  write(run_folder / "artifacts" / "plot.png", "not really");
  write(run_folder / "inputs" / "i1" / "meta.yaml",
        "destination_id: d1\ndestination_type: RUN\nsource_id: d1\nsource_type: DATASET\ntags:\n  mlflow.data.context: training\n");
  write(mlruns.root / "0" / "datasets" / "d1" / "meta.yaml",
        "digest: abc123\nname: iris\nprofile: '{\"num_rows\": 150}'\nsource: '{\"uri\": \"iris.csv\"}'\nsource_type: local\n");

  const ImportResult result = mlruns.import();
  CHECK(result.left_out == std::vector<std::string>());
  REQUIRE(result.imported == std::vector<std::string>{mlruns.registry + "/Default/main/" + id1});
  const ExperimentRun run = erm::load_run_from_path(result.imported[0]);
  CHECK(run.run_id() == id1);
  CHECK(run.status() == RunStatus::finished);
  CHECK(run.timestamp_utc().time_since_epoch() == std::chrono::milliseconds(1721450907221));
  CHECK(run.finished_utc()->time_since_epoch() == std::chrono::milliseconds(1721450917500));
  REQUIRE(run.curve("loss").size() == 2);
  CHECK(run.curve("loss").points()[1] == erm::MetricPoint{1, erm::TimePoint(std::chrono::milliseconds(1721450909000)), 0.25});
  CHECK(run.metric_value("loss") == Value(0.25));
  CHECK(run.curve("val/acc").size() == 3);
  CHECK(run.curve("val/acc").last().step == 9223372036854775807);
  CHECK(run.metric_value("old") == Value(7.0));
  CHECK(run.param("lr") == Value(0.001));
  CHECK(run.param("version") == Value("1.10"));
  CHECK(run.param("text") == Value("two\nlines"));
  CHECK(run.param("opt/name") == Value("adam"));
  CHECK(run.param("empty") == Value(""));
  CHECK(run.note() == "a *note*");
  CHECK(run.group() == id2);
  CHECK(run.tags().at("team") == "vision");
  CHECK(run.tags().at("mlflow.runName") == "wistful-ant-659");
  CHECK(run.tags().count("mlflow.log-model.history") == 0);
  CHECK(run.dicts().at("mlflow").contains("mlflow.log-model.history"));
  CHECK(run.provenance().at("code").at("commit") == "4f2a91c");
  CHECK(run.provenance().at("machine").at("user") == "me");
  CHECK(run.provenance().at("inputs").at("iris").at("digest") == "abc123");
  CHECK(run.provenance().at("inputs").at("iris").at("mlflow.data.context") == "training");
  CHECK(erm::to_text(run.artifact("model/MLmodel").bytes()) == "flavors: {}\n");
  CHECK(run.artifact("plot.png").type() == erm::ArtifactType::png);
}

TEST_CASE("The same mlruns imported again makes no second run, not even in another experiment") {
  const Mlruns mlruns;
  mlruns.add_run(id1);
  mlruns.add_run(id2);
  const std::vector<std::string> uris = mlruns.import().imported;
  CHECK(uris.size() == 2);
  CHECK(mlruns.import().unchanged == uris);
  ImportOptions elsewhere;
  elsewhere.experiment = "other";
  CHECK(erm::import_mlflow(mlruns.root, mlruns.registry, elsewhere).unchanged == uris);
  CHECK(erm::list_experiments(mlruns.registry) == std::vector<std::string>{"Default"});
}

TEST_CASE("A run that has grown since is replaced, and keeps what was edited") {
  const Mlruns mlruns;
  const fs::path folder = mlruns.add_run(id1, 1);
  const std::string uri = mlruns.import().imported.at(0);
  CHECK(erm::load_run_from_path(uri).status() == RunStatus::killed);
  CHECK(erm::load_run_from_path(uri).tags().at("mlflow.status") == "RUNNING");
  erm::edit_run(uri, [](erm::RunEdit& run) {
    run.set_tag("mine", "yes");
    run.set_note("looked at");
  });
  std::ofstream(folder / "metrics" / "loss", std::ios::app) << "1721450910000 0.125 2\n";
  const ImportResult again = mlruns.import();
  CHECK(again.updated == std::vector<std::string>{uri});
  const ExperimentRun run = erm::load_run_from_path(uri);
  CHECK(run.curve("loss").size() == 3);
  CHECK(run.tags().at("mine") == "yes");
  CHECK(run.note() == "looked at");
  CHECK(mlruns.import().unchanged == std::vector<std::string>{uri});
}

TEST_CASE("The statuses of MLflow are those of a registry") {
  const Mlruns mlruns;
  mlruns.add_run(std::string(32, 'a'), 4);
  mlruns.add_run(std::string(32, 'b'), 5);
  const ImportResult result = mlruns.import();
  const ExperimentRun failed = erm::load_run_from_path(result.imported.at(0));
  CHECK(failed.status() == RunStatus::failed);
  CHECK(failed.failure() == "MLflow says that it failed");
  CHECK(erm::load_run_from_path(result.imported.at(1)).status() == RunStatus::killed);
  CHECK(erm::load_run_from_path(result.imported.at(1)).tags().at("mlflow.status") == "KILLED");
}

TEST_CASE("Deleted runs go to the trash, once, or are left out if that is asked for") {
  const Mlruns mlruns;
  mlruns.add_run(id1, 3, "0", "deleted");
  mlruns.add_experiment("7", "gone", ".trash");
  mlruns.add_run(id2, 3, ".trash/7", "deleted");
  ImportOptions without;
  without.deleted_runs = false;
  CHECK(mlruns.import(without).imported.empty());
  const ImportResult result = mlruns.import();
  CHECK(result.imported.size() == 2);
  CHECK(erm::list_trash(mlruns.registry).size() == 2);
  CHECK(mlruns.import().unchanged.size() == 2);
  CHECK(erm::list_trash(mlruns.registry).size() == 2);
  const std::string uri = erm::restore_run(mlruns.registry, "gone", "main", id2);
  CHECK(uri == result.imported[1]);
  CHECK(mlruns.import().unchanged.size() == 2);
  CHECK(erm::load_run_from_path(uri).metric_value("loss") == Value(0.25));
}

TEST_CASE("What is damaged is named, and takes nothing else with it") {
  const Mlruns mlruns;
  const fs::path good = mlruns.add_run(id1);
  write(good / "metrics" / "bad", "1721450908000 0.5 0\nrubbish\n1721450909000 x 1\n1721450909000 0.75 1\n1721450909000 0.7");
  write(good / "metrics" / "cut", "1721450908000 0.5 0\n17214509");
  write(good / "metrics" / "none", "");
  write(mlruns.root / "0" / id2 / "meta.yaml", "run_id: 'x\n");
  fs::create_directories(mlruns.root / "0" / "orphan" / "metrics");
  fs::create_directories(mlruns.root / "0" / "only-artifacts");
  fs::create_directories(mlruns.root / "models" / "classifier");
  fs::create_directories(mlruns.root / "0" / "traces" / "tr-1");
  const ImportResult result = mlruns.import();
  CHECK(result.imported.size() == 1);
  const std::string root = mlruns.root.generic_string();
  CHECK(result.left_out ==
        std::vector<std::string>{
            "1 traces in '" + root + "/0/traces' were left out: a registry has no traces",
            "the run '" + root + "/0/orphan' was left out: it has no meta.yaml",
            "the registered model '" + root + "/models/classifier' was left out: only runs are taken, with the models that they logged",
            "3 lines of '" + root + "/0/" + id1 + "/metrics/bad' were left out, the first in line 2: it is not 'milliseconds value step'",
            "the last line of '" + root + "/0/" + id1 + "/metrics/cut' was left out: it has no line end, so it may be cut off",
            "the metric '" + root + "/0/" + id1 + "/metrics/none' was left out: it is empty",
            "the run '" + root + "/0/" + id2 + "' was left out: the data of a run, '" + root + "/0/" + id2 +
                "/meta.yaml', line 2: a quote is not closed; the file was cut off"});
  const ExperimentRun run = erm::load_run_from_path(result.imported[0]);
  CHECK(run.curve("bad").size() == 2);
  CHECK(run.curve("cut").size() == 1);
}

TEST_CASE("Artifacts elsewhere are found, and remote ones are named") {
  const Mlruns mlruns;
  const auto with_uri = [&](const std::string& id, const std::string& uri) {
    const fs::path run = mlruns.add_run(id);
    std::string text = read(run / "meta.yaml");
    text.replace(0, text.find('\n'), "artifact_uri: " + uri);
    write(run / "meta.yaml", text);
  };
  with_uri(std::string(32, 'a'), "file://" + (mlruns.dir.path() / "else where").generic_string().replace(0, 0, ""));
  write(mlruns.dir.path() / "else where" / "a.txt", "a");
  with_uri(std::string(32, 'b'), "mlflow-artifacts:/0/b/artifacts");
  write(mlruns.dir.path() / "mlartifacts" / "0" / "b" / "artifacts" / "b.txt", "b");
  with_uri(std::string(32, 'c'), "./mlruns/0/c");
  write(mlruns.root / "0" / "c" / "c.txt", "c");
  with_uri(std::string(32, 'd'), "s3://bucket/0/d/artifacts");
  write(mlruns.root / "0" / "models" / "m-1" / "meta.yaml", "model_id: m-1\nsource_run_id: " + std::string(32, 'd') + "\n");
  write(mlruns.root / "0" / "models" / "m-1" / "artifacts" / "model.pkl", "pickle");
  const ImportResult result = mlruns.import();
  REQUIRE(result.imported.size() == 4);
  CHECK(erm::to_text(erm::load_run_from_path(result.imported[0]).artifact("a.txt").bytes()) == "a");
  CHECK(erm::to_text(erm::load_run_from_path(result.imported[1]).artifact("b.txt").bytes()) == "b");
  CHECK(erm::to_text(erm::load_run_from_path(result.imported[2]).artifact("c.txt").bytes()) == "c");
  CHECK(erm::to_text(erm::load_run_from_path(result.imported[3]).artifact("models/m-1/model.pkl").bytes()) == "pickle");
  REQUIRE(result.left_out.size() == 1);
  CHECK(contains(result.left_out[0], "they are at 's3://bucket/0/d/artifacts'; download them to "));
}

TEST_CASE("Experiments whose names a registry cannot store are mended, and say so") {
  const Mlruns mlruns;
  mlruns.add_experiment("1", "/Users/me/exp");
  mlruns.add_run(id1, 3, "1");
  mlruns.add_experiment("2", "Default/inner");
  mlruns.add_run(id2, 3, "2");
  mlruns.add_run(std::string(32, 'a'));
  const ImportResult result = mlruns.import();
  CHECK(result.left_out.empty());
  CHECK(erm::list_experiments(mlruns.registry) == std::vector<std::string>{"Default", "Default_inner", "Users/me/exp"});
  const ExperimentRun run = erm::load_run_from_registry(mlruns.registry, "Users/me/exp");
  CHECK(run.tags().at("mlflow.experiment") == "/Users/me/exp");
  CHECK(erm::load_run_from_registry(mlruns.registry, "Default_inner").tags().at("imported.experiment") == "Default/inner");
}

TEST_CASE("A run that is not from the source is never replaced") {
  const Mlruns mlruns;
  mlruns.add_run(id1);
  erm::RunOptions named;
  named.run_id = id1;
  erm::save_run_to_registry(ExperimentRun("Default", named), mlruns.registry);
  const ImportResult result = mlruns.import();
  CHECK(result.imported.empty());
  CHECK(result.left_out == std::vector<std::string>{"the run '" + (mlruns.root / "0" / id1).generic_string() +
                                                    "' was left out: the registry has another run '" + mlruns.registry +
                                                    "/Default/main/" + id1 +
                                                    "', which is not from there; choose another experiment or variant"});
}

TEST_CASE("A dry run says what an import would do, and writes nothing") {
  const Mlruns mlruns;
  mlruns.add_run(id1);
  ImportOptions dry;
  dry.dry_run = true;
  std::vector<std::size_t> progress;
  dry.on_progress = [&](std::size_t done, std::size_t all) { progress = {done, all}; };
  CHECK(mlruns.import(dry).imported == std::vector<std::string>{mlruns.registry + "/Default/main/" + id1});
  CHECK(progress == std::vector<std::size_t>{1, 1});
  CHECK_FALSE(fs::exists(mlruns.registry));
}

TEST_CASE("Options name the experiment, the variant and tags") {
  const Mlruns mlruns;
  mlruns.add_run(id1);
  ImportOptions options;
  options.experiment = "e";
  options.variant = "v";
  options.tags = {{"commit", "4f2a91c"}};
  options.fs = std::make_shared<erm::MemoryFileSystem>();
  CHECK(erm::import_mlflow(mlruns.root, "r", options).imported == std::vector<std::string>{"r/e/v/" + id1});
  CHECK(erm::load_run_from_registry("r", "e", "v", id1, options.fs).tags().at("commit") == "4f2a91c");
  options.experiment = "..";
  CHECK(contains(thrown<erm::InvalidIdError>([&] { erm::import_mlflow(mlruns.root, "r", options); }), "the experiment id '..'"));
}

TEST_CASE("A registry that fails in the middle has whole runs, and the next import finishes") {
  using erm_test::FailingFileSystem;
  const auto length = GENERATE(FailingFileSystem::Length::once, FailingFileSystem::Length::until_mended);
  int failed = 0;
  for (int call = 1; call < 150; call += 3) {
    const Mlruns mlruns;
    for (const char letter : {'a', 'b', 'c'}) write(mlruns.add_run(std::string(32, letter)) / "artifacts" / "x.txt", "x");
    ImportOptions options;
    const auto failing = std::make_shared<FailingFileSystem>(FailingFileSystem::Kind::disk, call, length);
    options.fs = failing;
    try {
      mlruns.import(options);
    } catch (const erm::IoError&) {
      ++failed;
    }
    std::size_t whole = 0;
    if (fs::exists(mlruns.registry + "/Default/main"))
      for (const ExperimentRun& run : erm::find_runs(mlruns.registry)) whole += run.curve("loss").size() == 2 ? 1 : 0;
    const ImportResult rest = mlruns.import();
    CAPTURE(call);
    CHECK(rest.unchanged.size() == whole);
    CHECK(rest.imported.size() == 3 - whole);
    CHECK(rest.left_out == std::vector<std::string>());
  }
  CHECK(failed > 5);
}

TEST_CASE("A folder that is none of MLflow is refused") {
  const TemporaryDirectory dir;
  CHECK(contains(thrown<erm::NotFoundError>([&] { erm::import_mlflow(dir.path() / "no", dir / "r"); }), "there is no such folder"));
  CHECK(contains(thrown<erm::FormatError>([&] { erm::import_mlflow(dir.path(), dir / "r"); }), "it has no experiment of MLflow"));
}

TEST_CASE("Each repetition of Google Benchmark is a run, which a gate can compare") {
  const TemporaryDirectory dir;
  const ImportResult result = erm::import_google_benchmark(test_data + "/google_benchmark.json", dir / "registry");
  REQUIRE(result.imported.size() == 5);
  REQUIRE(result.left_out.size() == 1);
  CHECK(contains(result.left_out[0], "the benchmark 'BM_err' in '"));
  CHECK(contains(result.left_out[0], "' was left out: it said: no device"));
  const ExperimentRun run = erm::load_run_from_path(result.imported[1]);
  CHECK(run.experiment_id() == "gb");
  CHECK(run.param("repetition") == Value(2));
  CHECK(run.metric_value("BM_sort/8/real_time").get<double>() == 16.392920433339050);
  CHECK(run.metric_value("BM_sort/8/swaps") == Value(12.5));
  CHECK(run.metrics().count("BM_sort/8/real_time/stddev") == 0);
  CHECK(run.metrics().count("BM_err/real_time") == 0);
  CHECK(run.goals().at("BM_sort/8/cpu_time") == erm::Goal::minimize);
  CHECK(run.goals().count("BM_sort/8/items_per_second") == 0);
  CHECK(run.metric_value("BM_thr/threads:2/inf").str() == "inf");
  // In milliseconds there.
  CHECK(run.metric_value("BM_ms/real_time/real_time").get<double>() < 1e5);
  CHECK(run.metric_value("BM_ms/real_time/real_time").get<double>() > 1);
  CHECK(run.provenance().at("machine").at("host") == "vm");
  CHECK(run.provenance().at("machine").at("caches").size() == 4);
  CHECK(run.dicts().at("context").at("library_build_type") == "debug");
  CHECK(run.dicts().at("complexity").at("BM_sort").at("big_o") == "NlgN");
  CHECK(run.dicts().at("labels").at("BM_sort/8") == "std::sort \"x\"");
  CHECK(run.dicts().at("errors").at("BM_err") == "it said: no device");
  CHECK(run.group() == erm::load_run_from_path(result.imported[0]).group());

  const auto again = erm::import_google_benchmark(test_data + "/google_benchmark.json", dir / "registry");
  CHECK(again.unchanged == result.imported);
  erm::GateOptions options;
  options.metrics = {"BM_sort/8/real_time"};
  const auto runs = erm::find_runs(dir / "registry");
  CHECK(erm::gate(runs, runs, options).verdict == erm::GateVerdict::pass);
}

TEST_CASE("A file of Google Benchmark can be one run, with the repetitions as steps") {
  const TemporaryDirectory dir;
  erm::GoogleBenchmarkImportOptions options;
  options.run_per_repetition = false;
  options.experiment = "bench";
  const ImportResult result = erm::import_google_benchmark(test_data + "/google_benchmark.json", dir / "registry", options);
  REQUIRE(result.imported.size() == 1);
  const ExperimentRun run = erm::load_run_from_path(result.imported[0]);
  CHECK(run.curve("BM_sort/8/real_time").size() == 5);
  CHECK(run.metric_value("BM_sort/8/swaps") == Value(12.5));
}

TEST_CASE("Statistics of Google Benchmark are taken where there are no repetitions") {
  const TemporaryDirectory dir;
  const ImportResult result = erm::import_google_benchmark(test_data + "/google_benchmark_aggregates.json", dir / "registry");
  REQUIRE(result.imported.size() == 1);
  const ExperimentRun run = erm::load_run_from_path(result.imported[0]);
  CHECK(run.metrics().count("BM_sort/8/real_time") == 1);
  CHECK(run.metrics().count("BM_sort/8/real_time/median") == 1);
  CHECK(run.metrics().count("BM_sort/8/real_time/stddev") == 1);
  CHECK(run.goals().count("BM_sort/8/real_time/stddev") == 0);
}

TEST_CASE("What is no JSON of Google Benchmark is refused, and so is one that was cut off") {
  const TemporaryDirectory dir;
  const auto refused = [&](const std::string& text) {
    write(dir.path() / "b.json", text);
    return thrown<erm::FormatError>([&] { erm::import_google_benchmark(dir.path() / "b.json", dir / "r"); });
  };
  CHECK(contains(refused("{}"), "it is no JSON of Google Benchmark"));
  CHECK(contains(refused("[1]"), "it is no JSON of Google Benchmark"));
  CHECK(contains(refused(""), "is empty"));
  const std::string whole = read(test_data + "/google_benchmark.json");
  CHECK(contains(refused(whole.substr(0, whole.size() / 2)), "the benchmarks '"));
  CHECK(thrown<erm::NotFoundError>([&] { erm::import_google_benchmark(dir.path() / "no.json", dir / "r"); }) != "threw nothing");
}

TEST_CASE("A report of Catch2 becomes a run: means, spreads, and counts of tests") {
  for (const char* const name : {"/catch2_2.xml", "/catch2_3.xml"}) {
    const TemporaryDirectory dir;
    const ImportResult result = erm::import_catch2(test_data + name, dir / "registry");
    REQUIRE(result.imported.size() == 1);
    REQUIRE(result.left_out.size() == 1);
    CHECK(contains(result.left_out[0], "the benchmark 'fails2/throws' in '"));
    CHECK(contains(result.left_out[0], "it failed: Unknown exception"));
    const ExperimentRun run = erm::load_run_from_path(result.imported[0]);
    CHECK(run.experiment_id() == "c2");
    const std::string benchmark = "fib <&\"> 1/inner/str 100 <&>";
    CHECK(run.metric_value(benchmark) == Value(11.3556));
    CHECK(run.metric_value(benchmark + "/low") == Value(10.5173));
    CHECK(run.metric_value(benchmark + "/stddev") == Value(2.4986));
    CHECK(run.metric_value(benchmark + "/outliers") == Value(2));
    CHECK(run.goals().at(benchmark) == erm::Goal::minimize);
    CHECK(run.dicts().at("benchmarks").at(benchmark).at("samples") == 10);
    CHECK(run.metric_value("fib <&\"> 1/str 1000") == Value(11.5723));
    CHECK(run.metric_value("tests/passed") == Value(1));
    CHECK(run.metric_value("tests/failed") == Value(1));
    CHECK(run.metric_value("assertions/expected_failures") == Value(1));
    CHECK(run.status() == RunStatus::failed);
    CHECK(run.failure() == "1 of the tests failed");
    CHECK(erm::import_catch2(test_data + name, dir / "registry").unchanged == result.imported);
  }
}

TEST_CASE("What is no XML of Catch2 is refused, wherever it was cut off") {
  const TemporaryDirectory dir;
  const auto refused = [&](const std::string& text) {
    write(dir.path() / "r.xml", text);
    return thrown<erm::FormatError>([&] { erm::import_catch2(dir.path() / "r.xml", dir / "r"); });
  };
  CHECK(contains(refused("<testsuites/>"), "it is no XML of Catch2; write it with --reporter xml --out r.xml"));
  const std::string whole = read(test_data + "/catch2_2.xml");
  for (std::size_t size = 0; size < whole.size() - 8; size += 97) CHECK(contains(refused(whole.substr(0, size)), "cannot import"));
  CHECK(contains(refused(whole.substr(0, 900)), "its XML does not end; the tests crashed, or the file was cut off"));
  std::string deep = "<Catch>";
  for (int i = 0; i < 200; ++i) deep += "<Section name='s'>";
  for (int i = 0; i < 200; ++i) deep += "</Section>";
  CHECK(contains(refused(deep + "</Catch>"), "more than 100 deep"));
}

TEST_CASE("Each row of a CSV file is a run, and rows that were added later are new ones") {
  const TemporaryDirectory dir;
  const fs::path file = dir.path() / "results.csv";
  write(file, "lr,optimizer,acc,when,team\r\n0.1,adam,0.9,2026-11-23T07:30:21,a\r\n0.1,adam,0.9,2026-11-23T07:30:21,a\r\n"
              "1.10,\"s\"\"g,d\",nan,1763883021,\r\n");
  CsvImportOptions options;
  options.metric_columns = {"acc"};
  options.time_column = "when";
  options.tag_columns = {"team"};
  const ImportResult result = erm::import_csv(file, dir / "registry", options);
  CHECK(result.left_out == std::vector<std::string>());
  REQUIRE(result.imported.size() == 3);
  const ExperimentRun run = erm::load_run_from_path(result.imported[0]);
  CHECK(run.experiment_id() == "results");
  CHECK(run.param("lr") == Value(0.1));
  CHECK(run.metric_value("acc") == Value(0.9));
  CHECK(run.tags().at("team") == "a");
  CHECK(run.timestamp_utc().time_since_epoch() == std::chrono::seconds(1795419021));
  const ExperimentRun last = erm::load_run_from_path(result.imported[2]);
  CHECK(last.param("lr") == Value("1.10"));
  CHECK(last.param("optimizer") == Value("s\"g,d"));
  CHECK(last.timestamp_utc().time_since_epoch() == std::chrono::seconds(1763883021));
  std::ofstream(file, std::ios::app) << "0.2,sgd,0.8,,b\n";
  const ImportResult again = erm::import_csv(file, dir / "registry", options);
  CHECK(again.unchanged == result.imported);
  CHECK(again.imported.size() == 1);
}

TEST_CASE("Each row of a CSV file is a point, wide or long") {
  const TemporaryDirectory dir;
  write(dir.path() / "wide.csv", "run,epoch,loss,acc,lr\na,0,0.5,0.1,0.01\nb,0,0.6,,0.02\na,1,0.4,0.2,0.01\n");
  CsvImportOptions wide;
  wide.run_column = "run";
  wide.step_column = "epoch";
  wide.param_columns = {"lr"};
  const ImportResult result = erm::import_csv(dir.path() / "wide.csv", dir / "registry", wide);
  REQUIRE(result.imported == std::vector<std::string>{dir / "registry" + "/wide/main/a", dir / "registry" + "/wide/main/b"});
  const ExperimentRun a = erm::load_run_from_path(result.imported[0]);
  CHECK(a.curve("loss").size() == 2);
  CHECK(a.curve("acc").at(1) == 0.2);
  CHECK(a.param("lr") == Value(0.01));
  CHECK(erm::load_run_from_path(result.imported[1]).metrics().count("acc") == 0);
  std::ofstream(dir.path() / "wide.csv", std::ios::app) << "b,1,0.3,0.9,0.03\n";
  const ImportResult grown = erm::import_csv(dir.path() / "wide.csv", dir / "registry", wide);
  CHECK(grown.unchanged.size() == 1);
  CHECK(grown.updated == std::vector<std::string>{result.imported[1]});
  CHECK(grown.left_out == std::vector<std::string>{"the param 'lr' in line 5 of '" + (dir.path() / "wide.csv").generic_string() +
                                                   "' was left out: the run has another, '0.02'"});

  write(dir.path() / "long.csv", "step,metric,value\n0,loss,0.5\n1,loss,0.4\n1,acc,0.9\n");
  CsvImportOptions in_rows;
  in_rows.step_column = "step";
  in_rows.name_column = "metric";
  in_rows.value_column = "value";
  const ImportResult one = erm::import_csv(dir.path() / "long.csv", dir / "registry", in_rows);
  REQUIRE(one.imported.size() == 1);
  CHECK(erm::load_run_from_path(one.imported[0]).curve("loss").size() == 2);
  CHECK(erm::load_run_from_path(one.imported[0]).metric_value("acc") == Value(0.9));
}

TEST_CASE("What cannot be taken of a CSV file is named with its line") {
  const TemporaryDirectory dir;
  const fs::path file = dir.path() / "r.csv";
  const std::string shown = file.generic_string();
  write(file, "run,step,loss\na,0,0.5\na,x,0.4\na,1\n,2,0.1\na,3,high\n\"a\nb\",0,1\na,4,\"open\n");
  CsvImportOptions options;
  options.run_column = "run";
  options.step_column = "step";
  const ImportResult result = erm::import_csv(file, dir / "registry", options);
  CHECK(result.left_out ==
        std::vector<std::string>{"line 3 of '" + shown + "' was left out: its step 'x' is no whole number",
                                 "line 4 of '" + shown + "' was left out: it has 2 cells, and the file 3 columns",
                                 "line 5 of '" + shown + "' was left out: it names no run",
                                 "the metric 'loss' in line 6 of '" + shown + "' was left out: 'high' is no number",
                                 "'" + shown + "' was left out from line 9 on: a quote stands where none belongs, or is not closed"});
  CHECK(result.imported == std::vector<std::string>{dir / "registry" + "/r/main/a", dir / "registry" + "/r/main/a_b"});
  CHECK(erm::load_run_from_path(result.imported[1]).tags().at("imported.run") == "a\nb");
}

TEST_CASE("Two CSV files with the same runs do not become one another") {
  const TemporaryDirectory dir;
  write(dir.path() / "a" / "r.csv", "run,loss\nx,1\n");
  write(dir.path() / "b" / "r.csv", "run,loss\nx,2\n");
  CsvImportOptions options;
  options.run_column = "run";
  options.metric_columns = {"loss"};
  CHECK(erm::import_csv(dir.path() / "a" / "r.csv", dir / "registry", options).imported.size() == 1);
  const ImportResult second = erm::import_csv(dir.path() / "b" / "r.csv", dir / "registry", options);
  CHECK(second.imported.empty());
  REQUIRE(second.left_out.size() == 1);
  CHECK(contains(second.left_out[0], "which is not from there; choose another experiment or variant"));
  fs::rename(dir.path() / "a" / "r.csv", dir.path() / "moved.csv");
  options.experiment = "r";
  CHECK(erm::import_csv(dir.path() / "moved.csv", dir / "registry", options).unchanged.size() == 1);
}

TEST_CASE("Columns that are missing or contradict each other are refused") {
  const TemporaryDirectory dir;
  const fs::path file = dir.path() / "r.csv";
  write(file, "run,loss,acc\na,1,2\n");
  CsvImportOptions options;
  const auto import = [&] { erm::import_csv(file, dir / "registry", options); };
  CHECK(contains(thrown<erm::Error>(import), "say in metric_columns which of its columns are metrics: 'run', 'loss', 'acc'"));
  options.metric_columns = {"los"};
  CHECK(contains(thrown<erm::NotFoundError>(import), "it has no column 'los'; its nearest are 'loss'"));
  options.metric_columns = {"loss"};
  options.param_columns = {"loss"};
  CHECK(contains(thrown<erm::Error>(import), "the column 'loss' is named for two things"));
  options.param_columns = {};
  options.name_column = "acc";
  CHECK(contains(thrown<erm::Error>(import), "name_column and value_column are given together"));
  write(file, "a,a\n");
  CHECK(contains(thrown<erm::FormatError>(import), "two columns are called 'a'"));
  write(file, "");
  CHECK(contains(thrown<erm::FormatError>(import), "it is empty"));
}

}  // namespace import_test

// The snippets of docs/import.md, and what each of them gives.
#include <erm/erm.hpp>
#include <erm/import.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "catch.hpp"
#include "working_directory.hpp"

namespace {

void write(const std::filesystem::path& path, const std::string& text) {
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

}  // namespace

TEST_CASE("docs/import.md: runs of MLflow") {
  const erm_test::WorkingDirectory directory;
  write("mlruns/0/meta.yaml", "experiment_id: '0'\nname: digits\n");
  write("mlruns/0/4f2a/meta.yaml", "run_id: 4f2a\nstart_time: 1721450907221\nend_time: 1721450917500\nstatus: 3\n");
  write("mlruns/0/4f2a/metrics/loss", "1721450908000 0.5 0\n");
  const erm::ImportResult result = erm::import_mlflow("mlruns", "erm-registry");
  std::printf("%zu new, %zu updated, %zu unchanged\n", result.imported.size(), result.updated.size(),
              result.unchanged.size());
  for (const std::string& sentence : result.left_out) std::puts(sentence.c_str());
  CHECK(result.left_out.empty());
  CHECK(erm::load_run_from_registry("erm-registry", "digits", "main", "4f2a").metric_value("loss") == erm::Value(0.5));
}

TEST_CASE("docs/import.md: benchmarks") {
  const erm_test::WorkingDirectory directory;
  std::filesystem::copy_file(ERM_SOURCE_DIR "/tests/data/google_benchmark.json", "bench.json");
  std::filesystem::copy_file(ERM_SOURCE_DIR "/tests/data/catch2_3.xml", "report.xml");
  {
    erm::GoogleBenchmarkImportOptions options;
    options.variant = "candidate";
    options.tags = {{"commit", "4f2a91c"}};
    erm::import_google_benchmark("bench.json", "erm-registry", options);   // --benchmark_out=bench.json --benchmark_repetitions=10
  }
  erm::import_catch2("report.xml", "erm-registry");                        // ./tests --reporter xml --out report.xml
  CHECK(erm::list_runs("erm-registry", "gb", "candidate").size() == 5);
  CHECK(erm::list_runs("erm-registry", "c2").size() == 1);
}

TEST_CASE("docs/import.md: a CSV file of curves") {
  const erm_test::WorkingDirectory directory;
  write("curves.csv", "run,epoch,loss,acc,lr\na,0,0.5,0.8,0.1\na,1,0.4,0.9,0.1\n");
  erm::CsvImportOptions options;                 // run,epoch,loss,acc,lr
  options.run_column = "run";
  options.step_column = "epoch";                 // a row is a point of each metric
  options.metric_columns = {"loss", "acc"};      // the other columns become params
  erm::import_csv("curves.csv", "erm-registry", options);
  CHECK(erm::load_run_from_registry("erm-registry", "curves", "main", "a").param("lr") == erm::Value(0.1));
}

// The snippets of docs/coming-from.md, and what each of them gives.
#include <erm/erm.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "working_directory.hpp"

TEST_CASE("docs/coming-from.md: TensorBoard") {
  const erm_test::WorkingDirectory directory;
  const std::vector<float> weights = {0.5f, -1.0f, 2.0f};

  erm::LiveRun run("erm-registry", "exp1");
  run.log_params({{"lr", 0.1}, {"batch", 32}});
  for (int step = 0; step < 100; ++step) {
    run.log_metric("loss", 1.0 / (step + 1), step);
    if (step % 50 == 0) run.log_histogram("weights", weights, step);
  }
  run.finish();
  erm::write_comparison("comparison.html", erm::find_runs("erm-registry"));

  const erm::ExperimentRun loaded = erm::load_run_from_path(run.uri());
  CHECK(loaded.curve("loss").size() == 100);
  CHECK(loaded.histogram_names() == std::vector<std::string>{"weights"});
  CHECK(std::filesystem::file_size("comparison.html") > 10000);
}

TEST_CASE("docs/coming-from.md: Weights & Biases") {
  const erm_test::WorkingDirectory directory;
  for (int start = 0; start < 2; ++start) {
    erm::LiveOptions options;
    options.run_id = "job-4711";
    options.resume = true;                           // go on if it was stopped
    erm::LiveRun run("erm-registry", "mnist", options);
    run.set_group("sweep 1");
    run.define_axis("val/*", "epoch");
    run.set_goal("loss", erm::Goal::minimize);
    for (int epoch = 0; epoch < 3; ++epoch) run.log_metrics({{"loss", 0.5}, {"val/acc", 0.9}, {"epoch", epoch}}, epoch);
    run.log_table("per class", {"class", "f1"}, {{"cat", 0.9}, {"dog", 0.8}});
  }
  const erm::ExperimentRun loaded = erm::load_run_from_registry("erm-registry", "mnist");
  CHECK(loaded.curve("loss").size() == 6);
  CHECK(loaded.axes().at("val/*") == "epoch");
  CHECK(loaded.table_names() == std::vector<std::string>{"per class"});
}

TEST_CASE("docs/coming-from.md: MLflow") {
  const erm_test::WorkingDirectory directory;
  for (const double lr : {0.1, 0.3, 0.9}) {
    erm::ExperimentRun run("digits");
    run.log_param("lr", lr);
    run.log_metric("acc", 1 - lr / 2);
    erm::save_run_to_registry(run, "erm-registry");
  }
  erm::FindOptions options;
  options.filter = "params.lr < 0.5 and metrics.acc > 0.8";
  options.order_by = "metrics.acc desc";
  for (const erm::ExperimentRun& found : erm::find_runs("erm-registry", options))
    std::printf("%s %s\n", found.run_id().c_str(), found.metric_value("acc").str().c_str());

  CHECK(erm::find_runs("erm-registry", options).size() == 2);
}

TEST_CASE("docs/coming-from.md: a CSV file of one's own") {
  const erm_test::WorkingDirectory directory;
  std::ofstream("log.csv") << "step,loss,accuracy\n0,0.9,0.1\n10,0.5,0.6\n20,0.25,0.8\n";

  erm::ExperimentRun run("imported");
  std::ifstream file("log.csv");
  std::string line;
  std::getline(file, line);                        // step,loss,accuracy
  long step = 0;
  double loss = 0, accuracy = 0;
  for (char comma = 0; file >> step >> comma >> loss >> comma >> accuracy;)
    run.log_metrics({{"loss", loss}, {"accuracy", accuracy}}, step);
  run.log_artifact("log.csv", "log");
  erm::save_run_to_registry(run, "erm-registry");

  CHECK(run.curve("accuracy").at(20) == 0.8);
  CHECK(run.curve("loss").size() == 3);
}

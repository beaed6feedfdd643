// The snippets of docs/save.md, and what each of them leaves behind.
#include <erm/erm.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "catch.hpp"
#include "working_directory.hpp"

using erm_test::WorkingDirectory;

TEST_CASE("docs/save.md: saved, loaded and listed") {
  const WorkingDirectory directory;
  erm::ExperimentRun run("digits", "wide");
  run.log_param("lr", 0.1);

  std::string uri = erm::save_run_to_registry(run, "erm-registry");      // erm-registry/digits/wide/2026_11_23__07_30_21

  erm::ExperimentRun same = erm::load_run_from_path(uri);
  erm::ExperimentRun latest = erm::load_run_from_registry("erm-registry", "digits", "wide");
  for (const std::string& id : erm::list_runs("erm-registry", "digits", "wide")) std::puts(id.c_str());

  CHECK(std::filesystem::exists(uri + "/erm_metadata.json"));
  CHECK(same.params() == run.params());
  CHECK(latest.run_id() == run.run_id());
  CHECK(erm::list_experiments("erm-registry") == std::vector<std::string>{"digits"});
  CHECK(erm::list_variants("erm-registry", "digits") == std::vector<std::string>{"wide"});
}

TEST_CASE("docs/save.md: a run with an id of its own is there once") {
  const WorkingDirectory directory;
  erm::RunOptions chosen;
  chosen.run_id = "seed-42";
  erm::ExperimentRun run("digits", chosen);

  erm::save_run_to_registry(run, "erm-registry");
  erm::SaveOptions again;
  again.overwrite = true;                          // else: erm::RunExistsError
  erm::save_run_to_registry(run, "erm-registry", again);

  CHECK(erm::list_runs("erm-registry", "digits") == std::vector<std::string>{"seed-42"});
  CHECK_THROWS_AS(erm::save_run_to_registry(run, "erm-registry"), erm::RunExistsError);
}

TEST_CASE("docs/save.md: a store in memory") {
  erm::ExperimentRun run("digits");

  std::string uri = erm::save_run_to_registry(run, "memory://registry");       // one for the whole process

  erm::SaveOptions options;
  options.fs = std::make_shared<erm::MemoryFileSystem>();                      // or one of your own
  erm::save_run_to_registry(run, "registry", options);
  auto ids = erm::list_runs("registry", "digits", "main", options.fs);

  CHECK(erm::load_run_from_path(uri).run_id() == run.run_id());
  CHECK(ids == std::vector<std::string>{run.run_id()});
}

TEST_CASE("docs/save.md: compared") {
  const WorkingDirectory directory;
  const erm::ExperimentRun monday("digits", "monday"), tuesday("digits", "tuesday");
  std::vector<erm::ExperimentRun> runs = {monday, tuesday};

  erm::write_comparison("comparison.html", runs);

  erm::CompareOptions options;
  options.title = "Learning rates";
  options.goals = {{"loss", erm::Goal::minimize}};           // else from set_goal, else guessed from the name
  options.main_metrics = {"loss", "accuracy"};               // shown first
  options.baseline = 1;                                      // what the others are compared with
  std::string html = erm::compare_runs(runs, options);
  std::fputs(erm::compare_runs_text(runs).c_str(), stdout);  // as a table in the terminal

  CHECK(std::filesystem::file_size("comparison.html") > 1000);
  CHECK(html.find("Learning rates") != std::string::npos);
  CHECK(erm::compare_runs_text(runs).find("monday (baseline)") != std::string::npos);
}

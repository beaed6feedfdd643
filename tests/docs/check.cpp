// The snippets of docs/check.md, and what each of them gives.
#include <erm/check.hpp>
#include <erm/erm.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "working_directory.hpp"

namespace {

int exit_code_of_check() {
  const erm::CheckReport report = erm::check_registry("erm-registry");
  for (const erm::CheckProblem& problem : report.problems)
    std::printf("%s: %s; %s\n", problem.path.c_str(), problem.what.c_str(), problem.advice.c_str());
  return report.is_sound() ? 0 : 1;
}

std::size_t problems_after_repair() {
  erm::CheckOptions options;
  options.repair = true;
  options.hashes = false;                                          // quick: reads no artifacts
  const erm::CheckReport report = erm::check_registry("erm-registry", options);
  CHECK(report.is_sound());
  return report.problems.size();
}

}  // namespace

TEST_CASE("docs/check.md: damage is found, and what loses nothing is repaired") {
  const erm_test::WorkingDirectory directory;
  erm::RunOptions named;
  named.run_id = "first";
  erm::ExperimentRun run("digits", named);
  run.log_text("weights", "model");
  erm::save_run_to_registry(run, "erm-registry");
  CHECK(exit_code_of_check() == 0);
  std::filesystem::remove("erm-registry/digits/.erm_experiment.json");
  CHECK(exit_code_of_check() == 1);
  CHECK(problems_after_repair() == 1);
  CHECK(problems_after_repair() == 0);
  std::ofstream("erm-registry/digits/main/first/artifacts/model.txt") << "w3ights";
  CHECK(exit_code_of_check() == 1);
}

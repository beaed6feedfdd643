// The snippets of docs/gate.md, and what each of them gives.
#include <erm/erm.hpp>
#include <erm/gate.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "catch.hpp"
#include "working_directory.hpp"

namespace {

/// Ten benchmarks before a change that takes about 5 % more time, and ten after it.
void save_benchmarks() {
  for (const bool is_after : {false, true}) {
    for (int i = 0; i < 10; ++i) {
      erm::RunOptions named;
      named.variant_id = is_after ? "candidate" : "main";
      named.run_id = "run-" + std::to_string(i);
      erm::ExperimentRun run("sort", named);
      run.log_metrics({{"time", is_after ? 105.3 + 1.04 * i : 100.0 + i}, {"memory", 64}});
      erm::save_run_to_registry(run, "erm-registry");
    }
  }
}

int exit_code_of_ci() {
  const std::vector<erm::ExperimentRun> before = erm::load_runs_from_registry("erm-registry", "sort", "main");
  const std::vector<erm::ExperimentRun> after = erm::load_runs_from_registry("erm-registry", "sort", "candidate");

  erm::GateOptions options;
  options.goals = {{"time", erm::Goal::minimize}, {"memory", erm::Goal::minimize}};
  options.max_regression = 0.02;                                   // up to 2 % worse is allowed
  const erm::GateResult result = erm::gate(before, after, options);
  std::fputs(erm::to_text(result).c_str(), stdout);
  return result.exit_code();                                       // 0: passes, 1: worse, 2: nothing can be told
}

void write_summary(const erm::GateResult& result) {
  std::ofstream summary(std::getenv("GITHUB_STEP_SUMMARY"), std::ios::app);
  summary << erm::to_markdown(result);
}

}  // namespace

TEST_CASE("docs/gate.md: a change that takes more time is refused") {
  const erm_test::WorkingDirectory directory;
  save_benchmarks();
  CHECK(exit_code_of_ci() == 1);

  erm::GateOptions options;
  options.goals = {{"time", erm::Goal::minimize}, {"memory", erm::Goal::minimize}};
  options.max_regression = 0.02;
  const erm::GateResult result = erm::gate(erm::load_runs_from_registry("erm-registry", "sort", "main"),
                                           erm::load_runs_from_registry("erm-registry", "sort", "candidate"), options);
  const std::string expected = R"(
metric  baseline  candidate  change   95% interval      p       verdict
memory        64         64  +0.00 %  +0.00 to +0.00 %     ≈ 1  the same
time       104.5     109.98  +5.24 %  +2.28 to +8.21 %  0.0015  worse
Worse by more than 2 %: time.
)";
  CHECK(erm::to_text(result) == expected.substr(1));
  setenv("GITHUB_STEP_SUMMARY", "summary.md", 1);
  write_summary(result);
  unsetenv("GITHUB_STEP_SUMMARY");
  std::ifstream summary("summary.md");
  const std::string markdown(std::istreambuf_iterator<char>(summary), {});
  CHECK(markdown.find("Worse by more than 2 %: time.**") != std::string::npos);
}

// The snippets of docs/export.md, and what each of them gives.
#include <erm/erm.hpp>
#include <erm/export.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "catch.hpp"
#include "working_directory.hpp"

namespace {

void save_runs() {
  for (int seed = 0; seed < 4; ++seed) {
    for (const double lr : {0.1, 0.01}) {
      erm::RunOptions named;
      named.run_id = (lr > 0.05 ? "fast-" : "slow-") + std::to_string(seed);
      erm::ExperimentRun run("digits", named);
      run.log_params({{"lr", lr}, {"seed", seed}});
      for (std::int64_t step = 0; step < 3; ++step)
        run.log_metric("val/loss", (lr > 0.05 ? 0.25 : 0.5) + 0.01 * seed - 0.01 * static_cast<double>(step), step);
      run.set_goal("val/loss", erm::Goal::minimize);
      erm::save_run_to_registry(run, "erm-registry");
    }
  }
}

void export_all() {
  const std::vector<erm::ExperimentRun> runs = erm::find_runs("erm-registry");
  erm::write_export("runs.csv", runs);

  erm::ExportOptions options;
  options.format = erm::ExportFormat::json_lines;
  options.columns = {"run", "params.lr", {"metrics.val/loss.min", "least loss"}};
  erm::write_export("runs.jsonl", runs, options);
}

std::string table() {
  erm::ExportOptions options;
  options.format = erm::ExportFormat::latex;
  options.group_by = "params.lr";
  options.columns = {{"metrics.val/loss", "Loss"}};
  options.caption = "Four seeds of each learning rate.";
  options.label = "tab:lr";
  return erm::export_runs(erm::find_runs("erm-registry"), options);
}

void export_points() {
  const std::vector<erm::ExperimentRun> runs = erm::find_runs("erm-registry");
  erm::write_history_export("points.csv", runs);          // run, metric, step, time, value

  erm::HistoryExportOptions options;
  options.shape = erm::HistoryShape::wide;                // a row for each step
  options.metrics = {"val/loss"};
  erm::write_history_export("steps.csv", runs, options);
}

void update() {
  const erm::ExportUpdate done = erm::update_export("erm-registry", "all.csv");
  std::printf("%zu new, %zu changed, %zu removed\n", done.added, done.changed, done.removed);
}

std::size_t lines_of(const std::string& path) {
  std::ifstream file(path);
  std::size_t lines = 0;
  for (std::string line; std::getline(file, line);) ++lines;
  return lines;
}

}  // namespace

TEST_CASE("docs/export.md: runs, a table for a paper, points, and a file that is kept up to date") {
  const erm_test::WorkingDirectory directory;
  save_runs();
  export_all();
  CHECK(lines_of("runs.csv") == 9);
  CHECK(lines_of("runs.jsonl") == 8);
  const std::string expected = R"(
\begin{table}
  \centering
  \caption{Four seeds of each learning rate.}
  \label{tab:lr}
  \begin{tabular}{S[table-format=1.2,detect-weight]S[table-format=1,detect-weight]S[table-format=1.3,detect-weight]@{\,$\pm$\,}S[table-format=1.3,detect-weight]}
    \toprule
    {lr} & {runs} & \multicolumn{2}{c}{Loss} \\
    \midrule
    0.01 & 4 & 0.495 & 0.013 \\
    0.1 & 4 & \bfseries 0.245 & \bfseries 0.013 \\
    \bottomrule
  \end{tabular}
\end{table}
)";
  CHECK(table() == expected.substr(1));
  export_points();
  CHECK(lines_of("points.csv") == 25);
  CHECK(lines_of("steps.csv") == 25);
  update();
  CHECK(lines_of("all.csv") == 9);
  CHECK(erm::update_export("erm-registry", "all.csv").kept == 8);
}

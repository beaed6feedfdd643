// Writes what tests/systems/export.sh lets other programs read: export FOLDER
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <erm/erm.hpp>
#include <erm/export.hpp>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string folder = std::string(argv[1]) + "/";
  std::vector<erm::ExperimentRun> runs;
  for (int i = 0; i < 6; ++i) {
    erm::RunOptions named;
    named.run_id = "run-" + std::to_string(i);
    named.timestamp_utc = erm::TimePoint(std::chrono::seconds(1764400000 + i));
    erm::ExperimentRun run("digits", named);
    run.log_params({{"lr", i < 3 ? 0.1 : 1e-5}, {"seed", std::uint64_t{9007199254740993u} + static_cast<unsigned>(i)}, {"number as text", "0.5"},
                    {"nesterov", i % 2 == 0}, {"text", "_%&#${}~^\\<>|\"--[*],\n\xC3\xA9 \xCE\xB1 \xE4\xB8\xAD =1"}});
    if (i > 0) run.log_param("sometimes", i);
    for (std::int64_t step = 0; step < 10; ++step)
      run.log_metric("val/loss", 1.0 / static_cast<double>(step + i + 1), step, *named.timestamp_utc + std::chrono::seconds(step));
    run.log_metric("acc", i == 1 ? std::numeric_limits<double>::quiet_NaN()
                          : i == 2 ? -std::numeric_limits<double>::infinity()
                                   : 0.5 + 0.1 * i);
    run.set_goal("val/loss", erm::Goal::minimize);
    run.set_goal("acc", erm::Goal::maximize);
    runs.push_back(run);
  }
  erm::ExportOptions options;
  erm::write_export(folder + "runs.csv", runs);
  options.format = erm::ExportFormat::json_lines;
  erm::write_export(folder + "runs.jsonl", runs, options);
  options.format = erm::ExportFormat::latex;
  options.caption = "All of 100 % & more_";
  options.label = "tab:all";
  erm::write_export(folder + "runs.tex", runs, options);
  options.group_by = "params.lr";
  options.label = "tab:groups";
  erm::write_export(folder + "groups.tex", runs, options);
  options.format = erm::ExportFormat::markdown;
  erm::write_export(folder + "groups.md", runs, options);
  erm::HistoryExportOptions history;
  erm::write_history_export(folder + "points.csv", runs, history);
  history.shape = erm::HistoryShape::wide;
  history.format = erm::ExportFormat::json_lines;
  erm::write_history_export(folder + "steps.jsonl", runs, history);
}

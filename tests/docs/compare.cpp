// The snippets of docs/compare.md, and what each of them gives.
#include <erm/erm.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "catch.hpp"
#include "working_directory.hpp"

namespace {

std::vector<erm::ExperimentRun> two_runs() {
  std::vector<erm::ExperimentRun> runs;
  for (const double lr : {0.1, 0.01}) {
    erm::RunOptions options;
    options.run_id = lr > 0.05 ? "fast" : "slow";
    erm::ExperimentRun run("digits", options);
    run.log_params({{"lr", lr}, {"seed", 42}});
    run.log_metric("loss", 5 * lr);
    runs.push_back(run);
  }
  return runs;
}

}  // namespace

TEST_CASE("docs/compare.md: the page, as a file and as text") {
  const erm_test::WorkingDirectory directory;
  const std::vector<erm::ExperimentRun> runs = two_runs();

  erm::write_comparison("comparison.html", runs);                  // streams into a file: whole, or as it was before
  std::string html = erm::compare_runs(runs[0], runs[1]);          // the same page as text

  erm::CompareOptions options;
  options.title = "Learning rates";
  options.goals = {{"loss", erm::Goal::minimize}};                 // what "best" means
  options.main_metrics = {"loss"};                                 // shown first; the first with a goal ranks the runs
  options.baseline = 1;                                            // the index of the run to compare to
  erm::write_comparison("comparison.html", runs, options);

  CHECK(std::filesystem::file_size("comparison.html") > 10000);
  CHECK(html.find("<title>Comparison of 2 runs</title>") != std::string::npos);
}

TEST_CASE("docs/compare.md: figures that plotly draws") {
  const erm_test::WorkingDirectory directory;
  std::vector<erm::ExperimentRun> runs = two_runs();
  runs[0].log_figure({{"data", {{{"type", "sunburst"}}}}}, "sun");
  std::ofstream("plotly.min.js.gz", std::ios::binary) << "\x1F\x8B and so on";

  erm::CompareOptions options;
  options.plotly_js = "plotly.min.js.gz";                          // else what the variable ERM_PLOTLY_JS names
  erm::write_comparison("comparison.html", runs, options);

  std::ifstream file("comparison.html");
  const std::string page(std::istreambuf_iterator<char>(file), {});
  file.close();
  CHECK(page.find("data-plotly=gzip>") != std::string::npos);
}

TEST_CASE("docs/compare.md: in a terminal and in a notebook") {
  const std::vector<erm::ExperimentRun> runs = two_runs();

  std::fputs(erm::compare_runs_text(runs).c_str(), stdout);        // aligned; colours only on a terminal
  std::string frame = erm::notebook_html(runs);                    // a frame of its own within the notebook

  CHECK(frame.find("<iframe") == 0);
}

TEST_CASE("docs/compare.md: groups") {
  const erm_test::WorkingDirectory directory;
  std::vector<erm::ExperimentRun> runs;
  for (int i = 0; i < 10; ++i) {
    erm::ExperimentRun run("digits", {});
    run.log_param("optimizer", i < 5 ? "adam" : "sgd");
    run.log_metric("val/acc", i < 5 ? 0.93 + 0.01 * i : 0.81 + 0.01 * i);
    runs.push_back(run);
  }

  erm::CompareOptions options;
  options.group_by = "params.optimizer";                           // or {"params.lr", "variant"}
  erm::write_comparison("comparison.html", runs, options);
  std::fputs(erm::compare_runs_text(runs, options).c_str(), stdout);

  const std::string text = erm::compare_runs_text(runs, options);
  const std::string printed = R"(
val/acc: adam and sgd differ: p = 0.0079, by Mann-Whitney; adam is mostly higher, by 0.07 (0.04 to 0.1), which is better.
A difference is that of adam from sgd: the median of all, with its 95% interval.
)";
  CHECK(text.substr(text.size() - printed.size()) == printed);
}

TEST_CASE("docs/compare.md: as data") {
  const std::vector<erm::ExperimentRun> runs = two_runs();
  std::vector<std::string> differing;

  const erm::Comparison comparison(runs);
  for (const erm::Comparison::Section& section : comparison.sections())
    for (const erm::Comparison::Row& row : section.rows)
      if (row.differs) differing.push_back(std::string(row.name) + ": " + std::string(row.cells[0].text));

  const erm::Comparison::Ranking& ranking = comparison.ranking();
  if (ranking.ranked > 0)
    std::printf("%s is the best by %s\n", comparison.names()[ranking.runs[0]].c_str(),
                std::string(ranking.metric->name).c_str());

  for (const erm::Comparison::Warning& warning : comparison.warnings()) std::puts(warning.text.c_str());
  for (const erm::Comparison::GroupedMetric& metric : comparison.grouped_metrics())
    if (metric.test && metric.test->p < 0.05) std::puts(std::string(metric.row->name).c_str());

  CHECK(differing == std::vector<std::string>{"lr: 0.1", "loss: 0.5"});
}

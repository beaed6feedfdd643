// The snippets of docs/find.md, and what each of them gives.
#include <erm/erm.hpp>

#include <cstdio>
#include <string>
#include <vector>

#include "catch.hpp"
#include "environment_variable.hpp"
#include "working_directory.hpp"

namespace {

/// With a registry as a user has it.
struct ExampleRegistry : erm_test::WorkingDirectory {
  ExampleRegistry() {
    int count = 0;
    for (const char* const optimizer : {"adam", "sgd"}) {
      for (int seed = 0; seed < 5; ++seed) {
        erm::RunOptions named;
        named.run_id = std::string(optimizer) + std::to_string(seed);
        named.timestamp_utc = erm::TimePoint(std::chrono::hours(24 * (20000 + count++)));
        erm::ExperimentRun run("digits", named);
        static const double accuracies[] = {0.93, 0.94, 0.95, 0.96, 0.97, 0.86, 0.88, 0.895, 0.905, 0.92};
        run.log_params({{"optimizer", optimizer}, {"lr", 0.001 * (seed + 1)}});
        run.log_metric("val/acc", accuracies[count - 1]);
        run.set_goal("val/acc", erm::Goal::maximize);
        erm::save_run_to_registry(run, "erm-registry");
      }
    }
  }
};

}  // namespace

TEST_CASE("docs/find.md: the best five, and the best one") {
  const ExampleRegistry directory;
  for (int i = 0; i < 3; ++i) {
    erm::ExperimentRun run("digits", "with loss");
    int step = 0;
    for (const double loss : {0.9, 0.5 + i, i == 0 ? 0.5 : 4.0}) run.log_metric("loss", loss, step++);
    erm::save_run_to_registry(run, "erm-registry");
  }
  erm::FindOptions options;
  options.filter = "params.optimizer = \"adam\" and params.lr < 0.01 and not tags.failed and metrics.val/acc >= 0.9";
  options.order_by = "metrics.val/acc desc";
  options.limit = 5;
  for (const erm::ExperimentRun& run : erm::find_runs("erm-registry", options))
    std::printf("%s  %s\n", run.run_id().c_str(), run.metrics().at("val/acc").str().c_str());

  erm::ExperimentRun best = erm::best_run("erm-registry", "val/acc");                       // as set_goal said
  erm::ExperimentRun least = erm::best_run("erm-registry", "loss", erm::Goal::minimize);    // or as you say

  CHECK(erm::find_runs("erm-registry", options).size() == 5);
  CHECK(best.run_id() == "adam4");
  CHECK(least.metrics().at("loss") == 0.5);

  options = {};
  options.experiment = "digits";
  options.variant = "with loss";
  options.where = [](const erm::ExperimentRun& run) {
    const erm::MetricHistory& loss = run.history().at("loss");          // read now
    return loss.last().value < 1.1 * loss.min()->value;                 // it did not run away again
  };
  const std::vector<erm::ExperimentRun> stable = erm::find_runs("erm-registry", options);
  REQUIRE(stable.size() == 1);
  CHECK(stable[0].run_id() == least.run_id());
}

TEST_CASE("docs/many-runs.md: a search with a cache") {
  const ExampleRegistry directory;
  const erm_test::EnvironmentVariable folder("ERM_CACHE", "cache");
  erm::FindOptions options;
  options.filter = "params.lr < 0.01";
  options.order_by = "metrics.val/acc desc";
  options.limit = 10;
  options.cache = true;
  const std::vector<erm::ExperimentRun> runs = erm::find_runs("erm-registry", options);
  const std::vector<erm::ExperimentRun> again = erm::find_runs("erm-registry", options);
  REQUIRE(runs.size() > 1);
  REQUIRE(again.size() == runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) CHECK(again[i].run_id() == runs[i].run_id());
}

TEST_CASE("docs/find.md: a wrong filter is an error that shows where") {
  const ExampleRegistry directory;
  erm::FindOptions options;
  options.filter = "params.lr < 0.01 und tags.x";
  const std::string expected = R"(
cannot read the filter: expected 'and', 'or' or the end, found 'und'
  params.lr < 0.01 und tags.x
                   ^
)";
  CHECK_THROWS_WITH(erm::find_runs("erm-registry", options), expected.substr(1, expected.size() - 2));
}

TEST_CASE("docs/find.md: a misspelt name is told, unless the condition accepts runs without it") {
  const ExampleRegistry directory;
  erm::FindOptions options;
  std::string warnings;
  options.on_warning = [&](const std::string& warning) { warnings += "erm: " + warning + "\n"; };
  for (const char* const quiet : {"params.lrr is missing", "params.lrr is missing or params.lrr < 0.01",
                                  "not params.lrr = 0.1"}) {
    options.filter = quiet;
    CHECK(erm::find_runs("erm-registry", options).size() == 10);
  }
  CHECK(warnings == "");
  options.filter = "params.lrr < 0.01";
  CHECK(erm::find_runs("erm-registry", options).empty());
  const std::string expected = R"(
erm: no run has the param "lrr"; near: lr
)";
  CHECK(warnings == expected.substr(1));
}

TEST_CASE("docs/find.md: tags, notes and groups are set while the run is written and changed afterwards") {
  const ExampleRegistry directory;
  std::string uri;
  {
    erm::LiveRun run("erm-registry", "digits");           // the same of an ExperimentRun
    run.set_tag("candidate");
    run.set_tag("team", "vision");
    run.set_note("Tries the *new* augmentation.");
    run.set_group("seed sweep 3");

    uri = run.uri();
  }
  erm::edit_run(uri, [](erm::RunEdit& run) {
    run.set_tag("winner");
    run.remove_tag("candidate");
    run.set_note(run.note() + "\n\nChecked on the second data set.");
  });

  const erm::ExperimentRun run = erm::load_run_from_path(uri);
  CHECK(run.tags() == std::map<std::string, std::string>{{"team", "vision"}, {"winner", ""}});
  CHECK(run.note() == "Tries the *new* augmentation.\n\nChecked on the second data set.");
  CHECK(run.group() == "seed sweep 3");
}

TEST_CASE("docs/find.md: groups are summarized") {
  const ExampleRegistry directory;

  const std::vector<erm::ExperimentRun> runs = erm::find_runs("erm-registry");
  const erm::RunSummary summary = erm::summarize(runs, "params.optimizer");
  std::fputs(erm::to_text(summary).c_str(), stdout);

  const std::string expected = R"(
metric   params.optimizer  n   mean  deviation   min   max   95% low  95% high        p  corrected  shift  shift low  shift high
val/acc  adam              5   0.95  0.0158114  0.93  0.97  0.930368  0.969632  0.00794    0.00794  0.055      0.025        0.09
         sgd               5  0.892   0.023076  0.86  0.92  0.863347  0.920653
)";
  CHECK(erm::to_text(summary) == expected.substr(1));
  CHECK(erm::summarize(runs, {"params.optimizer", "params.lr"}).groups.size() == 10);
}

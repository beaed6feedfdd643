#include "erm/compare_text.hpp"

#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"

namespace compare_text_test {

namespace {

std::vector<erm::ExperimentRun> three_runs() {
  std::vector<erm::ExperimentRun> runs;
  for (int i = 0; i < 3; ++i) {
    erm::RunOptions options;
    options.run_id = std::string("run ") + "abc"[i];
    options.timestamp_utc = erm::TimePoint(std::chrono::seconds(1'763'883'021 + i));
    erm::ExperimentRun run("digits", options);
    run.log_params({{"lr", 0.1 / (i + 1)}, {"seed", 42}});
    if (i == 1) run.log_param("note", "new");
    run.log_metric("loss", 0.5 - 0.125 * i);
    runs.push_back(run);
  }
  return runs;
}

constexpr const char* differing =
    "Best of 3 runs by loss (min, guessed): run c, 0.25\n"
    "\n"
    "Params  run a (baseline)  run b  run c\n"
    "\xE2\x89\xA0 lr                 0.1   0.05  0.0333333\n"
    "\xE2\x89\xA0 note  \xE2\x80\x94                 new    \xE2\x80\x94\n"
    "\n"
    "Metrics                run a (baseline)  run b  run c\n"
    "\xE2\x89\xA0 loss (min, guessed)               0.5  0.375  * 0.25\n";

}  // namespace

TEST_CASE("A text comparison is aligned, with a star at the best value and a mark where runs differ") {
  erm::TextTableOptions look;
  look.only_differing = true;
  look.color = erm::TextColor::never;
  CHECK(erm::compare_runs_text(three_runs(), {}, look) == differing);
  look.only_differing = false;
  CHECK(erm::compare_runs_text(three_runs(), {}, look).find("  seed                42     42         42\n") !=
        std::string::npos);
}

TEST_CASE("Colours appear only if the options ask for them") {
  erm::TextTableOptions look;
  look.color = erm::TextColor::never;
  CHECK(erm::compare_runs_text(three_runs(), {}, look).find('\x1B') == std::string::npos);
  look.color = erm::TextColor::always;
  const std::string colored = erm::compare_runs_text(three_runs(), {}, look);
  CHECK(colored.find("\x1B[1;32m* 0.25\x1B[0m") != std::string::npos);
  CHECK(colored.find("\x1B[33m0.05\x1B[0m") != std::string::npos);
}

TEST_CASE("More than ten runs are rows of the text") {
  std::vector<erm::ExperimentRun> runs;
  for (int i = 0; i < 11; ++i) {
    erm::RunOptions options;
    options.run_id = "r" + std::to_string(i);
    erm::ExperimentRun run("digits", options);
    run.log_param("x", i);
    runs.push_back(run);
  }
  erm::TextTableOptions look;
  look.color = erm::TextColor::never;
  const std::string text = erm::compare_runs_text(runs, {}, look);
  CHECK(text.find("\nParams         \xE2\x89\xA0 x\nr0 (baseline)    0\nr1               1\n") != std::string::npos);
  erm::CompareOptions options;
  options.layout = erm::RunLayout::columns;
  CHECK(erm::compare_runs_text(runs, options, look).find("\n\xE2\x89\xA0 x                 0   1   2") !=
        std::string::npos);
}

TEST_CASE("The text names the best run, and ranks runs that are rows") {
  std::vector<erm::ExperimentRun> runs;
  for (int i = 0; i < 11; ++i) {
    erm::RunOptions options;
    options.run_id = "r" + std::to_string(i);
    erm::ExperimentRun run("digits", options);
    for (int step = 0; step < 3; ++step) run.log_metric("val/loss", i == 7 ? 0.5 + step : 2.0 + i, step);
    if (i == 4) run.log_metric("val/loss", std::nan(""), 3);
    runs.push_back(run);
  }
  erm::TextTableOptions look;
  look.color = erm::TextColor::never;
  const std::string text = erm::compare_runs_text(runs, {}, look);
  CHECK(text.find("Best of 11 runs by val/loss (min, guessed): r7, 0.5 (min of curve, step 0; last 2.5)\n"
                  "Not ranked: 1 diverged\n\n") == 0);
  const auto place = [&](const char* run) { return text.find(run, text.find("\nMetrics")); };
  CHECK(place("\nr7 ") < place("\nr0 "));
  CHECK(place("\nr10 ") < place("\nr4 "));
}

TEST_CASE("Values that differ never have the same text") {
  std::vector<erm::ExperimentRun> runs = {three_runs()[0], three_runs()[1]};
  runs[0].log_params({{"energy", -204857.3312}, {"flag", true}});
  runs[1].log_params({{"energy", -204857.3313}, {"flag", "true"}});
  erm::TextTableOptions look;
  look.color = erm::TextColor::never;
  const std::string text = erm::compare_runs_text(runs, {}, look);
  CHECK(text.find("-204857.3312  -204857.3313") != std::string::npos);
  CHECK(text.find(" true ") != std::string::npos);
  CHECK(text.find(" \"true\"") != std::string::npos);
}

TEST_CASE("The text says so if there are no runs or no differences") {
  CHECK(erm::compare_runs_text({}) == "no runs to compare\n");
  const std::vector<erm::ExperimentRun> runs = {three_runs()[0], three_runs()[0]};
  erm::TextTableOptions look;
  look.only_differing = true;
  CHECK(erm::compare_runs_text(runs, {}, look) == "the runs do not differ\n");
}

TEST_CASE("A long value is cut to the width in the options") {
  std::vector<erm::ExperimentRun> runs = {three_runs()[0]};
  runs[0].log_param("note", std::string(200, 'x'));
  erm::TextTableOptions look;
  look.color = erm::TextColor::never;
  look.max_cell_width = 10;
  CHECK(erm::compare_runs_text(runs, {}, look).find("  note  xxxxxxxxx\xE2\x80\xA6\n") != std::string::npos);
}

}  // namespace compare_text_test

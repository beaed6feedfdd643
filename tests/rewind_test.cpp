// A run that goes back to an earlier step: what it logged since then stays, but does not count.
#include <erm/erm.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catch.hpp"
#include "file_tree.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace rewind_test {

using erm::ExperimentRun;
using erm::MetricHistory;
using erm_test::contains;
using erm_test::file_text;
using erm_test::TemporaryDirectory;
using erm_test::thrown;
using erm_test::write_file;

namespace {

std::vector<std::int64_t> steps_of(const MetricHistory& history) {
  std::vector<std::int64_t> steps;
  for (const erm::MetricPoint& point : history.points()) steps.push_back(point.step);
  return steps;
}

/// Logs "loss" = 100 * attempt + step.
void train(ExperimentRun& run, int attempt, std::int64_t from, std::int64_t to) {
  for (std::int64_t step = from; step < to; ++step)
    run.log_metric("loss", static_cast<double>(100 * attempt) + static_cast<double>(step), step);
}

/// Steps 0 to 5, back to 3, and again up to 7.
ExperimentRun trained_twice() {
  ExperimentRun run("e", erm::RunOptions{"main", "r"});
  train(run, 0, 0, 6);
  run.log_metric("val", 0.5, 4);
  run.log_metric("acc", 0.25, 1);
  run.log_metric("acc", 0.75, 5);
  run.log_metric("time", 12.5);
  run.rewind(3);
  train(run, 1, 3, 8);
  return run;
}

void check_trained_twice(const ExperimentRun& run) {
  const MetricHistory& loss = run.curve("loss");
  CHECK(steps_of(loss) == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(loss.at(4) == 104.0);
  CHECK((loss.max)()->value == 107);
  CHECK(run.last_step("loss") == 7);
  CHECK(run.metric_value("loss") == 107.0);
  CHECK(run.metric_value("acc") == 0.25);
  CHECK(run.metric_value("time") == 12.5);
  CHECK(run.metrics().count("val") == 0);
  CHECK(run.history().count("val") == 0);
  const std::map<std::string, MetricHistory> all = run.history(true);
  CHECK(steps_of(all.at("loss")) == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 3, 4, 5, 6, 7});
  CHECK(all.at("loss").points()[4].value == 4);
  CHECK(steps_of(all.at("val")) == std::vector<std::int64_t>{4});
  CHECK(steps_of(all.at("acc")) == std::vector<std::int64_t>{1, 5});
  CHECK(run.history(false) == run.history());
}

}  // namespace

TEST_CASE("After a rewind the points at its step and later do not count, and the metrics fall back") {
  check_trained_twice(trained_twice());
}

TEST_CASE("A rewind of one metric leaves the others alone") {
  ExperimentRun run("e");
  for (int step = 0; step < 4; ++step) run.log_metrics({{"loss", step}, {"val/loss", step}}, step);
  run.rewind("val/loss", 2u);
  CHECK(steps_of(run.curve("loss")).size() == 4);
  CHECK(steps_of(run.curve("val/loss")) == std::vector<std::int64_t>{0, 1});
  CHECK(run.metric_value("val/loss") == 1.0);
  run.rewind("no such metric", 0);
  CHECK(steps_of(run.curve("loss")).size() == 4);
}

TEST_CASE("A run can go back again and again, before the step of an earlier rewind, too") {
  ExperimentRun run("e");
  train(run, 0, 0, 6);
  run.rewind(4);
  train(run, 1, 4, 6);
  run.rewind(2);
  train(run, 2, 2, 3);
  run.rewind(3);
  train(run, 3, 3, 5);
  CHECK(steps_of(run.curve("loss")) == std::vector<std::int64_t>{0, 1, 2, 3, 4});
  CHECK(run.curve("loss").at(2) == 202.0);
  const std::vector<std::int64_t> all = {0, 1, 2, 3, 4, 5, 4, 5, 2, 3, 4};
  CHECK(steps_of(run.history(true).at("loss")) == all);

  const TemporaryDirectory dir;
  const std::string uri = erm::save_run_to_registry(run, dir / "reg");
  const ExperimentRun loaded = erm::load_run_from_path(uri);
  CHECK(loaded.history() == run.history());
  CHECK(loaded.history(true) == run.history(true));
  CHECK(loaded.metrics() == run.metrics());
}

TEST_CASE("A rewound run is the same when it was saved, found, copied, replaced and edited") {
  const TemporaryDirectory dir;
  ExperimentRun run = trained_twice();
  const std::string uri = erm::save_run_to_registry(run, dir / "reg");
  check_trained_twice(erm::load_run_from_path(uri));
  CHECK(contains(file_text(dir / "reg/e/main/r/erm_metadata.json"), "\"rewinds\""));

  erm::FindOptions found;
  found.filter = "metrics.loss.max = 107 and metrics.acc = 0.25 and metrics.acc.max = 0.25";
  const std::vector<ExperimentRun> runs = erm::find_runs(dir / "reg", found);
  REQUIRE(runs.size() == 1);
  check_trained_twice(runs[0]);

  const std::string copy = erm::save_run_to_registry(runs[0], dir / "copies");
  check_trained_twice(erm::load_run_from_path(copy));

  erm::SaveOptions again;
  again.overwrite = true;
  erm::save_run_to_registry(erm::load_run_from_path(uri), dir / "reg", again);
  check_trained_twice(erm::load_run_from_path(uri));

  erm::edit_run(uri, [](erm::RunEdit& edit) { edit.set_tag("candidate"); });
  check_trained_twice(erm::load_run_from_path(uri));

  ExperimentRun going_on = erm::load_run_from_path(uri);
  going_on.rewind(7);
  CHECK(going_on.last_step("loss") == 6);
  CHECK(steps_of(going_on.history(true).at("loss")).size() == 11);
}

TEST_CASE("A rewind that finds nothing to leave behind writes nothing") {
  const TemporaryDirectory dir;
  ExperimentRun run("e", erm::RunOptions{"main", "r"});
  train(run, 0, 0, 3);
  run.rewind(3);
  erm::save_run_to_registry(run, dir / "reg");
  CHECK_FALSE(contains(file_text(dir / "reg/e/main/r/erm_metadata.json"), "rewinds"));
  CHECK(run.history(true) == run.history());
}

TEST_CASE("Of the points of one writer at a step the last counts, and all stay") {
  ExperimentRun run("e");
  run.log_metric("loss", 9, 0);
  run.log_metric("loss", 1, 1);
  run.log_metric("loss", 8, 2);
  run.log_metric("loss", 5, 1);
  run.log_metric("loss", 6, 2);
  const MetricHistory& loss = run.curve("loss");
  CHECK(steps_of(loss) == std::vector<std::int64_t>{0, 1, 2, 1, 2});
  CHECK(loss.repeats_steps());
  CHECK((loss.min)()->value == 5);
  CHECK((loss.max)()->value == 9);
  CHECK(loss.mean() == Approx(20.0 / 3));
  CHECK(loss.at(1) == 5.0);
  CHECK(steps_of(loss.counted()) == std::vector<std::int64_t>{0, 1, 2});
  CHECK_FALSE(loss.counted().repeats_steps());
  const MetricHistory back(std::vector<erm::MetricPoint>{{3, {}, 1}, {2, {}, 2}, {1, {}, 3}});
  CHECK_FALSE(back.repeats_steps());
  CHECK(back.counted() == back);
  CHECK((back.min)()->step == 3);
}

TEST_CASE("The points of several writers at one step all count, in a copy of their run, too") {
  const std::vector<erm::MetricPoint> points = {{0, {}, 4}, {1, {}, 1}, {1, {}, 3}, {0, {}, 2}, {1, {}, 9}};
  const MetricHistory ranks(points, {3});
  CHECK((ranks.min)()->value == 2);
  CHECK((ranks.max)()->value == 9);
  CHECK(steps_of(ranks.counted()) == std::vector<std::int64_t>{0, 1, 0, 1});
  CHECK(ranks.counted().writers() == std::vector<std::size_t>{2});

  const TemporaryDirectory dir;
  for (const std::string writer : {"main", "rank1"}) {
    erm::LiveOptions options;
    options.run_id = "r";
    options.writer = writer;
    options.provenance = false;
    erm::LiveRun run(dir / "reg", "e", options);
    for (int step = 0; step < 3; ++step) run.log_metric("loss", (writer == "main" ? 10 : 0) + step, step);
    run.log_metric(writer, 1, 1);
  }
  const ExperimentRun loaded = erm::load_run_from_registry(dir / "reg", "e");
  const ExperimentRun copy = erm::load_run_from_path(erm::save_run_to_registry(loaded, dir / "copy"));
  for (const ExperimentRun* run : {&loaded, &copy}) {
    CHECK(run->curve("loss").size() == 6);
    CHECK((run->curve("loss").min)()->value == 0);
    CHECK((run->curve("loss").max)()->value == 12);
    CHECK_FALSE(run->curve("loss").repeats_steps());
    CHECK(run->curve("rank1").size() == 1);
  }
  CHECK(copy.history() == loaded.history());
}

TEST_CASE("The page and figures take the points that count") {
  ExperimentRun run("e", erm::RunOptions{"main", "r"});
  for (int step = 0; step < 4; ++step) run.log_metric("loss", 7777, step);
  for (int step = 0; step < 4; ++step) run.log_metric("loss", 0.5 + step, step);
  const std::string page = erm::compare_runs(run);
  CHECK_FALSE(contains(page, "7777"));
  CHECK(erm::Figure().line(run.curve("loss")).json().dump().find("7777") == std::string::npos);
}

TEST_CASE("The first point of a filter is the one that counts at its step") {
  const TemporaryDirectory dir;
  const std::string registry = (dir.path() / "reg").string();
  ExperimentRun run("e", erm::RunOptions{"main", "r"});
  for (const double value : {7.0, 5.0, 3.0}) run.log_metric("loss", value, 0);
  run.log_metric("loss", 1.0, 1);
  erm::save_run_to_registry(run, registry);
  CHECK(erm::find_runs(registry, "metrics.loss.first = 3").size() == 1);
  CHECK(erm::find_runs(registry, "metrics.loss.first = 7").empty());
}

TEST_CASE("Rewinds that another program wrote are checked") {
  const TemporaryDirectory dir;
  const std::string uri = erm::save_run_to_registry(trained_twice(), dir / "reg");
  const std::string path = dir / "reg/e/main/r/erm_metadata.json";
  const std::string text = file_text(path);
  const std::size_t at = text.find("\"rewinds\": ");
  REQUIRE(at != std::string::npos);
  const std::size_t end = text.find("]", at) + 1;
  const auto with = [&](const std::string& rewinds) {
    write_file(path, text.substr(0, at) + "\"rewinds\": " + rewinds + text.substr(end));
  };
  for (const std::string wrong :
       {"{}", "[1]", "[{}]", "[{\"step\": 0.5, \"reach\": {}}]", "[{\"step\": 1, \"reach\": []}]",
        "[{\"step\": 1, \"reach\": {\"history/main.csv\": -1}}]", "[{\"step\": 1, \"metric\": 3}]",
        "[{\"step\": 18446744073709551615}]"}) {
    with(wrong);
    CHECK(contains(thrown<erm::FormatError>([&] { static_cast<void>(erm::load_run_from_path(uri)); }), "erm/rewinds"));
  }
  // The files are not those that it is about, or not there: all points count.
  with("[{\"step\": 1, \"reach\": {\"history/main.csv\": 1000000}, \"size\": 5}, "
       "{\"step\": 1, \"reach\": {\"history/other.csv\": 1000000}, \"later\": [1]}]");
  CHECK(steps_of(erm::load_run_from_path(uri).curve("loss")).size() == 11);
}

}  // namespace rewind_test

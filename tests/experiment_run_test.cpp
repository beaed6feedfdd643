#include "erm/experiment_run.hpp"

#include <chrono>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/json.hpp"
#include "thrown.hpp"

namespace experiment_run_test {

using erm_test::thrown;

static_assert(std::is_copy_constructible_v<erm::ExperimentRun> && std::is_copy_assignable_v<erm::ExperimentRun>);
static_assert(std::is_nothrow_move_constructible_v<erm::ExperimentRun>);
static_assert(!std::is_convertible_v<std::string, erm::ExperimentRun>);

TEST_CASE("A run with only an id has the variant main, an id made from the time, and the time") {
  const erm::TimePoint before = erm::detail::now_utc();
  const erm::ExperimentRun run("digits");
  CHECK(run.experiment_id() == "digits");
  CHECK(run.variant_id() == "main");
  CHECK(run.timestamp_utc() >= before);
  CHECK(run.timestamp_utc() <= erm::detail::now_utc());
  CHECK(run.run_id() == erm::detail::generated_run_id(run.timestamp_utc()));
  CHECK(run.run_id().size() == 20);
  CHECK(run.params().empty());
  CHECK(run.metrics().empty());
  CHECK(run.dicts().empty());
  CHECK(run.features().empty());
  CHECK(run.artifacts().empty());
  CHECK(run.history().empty());
  CHECK(run.goals().empty());
}

TEST_CASE("A variant is any text") {
  const std::string variant = "wide";
  CHECK(erm::ExperimentRun("e", "wide").variant_id() == "wide");
  CHECK(erm::ExperimentRun("e", variant).variant_id() == "wide");
  CHECK(erm::ExperimentRun("e", std::string_view(variant)).variant_id() == "wide");
}

TEST_CASE("A run can be constructed with all of its options") {
  erm::RunOptions options;
  options.variant_id = "team/wide";
  options.run_id = "seed 42";
  options.timestamp_utc = erm::TimePoint(std::chrono::microseconds(1795419021128931));
  options.features = {"age", "income", "age"};
  options.params = {{"lr", 0.1}, {"optimizer", "adam"}};
  options.metrics = {{"rmse", 0.9}};
  options.dicts = {{"scores", {{"cat", 0.9}}}, {"nothing", nullptr}};
  options.artifacts.emplace("note", erm::Artifact("note", "n.txt", erm::ArtifactType::binary, erm::to_bytes("hi")));
  const erm::ExperimentRun run("digits", options);
  CHECK(run.variant_id() == "team/wide");
  CHECK(run.run_id() == "seed 42");
  CHECK(run.timestamp_utc() == options.timestamp_utc);
  CHECK(run.features() == std::vector<std::string>{"age", "income"});
  CHECK(run.params() == options.params);
  CHECK(run.metrics() == options.metrics);
  CHECK(run.dicts().at("scores") == options.dicts.at("scores"));
  CHECK(run.dicts().at("nothing") == erm::Json::object());
  CHECK(erm::to_text(run.artifacts().at("note").bytes()) == "hi");
  CHECK(run.history().empty());

  // In braces, and empty braces, too.
  CHECK(erm::ExperimentRun("e", {}).variant_id() == "main");
  CHECK(erm::ExperimentRun("e", {"v", "r"}).run_id() == "r");
}

TEST_CASE("A generated id comes from the time in the options") {
  erm::RunOptions options;
  options.timestamp_utc = erm::TimePoint(std::chrono::microseconds(1795419021999999));
  CHECK(erm::ExperimentRun("e", options).run_id() == "2026_11_23__07_30_21");
  options.timestamp_utc = erm::TimePoint(std::chrono::microseconds(-1));
  CHECK(erm::ExperimentRun("e", options).run_id() == "1969_12_31__23_59_59");
}

TEST_CASE("Copies are independent of each other") {
  erm::ExperimentRun run("e");
  run.log_param("lr", 0.1);
  run.log_dict("d", {{"k", 1}});
  run.log_metric("loss", 1, 1);
  run.log_text("first", "note");
  erm::ExperimentRun copy = run;
  copy.log_param("lr", 0.2);
  copy.log_dict("d", {{"k", 2}});
  copy.log_metric("loss", 2, 2);
  copy.log_text("second", "note");
  copy.log_feature("age");
  CHECK(run.params().at("lr") == erm::Value(0.1));
  CHECK(run.dicts().at("d").at("k") == 1);
  CHECK(run.history().at("loss").size() == 1);
  CHECK(erm::to_text(run.artifacts().at("note").bytes()) == "first");
  CHECK(run.features().empty());
  CHECK(erm::to_text(copy.artifacts().at("note").bytes()) == "second");
  erm::ExperimentRun assigned("other");
  assigned = copy;
  CHECK(assigned.experiment_id() == "e");
  const erm::ExperimentRun moved = std::move(copy);
  CHECK(moved.history().at("loss").size() == 2);
}

TEST_CASE("Copies stay independent, whichever of them reads its dicts first") {
  erm::ExperimentRun run("e");
  run.log_dict("d", {{"a", 1}});
  erm::ExperimentRun before = run;  // of dicts that were not read yet
  CHECK(run.dicts().at("d").at("a") == 1);
  erm::ExperimentRun after = run;   // of dicts that were
  run.log_dict("d", {{"a", 2}});
  before.log_dict("d", {{"b", 3}});
  after.log_dict("e", {{"c", 4}});
  CHECK(run.dicts().at("d") == erm::Json({{"a", 2}}));
  CHECK(before.dicts().at("d") == erm::Json({{"a", 1}, {"b", 3}}));
  CHECK(after.dicts().at("d") == erm::Json({{"a", 1}}));
  CHECK(after.dicts().at("e") == erm::Json({{"c", 4}}));
}

TEST_CASE("A move does not copy, and a moved-from run can be assigned to and destroyed") {
  static_assert(std::is_nothrow_move_constructible_v<erm::ExperimentRun>);
  static_assert(std::is_nothrow_move_assignable_v<erm::ExperimentRun>);
  static_assert(std::is_copy_constructible_v<erm::ExperimentRun> && std::is_copy_assignable_v<erm::ExperimentRun>);
  static_assert(std::is_aggregate_v<erm::RunOptions>);
  erm::ExperimentRun run("e");
  run.log_param("lr", 0.1);
  const erm::Value* const where = &run.params().at("lr");
  erm::ExperimentRun moved = std::move(run);
  CHECK(&moved.params().at("lr") == where);
  run = moved;
  CHECK(run.params() == moved.params());
  CHECK(&run.params().at("lr") != where);
  const erm::ExperimentRun again = std::move(run);
  run = erm::ExperimentRun("other");
  CHECK(run.experiment_id() == "other");
  moved = std::move(run);  // and run is destroyed
  std::vector<erm::ExperimentRun> runs;
  for (int i = 0; i < 5; ++i) runs.emplace_back("e" + std::to_string(i));
  runs.erase(runs.begin());
  CHECK(runs.front().experiment_id() == "e1");
}

TEST_CASE("Params, metrics, histories and artifacts are read by name") {
  erm::ExperimentRun run("digits");
  run.log_param("lr", 0.1);
  run.log_metric("loss", 0.5, 7);
  run.log_metric("loss", 0.25, 3);
  run.log_artifact(erm::to_bytes("hi"), "model", "m.bin");
  CHECK(run.param("lr") == 0.1);
  CHECK(run.metric_value("loss") == 0.25);
  CHECK(run.curve("loss").size() == 2);
  CHECK(erm::to_text(run.artifact("model").bytes()) == "hi");
  CHECK(run.last_step("loss") == 3);
  CHECK(run.last_step("accuracy") == std::nullopt);
}

TEST_CASE("A name that the run does not have is an error that names the nearest") {
  erm::RunOptions options;
  options.variant_id = "wide";
  options.run_id = "r1";
  erm::ExperimentRun run("digits", options);
  CHECK(thrown<erm::NotFoundError>([&] { return run.param("lr"); }) ==
        "the run 'digits/wide/r1' has no param 'lr'; it has none");
  run.log_params({{"learning_rate", 0.1}, {"seed", 1}});
  CHECK(thrown<erm::NotFoundError>([&] { return run.param("learning-rat"); }) ==
        "the run 'digits/wide/r1' has no param 'learning-rat'; its nearest are 'learning_rate'");
  CHECK(thrown<erm::NotFoundError>([&] { return run.param("dropout"); }) ==
        "the run 'digits/wide/r1' has no param 'dropout'; it has 'learning_rate', 'seed'");
  for (int i = 0; i < 10; ++i) run.log_metric("m" + std::to_string(i), i);
  CHECK(thrown<erm::NotFoundError>([&] { return run.metric_value("dropout"); }) ==
        "the run 'digits/wide/r1' has no metric 'dropout'; it has 'm0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7' and 2 "
        "more");
  CHECK(thrown<erm::NotFoundError>([&] { return run.curve("m0").size(); }) ==
        "the run 'digits/wide/r1' has no history of a metric 'm0'; it has none");
  CHECK(thrown<erm::NotFoundError>([&] { return run.artifact("model").size(); }) ==
        "the run 'digits/wide/r1' has no artifact 'model'; it has none");
}

}  // namespace experiment_run_test

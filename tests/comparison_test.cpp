#include "erm/comparison.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "erm/detail/compare/rows.hpp"
#include "erm/json.hpp"

namespace comparison_test {

using erm::Comparison;
using erm::ExperimentRun;
using erm::Goal;
using Cell = Comparison::Cell;

namespace {

const double not_a_number = std::numeric_limits<double>::quiet_NaN();

ExperimentRun run_named(const std::string& run_id, const std::string& variant_id = "main",
                        const std::string& experiment_id = "digits") {
  erm::RunOptions options;
  options.run_id = run_id;
  options.variant_id = variant_id;
  options.timestamp_utc = erm::TimePoint(std::chrono::seconds(1'763'883'021));
  return ExperimentRun(experiment_id, options);
}

const Comparison::Section& section_of(const Comparison& comparison, Comparison::Kind kind, std::string_view name = {}) {
  for (const Comparison::Section& section : comparison.sections())
    if (section.kind == kind && (name.empty() || section.name == name)) return section;
  throw std::out_of_range("no such section");
}

const Comparison::Row& row_of(const Comparison::Section& section, std::string_view name) {
  for (const Comparison::Row& row : section.rows)
    if (row.name == name) return row;
  throw std::out_of_range("no such row: " + std::string(name));
}

std::vector<std::string> texts_of(const Comparison::Row& row) {
  std::vector<std::string> texts;
  for (const Cell& cell : row.cells) texts.emplace_back(cell.text);
  return texts;
}

std::vector<bool> best_of(const Comparison::Row& row) {
  std::vector<bool> best;
  for (const Cell& cell : row.cells) best.push_back(cell.best);
  return best;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("A comparison without runs has no rows") {
  const std::vector<ExperimentRun> none;
  const Comparison comparison(none);
  CHECK(comparison.runs().empty());
  CHECK(comparison.row_count() == 0);
  CHECK(comparison.differing_row_count() == 0);
}

TEST_CASE("Rows are the sorted keys of all runs, and a run without a key has a missing cell") {
  std::vector<ExperimentRun> runs = {run_named("a"), run_named("b"), run_named("c")};
  runs[0].log_params({{"m", 1}, {"z", 2}});
  runs[1].log_params({{"a", 3}, {"z", 2}});
  runs[2].log_params({{"b", 4}, {"m", 1}, {"zz", 5}});
  const Comparison comparison(runs);
  const Comparison::Section& params = section_of(comparison, Comparison::Kind::params);
  std::vector<std::string> names;
  for (const auto& row : params.rows) names.emplace_back(row.name);
  CHECK(names == Texts{"a", "b", "m", "z", "zz"});
  CHECK(texts_of(row_of(params, "m")) == Texts{"1", "", "1"});
  CHECK(row_of(params, "m").cells[1].kind == Cell::Kind::missing);
  CHECK(texts_of(row_of(params, "a")) == Texts{"", "3", ""});
  CHECK(row_of(params, "z").differs);  // the third run lacks it
}

TEST_CASE("A row differs if the values differ, not if only their notation does") {
  std::vector<ExperimentRun> runs = {run_named("a"), run_named("b")};
  runs[0].log_params({{"same", 1}, {"text number", 0.5}, {"nan", not_a_number}, {"kind", true}, {"text", "x"},
                      {"seed", 18446744073709551615U}, {"wide", 9007199254740993}});
  runs[1].log_params({{"same", 1.0}, {"text number", "0.50"}, {"nan", "nan"}, {"kind", "true"}, {"text", "y"},
                      {"seed", 18446744073709551614U}, {"wide", "9007199254740992"}});
  const Comparison comparison(runs);
  const Comparison::Section& params = section_of(comparison, Comparison::Kind::params);
  CHECK_FALSE(row_of(params, "same").differs);
  CHECK_FALSE(row_of(params, "text number").differs);
  CHECK_FALSE(row_of(params, "nan").differs);
  CHECK(row_of(params, "kind").differs);
  CHECK(row_of(params, "text").differs);
  CHECK(row_of(params, "seed").differs);  // both are 1.8446744073709552e19 as a double
  CHECK(row_of(params, "wide").differs);
  CHECK(params.differing == 4);
  CHECK(comparison.differing_row_count() == 4);
  CHECK(comparison.row_count() == 7);
}

TEST_CASE("Cells differ from the baseline, which is the first run by default") {
  std::vector<ExperimentRun> runs = {run_named("a"), run_named("b"), run_named("c")};
  for (int i = 0; i < 3; ++i) runs[static_cast<std::size_t>(i)].log_param("x", i / 2);
  const auto differs = [&](std::size_t baseline) {
    erm::CompareOptions options;
    options.baseline = baseline;
    const Comparison comparison(runs, options);
    std::vector<bool> answer;
    for (const Cell& cell : section_of(comparison, Comparison::Kind::params).rows[0].cells) answer.push_back(cell.differs);
    return answer;
  };
  CHECK(differs(0) == std::vector<bool>{false, false, true});
  CHECK(differs(2) == std::vector<bool>{true, true, false});
}

TEST_CASE("An invalid baseline is an error that gives the number of runs") {
  const std::vector<ExperimentRun> runs = {run_named("a"), run_named("b")};
  erm::CompareOptions options;
  options.baseline = 2;
  CHECK_THROWS_WITH(Comparison(runs, options), "CompareOptions::baseline is 2, and there are 2 runs; the first is 0");
}

TEST_CASE("The goal decides which value is best: ties all count, NaN never does") {
  std::vector<ExperimentRun> runs = {run_named("a"), run_named("b"), run_named("c"), run_named("d")};
  const double losses[] = {0.3, 0.2, not_a_number, 0.2};
  for (std::size_t i = 0; i < 4; ++i) runs[i].log_metrics({{"loss", losses[i]}, {"widgets", losses[i]}});
  runs[2].log_metric("lonely loss", 1.0);
  erm::CompareOptions options;
  const Comparison guessed(runs, options);
  const Comparison::Section& metrics = section_of(guessed, Comparison::Kind::metrics);
  CHECK(row_of(metrics, "loss").goal == Goal::minimize);
  CHECK(row_of(metrics, "loss").goal_is_guessed);
  CHECK(best_of(row_of(metrics, "loss")) == std::vector<bool>{false, true, false, true});
  CHECK_FALSE(row_of(metrics, "widgets").goal.has_value());
  CHECK(best_of(row_of(metrics, "widgets")) == std::vector<bool>(4, false));
  CHECK(best_of(row_of(metrics, "lonely loss")) == std::vector<bool>(4, false));  // against whom?
}

TEST_CASE("A goal comes from the caller, otherwise from a run, otherwise from the name") {
  std::vector<ExperimentRun> runs = {run_named("a"), run_named("b")};
  for (ExperimentRun& run : runs) run.log_metrics({{"loss", 1}, {"accuracy", 1}, {"count", 1}});
  runs[1].set_goal("loss", Goal::maximize);
  runs[1].set_goal("count", Goal::minimize);
  erm::CompareOptions options;
  options.goals = {{"count", Goal::maximize}};
  const Comparison comparison(runs, options);
  const Comparison::Section& metrics = section_of(comparison, Comparison::Kind::metrics);
  CHECK(row_of(metrics, "loss").goal == Goal::maximize);
  CHECK_FALSE(row_of(metrics, "loss").goal_is_guessed);
  CHECK(row_of(metrics, "count").goal == Goal::maximize);
  CHECK(row_of(metrics, "accuracy").goal == Goal::maximize);
  CHECK(row_of(metrics, "accuracy").goal_is_guessed);
  options.guess_goals = false;
  const Comparison without(runs, options);
  CHECK_FALSE(row_of(section_of(without, Comparison::Kind::metrics), "accuracy").goal.has_value());
}

TEST_CASE("The direction of a metric is guessed from complete words in its name") {
  const auto guess = [](std::string_view name) { return erm::detail::guessed_goal(name); };
  for (const char* name : {"loss", "val_loss", "validationLoss", "test/RMSE", "error_score", "train time", "WER"})
    CHECK(guess(name) == Goal::minimize);
  for (const char* name : {"accuracy", "top5-acc", "f1", "R2", "valAccuracy", "mean reward", "AUC"})
    CHECK(guess(name) == Goal::maximize);
  for (const char* name : {"", "glossary", "weights", "terrors", "accident", "\xC3\xA9poque"}) CHECK_FALSE(guess(name));
}

TEST_CASE("Nested dicts are rows with dotted paths, and null, empty and missing are three different things") {
  std::vector<ExperimentRun> runs = {run_named("a"), run_named("b")};
  runs[0].log_dict("eval", {{"cat", {{"precision", 0.5}, {"recall", nullptr}}}, {"list", {1, 2}}, {"empty", ""}});
  runs[1].log_dict("eval", {{"cat", {{"precision", 0.75}}}, {"cat.precision", 1}, {"none", erm::Json::object()}});
  runs[1].log_dict("other", {{"x", 1}});
  const Comparison comparison(runs);
  const Comparison::Section& dict = section_of(comparison, Comparison::Kind::dict, "eval");
  CHECK(texts_of(row_of(dict, "cat.precision")) == Texts{"0.5", "0.75"});  // the nested one comes first
  CHECK(row_of(dict, "cat.recall").cells[0].kind == Cell::Kind::null);
  CHECK(row_of(dict, "cat.recall").cells[1].kind == Cell::Kind::missing);
  CHECK(texts_of(row_of(dict, "list")) == Texts{"[1,2]", ""});
  CHECK(row_of(dict, "empty").cells[0].kind == Cell::Kind::text);
  CHECK(texts_of(row_of(dict, "none")) == Texts{"", "{}"});
  CHECK(dict.rows.size() == 6);  // {"cat.precision": 1} is a row of its own
  CHECK(section_of(comparison, Comparison::Kind::dict, "other").rows.size() == 1);
}

TEST_CASE("Features are compared as a set, and a different order is reported") {
  std::vector<ExperimentRun> runs = {run_named("a"), run_named("b"), run_named("c")};
  runs[0].log_features({"age", "height"});
  runs[1].log_features({"height", "age"});
  runs[2].log_features({"age", "weight"});
  const Comparison comparison(runs);
  const Comparison::Section& features = section_of(comparison, Comparison::Kind::features);
  CHECK(texts_of(row_of(features, "number of features")) == Texts{"2", "2", "2"});
  CHECK(texts_of(row_of(features, "order of features")) ==
        Texts{"order 1", "order 2", "order 1"});
  CHECK_FALSE(row_of(features, "age").differs);
  CHECK(texts_of(row_of(features, "height")) == Texts{"yes", "yes", ""});
  CHECK(texts_of(row_of(features, "weight")) == Texts{"", "", "yes"});
}

TEST_CASE("A run has the shortest name that distinguishes it") {
  const auto names = [](const std::vector<ExperimentRun>& runs) { return Comparison(runs).names(); };
  CHECK(names({run_named("a")}) == Texts{"a"});
  CHECK(names({run_named("a"), run_named("b")}) == Texts{"a", "b"});
  CHECK(names({run_named("a", "small"), run_named("a", "large")}) == Texts{"small", "large"});
  CHECK(names({run_named("a", "v", "x"), run_named("a", "v", "y")}) == Texts{"x", "y"});
  CHECK(names({run_named("a", "v"), run_named("b", "v"), run_named("a", "w")}) == Texts{"v/a", "v/b", "w/a"});
  CHECK(names({run_named("a"), run_named("a")}) == Texts{"digits/main/a", "digits/main/a (2)"});
  CHECK(names({run_named("2026_11_23__07_30_21"), run_named("2026_11_23__07_30_21_002")}) ==
        Texts{"07:30:21", "07:30:21_002"});
  CHECK(names({run_named("2026_11_23__07_30_21"), run_named("2026_11_24__07_30_21")}) ==
        Texts{"2026_11_23__07_30_21", "2026_11_24__07_30_21"});
}

TEST_CASE("Curves and artifacts have an entry for each run, null if it has none") {
  std::vector<ExperimentRun> runs = {run_named("a"), run_named("b")};
  runs[1].log_metric("loss", 0.5, 1);
  runs[0].log_text("hello", "note");
  const Comparison comparison(runs);
  REQUIRE(comparison.curves().size() == 1);
  CHECK(comparison.curves()[0].metric == "loss");
  CHECK(comparison.curves()[0].histories[0] == nullptr);
  CHECK(comparison.curves()[0].histories[1]->size() == 1);
  REQUIRE(comparison.artifacts().size() == 1);
  CHECK(comparison.artifacts()[0].id == "note");
  CHECK(comparison.artifacts()[0].artifacts[0]->filename() == "note.txt");
  CHECK(comparison.artifacts()[0].artifacts[1] == nullptr);
}

TEST_CASE("A number knows how many digits tell it from the others of its row") {
  std::vector<ExperimentRun> runs = {run_named("a"), run_named("b"), run_named("c")};
  const double energies[] = {-204857.3312, -204857.3313, -204857.3312};
  for (std::size_t i = 0; i < 3; ++i) runs[i].log_params({{"energy", energies[i]}, {"same", 0.123456789}, {"lr", 0.1}});
  const Comparison comparison(runs);
  const Comparison::Section& params = section_of(comparison, Comparison::Kind::params);
  for (const Cell& cell : row_of(params, "energy").cells) CHECK(cell.digits == 10);
  for (const Cell& cell : row_of(params, "same").cells) CHECK(cell.digits == 6);
}

TEST_CASE("A comparison can be moved, and references into it stay valid") {
  static_assert(std::is_nothrow_move_constructible_v<Comparison> && std::is_nothrow_move_assignable_v<Comparison>);
  static_assert(!std::is_copy_constructible_v<Comparison>);
  std::vector<ExperimentRun> runs = {run_named("a"), run_named("b")};
  runs[0].log_metric("loss", 0.125);
  Comparison comparison(runs);
  const Comparison::Row* const row = comparison.main_metrics().at(0);
  Comparison moved = std::move(comparison);
  CHECK(moved.main_metrics().at(0) == row);
  CHECK(row->cells[0].text == "0.125");
  comparison = std::move(moved);
  CHECK(comparison.names() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("The main metrics are those in the options, otherwise the first ones with a goal") {
  std::vector<ExperimentRun> runs = {run_named("a"), run_named("b")};
  for (ExperimentRun& run : runs) run.log_metrics({{"accuracy", 1}, {"count", 1}, {"loss", 1}});
  const auto names = [&](const erm::CompareOptions& options) {
    const Comparison comparison(runs, options);
    std::vector<std::string> out;
    for (const Comparison::Row* row : comparison.main_metrics()) out.emplace_back(row->name);
    return out;
  };
  CHECK(names({}) == Texts{"loss", "accuracy"});
  erm::CompareOptions options;
  options.main_metrics = {"count", "not there", "accuracy"};
  CHECK(names(options) == Texts{"count", "accuracy"});
}

}  // namespace comparison_test

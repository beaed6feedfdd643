// NaN and the infinities in a program that is compiled with -ffast-math or -Ofast, which let the compiler believe that
// there are none. No assertion here compares such a number: the program looks at text and at bits.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "erm/find.hpp"
#include "erm/json.hpp"
#include "erm/registry.hpp"
#ifndef ERM_TEST_REGISTRY_ONLY  // the rest takes most of the time to compile
#include "erm/compare.hpp"
#include "erm/figure.hpp"
#include "erm/live_run.hpp"
#include "erm/summary.hpp"
#endif

#if !defined(__FINITE_MATH_ONLY__) || !__FINITE_MATH_ONLY__
#error "the test is to be compiled with -ffast-math"
#endif

namespace {

int failed = 0;

void expect(bool is_so, const std::string& what) {
  if (is_so) return;
  ++failed;
  std::printf("not so: %s\n", what.c_str());
}

void expect_text(const std::string& found, const std::string& wanted, const std::string& what) {
  expect(found == wanted, what + " is " + wanted + ", and not " + found);
}

std::string text_of(double number) { return erm::Value(number).str(); }

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

erm::ExperimentRun run_of(const std::string& id, double loss) {
  erm::RunOptions options;
  options.run_id = id;
  erm::ExperimentRun run("e", options);
  run.log_metric("loss", 0.5, 1);
  run.log_metric("loss", loss, 2);
  run.log_metric("single", static_cast<float>(loss));
  run.log_param("limit", loss);
  run.log_dict("d", {{"x", loss}, {"list", {1.5, loss}}});
  return run;
}

std::vector<std::string> found(const std::string& registry, const std::string& filter, const std::string& order = "") {
  erm::FindOptions options;
  options.filter = filter;
  options.order_by = order;
  options.experiment = "e";
  std::vector<std::string> ids;
  for (const erm::ExperimentRun& run : erm::find_runs(registry, options)) ids.push_back(run.run_id());
  return ids;
}

std::string joined(const std::vector<std::string>& ids) {
  std::string all;
  for (const std::string& id : ids) all += (all.empty() ? "" : " ") + id;
  return all;
}

}  // namespace

int main(int, char** arguments) {
  // Read at run time, so that the compiler does not know them.
  const double nan = std::strtod("nan", nullptr), inf = std::strtod("inf", nullptr),
               minus_inf = std::strtod("-inf", nullptr);
  const std::filesystem::path folder = arguments[1];
  std::filesystem::remove_all(folder);
  const std::string registry = folder.string();

  expect_text(text_of(nan) + " " + text_of(inf) + " " + text_of(minus_inf), "nan inf -inf", "the text of the numbers");
  const std::vector<std::pair<std::string, double>> all = {
      {"nan", nan}, {"inf", inf}, {"minus_inf", minus_inf}, {"one", 1.0}};
  for (const auto& [id, number] : all) {
    erm::save_run_to_registry(run_of(id, number), registry);
    const std::string text = text_of(number);
    const erm::ExperimentRun run = erm::load_run_from_registry(registry, "e", "main", id);
    expect_text(run.metrics().at("loss").str(), text, "the metric of " + id);
    expect_text(run.metrics().at("single").str(), text, "the single-precision metric of " + id);
    expect_text(run.params().at("limit").str(), text, "the param of " + id);
    expect_text(text_of(run.dicts().at("d").at("x").get<double>()), text, "the dict of " + id);
    expect_text(text_of(run.dicts().at("d").at("list").at(1).get<double>()), text, "the list of " + id);
    expect_text(text_of(run.history().at("loss").last().value), text, "the last point of " + id);
    expect(erm::Value(number) == run.metrics().at("loss"), "a number is itself: " + id);
    const std::string least = text_of((run.history().at("loss").min)()->value);
    expect_text(least, id == "minus_inf" ? "-inf" : "0.5", "the least point of " + id);
    const std::string greatest = text_of((run.history().at("loss").max)()->value);
    expect_text(greatest, id == "inf" ? "inf" : id == "one" ? "1" : "0.5", "the greatest point of " + id);
  }
  expect(!(erm::Value(nan) == erm::Value(1.0)), "NaN is not 1");
  expect(!(erm::Value(inf) == erm::Value(minus_inf)), "inf is not -inf");
  expect(content_of(folder / "e/main/nan/erm_metadata.json").find("nan.0") == std::string::npos, "no nan.0 is written");

#ifndef ERM_TEST_REGISTRY_ONLY
  {
    erm::LiveOptions options;
    options.run_id = "live";
    options.provenance = false;
    erm::LiveRun run(registry, "live", options);
    run.log_metric("loss", nan, 1);
    auto handle = run.metric("gain");
    handle.log(inf, 1);
    handle.log(minus_inf, 2);
    run.finish();
  }
  const erm::ExperimentRun live = erm::load_run_from_registry(registry, "live");
  expect_text(live.metrics().at("loss").str(), "nan", "the metric of the live run");
  expect_text(live.metrics().at("gain").str(), "-inf", "the last metric of the live run");
  expect_text(text_of((live.history().at("gain").max)()->value), "inf", "the greatest point of the live run");
#endif

  expect_text(joined(found(registry, "metrics.loss is nan")), "nan", "the runs that are NaN");
  expect_text(joined(found(registry, "metrics.loss < 2", "run")), "minus_inf one", "the runs below 2");
  expect_text(joined(found(registry, "metrics.loss > 0", "run")), "inf one", "the runs above 0");
  expect_text(joined(found(registry, "metrics.loss = 1 or metrics.loss != 1", "run")), "inf minus_inf one",
              "the runs that compare");
  expect_text(joined(found(registry, "", "metrics.loss")), "minus_inf one inf nan", "the order of the runs");
  expect_text(erm::best_run(registry, "loss", erm::Goal::maximize).run_id(), "one", "the best run");

#ifndef ERM_TEST_REGISTRY_ONLY
  erm::FindOptions of_e;
  of_e.experiment = "e";
  of_e.order_by = "run";
  std::vector<erm::ExperimentRun> runs = erm::find_runs(registry, of_e);
  const std::string table = erm::to_text(erm::summarize(runs, "params.limit"));
  expect(!table.empty(), "there is a summary");
  erm::ExperimentRun drawn("e");
  drawn.log_figure(erm::Json{{"data", erm::Json::array({{{"type", "scatter"}, {"y", {1.0, nan, 3.0}}}})}}, "given");
  erm::Figure built;
  built.line(std::vector<double>{1, 2, 3}, std::vector<double>{1, nan, inf}, "a");
  drawn.log_figure(built, "built");
  for (const char* id : {"given", "built"}) {
    const std::string json = erm::to_text(drawn.artifacts().at(id).bytes());
    expect(json.find("nan") == std::string::npos && json.find("inf") == std::string::npos && count(json, "null") > 0,
           std::string("the figure has null for what JSON cannot hold: ") + json);
  }
  for (erm::ExperimentRun& run : runs) run.set_goal("loss", erm::Goal::minimize);
  runs.push_back(drawn);
  const std::string page = erm::compare_runs(runs);
  expect(page.find("nan.0") == std::string::npos, "the page has no nan.0");
  expect(page.find("NaN") != std::string::npos, "the page shows NaN");
  expect(page.find("\xE2\x88\x9E") != std::string::npos, "the page shows the infinity");
#endif

  std::filesystem::remove_all(folder);
  if (failed == 0) std::puts("NaN and the infinities are what they are");
  return failed == 0 ? 0 : 1;
}

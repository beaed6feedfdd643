#include "erm/value_adaptor.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/experiment_run.hpp"
#include "erm/json.hpp"
#include "thrown.hpp"

using erm_test::error_of;

namespace {

struct Celsius {
  float degrees;
};
enum class Optimizer { adam, sgd };
struct Unknown {};

}  // namespace

template <>
struct erm::ValueAdaptor<Celsius> {
  static float convert(const Celsius& temperature) { return temperature.degrees; }
};
template <>
struct erm::ValueAdaptor<Optimizer> {
  static const char* convert(const Optimizer& optimizer) { return optimizer == Optimizer::adam ? "adam" : "sgd"; }
};

TEST_CASE("A type of one's own is a param, a metric, a point, a tag and a part of a dict") {
  erm::ExperimentRun run("own");
  run.log_param("optimizer", Optimizer::sgd);
  run.log_params({{"start", Celsius{0.1F}}, {"optimizer 2", Optimizer::adam}});
  run.log_params(std::map<std::string, Celsius>{{"end", Celsius{2}}});
  run.log_metric("temperature", Celsius{0.1F}, 7U);
  run.log_metric("last", Celsius{3});
  run.log_metrics({{"both", Celsius{4}}, {"number", 5}}, 1);
  run.set_tag("optimizer", Optimizer::adam);
  run.log_dict("dict", {{"optimizer", Optimizer::adam}});
  CHECK(run.param("optimizer") == erm::Value("sgd"));
  CHECK(run.param("start").str() == "0.1");
  CHECK(run.param("optimizer 2") == erm::Value("adam"));
  CHECK(run.param("end") == erm::Value(2));
  CHECK(run.curve("temperature").last().step == 7);
  CHECK(run.curve("temperature").last().value == 0.1);
  CHECK(run.metric_value("last") == erm::Value(3));
  CHECK(run.curve("both").last().value == 4);
  CHECK(run.tags().at("optimizer") == "adam");
  CHECK(run.dicts().at("dict").dump() == R"({"optimizer":"adam"})");
}

TEST_CASE("A point of a type that converts to text is told") {
  erm::ExperimentRun run("own");
  CHECK(error_of([&] { run.log_metric("optimizer", Optimizer::sgd, 1); }) ==
        "metric 'optimizer' was given the text 'sgd' at step 1, and a point is a number; log it without a step, or as "
        "a number");
  CHECK(run.history().empty());
}

TEST_CASE("A type without an adaptor is no value") {
  CHECK_FALSE(std::is_convertible_v<Unknown, erm::Value>);
  CHECK(std::is_convertible_v<Celsius, erm::Value>);
}

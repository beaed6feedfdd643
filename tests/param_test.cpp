#include "erm/param.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "catch.hpp"
#include "erm/experiment_run.hpp"
#include "erm/json.hpp"
#include "erm/registry.hpp"
#include "temporary_directory.hpp"
#include "thrown.hpp"

namespace param_test {

enum class Optimizer { sgd, adam };
enum Plain { first = 7 };
enum class Letter : char { a = 'a' };
enum class Flag : bool { off, on };
enum class Loss { l1, l2 };

struct Schedule {
  double lr = 0.1;
  std::optional<int> warmup;
  std::chrono::milliseconds pause{1500};
};
struct Config {
  std::string name = "wide";
  Schedule schedule;
  std::vector<int> layers = {64, 10};
  Optimizer optimizer = Optimizer::adam;
};
struct JsonConfig {
  int epochs = 3;
  std::vector<double> rates = {0.1, 0.5};
  std::map<std::string, int> weights = {{"cat", 1}, {"dog", 2}};
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(JsonConfig, epochs, rates, weights)

}  // namespace param_test

template <>
struct erm::ValueAdaptor<param_test::Loss> {
  static const char* convert(param_test::Loss loss) { return loss == param_test::Loss::l1 ? "l1" : "l2"; }
};
template <>
struct erm::ParamsOf<param_test::Schedule> {
  static NamedParams params(const param_test::Schedule& s) {
    return {{"lr", s.lr}, {"warmup", s.warmup}, {"pause", s.pause}};
  }
};
template <>
struct erm::ParamsOf<param_test::Config> {
  static NamedParams params(const param_test::Config& c) {
    return {{"name", c.name}, {"schedule", c.schedule}, {"layers", c.layers}, {"optimizer", c.optimizer}};
  }
};

namespace param_test {

using erm_test::thrown;
using Params = std::map<std::string, erm::Value>;

// A metric is a number: what is only a param cannot be one.
static_assert(!std::is_convertible_v<std::optional<int>, erm::Value>);
static_assert(!std::is_convertible_v<Optimizer, erm::Value>);
static_assert(!std::is_convertible_v<std::chrono::seconds, erm::Value>);
static_assert(!std::is_convertible_v<std::vector<int>, erm::Value>);

TEST_CASE("A param is what configurations hold") {
  erm::ExperimentRun run("e");
  const std::atomic<int> workers{4};
  const int grid[] = {1, 2};
  run.log_param("optimizer", Optimizer::adam);
  run.log_param("plain", first);
  run.log_param("letter", Letter::a);
  run.log_param("flag", Flag::on);
  run.log_param("loss", Loss::l2);
  run.log_param("data", std::filesystem::path("sets/train"));
  run.log_param("file", erm::FilePath("sets/test"));
  run.log_param("seed", std::optional<std::uint64_t>(18446744073709551615u));
  run.log_param("timeout", std::chrono::minutes(2));
  run.log_param("pause", std::chrono::microseconds(1500));
  run.log_param("workers", workers);
  run.log_param("layers", std::vector<int>{64, 10});
  run.log_param("names", std::array<std::string_view, 2>{"a\"b", "c"});
  run.log_param("grid", grid);
  run.log_param("flags", std::vector<bool>{true, false});
  run.log_param("losses", std::list<Loss>{Loss::l1, Loss::l2});
  run.log_param("nested", std::vector<std::vector<float>>{{0.1f}, {}});
  run.log_param("maybe", std::vector<std::optional<int>>{1, std::nullopt});
  const Params expected = {{"optimizer", 1},
                           {"plain", 7},
                           {"letter", 97},
                           {"flag", true},
                           {"loss", "l2"},
                           {"data", "sets/train"},
                           {"file", "sets/test"},
                           {"seed", 18446744073709551615u},
                           {"timeout", 120.0},
                           {"pause", 0.0015},
                           {"workers", 4},
                           {"layers", "[64,10]"},
                           {"names", "[\"a\\\"b\",\"c\"]"},
                           {"grid", "[1,2]"},
                           {"flags", "[true,false]"},
                           {"losses", "[\"l1\",\"l2\"]"},
                           {"nested", "[[0.1],[]]"},
                           {"maybe", "[1,null]"}};
  CHECK(run.params() == expected);
  CHECK(run.param("flag").is_bool());
}

TEST_CASE("Braces take all of these, too") {
  erm::ExperimentRun run("e");
  const std::string key = "key";
  run.log_params({{"lr", 0.1},
                  {"optimizer", Optimizer::sgd},
                  {"data", std::filesystem::path("x")},
                  {std::string_view(key), std::optional<int>(3)},
                  {key + "2", "text"},
                  {"layers", std::vector<int>{1}}});
  CHECK(run.params() ==
        Params{{"lr", 0.1}, {"optimizer", 0}, {"data", "x"}, {"key", 3}, {"key2", "text"}, {"layers", "[1]"}});
}

TEST_CASE("An empty optional is no param, and removes an old one") {
  erm::ExperimentRun run("e");
  run.log_params({{"warmup", 3}, {"decay", 0.5}, {"seed", 1}});
  run.log_param("warmup", std::optional<int>());
  run.log_params({{"decay", std::optional<double>()}, {"never", std::optional<int>()}});
  CHECK(run.params() == Params{{"seed", 1}});
}

TEST_CASE("A duration has the unit s, until the param gets a value without one") {
  erm::ExperimentRun run("e");
  run.log_params(
      {{"timeout", std::chrono::hours(1)}, {"pause", std::chrono::seconds(2)}, {"stop", std::chrono::seconds(3)}});
  CHECK(run.param_units() == std::map<std::string, std::string>{{"timeout", "s"}, {"pause", "s"}, {"stop", "s"}});
  run.log_param("timeout", 3);
  run.log_params({{"pause", 3}});
  run.log_param("stop", std::optional<int>());
  CHECK(run.param_units().empty());
}

TEST_CASE("A struct with a ParamsOf is logged in one call, its structs under dotted names") {
  erm::ExperimentRun run("e");
  Config config;
  run.log_params(config);
  CHECK(
      run.params() ==
      Params{{"name", "wide"}, {"schedule.lr", 0.1}, {"schedule.pause", 1.5}, {"layers", "[64,10]"}, {"optimizer", 1}});
  CHECK(run.param_units().at("schedule.pause") == "s");
  config.schedule.warmup = 5;
  run.log_param("config", config);
  CHECK(run.param("config.schedule.warmup") == 5);
  run.log_param("plan", std::vector<Schedule>(1));
  CHECK(run.param("plan") == "[{\"lr\":0.1,\"pause\":1.5}]");
}

TEST_CASE("A struct with a to_json is logged in one call, too") {
  erm::ExperimentRun run("e");
  run.log_params(JsonConfig());
  CHECK(run.params() == Params{{"epochs", 3}, {"rates", "[0.1,0.5]"}, {"weights.cat", 1}, {"weights.dog", 2}});
  run.log_param("json", JsonConfig());
  CHECK(run.param("json.weights.dog") == 2);
  run.log_params(erm::Json{{"a", {{"b", 1}}}, {"c", nullptr}});
  CHECK(run.param("a.b") == 1);
  CHECK(run.param("c") == "null");
}

TEST_CASE("Maps of any kind are params by name") {
  erm::ExperimentRun run("e");
  run.log_params(std::map<std::string, erm::Value>{{"a", 1}});
  run.log_params(std::unordered_map<std::string, double>{{"b", 0.5}});
  run.log_params(std::map<std::string, std::optional<int>>{{"c", 2}, {"d", std::nullopt}});
  run.log_params(std::vector<std::pair<const char*, Optimizer>>{{"e", Optimizer::adam}});
  run.log_params(erm::NamedParams{{"f", std::chrono::seconds(1)}});
  const erm::NamedValues values = {{"g", 1}};
  run.log_params(values);
  run.log_param("map", std::map<std::string, int>{{"x", 1}});
  CHECK(run.params() == Params{{"a", 1}, {"b", 0.5}, {"c", 2}, {"e", 1}, {"f", 1.0}, {"g", 1}, {"map.x", 1}});
}

TEST_CASE("A configuration without names is an error") {
  erm::ExperimentRun run("e");
  CHECK(thrown<erm::Error>([&] { run.log_params(erm::Json::parse("[1, 2]")); }) ==
        "log_params was given '[1,2]', and a configuration has names; log a single value as log_param(name, value)");
}

TEST_CASE("Units and axes come back from the registry, and names that are not UTF-8 are repaired") {
  const erm_test::TemporaryDirectory dir;
  erm::ExperimentRun run("e");
  run.log_param("pause\xFF", std::chrono::seconds(2));
  run.define_axis("val/*", "epoch");
  const erm::ExperimentRun loaded =
      erm::load_run_from_path(erm::save_run_to_registry(run, (dir.path() / "r").string()));
  CHECK(loaded.param_units() == std::map<std::string, std::string>{{"pause\xEF\xBF\xBD", "s"}});
  CHECK(loaded.axes() == std::map<std::string, std::string>{{"val/*", "epoch"}});
  CHECK(thrown<erm::Error>([&] { run.define_axis("", "epoch"); }) ==
        "define_axis was given an empty name; give the metrics and the metric that is their axis, as in "
        "define_axis(\"val/*\", \"epoch\")");
}

}  // namespace param_test

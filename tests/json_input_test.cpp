#include "erm/json_input.hpp"

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "catch.hpp"
#include "erm/experiment_run.hpp"
#include "erm/json.hpp"
#include "thrown.hpp"

namespace json_input_test {

using erm::Json;
using erm::JsonInput;
using erm_test::thrown;

namespace {

Json json(const JsonInput& input) { return input; }

struct Layer {
  int size = 0;
};
void to_json(Json& json, const Layer& layer) { json = {{"size", layer.size}}; }

}  // namespace

TEST_CASE("Braces mean what they mean to nlohmann::json") {
  CHECK(json({{"cat", 0.9}, {"dog", 0.8}}) == Json({{"cat", 0.9}, {"dog", 0.8}}));
  CHECK(json({{"cat", 0.9}}) == Json::object({{"cat", 0.9}}));
  CHECK(json({{"deep", {{"a", {{"b", nullptr}}}}}}) == Json::parse(R"({"deep": {"a": {"b": null}}})"));
  CHECK(json({{"layers", {64, 64, 10}}}) == Json::parse(R"({"layers": [64, 64, 10]})"));
  CHECK(json({{"names", {"a", "b"}}}) == Json::parse(R"({"names": ["a", "b"]})"));
  CHECK(json({1, "two", true, nullptr}) == Json::parse(R"([1, "two", true, null])"));
  CHECK(json({{"a", 1}, {"a", 2}}) == Json::object({{"a", 1}}));
  CHECK(json(nullptr).is_null());
  CHECK(json({}).is_null());
}

TEST_CASE("Values keep their type and their last digit") {
  CHECK(json({{"n", 18446744073709551615U}}).at("n") == 18446744073709551615U);
  CHECK(json({{"n", std::int64_t{-9223372036854775807} - 1}}).at("n") == std::numeric_limits<std::int64_t>::min());
  CHECK(json({{"n", 120U}}).at("n").is_number_unsigned());
  CHECK(json({{"n", 120}}).at("n").is_number_integer());
  CHECK(json({{"n", 1.0}}).at("n").is_number_float());
  CHECK(json({{"n", 0.1F}}).at("n") == 0.1);  // a float is its shortest decimal
  CHECK(json({{"n", 'c'}}).at("n") == "c");
  CHECK(json({{"b", true}}).at("b").is_boolean());
  CHECK(json({{"t", std::string("text")}}).at("t") == "text");
}

TEST_CASE("A Json, and everything that converts to one, is kept unchanged") {
  const Json all = Json::parse(R"({"z": [1, -2, 3.5, "t", null, true, {"k": {}}], "a": {"b": []}})");
  CHECK(json(all) == all);
  CHECK(json(std::map<std::string, double>{{"a", 0.5}}) == Json({{"a", 0.5}}));
  CHECK(json(std::vector<int>{1, 2}) == Json::array({1, 2}));
  CHECK(json(Layer{3}) == Json({{"size", 3}}));
}

TEST_CASE("Invalid UTF-8 becomes U+FFFD, also in keys") {
  const std::string bad = "a\xFF", good = "a\xEF\xBF\xBD";
  CHECK(json({{bad, bad}}) == Json({{good, good}}));
  CHECK(json(Json{{bad, bad}}) == Json({{good, good}}));
}

TEST_CASE("An update replaces the entries with the same keys and keeps the others") {
  JsonInput dict = {{"a", 1}, {"b", 2}, {"d", 4}};
  dict.update({{"b", "two"}, {"c", 3}, {"e", 5}});
  CHECK(json(dict) == Json({{"a", 1}, {"b", "two"}, {"c", 3}, {"d", 4}, {"e", 5}}));
}

TEST_CASE("Logging refuses JSON nested deeper than 100 levels, however deep") {
  erm::ExperimentRun run("e");
  for (const int depth : {101, 100000}) {
    Json deep = 1;
    for (int i = 0; i < depth; ++i) deep = Json::array({std::move(deep)});
    Json object = Json::object();
    object["d"] = std::move(deep);
    CHECK(thrown<erm::Error>([&] { run.log_dict("x", object); }) ==
          "dict 'x' nests deeper than 100 levels; flatten it, or log it as text or an artifact");
  }
}

TEST_CASE("RunOptions accepts dicts as braces and as a map of Json") {
  erm::RunOptions options;
  options.dicts = {{"scores", {{"cat", 0.9}}}, {"nothing", nullptr}};
  options.dicts["more"] = {{"n", 1}};
  erm::ExperimentRun run("e", options);
  CHECK(run.dicts().at("scores") == Json({{"cat", 0.9}}));
  CHECK(run.dicts().at("nothing") == Json::object());
  CHECK(run.dicts().at("more") == Json({{"n", 1}}));
  const std::map<std::string, Json> given = {{"d", {{"k", 1}}}};
  options.dicts = given;
  CHECK(erm::ExperimentRun("e", options).dicts() == given);
}

}  // namespace json_input_test

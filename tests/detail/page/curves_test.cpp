#include "erm/detail/page/curves.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "erm/comparison.hpp"
#include "erm/compare.hpp"
#include "erm/detail/base/float_bits.hpp"
#include "erm/json.hpp"
#include "page_text.hpp"

namespace curves_test {

using erm::detail::append_numbers;
using erm::detail::chart_ticks;
using erm::detail::ChartBox;
using erm::detail::ChartPoint;
using erm::detail::ChartRange;
using erm::detail::curve_panels;
using erm::detail::CurvePanel;
using erm::detail::CurvePaths;
using erm::detail::tick_texts;
using erm_test::body_of;
using erm_test::count;
using erm_test::has;
using erm_test::run_named;

namespace {

constexpr double greatest = std::numeric_limits<double>::max();

std::string written(const std::vector<double>& numbers) {
  std::string text;
  append_numbers(text, numbers);
  return text;
}

std::vector<std::uint8_t> bytes_of(const std::string& base64) {
  static const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::vector<std::uint8_t> bytes;
  unsigned bits = 0, count = 0;
  for (const char c : base64) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<unsigned>(letters.find(c));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<std::uint8_t>(bits >> count));
  }
  return bytes;
}

template <class Number>
Number number_at(const std::vector<std::uint8_t>& bytes, std::size_t place) {
  Number number;
  std::memcpy(&number, bytes.data() + place * sizeof number, sizeof number);
  return number;
}

/// What curve_data.js makes of the text.
std::vector<double> read(const std::string& text, std::size_t count) {
  const erm::Json columns = erm::Json::parse(text);
  std::vector<double> numbers;
  if (columns.size() == 2) {
    const std::vector<std::uint8_t> bytes = bytes_of(columns[1].get<std::string>());
    for (std::size_t i = 0; i < count; ++i)
      numbers.push_back(columns[0] == 8 ? number_at<double>(bytes, i) : static_cast<double>(number_at<float>(bytes, i)));
    return numbers;
  }
  const double scale = columns[0].get<double>();
  double sum = columns[1].get<double>();
  const std::vector<std::uint8_t> bytes = columns.size() == 4 ? bytes_of(columns[3].get<std::string>()) : std::vector<std::uint8_t>();
  for (std::size_t i = 0; i < count; ++i) {
    numbers.push_back(sum / scale);
    if (i + 1 == count) break;
    if (columns.size() == 3) sum += columns[2].get<double>();
    else if (columns[2] == 1) sum += number_at<std::int8_t>(bytes, i);
    else if (columns[2] == 2) sum += number_at<std::int16_t>(bytes, i);
    else sum += number_at<std::int32_t>(bytes, i);
  }
  return numbers;
}

std::vector<std::string> texts_between(double low, double high) {
  ChartRange range;
  range.add(low);
  range.add(high);
  range.widen();
  return tick_texts(chart_ticks(range, 5));
}

}  // namespace

TEST_CASE("The numbers of a curve are written in the shortest of the forms that give them exactly") {
  CHECK(written({0, 10, 20}) == "[1,0,10]");
  CHECK(written({0.5}) == "[10,5,0]");
  CHECK(written({0.1, 0.2, 0.3}) == "[10,1,1]");
  CHECK(written({0, 10, 30}) == "[1,0,1,\"ChQ=\"]");
  CHECK(written({0, 1000, 1010}) == "[1,0,2,\"6AMKAA==\"]");
  CHECK(written({0, 100000, 100010})[5] == '4');
  const double third = 1.0 / 3;
  CHECK(written({third, 1}).substr(0, 3) == "[8,");
  CHECK(written({static_cast<double>(1.0F / 3), 1}).substr(0, 3) == "[4,");  // as a model's loss is
  CHECK(written({erm::detail::not_a_number(), 0.5}).substr(0, 3) == "[4,");
}

TEST_CASE("Any numbers of a curve are read as they were") {
  std::mt19937_64 random(1);
  const auto check = [](const std::vector<double>& numbers) {
    const std::vector<double> back = read(written(numbers), numbers.size());
    REQUIRE(back.size() == numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      INFO(numbers[i]);
      REQUIRE(erm::detail::same_number(back[i], numbers[i]));
    }
  };
  check({greatest, -greatest, 5e-324, 0, 1e300});
  check({erm::detail::infinity(), erm::detail::infinity(true), erm::detail::not_a_number(), 1});
  check({1763883021.123, 1763883021.124, 1763883022});
  check({123457089, 123457090, -123457089});
  check({9007199254740991, 1, 9007199254740991});
  check({-204857.33, -204857.329, 0.1 + 0.2});
  for (int round = 0; round < 500; ++round) {
    std::vector<double> numbers(1 + random() % 20);
    for (double& number : numbers) {
      const std::uint64_t bits = random();
      if (round % 3 == 0) std::memcpy(&number, &bits, sizeof number);
      else number = static_cast<double>(static_cast<std::int64_t>(bits) >> (round % 60)) / (round % 2 == 0 ? 1 : 1000);
    }
    check(numbers);
  }
}

TEST_CASE("The ticks of an axis have different texts, whatever its range is") {
  CHECK(texts_between(0, 1) == std::vector<std::string>{"0", "0.2", "0.4", "0.6", "0.8", "1"});
  CHECK(texts_between(123457080, 123457090) == std::vector<std::string>{"123457080", "123457082", "123457084", "123457086", "123457088", "123457090"});
  CHECK(texts_between(0, 2e6) == std::vector<std::string>{"0", "5e5", "1e6", "1.5e6", "2e6"});
  CHECK(texts_between(-204857.331, -204857.329).size() > 2);
  CHECK(texts_between(-greatest, greatest) == std::vector<std::string>{"-1e308", "0", "1e308"});
  std::mt19937_64 random(2);
  for (int round = 0; round < 2000; ++round) {
    double ends[2];
    for (double& end : ends) {
      do {
        const std::uint64_t bits = random();
        std::memcpy(&end, &bits, sizeof end);
      } while (!erm::detail::is_finite(end));
    }
    if (round % 2 == 0) ends[1] = ends[0] * (1 + 1e-13 * (round % 7));
    const std::vector<std::string> texts = texts_between(ends[0], ends[1]);
    INFO(ends[0] << " to " << ends[1]);
    REQUIRE(texts.size() >= 2);
    REQUIRE(texts.size() <= 12);
    REQUIRE(std::set<std::string>(texts.begin(), texts.end()).size() == texts.size());
  }
}

TEST_CASE("Any two doubles are the ends of an axis, and what lies between them is between") {
  for (const auto& [low, high] : {std::pair<double, double>{-greatest, greatest}, {0, 5e-322}, {1e15, 1e15 + 4}, {-1e-310, 1e-310}}) {
    ChartRange range;
    range.add(low);
    range.add(high);
    range.widen();
    INFO(low << " to " << high);
    CHECK(range.low == low);
    CHECK(range.high == high);
    CHECK(range.part(low) == 0);
    CHECK(range.part(high) == 1);
    CHECK(range.part(low / 2 + high / 2) == Approx(0.5).margin(0.01));
  }
  ChartRange one;
  one.add(greatest);
  one.widen();
  CHECK(one.high == greatest);
  CHECK(one.low < greatest);
}

TEST_CASE("A point between gaps and a line of less than two pixels are dots") {
  ChartBox box;
  box.x.add(0);
  box.x.add(10000);
  box.y.add(0);
  box.y.add(1);
  const double none = erm::detail::not_a_number();
  const CurvePaths paths(box, {{0, 0.5}, {1, none}, {2, 0.5}, {3, none}, {4, 0}, {5, 1}, {6, none}, {7, 0.5}, {8, 0.5}});
  CHECK(count(paths.dots, "M") == 3);
  CHECK(count(paths.line, "M") == 2);
  CHECK(count(paths.line, "L") == 2);
}

TEST_CASE("Many charts are in panels by the beginning of their names, the main metrics before them") {
  std::vector<erm::ExperimentRun> runs = {run_named("a"), run_named("b")};
  for (int i = 0; i < 20; ++i) {
    runs[0].log_metric("a/" + std::to_string(i), 1, 0);
    for (erm::ExperimentRun& run : runs) run.log_metric("train/" + std::to_string(i), 1, 0);
    for (erm::ExperimentRun& run : runs) run.log_metric("system/" + std::to_string(i), 1, 0);
  }
  for (erm::ExperimentRun& run : runs) run.log_metric("val/loss", 1, 0);
  runs[0].log_metric("alone", 1, 0);
  runs[0].log_metric("b/alone", 1, 0);
  const erm::Comparison comparison(runs);
  std::string text;
  for (const CurvePanel& panel : curve_panels(comparison))
    text += panel.name + " " + std::to_string(panel.curves.size()) + (panel.is_open ? " open, " : ", ");
  CHECK(text == "Main metrics 1 open, train 20 open, a 20, Other metrics 2, system 20, ");
  const std::string page = body_of(erm::compare_runs(runs));
  CHECK(count(page, "<details class=panel open>") == 2);
  CHECK(count(page, "<figure class=\"chart waits\"") == 42);
}

TEST_CASE("Few charts are in no panels; the main metrics are first") {
  erm::ExperimentRun run = run_named("a");
  for (const char* name : {"a", "system/memory", "train/loss", "z"}) run.log_metric(name, 1, 0);
  const std::string page = body_of(erm::compare_runs(run));
  CHECK_FALSE(has(page, "class=panel"));
  const auto place = [&](const std::string& name) { return page.find("<figcaption>" + name); };
  CHECK(place("train/loss") < place("a"));
  CHECK(place("z") < place("system/memory"));
}

}  // namespace curves_test

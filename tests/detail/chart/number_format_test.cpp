#include "erm/detail/chart/number_format.hpp"

#include <string>

#include "catch.hpp"

namespace number_format_test {

namespace {

std::string text(const char* format, double value) {
  const auto parsed = erm::detail::NumberFormat::parse(format);
  return parsed ? parsed->text(value) : "none";
}

}  // namespace

// The texts are those of d3-format 3.1.
TEST_CASE("Numbers are written in the formats of d3") {
  CHECK(text(".0%", 0.125) == "13%");
  CHECK(text(".1%", 0.5) == "50.0%");
  CHECK(text(".2f", 1.005) == "1.00");
  CHECK(text(",.0f", 1234567) == "1,234,567");
  CHECK(text(",d", 1234567) == "1,234,567");
  CHECK(text("~s", 1500) == "1.5k");
  CHECK(text(".3s", 0.00012) == "120\xC2\xB5");
  CHECK(text(".2s", 42e6) == "42M");
  CHECK(text(".1e", 12345) == "1.2e+4");
  CHECK(text(".1e", 0.00012) == "1.2e\xE2\x88\x92" "4");
  CHECK(text(".3g", 1234) == "1.23e+3");
  CHECK(text(".3r", 1234) == "1230");
  CHECK(text("$,.2f", -1234.5) == "\xE2\x88\x92$1,234.50");
  CHECK(text("+.1f", 2) == "+2.0");
  CHECK(text(".2f", -0.001) == "0.00");
  CHECK(text("", 0.1 + 0.2) == "0.3");
  CHECK(text("~f", 1.5) == "1.5");
  CHECK(text(".4p", 0.12345) == "12.35%");
}

TEST_CASE("What is no number, and what no double holds, does no harm") {
  for (const char* format : {".20f", ",.2f", "~s", ".20e", ".20g", ".20%", "d", ".20r", ".20p"})
    for (const double value : {1e308, -1e308, 5e-324, 0.0, std::stod("nan"), std::stod("inf")}) CHECK_FALSE(text(format, value).empty());
}

TEST_CASE("A format that is not known is told") {
  for (const char* format : {"x", "%%", "12", ".f", ".x", "(.2f", "0>5", "b", ".2fx"}) CHECK(text(format, 1) == "none");
}

}  // namespace number_format_test

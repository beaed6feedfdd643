#include "erm/detail/base/number_text.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "catch.hpp"
#include "locale_guard.hpp"

namespace number_text_test {

using erm::detail::append_floating;
using erm::detail::append_integer;
using erm::detail::parse_number;
using erm::detail::read_double;
using erm::detail::shortest_decimal;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class Float>
std::string text_of(Float value) {
  std::string out;
  append_floating(out, value);
  return out;
}

template <class To, class From>
To same_bits(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

struct Random {
  std::uint64_t state = 1;
  std::uint64_t operator()() {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return state ^ state >> 29U;
  }
};

}  // namespace

TEST_CASE("A double is written as the shortest text that reads back as it") {
  CHECK(text_of(0.1) == "0.1");
  CHECK(text_of(-0.1) == "-0.1");
  CHECK(text_of(1.0) == "1");
  CHECK(text_of(0.0) == "0");
  CHECK(text_of(-0.0) == "-0");
  CHECK(text_of(1.5) == "1.5");
  CHECK(text_of(123456.789) == "123456.789");
  CHECK(text_of(1.0 / 3.0) == "0.3333333333333333");
  CHECK(text_of(0.1 + 0.2) == "0.30000000000000004");
  CHECK(text_of(5e-324) == "5e-324");
  CHECK(text_of(std::numeric_limits<double>::max()) == "1.7976931348623157e+308");
  CHECK(text_of(std::numeric_limits<double>::min()) == "2.2250738585072014e-308");
}

TEST_CASE("A float is written as the shortest text that reads back as that float") {
  CHECK(text_of(0.1F) == "0.1");
  CHECK(text_of(16777216.0F) == "16777216");
  CHECK(text_of(std::numeric_limits<float>::max()) == "3.4028235e+38");
  CHECK(text_of(std::numeric_limits<float>::denorm_min()) == "1e-45");
}

TEST_CASE("Exponents are used where Python and fmt use them") {
  CHECK(text_of(0.0001) == "0.0001");
  CHECK(text_of(0.00012345) == "0.00012345");
  CHECK(text_of(0.00001) == "1e-05");
  CHECK(text_of(1.25e-5) == "1.25e-05");
  CHECK(text_of(100000.0) == "100000");
  CHECK(text_of(1e15) == "1000000000000000");
  CHECK(text_of(1234567890123456.0) == "1234567890123456");
  CHECK(text_of(123456789012345.6) == "123456789012345.6");
  CHECK(text_of(1e16) == "1e+16");
  CHECK(text_of(-1.5e16) == "-1.5e+16");
  CHECK(text_of(1e100) == "1e+100");
}

TEST_CASE("Numbers that are not finite have names") {
  CHECK(text_of(infinity) == "inf");
  CHECK(text_of(-infinity) == "-inf");
  CHECK(text_of(std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(text_of(-std::numeric_limits<double>::quiet_NaN()) == "nan");
}

TEST_CASE("Any double reads back as itself") {
  Random random;
  std::size_t wrong = 0, tried = 0;
  while (tried < 20000) {
    const auto value = same_bits<double>(random());
    if (!std::isfinite(value)) continue;
    ++tried;
    const std::optional<double> back = parse_number(text_of(value));
    if (!back || same_bits<std::uint64_t>(*back) != same_bits<std::uint64_t>(value)) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("Any float's shortest decimal is that float again, and has the same text") {
  Random random;
  std::size_t wrong = 0, tried = 0;
  while (tried < 20000) {
    const auto value = same_bits<float>(static_cast<std::uint32_t>(random() >> 32U));
    if (!std::isfinite(value)) continue;
    ++tried;
    const double decimal = shortest_decimal(value);
    if (static_cast<float>(decimal) != value || text_of(decimal).size() > text_of(value).size() + 16) ++wrong;
    if (std::abs(value) > 1e-3F && std::abs(value) < 1e6F && text_of(decimal) != text_of(value)) ++wrong;
  }
  CHECK(wrong == 0);
  CHECK(shortest_decimal(0.1F) == 0.1);
  CHECK(shortest_decimal(0.1) == 0.1);
  CHECK(std::isnan(shortest_decimal(std::numeric_limits<float>::quiet_NaN())));
  CHECK(shortest_decimal(-std::numeric_limits<float>::infinity()) == -infinity);
}

TEST_CASE("Integers are written completely") {
  std::string out = "n=";
  append_integer(out, std::numeric_limits<std::int64_t>::min());
  append_integer(out, std::numeric_limits<std::uint64_t>::max());
  append_integer(out, 0);
  CHECK(out == "n=-9223372036854775808184467440737095516150");
}

TEST_CASE("A text that is a number is read") {
  CHECK(parse_number("0.9") == 0.9);
  CHECK(parse_number("+1") == 1.0);
  CHECK(parse_number("-1") == -1.0);
  CHECK(parse_number("1.") == 1.0);
  CHECK(parse_number(".5") == 0.5);
  CHECK(parse_number("-.5") == -0.5);
  CHECK(parse_number("1e3") == 1000.0);
  CHECK(parse_number("1E+3") == 1000.0);
  CHECK(parse_number("1e-3") == 0.001);
  CHECK(parse_number("007") == 7.0);
  CHECK(parse_number("18446744073709551615") == 18446744073709551616.0);
}

TEST_CASE("nan and the infinities are read in any case") {
  for (const std::string_view text : {"nan", "NaN", "NAN", "-nan", "+nan"}) {
    CAPTURE(text);
    REQUIRE(parse_number(text).has_value());
    CHECK(std::isnan(*parse_number(text)));
  }
  for (const std::string_view text : {"inf", "Inf", "INF", "+inf", "infinity", "Infinity", "INFINITY"}) {
    CAPTURE(text);
    CHECK(parse_number(text) == infinity);
    if (text[0] != '+') CHECK(parse_number("-" + std::string(text)) == -infinity);
  }
}

TEST_CASE("A number beyond the range of a double is infinity or 0, with its sign") {
  CHECK(parse_number("1e400") == infinity);
  CHECK(parse_number("-1e400") == -infinity);
  CHECK(parse_number("1" + std::string(400, '0')) == infinity);
  CHECK(parse_number("1" + std::string(400, '0') + "e-10") == infinity);
  CHECK(parse_number("1e99999999999999999999") == infinity);
  for (const std::string& text : {std::string("1e-400"), std::string("0.001e-400"), "0." + std::string(400, '0') + "1",
                                  "0." + std::string(400, '0') + "1e10", std::string("1e-99999999999999999999")}) {
    CAPTURE(text);
    REQUIRE(parse_number(text).has_value());
    CHECK(*parse_number(text) == 0.0);
    CHECK_FALSE(std::signbit(*parse_number(text)));
    CHECK(std::signbit(parse_number("-" + text).value()));
  }
  CHECK(parse_number("0e99999999999999999999") == 0.0);
  CHECK(parse_number("4e-324") == 5e-324);
}

TEST_CASE("A text that is more or less than a number is not read") {
  for (const std::string_view text :
       {"",     "-",    "+",   "+-1", "-+1", "++1",  "--1",       ".",      "-.",       "e5",   ".e5",    "1e",
        "1e+",  "1 ",   " 1",  "1,5", "1_0", "0x10", "1.2.3",     "1e5.5",  "infinite", "nano", "nan(1)", "in",
        "1inf", "NaN ", "\t1", "1\n", "½",   "1f",   "infinityy", "1e3 e3", "one",      "true", "- 1",    "0b1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_number(text).has_value());
  }
  CHECK_FALSE(parse_number(std::string_view("1\0", 2)).has_value());
}

TEST_CASE("Reading stops at the end of the number, and at the end of the text") {
  const std::string_view text = "12.5e2,7";
  double value = 0;
  CHECK(read_double(text.data(), text.data() + text.size(), value) == text.data() + 6);
  CHECK(value == 1250.0);
  CHECK(read_double(text.data(), text.data() + 2, value) == text.data() + 2);
  CHECK(value == 12.0);
  CHECK(read_double(text.data(), text.data() + 5, value) == text.data() + 4);
  CHECK(value == 12.5);
  CHECK(read_double(text.data() + 6, text.data() + text.size(), value) == text.data() + 6);
  CHECK(value == 12.5);
}

TEST_CASE("The locale changes no number's text") {
  const erm_test::CommaLocale locale;
  CHECK(text_of(1234.5) == "1234.5");
  CHECK(text_of(0.1F) == "0.1");
  CHECK(parse_number("1234.5") == 1234.5);
  CHECK_FALSE(parse_number("1234,5").has_value());
  CHECK(shortest_decimal(0.1F) == 0.1);
}

TEST_CASE("A power of ten is the nearest double on every system, and 0 or infinity where there is none") {
  CHECK(erm::detail::ten_to_the(308) == 1e308);
  CHECK(erm::detail::ten_to_the(23) == 1e23);
  CHECK(erm::detail::ten_to_the(0) == 1);
  CHECK(erm::detail::ten_to_the(-5) == 1e-5);
  CHECK(erm::detail::ten_to_the(-323) == 1e-323);
  CHECK(erm::detail::ten_to_the(-330) == 0);
  CHECK(erm::detail::ten_to_the(309) == erm::detail::infinity());
  CHECK(erm::detail::ten_to_the(-1e9) == 0);
  CHECK(erm::detail::ten_to_the(1e300) == erm::detail::infinity());
  CHECK(erm::detail::ten_to_the(erm::detail::infinity()) == erm::detail::infinity());
  CHECK(erm::detail::ten_to_the(-erm::detail::infinity()) == 0);
}

}  // namespace number_text_test

#include "erm/value.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "locale_guard.hpp"

namespace value_test {

using erm::Value;
using Kind = erm::Value::Kind;

namespace {

constexpr auto int64_min = std::numeric_limits<std::int64_t>::min();
constexpr auto int64_max = std::numeric_limits<std::int64_t>::max();
constexpr auto uint64_max = std::numeric_limits<std::uint64_t>::max();
constexpr double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

enum Unscoped { unscoped };
enum class Scoped { scoped };

// What a value is made from, without a word from the caller.
static_assert(std::is_convertible_v<bool, Value>);
static_assert(std::is_convertible_v<signed char, Value> && std::is_convertible_v<unsigned char, Value>);
static_assert(std::is_convertible_v<short, Value> && std::is_convertible_v<unsigned short, Value>);
static_assert(std::is_convertible_v<int, Value> && std::is_convertible_v<unsigned, Value>);
static_assert(std::is_convertible_v<long, Value> && std::is_convertible_v<unsigned long, Value>);
static_assert(std::is_convertible_v<long long, Value> && std::is_convertible_v<unsigned long long, Value>);
static_assert(std::is_convertible_v<float, Value> && std::is_convertible_v<double, Value>);
static_assert(std::is_convertible_v<long double, Value>);
static_assert(std::is_convertible_v<char, Value> && std::is_convertible_v<const char*, Value>);
static_assert(std::is_convertible_v<std::string, Value> && std::is_convertible_v<const std::string&, Value>);
static_assert(std::is_convertible_v<std::string_view, Value>);

// What is no value does not compile.
static_assert(!std::is_constructible_v<Value, std::nullptr_t>);
static_assert(!std::is_constructible_v<Value, wchar_t>);
static_assert(!std::is_constructible_v<Value, char16_t> && !std::is_constructible_v<Value, char32_t>);
static_assert(!std::is_constructible_v<Value, Unscoped> && !std::is_constructible_v<Value, Scoped>);
static_assert(!std::is_constructible_v<Value, const int*> && !std::is_constructible_v<Value, void*>);
static_assert(!std::is_constructible_v<Value, std::vector<int>>);
static_assert(!std::is_constructible_v<Value, std::vector<bool>::reference>);
static_assert(!std::is_constructible_v<Value, const wchar_t*>);

std::string error_of(const Value& value, void (*read)(const Value&)) {
  try {
    read(value);
  } catch (const erm::Error& error) {
    return error.what();
  }
  return "no error";
}

template <class T>
std::string get_error(const Value& value) {
  return error_of(value, [](const Value& v) { (void)v.get<T>(); });
}

}  // namespace

TEST_CASE("A default value is the empty text") {
  const Value value = Value();
  CHECK(value.kind() == Kind::text);
  CHECK(value.str().empty());
  CHECK(value == "");
}

TEST_CASE("A value keeps the type of its source") {
  CHECK(Value(true).kind() == Kind::boolean);
  CHECK(Value(1).kind() == Kind::signed_integer);
  CHECK(Value(std::int8_t{1}).kind() == Kind::signed_integer);
  CHECK(Value(1LL).kind() == Kind::signed_integer);
  CHECK(Value(1U).kind() == Kind::unsigned_integer);
  CHECK(Value(std::uint8_t{1}).kind() == Kind::unsigned_integer);
  CHECK(Value(std::size_t{1}).kind() == Kind::unsigned_integer);
  CHECK(Value(1.0F).kind() == Kind::floating);
  CHECK(Value(1.0).kind() == Kind::floating);
  CHECK(Value(1.0L).kind() == Kind::floating);
  CHECK(Value("1").kind() == Kind::text);
  CHECK(Value('1').kind() == Kind::text);
  CHECK(Value(std::string("1")).kind() == Kind::text);
  CHECK(Value(std::string_view("1")).kind() == Kind::text);
}

TEST_CASE("A value is text, a number or a boolean, and only one of them") {
  for (const Value& number : {Value(1), Value(1U), Value(1.0)}) {
    CHECK(number.is_number());
    CHECK_FALSE(number.is_text());
    CHECK_FALSE(number.is_bool());
  }
  CHECK(Value("1").is_text());
  CHECK_FALSE(Value("1").is_number());
  CHECK_FALSE(Value("1").is_bool());
  CHECK(Value(false).is_bool());
  CHECK_FALSE(Value(false).is_number());
  CHECK_FALSE(Value(false).is_text());
}

TEST_CASE("A char is text and the small integers are numbers") {
  CHECK(Value('A').str() == "A");
  CHECK(Value('A').get<std::string>() == "A");
  CHECK(Value(std::int8_t{65}).str() == "65");
  CHECK(Value(std::uint8_t{65}).str() == "65");
}

TEST_CASE("Values of one list may have different types") {
  const std::map<std::string, Value> params = {{"lr", 0.1}, {"seed", 42U}, {"optimizer", "adam"}, {"nesterov", true}};
  CHECK(params.at("lr").str() == "0.1");
  CHECK(params.at("seed").str() == "42");
  CHECK(params.at("optimizer").str() == "adam");
  CHECK(params.at("nesterov").str() == "true");
}

TEST_CASE("str() is readable") {
  CHECK(Value(0.1).str() == "0.1");
  CHECK(Value(0.1F).str() == "0.1");
  CHECK(Value(0.1L).str() == "0.1");
  CHECK(Value(1e-7F).str() == "1e-07");
  CHECK(Value(100000.0).str() == "100000");
  CHECK(Value(not_a_number).str() == "nan");
  CHECK(Value(infinity).str() == "inf");
  CHECK(Value(-infinity).str() == "-inf");
  CHECK(Value(std::numeric_limits<float>::quiet_NaN()).str() == "nan");
  CHECK(Value(-std::numeric_limits<float>::infinity()).str() == "-inf");
  CHECK(Value(true).str() == "true");
  CHECK(Value(false).str() == "false");
  CHECK(Value(int64_min).str() == "-9223372036854775808");
  CHECK(Value(int64_max).str() == "9223372036854775807");
  CHECK(Value(uint64_max).str() == "18446744073709551615");
}

TEST_CASE("A float is stored as its shortest decimal") {
  CHECK(Value(0.1F).get<double>() == 0.1);
  CHECK(Value(0.1F).get<float>() == 0.1F);
  CHECK(Value(0.1F) == Value(0.1));
  CHECK(Value(16777216.0F).get<int>() == 16777216);
  for (const float number : {std::numeric_limits<float>::max(), std::numeric_limits<float>::denorm_min(),
                             std::numeric_limits<float>::min(), 1.0F / 3.0F, -2.5e-39F, 3.4e38F})
    CHECK(Value(number).get<float>() == number);
}

TEST_CASE("An integer can be read as any integer type that holds it exactly") {
  CHECK(Value(42U).get<int>() == 42);
  CHECK(Value(42).get<unsigned>() == 42U);
  CHECK(Value(uint64_max).get<std::uint64_t>() == uint64_max);
  CHECK(Value(int64_min).get<std::int64_t>() == int64_min);
  CHECK(Value(int64_max).get<std::uint64_t>() == 9223372036854775807U);
  CHECK(Value(-128).get<std::int8_t>() == -128);
  CHECK(Value(127U).get<std::int8_t>() == 127);
  CHECK(Value(255).get<std::uint8_t>() == 255);
  CHECK(Value(2.0).get<int>() == 2);
  CHECK(Value(-0.0).get<unsigned>() == 0U);
  CHECK(Value(9007199254740993LL).get<std::int64_t>() == 9007199254740993LL);
  CHECK(Value(std::ldexp(1.0, 63)).get<std::uint64_t>() == std::uint64_t{1} << 63U);
  CHECK(Value(-std::ldexp(1.0, 63)).get<std::int64_t>() == int64_min);
}

TEST_CASE("An integer that does not fit is an error, never truncated") {
  CHECK_THROWS_AS(Value(128).get<std::int8_t>(), erm::Error);
  CHECK_THROWS_AS(Value(-129).get<std::int8_t>(), erm::Error);
  CHECK_THROWS_AS(Value(256U).get<std::uint8_t>(), erm::Error);
  CHECK_THROWS_AS(Value(-1).get<std::uint64_t>(), erm::Error);
  CHECK_THROWS_AS(Value(-1.0).get<unsigned>(), erm::Error);
  CHECK_THROWS_AS(Value(std::uint64_t{1} << 63U).get<std::int64_t>(), erm::Error);
  CHECK_THROWS_AS(Value(std::ldexp(1.0, 63)).get<std::int64_t>(), erm::Error);
  CHECK_THROWS_AS(Value(std::ldexp(1.0, 64)).get<std::uint64_t>(), erm::Error);
  CHECK_THROWS_AS(Value(-128.5).get<std::int8_t>(), erm::Error);
  CHECK_THROWS_AS(Value(0.5).get<int>(), erm::Error);
  CHECK_THROWS_AS(Value(not_a_number).get<int>(), erm::Error);
  CHECK_THROWS_AS(Value(infinity).get<int>(), erm::Error);
  CHECK_THROWS_AS(Value(-infinity).get<std::int64_t>(), erm::Error);
}

TEST_CASE("Any number can be read as a floating-point type, rounded to nearest") {
  CHECK(Value(1).get<double>() == 1.0);
  CHECK(Value(uint64_max).get<double>() == std::ldexp(1.0, 64));
  CHECK(Value(9007199254740993LL).get<double>() == 9007199254740992.0);
  CHECK(Value(0.1).get<float>() == 0.1F);
  CHECK(Value(0.5).get<long double>() == 0.5L);
  CHECK(std::isnan(Value(not_a_number).get<float>()));
  CHECK(Value(1e300).get<float>() == std::numeric_limits<float>::infinity());
}

TEST_CASE("Reading a value as the wrong type is an error that describes the value") {
  CHECK(get_error<int>("0.9") == "the value '0.9' is text and cannot be read as a signed integer of that size");
  CHECK(get_error<unsigned>(-1) ==
        "the value '-1' is a signed integer and cannot be read as an unsigned integer of that size");
  CHECK(get_error<std::int8_t>(300U) ==
        "the value '300' is an unsigned integer and cannot be read as a signed integer of that size");
  CHECK(get_error<int>(0.5) ==
        "the value '0.5' is a floating-point number and cannot be read as a signed integer of that size");
  CHECK(get_error<double>("0.9") ==
        "the value '0.9' is text and cannot be read as a floating-point number (number() reads text)");
  CHECK(get_error<double>(true) ==
        "the value 'true' is a boolean and cannot be read as a floating-point number (number() reads text)");
  CHECK(get_error<int>(true) == "the value 'true' is a boolean and cannot be read as a signed integer of that size");
  CHECK(get_error<bool>(1) == "the value '1' is a signed integer and cannot be read as a boolean");
  CHECK(get_error<bool>("true") == "the value 'true' is text and cannot be read as a boolean");
  CHECK(get_error<std::string>(7) ==
        "the value '7' is a signed integer and cannot be read as text (str() gives any value as text)");
}

TEST_CASE("Text stays text, and number() reads it if it is a number") {
  CHECK(Value("0.9").is_text());
  CHECK(Value("0.9").get<std::string>() == "0.9");
  CHECK(Value("0.9").number() == 0.9);
  CHECK(Value("-1e3").number() == -1000.0);
  CHECK(Value("inf").number() == infinity);
  CHECK(std::isnan(Value("nan").number().value()));
  CHECK(Value(42U).number() == 42.0);
  CHECK(Value(-1).number() == -1.0);
  CHECK(Value(0.1F).number() == 0.1);
  CHECK_FALSE(Value("adam").number().has_value());
  CHECK_FALSE(Value("").number().has_value());
  CHECK_FALSE(Value("0.9 ").number().has_value());
  CHECK_FALSE(Value(true).number().has_value());
}

TEST_CASE("Numbers are compared by value") {
  CHECK(Value(1) == Value(1U));
  CHECK(Value(1) == Value(1.0));
  CHECK(Value(1U) == Value(1.0));
  CHECK(Value(-1) == Value(-1.0));
  CHECK(Value(0.0) == Value(-0.0));
  CHECK(Value(not_a_number) == Value(not_a_number));
  CHECK(Value(infinity) == Value(infinity));
  CHECK(Value(-1) != Value(uint64_max));
  CHECK(Value(uint64_max) != Value(-1));
  CHECK(Value(not_a_number) != Value(0.0));
  CHECK(Value(not_a_number) != Value(0));
  CHECK(Value(infinity) != Value(uint64_max));
  CHECK(Value(1) != Value(1.5));
  CHECK(Value(-1) != Value(-1.5));
  CHECK(Value(9007199254740993LL) != Value(9007199254740992.0));
  CHECK(Value(uint64_max) != Value(std::ldexp(1.0, 64)));
}

TEST_CASE("Equality is symmetric, and reflexive even for NaN") {
  const std::vector<Value> values = {
      0,     -1, 1U,  uint64_max, int64_min, 0.5, -1.0,      1.0,       not_a_number, 0.0,  infinity, true,
      false, "", "1", "true",     'x',       "x", int64_max, -infinity, 1e300,        0.1F, 0.1,      "nan"};
  for (const Value& a : values) {
    CHECK(a == a);
    CHECK_FALSE(a != a);
    for (const Value& b : values) {
      CHECK((a == b) == (b == a));
      CHECK((a == b) != (a != b));
    }
  }
}

TEST_CASE("Text and booleans are equal only to their own type") {
  CHECK(Value("a") == Value(std::string("a")));
  CHECK(Value("a") == Value('a'));
  CHECK(Value("a") != Value("b"));
  CHECK(Value("1") != Value(1));
  CHECK(Value("true") != Value(true));
  CHECK(Value(true) == Value(true));
  CHECK(Value(true) != Value(false));
  CHECK(Value(true) != Value(1));
  CHECK(Value(0) != Value(false));
  CHECK(Value("") != Value(0));
}

TEST_CASE("Invalid UTF-8 becomes U+FFFD") {
  const std::string broken = "caf\xE9!";
  const std::string repaired = "caf\xEF\xBF\xBD!";
  CHECK(Value(broken).str() == repaired);
  CHECK(Value(broken.c_str()).str() == repaired);
  CHECK(Value(std::string_view(broken)).str() == repaired);
  CHECK(Value(std::string(broken)).str() == repaired);
  CHECK(Value('\xE9').str() == "\xEF\xBF\xBD");
  CHECK(Value("Zürich \xF0\x9F\x98\x80").str() == "Zürich \xF0\x9F\x98\x80");
}

TEST_CASE("Text with a given length may contain a NUL") {
  const std::string_view text("a\0b", 3);
  CHECK(Value(text).get<std::string>() == text);
  CHECK(Value(std::string(text)).str().size() == 3);
}

TEST_CASE("A null pointer to text is an error") {
  const char* nothing = nullptr;
  CHECK_THROWS_AS(Value(nothing), erm::Error);
  try {
    const Value value(nothing);
    FAIL("a null pointer was taken for a value");
  } catch (const erm::Error& error) {
    CHECK(error.what() == std::string("a value was given as a null pointer to text; give \"\" for empty text"));
  }
}

TEST_CASE("Copies of a value are independent, and assignment changes the type") {
  Value value = 18446744073709551615U;
  const Value copy = value;
  value = "adam";
  CHECK(value.get<std::string>() == "adam");
  CHECK(copy.get<std::uint64_t>() == uint64_max);
  Value moved = std::move(value);
  CHECK(moved == "adam");
  moved = false;
  CHECK_FALSE(moved.get<bool>());
}

TEST_CASE("The locale affects neither writing nor reading of a value") {
  const erm_test::CommaLocale locale;
  if (locale.active()) CHECK(Value(0.5).str() == "0.5");
  CHECK(Value(1234567.25).str() == "1234567.25");
  CHECK(Value(0.1F).str() == "0.1");
  CHECK(Value(1234567).str() == "1234567");
  CHECK(Value("0.5").number() == 0.5);
  CHECK_FALSE(Value("0,5").number().has_value());
}

}  // namespace value_test

#include "erm/detail/base/quick_number_text.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <string_view>

#include "catch.hpp"
#include "erm/detail/base/number_text.hpp"

namespace quick_number_text_test {

using namespace erm::detail;

namespace {

template <class Float>
std::string quick(Float value) {
  char text[40];
  const char* const end = put_usual_number(text, value);
  return end == nullptr ? "" : std::string(text, static_cast<std::size_t>(end - text));
}

}  // namespace

#if defined(__cpp_lib_to_chars) && defined(__SIZEOF_INT128__)
namespace {

/// Whether the quick text is the same as the standard library's, or there is none.
template <class Float>
bool is_same(Float value, int& quick_ones) {
  const std::string text = quick(value);
  if (text.empty()) return true;
  ++quick_ones;
  char expected[64];
  return text == std::string(expected, std::to_chars(expected, expected + sizeof expected, value).ptr);
}

template <class Float>
void expect_same(Float value, int& quick_ones) {
  if (!is_same(value, quick_ones)) FAIL("quick: " << quick(value));
}

}  // namespace

namespace {

/// Whether the number of a text is the same as the standard library's, or the text is not for the quick way.
bool reads_the_same(const std::string& text, int& quick_ones) {
  const std::string padded = text + ",\n" + std::string(64, '7');
  double value = 0, expected = 0;
  const char* const begin = padded.data();
  const char* const end = read_usual_number(begin, begin + padded.size(), value);
  if (end == nullptr) return true;
  ++quick_ones;
  const auto standard = std::from_chars(begin, begin + padded.size(), expected);
  return standard.ec == std::errc() && standard.ptr == end && std::memcmp(&value, &expected, sizeof value) == 0;
}

}  // namespace

TEST_CASE("The number of a usual text is the one of the standard library") {
  std::mt19937_64 random(23);
  int quick_ones = 0;
  const auto expect = [&](const std::string& text) {
    if (!reads_the_same(text, quick_ones)) FAIL("the text: " << text);
  };
  constexpr int count = 100000;
  for (int i = 0; i < count; ++i) {
    const double unit = static_cast<double>(random() >> 11) / 9007199254740992.0;
    char shortest[64];
    for (const double value : {unit, -unit * 1000, unit * 1e9, static_cast<double>(static_cast<float>(unit))})
      expect(std::string(shortest, std::to_chars(shortest, shortest + sizeof shortest, value).ptr));
    // Any digits, of which some lie in the middle between two doubles.
    std::string digits = std::to_string(i % 3 == 0 ? (random() >> 11) * 2 + 1 : random());
    if (i % 2 == 0) digits.insert(random() % (digits.size() + 1), ".");
    expect(digits);
    expect("-" + digits);
    expect(digits + "e5");
  }
  CHECK(quick_ones > 4 * count);
  for (const char* const text : {"0", "-0", "0.0", "-0.000", "9007199254740993", "9007199254740993.0", "0.000000000000000001",
                                 "9999999999999999999", "999999999999999999.9", "1.", ".5", "-", "", "1e5", "1E5", "00.50",
                                 "123456789012345678901234567890", "inf", "nan", "0x10", "4503599627370496.5",
                                 "4503599627370497.5", "0.5:", "1.2345678:"})
    expect(text);
}

TEST_CASE("The quick text of a number is the one of the standard library") {
  std::mt19937_64 random(11);
  const auto below = [&](std::uint64_t end) { return static_cast<double>(random() % end); };
  int doubles = 0, floats = 0;
  const auto check = [&](double value) {
    expect_same(value, doubles);
    expect_same(-value, doubles);
    expect_same(static_cast<float>(value), floats);
  };
  constexpr int count = 60000;
  for (int i = 0; i < count; ++i) {
    const double any = std::ldexp(static_cast<double>(random() >> 11) + 0x1p53, -53);  // from 1 to 2
    check(any - 1);
    check(std::ldexp(any, static_cast<int>(random() % 64) - 12));
    check(below(1000000) / 1e6);                                     // few digits
    check(std::nextafter(below(100000) / 1e3, random() % 2 == 0 ? 0.0 : 1e9));  // many, close to few
    check(below(100000000) / std::pow(10.0, below(12)));
    check(std::ldexp(below(64) + 1, static_cast<int>(below(20)) - 20));  // ends of a decimal, halfway between others
  }
  CHECK(doubles > 8 * count);  // most are for it
  CHECK(floats > 4 * count);
  for (int exponent = -12; exponent <= 50; ++exponent) {
    double up = std::ldexp(1.0, exponent), down = up;
    for (int i = 0; i < 50; ++i) {
      check(up = std::nextafter(up, 1e300));
      check(down = std::nextafter(down, 0));
    }
  }
}

TEST_CASE("The quick text is for the numbers that most metrics have") {
  CHECK(quick(0.1) == "0.1");
  CHECK(quick(0.1F) == "0.1");
  CHECK(quick(-0.30000000000000004) == "-0.30000000000000004");
  CHECK(quick(0.001) == "0.001");
  CHECK(quick(97.25) == "97.25");
  CHECK(quick(123456789.125) == "123456789.125");
  for (const double other : {0.0, 1.0, 12.0, 0.5, 1e-4, 1e20, 1e15 + 0.5, std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()})
    CHECK(quick(other) == "");
}
#endif

TEST_CASE("Text of any number is written where there is room for 32 characters") {
  for (const double value : {0.30000000000000004, -0.0012345678901234567, 1234567.1234567891, 281474976710655.94, 12.0,
                             0.5, -1e-300, 1e300}) {
    char text[40];
    std::memset(text, '#', sizeof text);
    const char* const end = put_floating(text, value);
    CHECK(parse_number(std::string_view(text, static_cast<std::size_t>(end - text))) == value);
    CHECK(std::string(text + 32, 8) == "########");
  }
}

}  // namespace quick_number_text_test

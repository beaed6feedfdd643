#include "erm/detail/base/shown_number.hpp"

#include <cmath>
#include <cstddef>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"

namespace shown_number_test {

namespace {

std::string six(std::string_view text, bool scientific = false) {
  std::string out;
  erm::detail::append_six_digits(out, text, scientific);
  return out;
}

std::string shown(std::string_view text, std::size_t digits, bool scientific = false) {
  std::string out;
  erm::detail::append_number(out, text, scientific, digits);
  return out;
}

std::vector<std::size_t> digits_of(const std::vector<std::string>& numbers, bool scientific = false) {
  std::vector<std::size_t> digits(numbers.size(), erm::detail::few_digits);
  erm::detail::DigitsFinder().find(
      numbers.size(), scientific, [&](std::size_t i) { return std::string_view(numbers[i]); },
      [&](std::size_t i, std::size_t k) { return numbers[i] == numbers[k]; },
      [&](std::size_t i, std::size_t found) { digits[i] = found; });
  return digits;
}

using Digits = std::vector<std::size_t>;

}  // namespace

TEST_CASE("Numbers are shown to six significant digits") {
  CHECK(six("0.123456789") == "0.123457");
  CHECK(six("0.1") == "0.1");
  CHECK(six("-12.34567891") == "-12.3457");
  CHECK(six("0.0001234567") == "0.000123457");
  CHECK(six("999999.96") == "1000000");
  CHECK(six("0.99999996") == "1");
  CHECK(six("123456.5") == "123457");
  CHECK(six("1234567.89") == "1234570");
  CHECK(six("2.50000") == "2.50000");  // seven characters are short enough as they are
  CHECK(six("2.5000000") == "2.5");
  CHECK(six("1e-05") == "0.00001");
  CHECK(six("+0.5") == "0.5");
  CHECK(six(".123456789") == "0.123457");
  CHECK(six("0.00000000000001") == "1e-14");
  CHECK(six("1.5e+300") == "1.5e300");
}

TEST_CASE("Whole numbers are shown completely") {
  CHECK(six("18446744073709551615") == "18446744073709551615");
  CHECK(six("-1234567") == "-1234567");
  CHECK(six("0") == "0");
  CHECK(six(std::string(300, '7')) == std::string(300, '7'));
}

TEST_CASE("A row in scientific notation shows each number that way") {
  CHECK(six("0.1", true) == "1e-1");
  CHECK(six("1e-05", true) == "1e-5");
  CHECK(six("123456789", true) == "1.23457e8");
  CHECK(six("0", true) == "0");
  CHECK(six("-0.0", true) == "-0");
  CHECK(six("9.9999999e-9", true) == "1e-8");
  CHECK(six("1e400", true) == "1e400");
}

TEST_CASE("Numbers that are not finite are shown by name") {
  CHECK(six("nan") == "NaN");
  CHECK(six("-nan") == "NaN");
  CHECK(six("inf") == "\xE2\x88\x9E");
  CHECK(six("-inf", true) == "-\xE2\x88\x9E");
  CHECK(six("+Infinity") == "\xE2\x88\x9E");
}

TEST_CASE("A number is shown to as many digits as are asked for") {
  CHECK(shown("-204857.3312", 6) == "-204857");
  CHECK(shown("-204857.3312", 10) == "-204857.3312");
  CHECK(shown("-204857.33125", 10) == "-204857.3313");
  CHECK(shown("123457089.5", 10, true) == "1.234570895e8");
  CHECK(shown("0.1000000000000000055", 19) == "0.1000000000000000055");
  CHECK(shown("0.99999999999999999999999", 20) == "1");
  CHECK(shown("9.99999999999999999995", 21) == "9.99999999999999999995");
}

TEST_CASE("A number has the least digits that tell it from the others of its row, at least six") {
  CHECK(digits_of({}).empty());
  CHECK(digits_of({"0.1", "0.2"}) == Digits{6, 6});
  CHECK(digits_of({"-204857.3312", "-204857.3313"}) == Digits{10, 10});
  CHECK(digits_of({"-204857.3312", "-204857.3312"}) == Digits{6, 6});
  CHECK(digits_of({"0.1", "0.10000000000000002", "0.123456789"}) == Digits{17, 17, 6});
  CHECK(digits_of({"-204857.3312", "-204857.3313", "-204857.3315"}) == Digits{10, 10, 10});
  CHECK(digits_of({"999999.96", "1000000"}) == Digits{8, 8});
  CHECK(digits_of({"", "", "0.5"}) == Digits{6, 6, 6});
  CHECK(digits_of({"nan", "inf", "-inf", "1"}) == Digits{6, 6, 6, 6});
  // Whole numbers are shown completely, unless the row has exponents.
  CHECK(digits_of({"18446744073709551614", "18446744073709551615"}) == Digits{6, 6});
  CHECK(digits_of({"18446744073709551614", "18446744073709551615"}, true) == Digits{19, 19});
  CHECK(digits_of({"1.00000000000000000000001e5", "1.00000000000000000000002e5"}) == Digits{21, 21});
  // Two numbers that six digits tell apart, and seven do not.
  CHECK(digits_of({"1.23456499", "1.23456501"}) == Digits{6, 6});
}

TEST_CASE("Numbers that share their first six digits are never missed by the quick look") {
  erm::detail::DigitsFinder finder;
  const auto alike = [&](const std::vector<double>& numbers) {
    return finder.may_look_alike(numbers.size(), [&](std::size_t i) { return numbers[i]; });
  };
  CHECK_FALSE(alike({}));
  CHECK_FALSE(alike({0.1, 0.2, 0.1, 0.2, -0.1}));
  CHECK_FALSE(alike({NAN, INFINITY, -INFINITY, 0, 1}));
  CHECK(alike({-204857.3312, 3, -204857.3313}));
  CHECK(alike({9007199254740992.0}));
  std::mt19937 random(11);
  for (int round = 0; round < 20000; ++round) {
    const double exponent = std::uniform_real_distribution<>(-300, 15)(random);
    std::string text;
    erm::detail::append_floating(text, std::pow(10.0, exponent));
    const double number = *erm::detail::parse_number(text);
    const double rounded = *erm::detail::parse_number(shown(text, 6, true));
    if (number != rounded) CHECK(alike({number, rounded}));
    // As far apart as two numbers that six digits do not tell apart can be.
    const double unit = std::pow(10.0, std::floor(exponent) - 5);
    CHECK(alike({number, number + 0.999 * unit}));
  }
}

TEST_CASE("No two different numbers of a row are shown as the same text, whatever their distance") {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> numbers;
    const double base = std::uniform_real_distribution<>(-1e6, 1e6)(random);
    for (int i = 0; i < 40; ++i) {
      const double step = std::pow(10.0, -static_cast<int>(random() % 12));
      std::string text;
      erm::detail::append_floating(text, base + step * static_cast<double>(random() % 20));
      numbers.push_back(text);
    }
    for (const bool scientific : {false, true}) {
      const Digits digits = digits_of(numbers, scientific);
      std::map<std::string, std::string> number_of;
      for (std::size_t i = 0; i < numbers.size(); ++i) {
        const std::string text = shown(numbers[i], digits[i], scientific);
        CHECK(number_of.emplace(text, numbers[i]).first->second == numbers[i]);
      }
    }
  }
}

}  // namespace shown_number_test

#include "erm/detail/base/shortest_decimal.hpp"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>

#include "catch.hpp"
#include "erm/detail/base/number_text.hpp"

#if defined(__SIZEOF_INT128__) && defined(__cpp_lib_to_chars)
namespace shortest_decimal_test {

namespace {

std::string by_standard(double value) {
  char text[400];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}
std::string by_us(double value) {
  char text[64];
  char* const end = erm::detail::put_shortest(text, value);
  return end == nullptr ? by_standard(value) : std::string(text, end);
}
double of_bits(std::uint64_t bits) {
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// How many of the values that `next()` returns have another text than std::to_chars gives them.
template <class Next>
int differing(int count, Next&& next) {
  int wrong = 0;
  for (int i = 0; i < count; ++i) {
    const double value = next();
    if (value - value == 0 && by_us(value) != by_standard(value) && ++wrong == 1) UNSCOPED_INFO(by_standard(value));
  }
  return wrong;
}

}  // namespace

TEST_CASE("The shortest decimal is that of std::to_chars, character by character") {
  std::mt19937_64 random(7);
  CHECK(differing(100000, [&] { return of_bits(random()); }) == 0);
  CHECK(differing(50000, [&] { return static_cast<double>(random() >> 11) / 9007199254740992.0; }) == 0);
  CHECK(differing(50000, [&] { return static_cast<double>(random() >> (random() % 64)); }) == 0);
  CHECK(differing(50000, [&] { return static_cast<double>(random() % 100000) / 1000; }) == 0);
  CHECK(differing(50000, [&] {
          const std::uint32_t bits = static_cast<std::uint32_t>(random());
          float value = 0;
          std::memcpy(&value, &bits, sizeof value);
          return static_cast<double>(value);
        }) == 0);
}

TEST_CASE("The shortest decimal is right at each power of two and beside it, and for each power of ten") {
  int wrong = 0;
  for (std::uint64_t exponent = 0; exponent < 2047; ++exponent) {
    for (const std::uint64_t fraction : {0ULL, 1ULL, 2ULL, 0x8000000000000ULL, 0xFFFFFFFFFFFFEULL, 0xFFFFFFFFFFFFFULL}) {
      const double value = of_bits(exponent << 52 | fraction);
      if (by_us(value) != by_standard(value) || by_us(-value) != by_standard(-value)) ++wrong;
    }
  }
  for (int exponent = -324; exponent < 309; ++exponent) {
    for (const char* const digits : {"1", "9", "12", "999", "1234567"}) {
      const double value = std::strtod((digits + ("e" + std::to_string(exponent))).c_str(), nullptr);
      if (value - value == 0 && by_us(value) != by_standard(value)) ++wrong;
    }
  }
  CHECK(wrong == 0);
  CHECK(by_us(0.1) == "0.1");
  CHECK(by_us(-0.0) == "-0");
  CHECK(by_us(1e20) == "1e+20");
  CHECK(by_us(5e-324) == "5e-324");
}

}  // namespace shortest_decimal_test
#endif

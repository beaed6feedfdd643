// Also compiled with -ffast-math: the checks look at bits.
#include "erm/detail/base/stored_number.hpp"

#include <cstdint>
#include <cstring>
#include <string>

#include "catch.hpp"
#include "erm/detail/base/float_bits.hpp"

using namespace erm::detail;

namespace {

std::uint64_t bits_of(double number) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &number, sizeof bits);
  return bits;
}

/// Of a float with these bits, by the definition of the format: all in integers and in doubles that are normal.
double defined(std::uint32_t bits, int exponent_bits, int fraction_bits) {
  const std::uint32_t all_ones = (1U << exponent_bits) - 1;
  const std::uint32_t exponent = bits >> fraction_bits & all_ones;
  const std::uint32_t fraction = bits & ((1U << fraction_bits) - 1);
  double number = static_cast<double>(exponent == 0 ? fraction : fraction + (1U << fraction_bits));
  int power = static_cast<int>(exponent == 0 ? 1 : exponent) - static_cast<int>((1U << (exponent_bits - 1)) - 1) -
              fraction_bits;
  for (; power > 0; --power) number *= 2;
  for (; power < 0; ++power) number /= 2;
  return (bits >> (exponent_bits + fraction_bits) & 1) != 0 ? -number : number;
}

template <int ExponentBits, int FractionBits>
std::size_t count_wrong() {
  constexpr std::uint32_t all_ones = (1U << ExponentBits) - 1;
  std::size_t wrong = 0;
  for (std::uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
    const double number = small_float<ExponentBits, FractionBits>(bits);
    const bool is_special = (bits >> FractionBits & all_ones) == all_ones;
    const bool is_nan_of_format = is_special && (bits & ((1U << FractionBits) - 1)) != 0;
    if (is_special)
      wrong += is_finite(number) || is_nan(number) != is_nan_of_format || is_negative(number) != (bits >> 15 != 0);
    else if ((bits & 0x7FFF) == 0)
      wrong += bits_of(number) != (bits == 0 ? 0 : std::uint64_t{1} << 63);
    else
      wrong += bits_of(number) != bits_of(defined(bits, ExponentBits, FractionBits));
  }
  return wrong;
}

template <class T>
double loaded(T number) {
  unsigned char bytes[sizeof number + 1] = {};
  std::memcpy(bytes + 1, &number, sizeof number);  // not aligned
  return load_number<T>(bytes + 1);
}

}  // namespace

TEST_CASE("Each of the 65,536 half and bfloat16 numbers becomes the double that its format defines") {
  CHECK(count_wrong<5, 10>() == 0);
  CHECK(count_wrong<8, 7>() == 0);
  CHECK(small_float<5, 10>(0x3C00) == 1.0);
  CHECK(small_float<5, 10>(0x0001) == 1.0 / 16777216);
  CHECK(small_float<5, 10>(0x7BFF) == 65504.0);
  CHECK(small_float<8, 7>(0x3F80) == 1.0);
  CHECK(small_float<8, 7>(0xC040) == -3.0);
}

TEST_CASE("Bits tell NaN and the infinities from numbers") {
  const auto from = [](std::uint64_t bits) {
    double number = 0;
    std::memcpy(&number, &bits, sizeof number);
    return number;
  };
  const double infinite = from(0x7FF0000000000000), nan_value = from(0x7FF8000000000000);
  CHECK_FALSE(is_finite(infinite));
  CHECK_FALSE(is_nan(infinite));
  CHECK_FALSE(is_finite(nan_value));
  CHECK(is_nan(nan_value));
  CHECK(is_nan(from(0xFFF0000000000001)));
  CHECK(is_finite(from(0x7FEFFFFFFFFFFFFF)));
  CHECK(is_finite(from(1)));
  CHECK(is_negative(from(0xFFF0000000000000)));
  CHECK(is_negative(from(0x8000000000000000)));
}

TEST_CASE("Numbers of every stored type are read from any address") {
  CHECK(loaded(std::int8_t{-3}) == -3.0);
  CHECK(loaded(std::uint16_t{65535}) == 65535.0);
  CHECK(loaded(std::int32_t{-70000}) == -70000.0);
  CHECK(loaded(std::uint64_t{1} << 63) == 9223372036854775808.0);
  CHECK(loaded(0.5F) == 0.5);
  CHECK(loaded(-2.25) == -2.25);
  const unsigned char yes = 1, no = 0;
  CHECK(load_number<BooleanByte>(&yes) == 1.0);
  CHECK(load_number<BooleanByte>(&no) == 0.0);
  CHECK(size_of_number(erm::NumberType::boolean) == 1);
  CHECK(size_of_number(erm::NumberType::float16) == 2);
  CHECK(size_of_number(erm::NumberType::bfloat16) == 2);
  CHECK(size_of_number(erm::NumberType::int32) == 4);
  CHECK(size_of_number(erm::NumberType::float64) == 8);
}

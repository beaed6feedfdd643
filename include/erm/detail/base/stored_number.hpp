// Reads numbers of any NumberType from memory of any alignment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "erm/number_type.hpp"

namespace erm::detail {

/// A binary floating-point number of few bits as a double, exactly: also where the processor takes subnormal floats for
/// 0, as -ffast-math makes it.
template <int ExponentBits, int FractionBits>
double small_float(std::uint32_t bits) noexcept {
  constexpr std::uint32_t all_ones = (1U << ExponentBits) - 1;
  constexpr std::uint64_t bias = (1U << (ExponentBits - 1)) - 1;
  const std::uint64_t sign = std::uint64_t{bits >> (ExponentBits + FractionBits) & 1} << 63;
  const std::uint32_t exponent = bits >> FractionBits & all_ones;
  std::uint64_t fraction = bits & ((1U << FractionBits) - 1);
  std::uint64_t result = sign | fraction << (52 - FractionBits);
  if (exponent == all_ones) {
    result |= std::uint64_t{0x7FF} << 52;
  } else if (exponent != 0) {
    result |= (exponent - bias + 1023) << 52;
  } else if (fraction != 0) {
    std::uint64_t shifted = 1 - bias + 1023;  // the exponent of a subnormal number, as a double has it
    while ((fraction >> FractionBits) == 0) {
      fraction <<= 1;
      --shifted;
    }
    fraction &= (1U << FractionBits) - 1;
    result = sign | shifted << 52 | fraction << (52 - FractionBits);
  }
  double number = 0;
  std::memcpy(&number, &result, sizeof number);
  return number;
}

struct BooleanByte {};
struct Float16 {};
struct BFloat16 {};

template <class T>
inline constexpr std::size_t stored_size = sizeof(T);
template <>
inline constexpr std::size_t stored_size<Float16> = 2;
template <>
inline constexpr std::size_t stored_size<BFloat16> = 2;

template <class T>
double load_number(const unsigned char* at) noexcept {
  if constexpr (std::is_same_v<T, BooleanByte>) {
    return *at != 0 ? 1.0 : 0.0;
  } else if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, at, sizeof bits);
    return std::is_same_v<T, Float16> ? small_float<5, 10>(bits) : small_float<8, 7>(bits);
  } else {
    T number = 0;
    std::memcpy(&number, at, sizeof number);
    return static_cast<double>(number);
  }
}

/// Calls `function` with a value of the type that stands for `type`: BooleanByte, an integer, Float16, BFloat16, ...
template <class Function>
decltype(auto) with_number_type(NumberType type, const Function& function) {
  switch (type) {
    case NumberType::boolean:
      return function(BooleanByte());
    case NumberType::int8:
      return function(std::int8_t());
    case NumberType::int16:
      return function(std::int16_t());
    case NumberType::int32:
      return function(std::int32_t());
    case NumberType::int64:
      return function(std::int64_t());
    case NumberType::uint8:
      return function(std::uint8_t());
    case NumberType::uint16:
      return function(std::uint16_t());
    case NumberType::uint32:
      return function(std::uint32_t());
    case NumberType::uint64:
      return function(std::uint64_t());
    case NumberType::float16:
      return function(Float16());
    case NumberType::bfloat16:
      return function(BFloat16());
    case NumberType::float32:
      return function(float());
    default:
      return function(double());
  }
}

inline std::size_t size_of_number(NumberType type) {
  return with_number_type(type, [](auto number) { return stored_size<decltype(number)>; });
}

}  // namespace erm::detail

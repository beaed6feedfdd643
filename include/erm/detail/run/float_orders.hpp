// Floats and doubles as integers: -ffast-math, flushed subnormals and rounding change nothing about their order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace erm::detail {

template <class Float>
struct FloatBits;
template <>
struct FloatBits<float> {
  using Bits = std::uint32_t;
  static constexpr int fraction = 23, exponent = 8;
};
template <>
struct FloatBits<double> {
  using Bits = std::uint64_t;
  static constexpr int fraction = 52, exponent = 11;
};

template <class Float>
typename FloatBits<Float>::Bits bits_of(const Float& value) noexcept {
  typename FloatBits<Float>::Bits bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}
inline double double_of(std::uint64_t bits) noexcept {
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}
template <class Float>
inline constexpr
    typename FloatBits<Float>::Bits magnitude_mask = (typename FloatBits<Float>::Bits{1}
                                                      << (FloatBits<Float>::fraction + FloatBits<Float>::exponent)) -
                                                     1;
template <class Float>
inline constexpr typename FloatBits<Float>::Bits infinite_magnitude =
    magnitude_mask<Float> >> FloatBits<Float>::fraction << FloatBits<Float>::fraction;

/// The magnitude as the bits of a double. A conversion by the processor may take a subnormal float for zero.
inline std::uint64_t double_magnitude(std::uint64_t magnitude_of_double) noexcept { return magnitude_of_double; }
inline std::uint64_t double_magnitude(std::uint32_t magnitude_of_float) noexcept {
  std::uint64_t fraction = magnitude_of_float & 0x7FFFFFU;
  std::uint64_t exponent = magnitude_of_float >> 23;
  if (exponent == 0) {
    if (fraction == 0) return 0;
    exponent = 1;
    for (; (fraction & 0x800000U) == 0; fraction <<= 1) --exponent;  // wraps, and comes back with the bias
    fraction &= 0x7FFFFFU;
  }
  return (exponent + (1023 - 127)) << 52 | fraction << 29;
}

/// The double of a float, as bits.
inline std::uint64_t double_of_float(std::uint32_t bits) noexcept {
  return static_cast<std::uint64_t>(bits >> 31) << 63 | double_magnitude(bits & 0x7FFFFFFFU);
}

/// Whether Float is a finite number.
template <class Float>
bool has_finite_bits(typename FloatBits<Float>::Bits bits) noexcept {
  return (bits & magnitude_mask<Float>) < infinite_magnitude<Float>;
}

template <class Float>
using FloatOrder = std::make_signed_t<typename FloatBits<Float>::Bits>;

/// Bits in the order of their numbers: -NaN, -infinity, ..., -0, 0, ..., infinity, NaN. In this order -x is -1 - x.
template <class Float>
FloatOrder<Float> order_of(typename FloatBits<Float>::Bits bits) noexcept {
  using Order = FloatOrder<Float>;
  constexpr int sign = FloatBits<Float>::fraction + FloatBits<Float>::exponent;
  return static_cast<Order>(
      bits ^ (static_cast<typename FloatBits<Float>::Bits>(static_cast<Order>(bits) >> sign) & magnitude_mask<Float>));
}

}  // namespace erm::detail

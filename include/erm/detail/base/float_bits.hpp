// Whether a floating-point number is NaN or an infinity, by its bits: with -ffast-math and -Ofast a compiler takes
// is_nan(x), is_finite(x) and x != x for constants. ERM uses these functions in place of those of <cmath>, and
// a test forbids the latter.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>

namespace erm::detail {

static_assert(std::numeric_limits<double>::is_iec559 && sizeof(double) == 8 && sizeof(float) == 4,
              "ERM needs floating-point numbers of IEC 60559");

/// The bits of a number. With -ffinite-math-only a compiler knows that a parameter is no NaN, and what follows for its
/// bits. The empty assembler statement hides from it where they are from.
template <class Bits>
Bits hidden(Bits bits) noexcept {
#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ && (defined(__GNUC__) || defined(__clang__))
  __asm__("" : "+r"(bits));
#endif
  return bits;
}

/// The bits without the sign.
inline std::uint64_t magnitude_bits(const double& number) noexcept {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &number, sizeof bits);
  return hidden(bits) & 0x7FFFFFFFFFFFFFFF;
}
inline std::uint32_t magnitude_bits(const float& number) noexcept {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &number, sizeof bits);
  return hidden(bits) & 0x7FFFFFFF;
}

inline constexpr std::uint64_t infinity_bits(double /*kind*/) noexcept { return 0x7FF0000000000000; }
inline constexpr std::uint32_t infinity_bits(float /*kind*/) noexcept { return 0x7F800000; }

template <class Float>
bool is_nan(const Float& number) noexcept {
  return magnitude_bits(number) > infinity_bits(Float());
}
template <class Float>
bool is_inf(const Float& number) noexcept {
  return magnitude_bits(number) == infinity_bits(Float());
}
template <class Float>
bool is_finite(const Float& number) noexcept {
  return magnitude_bits(number) < infinity_bits(Float());
}
/// Whether the sign is minus, also that of an infinity or of -0.0.
inline bool is_negative(const double& number) noexcept {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &number, sizeof bits);
  return hidden(bits) >> 63 != 0;
}
inline bool is_negative(const float& number) noexcept {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &number, sizeof bits);
  return hidden(bits) >> 31 != 0;
}

/// NaN. Unlike the constant of std::numeric_limits, a compiler does not take it for impossible.
inline double not_a_number() noexcept {
  const std::uint64_t bits = hidden<std::uint64_t>(0x7FF8000000000000);
  double number = 0;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}
inline double infinity(bool is_minus = false) noexcept {
  const std::uint64_t bits = hidden<std::uint64_t>(is_minus ? 0xFFF0000000000000 : 0x7FF0000000000000);
  double number = 0;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

/// Whether both are the same number; NaN is the same as NaN.
inline bool same_number(const double& a, const double& b) noexcept {
  if (is_nan(a) || is_nan(b)) return is_nan(a) && is_nan(b);
  if (is_inf(a) || is_inf(b)) return is_inf(a) && is_inf(b) && is_negative(a) == is_negative(b);
  return a == b;
}

}  // namespace erm::detail

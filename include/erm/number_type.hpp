// How a number is stored: by tensors, by matrices, by images.
#pragma once

#include <cstdint>
#include <type_traits>

namespace erm {

/// float16 is IEEE 754's binary16, bfloat16 the upper half of a float32, and a boolean is a byte.
enum class NumberType : std::uint8_t {
  boolean,
  int8,
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  float16,
  bfloat16,
  float32,
  float64
};

namespace detail {

/// Types that have a NumberType. A long double has none.
template <class T>
inline constexpr bool is_viewed_number = std::is_same_v<T, float> || std::is_same_v<T, double> ||
                                         (std::is_integral_v<T> && sizeof(T) <= 8 && !std::is_same_v<T, char> &&
                                          !std::is_same_v<T, wchar_t> && !std::is_same_v<T, char16_t> &&
                                          !std::is_same_v<T, char32_t>
#ifdef __cpp_char8_t
                                          && !std::is_same_v<T, char8_t>
#endif
                                         );

template <class T>
constexpr NumberType number_type_of() {
  static_assert(is_viewed_number<T>, "erm: numbers are bool, integers of up to 64 bits, float or double");
  if constexpr (std::is_same_v<T, bool>)
    return NumberType::boolean;
  else if constexpr (std::is_floating_point_v<T>)
    return sizeof(T) == 4 ? NumberType::float32 : NumberType::float64;
  else if constexpr (sizeof(T) == 1)
    return std::is_signed_v<T> ? NumberType::int8 : NumberType::uint8;
  else if constexpr (sizeof(T) == 2)
    return std::is_signed_v<T> ? NumberType::int16 : NumberType::uint16;
  else if constexpr (sizeof(T) == 4)
    return std::is_signed_v<T> ? NumberType::int32 : NumberType::uint32;
  else
    return std::is_signed_v<T> ? NumberType::int64 : NumberType::uint64;
}

}  // namespace detail

}  // namespace erm

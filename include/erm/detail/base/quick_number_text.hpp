// The shortest text of the numbers that most metrics have, and the numbers of such texts: most of what writing and reading
// a point costs. Gives what std::to_chars and std::from_chars give, in less time.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace erm::detail {

#if defined(__SIZEOF_INT128__) && defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

inline constexpr std::uint64_t powers_of_ten[] = {1U,
                                                  10U,
                                                  100U,
                                                  1000U,
                                                  10000U,
                                                  100000U,
                                                  1000000U,
                                                  10000000U,
                                                  100000000U,
                                                  1000000000U,
                                                  10000000000U,
                                                  100000000000U,
                                                  1000000000000U,
                                                  10000000000000U,
                                                  100000000000000U,
                                                  1000000000000000U,
                                                  10000000000000000U,
                                                  100000000000000000U,
                                                  1000000000000000000U,
                                                  10000000000000000000U};

/// Eight digits with leading zeros, the first in the lowest byte.
inline std::uint64_t eight_digits(std::uint64_t number) noexcept {
  // Halves, then halves of these, side by side.
  const std::uint64_t fours = number / 10000 | (number % 10000) << 32;
  const std::uint64_t hundreds = ((fours * 10486) >> 20) & 0x0000007F0000007FU;
  const std::uint64_t twos = hundreds | (fours - 100 * hundreds) << 16;
  const std::uint64_t tens = ((twos * 103) >> 10) & 0x000F000F000F000FU;
  return (tens | (twos - 10 * tens) << 8) + 0x3030303030303030U;
}

/// The last `count` digits of a number, 1 to 8 of them. Writes 8 characters.
inline char* put_last_digits(char* at, std::uint64_t number, int count) noexcept {
  const std::uint64_t digits = eight_digits(number) >> (8 * (8 - count));
  std::memcpy(at, &digits, 8);
  return at + count;
}

/// Writes the shortest decimal that reads back as `value` to `at`, which has room for 32 characters, and returns its
/// end, or null for a value that is not for it: below 2^-10, from 2^48 on, an integer, a power of two, not a number.
///
/// This is Schubfach (Giulietti, "The Schubfach way to render doubles"), where the power of ten is an integer of 64
/// bits and all products are exact.
template <class Float>
char* put_usual_number(char* at, Float value) noexcept {
  static_assert(sizeof(Float) == 4 || sizeof(Float) == 8);
  __extension__ using Wide = unsigned __int128;
  constexpr int fraction = sizeof(Float) == 8 ? 52 : 23;
  constexpr int bias = sizeof(Float) == 8 ? 1023 : 127;
  constexpr const std::uint64_t* powers = powers_of_ten;
  std::uint64_t bits = 0;
  if constexpr (sizeof(Float) == 8) {
    std::memcpy(&bits, &value, 8);
  } else {
    std::uint32_t half = 0;
    std::memcpy(&half, &value, 4);
    bits = half;
  }
  if (bits >> (8 * sizeof(Float) - 1) != 0) {
    *at++ = '-';
    bits &= ~std::uint64_t{0} >> (65 - 8 * sizeof(Float));
  }
  const int exponent = static_cast<int>(bits >> fraction) - bias;  // of two
  const std::uint64_t below_one = bits & ((std::uint64_t{1} << fraction) - 1);
  if (exponent < -10 || exponent >= (fraction < 48 ? fraction : 48) || below_one == 0) return nullptr;
  const std::uint64_t mantissa = below_one | std::uint64_t{1} << fraction;
  const int scale = fraction - exponent;  // value = mantissa / 2^scale
  if (exponent >= 0 && (mantissa & ((std::uint64_t{1} << scale) - 1)) == 0) return nullptr;

  // The numbers that read back as `value` lie between the middles to its neighbours. As many decimals as make
  // neighbours differ by 1 to 10: their number is that of 2^scale.
  const int decimals = (scale * 1233 + 4095) >> 12;
  const std::uint64_t power = powers[decimals];
  // In units of half the distance to a neighbour, of which 2^shift are 1.
  const int shift = scale + 1;
  const std::uint64_t one = std::uint64_t{1} << shift;
  const std::uint64_t reach = power - (mantissa & 1);  // the ends belong to even mantissas
  const Wide exact = static_cast<Wide>(2 * mantissa) * power;
  const auto whole = static_cast<std::uint64_t>(exact >> shift);
  const std::uint64_t rest = static_cast<std::uint64_t>(exact) & (one - 1);
  const std::uint64_t tens = whole / 10;
  const Wide above_ten = static_cast<Wide>(whole - 10 * tens) * one + rest;  // above the multiple of 10 below
  const bool is_low = above_ten <= reach;
  const bool is_high = static_cast<Wide>(10) * one - above_ten <= reach;
  const bool low_fits = rest <= reach, high_fits = one - rest <= reach;
  const bool is_nearer = (rest > one / 2) | ((rest == one / 2) & ((whole & 1) != 0));
  // Whether there is a shorter one is as good as random: no branch depends on it.
  const bool is_short = is_low | is_high;
  const std::uint64_t short_digits = tens + static_cast<std::uint64_t>(is_high);
  const std::uint64_t long_digits = whole + static_cast<std::uint64_t>(high_fits & (is_nearer | !low_fits));
  const std::uint64_t digits = is_short ? 10 * short_digits : long_digits;
  int zeros = static_cast<int>(is_short);  // at the end
  if (is_short & (short_digits % 10 == 0))
    for (std::uint64_t left = short_digits; left % 10 == 0 && zeros < decimals; left /= 10) ++zeros;

  const std::uint64_t integer = exponent < 0 ? 0 : mantissa >> scale;
  if (integer < 10)
    *at++ = static_cast<char>('0' + integer);
  else
    at = std::to_chars(at, at + 20, integer).ptr;
  *at++ = '.';
  const std::uint64_t parts = digits - integer * powers[decimals];
  constexpr std::uint64_t eight = 100000000U;
  if (decimals > 16) at = put_last_digits(at, parts / (eight * eight), decimals - 16);
  if (decimals > 8) at = put_last_digits(at, parts / eight % eight, decimals > 16 ? 8 : decimals - 8);
  return put_last_digits(at, parts % eight, decimals > 8 ? 8 : decimals) - zeros;
}

// ---- reading ----

/// How many bytes the functions below may look at.
inline constexpr std::ptrdiff_t room_of_usual_number = 40;

inline std::uint64_t eight_bytes(const char* at) noexcept {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes;
}
/// The bits of each byte that is no digit, above the lowest of them; below it, all are digits.
inline std::uint64_t no_digits(std::uint64_t bytes) noexcept {
  constexpr std::uint64_t high = 0xF0F0F0F0F0F0F0F0U;
  return ((bytes & high) ^ 0x3030303030303030U) | (((bytes + 0x0606060606060606U) & high) ^ 0x3030303030303030U);
}
/// The number of eight digits. Bytes that are 0 count as 0.
inline std::uint64_t number_of_eight(std::uint64_t digits) noexcept {
  digits = ((digits & 0x0F0F0F0F0F0F0F0FU) * 2561) >> 8;
  digits = ((digits & 0x00FF00FF00FF00FFU) * 6553601) >> 16;
  return ((digits & 0x0000FFFF0000FFFFU) * 42949672960001U) >> 32;
}
inline bool is_decimal_digit(char c) noexcept { return static_cast<unsigned char>(c - '0') < 10; }

/// Reads one to seven digits at `at`, which the end follows at a distance of 8 or more. Returns null for other texts.
inline const char* read_few_digits(const char* at, std::int64_t& number) noexcept {
  const std::uint64_t bytes = eight_bytes(at), ends = no_digits(bytes);
  if (ends == 0 || (ends & 0xFF) != 0) return nullptr;
  const int count = __builtin_ctzll(ends) / 8;
  number = static_cast<std::int64_t>(number_of_eight(bytes << (8 * (8 - count))));
  return at + count;
}

/// 5^-n for n from 0, rounded up to 128 bits of which the first is set.
inline constexpr std::uint64_t inverse_powers_of_five[][2] = {
    {0x8000000000000000U, 0x0000000000000000U},
    {0xCCCCCCCCCCCCCCCCU, 0xCCCCCCCCCCCCCCCDU},
    {0xA3D70A3D70A3D70AU, 0x3D70A3D70A3D70A4U},
    {0x83126E978D4FDF3BU, 0x645A1CAC083126EAU},
    {0xD1B71758E219652BU, 0xD3C36113404EA4A9U},
    {0xA7C5AC471B478423U, 0x0FCF80DC33721D54U},
    {0x8637BD05AF6C69B5U, 0xA63F9A49C2C1B110U},
    {0xD6BF94D5E57A42BCU, 0x3D32907604691B4DU},
    {0xABCC77118461CEFCU, 0xFDC20D2B36BA7C3EU},
    {0x89705F4136B4A597U, 0x31680A88F8953031U},
    {0xDBE6FECEBDEDD5BEU, 0xB573440E5A884D1CU},
    {0xAFEBFF0BCB24AAFEU, 0xF78F69A51539D749U},
    {0x8CBCCC096F5088CBU, 0xF93F87B7442E45D4U},
    {0xE12E13424BB40E13U, 0x2865A5F206B06FBAU},
    {0xB424DC35095CD80FU, 0x538484C19EF38C95U},
    {0x901D7CF73AB0ACD9U, 0x0F9D37014BF60A11U},
    {0xE69594BEC44DE15BU, 0x4C2EBE687989A9B4U},
    {0xB877AA3236A4B449U, 0x09BEFEB9FAD487C3U},
    {0x9392EE8E921D5D07U, 0x3AFF322E62439FD0U},
    {0xEC1E4A7DB69561A5U, 0x2B31E9E3D06C32E6U},
};

/// The double that is next to digits / 10^decimals, for up to 19 decimals and digits that are not 0. It is the method of
/// Lemire, "Number parsing at a gigabyte per second": 64 digits of the product with the inverse power are enough, but for
/// one in 512, which takes 128.
inline double nearest_quotient(std::uint64_t digits, int decimals) noexcept {
  __extension__ using Wide = unsigned __int128;
  const int zeros = __builtin_clzll(digits);
  const std::uint64_t* const inverse = inverse_powers_of_five[decimals];
  digits <<= zeros;
  const Wide product = static_cast<Wide>(digits) * inverse[0];
  auto high = static_cast<std::uint64_t>(product >> 64), low = static_cast<std::uint64_t>(product);
  if ((high & 0x1FF) == 0x1FF) {
    const auto more = static_cast<std::uint64_t>((static_cast<Wide>(digits) * inverse[1]) >> 64);
    low += more;
    if (low < more) ++high;
  }
  // 53 bits and one for rounding.
  const int first = static_cast<int>(high >> 63), shift = first + 9;
  std::uint64_t mantissa = high >> shift;
  // A tie goes to the even one. With more than 4 decimals 64 bits of digits make none.
  if (low <= 1 && decimals <= 4 && (mantissa & 3) == 1 && mantissa << shift == high) --mantissa;
  mantissa = (mantissa + 1) >> 1;
  // The power of two: that of 10^-decimals is floor(-decimals * log2(10)). The highest bit of the mantissa adds 1 to it, and
  // so does a carry.
  const int exponent = -((decimals * 217706 + 65535) >> 16) + 63 + first - zeros;
  const std::uint64_t bits = (static_cast<std::uint64_t>(exponent + 1022) << 52) + mantissa;
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// Reads a number as most metrics are written: at most 19 digits, no exponent. Returns its end, or null if the text is
/// not for it.
inline const char* read_usual_number(const char* at, const char* last, double& value) noexcept {
  if (last - at < room_of_usual_number) return nullptr;
  const bool is_below_zero = *at == '-';
  if (is_below_zero) ++at;
  const char* const whole = at;
  std::uint64_t digits = 0;
  for (; is_decimal_digit(*at); ++at) {
    if (at - whole == 18) return nullptr;
    digits = digits * 10 + static_cast<std::uint64_t>(*at - '0');
  }
  if (at == whole) return nullptr;
  int decimals = 0;
  if (*at == '.') {
    const char* const fraction = ++at;
    const std::ptrdiff_t most = 19 - (fraction - 1 - whole);
    std::uint64_t bytes = eight_bytes(at), ends = no_digits(bytes);
    for (; ends == 0; bytes = eight_bytes(at), ends = no_digits(bytes)) {
      at += 8;
      if (at - fraction > most) return nullptr;
      digits = digits * 100000000U + number_of_eight(bytes);
    }
    // How many are left is as good as random: no branch depends on it.
    const int left = __builtin_ctzll(ends) / 8;
    at += left;
    if (at == fraction || at - fraction > most) return nullptr;
    digits = digits * powers_of_ten[left] + number_of_eight((bytes << 8) << (56 - 8 * left));
    decimals = static_cast<int>(at - fraction);
  }
  if (*at == 'e' || *at == 'E') return nullptr;
  value = digits == 0 ? 0 : nearest_quotient(digits, decimals);
  if (is_below_zero) value = -value;
  return at;
}

#else

template <class Float>
char* put_usual_number(char*, Float) noexcept {
  return nullptr;
}
inline constexpr std::ptrdiff_t room_of_usual_number = 40;
inline const char* read_few_digits(const char*, std::int64_t&) noexcept { return nullptr; }
inline const char* read_usual_number(const char*, const char*, double&) noexcept { return nullptr; }

#endif

}  // namespace erm::detail

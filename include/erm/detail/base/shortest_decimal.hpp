// The shortest decimal of a double, faster than std::to_chars: the algorithm "Schubfach" by Raffaello Giulietti ("The
// Schubfach way to render doubles", 2020). Its 617 powers of ten are computed when they are first needed.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SIZEOF_INT128__)  // else the caller uses std::to_chars
namespace erm::detail {

__extension__ using Wide = unsigned __int128;

struct Decimal {
  std::uint64_t digits;
  int exponent;  // of ten
};

/// The upper 128 bits of 10^k, rounded up.
struct PowerOfTen {
  std::atomic<std::uint64_t> high{0};  // 0 until it is computed; its highest bit is then set
  std::atomic<std::uint64_t> low{0};
};
inline constexpr int least_power = -292, greatest_power = 324;
inline PowerOfTen powers_of_ten[greatest_power - least_power + 1];

/// floor(log2(10^k))
constexpr int log2_of_power(int k) { return (k * 1741647) >> 19; }

/// The number in `words`, the lowest first, times or divided by `factor`. Returns what is left over.
template <std::size_t size>
std::uint64_t multiply(std::uint64_t (&words)[size], std::uint64_t factor) {
  Wide carry = 0;
  for (std::uint64_t& word : words) {
    carry += Wide{word} * factor;
    word = static_cast<std::uint64_t>(carry);
    carry >>= 64;
  }
  return static_cast<std::uint64_t>(carry);
}
template <std::size_t size>
std::uint64_t divide(std::uint64_t (&words)[size], std::uint64_t by) {
  Wide rest = 0;
  for (std::size_t i = size; i-- > 0;) {
    rest = rest << 64 | words[i];
    words[i] = static_cast<std::uint64_t>(rest / by);
    rest %= by;
  }
  return static_cast<std::uint64_t>(rest);
}

inline void compute_power(int k, PowerOfTen& power) {
  std::uint64_t words[20] = {};
  bool is_exact = true;
  if (k >= 0) {
    words[0] = 1;
    for (int i = 0; i < k; ++i) multiply(words, 10);
  } else {
    words[18] = 1;  // 2^1152: at least 179 bits are left. Rounded down each time, as if once.
    for (int i = 0; i < -k; ++i) divide(words, 10);
    is_exact = false;
  }
  std::size_t top = 19;
  while (words[top] == 0) --top;
  int shift = 0;
  while ((words[top] << shift >> 63) == 0) ++shift;
  const auto word = [&](std::size_t below) { return top >= below ? words[top - below] : 0; };
  const auto shifted = [&](std::uint64_t upper, std::uint64_t lower) {
    return shift == 0 ? upper : upper << shift | lower >> (64 - shift);
  };
  std::uint64_t high = shifted(word(0), word(1));
  std::uint64_t low = shifted(word(1), word(2));
  if (is_exact && (word(2) << shift) != 0) is_exact = false;
  for (std::size_t i = 3; i <= top; ++i)
    if (word(i) != 0) is_exact = false;
  if (!is_exact && ++low == 0) ++high;
  power.low.store(low, std::memory_order_relaxed);
  power.high.store(high, std::memory_order_release);
}

/// The upper part of the product with the power, with a lowest bit that says that something is below it.
inline std::uint64_t round_to_odd(std::uint64_t high, std::uint64_t low, std::uint64_t factor) {
  const Wide below = Wide{low} * factor;
  const Wide product = Wide{high} * factor + static_cast<std::uint64_t>(below >> 64);
  return static_cast<std::uint64_t>(product >> 64) | ((static_cast<std::uint64_t>(product) > 1) ? 1U : 0U);
}

/// For a positive finite number, from its bits. The digits may end with zeros.
inline Decimal shortest_digits(std::uint64_t bits) {
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
  const int biased = static_cast<int>(bits >> 52);
  const std::uint64_t c = biased == 0 ? fraction : fraction | (std::uint64_t{1} << 52);
  const int q = biased == 0 ? -1074 : biased - 1075;
  if (q <= 0 && q > -53 && (c & ((std::uint64_t{1} << -q) - 1)) == 0) return {c >> -q, 0};
  const bool is_even = c % 2 == 0;
  const bool is_closer_below = fraction == 0 && biased > 1;
  const std::uint64_t around[] = {4 * c - 2 + (is_closer_below ? 1U : 0U), 4 * c, 4 * c + 2};
  const int k = (q * 1262611 - (is_closer_below ? 524031 : 0)) >> 22;  // floor(log10(2^q)), or of 3/4 of it
  const int h = q + log2_of_power(-k) + 1;
  PowerOfTen& power = powers_of_ten[-k - least_power];
  if (power.high.load(std::memory_order_acquire) == 0) compute_power(-k, power);
  const std::uint64_t high = power.high.load(std::memory_order_relaxed);
  const std::uint64_t low = power.low.load(std::memory_order_relaxed);
  const std::uint64_t lower = round_to_odd(high, low, around[0] << h) + (is_even ? 0U : 1U);
  const std::uint64_t value = round_to_odd(high, low, around[1] << h);
  const std::uint64_t upper = round_to_odd(high, low, around[2] << h) - (is_even ? 0U : 1U);
  const std::uint64_t s = value / 4;
  if (s >= 10) {
    const std::uint64_t tens = s / 10;
    const bool fits = lower <= 40 * tens;
    const bool next_fits = 40 * tens + 40 <= upper;
    if (fits != next_fits) return {tens + (next_fits ? 1U : 0U), k + 1};
  }
  const bool fits = lower <= 4 * s;
  const bool next_fits = 4 * s + 4 <= upper;
  if (fits != next_fits) return {s + (next_fits ? 1U : 0U), k};
  const std::uint64_t middle = 4 * s + 2;
  return {s + ((value > middle || (value == middle && s % 2 == 1)) ? 1U : 0U), k};
}

inline constexpr char two_digits[] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
    "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

/// Writes eight digits.
inline void put_eight(char* at, std::uint32_t number) {
  const std::uint32_t upper = number / 10000, lower = number % 10000;
  std::memcpy(at, two_digits + 2 * (upper / 100), 2);
  std::memcpy(at + 2, two_digits + 2 * (upper % 100), 2);
  std::memcpy(at + 4, two_digits + 2 * (lower / 100), 2);
  std::memcpy(at + 6, two_digits + 2 * (lower % 100), 2);
}

/// Copies digits. A copy of a fixed size is fast; what comes next overwrites the excess.
inline char* put_digits(char* at, const char* from, int count) {
  std::memcpy(at, from, 18);
  return at + count;
}

/// The same text as std::to_chars(at, at + 32, value) for a finite `value`; or null for one that needs more digits than
/// the shortest, a large integer. `at` needs room for 48 characters.
inline char* put_shortest(char* at, double value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  if (bits >> 63 != 0) *at++ = '-';
  bits &= ~(std::uint64_t{1} << 63);
  if (bits == 0) {
    *at++ = '0';
    return at;
  }
  Decimal decimal = shortest_digits(bits);
  if (decimal.digits % 10 == 0) {
    while (decimal.digits % 100000000 == 0) {
      decimal.digits /= 100000000;
      decimal.exponent += 8;
    }
    while (decimal.digits % 10 == 0) {
      decimal.digits /= 10;
      ++decimal.exponent;
    }
  }
  char text[48];  // digits from the eighth on, perhaps zeros first
  const auto upper = static_cast<std::uint32_t>(decimal.digits / 10000000000000000U);
  const std::uint64_t rest = decimal.digits % 10000000000000000U;
  text[7] = static_cast<char>('0' + upper);  // at most 17 digits
  put_eight(text + 8, static_cast<std::uint32_t>(rest / 100000000));
  put_eight(text + 16, static_cast<std::uint32_t>(rest % 100000000));
  const char* first = text + 7;
  while (*first == '0') ++first;
  const int count = static_cast<int>(text + 24 - first);
  const int least = count == 1 ? -3 : -(count + 3);
  const int greatest = count == 1 ? 4 : 5;
  if (decimal.exponent >= least && decimal.exponent <= greatest) {
    const int point = count + decimal.exponent;
    if (decimal.exponent >= 0) {
      if (value >= 9007199254740992.0 || value <= -9007199254740992.0) return nullptr;
      at = put_digits(at, first, count);
      std::memcpy(at, "00000", 5);
      at += decimal.exponent;
    } else if (point > 0) {
      at = put_digits(at, first, point);
      *at++ = '.';
      at = put_digits(at, first + point, count - point);
    } else {
      std::memcpy(at, "0.000", 5);
      at = put_digits(at + 2 - point, first, count);
    }
    return at;
  }
  *at++ = *first;
  if (count > 1) {
    *at++ = '.';
    at = put_digits(at, first + 1, count - 1);
  }
  int exponent = decimal.exponent + count - 1;
  *at++ = 'e';
  *at++ = exponent < 0 ? '-' : '+';
  if (exponent < 0) exponent = -exponent;
  if (exponent >= 100) *at++ = static_cast<char>('0' + exponent / 100);
  std::memcpy(at, two_digits + 2 * (exponent % 100), 2);
  return at + 2;
}

}  // namespace erm::detail
#endif

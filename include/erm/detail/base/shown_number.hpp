// Numbers as a reader sees them: six significant digits, or as many as it takes to tell the numbers of a row apart.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/to_size.hpp"

namespace erm::detail {

/// Writes the number whose first `count` significant digits are `digits`; the first digit stands for 10^exponent.
inline char* write_digits(char* to, const char* digits, std::size_t count, int exponent, bool scientific) {
  const auto copy = [&](const char* from, std::size_t size) {
    std::memcpy(to, from, size);
    to += size;
  };
  const auto zeros = [&](std::size_t size) {
    std::memset(to, '0', size);
    to += size;
  };
  if (scientific || exponent > 20 || exponent < -7) {
    *to++ = digits[0];
    if (count > 1) {
      *to++ = '.';
      copy(digits + 1, count - 1);
    }
    *to++ = 'e';
    return std::to_chars(to, to + 12, exponent).ptr;
  }
  if (exponent < 0) {
    copy("0.", 2);
    zeros(static_cast<std::size_t>(-exponent - 1));
    copy(digits, count);
    return to;
  }
  const auto before_point = static_cast<std::size_t>(exponent) + 1;
  if (count <= before_point) {
    copy(digits, count);
    zeros(before_point - count);
  } else {
    copy(digits, before_point);
    *to++ = '.';
    copy(digits + before_point, count - before_point);
  }
  return to;
}

/// How many digits are enough for a double, and for any whole number of 64 bits. A number that is shown with more is
/// shown as it is written.
inline constexpr std::size_t few_digits = 6, most_digits = 20, all_digits = 21;

/// A decimal number, rounded.
struct RoundedNumber {
  char digits[most_digits + 1];
  std::size_t count = 0;     // without zeros at the end; 0 for the number 0
  int exponent = 0;          // of the first digit
  bool is_whole = false;     // written without a point and without an exponent
  bool has_exponent = false;
};

/// Rounds the number that is written in `text`, which has no sign, to `most` significant digits.
inline RoundedNumber rounded_number(std::string_view text, std::size_t most) {
  // Its first significant digits and one more, and the position of its point: 0.00123 is 123 with exponent -3.
  RoundedNumber number;
  number.exponent = -1;
  bool point_seen = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.') {
      point_seen = true;
      continue;
    }
    if ((c | 0x20) == 'e') {
      number.has_exponent = true;
      break;
    }
    if (number.count == 0 && c == '0') {
      number.exponent -= point_seen ? 1 : 0;
      continue;
    }
    number.exponent += point_seen ? 0 : 1;
    if (number.count <= most) number.digits[number.count++] = c;
  }
  number.is_whole = !point_seen && !number.has_exponent;
  if (number.has_exponent) {
    const bool down = i + 1 < text.size() && text[i + 1] == '-';
    int written = 0;
    for (++i; i < text.size(); ++i)
      if (text[i] >= '0' && text[i] <= '9' && written < 100000) written = written * 10 + (text[i] - '0');
    number.exponent += down ? -written : written;
  }
  if (number.count > most) {
    number.count = most;
    if (number.digits[most] >= '5') {
      std::size_t k = most;
      while (k > 0 && number.digits[k - 1] == '9') number.digits[--k] = '0';
      if (k > 0) {
        ++number.digits[k - 1];
      } else {
        number.digits[0] = '1';
        ++number.exponent;
      }
    }
  }
  while (number.count > 0 && number.digits[number.count - 1] == '0') --number.count;
  return number;
}

inline constexpr std::size_t shown_number_room = 64;

/// The decimal number `text` with at most `digits` significant digits: with six of them, 0.123456789 becomes 0.123457,
/// or 1.23457e-1 with an exponent. nan, inf and -inf become NaN, ∞ and -∞. Whole numbers do not change unless
/// `scientific` is true. `to` needs room for shown_number_room and the text. Returns the end.
inline char* write_number(char* to, std::string_view text, bool scientific, std::size_t digits = few_digits) {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  const std::string_view with_sign = text;
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  const auto copy = [&](std::string_view from) {
    std::memcpy(to, from.data(), from.size());
    return to + from.size();
  };
  if (text.empty() || ((text[0] < '0' || text[0] > '9') && text[0] != '.')) {
    const bool is_nan = !text.empty() && (text[0] | 0x20) == 'n';
    if (negative && !is_nan) *to++ = '-';
    return copy(is_nan ? "NaN" : "\xE2\x88\x9E");
  }
  if (digits > most_digits) return copy(with_sign);
  const RoundedNumber number = rounded_number(text, digits);
  if (!scientific && !number.has_exponent && (number.is_whole || text.size() <= digits + 1)) return copy(with_sign);
  if (number.count == 0) return copy(negative ? "-0" : "0");
  if (negative) *to++ = '-';
  return write_digits(to, number.digits, number.count, number.exponent, scientific);
}

inline void append_number(std::string& out, std::string_view text, bool scientific, std::size_t digits) {
  const std::size_t begin = out.size();
  out.resize(begin + text.size() + shown_number_room);
  const char* const end = write_number(out.data() + begin, text, scientific, digits);
  out.resize(static_cast<std::size_t>(end - out.data()));
}

inline void append_six_digits(std::string& out, std::string_view text, bool scientific) {
  append_number(out, text, scientific, few_digits);
}

/// Finds how many digits tell numbers apart, in time that grows with their count only. Reused for many rows.
class DigitsFinder {
 public:
  /// Whether two different numbers may be alike in their first six digits. Seldom true of numbers that are not, and quick:
  /// most rows need no more. `number_of(i)` is NaN for one that does not count.
  template <class NumberOf>
  bool may_look_alike(std::size_t count, const NumberOf& number_of) {
    constexpr double exact_below = 9007199254740992.0;  // from here on different whole numbers may be one double
    std::size_t size = 4;
    while (size < 2 * count) size *= 2;
    close_.assign(size, Close{});
    for (std::size_t i = 0; i < count; ++i) {
      const double number = number_of(i);
      if (is_nan(number) || is_inf(number)) continue;
      if (number >= exact_below || number <= -exact_below) return true;
      // Numbers with the same upper bits are closer to each other than one in 32768. Those with the same six digits have
      // the same upper bits, or neighbouring ones.
      std::uint64_t bits = 0;
      std::memcpy(&bits, &number, sizeof bits);
      const std::uint64_t upper = bits >> 37;
      for (const std::uint64_t key : {upper, upper - 1, upper + 1}) {
        std::size_t place = to_size(key * 0x9E3779B97F4A7C15U >> 32 & (size - 1));
        while (close_[place].is_used && close_[place].upper != key) place = (place + 1) & (size - 1);
        if (close_[place].is_used && close_[place].number != number) return true;
        if (key == upper) close_[place] = {number, upper, true};
      }
    }
    return false;
  }

  /// Calls `set(i, digits)` for those of `count` numbers that need more than six significant digits, so that write_number
  /// gives different texts to any two that are not the same. Numbers that six digits do not tell apart get the same number
  /// of digits, as few as tell all of them apart. `text_of(i)` is the decimal text of a number, or empty for one that does
  /// not count; `same(i, k)` says whether two are the same number.
  template <class TextOf, class Same, class Set>
  void find(std::size_t count, bool scientific, const TextOf& text_of, const Same& same, const Set& set) {
    left_.clear();
    for (std::size_t i = 0; i < count; ++i)
      if (!text_of(i).empty()) left_.push_back({i, 0});
    for (std::size_t digits = few_digits; !left_.empty(); ++digits) {
      if (digits > few_digits)
        for (const Left& one : left_) set(one.number, digits);
      if (digits == all_digits) return;
      std::size_t size = 4;
      while (size < 2 * left_.size()) size *= 2;
      slots_.assign(size, Slot{});
      if (digits == few_digits) is_alike_.assign(size, 0);
      // Numbers of the same first text are a group, which is named by its place in that first table.
      std::vector<char> is_alike(is_alike_.size(), 0);
      for (Left& one : left_) {
        const std::uint64_t hash = hash_of(text_of(one.number), scientific, digits);
        std::size_t place = to_size(hash & (size - 1));
        while (slots_[place].is_used && slots_[place].hash != hash) place = (place + 1) & (size - 1);
        Slot& slot = slots_[place];
        if (digits == few_digits) one.group = place;
        if (!slot.is_used)
          slot = {one, hash, true};
        else if (!same(slot.first.number, one.number))
          is_alike[one.group] = is_alike[slot.first.group] = 1;
      }
      is_alike_.swap(is_alike);
      left_.erase(std::remove_if(left_.begin(), left_.end(), [&](const Left& one) { return is_alike_[one.group] == 0; }),
                  left_.end());
    }
  }

 private:
  struct Left {
    std::size_t number, group;
  };
  struct Slot {
    Left first = {0, 0};  // of the numbers of this text
    std::uint64_t hash = 0;
    bool is_used = false;
  };

  /// Of what write_number shows of a number.
  static std::uint64_t hash_of(std::string_view text, bool scientific, std::size_t digits) {
    if (text[0] == '+') text.remove_prefix(1);
    const bool negative = !text.empty() && text[0] == '-';
    if (negative) text.remove_prefix(1);
    if (text.empty() || ((text[0] < '0' || text[0] > '9') && text[0] != '.'))
      return !text.empty() && (text[0] | 0x20) == 'n' ? 1 : negative ? 2 : 3;
    RoundedNumber number = rounded_number(text, digits);
    if (number.is_whole && !scientific && text.size() > digits) {
      if (text.size() > most_digits) return std::hash<std::string_view>()(text) * 2 + (negative ? 1 : 0);
      number = rounded_number(text, most_digits);
    }
    if (number.count == 0) return 4;  // whatever the sign
    std::uint64_t hash = static_cast<std::uint64_t>(number.exponent) * 2 + (negative ? 1 : 0);
    for (std::size_t i = 0; i < number.count; ++i)
      hash = hash * 11 + static_cast<std::uint64_t>(number.digits[i] - '0' + 1);
    hash *= 0x9E3779B97F4A7C15U;
    return hash ^ hash >> 29;
  }

  struct Close {
    double number = 0;
    std::uint64_t upper = 0;
    bool is_used = false;
  };

  std::vector<Left> left_;
  std::vector<Slot> slots_;
  std::vector<char> is_alike_;
  std::vector<Close> close_;
};

}  // namespace erm::detail

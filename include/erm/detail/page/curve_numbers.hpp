// The numbers of a curve for the page's script: exact, in few bytes, and quick to read.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/html_text.hpp"
#include "erm/detail/base/number_text.hpp"

namespace erm::detail {

/// Numbers as whole numbers divided by a power of ten, if that gives each of them exactly.
struct DecimalColumn {
  static constexpr double exact = 9007199254740992;  // 2^53: below it a double holds every whole number
  std::vector<std::int64_t> numerators;
  double scale = 1;

  [[nodiscard]] static std::optional<DecimalColumn> of(const std::vector<double>& numbers) {
    constexpr double greatest_scale = 1e15;
    DecimalColumn column;
    for (const double number : numbers)
      while (true) {
        const double scaled = number * column.scale;
        if (!(std::fabs(scaled) < exact)) return std::nullopt;  // NaN too
        if (std::round(scaled) / column.scale == number) break;
        if (column.scale >= greatest_scale) return std::nullopt;
        column.scale *= 10;
      }
    column.numerators.reserve(numbers.size());
    for (const double number : numbers) {
      const double numerator = std::round(number * column.scale);
      if (!(std::fabs(numerator) < exact) || numerator / column.scale != number) return std::nullopt;
      column.numerators.push_back(static_cast<std::int64_t>(numerator));
    }
    return column;
  }
};

/// Appends the base64 of whole numbers or of the bits of floats, `size` bytes each, little-endian.
template <class Get>
void append_little_endian(std::string& out, std::size_t count, std::size_t size, const Get& bits_of) {
  std::vector<std::uint8_t> bytes(count * size);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint64_t bits = bits_of(i);
    for (std::size_t k = 0; k < size; ++k, bits >>= 8) bytes[i * size + k] = static_cast<std::uint8_t>(bits);
  }
  out += '"';
  append_base64(out, bytes.data(), bytes.size());
  out += '"';
}

/// The numbers as the shortest of these arrays that gives each of them exactly:
///   [scale, first, step]          (first + i * step) / scale
///   [scale, first, size, base64]  the same with the steps themselves, signed integers of `size` bytes
///   [size, base64]                floats of 4 or 8 bytes
inline void append_numbers(std::string& out, const std::vector<double>& numbers) {
  const auto append_floats = [&] {
    bool is_single = true;
    for (const double number : numbers) {
      if (!is_finite(number)) continue;
      is_single = is_single && std::fabs(number) <= 3e38 && static_cast<double>(static_cast<float>(number)) == number;
    }
    const auto bits_of = [&](std::size_t i) {
      std::uint64_t bits = 0;
      if (is_single) {
        const auto single = static_cast<float>(numbers[i]);
        std::uint32_t half = 0;
        std::memcpy(&half, &single, sizeof half);
        return bits = half;
      }
      std::memcpy(&bits, &numbers[i], sizeof bits);
      return bits;
    };
    out += is_single ? "[4," : "[8,";
    append_little_endian(out, numbers.size(), is_single ? 4 : 8, bits_of);
    out += ']';
  };
  const std::optional<DecimalColumn> decimals = DecimalColumn::of(numbers);
  if (!decimals || numbers.empty()) return append_floats();
  const std::vector<std::int64_t>& whole = decimals->numerators;
  const auto step_at = [&](std::size_t i) { return whole[i + 1] - whole[i]; };
  const std::int64_t first_step = whole.size() > 1 ? step_at(0) : 0;
  bool is_regular = true;
  std::uint64_t reach = 0;  // of the steps, as many bits as the greatest has
  for (std::size_t i = 0; i + 1 < whole.size(); ++i) {
    const std::int64_t step = step_at(i);
    is_regular = is_regular && step == first_step;
    reach |= static_cast<std::uint64_t>(step < 0 ? ~step : step);
  }
  is_regular = is_regular && std::fabs(static_cast<double>(whole.back() - whole.front())) < DecimalColumn::exact;
  if (!is_regular && reach >> 31 != 0) return append_floats();
  out += '[';
  append_floating(out, decimals->scale);
  out += ',';
  append_integer(out, whole[0]);
  out += ',';
  if (is_regular) {
    append_integer(out, first_step);
  } else {
    const std::size_t size = reach >> 7 == 0 ? 1 : reach >> 15 == 0 ? 2 : 4;
    append_integer(out, size);
    out += ',';
    append_little_endian(out, whole.size() - 1, size, [&](std::size_t i) { return static_cast<std::uint64_t>(step_at(i)); });
  }
  out += ']';
}

}  // namespace erm::detail

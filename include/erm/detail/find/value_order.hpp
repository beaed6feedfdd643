// How two values stand to each other when a person filters or orders runs.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "erm/detail/run/id_rules.hpp"
#include "erm/value.hpp"

namespace erm::detail {

enum class ValueOrder : std::uint8_t { less, equal, greater, different, unordered };

template <class T>
ValueOrder order_of(const T& a, const T& b) {
  return a < b ? ValueOrder::less : b < a ? ValueOrder::greater : ValueOrder::equal;
}

/// "true" and "false" in any case are booleans: the Python package writes "True".
inline std::optional<bool> boolean_of(const Value& value) {
  if (value.is_bool()) return value.get<bool>();
  if (!value.is_text()) return std::nullopt;
  const std::string text = value.str();
  if (same_ignoring_ascii_case(text, "true")) return true;
  if (same_ignoring_ascii_case(text, "false")) return false;
  return std::nullopt;
}

/// Numbers, and texts that are numbers, by what they are worth; NaN is unordered. Else text by its bytes. Values of
/// two kinds are different.
inline ValueOrder order_of_values(const Value& a, const Value& b) {
  if (a.is_bool() || b.is_bool()) {
    const std::optional<bool> one = boolean_of(a), other = boolean_of(b);
    return one && other ? order_of(*one, *other) : ValueOrder::different;
  }
  const std::optional<double> x = a.number(), y = b.number();
  if (x && y) {
    if (std::isnan(*x) || std::isnan(*y)) return ValueOrder::unordered;
    if (*x != *y || a == b) return order_of(*x, *y);
    const auto is_integer = [](const Value& value) {
      return value.kind() == Value::Kind::signed_integer || value.kind() == Value::Kind::unsigned_integer;
    };
    if (!is_integer(a) || !is_integer(b)) return ValueOrder::equal;
    // Integers that one double stands for.
    if (*x < 0) return order_of(a.get<std::int64_t>(), b.get<std::int64_t>());
    return order_of(a.get<std::uint64_t>(), b.get<std::uint64_t>());
  }
  if (x || y) return ValueOrder::different;
  return order_of(a.str(), b.str());
}

/// Less than 0, 0 or more than 0: an order of all values, booleans first, then numbers, NaN and text.
inline int place_of(const Value& a, const Value& b) {
  const auto kind_of = [](const Value& value) {
    if (value.is_bool()) return 0;
    const std::optional<double> number = value.number();
    return !number ? 3 : std::isnan(*number) ? 2 : 1;
  };
  if (const int kinds = kind_of(a) - kind_of(b); kinds != 0) return kinds;
  const ValueOrder order = order_of_values(a, b);
  return order == ValueOrder::less ? -1 : order == ValueOrder::greater ? 1 : 0;
}

}  // namespace erm::detail

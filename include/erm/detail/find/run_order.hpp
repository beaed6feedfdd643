// The order of values, and the order in which find_runs returns runs.
//
//   const RunOrder order("metrics.loss asc, time desc");
//   order.compare(order.key_of(a), order.key_of(b)) < 0;        // a comes before b
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/find/filter_lexer.hpp"
#include "erm/detail/find/run_field.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/value.hpp"

namespace erm::detail {

enum class ValueOrder : std::uint8_t { less, equal, greater, different, unordered };

template <class T>
ValueOrder order_of(const T& a, const T& b) {
  return a < b ? ValueOrder::less : b < a ? ValueOrder::greater : ValueOrder::equal;
}

/// "true" and "false" in any case count as booleans, because the Python package writes "True".
inline std::optional<bool> boolean_of(const Value& value) {
  if (value.is_bool()) return value.get<bool>();
  if (!value.is_text()) return std::nullopt;
  const std::string text = value.str();
  if (same_ignoring_ascii_case(text, "true")) return true;
  if (same_ignoring_ascii_case(text, "false")) return false;
  return std::nullopt;
}

/// Compares two values like a filter: numbers, and texts that are numbers, as numbers, with NaN unordered; other texts
/// by their bytes. Values of different types are different.
inline ValueOrder order_of_values(const Value& a, const Value& b) {
  if (a.is_bool() || b.is_bool()) {
    const std::optional<bool> one = boolean_of(a), other = boolean_of(b);
    return one && other ? order_of(*one, *other) : ValueOrder::different;
  }
  const std::optional<double> x = a.number(), y = b.number();
  if (x && y) {
    if (is_nan(*x) || is_nan(*y)) return ValueOrder::unordered;
    if (*x != *y || a == b) return order_of(*x, *y);
    const auto is_integer = [](const Value& value) {
      return value.kind() == Value::Kind::signed_integer || value.kind() == Value::Kind::unsigned_integer;
    };
    if (!is_integer(a) || !is_integer(b)) return ValueOrder::equal;
    // Two integers that round to the same double.
    if (*x < 0) return order_of(a.get<std::int64_t>(), b.get<std::int64_t>());
    return order_of(a.get<std::uint64_t>(), b.get<std::uint64_t>());
  }
  if (x || y) return ValueOrder::different;
  return order_of(a.str(), b.str());
}

/// A total order of values: booleans, then numbers, then NaN, then text. Returns less than 0, 0 or more than 0.
inline int place_of(const Value& a, const Value& b) {
  const auto kind_of = [](const Value& value) {
    if (value.is_bool()) return 0;
    const std::optional<double> number = value.number();
    return !number ? 3 : is_nan(*number) ? 2 : 1;
  };
  if (const int kinds = kind_of(a) - kind_of(b); kinds != 0) return kinds;
  const ValueOrder order = order_of_values(a, b);
  return order == ValueOrder::less ? -1 : order == ValueOrder::greater ? 1 : 0;
}

/// The values by which a run is ordered, one for each term. Nothing for a value that is missing or NaN.
using OrderKey = std::vector<std::optional<Value>>;

class RunOrder {
 public:
  /// Throws Error if the text cannot be parsed. An empty text puts the newest run first.
  explicit RunOrder(std::string_view text);

  [[nodiscard]] OrderKey key_of(const RunRecord& run) const;
  /// Less than 0 if `a` comes before `b`, more than 0 if it comes after `b`, otherwise 0.
  [[nodiscard]] int compare(const OrderKey& a, const OrderKey& b) const;
  [[nodiscard]] std::vector<RunField> fields() const {
    std::vector<RunField> all;
    for (const Term& term : terms_) all.push_back(term.field);
    return all;
  }

 private:
  struct Term {
    RunField field;
    bool descending = false;
  };
  std::vector<Term> terms_;
};

// ---- bodies ----

inline RunOrder::RunOrder(std::string_view text) {
  FilterLexer lexer(text, "the order");
  FilterToken token = lexer.next();
  if (token.kind == FilterToken::Kind::end) {
    terms_.push_back({{RunField::Kind::time}, true});
    return;
  }
  for (;;) {
    const bool is_name = token.kind == FilterToken::Kind::word && !token.is("asc") && !token.is("desc");
    std::optional<RunField> field = is_name ? any_run_field(token.parts) : std::nullopt;
    if (!field) lexer.expected("a field (" + std::string(any_run_field_names) + ")", token);
    if (field->is_list()) lexer.fail("'" + std::string(token.shown) + "' is a list, which has no order", token.at);
    terms_.push_back({std::move(*field), false});
    token = lexer.next();
    if (token.is("asc") || token.is("desc")) {
      terms_.back().descending = token.is("desc");
      token = lexer.next();
    }
    if (token.kind == FilterToken::Kind::end) return;
    if (!token.is(",")) lexer.expected("'asc', 'desc', ',' or the end", token);
    token = lexer.next();
  }
}

inline OrderKey RunOrder::key_of(const RunRecord& run) const {
  OrderKey key;
  Value scratch;
  for (const Term& term : terms_) {
    const Value* const value = term.field.value_of(run, scratch);
    const std::optional<double> number = value ? value->number() : std::nullopt;
    key.push_back(!value || (number && is_nan(*number)) ? std::nullopt : std::optional(*value));
  }
  return key;
}

inline int RunOrder::compare(const OrderKey& a, const OrderKey& b) const {
  for (std::size_t i = 0; i < terms_.size(); ++i) {
    if (!a[i] || !b[i]) {
      if (a[i].has_value() != b[i].has_value()) return a[i] ? -1 : 1;
      continue;
    }
    const int place = place_of(*a[i], *b[i]);
    if (place != 0) return terms_[i].descending ? -place : place;
  }
  return 0;
}

}  // namespace erm::detail

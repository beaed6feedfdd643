// The order that runs are asked for in.
//
//   const RunOrder order("metrics.loss asc, time desc");
//   order.compare(order.key_of(a), order.key_of(b)) < 0;        // a comes before b
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/filter_lexer.hpp"
#include "erm/detail/run_field.hpp"
#include "erm/detail/value_order.hpp"
#include "erm/value.hpp"

namespace erm::detail {

/// What a run is placed by: a value a term, or nothing where it has none or NaN.
using OrderKey = std::vector<std::optional<Value>>;

class RunOrder {
 public:
  /// Throws Error where it cannot be read. An empty text has the newest first.
  explicit RunOrder(std::string_view text);

  [[nodiscard]] OrderKey key_of(const RunRecord& run) const;
  /// Less than 0, 0 or more than 0, as `a` comes before, beside or behind `b`.
  [[nodiscard]] int compare(const OrderKey& a, const OrderKey& b) const;

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
    std::optional<RunField> field = token.kind == FilterToken::Kind::word ? run_field(token.parts) : std::nullopt;
    if (!field) lexer.expected("a field (" + std::string(run_field_names) + ")", token);
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
    key.push_back(!value || (number && std::isnan(*number)) ? std::nullopt : std::optional(*value));
  }
  return key;
}

inline int RunOrder::compare(const OrderKey& a, const OrderKey& b) const {
  // Numbers come before text; among each other values of two kinds must have one order.
  const auto kind_of = [](const Value& value) { return value.is_bool() ? 0 : value.number() ? 1 : 2; };
  for (std::size_t i = 0; i < terms_.size(); ++i) {
    if (!a[i] && !b[i]) continue;
    if (!a[i] || !b[i]) return a[i] ? -1 : 1;
    const int kinds = kind_of(*a[i]) - kind_of(*b[i]);
    const ValueOrder order = kinds == 0  ? order_of_values(*a[i], *b[i])
                             : kinds < 0 ? ValueOrder::less
                                         : ValueOrder::greater;
    if (order == ValueOrder::equal) continue;
    return (order == ValueOrder::less) != terms_[i].descending ? -1 : 1;
  }
  return 0;
}

}  // namespace erm::detail

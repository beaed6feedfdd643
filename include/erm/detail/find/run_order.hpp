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

#include "erm/detail/find/filter_lexer.hpp"
#include "erm/detail/find/run_field.hpp"
#include "erm/detail/find/value_order.hpp"
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

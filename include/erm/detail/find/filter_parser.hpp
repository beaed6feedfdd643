// Parses a filter. find.hpp describes the language.
//
//   const RunFilter filter = read_filter("params.lr < 0.01 and not tags.failed");
//   read_filter("params.lr < ");              // throws: expected a field, a number or a text in quotes, found the end
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erm/detail/base/time_text.hpp"
#include "erm/detail/find/filter_lexer.hpp"
#include "erm/detail/find/run_field.hpp"
#include "erm/detail/find/run_filter.hpp"
#include "erm/run_status.hpp"

namespace erm::detail {

class FilterParser {
 public:
  explicit FilterParser(std::string_view text) : lexer_(text, "the filter") { advance(); }
  RunFilter read();

 private:
  using Test = FilterNode::Test;
  using Tree = std::unique_ptr<FilterNode>;
  struct Given : FilterOperand {
    FilterToken token = {};
  };
  /// What a word means that is no field.
  enum class BareWord : std::uint8_t { name, text };

  // In ascending order of precedence.
  Tree either();
  Tree both();
  Tree no();
  Tree condition();
  Given operand(BareWord bare);
  bool read_bare_word(Given& given, BareWord bare) const;
  Tree comparison(Test test, Given left);
  Tree one_of(const Given& left);
  Tree contains(const Given& left);

  void fit(const Given& field, Given& constant) const;
  void refuse_list(const Given& one) const {
    if (one.field && one.field->is_list())
      lexer_.fail("'" + std::string(one.token.shown) + "' is a list; ask what it 'contains'", one.token.at);
  }
  void advance() { token_ = lexer_.next(); }
  bool skip(std::string_view word) {
    if (!token_.is(word)) return false;
    advance();
    return true;
  }
  Tree chain(Test test, std::string_view word, Tree (FilterParser::*part)());
  static Tree node(Test test, std::vector<FilterOperand> operands);
  static Tree opposite(Tree tree);

  FilterLexer lexer_;
  FilterToken token_ = {};
  int depth_ = 0;
  bool asks_for_artifacts_ = false;
};

/// An empty text accepts every run. Throws Error, with a caret under the position, if the text cannot be parsed.
inline RunFilter read_filter(std::string_view text) { return FilterParser(text).read(); }

// ---- bodies ----

inline RunFilter FilterParser::read() {
  if (token_.kind == FilterToken::Kind::end) return {};
  Tree root = either();
  if (token_.kind != FilterToken::Kind::end)
    lexer_.expected("'and', 'or' or the end", token_,
                    token_.is("&&") || token_.is("&")   ? "write 'and'"
                    : token_.is("||") || token_.is("|") ? "write 'or'"
                                                        : "");
  return {std::move(root), asks_for_artifacts_};
}

inline FilterParser::Tree FilterParser::node(Test test, std::vector<FilterOperand> operands) {
  auto made = std::make_unique<FilterNode>();
  made->test = test;
  made->operands = std::move(operands);
  return made;
}

inline FilterParser::Tree FilterParser::opposite(Tree tree) {
  auto made = std::make_unique<FilterNode>();
  made->test = Test::no;
  made->nodes.push_back(std::move(tree));
  return made;
}

/// Conditions joined by `word`, as one node, so that a long filter does not make a deep tree.
inline FilterParser::Tree FilterParser::chain(Test test, std::string_view word, Tree (FilterParser::*part)()) {
  Tree first = (this->*part)();
  if (!token_.is(word)) return first;
  auto made = std::make_unique<FilterNode>();
  made->test = test;
  made->nodes.push_back(std::move(first));
  while (skip(word)) made->nodes.push_back((this->*part)());
  return made;
}

inline FilterParser::Tree FilterParser::either() { return chain(Test::either, "or", &FilterParser::both); }
inline FilterParser::Tree FilterParser::both() { return chain(Test::both, "and", &FilterParser::no); }

inline FilterParser::Tree FilterParser::no() {
  constexpr int deepest = 100;
  if (++depth_ > deepest)
    lexer_.fail("'not' and parentheses nest deeper than " + std::to_string(deepest) + "; simplify it", token_.at);
  Tree tree;
  if (skip("not")) {
    tree = opposite(no());
  } else if (skip("(")) {
    tree = either();
    if (!skip(")")) lexer_.expected("'and', 'or' or ')'", token_);
  } else {
    tree = condition();
  }
  --depth_;
  return tree;
}

/// Reads `val/loss` as the name of a metric or param, or `adam` as a text, if the token can be that. The words of the
/// language, and words that begin like a field, cannot: they are mistakes that deserve an error.
inline bool FilterParser::read_bare_word(Given& given, BareWord bare) const {
  for (const std::string_view word : {"and", "or", "not", "in", "is", "contains"})
    if (token_.is(word)) return false;
  const std::vector<std::string>& parts = token_.parts;
  if (bare == BareWord::name) {
    given.field = bare_run_field(parts);
    return given.field.has_value();
  }
  for (const std::string_view prefix : {"params", "metrics", "dicts", "tags"})
    if (parts.size() > 1 && parts[0] == prefix) return false;
  given.value = joined_parts(parts, 0, parts.size());
  return true;
}

inline FilterParser::Given FilterParser::operand(BareWord bare) {
  using Kind = FilterToken::Kind;
  Given given;
  given.token = token_;
  if (token_.kind == Kind::text || token_.kind == Kind::number || token_.kind == Kind::duration) {
    given.value = token_.value;
  } else if (token_.is("true") || token_.is("false")) {
    given.value = token_.is("true");
  } else if (token_.is("nan") || token_.is("inf")) {
    given.value = *parse_number(token_.shown);
  } else if (token_.kind == Kind::word) {
    given.field = run_field(token_.parts);
    if (!given.field && !read_bare_word(given, bare)) {
      lexer_.expected("a field (" + std::string(run_field_names) + ")", token_,
                      token_.parts.size() == 1 ? "if it is a text, put it in quotes" : "");
    }
    if (given.field && given.field->kind == RunField::Kind::artifacts) asks_for_artifacts_ = true;
  } else {
    lexer_.expected("a field, a number or a text in quotes", token_, token_.is("!") ? "write 'not'" : "");
  }
  advance();
  return given;
}

/// Converts a constant to the type that it is compared with, or throws.
inline void FilterParser::fit(const Given& field, Given& constant) const {
  const auto is_time = [](const Given& one) { return one.field->kind == RunField::Kind::time; };
  if (constant.field) {
    if (is_time(field) != is_time(constant))
      lexer_.fail("a time can be compared with a time only", (is_time(field) ? constant : field).token.at);
  } else if (is_time(field)) {
    const std::string text = constant.value.str();
    const std::optional<TimePoint> time =
        constant.value.is_text() ? parse_time(text.size() == 10 ? text + "T00:00:00" : text) : std::nullopt;
    if (!time)
      lexer_.expected("a time", constant.token, "write it as in \"2026-11-23\" or \"2026-11-23T07:30:21\", in UTC");
    constant.value = microseconds_of(*time);
  } else if (constant.token.kind == FilterToken::Kind::duration && field.field->kind != RunField::Kind::duration) {
    lexer_.fail("a length of time can be compared with 'duration' only; if it is a text, put it in quotes",
                constant.token.at);
  } else if (field.field->kind == RunField::Kind::status) {
    for (const RunStatus status : {RunStatus::running, RunStatus::finished, RunStatus::failed, RunStatus::killed})
      if (constant.value == Value(to_text(status))) return;
    lexer_.expected("\"running\", \"finished\", \"failed\" or \"killed\"", constant.token);
  }
}

inline FilterParser::Tree FilterParser::comparison(Test test, Given left) {
  Given right = operand(left.field ? BareWord::text : BareWord::name);
  refuse_list(left);
  refuse_list(right);
  if (left.field)
    fit(left, right);
  else if (right.field)
    fit(right, left);
  else
    lexer_.expected("a field on one side of the comparison", left.token);
  return node(test, {std::move(left), std::move(right)});
}

inline FilterParser::Tree FilterParser::one_of(const Given& left) {
  refuse_list(left);
  if (!skip("(")) lexer_.expected("'('", token_);
  std::vector<FilterOperand> operands = {left};
  do {
    Given member = operand(BareWord::text);
    if (member.field) lexer_.expected("a number or a text in quotes", member.token);
    fit(left, member);
    operands.push_back(std::move(member));
  } while (skip(","));
  if (!skip(")")) lexer_.expected("',' or ')'", token_);
  return node(Test::one_of, std::move(operands));
}

inline FilterParser::Tree FilterParser::contains(const Given& left) {
  const Given part = operand(BareWord::text);
  if (part.field || !part.value.is_text()) lexer_.expected("a text in quotes", part.token);
  if (left.field->kind == RunField::Kind::time) lexer_.fail("a time contains no text; compare it", left.token.at);
  return node(Test::contains, {left, part});
}

inline FilterParser::Tree FilterParser::condition() {
  Given left = operand(BareWord::name);
  struct Sign {
    std::string_view text;
    Test test;
  };
  static constexpr Sign signs[] = {{"=", Test::equal},    {"==", Test::equal},   {"!=", Test::unequal},
                                   {"<>", Test::unequal}, {"<", Test::less},     {"<=", Test::at_most},
                                   {">", Test::greater},  {">=", Test::at_least}};
  for (const auto& [sign, test] : signs)
    if (skip(sign)) return comparison(test, std::move(left));
  if (!left.field) lexer_.expected("=, !=, <, <=, > or >=", token_);

  const bool is = skip("is");
  const bool negated = skip("not");
  Tree tree;
  if (is && skip("missing")) {
    tree = node(Test::missing, {left});
  } else if (is && skip("nan")) {
    refuse_list(left);
    tree = node(Test::not_a_number, {left});
  } else if (is) {
    lexer_.expected("'missing' or 'nan'", token_);
  } else if (skip("in")) {
    tree = one_of(left);
  } else if (skip("contains")) {
    tree = contains(left);
  } else if (negated) {
    lexer_.expected("'in' or 'contains'", token_);
  } else if (left.field->is_list()) {
    lexer_.expected("'contains'", token_);
  } else if (left.field->kind == RunField::Kind::time || left.field->kind == RunField::Kind::named) {
    lexer_.expected("a comparison", token_);
  } else {
    tree = node(Test::itself, {left});
  }
  return negated ? opposite(std::move(tree)) : std::move(tree);
}

}  // namespace erm::detail

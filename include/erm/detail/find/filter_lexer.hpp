// Splits a filter into tokens.
//
//   FilterLexer lexer("params.lr < 0.01", "the filter");
//   lexer.next();                         // {word, "params.lr"}, then {sign, "<"}, {number, "0.01"}, {end}
//   lexer.expected("a number", token);    // throws: what was expected, the text, and a caret below the token
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/detail/run/id_rules.hpp"
#include "erm/error.hpp"
#include "erm/value.hpp"

namespace erm::detail {

struct FilterToken {
  enum class Kind : std::uint8_t { word, number, duration, text, sign, end };
  Kind kind = Kind::end;
  std::string_view shown = {};          // as written in the text
  std::size_t at = 0;                   // its first byte
  Value value = {};                     // the value of a number or a text; of a duration in seconds
  std::vector<std::string> parts = {};  // the parts of a word, which is split at dots except in backquotes

  /// Whether the token is that word, in any case and without backquotes.
  [[nodiscard]] bool is(std::string_view word) const {
    return (kind == Kind::word || kind == Kind::sign) && same_ignoring_ascii_case(shown, word);
  }
};

/// A number of a filter: an integer if it fits 64 bits.
inline std::optional<Value> exact_number(std::string_view text) {
  const char* const end = text.data() + text.size();
  std::int64_t integer = 0;
  if (const auto read = std::from_chars(text.data(), end, integer); read.ec == std::errc() && read.ptr == end)
    return Value(integer);
  std::uint64_t large = 0;
  if (const auto read = std::from_chars(text.data(), end, large); read.ec == std::errc() && read.ptr == end)
    return Value(large);
  if (const std::optional<double> number = parse_number(text)) return Value(*number);
  return std::nullopt;
}

class FilterLexer {
 public:
  /// `what` names the text in errors: "the filter". Throws Error if the text is not UTF-8.
  FilterLexer(std::string_view text, std::string what) : text_(text), what_(std::move(what)) {
    if (!is_utf8(text)) throw Error("cannot read " + what_ + ": it is not UTF-8; encode it so");
  }

  FilterToken next();

  /// Throws Error: what was expected instead of `found`.
  [[noreturn]] void expected(const std::string& what, const FilterToken& found, const std::string& hint = {}) const {
    fail("expected " + what + ", found " + (found.kind == FilterToken::Kind::end ? "the end" : shown(found.shown)) +
             (hint.empty() ? "" : "; " + hint),
         found.at);
  }
  /// Throws Error: the fault, and the text with a caret under byte `at`.
  [[noreturn]] void fail(const std::string& fault, std::size_t at) const {
    std::string line, below;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      const auto c = static_cast<unsigned char>(text_[i]);
      line += c < 0x20 || c == 0x7F ? ' ' : text_[i];
      if (i < at && (c & 0xC0) != 0x80) below += ' ';
    }
    throw Error("cannot read " + what_ + ": " + fault + "\n  " + line + "\n  " + below + "^");
  }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool begins_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '`' ||
           static_cast<unsigned char>(c) >= 0x80;
  }
  // Names of metrics contain '/', '@' and the like. A filter has no arithmetic, so they cannot be operators.
  static bool goes_on_in_word(char c) {
    return begins_word(c) || is_digit(c) || std::string_view("./-@:%+#").find(c) != std::string_view::npos;
  }
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  FilterToken quoted(char quote);
  FilterToken number();
  FilterToken word();
  [[nodiscard]] FilterToken token_since(FilterToken::Kind kind, std::size_t from) const {
    return {kind, text_.substr(from, at_ - from), from};
  }

  std::string_view text_;
  std::string what_;
  std::size_t at_ = 0;
};

// ---- bodies ----

inline FilterToken FilterLexer::next() {
  while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  const std::size_t from = at_;
  const char c = peek();
  if (at_ == text_.size()) return token_since(FilterToken::Kind::end, from);
  if (c == '"' || c == '\'') return quoted(c);
  const bool is_signed = c == '-' || c == '+';
  const char digit = is_signed ? peek(1) : c;
  if (is_digit(digit) || (digit == '.' && is_digit(peek(is_signed ? 2 : 1)))) return number();
  if (is_signed && same_ignoring_ascii_case(text_.substr(at_ + 1, 3), "inf")) return number();
  if (begins_word(c)) return word();
  for (const std::string_view sign : {"<=", ">=", "!=", "==", "<>", "&&", "||"}) {
    if (text_.substr(at_, 2) != sign) continue;
    at_ += 2;
    return token_since(FilterToken::Kind::sign, from);
  }
  ++at_;
  return token_since(FilterToken::Kind::sign, from);
}

/// A quote inside the text is written twice, as in SQL, or after a backslash, as in C++.
inline FilterToken FilterLexer::quoted(char quote) {
  const std::size_t from = at_++;
  std::string out;
  for (;; ++at_) {
    if (at_ == text_.size()) fail("the text that begins here has no end; close it with " + std::string(1, quote), from);
    if (peek() == quote) {
      if (peek(1) != quote) break;
      ++at_;
    } else if (peek() == '\\' && (peek(1) == quote || peek(1) == '\\')) {
      ++at_;
    }
    out += peek();
  }
  ++at_;
  FilterToken token = token_since(FilterToken::Kind::text, from);
  token.value = std::move(out);
  return token;
}

inline FilterToken FilterLexer::number() {
  const std::size_t from = at_;
  // Everything that could belong to the number, so that the error for "1e-3x" shows all of it and not only "x".
  for (char before = '\0'; at_ < text_.size(); before = text_[at_++]) {
    const char c = text_[at_];
    const bool sign_of_exponent = (c == '-' || c == '+') && (before == '\0' || before == 'e' || before == 'E');
    if (!is_digit(c) && !begins_word(c) && c != '.' && !sign_of_exponent) break;
  }
  FilterToken token = token_since(FilterToken::Kind::number, from);
  std::string_view digits = token.shown;
  if (digits.front() == '+') digits.remove_prefix(1);
  if (const std::optional<Value> number = exact_number(digits)) {
    token.value = *number;
    return token;
  }
  static constexpr std::pair<char, double> units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
  for (const auto& [unit, seconds] : units) {
    if (digits.back() != unit) continue;
    if (const std::optional<double> count = parse_number(digits.substr(0, digits.size() - 1))) {
      token.kind = FilterToken::Kind::duration;
      token.value = *count * seconds;
      return token;
    }
  }
  expected("a number", token, "write it as in 42, 0.01 or 1e-3, and a length of time as in 90s, 5m, 2h or 1d");
}

inline FilterToken FilterLexer::word() {
  const std::size_t from = at_;
  FilterToken token;
  std::string part;
  while (goes_on_in_word(peek())) {
    if (peek() == '`') {
      const std::size_t begin = at_++;
      while (peek() != '`') {
        if (at_ == text_.size()) fail("the name that begins here has no end; close it with `", begin);
        part += text_[at_++];
      }
      ++at_;
    } else if (peek() == '.') {
      token.parts.push_back(std::exchange(part, {}));
      ++at_;
    } else {
      part += text_[at_++];
    }
  }
  token.parts.push_back(std::move(part));
  std::vector<std::string> parts = std::move(token.parts);
  token = token_since(FilterToken::Kind::word, from);
  token.parts = std::move(parts);
  return token;
}

}  // namespace erm::detail

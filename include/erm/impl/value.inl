// The bodies of erm/value.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/value.hpp"

namespace erm {

ERM_INLINE Value::Value(std::string&& text) : text_(std::move(text)) {
  if (!detail::is_utf8(text_)) text_ = detail::repaired_utf8(text_);
}

ERM_INLINE void Value::assign(std::string_view text) {
  if (detail::is_utf8(text))
    text_ = text;
  else
    text_ = detail::repaired_utf8(text);
}

ERM_INLINE void Value::assign(float number) noexcept {
  kind_ = Kind::floating;
  floating_ = detail::shortest_decimal(number);
}

ERM_INLINE void Value::throw_null_text() {
  throw Error("a value was given as a null pointer to text; give \"\" for empty text");
}

ERM_INLINE const std::string& Value::text() const {
  if (is_text()) return text_;
  throw cannot_be("text (str() gives any value as text)");
}

ERM_INLINE bool Value::boolean() const {
  if (is_bool()) return boolean_;
  throw cannot_be("a boolean");
}

template <class T>
void Value::read_as(T& number) const {
  switch (kind_) {
    case Kind::signed_integer:
      number = static_cast<T>(signed_);
      return;
    case Kind::unsigned_integer:
      number = static_cast<T>(unsigned_);
      return;
    case Kind::floating:
      number = static_cast<T>(floating_);
      return;
    default:
      throw cannot_be("a floating-point number (number() reads text)");
  }
}
ERM_INLINE void Value::read(float& number) const { read_as(number); }
ERM_INLINE void Value::read(double& number) const {
  if (kind_ == Kind::floating)
    number = floating_;
  else
    read_as(number);
}
ERM_INLINE void Value::read(long double& number) const { read_as(number); }

ERM_INLINE std::optional<std::int64_t> Value::whole_signed() const noexcept {
  switch (kind_) {
    case Kind::signed_integer:
      return signed_;
    case Kind::unsigned_integer:
      if (unsigned_ > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
      return static_cast<std::int64_t>(unsigned_);
    case Kind::floating: {
      // 2^63 is a power of two, so a double holds it exactly. A double does not hold the greatest integer exactly.
      if (detail::is_nan(floating_)) return std::nullopt;
      if (!(floating_ >= -9223372036854775808.0 && floating_ < 9223372036854775808.0)) return std::nullopt;
      const auto whole = static_cast<std::int64_t>(floating_);
      if (static_cast<double>(whole) != floating_) return std::nullopt;
      return whole;
    }
    default:
      return std::nullopt;
  }
}

ERM_INLINE std::optional<std::uint64_t> Value::whole_unsigned() const noexcept {
  switch (kind_) {
    case Kind::signed_integer:
      if (signed_ < 0) return std::nullopt;
      return static_cast<std::uint64_t>(signed_);
    case Kind::unsigned_integer:
      return unsigned_;
    case Kind::floating: {
      if (detail::is_nan(floating_)) return std::nullopt;
      if (!(floating_ >= 0 && floating_ < 18446744073709551616.0)) return std::nullopt;
      const auto whole = static_cast<std::uint64_t>(floating_);
      if (static_cast<double>(whole) != floating_) return std::nullopt;
      return whole;
    }
    default:
      return std::nullopt;
  }
}

ERM_INLINE std::int64_t Value::signed_between(std::int64_t least, std::int64_t greatest) const {
  const std::optional<std::int64_t> whole = whole_signed();
  if (whole && *whole >= least && *whole <= greatest) return *whole;
  throw cannot_be("a signed integer of that size");
}

ERM_INLINE std::uint64_t Value::unsigned_up_to(std::uint64_t greatest) const {
  const std::optional<std::uint64_t> whole = whole_unsigned();
  if (whole && *whole <= greatest) return *whole;
  throw cannot_be("an unsigned integer of that size");
}

ERM_INLINE std::optional<double> Value::number() const {
  if (is_text()) return detail::parse_number(text_);
  if (is_bool()) return std::nullopt;
  return get<double>();
}

ERM_INLINE std::string Value::str() const {
  std::string out;
  switch (kind_) {
    case Kind::text:
      return text_;
    case Kind::signed_integer:
      detail::append_integer(out, signed_);
      break;
    case Kind::unsigned_integer:
      detail::append_integer(out, unsigned_);
      break;
    case Kind::floating:
      detail::append_floating(out, floating_);
      break;
    case Kind::boolean:
      out = boolean_ ? "true" : "false";
      break;
  }
  return out;
}

ERM_INLINE bool Value::equals(const Value& other) const noexcept {
  if (is_text() || other.is_text()) return kind_ == other.kind_ && text_ == other.text_;
  if (is_bool() || other.is_bool()) return kind_ == other.kind_ && boolean_ == other.boolean_;
  if (kind_ == Kind::floating && other.kind_ == Kind::floating) return detail::same_number(floating_, other.floating_);
  // An integer and a double: equal only if the double has exactly that value.
  const Value& whole = kind_ == Kind::floating ? other : *this;
  const Value& second = kind_ == Kind::floating ? *this : other;
  if (whole.kind_ == Kind::signed_integer && whole.signed_ < 0)
    return second.whole_signed() == whole.signed_;
  return second.whole_unsigned() == whole.whole_unsigned();
}

ERM_INLINE Error Value::cannot_be(const char* type) const {
  static constexpr const char* names[] = {"text", "a signed integer", "an unsigned integer", "a floating-point number",
                                          "a boolean"};
  return Error("the value '" + str() + "' is " + names[static_cast<int>(kind_)] + " and cannot be read as " + type);
}

}  // namespace erm

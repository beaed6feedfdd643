// One value that a run logs: text, a number or a boolean, kept with its type.
//
//   erm::Value lr = 0.1f, seed = 42u, optimizer = "adam", nesterov = true;
//   lr.str();                        // "0.1": a float is kept as its shortest decimal
//   seed.get<int>();                 // 42
//   optimizer.get<double>();         // throws: text is never parsed
//   erm::Value("0.9").number();      // 0.9, for readers of what the Python package wrote
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/error.hpp"

namespace erm {

class Value;

namespace detail {

template <class T, class... Others>
inline constexpr bool is_one_of = (std::is_same_v<T, Others> || ...);

/// char is text and the wide characters are neither text nor numbers; __int128 does not fit.
template <class T>
inline constexpr bool is_value_integer = std::is_integral_v<T> && sizeof(T) <= 8 &&
                                         !is_one_of<T, bool, char, wchar_t, char16_t, char32_t>
#if defined(__cpp_char8_t)
                                         && !std::is_same_v<T, char8_t>
#endif
    ;

template <class T>
inline constexpr bool is_value_number = is_value_integer<T> || std::is_floating_point_v<T> || std::is_same_v<T, bool>;

template <class T>
inline constexpr bool is_value_text = std::is_convertible_v<const T&, std::string_view> &&
                                      !std::is_same_v<T, std::nullptr_t> && !std::is_same_v<T, Value>;

}  // namespace detail

class Value {
 public:
  enum class Kind : std::uint8_t { text, signed_integer, unsigned_integer, floating, boolean };

  /// The empty text.
  Value() = default;

  /// A bool, any integer, float or double. A long double is rounded to double.
  template <class T, std::enable_if_t<detail::is_value_number<T>, int> = 0>
  Value(T number) noexcept;  // NOLINT(google-explicit-constructor)

  /// Text; what is not UTF-8 in it becomes U+FFFD. Throws Error for a null pointer.
  template <class T, std::enable_if_t<detail::is_value_text<T>, int> = 0>
  Value(const T& text);  // NOLINT(google-explicit-constructor)
  Value(std::string&& text);  // NOLINT(google-explicit-constructor)
  /// A char is a text of one letter. A template, so that nothing is converted to char first.
  template <class T, std::enable_if_t<std::is_same_v<T, char>, int> = 0>
  Value(T letter) : Value(std::string_view(&letter, 1)) {}  // NOLINT(google-explicit-constructor)
  Value(std::nullptr_t) = delete;

  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] bool is_text() const noexcept { return kind_ == Kind::text; }
  [[nodiscard]] bool is_bool() const noexcept { return kind_ == Kind::boolean; }
  [[nodiscard]] bool is_number() const noexcept { return !is_text() && !is_bool(); }

  /// The value as T: std::string for text, bool for a boolean, an integer type where the number fits it exactly,
  /// float or double rounded to nearest. Throws Error for anything else.
  template <class T>
  [[nodiscard]] T get() const;

  /// The number, or the number that a text is ("0.9", "nan"); nothing for other text and for booleans.
  [[nodiscard]] std::optional<double> number() const;

  /// As a person reads it: 0.1, 42, true, adam.
  [[nodiscard]] std::string str() const;

  /// Numbers by what they are worth (1 == 1u, 1 == 1.0, NaN == NaN), text and booleans among their own kind.
  friend bool operator==(const Value& a, const Value& b) noexcept { return a.equals(b); }
  friend bool operator!=(const Value& a, const Value& b) noexcept { return !a.equals(b); }

 private:
  [[nodiscard]] bool equals(const Value& other) const noexcept;
  [[nodiscard]] Error cannot_be(const char* type) const;
  template <class T>
  [[nodiscard]] std::optional<T> as_integer() const noexcept;

  Kind kind_ = Kind::text;
  union {
    std::int64_t signed_;
    std::uint64_t unsigned_ = 0;
    double floating_;
    bool boolean_;
  };
  std::string text_;
};

// ---- bodies ----

template <class T, std::enable_if_t<detail::is_value_number<T>, int>>
Value::Value(T number) noexcept {
  if constexpr (std::is_same_v<T, bool>) {
    kind_ = Kind::boolean;
    boolean_ = number;
  } else if constexpr (std::is_floating_point_v<T>) {
    kind_ = Kind::floating;
    if constexpr (std::is_same_v<T, float>)
      floating_ = detail::shortest_decimal(number);
    else
      floating_ = static_cast<double>(number);
  } else if constexpr (std::is_signed_v<T>) {
    kind_ = Kind::signed_integer;
    signed_ = number;
  } else {
    kind_ = Kind::unsigned_integer;
    unsigned_ = number;
  }
}

template <class T, std::enable_if_t<detail::is_value_text<T>, int>>
Value::Value(const T& text) {
  if constexpr (std::is_pointer_v<T>)
    if (text == nullptr) throw Error("a value was given as a null pointer to text; give \"\" for empty text");
  text_ = std::string_view(text);
  if (!detail::is_utf8(text_)) text_ = detail::repaired_utf8(text_);
}

inline Value::Value(std::string&& text) : text_(std::move(text)) {
  if (!detail::is_utf8(text_)) text_ = detail::repaired_utf8(text_);
}

template <class T>
std::optional<T> Value::as_integer() const noexcept {
  using Limits = std::numeric_limits<T>;
  switch (kind_) {
    case Kind::signed_integer:
      if (signed_ < 0 ? std::is_unsigned_v<T> || signed_ < static_cast<std::int64_t>(Limits::min())
                      : static_cast<std::uint64_t>(signed_) > static_cast<std::uint64_t>(Limits::max()))
        return std::nullopt;
      return static_cast<T>(signed_);
    case Kind::unsigned_integer:
      if (unsigned_ > static_cast<std::uint64_t>(Limits::max())) return std::nullopt;
      return static_cast<T>(unsigned_);
    case Kind::floating: {
      // max() + 1 is a power of two, so a double holds it exactly; max() itself may not be.
      const double beyond = 2.0 * static_cast<double>(Limits::max() / 2 + 1);
      if (!(floating_ >= static_cast<double>(Limits::min()) && floating_ < beyond)) return std::nullopt;
      const T whole = static_cast<T>(floating_);
      if (static_cast<double>(whole) != floating_) return std::nullopt;
      return whole;
    }
    default:
      return std::nullopt;
  }
}

template <class T>
T Value::get() const {
  if constexpr (std::is_same_v<T, std::string>) {
    if (is_text()) return text_;
    throw cannot_be("text (str() gives any value as text)");
  } else if constexpr (std::is_same_v<T, bool>) {
    if (is_bool()) return boolean_;
    throw cannot_be("a boolean");
  } else if constexpr (std::is_floating_point_v<T>) {
    switch (kind_) {
      case Kind::signed_integer:
        return static_cast<T>(signed_);
      case Kind::unsigned_integer:
        return static_cast<T>(unsigned_);
      case Kind::floating:
        return static_cast<T>(floating_);
      default:
        throw cannot_be("a floating-point number (number() reads text)");
    }
  } else {
    static_assert(detail::is_value_integer<T>, "get<T>: T is std::string, bool, an integer type, float or double");
    if (const std::optional<T> whole = as_integer<T>()) return *whole;
    throw cannot_be(std::is_signed_v<T> ? "a signed integer of that size" : "an unsigned integer of that size");
  }
}

inline std::optional<double> Value::number() const {
  if (is_text()) return detail::parse_number(text_);
  if (is_bool()) return std::nullopt;
  return get<double>();
}

inline std::string Value::str() const {
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

inline bool Value::equals(const Value& other) const noexcept {
  if (is_text() || other.is_text()) return kind_ == other.kind_ && text_ == other.text_;
  if (is_bool() || other.is_bool()) return kind_ == other.kind_ && boolean_ == other.boolean_;
  if (kind_ == Kind::floating && other.kind_ == Kind::floating)
    return floating_ == other.floating_ || (floating_ != floating_ && other.floating_ != other.floating_);
  // An integer beside a double: equal where the double is that very integer.
  const Value& whole = kind_ == Kind::floating ? other : *this;
  const Value& second = kind_ == Kind::floating ? *this : other;
  if (whole.kind_ == Kind::signed_integer && whole.signed_ < 0)
    return second.as_integer<std::int64_t>() == whole.signed_;
  return second.as_integer<std::uint64_t>() == whole.as_integer<std::uint64_t>();
}

inline Error Value::cannot_be(const char* type) const {
  static constexpr const char* names[] = {"text", "a signed integer", "an unsigned integer", "a floating-point number",
                                          "a boolean"};
  return Error("the value '" + str() + "' is " + names[static_cast<int>(kind_)] + " and cannot be read as " + type);
}

}  // namespace erm

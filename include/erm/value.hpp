// One value that a run logs: text, a number or a boolean. It keeps its type.
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

#include "erm/error.hpp"
#include "erm/impl/linkage.hpp"
#include "erm/value_adaptor.hpp"

namespace erm {

class Value;

namespace detail {

template <class T, class... Others>
inline constexpr bool is_one_of = (std::is_same_v<T, Others> || ...);

/// char is a text, and the wide characters are neither text nor numbers; __int128 does not fit.
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
inline constexpr bool is_value_text =
    std::is_convertible_v<const T&, std::string_view> && !std::is_same_v<T, std::nullptr_t> &&
    !std::is_same_v<T, Value> && !has_value_adaptor<T>;

}  // namespace detail

class Value {
 public:
  enum class Kind : std::uint8_t { text, signed_integer, unsigned_integer, floating, boolean };

  /// The empty text.
  Value() = default;

  /// A bool, any integer, float or double. A float is stored as its shortest decimal (0.1f is 0.1); a long double is
  /// rounded to double.
  template <class T, std::enable_if_t<detail::is_value_number<T>, int> = 0>
  Value(T number) noexcept {  // NOLINT(google-explicit-constructor)
    if constexpr (std::is_same_v<T, bool>) {
      kind_ = Kind::boolean;
      boolean_ = number;
    } else if constexpr (std::is_same_v<T, float>) {
      assign(number);
    } else if constexpr (std::is_floating_point_v<T>) {
      kind_ = Kind::floating;
      floating_ = static_cast<double>(number);
    } else if constexpr (std::is_signed_v<T>) {
      kind_ = Kind::signed_integer;
      signed_ = number;
    } else {
      kind_ = Kind::unsigned_integer;
      unsigned_ = number;
    }
  }

  /// Text. Invalid UTF-8 becomes U+FFFD. Throws Error for a null pointer.
  template <class T, std::enable_if_t<detail::is_value_text<T>, int> = 0>
  Value(const T& text) {  // NOLINT(google-explicit-constructor)
    if constexpr (std::is_pointer_v<T>)
      if (text == nullptr) throw_null_text();
    assign(std::string_view(text));
  }
  Value(std::string&& text);  // NOLINT(google-explicit-constructor)
  /// A char is a text of one letter. A template, so that no other type converts to char implicitly.
  template <class T, std::enable_if_t<std::is_same_v<T, char>, int> = 0>
  Value(T letter) : Value(std::string_view(&letter, 1)) {}  // NOLINT(google-explicit-constructor)
  /// A type that has a ValueAdaptor.
  template <class T, std::enable_if_t<detail::has_value_adaptor<T>, int> = 0>
  Value(const T& value) : Value(ValueAdaptor<T>::convert(value)) {}  // NOLINT(google-explicit-constructor)
  Value(std::nullptr_t) = delete;

  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] bool is_text() const noexcept { return kind_ == Kind::text; }
  [[nodiscard]] bool is_bool() const noexcept { return kind_ == Kind::boolean; }
  [[nodiscard]] bool is_number() const noexcept { return !is_text() && !is_bool(); }

  /// The value as T: std::string for text, bool for a boolean, an integer type if it can hold the number exactly, float
  /// or double rounded to nearest. Throws Error for anything else.
  template <class T>
  [[nodiscard]] T get() const {
    if constexpr (std::is_same_v<T, std::string>) {
      return text();
    } else if constexpr (std::is_same_v<T, bool>) {
      return boolean();
    } else if constexpr (std::is_floating_point_v<T>) {
      T number;
      read(number);
      return number;
    } else {
      static_assert(detail::is_value_integer<T>, "get<T>: T is std::string, bool, an integer type, float or double");
      using Limits = std::numeric_limits<T>;
      if constexpr (std::is_signed_v<T>)
        return static_cast<T>(signed_between((Limits::min)(), (Limits::max)()));
      else
        return static_cast<T>(unsigned_up_to((Limits::max)()));
    }
  }

  /// The number, also if it is a text ("0.9", "nan"); nothing for other text and for booleans.
  [[nodiscard]] std::optional<double> number() const;

  /// In readable form: 0.1, 42, true, adam.
  [[nodiscard]] std::string str() const;

  /// Compares numbers by value (1 == 1u, 1 == 1.0, NaN == NaN), and text and booleans within their own type.
  friend bool operator==(const Value& a, const Value& b) noexcept { return a.equals(b); }
  friend bool operator!=(const Value& a, const Value& b) noexcept { return !a.equals(b); }

 private:
  void assign(float number) noexcept;
  void assign(std::string_view text);
  [[noreturn]] static void throw_null_text();
  [[nodiscard]] const std::string& text() const;
  [[nodiscard]] bool boolean() const;
  void read(float& number) const;
  void read(double& number) const;
  void read(long double& number) const;
  template <class T>
  void read_as(T& number) const;
  [[nodiscard]] std::int64_t signed_between(std::int64_t least, std::int64_t greatest) const;
  [[nodiscard]] std::uint64_t unsigned_up_to(std::uint64_t greatest) const;
  [[nodiscard]] std::optional<std::int64_t> whole_signed() const noexcept;
  [[nodiscard]] std::optional<std::uint64_t> whole_unsigned() const noexcept;
  [[nodiscard]] bool equals(const Value& other) const noexcept;
  [[nodiscard]] Error cannot_be(const char* type) const;

  Kind kind_ = Kind::text;
  union {
    std::int64_t signed_;
    std::uint64_t unsigned_ = 0;
    double floating_;
    bool boolean_;
  };
  std::string text_;
};

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/value.inl"
#endif

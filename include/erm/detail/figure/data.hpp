// Containers of numbers and text as the lists of a plotly figure.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "erm/detail/base/number_text.hpp"
#include "erm/detail/base/utf8.hpp"
#include "erm/error.hpp"

namespace erm::detail {

template <class T>
inline constexpr bool is_figure_text = std::is_convertible_v<const T&, std::string_view>;

template <class T>
inline constexpr bool is_figure_number = std::is_convertible_v<const T&, double> && !std::is_same_v<T, char>;

/// A number as JSON has it: exact, a float as its shortest decimal; null for NaN and the infinities.
template <class J, class T>
J figure_number(const T& value) {
  static_assert(is_figure_number<T>,
                "erm: a figure is made of containers of numbers (and of text where it names places)");
  if constexpr (std::is_integral_v<T>) {
    return J(value);
  } else {
    double number;
    if constexpr (std::is_same_v<T, float>) {
      number = shortest_decimal(value);
    } else {
      number = static_cast<double>(value);
    }
    return std::isfinite(number) ? J(number) : J(nullptr);
  }
}

template <class J, class T>
J figure_value(const T& value) {
  if constexpr (is_figure_text<T>) {
    return J(repaired_utf8(std::string_view(value)));
  } else {
    return figure_number<J>(value);
  }
}

template <class J, class Values>
J figure_numbers(const Values& values) {
  typename J::array_t list;
  for (const auto& value : values) list.push_back(figure_number<J>(value));
  return J(std::move(list));
}

/// Numbers, or text.
template <class J, class Values>
J figure_values(const Values& values) {
  typename J::array_t list;
  for (const auto& value : values) list.push_back(figure_value<J>(value));
  return J(std::move(list));
}

template <class Values>
using figure_element = std::decay_t<decltype(*std::begin(std::declval<const Values&>()))>;

/// Throws Error where two lists that belong together differ in size.
inline void check_same_size(const char* operation, const char* first_name, std::size_t first, const char* second_name,
                            std::size_t second) {
  if (first == second) return;
  throw Error(std::string(operation) + ": " + first_name + " has " + std::to_string(first) + " values and " +
              second_name + " has " + std::to_string(second) + "; each needs one of the other");
}

}  // namespace erm::detail

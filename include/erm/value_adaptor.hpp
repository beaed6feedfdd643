// Lets your own type be one value of a run: a param, a metric, a tag.
//
//   template <>
//   struct erm::ValueAdaptor<Celsius> {
//     static double convert(const Celsius& temperature) { return temperature.degrees; }
//   };
//
//   run.log_metric("temperature", sensor.read(), step);
#pragma once

#include <type_traits>
#include <utility>

namespace erm {

/// convert() returns a number, a bool, text or an erm::Value.
template <class T, class = void>
struct ValueAdaptor;

namespace detail {

template <class T, class = void>
inline constexpr bool has_value_adaptor = false;
template <class T>
inline constexpr bool has_value_adaptor<T, std::void_t<decltype(ValueAdaptor<T>::convert(std::declval<const T&>()))>> =
    true;

}  // namespace detail

}  // namespace erm

// Lets a run log values of your own type: an enum by its names, a fixed-point number, a tensor of one element.
//
//   template <>
//   struct erm::ValueAdaptor<Optimizer> {
//     static const char* convert(Optimizer optimizer) { return optimizer == Optimizer::adam ? "adam" : "sgd"; }
//   };
//
//   run.log_param("optimizer", Optimizer::adam);          // "adam"; without the adaptor the enum's number
#pragma once

#include <type_traits>
#include <utility>

namespace erm {

/// convert() returns anything that converts to Value: text, a number or a boolean.
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

// Matrices, vectors, arrays, maps, blocks and expressions of Eigen as numbers, as grey images, and as one value where
// they are 1 x 1.
//
//   #include <Eigen/Core>
//   #include <erm/eigen.hpp>
//
//   run.log_image(heat, "heat", {-1, 1});                       // Eigen::MatrixXf: black at -1, white at 1
//   run.log_figure(erm::Figure().heatmap(weights.transpose()), "weights");
//   run.log_metric("error", a.transpose() * b, step);           // 1 x 1
//
// Needs Eigen 3.3 or later. Includes nothing of it: the user's file does, before or after.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

#include "erm/numbers_view.hpp"
#include "erm/pixels_view.hpp"
#include "erm/value.hpp"
#include "erm/value_adaptor.hpp"

namespace Eigen {
template <class Derived>
class DenseBase;
struct half;
struct bfloat16;
}  // namespace Eigen

namespace erm {

namespace detail {

template <class Derived>
std::true_type is_eigen_test(const Eigen::DenseBase<Derived>*);
std::false_type is_eigen_test(const void*);

template <class T, class = void>
inline constexpr bool is_eigen = false;
template <class T>
inline constexpr bool is_eigen<T, std::enable_if_t<std::is_class_v<T>>> =
    decltype(is_eigen_test(static_cast<const T*>(nullptr)))::value;

/// Whether the coefficients lie in memory.
template <class T, class = void>
inline constexpr bool has_eigen_data = false;
template <class T>
inline constexpr bool has_eigen_data<
    T, std::void_t<decltype(std::declval<const T&>().data()), decltype(std::declval<const T&>().rowStride())>> = true;

template <class T>
constexpr NumberType eigen_number_type() {
  if constexpr (std::is_same_v<T, Eigen::half>) {
    return NumberType::float16;
  } else if constexpr (std::is_same_v<T, Eigen::bfloat16>) {
    return NumberType::bfloat16;
  } else {
    static_assert(is_viewed_number<T>,
                  "erm: coefficients are bool, integers, half, bfloat16, float or double; cast others, such as long "
                  "double and complex numbers: matrix.cast<double>(), matrix.real()");
    return number_type_of<T>();
  }
}

template <class T>
NumbersView eigen_numbers(const T& matrix, bool as_grid, std::shared_ptr<const void> owner = nullptr) {
  using Scalar = typename T::Scalar;
  constexpr NumberType type = eigen_number_type<Scalar>();
  if constexpr (has_eigen_data<T>) {
    const NumbersView::Dimension rows{static_cast<std::size_t>(matrix.rows()),
                                      static_cast<std::ptrdiff_t>(matrix.rowStride()) * std::ptrdiff_t{sizeof(Scalar)}};
    const NumbersView::Dimension columns{
        static_cast<std::size_t>(matrix.cols()),
        static_cast<std::ptrdiff_t>(matrix.colStride()) * std::ptrdiff_t{sizeof(Scalar)}};
    if (as_grid || !T::IsVectorAtCompileTime) return {matrix.data(), type, {rows, columns}, owner};
    return {matrix.data(), type, {T::ColsAtCompileTime == 1 ? rows : columns}, owner};
  } else {
    using Plain = typename T::PlainObject;
    auto evaluated = std::make_shared<const Plain>(matrix);
    return eigen_numbers(*evaluated, as_grid, evaluated);
  }
}

/// 1 x 1, or perhaps. A vector is a list of numbers.
template <class T, class = void>
inline constexpr bool may_be_one_coefficient = false;
template <class T>
inline constexpr bool may_be_one_coefficient<T, std::enable_if_t<is_eigen<T>>> = (int{T::RowsAtCompileTime} == 1 &&
                                                                                  int{T::ColsAtCompileTime} == 1) ||
                                                                                 (int{T::RowsAtCompileTime} == -1 &&
                                                                                  int{T::ColsAtCompileTime} == -1);

}  // namespace detail

template <class T>
struct ValueAdaptor<T, std::enable_if_t<detail::may_be_one_coefficient<T>>> {
  static Value convert(const T& matrix) { return detail::value_of(detail::eigen_numbers(matrix, true), "a matrix"); }
};

/// Coefficients count row by row, whatever their order in memory.
template <class T>
struct NumbersAdaptor<T, std::enable_if_t<detail::is_eigen<T>>> {
  static NumbersView convert(const T& matrix) { return detail::eigen_numbers(matrix, false); }
};

template <class T>
struct ImageAdaptor<T, std::enable_if_t<detail::is_eigen<T>>> {
  static PixelsView convert(const T& matrix) { return PixelsView(detail::eigen_numbers(matrix, true)); }
};

}  // namespace erm

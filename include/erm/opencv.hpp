// cv::Mat, cv::Mat_, cv::Matx, cv::Vec and cv::Scalar of OpenCV as numbers, and cv::Mat as image. A cv::Mat has its
// channels in the order blue, green, red, opacity, unless ImageOptions::order says otherwise.
//
//   #include <opencv2/core.hpp>
//   #include <erm/opencv.hpp>
//
//   run.log_image(cv::imread("cat.jpg"), "cat");
//   run.log_image(depth, "depth", {0.5, 10.0});                 // CV_32F: black at 0.5, white at 10
//   run.log_image(rgb, "rgb", order);                           // order.order = erm::ChannelOrder::rgb
//
// Needs OpenCV 3 or later. Includes nothing of it: the user's file does, before or after. A cv::UMat lies on a device:
// pass umat.getMat(cv::ACCESS_READ).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "erm/error.hpp"
#include "erm/numbers_view.hpp"
#include "erm/pixels_view.hpp"
#include "erm/value.hpp"
#include "erm/value_adaptor.hpp"

namespace cv {
class Mat;
class MatExpr;
template <typename Number, int rows, int columns>
class Matx;
}  // namespace cv

namespace erm {

namespace detail {

std::true_type is_cv_mat_test(const cv::Mat*);
std::false_type is_cv_mat_test(const void*);
template <class Number, int rows, int columns>
std::true_type is_cv_matx_test(const cv::Matx<Number, rows, columns>*);
std::false_type is_cv_matx_test(const void*);

template <class T, class = void>
inline constexpr bool is_cv_mat = false;
template <class T>
inline constexpr bool is_cv_mat<T, std::enable_if_t<std::is_class_v<T>>> =
    decltype(is_cv_mat_test(static_cast<const T*>(nullptr)))::value;
template <class T, class = void>
inline constexpr bool is_cv_matx = false;
template <class T>
inline constexpr bool is_cv_matx<T, std::enable_if_t<std::is_class_v<T>>> =
    decltype(is_cv_matx_test(static_cast<const T*>(nullptr)))::value;

/// The numbers of CV_8U and the others, which OpenCV keeps in its files.
inline NumberType cv_number_type(int depth) {
  constexpr NumberType types[] = {NumberType::uint8,    NumberType::int8,    NumberType::uint16,  NumberType::int16,
                                  NumberType::int32,    NumberType::float32, NumberType::float64, NumberType::float16,
                                  NumberType::bfloat16, NumberType::boolean, NumberType::uint64,  NumberType::int64,
                                  NumberType::uint32};
  if (depth < 0 || depth >= static_cast<int>(sizeof types / sizeof *types))
    throw Error("a cv::Mat of depth " + std::to_string(depth) +
                " has numbers of an unknown type; convert it to CV_32F");
  return types[depth];
}

template <class M>
NumbersView cv_numbers(const M& mat, std::shared_ptr<const void> owner = nullptr) {
  std::vector<NumbersView::Dimension> dimensions;
  for (int i = 0; i < mat.dims; ++i)
    dimensions.push_back({static_cast<std::size_t>(mat.size[i]), static_cast<std::ptrdiff_t>(mat.step[i])});
  if (mat.dims == 0) dimensions.push_back({0, 0});
  if (mat.channels() != 1)
    dimensions.push_back({static_cast<std::size_t>(mat.channels()), static_cast<std::ptrdiff_t>(mat.elemSize1())});
  return {mat.data, cv_number_type(mat.depth()), std::move(dimensions), std::move(owner)};
}

template <class M>
PixelsView cv_pixels(const M& mat, std::shared_ptr<const void> owner = nullptr) {
  const NumbersView numbers = cv_numbers(mat, std::move(owner));
  if (mat.dims > 2) throw Error("a cv::Mat of " + std::to_string(mat.dims) + " dimensions is no image; an image has 2");
  PixelsView image(numbers, ImageLayout::hwc);
  image.order = ChannelOrder::bgr;
  return image;
}

template <class Number, int rows, int columns>
NumbersView cv_small_numbers(const cv::Matx<Number, rows, columns>& matrix) {
  return {matrix.val, static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns)};
}

}  // namespace detail

template <class T>
struct ValueAdaptor<T, std::enable_if_t<detail::is_cv_mat<T>>> {
  static Value convert(const T& mat) { return detail::value_of(detail::cv_numbers(mat), "a cv::Mat"); }
};

template <class T>
struct NumbersAdaptor<T, std::enable_if_t<detail::is_cv_mat<T>>> {
  static NumbersView convert(const T& mat) { return detail::cv_numbers(mat); }
};

template <class T>
struct NumbersAdaptor<T, std::enable_if_t<detail::is_cv_matx<T>>> {
  static NumbersView convert(const T& matrix) { return detail::cv_small_numbers(matrix); }
};

template <class T>
struct ImageAdaptor<T, std::enable_if_t<detail::is_cv_mat<T>>> {
  static PixelsView convert(const T& mat) { return detail::cv_pixels(mat); }
};

/// An expression, such as 0.5 * mat.
template <class T>
struct NumbersAdaptor<T, std::enable_if_t<std::is_same_v<T, cv::MatExpr>>> {
  static NumbersView convert(const T& expression) {
    auto mat = std::make_shared<const std::decay_t<decltype(expression.a)>>(expression);
    return detail::cv_numbers(*mat, mat);
  }
};
template <class T>
struct ImageAdaptor<T, std::enable_if_t<std::is_same_v<T, cv::MatExpr>>> {
  static PixelsView convert(const T& expression) {
    auto mat = std::make_shared<const std::decay_t<decltype(expression.a)>>(expression);
    return detail::cv_pixels(*mat, mat);
  }
};

}  // namespace erm

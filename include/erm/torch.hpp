// torch::Tensor (at::Tensor) of libtorch as numbers, as image, and as one value; torch::Scalar as value.
//
//   #include <torch/torch.h>
//   #include <erm/torch.hpp>
//
//   run.log_metric("loss", loss, step);                         // a tensor of one number: no item() needed
//   run.log_image(sample, "sample");                            // 3 x rows x columns, float 0 to 1, or uint8
//   run.log_param("shape", sample.sizes());                     // [3,64,64]
//
// Tensors of any strides, of bool, integers, half, bfloat16, float and double, with or without gradients. A tensor must
// be on the CPU: pass tensor.cpu(). Needs libtorch 1.13 or later. Includes nothing of it: the user's file does, before
// or after.
#pragma once

#include <cstddef>
#include <cstdint>
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

namespace at {
class Tensor;
}
namespace c10 {
class Scalar;
struct Half;
struct BFloat16;
}  // namespace c10

namespace erm {

namespace detail {

// Templates, because the types need be complete only where they are used.

template <class T>
Error no_numbers_of_tensor(const T& tensor, const std::string& why) {
  std::string shape;
  for (const auto size : tensor.sizes()) shape += (shape.empty() ? "" : " x ") + std::to_string(size);
  return Error("cannot read the numbers of a tensor of " + (shape.empty() ? "one number" : shape + " numbers") + ": " +
               why);
}

template <class T>
NumberType torch_number_type(const T& tensor) {
  using Type = decltype(tensor.scalar_type());
  switch (static_cast<int>(tensor.scalar_type())) {
    case 11:  // its name is a macro of X11
      return NumberType::boolean;
    case static_cast<int>(Type::Byte):
      return NumberType::uint8;
    case static_cast<int>(Type::Char):
      return NumberType::int8;
    case static_cast<int>(Type::Short):
      return NumberType::int16;
    case static_cast<int>(Type::Int):
      return NumberType::int32;
    case static_cast<int>(Type::Long):
      return NumberType::int64;
    case static_cast<int>(Type::Half):
      return NumberType::float16;
    case static_cast<int>(Type::BFloat16):
      return NumberType::bfloat16;
    case static_cast<int>(Type::Float):
      return NumberType::float32;
    case static_cast<int>(Type::Double):
      return NumberType::float64;
    // Since libtorch 2.3, by their numbers in its files.
    case 27:
      return NumberType::uint16;
    case 28:
      return NumberType::uint32;
    case 29:
      return NumberType::uint64;
    default:
      throw no_numbers_of_tensor(tensor, std::string("they are of the type ") + toString(tensor.scalar_type()) +
                                             (tensor.is_complex()     ? "; pass torch::real(tensor) or tensor.abs()"
                                              : tensor.is_quantized() ? "; pass tensor.dequantize()"
                                                                      : "; pass tensor.to(torch::kFloat)"));
  }
}

template <class T>
NumbersView torch_numbers(const T& tensor, std::shared_ptr<const void> owner = nullptr) {
  if (!tensor.defined()) throw Error("cannot read the numbers of a tensor: it is undefined; give it a value first");
  if (!tensor.device().is_cpu()) {
    throw no_numbers_of_tensor(tensor, "it is on the device " + tensor.device().str() + "; pass tensor.cpu()");
  }
  if (tensor.layout() != decltype(tensor.layout())::Strided)
    throw no_numbers_of_tensor(tensor, "it is sparse or of another layout; pass tensor.to_dense()");
  const NumberType type = torch_number_type(tensor);
  if (tensor.is_neg()) {  // its numbers lie in memory with the other sign
    auto resolved = std::make_shared<const T>(tensor.resolve_neg());
    return torch_numbers(*resolved, resolved);
  }
  std::vector<NumbersView::Dimension> dimensions;
  for (std::int64_t i = 0; i < tensor.dim(); ++i) {
    dimensions.push_back(
        {static_cast<std::size_t>(tensor.size(i)),
         static_cast<std::ptrdiff_t>(tensor.stride(i)) * static_cast<std::ptrdiff_t>(tensor.element_size())});
  }
  return {tensor.data_ptr(), type, std::move(dimensions), std::move(owner)};
}

}  // namespace detail

template <class T>
struct ValueAdaptor<T, std::enable_if_t<std::is_same_v<T, at::Tensor>>> {
  static Value convert(const T& tensor) { return detail::value_of(detail::torch_numbers(tensor), "a tensor"); }
};

template <class T>
struct NumbersAdaptor<T, std::enable_if_t<std::is_same_v<T, at::Tensor>>> {
  static NumbersView convert(const T& tensor) { return detail::torch_numbers(tensor); }
};

template <class T>
struct ImageAdaptor<T, std::enable_if_t<std::is_same_v<T, at::Tensor>>> {
  static PixelsView convert(const T& tensor, const ImageOptions& options) {
    return PixelsView(detail::torch_numbers(tensor), options.layout);
  }
};

/// What tensor.item() returns.
template <class T>
struct ValueAdaptor<T, std::enable_if_t<std::is_same_v<T, c10::Scalar>>> {
  static Value convert(const T& scalar) {
    if (scalar.isBoolean()) return Value(scalar.toBool());
    if (scalar.isIntegral(false)) return Value(static_cast<std::int64_t>(scalar.toLong()));
    if (scalar.isFloatingPoint()) return Value(scalar.toDouble());
    throw Error("a complex torch::Scalar is no value; log its real and its imaginary part");
  }
};

template <class T>
struct ValueAdaptor<T, std::enable_if_t<std::is_same_v<T, c10::Half> || std::is_same_v<T, c10::BFloat16>>> {
  static float convert(const T& number) { return static_cast<float>(number); }
};

}  // namespace erm

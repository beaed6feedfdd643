// Stands for libtorch, which is too large for the first tier: what erm/torch.hpp and torch_test.cpp use of it, with the
// same names, types and meaning. Numbers up to 2048 that are whole or multiples of 1/8 are exact in every type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace c10 {

enum class ScalarType : std::int8_t {
  Byte,
  Char,
  Short,
  Int,
  Long,
  Half,
  Float,
  Double,
  ComplexHalf,
  ComplexFloat,
  ComplexDouble,
  Bool,
  QInt8,
  QUInt8,
  QInt32,
  BFloat16
};
inline const char* toString(ScalarType type) { return type == ScalarType::ComplexFloat ? "ComplexFloat" : "another"; }

enum class Layout : std::int8_t { Strided, Sparse };
enum class DeviceType : std::int8_t { CPU, Meta };

class Device {
 public:
  DeviceType type = DeviceType::CPU;
  bool is_cpu() const { return type == DeviceType::CPU; }
  std::string str() const { return is_cpu() ? "cpu" : "meta"; }
};

template <typename T>
class ArrayRef {
 public:
  ArrayRef(const T* first, std::size_t count) : first_(first), count_(count) {}
  const T* begin() const { return first_; }
  const T* end() const { return first_ + count_; }
  const T* data() const { return first_; }
  std::size_t size() const { return count_; }

 private:
  const T* first_;
  std::size_t count_;
};

class Scalar {
 public:
  explicit Scalar(std::int64_t number) : number_(number) {}
  bool isBoolean() const { return false; }
  bool isIntegral(bool) const { return true; }
  bool isFloatingPoint() const { return false; }
  bool toBool() const { return number_ != 0; }
  std::int64_t toLong() const { return number_; }
  double toDouble() const { return static_cast<double>(number_); }

 private:
  std::int64_t number_;
};

}  // namespace c10

namespace at {

class Tensor {
 public:
  Tensor() = default;

  bool defined() const { return storage_ != nullptr; }
  c10::ScalarType scalar_type() const { return type_; }
  c10::Device device() const { return device_; }
  c10::Layout layout() const { return layout_; }
  bool is_complex() const { return type_ == c10::ScalarType::ComplexFloat; }
  bool is_quantized() const { return false; }
  bool is_neg() const { return false; }
  Tensor resolve_neg() const { return *this; }
  std::int64_t dim() const { return static_cast<std::int64_t>(sizes_.size()); }
  std::int64_t size(std::int64_t i) const { return sizes_[static_cast<std::size_t>(i)]; }
  std::int64_t stride(std::int64_t i) const { return strides_[static_cast<std::size_t>(i)]; }
  c10::ArrayRef<std::int64_t> sizes() const { return {sizes_.data(), sizes_.size()}; }
  std::int64_t numel() const {
    std::int64_t count = 1;
    for (const std::int64_t size : sizes_) count *= size;
    return count;
  }
  std::size_t element_size() const {
    switch (type_) {
      case c10::ScalarType::Byte:
      case c10::ScalarType::Char:
      case c10::ScalarType::Bool:
        return 1;
      case c10::ScalarType::Short:
      case c10::ScalarType::Half:
      case c10::ScalarType::BFloat16:
        return 2;
      case c10::ScalarType::Int:
      case c10::ScalarType::Float:
        return 4;
      default:
        return 8;
    }
  }
  void* data_ptr() const { return storage_->data() + static_cast<std::size_t>(offset_) * element_size(); }
  c10::Scalar item() const { return c10::Scalar(static_cast<std::int64_t>(at_offset(0))); }

  Tensor reshape(std::vector<std::int64_t> sizes) const {  // of contiguous tensors
    Tensor it = *this;
    it.sizes_ = std::move(sizes);
    it.strides_.assign(it.sizes_.size(), 1);
    for (std::size_t i = it.sizes_.size(); i-- > 1;) it.strides_[i - 1] = it.strides_[i] * it.sizes_[i];
    return it;
  }
  Tensor permute(const std::vector<std::int64_t>& order) const {
    Tensor it = *this;
    for (std::size_t i = 0; i < order.size(); ++i) {
      it.sizes_[i] = size(order[i]);
      it.strides_[i] = stride(order[i]);
    }
    return it;
  }
  Tensor t() const { return permute({1, 0}); }
  Tensor slice(std::int64_t in, std::int64_t begin, std::int64_t end, std::int64_t step = 1) const {
    Tensor it = *this;
    const auto i = static_cast<std::size_t>(in);
    it.offset_ += begin * stride(in);
    it.sizes_[i] = (end - begin + step - 1) / step;
    it.strides_[i] *= step;
    return it;
  }
  Tensor select(std::int64_t in, std::int64_t index) const {
    Tensor it = slice(in, index, index + 1);
    it.sizes_.erase(it.sizes_.begin() + in);
    it.strides_.erase(it.strides_.begin() + in);
    return it;
  }
  Tensor expand(std::vector<std::int64_t> sizes) const {
    Tensor it = *this;
    it.strides_.insert(it.strides_.begin(), sizes.size() - it.sizes_.size(), 0);
    it.sizes_ = std::move(sizes);
    return it;
  }
  Tensor to_sparse() const {
    Tensor it = *this;
    it.layout_ = c10::Layout::Sparse;
    return it;
  }
  /// A contiguous copy in row-major order.
  Tensor to(c10::ScalarType type) const {
    Tensor it = made(type, sizes_);
    std::vector<std::int64_t> place(sizes_.size());
    for (std::int64_t i = 0; i < numel(); ++i) {
      std::int64_t offset = 0;
      for (std::size_t k = 0; k < place.size(); ++k) offset += place[k] * strides_[k];
      it.put(i, at_offset(offset));
      for (std::size_t k = place.size(); k-- > 0 && ++place[k] == sizes_[k];) place[k] = 0;
    }
    return it;
  }
  Tensor mul(double factor) const {
    Tensor it = to(type_);
    for (std::int64_t i = 0; i < numel(); ++i) it.put(i, it.at_offset(i) * factor);
    return it;
  }

  static Tensor made(c10::ScalarType type, const std::vector<std::int64_t>& sizes) {
    Tensor it;
    it.type_ = type;
    it = it.reshape(sizes);
    it.storage_ =
        std::make_shared<std::vector<unsigned char>>(static_cast<std::size_t>(it.numel()) * it.element_size() + 1);
    return it;
  }
  static Tensor without_memory(const std::vector<std::int64_t>& sizes) {
    Tensor it = made(c10::ScalarType::Float, sizes);
    it.device_.type = c10::DeviceType::Meta;
    return it;
  }
  void put(std::int64_t i, double number) const {
    unsigned char* const at = static_cast<unsigned char*>(data_ptr()) + static_cast<std::size_t>(i) * element_size();
    const auto store = [&](auto value) { std::memcpy(at, &value, sizeof value); };
    switch (type_) {
      case c10::ScalarType::Byte:
        return store(static_cast<std::uint8_t>(number));
      case c10::ScalarType::Char:
        return store(static_cast<std::int8_t>(number));
      case c10::ScalarType::Short:
        return store(static_cast<std::int16_t>(number));
      case c10::ScalarType::Int:
        return store(static_cast<std::int32_t>(number));
      case c10::ScalarType::Long:
        return store(static_cast<std::int64_t>(number));
      case c10::ScalarType::Bool:
        return store(number != 0);
      case c10::ScalarType::Half:
        return store(static_cast<std::uint16_t>(bits(number) >> 13 == 0 ? 0 : (bits(number) >> 13) - (112U << 10)));
      case c10::ScalarType::BFloat16:
        return store(static_cast<std::uint16_t>(bits(number) >> 16));
      case c10::ScalarType::Float:
        return store(static_cast<float>(number));
      default:
        return store(number);
    }
  }

 private:
  static std::uint32_t bits(double number) {
    const auto narrow = static_cast<float>(number);
    std::uint32_t all = 0;
    std::memcpy(&all, &narrow, sizeof all);
    return all;
  }
  /// Of the types that the test converts from.
  double at_offset(std::int64_t offset) const {
    const unsigned char* const at =
        static_cast<const unsigned char*>(data_ptr()) + static_cast<std::size_t>(offset) * element_size();
    if (type_ == c10::ScalarType::Byte) return *at;
    if (type_ == c10::ScalarType::Long) {
      std::int64_t number = 0;
      std::memcpy(&number, at, sizeof number);
      return static_cast<double>(number);
    }
    float number = 0;
    std::memcpy(&number, at, sizeof number);
    return static_cast<double>(number);
  }

  std::shared_ptr<std::vector<unsigned char>> storage_;
  std::int64_t offset_ = 0;
  std::vector<std::int64_t> sizes_, strides_;
  c10::ScalarType type_ = c10::ScalarType::Float;
  c10::Layout layout_ = c10::Layout::Strided;
  c10::Device device_;
};

}  // namespace at

namespace torch {

using at::Tensor;
constexpr c10::ScalarType kByte = c10::ScalarType::Byte, kChar = c10::ScalarType::Char, kShort = c10::ScalarType::Short,
                          kInt = c10::ScalarType::Int, kLong = c10::ScalarType::Long, kHalf = c10::ScalarType::Half,
                          kBFloat16 = c10::ScalarType::BFloat16, kFloat = c10::ScalarType::Float,
                          kDouble = c10::ScalarType::Double, kBool = c10::ScalarType::Bool,
                          kComplexFloat = c10::ScalarType::ComplexFloat;
constexpr c10::DeviceType kMeta = c10::DeviceType::Meta;

inline Tensor arange(std::int64_t count, c10::ScalarType type) {
  Tensor it = Tensor::made(type, {count});
  for (std::int64_t i = 0; i < count; ++i) it.put(i, static_cast<double>(i));
  return it;
}
struct TensorOptions {};
inline TensorOptions requires_grad() { return {}; }
inline Tensor tensor(float number, TensorOptions = {}) {
  Tensor it = Tensor::made(kFloat, {});
  it.put(0, static_cast<double>(number));
  return it;
}
inline Tensor tensor(std::int64_t number) {
  Tensor it = Tensor::made(kLong, {});
  it.put(0, static_cast<double>(number));
  return it;
}
inline Tensor empty(const std::vector<std::int64_t>& sizes) { return Tensor::made(kFloat, sizes); }
inline Tensor empty(const std::vector<std::int64_t>& sizes, c10::DeviceType) { return Tensor::without_memory(sizes); }

}  // namespace torch

// A view of many numbers of one type: a container, an array, a tensor, a matrix. Functions that take many numbers take
// this, so they take whatever converts to it. The adaptor lets your own type, or that of a library, convert, too.
//
//   template <>
//   struct erm::NumbersAdaptor<MyTensor> {
//     static erm::NumbersView convert(const MyTensor& tensor) { return {tensor.data(), tensor.size()}; }
//   };
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "erm/impl/linkage.hpp"
#include "erm/number_type.hpp"

namespace erm {

class NumbersView;
class Value;

/// convert() returns a NumbersView of the numbers, or a container of numbers.
template <class T, class = void>
struct NumbersAdaptor;

namespace detail {

template <class T, class = void>
inline constexpr bool has_numbers_adaptor = false;
template <class T>
inline constexpr bool
    has_numbers_adaptor<T, std::void_t<decltype(NumbersAdaptor<T>::convert(std::declval<const T&>()))>> = true;

template <class T, class = void>
inline constexpr bool is_number_container = false;
template <class T>
inline constexpr bool is_number_container<
    T, std::enable_if_t<std::is_arithmetic_v<std::decay_t<decltype(*std::begin(std::declval<const T&>()))>> &&
                        !std::is_same_v<std::decay_t<decltype(*std::begin(std::declval<const T&>()))>, char>>> = true;

/// A container with data(), whose numbers may lie next to each other: those of vector<bool> and std::deque do not.
template <class T, class = void>
inline constexpr bool may_be_contiguous = false;
template <class T>
inline constexpr bool may_be_contiguous<
    T, std::enable_if_t<
           std::is_lvalue_reference_v<decltype(*std::begin(std::declval<const T&>()))> &&
           is_viewed_number<std::decay_t<decltype(*std::data(std::declval<const T&>()))>> &&
           std::is_base_of_v<std::random_access_iterator_tag, typename std::iterator_traits<decltype(std::begin(
                                                                  std::declval<const T&>()))>::iterator_category>>> =
    true;

/// A column of a matrix has data(), too, but its numbers lie apart.
template <class T>
bool is_contiguous(const T& numbers) {
  const auto begin = std::begin(numbers);
  const auto count = std::end(numbers) - begin;
  return count == 0 || (std::addressof(*begin) == std::data(numbers) &&
                        std::addressof(begin[count - 1]) == std::data(numbers) + (count - 1));
}

/// Throws Error unless there is one number. `what` names the type in the message.
[[nodiscard]] Value value_of(const NumbersView& numbers, const char* what);

}  // namespace detail

/// Does not own the numbers, unless it has an owner. They may lie in a grid of any number of dimensions, at any
/// distance: a transposed matrix, a slice. They count in the order of their indices, the last index fastest.
class NumbersView {
 public:
  struct Dimension {
    std::size_t size = 0;
    std::ptrdiff_t stride = 0;  // bytes from one number to the next; may be negative or 0
  };

  /// No numbers.
  NumbersView() = default;

  template <class Number, std::enable_if_t<detail::is_viewed_number<Number>, int> = 0>
  NumbersView(const Number* numbers, std::size_t count)
      : NumbersView(numbers, detail::number_type_of<Number>(), {{count, std::ptrdiff_t{sizeof(Number)}}}) {}

  /// Numbers of any type, such as float16. `owner` keeps them alive. Throws Error for null numbers and for a size that
  /// no memory has.
  NumbersView(const void* numbers, NumberType type, std::vector<Dimension> dimensions,
              std::shared_ptr<const void> owner = nullptr);

  /// A container or an array of numbers. Those that do not lie next to each other (std::deque, vector<bool>) are
  /// copied.
  template <class Numbers,
            std::enable_if_t<detail::is_number_container<Numbers> && !detail::has_numbers_adaptor<Numbers>, int> = 0>
  NumbersView(const Numbers& numbers) {  // NOLINT(google-explicit-constructor)
    if constexpr (detail::may_be_contiguous<Numbers>) {
      if (detail::is_contiguous(numbers)) {
        *this = NumbersView(std::data(numbers), static_cast<std::size_t>(std::end(numbers) - std::begin(numbers)));
        return;
      }
    }
    copy(numbers);
  }

  /// A type that has a NumbersAdaptor.
  template <class T, std::enable_if_t<detail::has_numbers_adaptor<T>, int> = 0>
  NumbersView(const T& numbers) {  // NOLINT(google-explicit-constructor)
    using Converted = std::decay_t<decltype(NumbersAdaptor<T>::convert(numbers))>;
    if constexpr (std::is_same_v<Converted, NumbersView>) {
      *this = NumbersAdaptor<T>::convert(numbers);
    } else {
      auto owner = std::make_shared<const Converted>(NumbersAdaptor<T>::convert(numbers));
      *this = NumbersView(*owner);
      if (owner_ == nullptr) owner_ = std::move(owner);
    }
  }

  [[nodiscard]] NumberType type() const noexcept { return type_; }
  /// How many numbers there are.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  /// None for a single number.
  [[nodiscard]] const std::vector<Dimension>& dimensions() const noexcept { return dimensions_; }
  /// The first number; null if there is none.
  [[nodiscard]] const void* data() const noexcept { return numbers_; }
  [[nodiscard]] const std::shared_ptr<const void>& owner() const noexcept { return owner_; }
  /// Whether the numbers lie next to each other in their order.
  [[nodiscard]] bool is_contiguous() const noexcept;
  /// The same numbers in the order in which they lie in memory, as far as possible. Faster to read.
  [[nodiscard]] NumbersView in_memory_order() const;

  /// Copies `count` numbers from the one with the index `first` on. A double holds all of them exactly but integers
  /// beyond 2^53, which are rounded. Throws Error if there are fewer.
  void read(std::size_t first, std::size_t count, double* into) const;
  /// All numbers.
  [[nodiscard]] std::vector<double> values() const;

 private:
  template <class Numbers>
  void copy(const Numbers& numbers) {
    using Number = std::decay_t<decltype(*std::begin(numbers))>;
    using Kept = std::conditional_t<std::is_same_v<Number, bool>, std::uint8_t,
                                    std::conditional_t<detail::is_viewed_number<Number>, Number, double>>;
    auto copied = std::make_shared<std::vector<Kept>>();
    for (const auto& number : numbers) copied->push_back(static_cast<Kept>(number));
    const Kept* const first = copied->data();
    const auto type = std::is_same_v<Number, bool> ? NumberType::boolean : detail::number_type_of<Kept>();
    const std::size_t count = copied->size();
    *this = NumbersView(first, type, {{count, std::ptrdiff_t{sizeof(Kept)}}}, std::move(copied));
  }

  const void* numbers_ = nullptr;
  std::size_t size_ = 0;
  NumberType type_ = NumberType::float64;
  std::vector<Dimension> dimensions_{{0, 0}};
  std::shared_ptr<const void> owner_;
};

}  // namespace erm

#ifndef ERM_COMPILED
#include "erm/impl/numbers_view.inl"
#endif

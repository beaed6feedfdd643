// The bodies of erm/numbers_view.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/detail/base/stored_number.hpp"
#include "erm/error.hpp"
#include "erm/numbers_view.hpp"
#include "erm/value.hpp"

namespace erm {

namespace detail {

/// The dimensions without those of size 1, and with neighbours joined that one stride can walk over.
inline std::vector<NumbersView::Dimension> joined(const std::vector<NumbersView::Dimension>& dimensions) {
  std::vector<NumbersView::Dimension> fewer;
  for (const NumbersView::Dimension& next : dimensions) {
    if (next.size == 1) continue;
    if (!fewer.empty() && fewer.back().stride == next.stride * static_cast<std::ptrdiff_t>(next.size))
      fewer.back() = {fewer.back().size * next.size, next.stride};
    else
      fewer.push_back(next);
  }
  return fewer;
}

template <class T>
void read_run(const unsigned char* from, std::size_t count, std::ptrdiff_t stride, double* into) {
  if (stride == static_cast<std::ptrdiff_t>(stored_size<T>)) {  // a loop that the compiler can vectorise
    for (std::size_t i = 0; i < count; ++i) into[i] = load_number<T>(from + i * stored_size<T>);
  } else {
    for (std::size_t i = 0; i < count; ++i, from += stride) into[i] = load_number<T>(from);
  }
}

}  // namespace detail

ERM_INLINE NumbersView::NumbersView(const void* numbers, NumberType type, std::vector<Dimension> dimensions,
                                    std::shared_ptr<const void> owner)
    : numbers_(numbers), type_(type), dimensions_(std::move(dimensions)), owner_(std::move(owner)) {
  bool is_empty = false;
  for (const Dimension& dimension : dimensions_) is_empty = is_empty || dimension.size == 0;
  if (is_empty) return;
  constexpr auto most = static_cast<std::size_t>((std::numeric_limits<std::ptrdiff_t>::max)());
  std::size_t count = 1;
  for (const Dimension& dimension : dimensions_) {
    if (dimension.size > most / count) {
      throw Error("a view of numbers has " + std::to_string(dimensions_.size()) +
                  " dimensions whose sizes multiply to more than any memory holds; check their order");
    }
    count *= dimension.size;
  }
  if (numbers == nullptr) throw Error("a view of " + std::to_string(count) + " numbers was given a null pointer");
  size_ = count;
}

ERM_INLINE bool NumbersView::is_contiguous() const noexcept {
  std::size_t expected = detail::size_of_number(type_);
  for (std::size_t i = dimensions_.size(); i-- > 0;) {
    const Dimension& dimension = dimensions_[i];
    if (dimension.size > 1 && dimension.stride != static_cast<std::ptrdiff_t>(expected)) return size_ == 0;
    expected *= dimension.size;
  }
  return true;
}

ERM_INLINE NumbersView NumbersView::in_memory_order() const {
  NumbersView sorted = *this;
  std::stable_sort(sorted.dimensions_.begin(), sorted.dimensions_.end(), [](const Dimension& a, const Dimension& b) {
    const auto distance = [](std::ptrdiff_t stride) { return stride < 0 ? -stride : stride; };
    return distance(a.stride) > distance(b.stride);
  });
  return sorted;
}

ERM_INLINE void NumbersView::read(std::size_t first, std::size_t count, double* into) const {
  if (first > size_ || count > size_ - first) {
    throw Error("cannot read " + std::to_string(count) + " numbers from the index " + std::to_string(first) +
                " on: the view has " + std::to_string(size_));
  }
  if (count == 0) return;
  std::vector<Dimension> dimensions = detail::joined(dimensions_);
  if (dimensions.empty()) dimensions.push_back({1, 0});
  // The place of the first number, and how many steps lie before it in each dimension.
  std::vector<std::size_t> place(dimensions.size());
  std::size_t rest = first;
  std::ptrdiff_t offset = 0;
  for (std::size_t i = dimensions.size(); i-- > 0;) {
    place[i] = rest % dimensions[i].size;
    rest /= dimensions[i].size;
    offset += static_cast<std::ptrdiff_t>(place[i]) * dimensions[i].stride;
  }
  const Dimension last = dimensions.back();
  const auto* const begin = static_cast<const unsigned char*>(numbers_);
  detail::with_number_type(type_, [&](auto type) {
    for (;;) {
      const std::size_t run = (std::min)(count, last.size - place.back());
      detail::read_run<decltype(type)>(begin + offset, run, last.stride, into);
      into += run;
      count -= run;
      if (count == 0) return;
      offset -= static_cast<std::ptrdiff_t>(place.back()) * last.stride;
      place.back() = 0;
      for (std::size_t i = dimensions.size() - 1; i-- > 0;) {
        offset += dimensions[i].stride;
        if (++place[i] < dimensions[i].size) break;
        offset -= static_cast<std::ptrdiff_t>(dimensions[i].size) * dimensions[i].stride;
        place[i] = 0;
      }
    }
  });
}

namespace detail {

inline std::string shape_text(const std::vector<NumbersView::Dimension>& dimensions) {
  std::string text;
  for (const NumbersView::Dimension& dimension : dimensions)
    text += (text.empty() ? "" : " x ") + std::to_string(dimension.size);
  return text.empty() ? "one number" : text + " numbers";
}

ERM_INLINE Value value_of(const NumbersView& numbers, const char* what) {
  if (numbers.size() != 1) {
    throw Error(std::string(what) + " of " + shape_text(numbers.dimensions()) +
                " is no single value; log its numbers with log_histogram or log_figure, or a sum or a mean of them");
  }
  const auto* const at = static_cast<const unsigned char*>(numbers.data());
  return with_number_type(numbers.type(), [&](auto type) {
    using T = decltype(type);
    if constexpr (std::is_same_v<T, BooleanByte>) {
      return Value(*at != 0);
    } else if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
      return Value(static_cast<float>(load_number<T>(at)));
    } else {
      T number = 0;
      std::memcpy(&number, at, sizeof number);
      return Value(number);
    }
  });
}

}  // namespace detail

ERM_INLINE std::vector<double> NumbersView::values() const {
  std::vector<double> all(size_);
  read(0, size_, all.data());
  return all;
}

}  // namespace erm

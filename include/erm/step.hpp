// The step of a point: any integer. It counts batches, epochs, tokens, or whatever else the program counts.
//
//   for (std::size_t step = 0; step < 1000; ++step) run.log_metric("loss", train(), step);
//   run.log_metric("loss", 0.5, 10'000'000'000u);    // every integer type but bool
//   run.log_metric("loss", 0.5, 2.5);                // does not compile: a step is an integer
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

#include "erm/error.hpp"

namespace erm::detail {

/// Types that are deduced as a step. Any other type must convert to std::int64_t, which is a step, too.
template <class T>
inline constexpr bool is_step = std::is_arithmetic_v<T>;

[[noreturn]] inline void throw_large_step(std::uint64_t step) {
  throw Error("a step of " + std::to_string(step) + " is too large; the greatest is 9223372036854775807");
}

/// A step as it is stored. Throws Error for one above 2^63 - 1.
template <class T>
std::int64_t step_of(T step) {
  static_assert(
      !std::is_floating_point_v<T>,
      "erm: a step is an integer, and the order is (name, value, step). To plot a metric over an epoch of 2.5, "
      "or over simulated time, log that as a metric too, and name it with define_axis(metric, axis_metric)");
  static_assert(!std::is_same_v<T, bool>, "erm: a bool is no step; the order is (name, value, step)");
  if constexpr (std::is_same_v<T, std::int64_t>) {
    return step;
  } else {
    if constexpr (std::is_unsigned_v<T> && sizeof(T) >= sizeof(std::int64_t)) {
      if (step > static_cast<T>((std::numeric_limits<std::int64_t>::max)()))
        throw_large_step(static_cast<std::uint64_t>(step));
    }
    return static_cast<std::int64_t>(step);
  }
}

/// The step `count` steps after `first`. Throws Error above 2^63 - 1.
inline std::int64_t step_after(std::int64_t first, std::int64_t count) {
  if (first > (std::numeric_limits<std::int64_t>::max)() - count)
    throw_large_step(static_cast<std::uint64_t>(first) + static_cast<std::uint64_t>(count));
  return first + count;
}

}  // namespace erm::detail

// Values of a figure in the form that plotly reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "erm/detail/base/float_bits.hpp"
#include "erm/error.hpp"
#include "erm/json.hpp"
#include "erm/value.hpp"

namespace erm::detail {

/// Numbers are exact. NaN and the infinities become null.
inline Json figure_json(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::text:
      return value.get<std::string>();
    case Value::Kind::signed_integer:
      return value.get<std::int64_t>();
    case Value::Kind::unsigned_integer:
      return value.get<std::uint64_t>();
    case Value::Kind::boolean:
      return value.get<bool>();
    case Value::Kind::floating:
      break;
  }
  const auto number = value.get<double>();
  return is_finite(number) ? Json(number) : Json(nullptr);
}

inline Json figure_json(const std::vector<Value>& values) {
  Json::array_t list;
  list.reserve(values.size());
  for (const Value& value : values) list.push_back(figure_json(value));
  return Json(std::move(list));
}

/// Throws Error if two related lists differ in size.
inline void check_same_size(const char* operation, const char* first_name, std::size_t first, const char* second_name,
                            std::size_t second) {
  if (first == second) return;
  throw Error(std::string(operation) + ": " + first_name + " has " + std::to_string(first) + " values and " +
              second_name + " has " + std::to_string(second) + "; each needs one of the other");
}

}  // namespace erm::detail

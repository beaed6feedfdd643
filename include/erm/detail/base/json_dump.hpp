// JSON as text.
#pragma once

#include <algorithm>
#include <string>

#include <nlohmann/json.hpp>

#include "erm/detail/base/float_bits.hpp"
#include "erm/json_fwd.hpp"

namespace erm::detail {

/// Whether there is NaN or an infinity in it, which JSON cannot hold.
inline bool has_non_finite(const Json& json) {
  if (json.is_number_float()) return !is_finite(*json.get_ptr<const double*>());
  return json.is_structured() && std::any_of(json.begin(), json.end(), has_non_finite);
}

inline void set_non_finite_to_null(Json& json) {
  if (json.is_number_float()) {
    if (!is_finite(*json.get_ptr<const double*>())) json = nullptr;
  } else if (json.is_structured()) {
    for (Json& item : json) set_non_finite_to_null(item);
  }
}

/// dump() on one line, with U+FFFD for what is not UTF-8 and null for NaN and the infinities. dump() alone writes
/// "nan.0" where it was compiled with -ffast-math.
inline std::string json_dump(const Json& json) {
  if (!has_non_finite(json)) return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  Json finite = json;
  set_non_finite_to_null(finite);
  return finite.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace erm::detail
